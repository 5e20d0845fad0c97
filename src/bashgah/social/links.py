"""Links that members show: which are taken, and when two lead to the same place."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

LONGEST = 500
FOLLOWERS = frozenset(
    {"igsh", "igshid", "si", "s", "t", "ref", "ref_src", "ref_url", "feature", "fbclid", "gclid"}
)
"""Parts of an address that say who passed it on, not where it leads."""


def address_checked(text: str, *, field: str) -> str:
    """Return an https address fit to be opened by others, or refuse ``link_invalid`` (422).

    No name and password, no port, no characters that look like others: what is read is where it leads.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _invalid(field) from None
    host = parts.hostname or ""
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(" <>\"'\\`{}|^")
    if (
        not is_plain
        or len(text) > LONGEST
        or parts.scheme != "https"
        or "." not in host
        or port is not None
        or "@" in parts.netloc
        or host.endswith(".")
        or not all(label and label.strip("-") == label for label in host.split("."))
        or host.rsplit(".", 1)[-1].isdigit()
    ):
        raise _invalid(field)
    return urlunsplit(("https", host, parts.path, parts.query, parts.fragment))


def host_of(address: str) -> str:
    """Return the host of a checked address, without ``www.``"""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def link_checked(text: str, hosts: Collection[str], *, field: str) -> str:
    """Return a link to one of these hosts or a part of one, or refuse (422) what leads elsewhere."""
    address = address_checked(text, field=field)
    host = urlsplit(address).hostname or ""
    if not any(host == known or host.endswith(f".{known}") for known in hosts):
        raise Refusal(
            "link_elsewhere",
            Phrase(_("This link does not lead to {host}."), {"host": min(hosts, default="")}),
            status=422,
            field=field,
        )
    return address


def same_place(address: str) -> str:
    """Return what two links have in common that lead to the same place, however they were passed on."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    asked = [
        (name, value)
        for name, value in parse_qsl(parts.query)
        if name not in FOLLOWERS and not name.startswith("utm_")
    ]
    return f"{host}{parts.path.rstrip('/')}?{urlencode(sorted(asked))}"


def _invalid(field: str) -> Refusal:
    return Refusal(
        "link_invalid",
        Phrase(_("Write a whole link that begins with https://.")),
        status=422,
        field=field,
    )
