"""What everybody may read, nobody but its keeper can change or delete: asked as the app role, in the tables."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from tests.activities.conftest import as_system, contest, do, units
from tests.activities.test_contests import running
from tests.assessment.worlds import run_of
from tests.cases.conftest import files, ground
from tests.cast import COUNTY, OTHER_COUNTY, VILLAGE, Cast
from tests.orgs.conftest import places
from tests.programmes.conftest import closed, effects
from zhijin.activities.models import Event, Party, Sheet
from zhijin.activities.services import events
from zhijin.assessment.models import Batch, Run
from zhijin.cases.models import Case, CaseParty
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import org_key, place_key, place_span
from zhijin.core.scope import scoped
from zhijin.programmes.models import Notice, Publication

__all__ = ["effects", "files", "ground", "places", "units"]
pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
FIRM = org_key(COUNTY, 8)


def of_organisation(key: int = FIRM) -> Actor:
    grant = Grant("firm_contact", COUNTY, *place_span(COUNTY), org_key=key)
    return Actor("account", "f", "甲", (grant,))


def over(code: str) -> Actor:
    return Actor("account", "a", "甲", (Grant("county_officer", code, *place_span(code)),))


def delete(table: str, where: str, value: object) -> int:
    """Delete by SQL in the present scope; how many rows went."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {where} = %s", [value])
        return cursor.rowcount


class TestPublications:
    def test_the_public_reads_what_is_shown_and_can_do_nothing_else(
        self, cast: Cast, effects: None
    ) -> None:
        closed(cast)
        with scoped(SYSTEM):
            shown = Publication.objects.get()
            Publication.objects.update(state="shown")
        for actor in (Actor.resident(), over(OTHER_COUNTY), of_organisation()):
            with scoped(actor):
                assert Publication.objects.filter(id=shown.id).exists()
                assert Publication.objects.update(why="x", place_key=place_key(OTHER_COUNTY)) == 0
                assert delete("programmes_publication", "id", shown.id) == 0
        with scoped(over(COUNTY)):
            assert Publication.objects.update(why="x") == 1

    def test_what_is_not_shown_is_not_read_elsewhere(self, cast: Cast, effects: None) -> None:
        closed(cast)
        with scoped(SYSTEM):
            Publication.objects.update(state="withdrawn")
        with scoped(Actor.resident()):
            assert not Publication.objects.exists()

    def test_whom_a_notice_is_for_does_not_take_it_away(self, cast: Cast, effects: None) -> None:
        closed(cast)
        with scoped(SYSTEM):
            Notice.objects.update(org_key=FIRM)
            count = Notice.objects.count()
        with scoped(of_organisation()):
            assert Notice.objects.count() == count > 0
            assert delete("programmes_notice", "org_key", FIRM) == 0


class TestRuns:
    def test_an_organisation_reads_runs_and_cannot_throw_one_away(self) -> None:
        run = run_of()
        with scoped(of_organisation()):
            assert Run.objects.filter(id=run.id).exists()
            assert delete("assessment_run", "id", run.id) == 0
            assert Run.objects.update(orgs=0) == 0

    def test_nor_can_the_county_itself(self) -> None:
        run = run_of()
        with scoped(over(COUNTY)):
            assert Run.objects.filter(id=run.id).exists()
            assert delete("assessment_run", "id", run.id) == 0
        with scoped(over(OTHER_COUNTY)):
            assert not Run.objects.exists()

    def test_a_request_is_the_platform_s(self) -> None:
        lo, hi = place_span(COUNTY)
        given = {
            "programme": "p", "revision_id": UUID(int=1), "place_code": COUNTY, "place_key": lo,
            "place_end": hi, "period_kind": "month", "period_start": "2026-07-01",
            "period_end": "2026-08-01", "reason": "asked", "asked_by": "test",
            "asked_at": clock.now(),
        }  # fmt: skip
        with scoped(SYSTEM):
            batch = Batch.objects.create(**given)
        with scoped(over(COUNTY)):
            assert Batch.objects.exists()
            assert delete("assessment_batch", "id", batch.id) == 0
            with pytest.raises(DatabaseError), transaction.atomic():
                Batch.objects.create(**given)


class TestThoseWhoTakePart:
    def test_a_department_works_on_a_case_and_takes_nothing_of_it_away(
        self, cast: Cast, effects: None
    ) -> None:
        made = closed(cast)
        with scoped(SYSTEM):
            case = Case.objects.get(pk=made.case_id)
            CaseParty.objects.create(
                county=case.county, case_id=case.id, place_key=case.place_key, org_key=FIRM,
                kind="called", org_name="某局", asked_at=clock.now(),
            )  # fmt: skip
        with scoped(of_organisation()):
            assert Case.objects.update(title="改过") == 1
            for table, column in (("cases_case", "id"), ("cases_party", "case_id")):
                assert delete(table, column, case.id) == 0
        with scoped(over(VILLAGE)):
            assert CaseParty.objects.filter(case_id=case.id).exists()

    def test_an_entrant_cannot_end_the_contest(self, units) -> None:
        held = units(3)
        event = contest(held)
        with scoped(held.actor(0)):
            assert Event.objects.filter(id=event.id).exists()
            assert delete("activities_event", "id", event.id) == 0
            assert delete("activities_party", "event_id", event.id) == 0
        assert as_system(Party.objects.filter(event_id=event.id).count) == 3
        do(held.officer.actor, events.drop, event_id=event.id, org_key=held.keys[2])
        assert as_system(Party.objects.filter(event_id=event.id).count) == 2

    def test_a_judge_cannot_take_back_a_sheet(self, units) -> None:
        event, (judge, *_others) = running(units(3))
        with scoped(judge.actor):
            assert Sheet.objects.filter(event_id=event.id).count() == 3
            assert delete("activities_sheet", "event_id", event.id) == 0
            assert delete("activities_party", "event_id", event.id) == 0


#: Policies for all verbs that reach beyond the keys of scope, and what keeps their rows all the same.
KEPT_OTHERWISE = {
    "cases_event": "append-only",
    "activities_reminder": "append-only",
    "activities_progress": "append-only",
    "activities_evidence": "append-only",
    "orgs_spell": "whoever sees the organisation writes its spells; services delete one of the same day",
}


@pytest.mark.django_db
def test_what_reaches_beyond_the_scope_cannot_be_deleted_by_it() -> None:
    """A table whose policy looks into another table, or at a state, keeps its rows from being deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname, cmd, permissive, coalesce(qual, '') FROM pg_policies"
            " WHERE schemaname = 'public'"
        )
        rows = cursor.fetchall()
    kept = {table for table, _n, cmd, kind, _q in rows if (cmd, kind) == ("DELETE", "RESTRICTIVE")}
    wide = {
        table
        for table, name, cmd, _kind, qual in rows
        if cmd == "ALL"
        and name.endswith("_scope")
        and (" FROM " in qual.replace("SELECT NULLIF", "") or "state" in qual)
    }
    assert wide, "the question finds something"
    assert wide - kept - set(KEPT_OTHERWISE) == set()
