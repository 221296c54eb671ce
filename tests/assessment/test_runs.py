"""A standing from facts to ranks and marks, on real tables: what a computation leaves, and every fault of one."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections

from tests.assessment import drive
from tests.assessment.drive import JULY, JUNE, MAY, NOW, PROGRAMME, SYSTEM
from tests.cast import COUNTY, OTHER_COUNTY, TOWNSHIP
from tests.support.racing import overtaken
from zhijin.assessment import services
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Batch, Mark, Run, Score, Value
from zhijin.assessment.services import requesting, storing, watching
from zhijin.core import clock, facts
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.orgs.services import change_organisation, end_organisation
from zhijin.playbooks import selectors
from zhijin.playbooks.models import PlaybookRevision

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _present(tree):
    with clock.freeze(NOW):
        drive.publish_programme()
        yield


@pytest.fixture
def five():
    """Five branches of a township; the first solves everything, the last little."""
    orgs = drive.branches(5)
    for org, solved in zip(orgs, (10, 9, 8, 7, 2), strict=True):
        drive.work(org, JULY, solved, rating=4 if solved > 7 else 3)
        for before in (MAY, JUNE):
            drive.work(org, before, 12 - solved, 11)
    return orgs


def test_figures_scores_ranks_and_marks_come_from_the_facts(five):
    batch = drive.compute()
    run = drive.run_of()
    assert (batch.state, batch.runs, batch.orgs, run.batch) == ("done", 1, 5, batch.id)
    first, last = drive.score(run, five[0]), drive.score(run, five[-1])
    # solved 10 of 10, rated 10 of 10; no pledge, which counts full: (60 × 10000 + 40 × 10000) ÷ 100
    assert (first.total, first.rank, first.of, first.tied) == (10000, 1, 5, 1)
    # solved 2 of 10 → 2000 × 70 and rated 0 of 10 → 0 × 30: 1400; then (60 × 1400 + 40 × 10000) ÷ 100
    assert (last.total, last.rank, last.dims) == (4840, 5, [1400, 10000])
    cell = drive.value(run, five[-1])
    assert (cell.numerators, cell.denominators) == ([2, 0, 0], [10, 10, 0])
    assert (cell.values, cell.states) == ([2000, 0, None], [0, 0, 2]), (
        "a division by zero is no value"
    )
    assert (run.indicators, run.dimensions) == (
        ["solved", "rated", "pledges"],
        ["activity", "team"],
    )
    assert drive.marks(run) == {
        (five[0].key, "advanced"): ["proportion"], (five[-1].key, "laggard"): ["proportion"],
    }  # fmt: skip
    assert (last.group_key, last.group_by, last.wider) == (TOWNSHIP, "township", False)


def test_a_field_that_no_fact_has_is_missing_and_not_zero(five):
    with scoped(SYSTEM):
        assert Score.objects.count() == 0
    other = drive.branches(1, OTHER_COUNTY + "100")[0]
    drive.work(other, JULY, 3)
    drive.compute(place=OTHER_COUNTY)
    cell = drive.value(drive.run_of(county=OTHER_COUNTY), other)
    # nobody rated: exempt; the dimension rests on the other indicator alone
    assert (cell.states, cell.values[1], cell.scores[1]) == ([0, 1, 2], None, None)
    assert drive.score(drive.run_of(county=OTHER_COUNTY), other).dims == [3000, 10000]


def test_a_peer_group_of_one_is_ranked_and_nobody_named(five):
    alone = drive.branches(1, OTHER_COUNTY + "100")[0]
    drive.work(alone, JULY, 0)
    drive.compute(place=OTHER_COUNTY)
    run = drive.run_of(county=OTHER_COUNTY)
    found = drive.score(run, alone)
    assert (found.rank, found.of, found.wider, found.group_by) == (1, 1, True, "county")
    assert drive.marks(run) == {}


def test_a_small_group_is_compared_with_the_next_wider_one(five):
    few = drive.branches(2, COUNTY + "106")
    for org in few:
        drive.work(org, JULY, 5)
    drive.compute()
    found = drive.score(drive.run_of(), few[0])
    assert (found.of, found.wider, found.group_key, found.tied) == (7, True, COUNTY, 2)


def test_equals_share_a_rank(five):
    twins = drive.branches(6, COUNTY + "106")
    for org in twins:
        drive.work(org, JULY, 5)
    drive.compute()
    run = drive.run_of()
    assert {drive.score(run, org).rank for org in twins} == {1}
    assert {drive.score(run, org).tied for org in twins} == {6}
    named = {org for org, kind in drive.marks(run) if kind == "advanced"}
    assert named.isdisjoint({org.key for org in twins}), "advanced: none of the equals at the line"


def test_the_last_of_three_months_running_is_named_by_that_rule():
    orgs = drive.branches(5)
    for org, solved in zip(orgs, (2, 3, 10, 10, 10), strict=True):
        drive.work(org, MAY.before(), solved)
    for month in (MAY, JUNE, JULY):
        for org, solved in zip(orgs, (10, 9, 8, 3, 2), strict=True):
            # The two at the end change places; both are among the last two each month.
            late = month is JUNE and solved in (2, 3)
            drive.work(org, month, 5 - solved if late else solved)
    for month in (MAY, JUNE, JULY):
        drive.compute(month)
    run = drive.run_of(JULY)
    found = drive.marks(run)
    assert found[orgs[4].key, "laggard"] == ["proportion", "running"]
    assert found[orgs[3].key, "laggard"] == ["running"]
    before = drive.marks(drive.run_of(JUNE))
    assert all("running" not in rules for rules in before.values()), "two months are not three"
    with scoped(SYSTEM):
        from zhijin.assessment.models import Mark

        reason = Mark.objects.get(run_id=run.id, org_key=orgs[3].key).reason
    assert [row[0] for row in reason["running"]] == ["2026-07", "2026-06", "2026-05"]
    assert [row[2] for row in reason["running"]] == [5, 5, 5]


def test_months_never_computed_are_looked_up_in_the_facts():
    """The first run of an installation knows the months before all the same."""
    orgs = drive.branches(5)
    for month in (MAY, JUNE, JULY):
        for org, solved in zip(orgs, (10, 9, 8, 3, 2), strict=True):
            drive.work(org, month, solved)
    drive.compute(JULY)
    assert drive.marks(drive.run_of())[orgs[3].key, "laggard"] == ["running"]


# -- faults ---------------------------------------------------------------------------------


def test_a_late_fact_makes_a_new_run_beside_the_published_one(five):
    drive.settle()
    drive.compute()
    public = services.publish_run(actor=SYSTEM, run_id=drive.run_of().id)
    before = drive.ranks(public)
    assert watching.request_late() == 0, "nothing has come"
    drive.work(five[-1], JULY, 30, 30)
    assert watching.request_late() == 1
    assert watching.request_late() == 0, "asked for already"
    with scoped(SYSTEM):
        batch = Batch.objects.get(state="waiting")
    assert (batch.reason, batch.place_code) == ("late_fact", "53")
    services.compute(batch.id)
    beside = drive.run_of(state="ready")
    assert (beside.names, beside.reason) == (public.id, "late_fact")
    with scoped(SYSTEM):
        public.refresh_from_db()
    assert public.state == "published"
    assert drive.ranks(public) == before, "never a silent change"
    assert drive.score(beside, five[-1]).total > before[five[-1].key][0]


def test_a_late_fact_for_an_open_period_waits_for_its_end(five):
    drive.settle()
    drive.compute()
    with scoped(SYSTEM):
        facts.record("case.closed", at=NOW, place_code=five[0].place_code, subject="s",
                     actor=SYSTEM, record="case:x")  # fmt: skip
    # August runs still; it reaches back to no ended period, since nothing here looks at later months.
    assert watching.request_late() == 0


def test_a_corrected_fact_counts_once_and_as_corrected(five):
    with scoped(SYSTEM):
        from zhijin.core.models import Fact

        july = Fact.objects.filter(place_code=five[0].place_code, at__month=7)
        wrong = july.order_by("at", "id").first()
        facts.record(
            "case.closed", at=wrong.at, place_code=wrong.place_code, subject=wrong.subject,
            actor=SYSTEM, record=wrong.record,
            attrs={**wrong.attrs, "outcome": "returned", "corrects": str(wrong.id)},
        )  # fmt: skip
    drive.compute()
    cell = drive.value(drive.run_of(), five[0])
    assert (cell.numerators[0], cell.denominators[0]) == (9, 10)


def test_an_organisation_that_moved_keeps_its_past_where_it_was(five):
    mover, goal = five[0], drive.village(40)
    drive.add_places(goal)
    with scoped(SYSTEM):
        change_organisation(actor=SYSTEM, key=mover.key, on=date(2026, 8, 1), place_code=goal)
    drive.compute()
    found = drive.score(drive.run_of(), mover)
    assert found.place_code == drive.village(0), "in July it was there"
    assert found.total == 10000


def test_an_organisation_merged_mid_year_is_ranked_until_then(five):
    gone = five[-1]
    drive.work(gone, JUNE, 2)
    with scoped(SYSTEM):
        end_organisation(actor=SYSTEM, key=gone.key, on=date(2026, 7, 1), why="并入邻村")
    drive.compute(JUNE), drive.compute(JULY)
    assert gone.key in drive.ranks(drive.run_of(JUNE))
    assert gone.key not in drive.ranks(drive.run_of(JULY))
    assert {drive.score(drive.run_of(JULY), org).of for org in five[:-1]} == {4}


def test_the_same_again_makes_nothing_new(five):
    first = drive.compute()
    again = drive.compute()
    assert (again.state, again.same_as, again.runs) == ("done", first.id, 0)
    with scoped(SYSTEM):
        assert Run.objects.count() == 1


def test_two_rebuilds_at_once_have_one_result(five):
    batches = [
        services.request_run(actor=SYSTEM, programme="test-drive", period=JULY, place_code=code)
        for code in (COUNTY, "53")
    ]  # fmt: skip
    errors: list[BaseException] = []

    def go(batch: Batch) -> None:
        try:
            with clock.freeze(NOW):
                services.compute(batch.id)
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(batch,)) for batch in (*batches, batches[0])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with scoped(SYSTEM):
        assert Run.objects.filter(place_code=COUNTY).count() == 1
        assert Score.objects.count() == Value.objects.count() == 5
        assert {b.state for b in Batch.objects.all()} == {"done"}


def test_a_rebuild_cut_off_in_the_middle_leaves_nothing_and_is_taken_up(five, monkeypatch):
    with scoped(SYSTEM):
        batch = services.request_run(
            actor=SYSTEM, programme="test-drive", period=JULY, place_code=COUNTY
        )
    real = storing.copy_rows

    def broken(model, columns, rows):
        if model is Value:
            raise KeyboardInterrupt
        return real(model, columns, rows)

    monkeypatch.setattr(storing, "copy_rows", broken)
    with pytest.raises(KeyboardInterrupt):
        services.compute(batch.id)
    with scoped(SYSTEM):
        assert not Run.objects.exists()
        assert not Score.objects.exists()
        assert Batch.objects.get().state == "computing"
    monkeypatch.undo()
    with clock.freeze(NOW + timedelta(minutes=20)):
        assert services.take_up_lost() == 1
        services.compute(batch.id)
    assert len(drive.ranks(drive.run_of())) == 5


def test_what_fails_again_and_again_is_given_up_and_says_why(five, monkeypatch):
    monkeypatch.setattr(storing, "store", lambda *_: 1 // 0)
    batch = services.request_run(
        actor=SYSTEM, programme="test-drive", period=JULY, place_code=COUNTY
    )
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            services.compute(batch.id)
    with scoped(SYSTEM):
        batch.refresh_from_db()
    assert (batch.state, batch.tries) == ("failed", 5)
    assert "ZeroDivisionError" in batch.error
    assert services.compute(batch.id).state == "failed", "nobody tries any more"


def test_what_is_due_by_the_calendar_is_asked_for_once():
    assert services.request_due() == 1
    assert services.request_due() == 0
    with scoped(SYSTEM):
        batch = Batch.objects.get()
    assert (batch.period_start, batch.reason) == (date(2026, 7, 1), "due")
    with clock.freeze(datetime(2026, 9, 1, tzinfo=UTC)):
        assert services.request_due() == 1


def test_a_new_result_of_an_open_question_takes_the_place_of_the_old(five):
    drive.compute()
    old = drive.run_of()
    drive.work(five[-1], JULY, 30, 30)
    drive.compute()
    new = drive.run_of(state="ready")
    assert new.id != old.id
    with scoped(SYSTEM):
        old.refresh_from_db()
        assert old.state == "superseded"
        assert not Score.objects.filter(run_id=old.id).exists()


# -- periods that still run -----------------------------------------------------------------

AUGUST = JULY.before(-1)
NIGHT = datetime(
    2026, 8, 3, 18, 30, tzinfo=UTC
)  # half past two in the morning of the 4th, in China


def test_a_running_period_is_computed_by_night_when_it_got_facts(five):
    with clock.freeze(NIGHT):
        drive.work(five[0], AUGUST, 6)
        assert watching.request_open() == 1
        assert watching.request_open() == 0, "asked for already"
        with scoped(SYSTEM):
            batch = Batch.objects.get(state="waiting")
        assert (batch.period_start, batch.reason) == (AUGUST.start, "open")
        assert services.compute(batch.id).runs == 1
    run = drive.run_of(AUGUST)
    assert drive.value(run, five[0]).numerators[0] == 6
    with clock.freeze(NIGHT), pytest.raises(Refusal) as caught:
        services.publish_run(actor=SYSTEM, run_id=run.id)
    assert caught.value.id == "AE003", "what still runs is never published"


def test_once_a_night_and_only_what_changed(five):
    drive.work(five[0], AUGUST, 6)
    with clock.freeze(NIGHT):
        watching.request_open()
        drive.settle()
        with scoped(SYSTEM):
            services.compute(Batch.objects.get(state="waiting").id)
        drive.settle()
        drive.work(five[0], AUGUST, 9)
    with clock.freeze(NIGHT + timedelta(hours=20)):
        assert watching.request_open() == 0, "not by day"
    with clock.freeze(NIGHT + timedelta(days=1)):
        assert watching.request_open() == 1
        drive.settle()
        with scoped(SYSTEM):
            services.compute(Batch.objects.get(state="waiting").id)
    assert drive.value(drive.run_of(AUGUST), five[0]).numerators[0] == 15
    drive.settle()
    with clock.freeze(NIGHT + timedelta(days=2)):
        drive.work(five[0], JULY, 1)
        assert watching.request_open() == 0, "nothing came to August: it is computed as it stands"
    with scoped(SYSTEM):
        assert Run.objects.filter(period_start=AUGUST.start, state="ready").count() == 1
        assert Run.objects.filter(period_start=AUGUST.start, state="superseded").count() == 1


def test_what_was_computed_while_it_ran_is_computed_again_when_it_has_ended(five):
    drive.work(five[0], AUGUST, 6)
    with clock.freeze(NIGHT):
        watching.request_open()
        with scoped(SYSTEM):
            services.compute(Batch.objects.get(state="waiting").id)
    with clock.freeze(datetime(2026, 9, 1, 1, tzinfo=UTC)):
        assert services.request_due() == 1
        assert services.request_due() == 0
    with scoped(SYSTEM):
        assert {b.reason for b in Batch.objects.filter(period_start=AUGUST.start)} == {
            "open",
            "due",
        }


@pytest.mark.parametrize(
    ("hour", "day", "since"), [(1, 3, 2), (2, 3, 3), (13, 3, 3), (23, 3, 3), (0, 4, 3)]
)
def test_the_last_night_began_at_two_in_china(hour, day, since):
    now = datetime(2026, 8, day, hour, 15, tzinfo=clock.TZ)
    assert watching.last_night(now) == datetime(2026, 8, since, 2, tzinfo=clock.TZ)


def test_two_that_ask_at_once_make_one_request():
    gate, made = threading.Barrier(3), []

    def ask() -> None:
        try:
            with clock.freeze(NOW):
                gate.wait()
                batch = services.request_run(
                    actor=SYSTEM, programme="test-drive", period=JULY, place_code=COUNTY
                )
                made.append(batch.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3
    assert len(set(made)) == 1
    with scoped(SYSTEM):
        assert Batch.objects.count() == 1


# -- one at a moment, and one that nobody foresaw -----------------------------------------------


def test_a_result_that_is_published_while_it_is_computed_anew_is_not_set_aside(five):
    drive.compute()
    run = drive.run_of()
    drive.work(five[-1], JULY, 9, 9)
    overtaken(lambda: services.publish_run(actor=SYSTEM, run_id=run.id), drive.compute)
    with scoped(SYSTEM):
        states = dict(Run.objects.values_list("id", "state"))
        assert states.pop(run.id) == "published"
        assert list(states.values()) == ["ready"], "the newer one stands beside"
        assert Score.objects.filter(run_id=run.id).count() == 5
        assert Mark.objects.filter(run_id=run.id).exists()


def unreadable() -> None:
    """A programme in force that this release cannot read any more, before all others in the list."""
    with scoped(SYSTEM):
        PlaybookRevision.objects.create(
            playbook="a-broken-one", form="assessment", place_code="53", revision=1, digest="0" * 64,
            title_zh="读不了", title_en="Unreadable", source="assessment: 99", state="in_force",
            uploaded_by="system:test", published_at=clock.now(), published_by="system:test",
        )  # fmt: skip
    selectors.forget()


@pytest.mark.parametrize("chore", [services.request_due, watching.request_open])
def test_a_programme_that_cannot_be_read_keeps_no_other_from_its_turn(five, chore, caplog):
    unreadable()
    with clock.freeze(NOW + timedelta(days=4)):
        drive.work(five[0], Period(date(2026, 8, 1)), 1)
        assert chore() == 1
    assert "a-broken-one" in caplog.text
    with scoped(SYSTEM):
        assert Batch.objects.get().programme == "test-drive"


@pytest.mark.parametrize("module", [requesting, watching])
def test_one_that_cannot_be_asked_for_keeps_no_other_from_its_turn(
    five, module, caplog, monkeypatch
):
    """Late facts, too: what was not asked for stands in the log, and the mark moves on."""
    drive.publish_programme(PROGRAMME.replace("id: test-drive", "id: a-second"))
    honest = module.queue

    def queue(actor, found, *more):
        if found.name == "a-second":
            raise KeyError("nobody foresaw this")
        return honest(actor, found, *more)

    if module is requesting:
        monkeypatch.setattr(module, "queue", queue)
        assert services.request_due() == 1
    else:
        services.request_due()
        with scoped(SYSTEM):
            waiting = list(Batch.objects.values_list("id", flat=True))
        for one in waiting:
            services.compute(one)
        drive.work(five[0], JULY, 1)
        monkeypatch.setattr(module, "queue", queue)
        assert watching.request_late() == 1
        assert watching.request_late() == 0
    assert "KeyError" in caplog.text
