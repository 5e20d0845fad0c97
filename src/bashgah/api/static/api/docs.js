// Shows the OpenAPI document with the bundled Swagger UI; a key typed here stays in this page's memory.
(() => {
  const place = document.getElementById("reference");
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.document,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    persistAuthorization: false,
    validatorUrl: null,
  });
})();
