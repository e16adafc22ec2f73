"""The migrations, run on an empty database, lead to the very tables on which all the other tests run."""

from collections import defaultdict

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests.databases import another_database

OURS = {config.label for config in apps.get_app_configs() if (settings.BASE_DIR / config.name).is_dir()}

# What a database says of its own tables: a line for every table, column, constraint and index.
ASK = {
    "sqlite": "SELECT type, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'",
    "postgresql": """
        SELECT 'column', table_name::text,
               concat_ws(' ', column_name, udt_name, character_maximum_length, numeric_precision, numeric_scale,
                         is_nullable, column_default, collation_name, is_identity)
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL
        SELECT 'constraint', conrelid::regclass::text, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'index', tablename::text, indexdef FROM pg_indexes WHERE schemaname = 'public'
    """,
}


def parts(sql):
    """The columns and constraints of a CREATE TABLE, in no order: a migration adds at the end what a model has inside."""
    depth, quoted, part, found = 0, "", "", []
    for letter in sql[sql.index("(") + 1 : sql.rindex(")")]:
        if quoted or letter in "'\"":
            quoted = "" if letter == quoted else quoted or letter
        depth += not quoted and (letter == "(") - (letter == ")")
        if letter == "," and not depth and not quoted:
            found.append(part.strip())
            part = ""
        else:
            part += letter
    return sorted([*found, part.strip()])


def tables_of(database):
    """Our own tables; those of Django and its companions are theirs to keep."""
    with database.cursor() as cursor:
        cursor.execute(ASK[database.vendor])
        found = defaultdict(list)
        for kind, table, text in cursor.fetchall():
            if table.partition("_")[0] in OURS:
                found[table] += parts(text) if text.startswith("CREATE TABLE") else [f"{kind} {text}"]
    return {table: sorted(lines) for table, lines in found.items()}


def test_the_migrations_lead_to_the_tables_of_the_models(db):
    made = tables_of(connection)
    with another_database() as migrated:
        call_command("migrate", verbosity=0)
        led_to = tables_of(migrated)
    ours = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS}
    assert set(made) == {*ours, "coopfin_cache"}
    assert led_to == made
