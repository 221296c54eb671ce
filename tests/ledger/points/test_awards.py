"""From a deed or a fact to an entry: two hands, a cap, once, with evidence; and never for a minor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE
from tests.ledger.points.conftest import (
    SYSTEM,
    Town,
    at_once,
    due,
    make_town,
    member_of,
    refused,
)
from tests.ledger.rules.support import SMALL
from zhijin.core import clock
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.ledger.models import Award, Book, Transfer
from zhijin.ledger.points import awards, holders, starting, sweep
from zhijin.ledger.selectors import statement


class TestDeeds:
    def test_one_enters_another_checks_and_it_is_booked_with_what_it_rests_on(self, staffed: Town):
        entered = staffed.enter("7")
        assert (entered.state, entered.amount, staffed.held("7")) == ("proposed", 3, 0)
        booked = staffed.check(entered)
        assert (booked.state, staffed.held("7")) == ("posted", 3)
        with scoped(SYSTEM):
            transfer = Transfer.objects.get(id=booked.transfer_id)
            acts = list(
                JournalEntry.objects.filter(object=booked.record_name).values_list(
                    "action", flat=True
                )
            )
        assert (transfer.record, transfer.kind) == (booked.record_name, "award")
        assert acts == ["points.entered", "points.checked"]
        assert booked.label.startswith("7 张")
        assert "小满" not in booked.label
        assert staffed.sound()

    def test_nobody_checks_what_they_entered(self, staffed: Town):
        entered = staffed.enter("7")
        with scoped(staffed.staff):
            assert refused(awards.check, actor=staffed.staff, award_id=entered.id) == "PS011"
            assert (
                refused(awards.refuse, actor=staffed.staff, award_id=entered.id, why="不属实的")
                == "PS011"
            )
        assert staffed.held("7") == 0

    def test_a_checked_one_is_not_checked_again(self, town: Town):
        entered = town.enter("7")
        town.check(entered)
        with scoped(town.secretary):
            assert refused(awards.check, actor=town.secretary, award_id=entered.id) == "PS012"
        assert town.held("7") == 3

    def test_refusing_needs_words_and_books_nothing(self, town: Town):
        entered = town.enter("7")
        with scoped(town.secretary):
            assert (
                refused(awards.refuse, actor=town.secretary, award_id=entered.id, why="不")
                == "PS013"
            )
        with scoped(town.secretary):
            done = awards.refuse(actor=town.secretary, award_id=entered.id, why="现场看没有打扫")
        assert (done.state, town.held("7")) == ("refused", 0)

    def test_the_cap_of_the_month_gives_the_rest_and_then_nothing(self, town: Town):
        today = clock.today()
        town.give("7", day=today)
        town.give("7", day=today)
        third = town.enter("7", day=today)
        assert (third.state, third.amount, third.why) == ("capped", 0, "cap")
        assert town.held("7") == 6

    def test_what_waits_counts_under_the_cap_and_what_is_refused_does_not(self, town: Town):
        first = town.enter("7")
        town.enter("7")
        assert town.enter("7").state == "capped"
        with scoped(town.secretary):
            awards.refuse(actor=town.secretary, award_id=first.id, why="照片不是这一户")
        assert town.enter("7").amount == 3

    @pytest.mark.parametrize(
        ("change", "wanted"),
        [
            ({"rule_id": "hazard"}, "PS004"),
            ({"rule_id": "none"}, "PS004"),
            ({"note": "扫"}, "PS007"),
            ({"note": "请打 13800138000 核对"}, "PS008"),
            ({"days": 61}, "PS005"),
            ({"days": -1}, "PS005"),
        ],
    )
    def test_what_is_not_right_is_refused(self, town: Town, change: dict[str, Any], wanted: str):
        days = change.pop("days", 0)
        assert (
            refused(town.enter, "7", day=clock.today() - timedelta(days=days), **change) == wanted
        )
        with scoped(SYSTEM):
            assert not Award.objects.exists()

    def test_a_rule_that_asks_for_a_photo_needs_one(self, db: None, fresh: None):
        town = make_town(source=SMALL.replace("amount: 3\n", "amount: 3\n    evidence: photo\n"))
        assert refused(town.enter, "7") == "PS006"
        assert town.enter("7", photos=["a" * 64]).evidence == ["a" * 64]

    def test_a_rule_without_a_second_check_books_at_once(self, db: None, fresh: None):
        town = make_town(source=SMALL.replace("amount: 3\n", "amount: 3\n    check: none\n"))
        assert town.enter("7").state == "posted"
        assert town.held("7") == 3

    def test_a_household_of_minors_gets_nothing(self, town: Town):
        year = clock.today().year
        town.home("9", born=year - 12)
        assert refused(town.enter, "9") == "PS009"
        town.home("10", born=year - 18)
        assert refused(town.enter, "10") == "PS009", "may still be seventeen"
        town.home("11", born=year - 19)
        assert town.enter("11").amount == 3

    def test_an_unknown_household_is_told(self, town: Town):
        with scoped(SYSTEM):
            assert refused(holders.household, VILLAGE, "没有", clock.today()) == "PS003"

    def test_outsiders_neither_enter_nor_see(self, town: Town, cast: Any):
        award = town.enter("7")
        for actor in (cast.outsider.actor, cast.auditor.actor):
            with scoped(actor):
                assert not Award.objects.exists()
                assert refused(awards.check, actor=actor, award_id=award.id) == "CO404"
        worker = cast.grid_worker.actor
        with scoped(worker):
            assert refused(awards.check, actor=worker, award_id=award.id) == "CO403"

    def test_it_is_taken_back_by_a_mirror(self, town: Town):
        award = town.give("7")
        with scoped(town.secretary):
            done = awards.take_back(actor=town.secretary, award_id=award.id, why="记错了户")
        assert (done.state, town.held("7")) == ("reversed", 0)
        with scoped(SYSTEM):
            lines = statement(town.account("7"), clock.today(), clock.today()).lines
        assert [line.amount for line in lines] == [3, -3]
        assert refused_back(town, award) == "PS012"
        assert town.sound()

    def test_what_was_spent_is_not_taken_back(self, town: Town):
        from zhijin.ledger.points import shop

        award = town.give("7")
        item, card = town.item(price=2), town.card("7")
        with scoped(SYSTEM):
            shop.redeem(card=card, item_id=item.id, quantity=1, key="k")
        assert refused_back(town, award) == "LG002"
        assert town.award(award.id).state == "posted"
        assert town.sound()


def refused_back(town: Town, award: Award) -> str:
    def act() -> None:
        with scoped(town.secretary):
            awards.take_back(actor=town.secretary, award_id=award.id, why="记错了户")

    return refused(act)


class TestFacts:
    def test_a_fact_becomes_one_award_however_often_one_looks(self, town: Town):
        due()
        assert [sweep.take_facts() for _ in range(3)] == [1, 0, 0]
        with scoped(SYSTEM):
            (award,) = Award.objects.all()
        assert (award.state, award.asked, award.record, award.rule) == (
            "unclaimed",
            2,
            "case:1",
            "hazard",
        )
        with scoped(SYSTEM):
            Award.objects.update(note="seen")
            from zhijin.ledger.models import Sweep

            Sweep.objects.update(upto=0)
        assert sweep.take_facts() == 0, "also when everything is looked at anew"
        with scoped(SYSTEM):
            assert Award.objects.get().note == "seen"

    def test_facts_of_other_rules_places_and_times_give_nothing(self, town: Town):
        due("积分-9")
        due(place=OTHER_VILLAGE)
        due(at=clock.now() - timedelta(days=120))
        assert sweep.take_facts() == 0

    def test_one_fact_that_nobody_foresaw_keeps_no_others_points_back(
        self, town: Town, monkeypatch
    ):
        due(record="case:1")
        due(record="case:2")
        take = awards.take_fact

        def stumble(fact, *rest):
            if fact["record"] == "case:1":
                raise ZeroDivisionError("nobody foresaw it")
            return take(fact, *rest)

        monkeypatch.setattr(awards, "take_fact", stumble)
        assert [sweep.take_facts() for _ in range(2)] == [1, 0]

    def test_a_book_whose_programme_cannot_be_read_keeps_no_others_points_back(
        self, town: Town, monkeypatch, caplog
    ):
        due(record="case:1")
        due(record="case:2")
        read, met = sweep.in_force, []

        def in_force(book):
            met.append(book)
            if len(met) == 1:
                raise ValueError("this release cannot read it")
            return read(book)

        monkeypatch.setattr(sweep, "in_force", in_force)
        assert sweep.take_facts() == 1
        assert f"the programme of book {town.book.id}" in caplog.text

    def test_the_mark_moves_on_and_new_facts_are_found(self, town: Town):
        due(record="case:1")
        sweep.take_facts()
        due(record="case:2")
        sweep.take_facts()
        with scoped(SYSTEM):
            assert sorted(Award.objects.values_list("record", flat=True)) == ["case:1", "case:2"]

    def test_whoever_claims_has_it_and_only_once(self, town: Town):
        due(record="case:1")
        sweep.take_facts()
        home, other = town.home("7"), town.home("8")
        with scoped(SYSTEM):
            (award,) = awards.claim(actor=SYSTEM, record="case:1", holder=home)
        assert award.state == "proposed"
        with scoped(SYSTEM):
            assert refused(awards.claim, actor=SYSTEM, record="case:1", holder=other) == "PS010"
        town.check(award)
        assert (town.held("7"), town.held("8")) == (2, 0)
        assert town.sound()

    def test_a_claim_goes_to_a_household_of_the_village_and_never_to_a_person(self, town: Town):
        due(record="case:1")
        sweep.take_facts()
        person = member_of()
        with scoped(SYSTEM):
            member = holders.member(VILLAGE, person.id, clock.today())
            assert refused(awards.claim, actor=SYSTEM, record="case:1", holder=member) == "PS010"

    def test_what_nobody_claims_lapses(self, town: Town):
        due()
        sweep.take_facts()
        assert sweep.end_times() == 0
        with clock.freeze(clock.now() + timedelta(days=181)):
            assert sweep.end_times() == 1
        with scoped(SYSTEM):
            assert Award.objects.get().state == "lapsed"

    def test_a_programme_that_begins_takes_up_the_facts_since_its_day(self, db: None, fresh: None):
        town = make_town(programme="village-points", source="", days=30)
        assert town.book.programme == "village-points"
        due("村规民约-积分-3", record="case:5", at=clock.now() - timedelta(days=3))
        sweep.take_facts()
        with scoped(SYSTEM):
            Award.objects.all().delete()
            sweep.catch_up(town.book)
            assert Award.objects.get().record == "case:5"

    def test_no_fact_of_points_may_stand_behind_a_ranking(self, town: Town):
        from zhijin.assessment.engine.kinds import kind

        town.give("7")
        with scoped(SYSTEM):
            kinds = set(
                Fact.objects.filter(kind__startswith="points.").values_list("kind", flat=True)
            )
        assert {"points.started", "points.entered", "points.checked"} <= kinds
        for name in kinds - {"points.due"}:
            found = kind(name)
            assert found is not None
            assert found.personal, name


class TestStarting:
    def test_it_begins_once_and_only_in_a_village(self, town: Town):
        with scoped(SYSTEM):
            same = starting.start(actor=SYSTEM, place_code=VILLAGE, programme="small")
            assert same.id == town.book.id
            assert Book.objects.filter(programme="small").count() == 1
            assert (
                refused(starting.start, actor=SYSTEM, place_code="530602105", programme="small")
                == "PS002"
            )
            assert (
                refused(starting.start, actor=SYSTEM, place_code=VILLAGE, programme="other")
                == "PS001"
            )

    def test_it_takes_the_secretary(self, town: Town, cast: Any):
        worker = cast.grid_worker.actor
        with scoped(worker):
            assert (
                refused(starting.start, actor=worker, place_code=VILLAGE, programme="member-points")
                == "CO403"
            )
        secretary = cast.branch_secretary.actor
        with scoped(secretary):
            made = starting.start(actor=secretary, place_code=VILLAGE, programme="member-points")
        assert made.title == "党员积分"

    def test_a_members_points_are_the_members(self, town: Town):
        person = member_of()
        with scoped(SYSTEM):
            book = starting.start(actor=SYSTEM, place_code=VILLAGE, programme="member-points")
            holder = holders.member(VILLAGE, person.id, clock.today())
            award = awards.enter(
                actor=SYSTEM, book=book, rule_id="service", holder=holder, day=clock.today(),
                note="帮三户老人收玉米",
            )  # fmt: skip
            awards.check(actor=town.secretary, award_id=award.id)
        assert award.holder == f"person:{person.id}"
        with scoped(SYSTEM):
            plain = town.home("7")
            assert (
                refused(holders.member, VILLAGE, __import__("uuid").UUID(int=3), clock.today())
                == "PS003"
            )
            assert plain.record.startswith("household:")


#: A household, a rule, and whether it is taken back.
STEP = st.tuples(st.sampled_from(["7", "8"]), st.sampled_from(["yard", "rubbish"]), st.booleans())

# -- invariants ----------------------------------------------------------------------------------


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["7", "8"]), st.sampled_from(["yard", "rubbish"]), st.booleans()),
        max_size=8,
    )
)
def test_whatever_is_entered_checked_and_taken_back_the_books_agree(town: Town, steps: list[Any]):
    """No household below zero, none above its caps, and the books agree with themselves."""
    for number, rule, back in steps:
        award = town.enter(number, rule_id=rule)
        if award.state != "proposed":
            continue
        done = town.check(award)
        if back and done.state == "posted":
            with scoped(town.secretary):
                awards.take_back(actor=town.secretary, award_id=done.id, why="记错了户")
    for number in town.homes:
        assert 0 <= town.held(number) <= 6
    assert town.sound()


def test_two_who_enter_at_once_do_not_pass_the_cap(transactional_db: None, fresh: None):
    town = make_town()
    town.account("7")
    at_once([lambda: town.enter("7") for _ in range(5)])
    with scoped(SYSTEM):
        amounts = sorted(Award.objects.values_list("amount", flat=True))
    assert amounts == [0, 0, 0, 3, 3]


def test_two_who_check_at_once_book_once(transactional_db: None, fresh: None):
    town = make_town()
    award = town.enter("7")
    assert at_once([lambda: town.check(award) for _ in range(4)]) == [
        "PS012",
        "PS012",
        "PS012",
        "ok",
    ]
    assert town.held("7") == 3
    assert town.sound()


def test_two_sweeps_at_once_make_one_award(transactional_db: None, fresh: None):
    make_town()
    due()
    at_once([sweep.take_facts for _ in range(4)])
    with scoped(SYSTEM):
        assert Award.objects.count() == 1


def test_two_who_claim_at_once_are_one(transactional_db: None, fresh: None):
    town = make_town()
    due(record="case:9")
    sweep.take_facts()
    homes = [town.home("7"), town.home("8")]

    def claim(home: Any) -> None:
        with scoped(SYSTEM):
            awards.claim(actor=SYSTEM, record="case:9", holder=home)

    assert at_once([lambda h=h: claim(h) for h in homes]) == ["PS010", "ok"]
    assert GRID.startswith(VILLAGE)
