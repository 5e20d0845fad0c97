/* Behaviour shared by every page; content security policy clean: no inline code, no eval.
   Charts · theme · grouped digits · unsaved guard · dialogs · toasts · shortcuts · small conveniences of forms. */
(function () {
  "use strict";
  var root = document.documentElement, body = document.body;
  var fa = root.lang === "fa", locale = fa ? "fa-IR" : "en";
  var say = function (key) { return body.dataset["say" + key[0].toUpperCase() + key.slice(1)] || ""; };
  var all = function (selector, within) { return [].slice.call((within || document).querySelectorAll(selector)); };

  /* Charts: every <figure class="b-chart"> is drawn from the table inside it; one source for eye, ear and export. */
  function ink(name) {
    var probe = document.createElement("i");
    probe.hidden = true;
    body.append(probe);
    probe.style.setProperty("color", "var(--b-" + name + ")");
    var colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }
  function dataset(figure, head, column, rows) {
    var kind = figure.dataset.chart, line = kind === "line" || head.dataset.as === "line", tone = ink(head.dataset.tone || "c1");
    return {
      type: line ? "line" : "bar", label: head.textContent,
      data: rows.map(function (row) { var v = row.cells[column + 1].dataset.v; return v === "" || v == null ? null : +v; }),
      backgroundColor: tone, borderColor: tone, borderWidth: line ? 2 : 0, borderDash: head.dataset.dash ? [4, 4] : undefined,
      pointRadius: 0, pointHitRadius: 12, tension: .25, stack: line ? "l" + column : kind === "stack" ? "s" : "b" + column,
      borderRadius: kind === "stack" ? 0 : 3, barPercentage: kind === "hist" ? .96 : .82,
      categoryPercentage: kind === "hist" ? 1 : .86, maxBarThickness: kind === "hist" ? 80 : 26, order: line ? 0 : 1
    };
  }
  function chart(figure) {
    var table = figure.querySelector("table"), canvas = figure.querySelector("canvas"), kind = figure.dataset.chart, rtl = root.dir === "rtl";
    var old = Chart.getChart(canvas);
    if (old) old.destroy();
    var heads = [].slice.call(table.tHead.rows[0].cells, 1), rows = [].slice.call(table.tBodies[0].rows);
    var sets = heads.map(function (head, k) { return dataset(figure, head, k, rows); });
    if (kind === "stack" && sets.length) sets[sets.length - 1].borderRadius = 3;
    new Chart(canvas, {
      type: "bar",
      data: { labels: rows.map(function (row) { return row.cells[0].dataset.s || row.cells[0].textContent; }), datasets: sets },
      options: {
        maintainAspectRatio: false, responsive: true, interaction: { mode: "index", intersect: false },
        scales: {
          x: { reverse: rtl, stacked: kind === "stack", grid: { display: false }, border: { color: ink("line-2") }, ticks: { maxRotation: 0, autoSkipPadding: 14, color: ink("ink-3") } },
          y: { position: rtl ? "right" : "left", beginAtZero: figure.dataset.zero !== "no", stacked: kind === "stack", grid: { color: ink("grid"), drawTicks: false }, border: { display: false }, ticks: { maxTicksLimit: 5, padding: 8, color: ink("ink-3"), callback: function (v) { return v.toLocaleString(locale); } } }
        },
        plugins: { legend: { display: false }, tooltip: { rtl: rtl, textDirection: rtl ? "rtl" : "ltr", backgroundColor: ink("ink"), titleColor: ink("surface"), bodyColor: ink("surface"), padding: 10, cornerRadius: 6, boxPadding: 4 } }
      }
    });
  }
  function draw() {
    if (!window.Chart) return;
    Chart.defaults.font.family = getComputedStyle(body).fontFamily;
    Chart.defaults.font.size = 12;
    Chart.defaults.locale = locale;
    Chart.defaults.color = ink("ink-3");
    Chart.defaults.animation = false;
    all("figure.b-chart").forEach(chart);
    root.dataset.drawn = "yes";
  }

  /* A region that scrolls must be reachable from the keyboard; one that fits must not be a stop. */
  function reach() {
    all(".b-scroll, .b-stages").forEach(function (e) { if (e.scrollWidth > e.clientWidth + 1) e.tabIndex = 0; else e.removeAttribute("tabindex"); });
  }
  addEventListener("resize", reach);
  document.fonts.ready.then(function () { reach(); draw(); });

  /* Theme: at once, and kept in a cookie so that the next page comes in it without a flash. */
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-theme-form]")) return;
    event.preventDefault();
    var dark = root.getAttribute("data-bs-theme") !== "dark";
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
    document.cookie = "bashgah_theme=" + (dark ? "dark" : "light") + ";path=/;max-age=31536000;samesite=lax" + (location.protocol === "https:" ? ";secure" : "");
    event.target.querySelector("button").value = dark ? "light" : "dark";
    draw();
  });

  /* Digits of any script are accepted and grouped while typing; the caret stays behind the same digit. */
  var persian = "۰۱۲۳۴۵۶۷۸۹", arabic = "٠١٢٣٤٥٦٧٨٩";
  function ascii(text) {
    return text.replace(/[۰-۹٠-٩]/g, function (d) { var i = persian.indexOf(d); return String(i >= 0 ? i : arabic.indexOf(d)); }).replace(/٫/g, ".").replace(/[٬,\s]/g, "");
  }
  function shown(text) {
    var minus = /^[-−]/.test(text) ? "−" : "", parts = text.replace(/[^0-9.]/g, "").split(".");
    var whole = parts[0].replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, fa ? "٬" : ",");
    var out = parts.length > 1 ? whole + (fa ? "٫" : ".") + parts[1] : whole;
    return minus + (fa ? out.replace(/\d/g, function (d) { return persian[+d]; }) : out);
  }
  function isDigit(c) { return /[0-9۰-۹٠-٩]/.test(c); }
  function group(input) {
    var caret = input.selectionStart, behind = input.value.slice(0, caret).split("").filter(isDigit).length;
    var next = shown(ascii(input.value));
    if (next === input.value) return;
    input.value = next;
    var at = 0, seen = 0;
    while (at < next.length && seen < behind) { if (isDigit(next[at])) seen += 1; at += 1; }
    if (document.activeElement === input) input.setSelectionRange(at, at);
  }
  document.addEventListener("input", function (event) { if (event.target.matches && event.target.matches("[data-grouped]")) group(event.target); });
  function settle(within) { all("[data-grouped]", within).forEach(group); reach(); }
  settle();
  window.bashgah = { ascii: ascii, grouped: shown, group: group, toast: toast, draw: draw };

  /* Unsaved changes are counted in the save bar, and leaving asks. */
  var leaving = false;
  function snapshot(form) {
    var found = {};
    all("input, select, textarea", form).forEach(function (e) {
      if (!e.name || e.type === "hidden") return;
      var value = e.type === "checkbox" || e.type === "radio" ? (e.checked ? e.value : "") : e.value;
      found[e.name] = (found[e.name] === undefined ? "" : found[e.name] + "\n") + value;
    });
    return found;
  }
  function changes(form) {
    var before = form._before, now = snapshot(form), names = {};
    Object.keys(before).concat(Object.keys(now)).forEach(function (name) { names[name] = true; });
    return Object.keys(names).filter(function (name) { return before[name] !== now[name]; }).length;
  }
  function tell(form) {
    var n = form.dataset.dirty ? Math.max(1, changes(form)) : changes(form), place = form.querySelector("[data-changes]") || document.querySelector("[data-changes='" + form.id + "']");
    if (place) place.textContent = n === 0 ? say("saved") : n === 1 ? say("change") : say("changes").replace("{n}", n.toLocaleString(locale));
    return n;
  }
  all("form[data-guard]").forEach(function (form) {
    form._before = snapshot(form);
    if (form.querySelector("[aria-invalid='true']") || document.querySelector("main .b-note.is-bad")) form.dataset.dirty = "yes";
    form.addEventListener("input", function () { tell(form); });
    form.addEventListener("change", function () { tell(form); });
    form.addEventListener("submit", function () { leaving = true; });
    tell(form);
  });
  addEventListener("beforeunload", function (event) {
    if (!leaving && all("form[data-guard]").some(function (form) { return tell(form) > 0; })) event.preventDefault();
  });

  /* Dialogs, menus, sentences that open. */
  function open(id) { var d = document.getElementById(id); if (d && d.showModal) { d.showModal(); var first = d.querySelector("[autofocus], input:not([type=hidden]), select, textarea"); if (first) first.focus(); } }
  document.addEventListener("click", function (event) {
    var target = event.target, opener = target.closest("[data-dialog]"), closer = target.closest("[data-close]"), expander = target.closest("[data-expand]"), copier = target.closest("[data-copy]");
    if (target.closest("[aria-disabled='true']")) { event.preventDefault(); return; }
    if (opener) open(opener.dataset.dialog);
    if (closer) closer.closest("dialog").close();
    if (target.nodeName === "DIALOG") target.close();
    if (target.closest("[data-print]")) window.print();
    if (copier) navigator.clipboard.writeText(document.getElementById(copier.dataset.copy).textContent.trim()).then(function () { toast(copier.dataset.copied); });
    if (expander) {
      var isOpen = expander.getAttribute("aria-expanded") !== "true";
      expander.setAttribute("aria-expanded", isOpen);
      document.getElementById(expander.dataset.expand).toggleAttribute("data-open", isOpen);
    }
    all("details.b-menu[open]").forEach(function (menu) { if (!menu.contains(target)) menu.open = false; });
  });
  all(".b-tabs [aria-current], .b-stages [aria-current]").forEach(function (tab) { tab.scrollIntoView({ inline: "center", block: "nearest" }); });
  /* A form that hands out a file leaves the page where it is: only its question closes. */
  document.addEventListener("submit", function (event) { var asked = event.target.matches("[data-downloads]") && event.target.closest("dialog"); if (asked) asked.close(); });
  all("dialog[data-open-now]").forEach(function (dialog) { dialog.showModal(); });

  /* Toasts: what was done, with undo; gone after eight seconds unless the pointer rests on them. */
  function retire(node) { setTimeout(function () { if (node.matches(":hover, :focus-within")) retire(node); else node.remove(); }, 8000); }
  function toast(text, bad) {
    var node = document.createElement("div");
    node.className = "b-toast";
    if (bad) node.setAttribute("data-bad", "");
    node.textContent = text;
    document.getElementById("toasts").append(node);
    retire(node);
  }
  all("[data-toast]").forEach(retire);

  /* Forms: a filter applies at once; a switch posts; Ctrl+S saves; Ctrl+K or / searches; Esc closes menus. */
  document.addEventListener("change", function (event) { if (event.target.matches("[data-submit]")) event.target.form.requestSubmit(); });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.nodeName);
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") {
      var form = document.querySelector("form[data-save]");
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
    if (((event.ctrlKey || event.metaKey) && event.code === "KeyK") || (event.key === "/" && !typing)) {
      var search = document.getElementById("top-search") || document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") all("details.b-menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
  });
  /* Alt and a letter press what prints them: by the key's place, so that it works in a Persian layout too. */
  document.addEventListener("keydown", function (event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    var press = document.querySelector("[data-hotkey='" + CSS.escape(event.code) + "']");
    if (press) { event.preventDefault(); press.click(); }
  });
  var firstError = document.querySelector("[aria-invalid='true']");
  if (firstError) firstError.focus();

  /* One-time code: six boxes that take one pasted code, go on by themselves and send when full. */
  all(".b-otp").forEach(function (row) {
    var boxes = all("input", row), whole = row.parentNode.querySelector("input[type=hidden]");
    function keep() {
      if (whole) whole.value = boxes.map(function (b) { return ascii(b.value); }).join("");
      var button = row.closest("form").querySelector("button[type=submit]");
      if (whole && whole.value.length === boxes.length && row.dataset.auto !== "no") row.closest("form").requestSubmit(button);
    }
    boxes.forEach(function (box, i) {
      box.addEventListener("input", function () {
        var digits = ascii(box.value).replace(/\D/g, "").split("");
        if (!digits.length) { box.value = ""; keep(); return; }
        digits.slice(0, boxes.length - i).forEach(function (d, k) { boxes[i + k].value = fa ? persian[+d] : d; });
        boxes[Math.min(boxes.length - 1, i + digits.length)].focus();
        keep();
      });
      box.addEventListener("keydown", function (event) { if (event.key === "Backspace" && !box.value && i) { boxes[i - 1].value = ""; boxes[i - 1].focus(); } });
      box.addEventListener("focus", function () { box.select(); });
    });
  });

  /* HTMX: what comes in is settled like the page, what fails is said. */
  body.addEventListener("htmx:afterSwap", function (event) { settle(event.target); all("form[data-guard]").forEach(function (form) { if (form.contains(event.target)) { form.dataset.dirty = "yes"; tell(form); } }); });
  addEventListener("hashchange", function () { var e = location.hash.length > 1 && document.getElementById(location.hash.slice(1)); var d = e && (e.closest("details") || e.querySelector("details[data-keep]")); if (d && e.querySelector(".b-faults .b-error")) d.open = true; });
  body.addEventListener("htmx:sendError", function () { toast(say("failed"), true); });
  body.addEventListener("htmx:responseError", function (event) { toast(event.detail.xhr.getResponseHeader("X-Refusal") ? decodeURIComponent(event.detail.xhr.getResponseHeader("X-Refusal")) : say("failed"), true); });
})();
