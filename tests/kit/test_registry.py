"""The registry behind every shelf."""

from dataclasses import dataclass

import pytest

from bashgah.kit.phrases import say
from bashgah.kit.registry import Registry, Retired, load_shelf


@dataclass(frozen=True)
class Plugin:
    key: str


def test_a_plugin_is_found_by_its_key_in_order():
    shelf: Registry[Plugin] = Registry("tests")
    shelf.add(Plugin("b"))
    shelf.add(Plugin("a"))
    assert shelf.keys() == ("b", "a")
    assert shelf.get("a") == Plugin("a")
    assert shelf.all() == tuple(shelf) == (Plugin("b"), Plugin("a"))
    assert "a" in shelf
    assert shelf.find("c") is None


def test_two_plugins_of_one_key_refuse_to_start():
    shelf: Registry[Plugin] = Registry("tests")
    shelf.add(Plugin("a"))
    with pytest.raises(ValueError, match="tests: the key 'a' is taken"):
        shelf.add(Plugin("a"))


def test_a_key_that_left_the_shelf_still_has_a_name():
    gone = Registry[Plugin]("tests").get("lottery")
    assert gone == Retired("lottery")
    assert say(gone.label, "fa") == "از رده خارج (lottery)"


def test_a_shelf_is_loaded_whole(tmp_path, monkeypatch):
    folder = tmp_path / "shelf_of_tests"
    folder.mkdir()
    (folder / "__init__.py").write_text("loaded = []\n")
    for name in ("zebra", "apple"):
        (folder / f"{name}.py").write_text(f"from shelf_of_tests import loaded\nloaded.append({name!r})\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    load_shelf("shelf_of_tests")
    import shelf_of_tests

    assert shelf_of_tests.loaded == ["apple", "zebra"]
