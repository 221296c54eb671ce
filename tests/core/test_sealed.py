"""A sealed column: plain for the code, nothing to read or to look up in the database."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter

from zhijin.core import crypto
from zhijin.core.sealed import SealedField


class Note(models.Model):
    id = models.UUIDField(primary_key=True)
    said = SealedField(purpose="note.said", null=True)

    class Meta:
        app_label = "core"
        db_table = "test_sealed_note"
        managed = False

    def __str__(self) -> str:
        return str(self.said)


ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.fixture(autouse=True)
def table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE test_sealed_note (id uuid PRIMARY KEY, said bytea)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_sealed_note")


def lying() -> dict[UUID, bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, said FROM test_sealed_note")
        return {pk: None if said is None else bytes(said) for pk, said in cursor.fetchall()}


@pytest.mark.parametrize("text", ["李春禾", "", "a" * 500, "欧阳\u3000小红\n二组", "0"])
def test_what_goes_in_comes_out_and_lies_sealed(text):
    Note.objects.bulk_create([Note(id=ONE, said=text), Note(id=TWO, said=text)])
    assert [note.said for note in Note.objects.order_by("id")] == [text, text]
    assert list(Note.objects.values_list("said", flat=True)) == [text, text]
    first, second = lying().values()
    assert first is not None
    assert first != second, "the same words twice are not told to be the same"
    assert not text or text.encode() not in first
    assert crypto.unseal("note.said", first) == text


def test_a_change_seals_anew_and_nothing_stays_nothing():
    note = Note.objects.create(id=ONE, said="前")
    note.said = "后"
    note.save()
    Note.objects.create(id=TWO)
    assert Note.objects.get(id=ONE).said == "后"
    assert Note.objects.get(said__isnull=True).id == TWO
    Note.objects.filter(id=ONE).update(said="再后")
    assert Note.objects.get(id=ONE).said == "再后"


@pytest.mark.parametrize("lookup", ["said", "said__contains", "said__in", "said__gt"])
def test_nothing_can_be_looked_up(lookup):
    with pytest.raises((FieldError, TypeError)):
        list(Note.objects.filter(**{lookup: ["李"] if lookup.endswith("in") else "李"}))


def test_what_was_touched_or_belongs_elsewhere_is_not_read():
    with connection.cursor() as cursor:
        elsewhere = crypto.seal("other.column", "李春禾")
        cursor.execute("INSERT INTO test_sealed_note VALUES (%s, %s)", [ONE, elsewhere])
    with pytest.raises(InvalidTag):
        Note.objects.get(id=ONE)


def test_a_migration_can_write_it_down():
    text, imports = MigrationWriter.serialize(SealedField(purpose="seat.name"))
    assert text == "zhijin.core.sealed.SealedField(purpose='seat.name')"
    assert imports == {"import zhijin.core.sealed"}
