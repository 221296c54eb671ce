"""What an ended case forgets, and what it never forgets: counts, facts, the journal's chain; also when it is killed."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.cases.conftest import IN_GRID, TUESDAY
from tests.cases.steps import (
    SYSTEM,
    accepted,
    ask,
    confirm,
    handled,
    in_grid,
    kinds,
    lines,
    move,
    one,
    photo,
    refused,
)
from tests.cast import Cast
from zhijin.cases import retention
from zhijin.cases.models import Case, CaseEvent, CaseParty, CasePhoto
from zhijin.cases.services import merging, reporter
from zhijin.core import chain, clock, file_uses, journal
from zhijin.core.ids import show_receipt
from zhijin.core.models import Fact, JournalEntry, StoredFile
from zhijin.core.scope import scoped
from zhijin.people import erased_log, holds, keeping, retention_commands
from zhijin.people.models import Erasure, Hold
from zhijin.ui.templatetags.ui import day

pytestmark = pytest.mark.usefixtures("ground")
WORDS = "王麦收家门口的路塌了，找她：12900000001"
NAME, PHONE, NUMBER = "王麦收", "12900000001", "530602196805150011"
PERIOD = timedelta(days=731)


@pytest.fixture(autouse=True)
def _log(tmp_path: Path, settings: Any) -> None:
    settings.ZHIJIN_ERASED = str(tmp_path / "erased.jsonl")


def personal(cast: Cast, when: datetime = TUESDAY) -> Any:
    """A closed case full of what must go: name, number, words, answers, pictures, an exact place."""
    made = handled(
        cast, when, answers={"what": WORDS, "id_no": NUMBER}, phone=PHONE, name=NAME, lon=IN_GRID[0],
        lat=IN_GRID[1], photos={"photos": [photo("red")]},
    )  # fmt: skip
    confirm(made, when + timedelta(hours=1))
    return made


def told_first(when: datetime = TUESDAY) -> None:
    """The list has stood for its thirty days."""
    with clock.freeze(when):
        assert keeping.sweep() == 0


def sweep(days: int = 732) -> int:
    with clock.freeze(TUESDAY + timedelta(days=days)):
        return keeping.sweep()


def whole_row(case_id: Any) -> str:
    """Everything the database holds of a case, as text."""
    found = []
    with scoped(SYSTEM), connection.cursor() as cursor:
        for table, column in (
            ("cases_case", "id"), ("cases_event", "case_id"), ("cases_photo", "case_id"),
            ("cases_party", "case_id"), ("cases_request", "case_id"), ("programmes_publication", "case_id"),
            ("programmes_notice", "case_id"),
        ):  # fmt: skip
            cursor.execute(
                f"SELECT to_jsonb(t)::text FROM {table} t WHERE {column} = %s", [case_id]
            )
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_what_is_personal_goes_and_what_is_counted_stays(cast: Cast) -> None:
    told_first()
    made = personal(cast)
    with scoped(SYSTEM):
        CaseParty.objects.create(
            county=530602, case_id=made.case_id, place_key=one(made.case_id).place_key, org_key=1, org_name="交通局",
            kind="called", what=WORDS, answer=WORDS, asked_at=TUESDAY,
        )  # fmt: skip
        facts = list(Fact.objects.filter(record=f"case:{made.case_id}").order_by("id").values())
    before, before_lines = one(made.case_id), lines(made.case_id)
    assert WORDS in whole_row(made.case_id)
    assert sweep(730) == 0, "the last day is a day"
    assert sweep() == 1
    assert sweep() == 0, "once"
    left = whole_row(made.case_id)
    for gone in (
        NAME,
        PHONE,
        NUMBER,
        WORDS,
        "塌",
        str(IN_GRID[0]),
        bytes(before.reporter_phone or b"").hex(),
    ):
        assert gone not in left
    after = one(made.case_id)
    for name in ("number", "place_code", "state", "outcome", "opened_at", "closed_at", "rating", "resolved", "photos",
                 "late_stages", "receipt", "playbook", "revision_id"):  # fmt: skip
        assert getattr(after, name) == getattr(before, name), name
    assert (after.title, after.text, after.data) == ("测试隐患", "", {})
    same = ("id", "seq", "at", "kind", "actor", "before", "after", "move", "role")
    assert [tuple(getattr(x, n) for n in same) for x in lines(made.case_id)[:-1]] == [
        tuple(getattr(x, n) for n in same) for x in before_lines
    ]
    assert lines(made.case_id)[3].data == {"satisfied": 5}, "what was chosen is kept for the rates"
    assert kinds(made.case_id)[-1] == "erased"
    with scoped(SYSTEM):
        assert CasePhoto.objects.filter(case_id=made.case_id).count() == 0
        kept = Fact.objects.filter(record=f"case:{made.case_id}").exclude(kind="case.erased")
        assert list(kept.order_by("id").values()) == facts
        told = JournalEntry.objects.filter(object=f"case:{made.case_id}", action="case.erased")
        assert told.count() == 1
        assert list(Erasure.objects.values_list("kind", "n", "why")) == [("case", 1, "period")]


def test_the_journals_chain_is_whole_afterwards(cast: Cast) -> None:
    told_first()
    personal(cast)
    while journal.seal_new():
        pass
    head = chain.verify(None)
    assert head.whole
    sweep()
    while journal.seal_new():
        pass
    after = chain.verify(None)
    assert after.whole
    assert after.sealed > head.sealed


def test_no_row_names_its_pictures_any_more(cast: Cast) -> None:
    """The sweep of files does the rest, after its grace."""
    told_first()
    personal(cast)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {file_uses.FUNCTION}() WHERE used_in = 'cases_photo.file_id'"
        )
        assert cursor.fetchone()[0] == 2
    sweep()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {file_uses.FUNCTION}()")
        assert cursor.fetchone()[0] == 0
    assert StoredFile.objects.count() == 2, (
        "the bytes go with the next sweep of files, like all others"
    )


# -- what must stay ---------------------------------------------------------------------------


def test_what_is_open_or_waited_for_stays(cast: Cast) -> None:
    told_first()
    open_, asked, merged = accepted(cast), personal(cast), in_grid()
    ask(cast.branch_secretary, asked, TUESDAY + timedelta(days=1), "exclude")
    actor = cast.branch_secretary.actor
    with clock.freeze(TUESDAY):
        merging.merge(actor=actor, case_id=merged.case_id, into=open_.case_id)
    assert sweep() == 0
    assert {one(x.case_id).erased_at for x in (open_, asked, merged)} == {None}
    move(cast.grid_worker, open_, "verifying", TUESDAY, photos={"after": [photo()]})
    confirm(open_, TUESDAY)
    assert sweep() + sweep() == 2, "with the one it was merged into"
    assert one(merged.case_id).erased_at is not None


def hold(cast: Cast, made: Any, **more: Any) -> Hold:
    values = {"kind": "case", "subject": made.case_id, "why": "appeal", "words": "（2026）行初字第 3 号",
              "until": (TUESDAY + timedelta(days=900)).date()} | more  # fmt: skip
    actor = cast.township_officer.actor
    with clock.freeze(TUESDAY + timedelta(days=710)), scoped(actor):
        return holds.hold(actor=actor, **values)


def test_a_hold_keeps_it_until_its_day(cast: Cast) -> None:
    told_first()
    made, other = personal(cast), personal(cast)
    hold(cast, made)
    assert sweep(740) == 1
    assert one(made.case_id).text == WORDS
    assert one(other.case_id).text == ""
    assert sweep(899) == 0
    assert sweep(902) == 1


def test_a_hold_that_is_lifted_keeps_nothing(cast: Cast) -> None:
    told_first()
    made = personal(cast)
    row, actor = hold(cast, made), cast.township_officer.actor
    with scoped(actor):
        holds.lift(actor=actor, hold_id=row.id)
    assert sweep() == 1
    with scoped(SYSTEM):
        assert (
            JournalEntry.objects.filter(
                object=f"case:{made.case_id}", action__startswith="retention."
            ).count()
            == 2
        )


def test_who_may_hold_what(cast: Cast) -> None:
    made = personal(cast)
    with refused("PE043"):
        hold(cast, made, words="好")
    with refused("PE043"):
        hold(cast, made, until=(TUESDAY + timedelta(days=9000)).date())
    with refused("CO404"):
        hold(cast, made, kind="nothing")
    for who, said in (("grid_worker", "CO403"), ("outsider", "CO404")):
        actor = getattr(cast, who).actor
        with refused(said), scoped(actor):
            holds.hold(
                actor=actor, kind="case", subject=made.case_id, why="check", words="监督检查",
                until=clock.today() + timedelta(days=9),
            )  # fmt: skip


def test_a_shorter_period_is_told_of_first(cast: Cast, settings: Any) -> None:
    """Nobody erases two years of cases by a slip of the keyboard."""
    told_first()
    made = personal(cast)
    settings.ZHIJIN_CASE_KEEP_DAYS = 40
    assert sweep(100) == 0, "set today"
    assert sweep(129) == 0
    assert one(made.case_id).text == WORDS
    assert sweep(131) == 1


def test_a_new_kind_takes_nothing_of_the_past_at_once(cast: Cast) -> None:
    personal(cast)
    assert sweep(3000) == 0, "first seen"
    assert sweep(3029) == 0
    assert sweep(3031) == 1


def test_no_period_is_shorter_than_opening_again_takes(settings: Any) -> None:
    settings.ZHIJIN_CASE_KEEP_DAYS = 1
    assert retention.days() == reporter.REOPEN_DAYS + 1


# -- the database itself ----------------------------------------------------------------------


def test_words_of_a_timeline_go_only_with_their_case(cast: Cast) -> None:
    made = personal(cast)
    rows = CaseEvent.objects.filter(case_id=made.case_id)
    for change in ({"why": "", "data": {}}, {"actor": "x"}):
        with pytest.raises(DatabaseError), scoped(SYSTEM), transaction.atomic():
            rows.update(**change)
    told_first()
    sweep()
    for change in (
        {"why": "改"},
        {"data": {"new": 1}},
        {"seq": 99},
        {"at": TUESDAY},
        {"kind": "x"},
    ):
        with pytest.raises(DatabaseError), scoped(SYSTEM), transaction.atomic():
            rows.filter(seq=1).update(**change)
    with pytest.raises(DatabaseError), scoped(SYSTEM), transaction.atomic():
        rows.delete()


def test_nothing_is_marked_that_still_holds_words(cast: Cast) -> None:
    made = personal(cast)
    with pytest.raises(IntegrityError), scoped(SYSTEM), transaction.atomic():
        Case.objects.filter(id=made.case_id).update(erased_at=TUESDAY)


def test_nobody_works_on_what_is_erased(cast: Cast) -> None:
    told_first()
    made = personal(cast)
    sweep()
    actor = cast.branch_secretary.actor
    with refused("CA021"):
        reporter.comment(actor=actor, case_id=made.case_id, text="王麦收来电", public=True)
    with refused("CA021"):
        ask(cast.branch_secretary, made, TUESDAY + timedelta(days=800), "exclude")
    assert NAME not in whole_row(made.case_id)


# -- killed in the middle ---------------------------------------------------------------------

KILLED = """
import os, signal, sys, datetime, django
from django.conf import settings
settings.ZHIJIN_ERASED = sys.argv[2]
django.setup()
from zhijin.cases import retention
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.people import keeping
kept, seen = keeping.kind("case"), []
whole = retention.write
def dies(case, *args, **more):
    line = whole(case, *args, **more)
    seen.append(case.id)
    if len(seen) == 2:
        assert Case.objects.filter(text="").count() >= 2, "written, and not committed"
        os.kill(os.getpid(), signal.SIGKILL)
    return line
retention.write = dies
with clock.freeze(datetime.datetime.fromisoformat(sys.argv[1])):
    keeping.sweep()
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_erasure_leaves_all_or_nothing_and_goes_on(
    cast: Cast, database_environment: dict[str, str], tmp_path: Path
) -> None:
    told_first()
    made = [personal(cast) for _ in range(3)]
    before = [whole_row(x.case_id) for x in made]
    when = (TUESDAY + timedelta(days=732)).isoformat()
    died = subprocess.run(
        [sys.executable, "-c", KILLED, when, str(tmp_path / "killed.jsonl")],
        env={**os.environ, **database_environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert [whole_row(x.case_id) for x in made] == before, "not one is half erased"
    with scoped(SYSTEM):
        assert Erasure.objects.count() == 0
        assert not JournalEntry.objects.filter(action="case.erased").exists()
    assert sweep() == 3
    assert all(NAME not in whole_row(x.case_id) for x in made)


# -- backups ----------------------------------------------------------------------------------


def test_what_a_restored_backup_brings_back_is_erased_again(cast: Cast) -> None:
    """The list beside the database is what a restore does not take back."""
    told_first()
    made, kept = personal(cast), personal(cast, TUESDAY + timedelta(days=400))
    with transaction.atomic():
        before = transaction.savepoint()
        assert sweep() == 1
        transaction.savepoint_rollback(before)
    assert one(made.case_id).text == WORDS, "as after a restore"
    listed = list(erased_log.read(erased_log.path()))
    assert listed == [("case", made.case_id)]
    assert NAME not in erased_log.path().read_text()
    with clock.freeze(TUESDAY + timedelta(days=733)):
        assert keeping.again(listed) == 1
        assert keeping.again(listed) == 0
    assert (one(made.case_id).text, one(kept.case_id).text) == ("", WORDS)
    with scoped(SYSTEM):
        assert list(Erasure.objects.values_list("why", flat=True)) == ["again"]


def test_a_list_that_was_cut_off_is_read_to_its_last_whole_line(tmp_path: Path, cast: Cast) -> None:
    made = in_grid()
    erased_log.add("case", [made.case_id], TUESDAY)
    path = erased_log.path()
    path.write_text(path.read_text() + '{"kind": "ca')
    assert list(erased_log.read(path)) == [("case", made.case_id)]
    path.write_text("no\n" + path.read_text())
    with pytest.raises(ValueError, match=":1"):
        list(erased_log.read(path))
    assert erased_log.path().stat().st_mode & 0o777 == 0o600


# -- what people see --------------------------------------------------------------------------


def test_the_status_code_says_that_it_was_erased(cast: Cast, client: Client) -> None:
    told_first()
    made = personal(cast)
    url = reverse("portal:status", args=[show_receipt(made.code)])
    assert "塌" in client.get(url).content.decode()
    sweep()
    page = client.get(url)
    text = page.content.decode()
    assert page.status_code == 200
    assert "您的个人信息已经删除" in text
    assert "2028-06-10" in text
    assert "塌" not in text
    english = client.get(url, headers={"accept-language": "en"}).content.decode()
    assert "Its period is over" in english


def test_the_desk_says_it_too_and_does_not_fall_over(cast: Cast) -> None:
    told_first()
    made = personal(cast)
    sweep()
    for member in (cast.branch_secretary, cast.township_officer):
        page = member.client.get(reverse("desk:case", args=[made.case_id]))
        assert page.status_code == 200
        assert "个人信息已经删除" in page.content.decode()
    answer = cast.branch_secretary.client.get(reverse("desk:private", args=[made.case_id]))
    assert NAME not in answer.content.decode()


def test_the_list_says_what_goes_when_and_keeps_it(cast: Cast) -> None:
    now = clock.now()
    told_first(now - timedelta(days=800))
    made, later = (
        personal(cast, now - timedelta(days=725)),
        personal(cast, now - timedelta(days=600)),
    )
    client, url = cast.township_officer.client, reverse("desk:keeping")
    page = client.get(url).content.decode()
    on = (clock.local(one(made.case_id).closed_at) + timedelta(days=731)).date()
    assert made.number in page
    assert later.number not in page, "not yet"
    assert f"{day(on)}起删除" in page
    assert NAME not in page
    sent = {"do": "hold", "kind": "case", "subject": made.case_id, "why": "check", "words": "县纪委抽查",
            "until": f"{now + timedelta(days=90):%Y-%m-%d}"}  # fmt: skip
    assert client.post(url, {**sent, "until": ""}).status_code == 400
    assert client.post(url, sent).status_code == 302
    kept = client.get(url).content.decode()
    assert "县纪委抽查" in kept
    assert "起删除" not in kept
    assert cast.outsider.client.get(url).content.decode().count("县纪委抽查") == 0
    with scoped(SYSTEM):
        row = Hold.objects.get()
    assert cast.outsider.client.post(url, {"do": "lift", "hold": str(row.id)}).status_code == 404
    assert client.post(url, {"do": "lift", "hold": str(row.id)}).status_code == 302
    assert "起删除" in client.get(url).content.decode()
    with clock.freeze(now + timedelta(days=10)):
        assert keeping.sweep() == 1
    past = client.get(url).content.decode()
    assert "保存期满" in past
    english = client.get(url, headers={"accept-language": "en"}).content.decode()
    assert "Period over" in english


def test_the_command_counts_and_changes_nothing(cast: Cast, capsys: Any) -> None:
    now = clock.now()
    told_first(now - timedelta(days=900))
    made = personal(cast, now - timedelta(days=800))
    before = whole_row(made.case_id)
    parser = argparse.ArgumentParser()
    retention_commands.add_parser(parser.add_subparsers())

    def said(*words: str) -> Any:
        args = parser.parse_args(["retention", *words, "--json"])
        assert args.run(args) == 0
        return json.loads(capsys.readouterr().out)

    assert said()["due"]["case"] == 1
    assert whole_row(made.case_id) == before
    assert said("--erase") == {"erased": 1}
    assert said()["due"]["case"] == 0
    assert said("--again", str(erased_log.path())) == {"again": 0}
    args = parser.parse_args(["retention", "--again", "nowhere.jsonl"])
    assert args.run(args) == 2
