"""The language a person of the staff chose."""

from __future__ import annotations

import pytest

from bashgah.access.models import Staff
from bashgah.access.selectors import staff_get
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def test_the_switch_of_language_is_remembered_with_the_person(console: Console) -> None:
    mina = Staff.objects.get(email="mina@naderi.example")
    for lang in ("en", "fa"):
        console.client.post("/ui/preferences", {"lang": lang, "next": "/console/"})
        found = staff_get(mina.id)
        assert found is not None
        assert found.locale == lang
