"""Keys of a member's name, for searching and for sorting."""

from __future__ import annotations

from bashgah.kit.text import search_key, sort_key


def names_search_key(first: str, last: str, nickname: str) -> str:
    """Return the words by which the member is found, folded."""
    return search_key(f"{first} {last} {nickname}")


def names_sort_key(first: str, last: str) -> str:
    """Return the place in a list by family name, then first name; nameless members come last."""
    return sort_key(f"{last} {first}") or "~"
