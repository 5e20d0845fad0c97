"""Tags and filters of the shared look. Components take plain values; see ui/README.md for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from bashgah.ui.templatetags import values
from bashgah.ui.types import Chart, Column, Crumb, Delta, Listing, Moment, Option, Stat, Tab, Why

register = template.Library()
# templates load one library
register.tags |= values.register.tags
register.filters |= values.register.filters


# --- components


@register.inclusion_tag("ui/c/page_heading.html")
def page_heading(title: str, text: str = "", crumbs: Iterable[Crumb] = ()) -> dict[str, Any]:
    """Crumbs, title and one sentence. For actions write `.b-head` by hand (see README)."""
    return {"title": title, "text": text, "crumbs": tuple(crumbs)}


@register.inclusion_tag("ui/c/crumbs.html")
def crumbs(items: Iterable[Crumb]) -> dict[str, Any]:
    """The way to this page."""
    return {"items": tuple(items)}


@register.inclusion_tag("ui/c/button.html")
def button(
    label: str,
    *,
    url: str = "",
    sign: str = "",
    kind: str = "",
    kbd: str = "",
    size: str = "",
    name: str = "",
    value: str = "",
    only: bool = False,
    dialog: str = "",
    submit: bool = False,
    disabled: str = "",
    form: str = "",
) -> dict[str, Any]:
    """A link when it has a `url`, else a button. `kind` primary, ghost or danger; `only` shows the icon
    alone;
    `dialog` opens the dialog of that id; `disabled` is the reason, shown as title and read aloud."""
    classes = ["btn"] + ([f"btn-{kind}"] if kind else []) + ([f"btn-{size}"] if size else [])
    if only:
        classes.append("btn-only")
    return {
        "label": label,
        "url": url,
        "sign": sign,
        "kbd": kbd,
        "name": name,
        "value": value,
        "only": only,
        "dialog": dialog,
        "type": "submit" if submit else "button",
        "disabled": disabled,
        "form": form,
        "classes": " ".join(classes),
    }


@register.inclusion_tag("ui/c/field.html")
def field(
    name: str,
    label: str,
    value: Any = "",
    *,
    kind: str = "text",
    hint: str = "",
    affix: str = "",
    errors: Mapping[str, str] | None = None,
    options: Iterable[Option] = (),
    required: bool = False,
    dir: str = "",
    placeholder: str = "",
    autocomplete: str = "",
    inputmode: str = "",
    maxlength: int | None = None,
    autofocus: bool = False,
    rows: int = 3,
    hidden_label: bool = False,
    readonly: bool = False,
    id_prefix: str = "f-",
    small: bool = False,
    checked: bool = False,
) -> dict[str, Any]:
    """A field with label, hint, unit and error. Kinds: text, search, tel, email, password, number
    (grouped while
    typed), date (Jalali or Gregorian, typed or picked), textarea, select, radio, checkbox, checkboxes,
    color, file."""
    error = (errors or {}).get(name, "")
    ident = f"{id_prefix}{name}".replace(".", "-")
    ltr_kinds = {"tel", "email", "password", "code"}
    described = " ".join(
        part for part in (f"{ident}-h" if hint else "", f"{ident}-e" if error else "") if part
    )
    return {
        "name": name,
        "label": label,
        "value": "" if value is None else value,
        "kind": kind,
        "hint": hint,
        "affix": affix,
        "error": error,
        "options": tuple(options),
        "required": required,
        "dir": dir or ("ltr" if kind in ltr_kinds else ""),
        "placeholder": placeholder,
        "autocomplete": autocomplete,
        "maxlength": maxlength,
        "autofocus": autofocus,
        "rows": rows,
        "id": ident,
        "described": described,
        "hidden_label": hidden_label,
        "readonly": readonly,
        "small": small,
        "checked": checked,
        "type": kind if kind in {"search", "tel", "email", "password", "file", "color"} else "text",
        "inputmode": inputmode or ("decimal" if kind == "number" else ""),
    }


@register.inclusion_tag("ui/c/listing_top.html")
def listing_top(listing: Listing) -> dict[str, Any]:
    """Search, filters, chips and export over a table."""
    return {"listing": listing}


@register.inclusion_tag("ui/c/listing_head.html")
def listing_head(listing: Listing) -> dict[str, Any]:
    """The `<thead>` of a list, with sort links and `aria-sort`."""
    return {"heads": listing.heads}


@register.inclusion_tag("ui/c/listing_foot.html")
def listing_foot(listing: Listing) -> dict[str, Any]:
    """What the list holds, and its pages."""
    return {"listing": listing}


@register.inclusion_tag("ui/c/table_head.html")
def table_head(columns: Iterable[Column]) -> dict[str, Any]:
    """A `<thead>` without sorting."""
    return {"columns": tuple(columns)}


@register.inclusion_tag("ui/c/dialog.html")
def ask(
    ident: str,
    title: str,
    text: str,
    *,
    action: str,
    verb: str,
    safe: str,
    csrf: str = "",
    danger: bool = True,
    hidden: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A question before something that cannot be undone: consequence, the verb on the button, safe
    choice first.
    Opened by `{% button … dialog=ident %}`; pass `csrf=csrf_token`."""
    return {
        "id": ident,
        "title": title,
        "text": text,
        "action": action,
        "verb": verb,
        "safe": safe,
        "csrf": csrf,
        "danger": danger,
        "hidden": tuple((hidden or {}).items()),
    }


@register.inclusion_tag("ui/c/empty.html")
def empty(
    title: str, text: str, *, url: str = "", label: str = "", sign: str = "", level: int = 2
) -> dict[str, Any]:
    """Nothing yet: what will be here, why it pays, one act."""
    return {"title": title, "text": text, "url": url, "label": label, "sign": sign, "level": level}


@register.inclusion_tag("ui/c/stats.html")
def stats(items: Iterable[Stat], label: str = "", cls: str = "") -> dict[str, Any]:
    """Up to six figures side by side; links when they choose the chart below."""
    return {"items": tuple(items), "label": label, "cls": cls}


@register.inclusion_tag("ui/c/delta.html")
def delta(value: Delta) -> dict[str, Any]:
    """Change against a named period."""
    return {"delta": value}


@register.inclusion_tag("ui/c/chart.html")
def chart(value: Chart) -> dict[str, Any]:
    """A chart that reads its own table."""
    return {"chart": value}


@register.inclusion_tag("ui/c/legend.html")
def legend(value: Chart) -> dict[str, Any]:
    """Which colour is which series."""
    return {"series": value.series}


@register.inclusion_tag("ui/c/why.html")
def why(value: Why) -> dict[str, Any]:
    """An explanation as a sum that ends in the total."""
    return {"why": value}


@register.inclusion_tag("ui/c/timeline.html")
def timeline(moments: Iterable[Moment]) -> dict[str, Any]:
    """What happened, newest first, with days between."""
    return {"moments": tuple(moments)}


@register.inclusion_tag("ui/c/tabs.html")
def tabs(items: Iterable[Tab], label: str) -> dict[str, Any]:
    """The views of one thing."""
    return {"items": tuple(items), "label": label}


@register.inclusion_tag("ui/c/note.html")
def note(text: str, tone: str = "", sign: str = "", title: str = "") -> dict[str, Any]:
    """Something that stays true for a while; tones none (info), warn, good, bad."""
    usual = {"warn": "alert-triangle", "good": "circle-check", "bad": "alert-circle"}
    return {"text": text, "tone": tone, "sign": sign or usual.get(tone, "info-circle"), "title": title}


@register.inclusion_tag("ui/c/kv.html")
def kv(facts: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Terms and what they are."""
    return {"facts": tuple(facts)}


@register.inclusion_tag("ui/c/meter.html")
def meter(value: int, maximum: int, label: str, cls: str = "") -> dict[str, Any]:
    """A share of a whole; classes is-points, is-warn, is-thin."""
    return {"value": max(0, min(value, maximum)), "maximum": max(maximum, 1), "label": label, "cls": cls}


@register.inclusion_tag("ui/c/sentence.html")
def sentence(
    parts: Iterable[tuple[str, str]], ident: str = "said", count: str = "", said: str = ""
) -> dict[str, Any]:
    """A rule in words. `parts` are (text, mark) with mark empty, `m` for a term or `p` for points."""
    return {"parts": tuple(parts), "id": ident, "count": count, "said": said}


@register.inclusion_tag("ui/c/skeleton.html")
def skeleton(rows: int = 3) -> dict[str, Any]:
    """Loading longer than 300 ms, in the shape of what comes."""
    return {"rows": range(rows)}
