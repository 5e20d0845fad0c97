"""What the import linter cannot see: foreign keys by name, models by name, migrations, signals, templates."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from tests.house import plan

DYNAMIC = {"import_module", "import_string", "__import__", "autodiscover_modules"}
# the registry loads its shelves, the ground finds handlers and jobs, settings are named by strings
MAY_IMPORT_BY_NAME = {"kit/registry.py", "ground/apps.py"}
SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}


def test_every_room_has_its_floor() -> None:
    assert set(plan.rooms()) <= set(plan.floors())


def test_a_foreign_key_points_to_its_own_room_or_a_lower_floor() -> None:
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.app_label
        if label not in plan.floors():
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or target._meta.app_label == label:
                continue
            to = target._meta.app_label
            if to in plan.floors() and plan.floors()[to] >= plan.floors()[label]:
                wrong.append(f"{label}.{model.__name__}.{field.name} → {to}")
    assert wrong == []


def test_a_migration_depends_on_its_own_room_or_a_lower_floor() -> None:
    graph = MigrationLoader(None).disk_migrations
    wrong = [
        f"{room}.{name} → {needed}"
        for (room, name), migration in graph.items()
        if room in plan.floors()
        for needed, _ in migration.dependencies
        if needed in plan.floors() and needed != room and plan.floors()[needed] >= plan.floors()[room]
    ]
    assert wrong == []


def test_models_are_not_fetched_by_name() -> None:
    wrong = [
        plan.where(path, node.lineno)
        for path in plan.sources()
        for node in ast.walk(plan.tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "get_model"
    ]
    assert wrong == []


def test_only_the_registry_and_the_ground_import_by_name() -> None:
    wrong = [
        plan.where(path, node.lineno)
        for path in plan.sources()
        if str(path.relative_to(plan.PACKAGE)) not in MAY_IMPORT_BY_NAME
        for node in ast.walk(plan.tree(path))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) in DYNAMIC or getattr(node.func, "attr", None) in DYNAMIC)
    ]
    assert wrong == []


def test_rooms_do_not_talk_by_signals() -> None:
    wrong = [
        plan.where(path, node.lineno)
        for path in plan.sources()
        for node in ast.walk(plan.tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").endswith("signals")
        and SIGNALS & {alias.name for alias in node.names}
    ]
    assert wrong == []


def test_the_clock_is_read_only_at_the_edges() -> None:
    """Doors, commands, jobs, handlers, adapters and the ground may; whoever else wants the time is told."""
    edges = {*plan.DOORS, "config", "ground", "demo", "ui"}
    files = {"handlers.py", "jobs.py", "upkeep.py", "models.py", "adapters.py"}
    wrong = [
        plan.where(path, node.lineno)
        for path in plan.sources()
        if plan.room_of(path) not in edges and path.name not in files
        for node in ast.walk(plan.tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("clock", "now"), ("datetime", "now"), ("date", "today"), ("timezone", "now"), ("time", "time")}
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "door", [door for door in plan.DOORS if (plan.PACKAGE / door / "templates").is_dir()]
)
def test_a_doors_pages_use_its_own_parts_and_the_shared_look(door: str) -> None:
    allowed = {door, "ui"}
    wrong = []
    for path in plan.templates():
        if plan.room_of(path) != door:
            continue
        for name in re.findall(
            r"""{%\s*(?:include|extends)\s+["']([^"']+)""", path.read_text(encoding="utf-8")
        ):
            if name.split("/")[0] not in allowed:
                wrong.append(f"{plan.where(path)} → {name}")
    assert wrong == []
