"""A unit contests one record; the answer, the new result and the old one beside it. Adjustments, typed values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.assessment import drive
from tests.assessment.drive import JULY, NOW, SYSTEM
from tests.cast import COUNTY, OTHER_COUNTY, TOWNSHIP
from zhijin.assessment import services
from zhijin.assessment.models import Adjustment, Appeal, Batch, Run
from zhijin.core import clock
from zhijin.core.actor import Actor, Grant
from zhijin.core.errors import Refusal
from zhijin.core.ids import place_span
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _present(tree):
    with clock.freeze(NOW):
        drive.publish_programme()
        yield


def over(code: str, role: str, name: str = "a") -> Actor:
    return Actor("account", name, "甲", (Grant(role, code, *place_span(code)),))


COUNTY_OFFICER = over(COUNTY, "county_officer", "county")
TOWN = over(TOWNSHIP, "township_officer", "town")


@pytest.fixture
def world():
    """Four branches, July published; and the last one's secretary."""
    orgs = drive.branches(4)
    for org, solved in zip(orgs, (10, 8, 6, 5), strict=True):
        drive.work(org, JULY, solved)
    drive.compute()
    run = services.publish_run(actor=COUNTY_OFFICER, run_id=drive.run_of().id)
    return orgs, run, over(orgs[3].place_code, "village_secretary", "secretary")


def unsolved(org, number: int = 0) -> Fact:
    with scoped(SYSTEM):
        rows = Fact.objects.filter(
            place_code=org.place_code, kind="case.closed", attrs__outcome="returned"
        )
        return rows.order_by("id")[number]


def file(actor: Actor, run: Run, org, fact: Fact, **more) -> Appeal:
    given = {"indicator": "solved", "why": "这件不归我们办", **more}
    return services.file_appeal(
        actor=actor, run_id=run.id, org_key=org.key, fact_id=fact.id, **given
    )


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as told:
        call(*args, **kwargs)
    return told.value.id


def test_an_accepted_appeal_makes_a_new_result_beside_the_old(world):
    orgs, run, secretary = world
    before = drive.ranks(run)
    appeal = file(secretary, run, orgs[3], unsolved(orgs[3]))
    decided = services.decide_appeal(
        actor=COUNTY_OFFICER, appeal_id=appeal.id, accepted=True, answer="经查，属邻村事项"
    )
    assert (decided.state, decided.decided_name, decided.answer) == (
        "accepted",
        "甲",
        "经查，属邻村事项",
    )
    with scoped(SYSTEM):
        batch = Batch.objects.get(state="waiting")
        assert (batch.reason, batch.place_code) == ("appeal", COUNTY)
    services.compute(batch.id)
    new = drive.run_of(state="ready")
    with scoped(SYSTEM):
        appeal.refresh_from_db()
        run.refresh_from_db()
    assert (appeal.new_run, new.names, new.reason) == (new.id, run.id, "appeal")
    assert drive.ranks(run) == before, "the old one stays as it was published"
    cell = drive.value(new, orgs[3])
    assert (cell.numerators[0], cell.denominators[0]) == (5, 9)
    assert drive.score(new, orgs[3]).total > before[orgs[3].key][0]
    published = services.publish_run(actor=COUNTY_OFFICER, run_id=new.id)
    with scoped(SYSTEM):
        run.refresh_from_db()
    assert (published.state, run.state) == ("published", "superseded")
    assert drive.ranks(run) == before, "and stays readable"


def test_a_record_may_be_amended_in_what_the_indicator_looks_at(world):
    orgs, run, secretary = world
    fact = unsolved(orgs[3])
    wrong = {"claim": "amend", "changes": {"playbook": "x"}}
    assert refused(file, secretary, run, orgs[3], fact, **wrong) == "AE018"
    assert (
        refused(file, secretary, run, orgs[3], fact, claim="amend", changes={"outcome": 1})
        == "AE018"
    )
    assert refused(file, secretary, run, orgs[3], fact, claim="amend") == "AE018"
    appeal = file(secretary, run, orgs[3], fact, claim="amend", changes={"outcome": "solved"})
    services.decide_appeal(actor=COUNTY_OFFICER, appeal_id=appeal.id, accepted=True, answer="属实")
    drive.compute()
    cell = drive.value(drive.run_of(state="ready"), orgs[3])
    assert (cell.numerators[0], cell.denominators[0]) == (6, 10)


def test_two_decisions_about_one_record_add_up(world):
    """By one indicator it is amended, by another excluded; a third has nothing left to exclude."""
    orgs, _run, secretary = world
    drive.work(orgs[3], JULY, 0, 1, rating=2)
    drive.compute()
    run = services.publish_run(actor=COUNTY_OFFICER, run_id=drive.run_of(state="ready").id)
    with scoped(SYSTEM):
        fact = Fact.objects.get(kind="case.closed", attrs__rating=2)
    amend = file(secretary, run, orgs[3], fact, claim="amend", changes={"outcome": "solved"})
    exclude = file(secretary, run, orgs[3], fact, indicator="rated")
    decide = {"actor": COUNTY_OFFICER, "accepted": True, "answer": "属实"}
    services.decide_appeal(**decide, appeal_id=amend.id)
    services.decide_appeal(**decide, appeal_id=exclude.id)
    drive.compute()
    cell = drive.value(drive.run_of(state="ready"), orgs[3])
    assert (cell.numerators[:2], cell.denominators[:2]) == ([5, 0], [10, 0])
    with scoped(SYSTEM):
        last = Appeal.objects.create(**{
            **{f.name: getattr(exclude, f.name) for f in Appeal._meta.fields if f.name != "id"},
            "indicator": "pledges", "state": "filed", "decided_at": None,
        })  # fmt: skip
    assert refused(services.decide_appeal, **decide, appeal_id=last.id) == "AE026"


def test_what_is_shown_beside_follows_later_results_and_never_vanishes(world):
    """After the appeal something comes late: the waiting result gives way to one with both."""
    orgs, run, secretary = world
    appeal = file(secretary, run, orgs[3], unsolved(orgs[3]))
    services.decide_appeal(
        actor=COUNTY_OFFICER, appeal_id=appeal.id, accepted=True, answer="属邻村"
    )
    drive.compute()
    drive.work(orgs[2], JULY, 1, 1)
    drive.compute()
    with scoped(SYSTEM):
        appeal.refresh_from_db()
    assert appeal.new_run == drive.run_of(state="ready").id
    assert drive.score(drive.run_of(state="ready"), orgs[3]).total > 0


def test_an_accepted_appeal_of_which_nothing_comes_says_so(world):
    """The record is taken out and the same one is written again: the result is the published one."""
    orgs, run, secretary = world
    fact = unsolved(orgs[3])
    appeal = file(secretary, run, orgs[3], fact)
    services.decide_appeal(
        actor=COUNTY_OFFICER, appeal_id=appeal.id, accepted=True, answer="登记有误"
    )
    drive.work(orgs[3], JULY, 0, 1)
    drive.compute()
    with scoped(SYSTEM):
        appeal.refresh_from_db()
        assert not Run.objects.filter(state="ready").exists()
    assert appeal.new_run == run.id


def test_only_what_counts_can_be_contested(world):
    """Nobody's rating is in the record, so it does not count into how well people were rated."""
    orgs, run, secretary = world
    fact = unsolved(orgs[3])
    assert refused(file, secretary, run, orgs[3], fact, indicator="rated") == "AE006"
    drive.work(orgs[3], JULY, 0, 1)
    with scoped(SYSTEM):
        late = Fact.objects.filter(place_code=orgs[3].place_code).order_by("-id").first()
    assert refused(file, secretary, run, orgs[3], late) == "AE006", "it came after the result"


def test_a_refused_appeal_changes_nothing_and_says_why(world):
    orgs, run, secretary = world
    appeal = file(secretary, run, orgs[3], unsolved(orgs[3]))
    decide = {"actor": COUNTY_OFFICER, "appeal_id": appeal.id, "accepted": False}
    assert refused(services.decide_appeal, **decide, answer=" ") == "AE007"
    services.decide_appeal(**decide, answer="照片显示在本村")
    assert refused(services.decide_appeal, **decide, answer="再次") == "AE009"
    with scoped(SYSTEM):
        assert not Batch.objects.filter(state="waiting").exists()
        assert not Fact.objects.filter(attrs__has_key="corrects").exists()
        actions = JournalEntry.objects.filter(object=appeal.name).order_by("id")
        assert [a.action for a in actions] == ["assessment.appealed", "assessment.answered"]
    again = file(secretary, run, orgs[3], unsolved(orgs[3]), why="有新的证明")
    assert again.state == "filed"


def test_who_may_appeal_and_against_what(world):
    orgs, run, secretary = world
    fact = unsolved(orgs[3])
    assert refused(file, secretary, run, orgs[3], fact, why=" ") == "AE007"
    assert refused(file, secretary, run, orgs[2], unsolved(orgs[2])) == "AE001", "another village"
    assert refused(file, over(OTHER_COUNTY, "county_officer"), run, orgs[3], fact) == "AE001"
    staff = over(orgs[3].place_code, "village_staff")
    assert refused(file, staff, run, orgs[3], fact) == "CO403"
    assert refused(file, secretary, run, orgs[3], fact, indicator="nothing") == "AE005"
    assert refused(file, secretary, run, orgs[3], fact, indicator="pledges") == "AE006"
    assert refused(file, secretary, run, orgs[3], unsolved(orgs[2])) == "AE006", "not its record"
    file(secretary, run, orgs[3], fact)
    assert refused(file, secretary, run, orgs[3], fact) == "AE008"
    with clock.freeze(NOW + timedelta(days=16)):
        assert refused(file, secretary, run, orgs[3], unsolved(orgs[3], 1)) == "AE011"


def test_nobody_decides_their_own_and_only_who_may(world):
    orgs, run, secretary = world
    own = file(COUNTY_OFFICER, run, orgs[3], unsolved(orgs[3]))
    decide = {"appeal_id": own.id, "accepted": True, "answer": "好"}
    assert refused(services.decide_appeal, actor=COUNTY_OFFICER, **decide) == "AE010"
    assert refused(services.decide_appeal, actor=secretary, **decide) == "CO403"
    outsider = over(OTHER_COUNTY, "county_officer")
    assert refused(services.decide_appeal, actor=outsider, **decide) == "AE019"
    services.withdraw_appeal(actor=secretary, appeal_id=own.id)
    assert (
        refused(services.decide_appeal, actor=over(COUNTY, "county_officer", "b"), **decide)
        == "AE009"
    )


def test_a_record_is_contested_once_it_was_corrected_no_more(world):
    orgs, run, secretary = world
    fact = unsolved(orgs[3])
    appeal = file(secretary, run, orgs[3], fact)
    services.decide_appeal(actor=COUNTY_OFFICER, appeal_id=appeal.id, accepted=True, answer="属实")
    assert refused(file, secretary, run, orgs[3], fact) == "AE006"


# -- adjustments ----------------------------------------------------------------------------


def propose(org, actor: Actor = TOWN, **more) -> Adjustment:
    given = {"rule": "praise", "amount": 150, "why": "市里通报表扬", "records": ["case:1"], **more}
    return services.propose_adjustment(
        actor=actor, programme="test-drive", period=JULY, org_key=org.key, **given
    )


def test_an_adjustment_counts_once_a_second_person_approves_it(world):
    orgs, run, _ = world
    before = drive.ranks(run)[orgs[3].key][0]
    row = propose(orgs[3])
    drive.compute()
    with scoped(SYSTEM):
        assert not Run.objects.filter(state="ready").exists(), "proposed alone it counts nothing"
    decide = {"adjustment_id": row.id, "approved": True}
    assert refused(services.decide_adjustment, actor=TOWN, **decide) == "AE010"
    other = over(TOWNSHIP, "township_officer", "other")
    assert refused(services.decide_adjustment, actor=other, **decide) == "AE015", (
        "the county approves"
    )
    services.decide_adjustment(actor=COUNTY_OFFICER, **decide)
    with scoped(SYSTEM):
        batch = Batch.objects.get(state="waiting")
    services.compute(batch.id)
    found = drive.score(drive.run_of(state="ready"), orgs[3])
    assert (found.total, found.adjusted) == (before + 150, 150)


def test_an_adjustment_stays_within_its_rule(world):
    orgs, *_ = world
    assert refused(propose, orgs[3], amount=201) == "AE013"
    assert refused(propose, orgs[3], amount=0) == "AE013"
    assert refused(propose, orgs[3], rule="other") == "AE012"
    assert refused(propose, orgs[3], records=[]) == "AE014"
    assert refused(propose, orgs[3], why="") == "AE007"
    assert refused(propose, orgs[3], actor=over(OTHER_COUNTY, "county_officer")) == "OR001"
    first, second = propose(orgs[3]), propose(orgs[3])
    services.decide_adjustment(actor=COUNTY_OFFICER, adjustment_id=first.id, approved=True)
    told = refused(
        services.decide_adjustment, actor=COUNTY_OFFICER, adjustment_id=second.id, approved=True
    )
    assert told == "AE013", "together they are too much"
    bare = {"actor": COUNTY_OFFICER, "adjustment_id": second.id, "approved": False}
    assert refused(services.decide_adjustment, **bare) == "AE007"
    assert services.decide_adjustment(**bare, answer="重复").state == "refused"


def test_an_indicator_from_facts_is_not_typed_in(world):
    orgs, *_ = world
    given = {"programme": "test-drive", "period": JULY, "org_key": orgs[0].key, "why": "补报"}
    told = refused(
        services.enter_manual, actor=COUNTY_OFFICER, **given, indicator="solved", numerator=9
    )
    assert told == "AE016"


# -- publishing -----------------------------------------------------------------------------


def test_who_may_publish_and_when(world):
    orgs, run, _ = world
    assert refused(services.publish_run, actor=COUNTY_OFFICER, run_id=run.id) == "AE002"
    assert refused(services.publish_run, actor=TOWN, run_id=run.id) == "AE001"
    outsider = over(OTHER_COUNTY, "county_officer")
    assert refused(services.publish_run, actor=outsider, run_id=run.id) == "AE001"
    from datetime import date

    from zhijin.assessment.engine.periods import Period

    august = Period(date(2026, 8, 1))
    drive.work(orgs[0], august, 5)
    drive.compute(august)
    told = refused(services.publish_run, actor=COUNTY_OFFICER, run_id=drive.run_of(august).id)
    assert told == "AE003", "August is not over"


def test_a_request_needs_a_period_and_a_place_of_ones_own():
    ask = {"programme": "test-drive", "period": JULY}
    assert refused(services.request_run, actor=TOWN, **ask, place_code=COUNTY) == "CO403"
    assert (
        refused(services.request_run, actor=COUNTY_OFFICER, **ask, place_code=OTHER_COUNTY)
        == "CO403"
    )
    assert refused(services.request_run, actor=COUNTY_OFFICER, **ask) == "AE001"
    from datetime import date

    from zhijin.assessment.engine.periods import Period

    for period in (Period(date(2026, 7, 1), "quarter"), Period(date(2027, 7, 1))):
        told = refused(
            services.request_run, actor=COUNTY_OFFICER, programme="test-drive", period=period,
            place_code=COUNTY,
        )  # fmt: skip
        assert told == "AE004"
    one, two = (
        services.request_run(actor=COUNTY_OFFICER, **ask, place_code=COUNTY) for _ in range(2)
    )
    assert one.id == two.id, "what waits is not asked for twice"
