"""Files that a page hands out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse


def json_file(name: str, values: Mapping[str, Any]) -> HttpResponse:
    """A download of plain JSON values that a person can read too: indented, with letters as they are."""
    body = json.dumps(values, ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response
