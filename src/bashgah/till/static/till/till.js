/* The till's hands: keys, scans, digits and focus. What is owed and earned is decided by the server alone. */
(function () {
  "use strict";
  var root = document.querySelector(".b-till"), settings = document.getElementById("till");
  if (!root || !settings) return;

  var persian = document.documentElement.lang === "fa";
  var words = settings.dataset, skew = Date.parse(words.now) - Date.now();
  var prefix = words.cardPrefix || "", token = words.qrPrefix || "";

  /* inline styles are refused by the content security policy: htmx shall not copy any */
  htmx.config.attributesToSettle = ["class"];

  function one(id) { return document.getElementById(id); }
  function ascii(text) {
    return text.replace(/[۰-۹٠-٩]/g, function (d) { var c = d.charCodeAt(0); return String(c - (c >= 0x6f0 ? 0x6f0 : 0x660)); });
  }
  function digits(text) { return ascii(text).replace(/[^0-9]/g, ""); }
  function local(text) {
    return persian ? text.replace(/[0-9]/g, function (d) { return String.fromCharCode(0x6f0 + +d); }) : text;
  }
  function luhn(number) {
    var sum = 0;
    for (var i = 0; i < number.length; i++) {
      var d = +number[number.length - 1 - i];
      if (i % 2) { d *= 2; if (d > 9) d -= 9; }
      sum += d;
    }
    return sum % 10 === 0;
  }
  function isCard(number) { return number.length === 16 && number.indexOf(prefix) === 0 && !/^(.)\1*$/.test(number) && luhn(number); }
  function isMobile(number) { return /^09[0-9]{9}$/.test(number); }

  function toast(text) { window.bashgah.toast(text); }

  /* --- numbers are grouped while they are typed ------------------------------------------------------------- */
  function grouped(text, fraction) {
    var plain = ascii(text).replace(/[٫/]/g, "."), cut = fraction ? plain.indexOf(".") : -1;
    var whole = (cut < 0 ? plain : plain.slice(0, cut)).replace(/[^0-9]/g, "").replace(/^0+(?=.)/, "");
    whole = whole.replace(/\B(?=(\d{3})+$)/g, persian ? "٬" : ",");
    if (cut < 0) return local(whole);
    return local(whole) + (persian ? "٫" : ".") + local(plain.slice(cut + 1).replace(/[^0-9]/g, "").slice(0, 3));
  }
  function regroup(field) {
    var fraction = field.hasAttribute("data-fraction");
    var fromEnd = field.value.length - (field.selectionStart === null ? field.value.length : field.selectionStart);
    var value = grouped(field.value, fraction);
    if (value === field.value) return;
    field.value = value;
    var place = Math.max(0, value.length - fromEnd);
    if (document.activeElement === field) field.setSelectionRange(place, place);
  }

  /* --- a scan is first tried as a member, whatever field it lands in ---------------------------------------- */
  var TOKEN_LENGTH = 56, run = "", before = [], owner = null;
  function forget() { run = ""; before = []; }
  root.addEventListener("focusin", function (e) { if (e.target !== owner) { owner = e.target; forget(); } });
  /* before a character goes in: a full field would swallow the rest of a scan */
  root.addEventListener("beforeinput", function (e) {
    if (!e.target.matches("input")) return;
    if (!e.data) { forget(); return; }
    for (var i = 0; i < e.data.length; i++) { run += e.data[i]; before.push(e.target.value); }
    if (run.length > 400) { run = run.slice(-200); before = before.slice(-200); }
    var whole = token && run.lastIndexOf(token) === run.length - TOKEN_LENGTH;
    if (takenCard(e.target) || (whole && takenToken(e.target))) e.preventDefault();
  });
  function takenCard(field) {
    var plain = ascii(run), tail = plain.slice(-16);
    if (field.id === "till-q" || !/^[0-9]{16}$/.test(tail) || !isCard(tail)) return false;
    restore(field, before[before.length - 16]);
    find(tail, words.saidCard);
    return true;
  }
  function takenToken(field) {
    var at = token ? run.lastIndexOf(token) : -1;
    if (field.id === "till-q" || at < 0 || run.length - at < token.length + 16) return false;
    var text = run.slice(at);
    restore(field, before[at]);
    find(text, words.saidQr);
    return true;
  }
  function restore(field, value) { field.value = value || ""; forget(); changed(); }

  /* --- find ------------------------------------------------------------------------------------------------ */
  function find(text, said) {
    var q = one("till-q");
    q.value = isMobile(text) ? local(text.replace(/(....)(...)(....)/, "$1 $2 $3")) : /^[0-9]{16}$/.test(text) ? local(text.replace(/(....)(?=.)/g, "$1 ")) : text;
    turn(q);
    begin();
    if (said) toast(said);
    else if (one("till-amount")) forward();
    htmx.trigger(one("till-find"), "till:find");
  }
  /* digits in groups run from left to right, the hint in an empty field does not */
  function turn(q) { if (q.value) q.setAttribute("dir", "ltr"); else q.removeAttribute("dir"); }
  function begin() { settings.removeAttribute("data-idle"); one("till-result").replaceChildren(); }
  function forward() {
    var mode = currentMode(), field = one(mode === "lines" ? "till-item" : "till-amount");
    if (field) { field.focus(); field.select(); }
  }
  function currentMode() { var m = one("till-mode"); return m ? m.value : "amount"; }

  root.addEventListener("input", function (e) {
    var field = e.target;
    if (!field.matches("input")) return;
    eager = false;
    if (field.id === "till-q") {
      turn(field);
      var text = ascii(field.value).trim(), number = digits(text);
      if (/^[0-9\s\-]+$/.test(text) && (isMobile(number) || isCard(number))) find(number);
      return;
    }
    if (field.hasAttribute("data-number")) regroup(field);
    if (field.id === "till-pay") most("");
    if (field.form && field.form.id === "till-purchase" && field.id !== "till-item" && field.id !== "till-code") changed();
  });
  root.addEventListener("change", function (e) {
    if (e.target.form && e.target.form.id === "till-purchase" && e.target.matches("select, [type=radio], [type=checkbox]")) changed();
  });

  /* `eager` remembers an F12 pressed while the sum of what was just typed is still on its way */
  var waiting = null, asked = false, eager = false;
  function changed() {
    var form = one("till-purchase");
    if (!form) return;
    clearTimeout(waiting);
    asked = true;
    var sure = form.elements.sure; if (sure) sure.value = "";
    waiting = setTimeout(function () { waiting = null; htmx.trigger(form, "till:changed"); }, 200);
  }
  document.body.addEventListener("htmx:afterSettle", function (e) {
    if (!e.detail.elt || e.detail.elt.id !== "till-sum" || waiting !== null) return;
    asked = false;
    if (document.activeElement === document.body && !settings.hasAttribute("data-idle")) one("till-record").focus();
    if (!eager || one("till-find").classList.contains("htmx-request")) return;
    eager = false;
    record();
  });

  /* --- one purchase, one moment: set at the first press and kept until it is answered, so that pressing again
     tells the same fact -------------------------------------------------------------------------------------- */
  var recording = false;
  function record() {
    var form = one("till-purchase"), button = one("till-record");
    if (!form || !button || recording) return;
    if (button.getAttribute("aria-disabled") === "true" && asked) { eager = true; return; }
    if (button.getAttribute("aria-disabled") === "true") { toast(button.title || words.saidNotYet); return; }
    if (!form.elements.occurred_at.value) form.elements.occurred_at.value = new Date(Date.now() + skew).toISOString();
    clearTimeout(waiting);
    recording = true; button.setAttribute("aria-busy", "true");
    htmx.trigger(one("till-do-record"), "till:record");
  }
  document.body.addEventListener("htmx:afterRequest", function () {
    recording = false;
    var button = one("till-record"); if (button) button.removeAttribute("aria-busy");
  });
  /* a refusal is an answer like any other: the server says where it belongs */
  document.body.addEventListener("htmx:beforeSwap", function (e) {
    var status = e.detail.xhr.status, asked = e.detail.requestConfig.parameters, amount = one("till-amount");
    /* an answer about an amount that is no longer on the screen comes too late */
    if (e.detail.target.id === "till-sum" && asked && amount && asked.amount !== amount.value) { e.detail.shouldSwap = false; return; }
    /* a page of our own says where it belongs; any other 403 means that somebody is no longer signed in */
    var ours = status !== 401 && (status !== 403 || e.detail.xhr.getResponseHeader("HX-Retarget"));
    if (status >= 400 && status < 500 && ours) { e.detail.shouldSwap = true; e.detail.isError = false; }
    else if (status === 403 || status === 401) location.reload();
  });
  /* what has not changed is left alone, or a key pressed at this moment would hit a button that is gone */
  document.body.addEventListener("htmx:oobBeforeSwap", function (e) {
    var fresh = e.detail.fragment, same = e.detail.target;
    if (same.id === "till-side" && fresh.innerHTML.trim() === same.innerHTML.trim()) e.detail.shouldSwap = false;
  });
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    /* said once, in the till's own words */
    root.addEventListener(name, function (e) { e.stopPropagation(); connection(false); toast(words.saidOffline); });
  });
  document.body.addEventListener("htmx:afterOnLoad", function () { connection(true); });
  function connection(on) {
    var tag = one("till-connection");
    if (!tag) return;
    tag.textContent = on ? tag.dataset.on : tag.dataset.off;
    tag.classList.toggle("is-good", on); tag.classList.toggle("is-warn", !on);
  }
  addEventListener("offline", function () { connection(false); });
  addEventListener("online", function () { connection(true); });

  /* --- after an answer, the cursor goes where the next key belongs ------------------------------------------ */
  document.body.addEventListener("htmx:afterSettle", function (e) {
    var wanted = (e.detail.elt && e.detail.elt.matches && e.detail.elt.matches("[data-focus]") && e.detail.elt) ||
      (e.detail.elt && e.detail.elt.querySelector && e.detail.elt.querySelector("[data-focus]"));
    if (!wanted) return;
    var field = wanted.dataset.focus ? one(wanted.dataset.focus) : wanted;
    wanted.removeAttribute("data-focus");
    if (field) { field.focus(); if (field.select) field.select(); }
  });
  document.body.addEventListener("till:reset", function () { reset(false); one("till-panel").replaceChildren(); });
  document.body.addEventListener("till:ready", function () { one("till-q").focus(); });
  document.body.addEventListener("till:found", function () { known(); });
  document.body.addEventListener("till:enrolled", function () { known(); setTimeout(forward, 0); });
  document.body.addEventListener("till:not-found", function () { changed(); });
  document.body.addEventListener("till:taken", function () { changed(); });
  function known() { begin(); var form = one("till-purchase"); form.elements.anonymous.value = ""; changed(); }

  function reset(keepQuery) {
    eager = false;
    var form = one("till-purchase");
    if (form) {
      form.reset();
      ["member", "anonymous", "occurred_at", "sure", "pay_most", "pay_shown"].forEach(function (name) { if (form.elements[name]) form.elements[name].value = ""; });
      ["till-lines", "till-codes", "till-code-error"].forEach(function (id) { var list = one(id); if (list) list.replaceChildren(); });
      showLines();
    }
    ["till-member", "till-side", "till-found-item", "till-error"].forEach(function (id) { var part = one(id); if (part) part.replaceChildren(); });
    if (!keepQuery) { one("till-q").value = ""; turn(one("till-q")); }
    changed();
    settings.setAttribute("data-idle", "");
    forget();
  }
  function clear() {
    var result = one("till-result"); if (result) result.replaceChildren();
    var panel = one("till-panel"); if (panel) panel.replaceChildren();
    var taken = root.querySelector("[data-taken]");
    if (taken) htmx.trigger(one("till-drop-all"), "till:drop");
    reset(false);
    one("till-q").focus();
  }

  /* --- paying by points: once to type how many, once more for as many as possible --------------------------- */
  function most(value) { var field = one("till-purchase").elements.pay_most; if (field) field.value = value; }
  function canPay() { var said = one("till-pay-said"); return Boolean(said && said.dataset.most); }
  function pay() {
    var field = one("till-pay");
    if (!field || !canPay()) return;
    if (document.activeElement === field) payMost();
    else { field.focus(); field.select(); }
  }
  function payMost() {
    if (!canPay()) return;
    most("1");
    one("till-pay").focus();
    changed();
  }
  function payAsk() { htmx.trigger(one("till-pay"), "till:pay"); }
  function unpaid() { var field = one("till-pay"); if (field) { field.value = ""; most(""); } }
  document.body.addEventListener("till:unpaid", unpaid);
  document.body.addEventListener("till:paying", function () { var field = one("till-pay"); if (field) next(field); });
  /* as much as possible follows the bill */
  document.body.addEventListener("htmx:oobAfterSwap", function (e) {
    if (e.detail.target.id !== "till-pay-said" || !one("till-purchase").elements.pay_most.value) return;
    var chosen = one("till-pay-said").dataset.chosen || "", field = one("till-pay");
    field.value = grouped(chosen, false);
    if (document.activeElement === field) field.select();
  });

  /* --- lines ------------------------------------------------------------------------------------------------ */
  function showLines() {
    var body = one("till-lines"), table = one("till-lines-table");
    if (table) table.hidden = !body || !body.rows.length;
  }
  document.body.addEventListener("htmx:afterSwap", function (e) {
    if (e.detail.target && (e.detail.target.id === "till-lines" || e.detail.target.id === "till-found-item")) { showLines(); changed(); }
  });
  document.body.addEventListener("till:line", function () {
    var item = one("till-item"), prices = root.querySelectorAll("[name=line_price]"), price = prices[prices.length - 1];
    item.value = "";
    one("till-found-item").replaceChildren();
    (price && !price.value ? price : item).focus();
    showLines(); changed();
  });
  document.body.addEventListener("till:coded", function () {
    one("till-code").value = "";
    one("till-code-error").replaceChildren();
    changed();
  });
  root.addEventListener("click", function (e) {
    var code = e.target.closest("[data-code-remove]");
    if (code) { code.closest("[data-code]").remove(); one("till-code").focus(); changed(); return; }
    var gone = e.target.closest("[data-line-remove]");
    if (gone) { gone.closest("tr").remove(); showLines(); changed(); var item = one("till-item"); if (item) item.focus(); return; }
    var mode = e.target.closest("[data-mode]");
    if (mode) { setMode(mode.dataset.mode); return; }
    var act = e.target.closest("[data-act]");
    if (!act) return;
    ({ record: record, clear: clear, anonymous: anonymous, scan: scan, payMost: payMost, payAsk: payAsk, closePanel: closePanel,
      openReturn: function () { open("till-open-return"); }, openEnrol: function () { open("till-open-enrol"); } })[act.dataset.act]();
  });
  function setMode(name) {
    var hidden = one("till-mode");
    hidden.value = name;
    root.querySelectorAll("[data-mode]").forEach(function (b) { b.setAttribute("aria-pressed", b.dataset.mode === name); });
    root.querySelectorAll("[data-for-mode]").forEach(function (part) { part.hidden = part.dataset.forMode !== name; });
    forward(); changed();
  }
  function closePanel() { one("till-panel").replaceChildren(); one("till-q").focus(); }
  function panelForm() { return root.querySelector("#till-panel form[data-panel]"); }
  function anonymous() {
    begin();
    var form = one("till-purchase");
    if (form && !form.elements.member.value) form.elements.anonymous.value = "1";
    forward(); changed();
  }

  /* --- keys ------------------------------------------------------------------------------------------------- */
  function next(field) {
    var scope = field.form || root;
    var all = Array.prototype.filter.call(scope.querySelectorAll("input:not([type=hidden]), select, button[data-step]"), function (f) {
      return !f.disabled && f.offsetParent !== null;
    });
    var at = all.indexOf(field), target = all[at + 1] || one("till-record");
    if (target) { target.focus(); if (target.select) target.select(); }
  }
  document.addEventListener("keydown", function (e) {
    if (document.querySelector("dialog[open]")) return;
    if (e.key === "Enter" && e.target.matches && e.target.matches("input, select") && root.contains(e.target)) {
      if (takenToken(e.target)) { e.preventDefault(); return; }
      if (e.target.id === "till-q") { e.preventDefault(); if (e.target.value.trim()) find(e.target.value.trim()); return; }
      if (e.target.id === "till-item") {
        e.preventDefault();
        if (e.target.value.trim()) htmx.trigger(e.target, "till:item"); else one("till-record").focus();
        return;
      }
      if (e.target.id === "till-code" && e.target.value.trim()) { e.preventDefault(); htmx.trigger(e.target, "till:code"); return; }
      if (e.target.id === "till-pay" && (e.target.value || root.querySelector("[data-taken]"))) {
        e.preventDefault();
        htmx.trigger(e.target, "till:pay");
        return;
      }
      if (e.target.form && e.target.form.hasAttribute("data-enter-submits")) return;
      e.preventDefault();
      /* the Enter of habit after a number that was already found */
      if (e.target.id === "till-amount" && !e.target.value) return;
      if (e.target.closest("#till-lines")) { one("till-item").focus(); return; }
      next(e.target);
      return;
    }
    if (e.altKey && !e.ctrlKey && !e.metaKey && /^(Digit|Numpad)[1-9]$/.test(e.code)) {
      var offers = root.querySelectorAll("[data-offer]"), button = offers[+e.code.slice(-1) - 1];
      e.preventDefault();
      if (button) button.click();
      return;
    }
    if (e.ctrlKey || e.altKey || e.metaKey || e.shiftKey) return;
    var act = { F2: function () { one("till-q").focus(); one("till-q").select(); },
      F3: function () { if (settings.hasAttribute("data-idle")) anonymous(); else forward(); },
      F4: function () { var code = one("till-code"); if (code && code.offsetParent) { code.focus(); code.select(); } },
      F6: pay,
      F7: function () { var pool = one("till-pay-pool"); if (pool && pool.offsetParent) pool.click(); },
      F8: function () { open("till-open-return"); },
      F9: function () { open("till-open-enrol"); },
      F12: function () { var panel = panelForm(); if (panel) panel.querySelector("[data-primary]").click(); else record(); },
      Escape: function () { if (panelForm()) closePanel(); else clear(); } }[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  });
  function open(id) {
    var form = one("till-purchase");
    if (!form.elements.member.value) one("till-member").replaceChildren();
    var opener = one(id); if (opener) htmx.trigger(opener, "till:open");
  }

  /* --- camera ----------------------------------------------------------------------------------------------- */
  var scanner = one("till-scan");
  if (scanner && !("BarcodeDetector" in window && navigator.mediaDevices)) scanner.hidden = true;
  function scan() {
    var dialog = one("till-camera"), video = dialog.querySelector("video"), stream;
    var detector = new window.BarcodeDetector({ formats: ["qr_code", "code_128", "ean_13"] });
    function stop() { if (stream) stream.getTracks().forEach(function (t) { t.stop(); }); stream = null; if (dialog.open) dialog.close(); }
    dialog.addEventListener("close", stop, { once: true });
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (s) {
      stream = s; video.srcObject = s; dialog.showModal(); video.play();
      (function look() {
        if (!stream) return;
        detector.detect(video).then(function (codes) {
          if (!codes.length) { requestAnimationFrame(look); return; }
          stop(); find(codes[0].rawValue, words.saidQr); forward();
        }, function () { requestAnimationFrame(look); });
      })();
    }, function () { toast(words.saidNoCamera); });
  }

  showLines();
  one("till-q").focus();
})();
