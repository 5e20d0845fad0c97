"""The gallery page for tests of the shared look."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test.utils import override_settings

GALLERY = Path(__file__).parent / "templates"


@pytest.fixture
def gallery_site() -> Iterator[None]:
    """Serves tests/ui/gallery.py in place of the doors."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [GALLERY]
    with override_settings(TEMPLATES=templates, ROOT_URLCONF="tests.ui.gallery"):
        yield
