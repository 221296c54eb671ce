"""Who is named gets a case, once, whatever runs twice or breaks off; laggards are sent to the advanced."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.assessment import drive
from tests.assessment.drive import JULY, NOW, PROGRAMME, SYSTEM
from tests.cast import COUNTY
from tests.support import shipped
from zhijin.assessment import services
from zhijin.assessment.models import Follow
from zhijin.assessment.services import following
from zhijin.cases.models import Case, CaseParty
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.playbooks.api import forget

pytestmark = pytest.mark.django_db(transaction=True)
RULES = "follow:\n  - {mark: laggard, open: rectification}\n  - {mark: advanced, open: learnable}\n"


@pytest.fixture
def named(tree):
    """A published July in which one branch is the last and one the first."""
    with clock.freeze(NOW):
        shipped.install()
        drive.publish_programme(PROGRAMME + RULES)
        orgs = drive.branches(5)
        for org, solved in zip(orgs, (10, 9, 8, 7, 2), strict=True):
            drive.work(org, JULY, solved)
            drive.work(org, JULY.before(), 11 - solved)
        drive.compute()
        run = services.publish_run(actor=SYSTEM, run_id=drive.run_of().id)
        yield orgs, run
    forget()


def cases() -> list[Case]:
    with scoped(SYSTEM):
        return list(Case.objects.order_by("playbook"))


def test_a_laggard_is_rectified_and_an_advanced_one_learnt_from(named):
    orgs, run = named
    assert services.follow_run(run.id, run.county) == 2
    learn, mend = cases()
    assert (learn.playbook, learn.org_key) == ("learnable", orgs[0].key)
    assert (mend.playbook, mend.org_key, mend.state) == ("rectification", orgs[4].key, "planning")
    assert mend.owner_role == "village_secretary"
    assert mend.place_code == orgs[4].place_code
    assert "第 5" in mend.data["standing"]
    assert mend.data["partner"] == orgs[0].name, "the visit is arranged with one from the front"
    with scoped(SYSTEM):
        rows = {row.kind: row for row in Follow.objects.all()}
        assert {row.case_id for row in rows.values()} == {learn.id, mend.id}
        assert rows["laggard"].partner_key == orgs[0].key
        assert CaseParty.objects.filter(case_id=mend.id, org_key=orgs[4].key).exists()


def test_twice_opens_nothing_twice(named):
    _, run = named
    services.follow_run(run.id, run.county)
    assert services.follow_run(run.id, run.county) == 0
    assert len(cases()) == 2


def test_a_later_result_of_the_same_period_opens_nothing_again(named):
    orgs, run = named
    services.follow_run(run.id, run.county)
    drive.work(orgs[4], JULY, 1, 1)
    drive.compute()
    newer = services.publish_run(actor=SYSTEM, run_id=drive.run_of(state="ready").id)
    assert services.follow_run(newer.id, newer.county) == 0
    assert len(cases()) == 2


def test_who_is_not_named_any_more_gets_no_case(named):
    """A later result is published before the first one's follow-ups were opened."""
    orgs, run = named
    drive.work(orgs[4], JULY, 90, 90)
    drive.work(orgs[3], JULY, 0, 60)
    drive.compute()
    newer = services.publish_run(actor=SYSTEM, run_id=drive.run_of(state="ready").id)
    assert services.follow_run(run.id, run.county) == 0, "what was replaced leads to nothing"
    assert services.follow_run(newer.id, newer.county) == 2
    assert {case.org_key for case in cases() if case.playbook == "rectification"} == {orgs[3].key}


def test_what_waits_is_taken_back_or_tells_the_newer_result(named, monkeypatch):
    orgs, run = named
    with monkeypatch.context() as never:
        never.setattr(following, "open_due", lambda *_: 0)
        services.follow_run(run.id, run.county)
        drive.work(orgs[4], JULY, 90, 90)
        drive.work(orgs[3], JULY, 0, 60)
        drive.compute()
        newer = services.publish_run(actor=SYSTEM, run_id=drive.run_of(state="ready").id)
        services.follow_run(newer.id, newer.county)
    with scoped(SYSTEM):
        assert {row.run_id for row in Follow.objects.all()} == {newer.id}
        assert orgs[4].key not in {r.org_key for r in Follow.objects.filter(kind="laggard")}


def test_cut_off_between_two_the_rest_is_opened_later(named, monkeypatch):
    _, run = named
    real, calls = following.open_case, []

    def once(**given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(following, "open_case", once)
    with pytest.raises(KeyboardInterrupt):
        services.follow_run(run.id, run.county)
    assert len(cases()) == 1
    monkeypatch.undo()
    assert following.open_due() == 1
    assert len(cases()) == 2


def test_a_refusal_is_noted_and_tried_again_later(named, monkeypatch):
    _, run = named
    from zhijin.core.errors import NOT_FOUND

    def refuse(**given):
        raise NOT_FOUND()

    monkeypatch.setattr(following, "open_case", refuse)
    assert services.follow_run(run.id, run.county) == 0
    with scoped(SYSTEM):
        assert {(r.tries, r.error) for r in Follow.objects.all()} == {(1, "CO404")}
    monkeypatch.undo()
    assert following.open_due() == 0, "not yet"
    from datetime import timedelta

    with clock.freeze(NOW + timedelta(hours=3)):
        assert following.open_due() == 2


def test_a_ready_run_leads_to_nothing_until_it_is_published(tree):
    with clock.freeze(NOW):
        shipped.install()
        drive.publish_programme(PROGRAMME + RULES)
        for org, solved in zip(drive.branches(4), (9, 8, 7, 1), strict=True):
            drive.work(org, JULY, solved)
        drive.compute()
        run = drive.run_of(county=COUNTY)
        assert services.follow_run(run.id, run.county) == 0
    forget()


def test_one_that_nobody_foresaw_keeps_no_other_from_its_turn(named, caplog):
    """Of its mark nothing is left: it is put off, told in the log, and the other two are opened."""
    orgs, run = named
    with scoped(SYSTEM):
        Follow.objects.create(
            county=run.county, org_key=orgs[1].key, place_code=orgs[1].place_code, place_key=orgs[1].place_key,
            sector_key=orgs[1].sector_key, run_id=run.id, mark_id=uuid4(), programme="another",
            period_start=run.period_start, kind="laggard", opens="rectification", at=clock.now(),
            due_at=clock.now() - timedelta(hours=1),
        )  # fmt: skip
    assert services.follow_run(run.id, run.county) == 2
    with scoped(SYSTEM):
        bad = Follow.objects.get(programme="another")
    assert (bad.tries, bad.error, bad.case_id) == (1, "CO500", None)
    assert bad.due_at == clock.now() + timedelta(hours=2)
    assert str(bad.id) in caplog.text
    assert len(cases()) == 2
