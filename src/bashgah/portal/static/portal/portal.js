/* The member's pages: a card that stays fresh, codes that fill themselves in, an app that opens without a line. */
(function () {
  "use strict";
  var root = document.documentElement, persian = root.lang === "fa";
  function all(selector) { return [].slice.call(document.querySelectorAll(selector)); }

  /* The QR of the card is good for a moment only; it is renewed while somebody may be looking at it. */
  all("[data-qr]").forEach(function (holder) {
    var every = Math.max(10, +holder.dataset.seconds || 30) * 1000, last = Date.now();
    function renew() {
      if (document.hidden) return;
      fetch(holder.dataset.qr, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        return answer.text();
      }).then(function (svg) { last = Date.now(); all("[data-qr]").forEach(function (h) { h.innerHTML = svg; h.removeAttribute("data-stale"); }); },
        function () { if (Date.now() - last > 3 * every) holder.setAttribute("data-stale", ""); });
    }
    if (holder === document.querySelector("[data-qr]")) {
      setInterval(renew, every);
      document.addEventListener("visibilitychange", function () { if (Date.now() - last > every) renew(); });
    }
  });

  /* The code from the message goes into its boxes by itself where the browser can read it. */
  var boxes = document.querySelector(".b-otp input");
  if (boxes && "OTPCredential" in window) {
    var abort = new AbortController();
    boxes.form.addEventListener("submit", function () { abort.abort(); });
    navigator.credentials.get({ otp: { transport: ["sms"] }, signal: abort.signal }).then(function (found) {
      boxes.value = found.code;
      boxes.dispatchEvent(new Event("input", { bubbles: true }));
    }, function () { boxes.focus(); });
  }

  /* Seconds until another code may be asked for. */
  all("[data-wait]").forEach(function (place) {
    var until = Date.now() + 1000 * +place.dataset.wait, button = document.getElementById(place.dataset.then);
    (function tick() {
      var left = Math.max(0, Math.ceil((until - Date.now()) / 1000)), text = Math.floor(left / 60) + ":" + ("0" + left % 60).slice(-2);
      place.textContent = place.dataset.text.replace("{time}", persian ? text.replace(/[0-9]/g, function (d) { return String.fromCharCode(0x6f0 + +d); }) : text);
      place.hidden = !left; button.hidden = !!left;
      if (left) setTimeout(tick, 500);
    })();
  });

  /* What is waiting for the member's yes is looked for now and then, so that nobody has to reload at the till. */
  var asks = document.querySelector("[data-asks]");
  if (asks) setInterval(function () {
    if (document.hidden) return;
    fetch(asks.dataset.asks, { credentials: "same-origin" }).then(function (a) { return a.ok && !a.redirected ? a.text() : Promise.reject(); }).then(function (html) {
      if (html.trim() !== asks.innerHTML.trim()) asks.innerHTML = html;
    }, function () { /* without a line the page stays as it is */ });
  }, 5000);

  /* A form is sent once, however often its button is pressed. */
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || event.target.matches("[data-theme-form]")) return;
    if (event.target.hasAttribute("data-sent")) { event.preventDefault(); return; }
    event.target.setAttribute("data-sent", "");
  });
  addEventListener("pageshow", function () { all("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); }); });

  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js");
})();
