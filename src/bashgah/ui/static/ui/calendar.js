/* A calendar under a date field: Jalali or Gregorian by the club, week from Saturday or Monday, the other calendar
   beside. Typing is always accepted; the server reads both calendars in any digits. */
(function () {
  "use strict";
  var root = document.documentElement, body = document.body, fa = root.lang === "fa";
  var jalali = body.dataset.calendarKind !== "gregorian", DAY = 86400000;
  var reader = new Intl.DateTimeFormat("en-u-ca-" + (jalali ? "persian" : "gregory") + "-nu-latn", { year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC" });
  var lang = fa ? "fa-IR" : "en-GB", ca = "-u-ca-" + (jalali ? "persian" : "gregory");
  var names = { month: new Intl.DateTimeFormat(lang + ca, { month: "long", timeZone: "UTC" }), full: new Intl.DateTimeFormat(lang + ca, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }), day: new Intl.DateTimeFormat(lang, { weekday: "narrow", timeZone: "UTC" }), dayLong: new Intl.DateTimeFormat(lang, { weekday: "long", timeZone: "UTC" }), other: new Intl.DateTimeFormat((fa ? "fa-IR" : "en-GB") + "-u-ca-" + (jalali ? "gregory" : "persian"), { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }) };
  function parts(date) { var out = {}; reader.formatToParts(date).forEach(function (p) { out[p.type] = p.value; }); return { y: +out.year || +out.relatedYear, m: +out.month, d: +out.day }; }
  function digits(n) { return n.toLocaleString(fa ? "fa-IR" : "en", { useGrouping: false }); }
  function two(n) { return (n < 10 ? digits(0) : "") + digits(n); }
  function typed(date) { var p = parts(date); return digits(p.y) + "/" + two(p.m) + "/" + two(p.d); }
  function today() { var n = new Date(); return new Date(Date.UTC(n.getFullYear(), n.getMonth(), n.getDate())); }
  function first(date) { return new Date(date.getTime() - (parts(date).d - 1) * DAY); }
  function read(text) {
    var found = window.bashgah.ascii(text.replace(/[/\-.]/g, "/")).match(/^(\d{4})\/(\d{1,2})\/(\d{1,2})$/);
    if (!found) return null;
    var y = +found[1], m = +found[2], d = +found[3];
    if (y > 1700) return new Date(Date.UTC(y, m - 1, d));
    if (!jalali) return null;
    var guess = new Date(Date.UTC(y + 621, 2, 21) + ((m - 1) * 30.5 + d - 1) * DAY), at = new Date(Math.floor(guess.getTime() / DAY) * DAY), k, p;
    for (k = -10; k <= 10; k += 1) { p = parts(new Date(at.getTime() + k * DAY)); if (p.y === y && p.m === m && p.d === d) return new Date(at.getTime() + k * DAY); }
    return null;
  }
  function el(tag, cls, text) { var e = document.createElement(tag); if (cls) e.className = cls; if (text != null) e.textContent = text; return e; }
  function button(cls, text, label) { var b = el("button", cls, text); b.type = "button"; if (label) b.setAttribute("aria-label", label); return b; }
  var popped = null;
  function close() { if (!popped) return; popped.box.remove(); popped.opener.setAttribute("aria-expanded", "false"); popped = null; }
  function choose(date) { var p = popped; p.input.value = date ? typed(date) : ""; close(); p.input.dispatchEvent(new Event("input", { bubbles: true })); p.input.dispatchEvent(new Event("change", { bubbles: true })); p.input.focus(); }
  function paint(month) {
    var box = popped.box, chosen = read(popped.input.value), now = today(), start = first(month), weekStart = jalali ? 6 : 1;
    var back = (start.getUTCDay() - weekStart + 7) % 7, at = new Date(start.getTime() - back * DAY), p = parts(start), row, i;
    box.replaceChildren();
    box.setAttribute("aria-label", names.month.format(start) + " " + digits(p.y));
    var head = el("div", "b-cal-head"), before = button("b-tool b-tool-s", fa ? "›" : "‹", body.dataset.sayPrevious), after = button("b-tool b-tool-s", fa ? "‹" : "›", body.dataset.sayNext);
    head.append(before, el("strong", "", names.month.format(start) + " " + digits(p.y)), after);
    before.addEventListener("click", function () { paint(first(new Date(start.getTime() - DAY))); });
    after.addEventListener("click", function () { paint(first(new Date(start.getTime() + 32 * DAY))); });
    var table = el("table"), tr = el("tr"), thead = el("thead"), tbody = el("tbody");
    for (i = 0; i < 7; i += 1) { var d0 = new Date(at.getTime() + i * DAY), th = el("th", "", names.day.format(d0)); th.scope = "col"; th.abbr = names.dayLong.format(d0); tr.append(th); }
    thead.append(tr);
    for (i = 0; i < 42; i += 1) {
      if (i % 7 === 0) { if (i && parts(at).m !== p.m) break; row = el("tr"); tbody.append(row); }
      (function (date) {
        var q = parts(date), b = button([q.m === p.m ? "" : "out", (jalali ? date.getUTCDay() === 5 : date.getUTCDay() === 0) ? "fri" : "", chosen && chosen.getTime() === date.getTime() ? "from" : ""].join(" ").trim(), digits(q.d), names.full.format(date)), td = el("td");
        if (date.getTime() === now.getTime()) b.setAttribute("aria-current", "date");
        b.addEventListener("click", function () { choose(date); });
        td.append(b); row.append(td);
      })(at);
      at = new Date(at.getTime() + DAY);
    }
    table.append(thead, tbody);
    var note = el("div", "b-cal-note"), foot = el("div", "b-cal-foot"), t = button("b-chip", body.dataset.sayToday), n = button("b-chip", body.dataset.sayNone);
    note.append(el("span", "", names.other.format(chosen || now)));
    t.addEventListener("click", function () { choose(now); });
    n.addEventListener("click", function () { choose(null); });
    foot.append(t, n);
    box.append(head, table, note, foot);
  }
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-calendar]");
    if (!opener) { if (popped && event.target.isConnected && !popped.box.contains(event.target)) close(); return; }
    if (popped && popped.opener === opener) { close(); return; }
    close();
    var affix = opener.closest(".b-affix"), box = el("div", "b-cal b-cal-pop");
    box.setAttribute("role", "group");
    affix.parentNode.classList.add("b-cal-wrap");
    affix.after(box);
    popped = { box: box, opener: opener, input: document.getElementById(opener.dataset.calendar) };
    opener.setAttribute("aria-expanded", "true");
    paint(first(read(popped.input.value) || today()));
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape" && popped) { var o = popped.opener; close(); o.focus(); } });
})();
