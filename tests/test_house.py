"""The house keeps itself: what no reviewer should have to look for."""

import ast
import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from coopfin import glossary
from coopfin.roles import PERMISSIONS
from loans.workflow import FLOW

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "coopfin",
    "documents",
    "members",
    "governance",
    "ledger",
    "oversight",
    "collateral",
    "funding",
    "loans",
    "desk",
)
SOURCES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.relative_to(ROOT).parts
)
OURS = [model for model in apps.get_models() if model._meta.app_label in ROOMS and not hasattr(model, "history_object")]


def _tree(path):
    return ast.parse(path.read_text("utf-8"))


def _names(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_field_has_a_japanese_name(model):
    bare = [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.Field) and not field.auto_created and str(field.verbose_name).isascii()
    ]
    assert bare == []
    assert not str(model._meta.verbose_name).isascii()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_no_field_holds_money_in_a_float(model):
    assert not [field.name for field in model._meta.get_fields() if isinstance(field, models.FloatField)]


def test_no_float_is_made_where_money_is_counted():
    rooms = ("coopfin/calc/", "ledger/", "collateral/", "funding/", "loans/", "governance/")
    found = [
        f"{_names(path)}:{node.lineno}"
        for path in SOURCES
        if _names(path).startswith(rooms)
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert found == []


def test_every_constraint_speaks_japanese():
    mute = [
        constraint.name
        for model in OURS
        for constraint in model._meta.constraints
        if str(constraint.violation_error_message).isascii()
        or constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert mute == []


def test_every_step_needs_a_permission_that_some_role_has():
    assert [step.name for step in FLOW.steps if not PERMISSIONS.get(step.permission)] == []


def _views(resolver, prefix=""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from _views(entry, f"{prefix}{entry.namespace + ':' if entry.namespace else ''}")
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry.callback


def test_every_view_names_its_permission():
    unguarded = []
    for name, view in _views(get_resolver()):
        if name.startswith(("account_", "mfa_")) or not getattr(view, "login_required", True):
            continue
        permission = getattr(getattr(view, "view_class", None), "permission_required", None)
        if isinstance(permission, property):
            continue  # a step's own permission, checked above
        if permission not in PERMISSIONS:
            unguarded.append(name)
    assert unguarded == []


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


CLOCKS = {"now", "today", "localdate", "utcnow", "business_date"}
MAY_READ_THE_CLOCK = ("views", "management", "admin", "resources")
CLOCK_FILES = {
    "coopfin/clock.py",
    "coopfin/context_processors.py",
    "coopfin/views.py",
    "coopfin/admin.py",
    "governance/rules_admin.py",
}


def test_nothing_below_views_and_commands_reads_the_clock():
    found = [
        f"{_names(path)}:{node.lineno}"
        for path in SOURCES
        if not set(path.relative_to(ROOT).with_suffix("").parts) & set(MAY_READ_THE_CLOCK)
        and _names(path) not in CLOCK_FILES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
            or (isinstance(node.func, ast.Name) and node.func.id in CLOCKS)
        )
    ]
    assert found == [], found


def test_the_state_of_an_application_is_assigned_by_the_flow_alone():
    found = []
    for path in SOURCES:
        if _names(path) == "coopfin/flow.py":
            continue
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Attribute) and target.attr == "state" and "application" in ast.unparse(target)
                for target in node.targets
            ):
                found.append(f"{_names(path)}:{node.lineno}")
            if isinstance(node, ast.Call) and "ApplicationState" in ast.unparse(node):
                func = ast.unparse(node.func)
                if func.endswith(".update") and any(keyword.arg == "state" for keyword in node.keywords):
                    found.append(f"{_names(path)}:{node.lineno}")
    assert found == []


def test_views_do_not_save():
    found = [
        f"{_names(path)}:{node.lineno}"
        for path in SOURCES
        if {"views", "tables", "filters"} & set(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"save", "bulk_create", "bulk_update"}
    ]
    assert found == []


def test_signals_are_received_only_around_migrations():
    found = [
        _names(path)
        for path in SOURCES
        if _names(path) != "ledger/apps.py"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models.signals")
    ]
    assert found == []


@pytest.mark.parametrize("path", SOURCES + sorted((ROOT / "tests").rglob("*.py")), ids=_names)
def test_no_module_outgrows_six_hundred_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 600


def test_rooms_have_no_lumber_room():
    lumber = {"utils", "helpers", "services", "common", "misc"}
    assert [_names(path) for path in SOURCES if lumber & set(path.relative_to(ROOT).with_suffix("").parts)] == []


def test_every_word_of_the_glossary_exists_in_the_code():
    missing = []
    for term in glossary.terms():
        module, _, owner = term.where, None, None
        try:
            place = importlib.import_module(module)
        except ModuleNotFoundError:
            module, owner = term.where.rsplit(".", 1)
            place = getattr(importlib.import_module(module), owner)
        fields = getattr(place, "__dataclass_fields__", {})
        if not hasattr(place, term.identifier) and term.identifier not in fields:
            missing.append(f"{term.where}.{term.identifier}")
    assert missing == []


def test_templates_load_nothing_from_outside_and_style_nothing_inline():
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text("utf-8")
        if "://" in text.replace("http://www.w3.org", "") and ('src="http' in text or 'href="http' in text):
            found.append(f"{_names(path)}: outside")
        if ' style="' in text or "<style" in text or " onclick=" in text:
            found.append(f"{_names(path)}: inline")
    assert found == []
