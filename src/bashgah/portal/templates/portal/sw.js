/* Keeps the look of the portal and the member's last card, so that the card opens without a line. */
"use strict";
const KEPT = "bashgah-{{ version }}", SHELL = [{% for url in shell %}"{{ url|escapejs }}", {% endfor %}"{{ offline_url|escapejs }}"];
const CARD = "{{ card_url|escapejs }}", OFFLINE = "{{ offline_url|escapejs }}", HOME = "{{ home_url|escapejs }}", OUT = "{{ sign_out_url|escapejs }}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(SHELL)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

let cardKeptAt = 0;
async function keepCard() {
  if (Date.now() - cardKeptAt < 300000) return;
  const answer = await fetch(CARD, { credentials: "same-origin", redirect: "manual" });
  const kept = await caches.open(KEPT);
  if (answer.ok) { cardKeptAt = Date.now(); await kept.put(CARD, answer); } else await kept.delete(CARD);
}
async function page(event) {
  try {
    const answer = await fetch(event.request);
    if (new URL(event.request.url).pathname === HOME && answer.ok) event.waitUntil(keepCard().catch(() => undefined));
    return answer;
  } catch (broken) {
    const kept = await caches.open(KEPT);
    return (await kept.match(CARD)) || (await kept.match(OFFLINE)) || Response.error();
  }
}
async function file(request) {
  try {
    return await fetch(request);
  } catch (broken) {
    return (await (await caches.open(KEPT)).match(request, { ignoreSearch: true })) || Response.error();
  }
}
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (event.request.method === "POST" && url.pathname === OUT) {
    cardKeptAt = 0;
    event.waitUntil(caches.open(KEPT).then((kept) => kept.delete(CARD)));
    return;
  }
  if (event.request.method !== "GET" || url.pathname.startsWith("/console") || url.pathname.startsWith("/till") || url.pathname.startsWith("/api") || url.pathname.startsWith("/accounts")) return;
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/") || url.pathname === "{{ theme_path|escapejs }}") event.respondWith(file(event.request));
});
