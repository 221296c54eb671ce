"""A file goes with its bytes when nothing names it any more: never sooner, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, connections, models, transaction
from django.db.utils import IntegrityError

from zhijin.core import clock, file_care, file_check, file_uses, files
from zhijin.core.errors import Refusal
from zhijin.core.ids import uuid7
from zhijin.core.models import FileStore, JournalEntry, StoredFile
from zhijin.programmes.models import Publication

DAYS = 8


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.ZHIJIN_FILES = str(tmp_path / "files")


def stored(text: str) -> str:
    return files.store_bytes(text.encode(), "text/plain").digest


def named_by(*digests: str) -> Publication:
    """A row that names files; the owner of the tables writes it, so that no scope is in the way."""
    return Publication.objects.using("owner").create(
        county=632802, place_key=0, place_code="632802", case_id=uuid7(), number="1", playbook="p",
        revision_id=uuid7(), rule=0, board="b", photos=list(digests), state="held",
        prepared_at=clock.now(),
    )  # fmt: skip


def idle(*digests: str, days: float = DAYS) -> None:
    """Let it be so long ago that they were last named."""
    since = clock.now() - timedelta(days=days)
    StoredFile.objects.filter(digest__in=digests).update(idle_since=since)


def old(path, seconds: float = 2 * 24 * 3600) -> None:
    at = time.time() - seconds
    os.utime(path, (at, at))


def there(digest: str) -> bool:
    """Whether both row and bytes are there; never only one of them."""
    row, path = StoredFile.objects.filter(digest=digest).exists(), files.path_of(digest).exists()
    assert row == path, f"row {row}, bytes {path}"
    return row


# -- what happens to a file -----------------------------------------------------------------


@pytest.mark.django_db
def test_a_file_goes_after_the_grace_period_and_the_journal_says_so():
    digest = stored("nobody's")
    assert file_care.sweep().marked == 1
    assert there(digest), "marked, and still there"
    idle(digest, days=6.9)
    assert file_care.sweep().deleted == 0
    idle(digest, days=7.1)
    done = file_care.sweep()
    assert (done.deleted, done.freed) == (1, len("nobody's"))
    assert not there(digest)
    entry = JournalEntry.objects.get(action="file.deleted")
    assert entry.object == f"file:{digest}"
    assert entry.detail["bytes"] == len("nobody's")
    assert entry.actor == "system:files"


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_file_that_is_named_stays_though_no_scope_shows_the_row():
    digest = stored("somebody's")
    row = named_by(digest)
    assert not Publication.objects.filter(id=row.id).exists(), "hidden from this connection"
    file_care.sweep()
    assert StoredFile.objects.get().idle_since is None
    idle(digest)
    assert file_care.sweep().deleted == 0
    assert StoredFile.objects.get().idle_since is None, "the mark is taken back"
    Publication.objects.using("owner").filter(id=row.id).delete()
    file_care.sweep()
    assert StoredFile.objects.get().idle_since is not None


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_what_two_records_share_goes_with_the_last_of_them():
    digest = stored("shared")
    first, second = named_by(digest), named_by(digest, stored("more"))
    Publication.objects.using("owner").filter(id=first.id).delete()
    idle(digest)
    file_care.sweep()
    assert there(digest)
    Publication.objects.using("owner").filter(id=second.id).delete()
    idle(digest)
    file_care.sweep()
    assert not there(digest)


@pytest.mark.django_db
def test_storing_it_again_or_naming_it_again_ends_the_wait():
    digest, other = stored("again"), stored("taken again")
    idle(digest, other)
    assert stored("again") == digest
    assert set(files.kept([other, "0" * 64])) == {other}
    assert file_care.sweep().deleted == 0
    assert there(digest)
    assert there(other)


@pytest.mark.django_db
def test_a_thumbnail_goes_with_its_photo(tmp_path):
    digest = stored("photo")
    thumb = files.path_of(digest, "thumb")
    thumb.write_bytes(b"small")
    idle(digest)
    file_care.sweep()
    assert not thumb.exists()


@pytest.mark.django_db
def test_bytes_without_a_row_are_taken_in_and_go_the_same_way():
    digest = stored("rolled back")
    StoredFile.objects.all().delete()
    assert file_care.sweep().adopted == 0, "it may belong to a request under way"
    old(files.path_of(digest))
    assert file_care.sweep().adopted == 1
    assert there(digest)
    idle(digest)
    file_care.sweep()
    assert not there(digest)


@pytest.mark.django_db
def test_a_stray_that_is_stored_again_gets_its_true_kind():
    digest = stored("stray")
    StoredFile.objects.all().delete()
    old(files.path_of(digest))
    file_care.sweep()
    assert StoredFile.objects.get().media_type == "application/octet-stream"
    stored("stray")
    row = StoredFile.objects.get()
    assert (row.media_type, row.idle_since) == ("text/plain", None)


@pytest.mark.django_db
def test_what_was_left_half_written_goes_and_what_is_unknown_stays():
    folder = files.path_of(stored("a")).parent
    gone, young, foreign = folder / "x.1.ab.part", folder / "y.1.ab.part", folder / "README"
    for path in (gone, young, foreign):
        path.write_text("…")
    old(gone)
    old(foreign)
    file_care.sweep()
    assert (gone.exists(), young.exists(), foreign.exists()) == (False, True, True)


@pytest.mark.django_db
def test_a_note_goes_when_a_file_that_it_names_is_gone():
    digest = stored("audio")
    good, bad = (files.path_of(key * 64, "voice.json") for key in "ab")
    for path, named in ((good, digest), (bad, "f" * 64)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"digest": named, "opus": ""}))
        old(path)
    file_care.sweep()
    assert (good.exists(), bad.exists()) == (True, False)


@pytest.mark.django_db
def test_a_damaged_length_is_mended_when_it_is_stored_again():
    digest = stored("whole")
    files.path_of(digest).write_bytes(b"who")
    stored("whole")
    assert files.path_of(digest).read_bytes() == b"whole"


# -- what must not happen -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_list_of_uses_older_than_the_code_deletes_nothing(monkeypatch):
    digest = stored("named by a new room")
    idle(digest)
    monkeypatch.setattr(file_uses, "_uses", {*file_uses.registered(), file_uses.Use("new", "file")})
    with pytest.raises(Refusal) as refused:
        file_care.sweep()
    assert refused.value.id == "FL005"
    assert there(digest)


@pytest.mark.django_db
def test_another_installations_folder_is_not_swept():
    digest = stored("theirs")
    file_care.sweep()
    FileStore.objects.all().delete()
    idle(digest)
    with pytest.raises(Refusal) as refused:
        file_care.sweep()
    assert refused.value.id == "FL007"
    assert there(digest)
    (files.root() / file_care.MARK).unlink()
    assert file_care.sweep().deleted == 1


@pytest.mark.django_db
def test_more_than_half_at_once_needs_somebody_who_means_it():
    many = [stored(str(n)) for n in range(file_care.FEW + 1)]
    idle(*many)
    with pytest.raises(Refusal) as refused:
        file_care.sweep()
    assert refused.value.id == "FL006"
    assert all(map(there, many))
    assert file_care.sweep(even_most=True).deleted == len(many)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_table_that_forgot_to_register_is_found_before_a_byte_goes():
    digest = stored("forgotten")
    idle(digest)
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE forgetful (file_id varchar(64) REFERENCES core_file)")
        cursor.execute("INSERT INTO forgetful VALUES (%s)", [digest])
    try:
        with pytest.raises(IntegrityError):
            file_care.sweep()
        assert there(digest)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP TABLE forgetful")


def _run(
    writers: list[threading.Thread], sweepers: list[threading.Thread], stop: threading.Event
) -> None:
    for thread in (*sweepers, *writers):
        thread.start()
    for thread in writers:
        thread.join(120)
    stop.set()
    for thread in sweepers:
        thread.join(120)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_racing_writers_never_lose_a_file_that_they_stored():
    """Some store the same few contents, others sweep with no grace left: whoever holds a row has its bytes."""
    texts = [f"race {n}" for n in range(4)]
    digests = [stored(text) for text in texts]
    stop, failures = threading.Event(), []

    def guarded(work) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    def sweep() -> None:
        while not stop.is_set():
            idle(*digests)
            file_care.sweep()

    def write() -> None:
        for turn in range(25):
            text = texts[turn % len(texts)]
            with transaction.atomic():
                digest = stored(text)
                assert files.path_of(digest).read_bytes() == text.encode()
                time.sleep(0)
                assert files.path_of(digest).exists(), "gone while the row was held"

    sweepers = [threading.Thread(target=guarded, args=(sweep,)) for _ in range(2)]
    writers = [threading.Thread(target=guarded, args=(write,)) for _ in range(3)]
    _run(writers, sweepers, stop)
    assert not failures
    for digest in digests:
        there(digest)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_sweep_waits_for_nobody_who_has_just_stored_the_file_again():
    digest = stored("held")
    idle(digest)
    held, go = threading.Event(), threading.Event()

    def writes() -> None:
        with transaction.atomic():
            stored("held")
            held.set()
            go.wait(120)
        connections.close_all()

    thread = threading.Thread(target=writes)
    thread.start()
    assert held.wait(120)
    assert file_care.sweep().deleted == 0
    go.set()
    thread.join(120)
    assert there(digest)
    assert StoredFile.objects.get().idle_since is None


KILLED = """
import os, signal, django
django.setup()
from zhijin.core import file_care, journal
def write(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
journal.write = write
file_care.journal.write = write
file_care.sweep()
"""


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_is_killed_after_the_bytes_went_is_ended_by_the_next(
    settings, database_environment
):
    """The row is still there (nothing was committed): the next sweep deletes it, and storing again writes the bytes."""
    digest, again = stored("killed"), stored("stored again")
    idle(digest, again)
    environment = {**os.environ, **database_environment, "ZHIJIN_FILES": settings.ZHIJIN_FILES}
    result = subprocess.run(
        [sys.executable, "-c", KILLED], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == -signal.SIGKILL, result.stderr
    assert StoredFile.objects.count() == 2
    assert not JournalEntry.objects.filter(action="file.deleted").exists()
    assert not file_check.check().faults, "what nobody names may be missing"
    stored("stored again")
    assert there(again)
    assert file_care.sweep().deleted == 1
    assert not StoredFile.objects.filter(digest=digest).exists()
    assert JournalEntry.objects.filter(action="file.deleted").count() == 1


# -- what is found --------------------------------------------------------------------------


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_check_tells_missing_damaged_unknown_and_stray():
    whole, missing, damaged, cut = (stored(text) for text in ("whole", "missing", "damaged", "cut"))
    stray = stored("stray")
    StoredFile.objects.filter(digest=stray).delete()
    unknown = hashlib.sha256(b"never stored").hexdigest()
    named_by(whole, missing, damaged, cut, unknown)
    files.path_of(missing).unlink()
    files.path_of(damaged).write_bytes(b"DAMAGED")
    files.path_of(cut).write_bytes(b"c")
    report = file_check.check()
    told = ("programmes_publication.photos",)
    assert [one.digest for one in report.missing] == [missing]
    assert {one.digest for one in report.damaged} == {damaged, cut}
    assert report.unknown == [file_check.Fault(unknown, told)]
    assert report.strays == [stray]
    assert report.missing[0].used_in == told
    assert report.faults
    quick = file_check.check(quick=True)
    assert [one.digest for one in quick.damaged] == [cut]


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_photo_without_its_thumbnail_is_told():
    digest = stored("p")
    StoredFile.objects.update(media_type="image/jpeg")
    named_by(digest)
    assert [one.variant for one in file_check.check().missing] == ["thumb"]


@pytest.mark.django_db
def test_a_check_says_how_much_waits_to_be_deleted(capsys):
    from zhijin.core import file_commands

    stored("one")
    file_care.sweep()
    report = file_check.check()
    assert (report.files, report.idle, report.idle_bytes, report.faults) == (1, 1, 3, False)
    lines = file_commands.told(report)
    assert len(lines) == 3


def _parsed(*line: str):
    import argparse

    from zhijin.core import file_commands

    parser = argparse.ArgumentParser()
    file_commands.add_parser(parser.add_subparsers())
    args = parser.parse_args(["files", *line])
    return args.run(args)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_command_tells_by_its_exit_code_and_lists_what_is_wrong(capsys):
    digest = stored("mine")
    named_by(digest)
    assert _parsed("check") == 0
    files.path_of(digest).unlink()
    assert _parsed("check") == 1
    assert f"  {digest}  programmes_publication.photos" in capsys.readouterr().out
    assert _parsed("check", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["missing"][0]["digest"]) == (False, digest)
    assert _parsed("sweep") == 0


# -- is every use known? --------------------------------------------------------------------

#: Columns that look like a file's digest and are none: what they hold instead.
OTHER = {
    "access_session.digest": "of a cookie",
    "playbooks_revision.digest": "of a playbook's text",
    "assessment_month.digest": "of a month's facts", "assessment_month.file": "a name of a Parquet file",
    "assessment_run.digest": "of a result",
    "people_data_request.evidence": "of a copy that was handed over, and kept by nobody",
}  # fmt: skip
_WORDS = {
    "digest", "file", "files", "photo", "photos", "picture", "pictures", "image", "audio", "evidence",
}  # fmt: skip


def _suspicious(field: models.Field) -> bool:
    if isinstance(field, models.ForeignKey):
        return field.related_model is StoredFile
    words = set(field.name.split("_"))
    return (
        isinstance(field, ArrayField | models.JSONField | models.CharField | models.TextField)
        and (field.max_length or 64) >= 64
        and bool(words & _WORDS)
        and "name" not in words
    )


def test_every_column_that_may_name_a_file_is_registered_or_explained():
    known = {use.name for use in file_uses.registered()}
    found = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if _suspicious(field) and model is not StoredFile
    }
    assert found - known - set(OTHER) == set()
    assert known <= found, "a registered column must exist"


@pytest.mark.django_db
def test_the_database_reads_every_form_of_use():
    with connection.cursor() as cursor:
        assert file_uses.is_current(cursor)
        cursor.execute("SELECT count(*) FROM core_file_uses()")
        assert cursor.fetchone() == (0,)
