"""Builds what surrounds a list from its address: the filters in force, sort links, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from bashgah.ui.types import Chip, Column, FilterChoice, Head, Listing


def _url(path: str, query: Mapping[str, str], **changes: str | None) -> str:
    merged = {**query, **{key: value for key, value in changes.items() if value is not None}}
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
    text = urlencode({key: value for key, value in merged.items() if value})
    return f"{path}?{text}" if text else path


def _head(column: Column, path: str, query: Mapping[str, str], sort: str) -> Head:
    if not column.key:
        return Head(column.label, column.numeric, column.narrow_hidden, "", "")
    descending = sort == f"-{column.key}"
    state = "descending" if descending else "ascending" if sort == column.key else "none"
    turned = (
        column.key if descending else f"-{column.key}" if sort == column.key or column.numeric else column.key
    )
    url = _url(path, query, sort=turned, after=None)
    return Head(column.label, column.numeric, column.narrow_hidden, url, state)  # type: ignore[arg-type]


def listing(
    *,
    path: str,
    query: Mapping[str, str],
    columns: Iterable[Column],
    search_label: str,
    said: str = "",
    choices: Iterable[FilterChoice] = (),
    next_after: str = "",
    sort: str = "",
    export_path: str = "",
    more: Iterable[tuple[str, str, str]] = (),
    dialog: str = "",
) -> Listing:
    """Everything around the rows. `query` is the address' query as a plain mapping, `next_after` the
    cursor of the
    following page or empty; `sort` the order in force, with `-` for descending. `more` are filters in force
    besides the choices (label, value, name in the address), asked for in the dialog of the id `dialog`."""
    offered = tuple(choices)
    chips = tuple(
        Chip(choice.label, option.label, _url(path, query, **{choice.name: None, "after": None}))
        for choice in offered
        for option in choice.options
        if option.value and option.value == query.get(choice.name)
    )
    chips += tuple(
        Chip(label, value, _url(path, query, **{name: None, "after": None})) for label, value, name in more
    )
    names = {choice.name for choice in offered} | {"q", "after"}
    return Listing(
        path=path,
        search=query.get("q", ""),
        search_label=search_label,
        heads=tuple(_head(column, path, query, sort) for column in columns),
        chips=chips,
        choices=offered,
        hidden=tuple((key, value) for key, value in query.items() if key not in names and value),
        said=said,
        first_url=_url(path, query, after=None) if query.get("after") else "",
        next_url=_url(path, query, after=next_after) if next_after else "",
        export_url=_url(export_path, query, after=None) if export_path else "",
        filtered=bool(chips or query.get("q")),
        clear_url=path,
        dialog=dialog,
    )
