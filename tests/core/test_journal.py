"""The journal's chain: what is altered, deleted, moved or cut off is found, in the words of the command."""

from __future__ import annotations

import argparse
import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction

from zhijin.config.postgres import ADMIN
from zhijin.core import chain, clock, commands, journal
from zhijin.core.actor import Actor
from zhijin.core.models import JournalEntry, JournalSeal

PERSON = Actor("account", "0199", "甲")


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    settings.HOME = tmp_path
    journal.forget_place()


@pytest.fixture
def sealed(transactional_db):
    """Ten entries, sealed."""
    for n in range(10):
        journal.write(PERSON, "person.reveal", f"person:{n}", detail={"why": f"办事 {n}", "n": n})
    assert journal.seal_new() == 10


@pytest.fixture
def meddler(transactional_db, django_db_setup):
    """The cluster's administrator with triggers off: the strongest hand there is."""
    import psycopg

    url = django_db_setup.cluster.url(ADMIN, django_db_setup.name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def ids() -> list[int]:
    return list(JournalSeal.objects.order_by("seq").values_list("entry_id", flat=True))


def test_an_untouched_chain_is_whole(sealed):
    verdict = chain.verify()
    assert verdict.whole
    assert (verdict.sealed, verdict.unsealed, verdict.broken_at) == (10, 0, None)
    assert verdict.head == chain.present_head().digest


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "account:other"), ("actor_name", "乙"), ("action", "person.view"),
        ("object", "person:77"), ("place_key", 5), ("detail", '{"why": "公务"}'),
        ("at", "2020-01-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_an_altered_entry_is_found(sealed, meddler, column, value):
    meddler.execute(f"UPDATE core_journal SET {column} = %s WHERE id = %s", [value, ids()[4]])
    assert chain.verify().broken_at == 5


def test_a_deleted_entry_is_found(sealed, meddler):
    meddler.execute("DELETE FROM core_journal WHERE id = %s", [ids()[6]])
    assert chain.verify().broken_at == 7


def test_a_deleted_entry_with_its_seal_is_found(sealed, meddler):
    gone = ids()[6]
    meddler.execute("DELETE FROM core_journal_seal WHERE entry_id = %s", [gone])
    meddler.execute("DELETE FROM core_journal WHERE id = %s", [gone])
    assert chain.verify().broken_at == 7


def test_swapped_seals_are_found(sealed, meddler):
    third, fourth = ids()[2:4]
    meddler.execute("UPDATE core_journal_seal SET entry_id = -1 WHERE seq = 3")
    meddler.execute("UPDATE core_journal_seal SET entry_id = %s WHERE seq = 4", [third])
    meddler.execute("UPDATE core_journal_seal SET entry_id = %s WHERE seq = 3", [fourth])
    assert chain.verify().broken_at == 3


def test_an_inserted_entry_cannot_take_anothers_place(sealed, meddler):
    meddler.execute("UPDATE core_journal_seal SET seq = seq + 100 WHERE seq > 5")
    verdict = chain.verify()
    assert verdict.broken_at == 6


def cut_off(meddler, keep: int) -> None:
    """Remove the end of the journal with its seals: what is left is a whole chain."""
    meddler.execute("DELETE FROM core_journal_seal WHERE seq > %s", [keep])
    meddler.execute(
        "DELETE FROM core_journal j WHERE NOT EXISTS"
        " (SELECT FROM core_journal_seal s WHERE s.entry_id = j.id)"
    )


def test_a_cut_off_end_is_found_by_the_head_written_down(sealed, meddler):
    head = chain.note_head()
    assert head.seq == 10
    assert chain.verify().whole
    cut_off(meddler, 7)
    verdict = chain.verify()
    assert verdict.broken_at is None, "the chain alone cannot know"
    assert verdict.head_lost == head
    assert not verdict.whole


def test_a_chain_computed_anew_is_found_by_an_outside_copy(sealed, meddler, settings, tmp_path):
    copy = tmp_path / "on-another-machine.txt"
    copy.write_text(f"抄写人：审计员\n{chain.present_head()}\n")
    changed = ids()[3]
    meddler.execute("UPDATE core_journal SET actor_name = '乙' WHERE id = %s", [changed])
    meddler.execute("TRUNCATE core_journal_seal")
    journal.forget_place()
    assert journal.seal_new() == 10
    assert chain.verify([]).whole, "whole in itself, but not the chain that was"
    verdict = chain.verify(chain.read_heads(copy))
    assert verdict.head_lost.seq == 10


def test_heads_are_written_when_the_chain_has_grown_and_not_too_often(sealed):
    assert chain.note_head() is not None
    assert chain.note_head() is None
    later = clock.now() + timedelta(minutes=11)
    with clock.freeze(later):
        assert chain.note_head() is None, "nothing new to write down"
        journal.write(PERSON, "x", "y:1")
        journal.seal_new()
        assert chain.note_head().seq == 11
    assert [h.seq for h in chain.read_heads(chain.heads_file())] == [10, 11]
    assert chain.heads_file().stat().st_mode & 0o077 == 0
    assert chain.verify().whole


def test_an_entry_nobody_seals_is_told(sealed, meddler):
    journal.write(PERSON, "x", "y:1")
    assert chain.verify().unsealed == 1
    assert chain.verify().whole, "it is young"
    meddler.execute("UPDATE core_journal SET at = at - interval '1 hour' WHERE object = 'y:1'")
    verdict = chain.verify()
    assert verdict.overdue == 1
    assert not verdict.whole


def test_an_entry_is_sealed_when_its_transaction_ends_and_never_twice(transactional_db):
    held, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            journal.write(PERSON, "slow", "x:1")
            held.set()
            go.wait(120)
        connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert held.wait(120)
    journal.write(PERSON, "fast", "x:2")
    assert journal.seal_new() == 1, "the slow one is not there yet"
    go.set()
    writer.join()
    assert journal.seal_new() == 1, "its lower number does not make it late"
    assert journal.seal_new() == 0
    assert chain.verify().sealed == 2
    order = JournalSeal.objects.order_by("seq").values_list("entry__action", flat=True)
    assert list(order) == ["fast", "slow"]


def test_an_entry_that_came_very_late_is_found_by_the_wide_look(transactional_db, monkeypatch):
    monkeypatch.setattr(journal, "WINDOW", 2)
    for n in range(10):
        journal.write(PERSON, "x", f"y:{n}")
    journal.seal_new()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT min(id) - 1 FROM core_journal")
        (before,) = cursor.fetchone()
    monkeypatch.setattr(journal, "_looked_wide_at", journal.time.monotonic())
    monkeypatch.setattr(journal, "_looked_to", before + 100)
    journal.write(PERSON, "late", "x:1")
    assert journal.seal_new() == 0, "outside the narrow window"
    monkeypatch.setattr(journal, "_looked_wide_at", -1e9)
    assert journal.seal_new() == 1
    assert chain.verify([]).whole


def test_two_sealers_never_seal_the_same_entry(transactional_db):
    for n in range(200):
        journal.write(PERSON, "x", f"y:{n}")
    done: list[int] = []

    def seal() -> None:
        # One that finds the lock taken seals nothing, so how often each must try is not known.
        ends = time.monotonic() + 120
        while sum(done) < 200 and time.monotonic() < ends:
            done.append(journal.seal_new(limit=20))
        connections.close_all()

    threads = [threading.Thread(target=seal) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 200
    assert chain.verify([]).whole


def test_a_rolled_back_change_leaves_no_entry(transactional_db):
    with transaction.atomic():
        journal.write(PERSON, "x", "y:1")
        transaction.set_rollback(True)
    assert not JournalEntry.objects.exists()


def test_entries_put_back_from_a_backup_are_sealed_like_others(sealed, meddler):
    # In a restored database transaction numbers begin low again; the entries' are far ahead.
    journal.write(PERSON, "x", "y:1")
    meddler.execute("UPDATE core_journal SET tx = '9000000000' WHERE object = 'y:1'")
    journal.forget_place()
    assert journal.seal_new() == 1
    assert chain.verify().whole


# -- the command ----------------------------------------------------------------------------


def run(*line: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    args = parser.parse_args(["verify", "journal", *line])
    return args.run(args)


def test_the_command_says_that_all_is_well(sealed, capsys):
    assert run() == 0
    assert "链条完整" in capsys.readouterr().out
    assert run("--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["sealed"], told["broken_at"]) == (True, 10, None)


def test_the_command_says_what_is_wrong_and_fails(sealed, meddler, capsys, tmp_path):
    chain.note_head()
    copy = tmp_path / "copy.txt"
    copy.write_text(chain.heads_file().read_text())
    cut_off(meddler, 8)
    meddler.execute("UPDATE core_journal SET action = 'z' WHERE id = %s", [ids()[1]])
    assert run("--heads", str(copy)) == 1
    said = capsys.readouterr().out
    assert "第 2 条被改动" in said
    assert "第 10 条" in said
    assert run("--heads", str(tmp_path / "nowhere")) == 2
