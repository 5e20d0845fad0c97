/* A part of the page that comes anew while a person is at it takes nothing back: what was typed meanwhile, the caret,
   a key or mouse button held down at that moment, a button pressed while another one's answer was under way. */
(function () {
  "use strict";
  var body = document.body;
  var all = function (selector, within) { return [].slice.call(within.querySelectorAll(selector)); };

  /* What a control is called, so that it is known again when it has come anew; nameless ones are not. */
  function called(e) {
    if (!e || !e.getAttribute) return "";
    if (e.id) return "#" + e.id;
    if (e.name) return e.name + "=" + (/^(button|submit|checkbox|radio)$/.test(e.type) ? e.value : "");
    if (e.nodeName === "SUMMARY") return e.parentNode.id && "summary of " + e.parentNode.id;
    var leads = e.getAttribute("hx-post") || e.getAttribute("hx-get") || e.getAttribute("href");
    return leads ? leads + " " + (e.getAttribute("hx-vals") || "") : "";
  }
  function again(name, within) {
    return name && all("button, summary, a, input, select, textarea, [tabindex]", within).find(function (e) { return called(e) === name; });
  }

  /* --- a part a person unfolded stays open --------------------------------------------------------------------- */
  var unfolded = {};
  document.addEventListener("toggle", function (event) { if (event.target.matches("details[data-keep][id]")) unfolded[event.target.id] = event.target.open; }, true);
  body.addEventListener("htmx:afterSwap", function () { all("details[data-keep][id]", document).forEach(function (d) { if (d.id in unfolded) d.open = unfolded[d.id]; }); });

  /* --- what was typed between the request and its answer ------------------------------------------------------ */
  function renewed(target) {
    var form = target && target.closest && target.closest("form[data-guard]");
    return form && form !== target && target.querySelector("[name]:not(button)") ? form : null;
  }
  function fields(form) {
    return [].filter.call(form.elements, function (e) { return e.name && !/^(hidden|button|submit|fieldset|file)$/.test(e.type); });
  }
  function value(e) {
    if (e.type === "checkbox" || e.type === "radio") return e.checked;
    return e.multiple ? [].map.call(e.selectedOptions, function (o) { return o.value; }).join("\n") : e.value;
  }
  /* the value of each field by its name; those that share one are told apart by value or by place */
  function values(form) {
    var found = new Map();
    fields(form).forEach(function (e) {
      var name = e.name + "=" + (/^(checkbox|radio)$/.test(e.type) ? e.value : ""), place = 0;
      while (found.has(name + place)) place += 1;
      found.set(name + place, { field: e, value: value(e) });
    });
    return found;
  }
  function put(e, kept) {
    if (typeof kept === "boolean") { e.checked = kept; return; }
    if (e.multiple) { [].forEach.call(e.options, function (o) { o.selected = kept.split("\n").indexOf(o.value) >= 0; }); return; }
    if (e.nodeName === "SELECT" && ![].some.call(e.options, function (o) { return o.value === kept; })) return;
    e.value = kept;
  }
  function isTyping(e) { return !!e && e.matches("input:not([type=checkbox]):not([type=radio]), select, textarea"); }

  body.addEventListener("htmx:beforeRequest", function (event) {
    var form = renewed(event.detail.target), xhr = event.detail.xhr;
    if (!form) return;
    xhr.anew = { form: form, values: values(form), active: document.activeElement };
    if (event.detail.elt.nodeName === "SELECT") return;
    form.under = xhr;
    xhr.addEventListener("loadend", function () { if (form.under === xhr) { form.under = null; goesOn(form); } });
  });
  body.addEventListener("htmx:beforeSwap", function (event) {
    var anew = event.detail.xhr.anew, active = document.activeElement;
    if (!anew) return;
    anew.typed = [];
    values(anew.form).forEach(function (now, name) {
      var before = anew.values.get(name);
      if (before && before.value !== now.value) anew.typed.push([name, now.value]);
    });
    anew.at = { name: called(active), moved: isTyping(active) && active !== anew.active };
    try { anew.at.from = active.selectionStart; anew.at.to = active.selectionEnd; } catch (_no_text) { /* it has no caret */ }
  });
  var stays = false;
  body.addEventListener("htmx:afterSwap", function (event) {
    var anew = event.detail.xhr && event.detail.xhr.anew, now, field;
    if (!anew || !anew.typed) return;
    now = values(anew.form);
    anew.typed.forEach(function (pair) { if (now.has(pair[0])) put(now.get(pair[0]).field, pair[1]); });
    field = again(anew.at.name, anew.form);
    if (field && (document.activeElement === body || document.activeElement === field)) {
      field.focus({ preventScroll: true });
      if (typeof anew.at.from === "number") field.setSelectionRange(anew.at.from, anew.at.to);
    }
    stays = anew.at.moved;
    if (anew.typed.length) anew.form.dispatchEvent(new Event("change", { bubbles: true }));
    anew.typed = null;
  });
  /* After a button the person goes on where it led, unless they went on elsewhere by themselves. */
  body.addEventListener("bashgah:focus", function (event) {
    var e = document.getElementById(event.detail.id), fold = e && e.closest("details");
    if (!e || stays) return;
    if (fold) fold.open = true;
    e.focus();
  });

  /* --- what was pressed while a button's answer was under way waits for it: its own answer would come without -- */
  body.addEventListener("htmx:confirm", function (event) {
    var form = renewed(event.detail.target), name = called(event.detail.elt);
    if (!form || !form.under || !name) return;
    event.preventDefault();
    (form.waiting = form.waiting || []).push({ name: name, elt: event.detail.elt });
  });
  document.addEventListener("submit", function (event) {
    if (!event.target.under) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    (event.target.waiting = event.target.waiting || []).push({ sends: true });
  }, true);
  function goesOn(form) {
    var next, e;
    while (!form.under && (next = (form.waiting || []).shift())) {
      if (next.sends) { form.requestSubmit(); continue; }
      e = next.elt.isConnected ? next.elt : again(next.name, form);
      if (!e) continue;
      if (e.nodeName === "SELECT") e.dispatchEvent(new Event("change", { bubbles: true })); else e.click();
    }
  }

  /* --- a press that began on a control and ends on the one that came in its place counts, once ------------------ */
  var pressed = null;
  function control(node) {
    var label = node.closest && node.closest("label");
    return node.closest && (node.closest("button, summary, a[href], input, [role=button]") || (label && label.control));
  }
  function begins(event, by) {
    var node = control(event.target), name = called(node);
    pressed = name && !event.defaultPrevented ? { by: by, name: name, node: node } : null;
  }
  function ends(event, by) {
    var was = pressed, node = control(event.target);
    pressed = null;
    if (!was || was.by !== by || was.node.isConnected || called(node) !== was.name) return;
    function counts(click) { if (called(control(click.target)) === was.name) was.counted = true; }
    document.addEventListener("click", counts, true);
    setTimeout(function () {
      document.removeEventListener("click", counts, true);
      if (!was.counted) node.click();
    }, 0);
  }
  document.addEventListener("mousedown", function (event) { if (event.button === 0) begins(event, "mouse"); });
  document.addEventListener("mouseup", function (event) { if (event.button === 0) ends(event, "mouse"); });
  document.addEventListener("keydown", function (event) {
    if (event.key === " " && !event.repeat && event.target.matches("button, summary, [type=checkbox], [type=radio]")) begins(event, "key");
  });
  document.addEventListener("keyup", function (event) { if (event.key === " ") ends(event, "key"); });
})();
