"""Every table of this room, from the database: its county in the key, row-level security forced, policies present."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from zhijin.activities import tables
from zhijin.activities.models import OfOrganisation
from zhijin.activities.models.base import Named, PartOfOrganisation

MODELS = sorted(
    apps.get_app_config("activities").get_models(), key=lambda model: model._meta.db_table
)
TABLES = {model._meta.db_table for model in MODELS}


@pytest.mark.django_db
def test_every_table_is_keyed_by_county_and_guarded() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relforcerowsecurity,"
            " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid),"
            " (SELECT array_agg(a.attname) FROM pg_index i JOIN pg_attribute a"
            "  ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary)"
            " FROM pg_class c WHERE c.relname = ANY(%s)",
            [sorted(TABLES)],
        )
        rows = cursor.fetchall()
    assert {row[0] for row in rows} == TABLES
    for name, forced, policies, key in rows:
        assert forced, name
        assert policies >= 2, name  # the scope's and the owner's
        assert "county" in key, name


def test_records_are_named_once_each() -> None:
    names = [model.RECORD for model in MODELS if issubclass(model, Named) and model.RECORD]
    assert len(names) == len(set(names))
    part = next(m for m in MODELS if issubclass(m, OfOrganisation) and not m.RECORD)
    with pytest.raises(AssertionError):
        _ = part().record
    assert not any(issubclass(m, PartOfOrganisation) and hasattr(m, "record") for m in MODELS)


def test_a_table_needs_one_line() -> None:
    plain = tables.owned("thing")
    public = tables.owned("thing", public="true", lasting=True, fixed=True)
    sql = [str(step.sql) for step in plain]
    assert "PRIMARY KEY (id, county)" in sql[0]
    assert "FORCE ROW LEVEL SECURITY" in sql[1]
    assert "sector_key <@" in sql[1]
    assert len(public) == len(plain) + 3
    assert any("FOR SELECT" in str(step.sql) for step in public)
