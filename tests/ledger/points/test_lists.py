"""The honour list by consent; the reminder list off, and where it is on: told, heard, approved, masked, ended."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.cast import VILLAGE, Part, make_member
from tests.ledger.points.conftest import SYSTEM, Town, make_town, publish, refused
from tests.ledger.rules.support import SMALL
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.ledger.models import Listing
from zhijin.ledger.points import lists, sweep

SECOND = Actor.system("second")
OFF = SMALL.replace("enabled: true", "enabled: false")


def honour(town: Town, number: str = "7", **more: Any) -> Listing:
    given = {"title": "示范户", "deed": "主动照应三户空巢老人", "consent": "当面书面同意", **more}
    with scoped(SYSTEM):
        return lists.honour(actor=SYSTEM, book=town.book, holder=town.home(number), **given)


def remind(town: Town, number: str = "8") -> Listing:
    with scoped(SYSTEM):
        return lists.remind(
            actor=SYSTEM,
            book=town.book,
            holder=town.home(number),
            deed="建筑垃圾倒在沟里，劝说不改",
        )


def approve(row: Listing, hand: Actor = SECOND) -> Listing:
    with scoped(hand):
        return lists.approve(actor=hand, listing_id=row.id)


def public(kind: str = "honour") -> list[str]:
    with scoped(SYSTEM):
        return [row.shown_as for row in lists.public(VILLAGE, kind)]


def later(days: float) -> Any:
    return clock.freeze(clock.now() + timedelta(days=days))


class TestHonour:
    def test_one_proposes_another_approves_and_all_may_read_it_for_its_time(self, town: Town):
        row = honour(town, shown_as="张小满家")
        assert public() == []
        assert refused(lists.approve, actor=SYSTEM, listing_id=row.id) == "PS011"
        approve(row)
        assert public() == ["张小满家"]
        with later(364.9):
            assert public() == ["张小满家"]
        with later(365.1):
            assert public() == [], "though no chore has run"
            assert sweep.end_times() == 1
        with scoped(SYSTEM):
            assert Listing.objects.get().ended_why == "到期"

    def test_without_a_name_that_was_agreed_to_it_is_masked(self, town: Town):
        approve(honour(town))
        (shown,) = public()
        assert shown.startswith("7 张")
        assert "小满" not in shown

    @pytest.mark.parametrize(
        ("change", "wanted"),
        [({"consent": ""}, "PS024"), ({"title": "第一名"}, "PS023"), ({"deed": "好"}, "PS007"),
         ({"deed": "电话13800138000"}, "PS008"), ({"shown_as": "张小满13800138000"}, "PS008")],
    )  # fmt: skip
    def test_what_is_missing_is_asked_for(self, town: Town, change: dict[str, Any], wanted: str):
        given = {
            "title": "示范户",
            "deed": "主动照应三户空巢老人",
            "consent": "当面书面同意",
            **change,
        }
        home = town.home("7")
        assert refused(lists.honour, actor=SYSTEM, book=town.book, holder=home, **given) == wanted

    def test_no_minor_stands_on_a_list(self, town: Town):
        child = town.home("9", born=clock.today().year - 10)
        given = {"title": "示范户", "deed": "主动照应三户空巢老人", "consent": "当面书面同意"}
        assert refused(lists.honour, actor=SYSTEM, book=town.book, holder=child, **given) == "PS009"

    def test_consent_taken_back_takes_it_down_at_once(self, town: Town):
        row, card = approve(honour(town)), town.card("7")
        stranger = town.card("8")
        assert refused(lists.withdraw_consent, card=stranger, listing_id=row.id) == "CO404"
        with scoped(SYSTEM):
            lists.withdraw_consent(card=card, listing_id=row.id)
        assert public() == []
        assert refused(lists.withdraw_consent, card=card, listing_id=row.id) == "CO404"

    def test_it_is_told_in_order_of_time_not_of_points(self, town: Town):
        for days, (number, points) in enumerate((("1", 50), ("2", 3), ("3", 90))):
            town.grant(number, points)
            with later(days):
                approve(honour(town, number, shown_as=f"{number}号"))
        with later(5):
            assert public() == ["3号", "2号", "1号"]
        assert not {f.name for f in Listing._meta.get_fields()} & {
            "points",
            "amount",
            "balance",
            "rank",
        }

    def test_it_takes_the_secretary(self, town: Town, cast: Any):
        row = honour(town)
        clerk = make_member("clerk", Part("文书甲", "village_staff", VILLAGE)).actor
        assert refused(lists.approve, actor=clerk, listing_id=row.id) == "CO403"
        assert refused(lists.approve, actor=cast.outsider.actor, listing_id=row.id) == "CO404"
        approve(row, cast.branch_secretary.actor)
        assert len(public()) == 1


class TestReminders:
    def test_the_list_is_off_unless_the_county_turned_it_on(self, db: None, fresh: None):
        for programme, source in (("small", OFF), ("village-points", "")):
            town = make_town(programme, source)
            home = town.home("8") if not town.homes else town.homes["8"]
            given = {"holder": home, "deed": "建筑垃圾倒在沟里，劝说不改"}
            assert refused(lists.remind, actor=SYSTEM, book=town.book, **given) == "PS025"
            with scoped(SYSTEM):
                Listing.objects.all().delete()
                from zhijin.people.models import Household, Membership, Person

                Membership.objects.all().delete()
                Person.objects.all().delete()
                Household.objects.all().delete()

    def test_told_heard_approved_masked_and_ended(self, town: Town):
        row = remind(town)
        assert refused(lists.approve, actor=SECOND, listing_id=row.id) == "PS012"
        assert refused(lists.hear, actor=SYSTEM, listing_id=row.id, words="不服，请再看") == "PS012"
        with scoped(SYSTEM):
            lists.tell_first(actor=SYSTEM, listing_id=row.id, how="上门当面告知")
        assert refused(lists.approve, actor=SECOND, listing_id=row.id) == "PS012"
        with later(6.9):
            assert (
                refused(lists.hear, actor=SYSTEM, listing_id=row.id, words="不服，请再看")
                == "PS026"
            )
        with later(7.1):
            with scoped(SYSTEM):
                lists.hear(actor=SYSTEM, listing_id=row.id, words="当事人表示马上清理")
            assert refused(lists.approve, actor=SYSTEM, listing_id=row.id) == "PS011"
            assert public("reminder") == []
            approve(row)
            (shown,) = public("reminder")
            assert "小满" not in shown
        with later(7.1 + 14.9):
            assert len(public("reminder")) == 1
        with later(7.1 + 15.1):
            assert public("reminder") == []

    def test_a_county_that_turns_it_off_takes_it_down(self, town: Town):
        row = remind(town)
        with scoped(SYSTEM):
            lists.tell_first(actor=SYSTEM, listing_id=row.id, how="上门当面告知")
        with later(8):
            with scoped(SYSTEM):
                lists.hear(actor=SYSTEM, listing_id=row.id, words="当事人表示马上清理")
            approve(row)
            assert len(public("reminder")) == 1
            publish(OFF)
            assert public("reminder") == []

    def test_the_database_itself_refuses_a_short_cut(self, town: Town):
        row = remind(town)
        for change in (
            {"state": "shown"},
            {"state": "shown", "told_at": clock.now(), "approved_by": "x"},
            {"state": "shown", "told_at": clock.now(), "heard_at": clock.now() + timedelta(1), "approved_by": "x",
             "shown_from": clock.now(), "shown_until": clock.now() + timedelta(days=31)},
        ):  # fmt: skip
            with scoped(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
                Listing.objects.filter(id=row.id).update(**change)

    def test_it_can_be_dropped_at_any_step(self, town: Town):
        row = remind(town)
        assert refused(lists.withdraw, actor=SYSTEM, listing_id=row.id, why="") == "PS013"
        with scoped(SYSTEM):
            assert (
                lists.withdraw(actor=SYSTEM, listing_id=row.id, why="已经清理干净").state == "ended"
            )
        assert refused(lists.withdraw, actor=SYSTEM, listing_id=row.id, why="再撤一次") == "PS012"


SOURCE = Path(__file__).parents[3] / "src" / "zhijin"
#: An order, in Python or SQL, by what somebody holds or was given.
ORDER = re.compile(
    r"order_by\([^)]*[\"']-?(?:[a-z_]*__)?(?:balance|amount|asked|points|cost|sum|total)\b"
    r"|ORDER BY[^\"'\n]*\b(?:balance|amount)\b"
    r"|sorted\([^)]*key=[^)]*\b(?:balance|amount|asked|cost)\b"
)  # fmt: skip


def test_nothing_in_the_ledger_sorts_by_points():
    """Persons are never ranked: no query and no page orders by what somebody has."""
    wrong = []
    for path in (SOURCE / "ledger").rglob("*"):
        if path.suffix in {".py", ".html"} and "migrations" not in path.parts:
            wrong += [
                f"{path.name}: {one.group()}" for one in ORDER.finditer(path.read_text("utf-8"))
            ]
    assert wrong == []
    for text in ('order_by("-balance")', 'order_by("x", "account__balance")', "ORDER BY a.balance DESC",
                 "sorted(rows, key=lambda row: row.balance)"):  # fmt: skip
        assert ORDER.search(text), text


def test_no_page_of_points_offers_another_order():
    for path in (SOURCE / "ledger" / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert "{% th " not in text, f"{path.name}: a sortable head"
        assert "sort=" not in text, path.name
