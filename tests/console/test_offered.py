"""What each role is offered on the pages it can reach: no link is closed to it, no form is refused it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from bashgah.access import selectors
from bashgah.access.models import Staff
from bashgah.access.permissions import ROLES
from bashgah.access.types import GrantInfo
from tests.console.conftest import Console, text

DOORS = ("/console/", "/till/")
EACH = 2
"""How many pages of one kind are opened: two members, two rules, two months."""


class Offered(HTMLParser):
    """The links of a page and the forms with a button to send them; what htmx sends counts by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.posts: list[str] = []
        self.form: str | None = None
        self.closed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "download" not in said:
            self.links.append(said.get("href", ""))
        if tag == "form":
            self.form = said.get("action", "") if said.get("method", "").lower() == "post" else None
        if tag == "fieldset" and (self.closed or "disabled" in said):
            self.closed += 1
        if self.closed:
            return
        if tag == "button" and said.get("type", "submit") == "submit" and self.form is not None:
            self.posts.append(said.get("formaction", self.form))
        if "hx-post" in said:
            self.posts.append(said["hx-post"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag == "fieldset" and self.closed:
            self.closed -= 1


@dataclass
class Walk:
    """One person's way through all pages that links lead to."""

    client: Client
    grants: tuple[GrantInfo, ...]
    opened: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def from_home(self) -> list[str]:
        """Open everything there is, and say what was offered in vain."""
        waiting = [("/console/", "")]
        while waiting:
            path, before = waiting.pop()
            waiting += [(link, path) for link in self._open(path, before)]
        return self.faults

    def _open(self, path: str, before: str) -> Iterator[str]:
        name = _route(path)
        if path in self.known or name is None or self.opened[name] >= EACH:
            return
        self.known.add(path)
        self.opened[name] += 1
        response = self.client.get(path)
        if response.status_code in {301, 302}:
            yield urljoin(path, response["Location"])
            return
        if response.status_code != 200:
            self.faults.append(f"{path} is offered on {before} and answers {response.status_code}")
            return
        if "html" not in response["Content-Type"]:
            return
        page = Offered()
        page.feed(text(response))
        for action in page.posts:
            self._may_post(urlsplit(urljoin(path, action)).path, path)
        for link in page.links:
            target = urlsplit(urljoin(path, link))
            if target.path.startswith(DOORS):
                yield target.path + (f"?{target.query}" if target.query else "")

    def _may_post(self, action: str, on: str) -> None:
        if not action.startswith(DOORS):
            return
        needs = getattr(resolve(action).func, "needs", None)
        if needs is None or needs.any_role or needs.public:
            return
        if not selectors.granted(self.grants, needs.write):
            self.faults.append(f"{on} offers {action}, which needs {needs.write}")


def _route(path: str) -> str | None:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return None


@pytest.mark.parametrize("role", list(ROLES))
def test_nothing_is_offered_that_is_then_refused(console: Console, role: str) -> None:
    for number in range(3):
        console.buys(console.cast.sara, 4_000_000, days_ago=number, reference=f"a{number}")
        console.buys(console.cast.reza, 2_000_000, days_ago=number, reference=f"b{number}")
    browser = console.works_as(role)
    person = Staff.objects.get(email=f"{role}@naderi.example")
    walk = Walk(browser.client, selectors.grants_of(person.id, console.club.id))

    faults = walk.from_home()
    assert not faults, "\n".join(faults)
    assert sum(walk.opened.values()) >= (2 if role == "cashier" else 20)
