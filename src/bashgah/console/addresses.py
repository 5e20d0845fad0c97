"""Parts of the program in the console's addresses: no key is out of reach because a page has its name."""

from __future__ import annotations

PAGES = frozenset(
    {
        "activities",
        "approvals",
        "backtests",
        "calendar",
        "count",
        "counters",
        "find",
        "new",
        "preview",
        "publish",
        "ready",
        "trial",
        "try",
        "versions",
        "waiting",
    }
)
"""Words that stand where a key would; the tests walk the addresses and hold this list to them."""
MARK = "~"
"""Stands before a key that is also the word of a page; no key holds it."""


class KeyConverter:
    """A key in an address: as it is, or marked where a page has that word."""

    regex = rf"{MARK}?[-a-zA-Z0-9_]+"

    def to_python(self, value: str) -> str:
        """The key an address names."""
        return value.removeprefix(MARK)

    def to_url(self, value: str) -> str:
        """The key as an address writes it."""
        return f"{MARK}{value}" if value in PAGES else value
