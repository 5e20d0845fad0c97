"""A headless Chromium for journeys: one browser a run, a fresh context a test, nothing overlooked.

A page that writes an error to its console (a broken content security policy, a script error) or
answers 5xx fails the test that opened it. Pictures go to var/shots.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
AXE = (PROJECT / "tests/journeys/vendor/axe/axe.min.js").read_text("utf-8")
SHOTS = PROJECT / "var" / "shots"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"phone": (390, 844), "desktop": (1440, 900)}
STILL = """(() => {
  // What a page has under way: requests, timers due soon (a trigger with a delay), a form being sent.
  let requests = 0, inTimer = false, left = 0, since = performance.now();
  const timers = new Set(), stirred = () => { since = performance.now(); };
  const begun = () => { requests += 1; stirred(); }, ended = () => { requests -= 1; stirred(); };
  const {send} = XMLHttpRequest.prototype, {fetch, setTimeout, clearTimeout} = window;
  XMLHttpRequest.prototype.send = function (...given) {
    this.addEventListener("loadend", ended, {once: true});
    begun();
    return send.apply(this, given);
  };
  window.fetch = (...given) => { begun(); return fetch(...given).finally(ended); };
  window.setTimeout = (act, delay, ...given) => {
    // a clock that sets itself anew never ends, and a toast's eight seconds are nobody's to wait for
    const counts = !inTimer && (delay || 0) < 1500;
    const timer = setTimeout(() => {
      inTimer = true;
      try { act(...given); } finally { inTimer = false; if (timers.delete(timer)) stirred(); }
    }, delay);
    if (counts) { timers.add(timer); stirred(); }
    return timer;
  };
  window.clearTimeout = (timer) => { timers.delete(timer); clearTimeout(timer); };
  const leaves = () => { left = performance.now(); };
  addEventListener("beforeunload", leaves);
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.target.method !== "dialog") leaves();
  });
  addEventListener("pageshow", () => { left = 0; });
  // a form that only fetches a file leaves no page: five seconds after it was sent the page counts as staying
  window.isStill = () => document.readyState === "complete" && !requests && !timers.size &&
    (!left || performance.now() - left > 5000) && performance.now() - since > 50;
})();"""
"""Runs before a page's own scripts, so that `settled` knows what htmx still has to do."""


def chromium() -> str | None:
    """Where the browser is, or None."""
    return os.environ.get("BASHGAH_CHROMIUM") or next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Look:
    """One way a page is seen: language, width, theme."""

    lang: str = "fa"
    width: str = "desktop"
    theme: str = "light"

    def __str__(self) -> str:
        return f"{self.lang}-{self.width}-{self.theme}"


LOOKS = tuple(
    Look(lang, width, theme) for lang in ("fa", "en") for width in WIDTHS for theme in ("light", "dark")
)


def settled(page: Page) -> None:
    """Waits until nothing is under way: no page on its way, no request, no trigger with a delay, no font.

    A load state would not do: the browser tells "networkidle" once a page, and htmx asks long after it.
    """
    page.wait_for_load_state("load")
    page.wait_for_function("() => window.isStill()")
    page.evaluate("document.fonts.ready.then(() => true)")


@dataclass(slots=True)
class Window:
    """A person's browser window in one look."""

    context: BrowserContext
    page: Page
    look: Look
    base: str
    wrong: list[str] = field(default_factory=list)

    def goto(self, path: str) -> None:
        """Opens an address of the server under test and waits until it has settled."""
        self.page.goto(self.base + path, wait_until="load")
        self.settle()

    def settle(self) -> None:
        """Waits for the page, its requests and what they lead to, fonts and charts."""
        settled(self.page)

    def shot(self, name: str, *, full: bool = True) -> Path:
        """Keeps a picture of the page."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}-{self.look}.png"
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.screenshot(path=path, full_page=full)
        return path

    def axe(self) -> list[str]:
        """The A and AA violations and broken best practices of the page as it stands, one line each."""
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules})",
            ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        )
        return [
            f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window; a page must not scroll sideways."""
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )


@contextmanager
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield running
        finally:
            running.close()


@contextmanager
def window(running: Browser, base: str, look: Look, *, allow: tuple[str, ...] = ()) -> Iterator[Window]:
    """A fresh window; on leaving, what went wrong in it is raised unless it contains one of `allow`."""
    width, height = WIDTHS[look.width]
    context = running.new_context(
        viewport={"width": width, "height": height},
        locale="fa-IR" if look.lang == "fa" else "en-GB",
        timezone_id="Asia/Tehran",
        has_touch=look.width == "phone",
        color_scheme="dark" if look.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.add_cookies(
        [
            {"name": "bashgah_language", "value": look.lang, "url": base},
            {"name": "bashgah_theme", "value": look.theme, "url": base},
        ]
    )
    context.add_init_script(STILL)
    page = context.new_page()
    page.set_default_timeout(15_000)
    opened = Window(context, page, look, base)
    page.on("console", lambda m: opened.wrong.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: opened.wrong.append(f"script: {error}"))
    page.on("response", lambda r: opened.wrong.append(f"{r.status} {r.url}") if r.status >= 500 else None)
    try:
        yield opened
    finally:
        context.close()
    left = [line for line in opened.wrong if not any(part in line for part in allow)]
    assert not left, json.dumps(left, ensure_ascii=False, indent=1)
