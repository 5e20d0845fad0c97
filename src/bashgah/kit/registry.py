"""The registry every shelf uses: plug-ins by key, and a stand-in for keys that are no longer there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bashgah.kit.sentence import Phrase
from bashgah.kit.sentence import marked as _


class Keyed(Protocol):
    """What every plug-in has: the key under which it is stored."""

    @property
    def key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Retired:
    """Stands for a plug-in that stored data still names but the shelf no longer holds."""

    key: str

    @property
    def label(self) -> Phrase:
        """Name it so that a page can show it instead of breaking."""
        return Phrase(_("Retired ({key})"), {"key": self.key})


Plugin = TypeVar("Plugin", bound=Keyed)


class Registry(Generic[Plugin]):
    """Plug-ins of one shelf by their key, in the order in which they were added."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._plugins: dict[str, Plugin] = {}

    def add(self, plugin: Plugin) -> Plugin:
        """Put a plug-in on the shelf; a second one with its key stops the start with ``ValueError``."""
        if plugin.key in self._plugins:
            raise ValueError(f"{self.name}: the key {plugin.key!r} is taken")
        self._plugins[plugin.key] = plugin
        return plugin

    def get(self, key: str) -> Plugin | Retired:
        """Return the plug-in, or its retired stand-in where the shelf has none of that key."""
        return self._plugins.get(key) or Retired(key)

    def find(self, key: str) -> Plugin | None:
        """Return the plug-in or None."""
        return self._plugins.get(key)

    def keys(self) -> tuple[str, ...]:
        """Return the keys on the shelf."""
        return tuple(self._plugins)

    def all(self) -> tuple[Plugin, ...]:
        """Return the plug-ins on the shelf."""
        return tuple(self._plugins.values())

    def __contains__(self, key: object) -> bool:
        return key in self._plugins

    def __iter__(self) -> Iterator[Plugin]:
        return iter(self._plugins.values())


def load_shelf(package: str) -> None:
    """Import every module of a shelf's package in name order, so that its plug-ins add themselves."""
    shelf = importlib.import_module(package)
    for module in sorted(pkgutil.iter_modules(shelf.__path__), key=lambda found: found.name):
        importlib.import_module(f"{package}.{module.name}")
