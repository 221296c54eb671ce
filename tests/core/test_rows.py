"""Plain INSERTs write what save() would have written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from zhijin.cases.models import Case
from zhijin.core import rows
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key, uuid7
from zhijin.core.scope import scoped

SYSTEM = Actor.system("test")
NOW = datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
CODE = "530602105207"


def case(**more: object) -> Case:
    values = {
        "id": uuid7(), "county": 530602, "number": "n", "receipt": b"\x00\xff%s", "playbook": "p",
        "revision_id": uuid7(), "title": "引号 ' 和 % 和 \\", "text": "两行\n文字", "grams": ["引号", "'%"],
        "data": {"a": [1, None, "二"]}, "place_code": CODE, "place_key": place_key(CODE),
        "channel": "portal", "state": "reported", "state_since": NOW, "opened_at": NOW,
        "changed_at": NOW, "lon": 103.5, "lat": -0.25, **more,
    }  # fmt: skip
    return Case(**values)


@pytest.mark.django_db
class TestInsert:
    def test_every_column_comes_back_as_save_would_have_written_it(self) -> None:
        plain, saved = case(), case(receipt=b"other")
        with scoped(SYSTEM):
            rows.insert(plain)
            saved.save(force_insert=True)
            kept, other = Case.objects.get(pk=plain.pk), Case.objects.get(pk=saved.pk)
        for field in Case._meta.concrete_fields:
            value = getattr(kept, field.attname)
            value = bytes(value) if isinstance(value, memoryview) else value
            assert value == getattr(plain, field.attname), field.name
            if field.attname not in {"id", "receipt", "revision_id"}:
                assert getattr(kept, field.attname) == getattr(other, field.attname), field.name

    def test_it_is_one_statement_without_the_empty_columns(self) -> None:
        with scoped(SYSTEM), CaptureQueriesContext(connection) as captured:
            rows.insert(case())
        (query,) = [q["sql"] for q in captured.captured_queries if "INSERT" in q["sql"]]
        assert "closed_at" not in query

    def test_afterwards_it_can_be_saved_like_any_other(self) -> None:
        row = case()
        with scoped(SYSTEM):
            rows.insert(row)
            row.title = "改"
            row.save(update_fields=["title"])
            assert Case.objects.get(pk=row.pk).title == "改"

    def test_the_database_refuses_as_ever(self) -> None:
        row = case()
        with scoped(SYSTEM):
            rows.insert(row)
        with pytest.raises(IntegrityError), scoped(SYSTEM):
            rows.insert(row)
