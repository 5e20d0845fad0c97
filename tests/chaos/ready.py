"""What every hand has loaded before it begins; that is what makes a new hand cheap."""

from __future__ import annotations

import os
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")
django.setup()
for name in ("activities.services", "activities.verify", "redemption.services", "programs.selectors"):
    import_module(f"bashgah.{name}")
