"""Warnings of senders that no list names do nothing before a second person has made sure of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.broadcast.conftest import SYSTEM, trust
from tests.broadcast.test_cap import state, xml
from tests.browser import LOOKS, problems
from tests.cases.test_browser import signed_in
from tests.cast import COUNTY, OTHER_COUNTY, VILLAGE, Cast, Part, make_member
from zhijin.broadcast import cap
from zhijin.broadcast.models import Broadcast, Sender
from zhijin.broadcast.services import alerts, senders, sending
from zhijin.core.errors import Refusal
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped

WEATHER = "zhaoyang@weather.example"
HOW = "打昭阳区气象台值班电话核实，10:05，值班员李某"


@pytest.fixture(autouse=True)
def _nobody_is_trusted(village: Any) -> None:
    with scoped(SYSTEM):
        Sender.objects.all().delete()


def refused(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refusal) as caught:
        act(*args, **more)
    return caught.value.id


def told(action: str) -> list[dict[str, Any]]:
    with scoped(SYSTEM):
        return list(
            JournalEntry.objects.filter(action=action)
            .order_by("id")
            .values_list("detail", flat=True)
        )


def sounds(row: Broadcast) -> str:
    with scoped(SYSTEM):
        return Broadcast.objects.get(pk=row.pk).state


# -- what is held -----------------------------------------------------------------------------


def test_a_warning_of_nobody_we_know_is_held_for_a_second_person(cast: Cast) -> None:
    officer, secretary = cast.township_officer.actor, cast.branch_secretary.actor
    row = alerts.receive(actor=officer, data=xml())
    assert (row.state, row.taken_by) == ("held", officer.label)
    assert told("alert.receive")[0]["state"] == "held"
    assert refused(alerts.use, actor=secretary, pk=row.id) == "BC006"
    assert refused(alerts.vouch, actor=officer, pk=row.id, how=HOW) == "BC029"
    assert refused(alerts.vouch, actor=secretary, pk=row.id, how="是") == "BC031"
    staff = make_member("staff", Part("赵谷雨", "village_staff", VILLAGE)).actor
    assert refused(alerts.vouch, actor=staff, pk=row.id, how=HOW) == "CO403"
    assert refused(alerts.vouch, actor=cast.outsider.actor, pk=row.id, how=HOW) == "CO404"
    assert state(row) == "held"
    row = alerts.vouch(actor=secretary, pk=row.id, how=HOW)
    assert (row.state, row.voucher, row.vouched_how) == ("proposed", "李春禾", HOW)
    assert told("alert.vouch")[0]["how"] == HOW
    assert refused(alerts.vouch, actor=secretary, pk=row.id, how=HOW) == "BC006"
    assert alerts.use(actor=secretary, pk=row.id).level == "red"


def test_what_is_held_may_be_let_go(cast: Cast) -> None:
    row = alerts.receive(actor=cast.township_officer.actor, data=xml())
    assert alerts.dismiss(actor=cast.branch_secretary.actor, pk=row.id).state == "dismissed"


@pytest.mark.parametrize(
    ("sender", "place", "found"),
    [
        (WEATHER, VILLAGE, "proposed"), (WEATHER, COUNTY, "proposed"), (WEATHER, "53", "proposed"),
        (WEATHER, OTHER_COUNTY, "held"), (WEATHER.upper(), COUNTY, "held"), ("weather.example", COUNTY, "held"),
    ],
    ids=["the place itself", "above", "far above", "elsewhere", "written otherwise", "a part of it"],
)  # fmt: skip
def test_a_list_holds_at_its_place_and_below(
    cast: Cast, sender: str, place: str, found: str
) -> None:
    trust(sender, place)
    assert alerts.receive(actor=cast.township_officer.actor, data=xml()).state == found


def test_what_would_do_nothing_is_not_held(cast: Cast) -> None:
    actor = cast.township_officer.actor
    for number, more in enumerate(
        ({"status": "Test"}, {"scope": "Private"}, {"kind": "Ack"}), start=20
    ):
        assert alerts.receive(actor=actor, data=xml(number=number, **more)).state == "dismissed"


def test_a_forged_withdrawal_silences_nothing(cast: Cast) -> None:
    listed = trust()
    actor, other = cast.township_officer.actor, cast.branch_secretary.actor
    row = alerts.receive(actor=actor, data=xml())
    made = sending.submit(actor=other, pk=alerts.use(actor=other, pk=row.id).id)
    assert made.state == "out"
    with scoped(SYSTEM):
        listed.delete()
    back = cap.Reference(WEATHER, "CMA-1", "2026-07-15T10:00:00+08:00")
    forged = alerts.receive(
        actor=actor, data=xml(number=2, kind="Cancel", info=None, references=(back,))
    )
    assert (forged.state, state(row), sounds(made)) == ("held", "used", "out")
    alerts.vouch(actor=other, pk=forged.id, how=HOW)
    assert (state(forged), state(row), sounds(made)) == ("dismissed", "cancelled", "stopped")


def test_a_held_withdrawal_takes_nothing_back_that_comes_later(cast: Cast) -> None:
    actor = cast.township_officer.actor
    first = alerts.receive(actor=actor, data=xml(number=5))
    back = tuple(cap.Reference(WEATHER, f"CMA-{n}", "2026-07-15T10:00:00+08:00") for n in (5, 6))
    held = alerts.receive(actor=actor, data=xml(number=7, kind="Cancel", references=back))
    assert (state(first), held.state) == ("held", "held")
    trust()
    assert alerts.receive(actor=actor, data=xml(number=6)).state == "proposed"


def test_an_update_that_is_vouched_for_takes_its_place(cast: Cast) -> None:
    actor, other = cast.township_officer.actor, cast.branch_secretary.actor
    first = alerts.receive(actor=actor, data=xml())
    back = cap.Reference(WEATHER, "CMA-1", "2026-07-15T10:00:00+08:00")
    update = alerts.receive(actor=actor, data=xml(number=2, kind="Update", references=(back,)))
    assert (state(first), update.state) == ("held", "held")
    assert alerts.vouch(actor=other, pk=update.id, how=HOW).state == "proposed"
    assert state(first) == "cancelled"


def test_the_platform_itself_vouches_for_nobody() -> None:
    assert alerts.receive(actor=SYSTEM, data=xml()).state == "held"


# -- the list ---------------------------------------------------------------------------------


def test_a_sender_is_trusted_when_a_second_person_agrees(cast: Cast) -> None:
    officer = cast.township_officer.actor
    county = cast.county_officer.actor
    entered = {
        "place_code": VILLAGE[:9],
        "identifier": WEATHER,
        "ground": "昭阳区气象局合作协议（2026）3 号",
    }
    row = senders.enter(actor=officer, **entered)
    assert alerts.receive(actor=officer, data=xml()).state == "held", "not yet"
    assert refused(senders.confirm, actor=officer, pk=row.id) == "BC029"
    assert refused(senders.confirm, actor=cast.branch_secretary.actor, pk=row.id) == "CO404"
    assert refused(senders.enter, actor=county, **entered) == "BC030"
    row = senders.confirm(actor=county, pk=row.id)
    assert (row.maker, row.confirmer) == (officer.name, county.name)
    assert alerts.receive(actor=officer, data=xml(number=2)).state == "proposed"
    senders.end(actor=officer, pk=row.id)
    assert alerts.receive(actor=officer, data=xml(number=3)).state == "held"
    assert senders.enter(actor=officer, **entered).confirmed_at is None, (
        "begun anew, confirmed anew"
    )
    assert [list(one) for one in (told("sender.enter"), told("sender.confirm"), told("sender.end"))]
    assert told("sender.confirm") == [{"sender": WEATHER, "ground": entered["ground"]}]
    with scoped(SYSTEM):
        assert Fact.objects.filter(kind="sender.confirm", record=row.record).count() == 1


@pytest.mark.parametrize(
    ("identifier", "why"),
    [("", "协议一份"), ("a b@c", "协议一份"), ("a,b", "协议一份"), ("x" * 121, "协议一份"), (WEATHER, "好"),
     (WEATHER, "好" * 201)],
)  # fmt: skip
def test_what_is_no_sender_or_has_no_ground(cast: Cast, identifier: str, why: str) -> None:
    actor = cast.township_officer.actor
    wrong = {"place_code": VILLAGE, "identifier": identifier, "ground": why}
    assert refused(senders.enter, actor=actor, **wrong) == "BC028"


def test_who_may_list_whom(cast: Cast) -> None:
    entered = {"identifier": WEATHER, "ground": "协议一份"}
    secretary, officer = cast.branch_secretary.actor, cast.township_officer.actor
    assert refused(senders.enter, actor=secretary, place_code=VILLAGE, **entered) == "CO403"
    assert refused(senders.enter, actor=officer, place_code=OTHER_COUNTY, **entered) == "CO403"
    assert refused(senders.enter, actor=officer, place_code="999999", **entered) == "BC002"


# -- the pages --------------------------------------------------------------------------------


def test_the_pages_say_what_is_held_and_why(cast: Cast) -> None:
    officer, secretary = cast.township_officer, cast.branch_secretary
    row = alerts.receive(actor=officer.actor, data=xml())
    address = reverse("desk:alert", args=[row.id])
    mine, theirs = (who.client.get(address).content.decode() for who in (officer, secretary))
    assert "要由另一个人核实" in mine
    assert "以后都信任这个单位" in mine
    assert 'value="vouch"' in theirs
    assert "转为广播" not in theirs
    assert officer.client.post(address, {"do": "vouch", "how": HOW}).status_code == 403
    assert secretary.client.post(address, {"do": "vouch", "how": ""}).status_code == 400
    assert secretary.client.post(address, {"do": "vouch", "how": HOW}).status_code == 302
    assert HOW in secretary.client.get(address).content.decode()
    english = secretary.client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "Sender confirmed" in english


def test_the_list_is_worked_on_the_page(cast: Cast) -> None:
    url, officer = reverse("desk:alert-senders"), cast.township_officer
    sent = {
        "do": "enter",
        "place_code": VILLAGE[:9],
        "identifier": WEATHER,
        "ground": "合作协议（2026）3 号",
    }
    assert officer.client.post(url, {**sent, "ground": ""}).status_code == 400
    assert officer.client.post(url, sent).status_code == 302
    with scoped(SYSTEM):
        pk = str(Sender.objects.get().id)
    page = officer.client.get(url).content.decode()
    assert "等另一个人确认" in page
    assert 'value="confirm"' not in page
    assert officer.client.post(url, {"do": "confirm", "id": pk}).status_code == 403
    other = cast.county_officer.client
    assert 'value="confirm"' in other.get(url).content.decode()
    assert other.post(url, {"do": "confirm", "id": pk}).status_code == 302
    seen = cast.branch_secretary.client.get(url).content.decode()
    assert WEATHER in seen, "whoever makes broadcasts sees whose warnings hold here"
    assert 'name="identifier"' not in seen
    assert WEATHER not in cast.outsider.client.get(url).content.decode()
    assert officer.client.post(url, {"do": "end", "id": pk}).status_code == 302
    assert officer.client.post(url, {"do": "end", "id": pk}).status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("size", "lang"), LOOKS.values(), ids=LOOKS)
def test_the_pages_are_accessible(
    cast: Cast, open_page: Any, size: tuple[int, int], lang: str
) -> None:
    trust(WEATHER, VILLAGE)
    row = alerts.receive(actor=SYSTEM, data=xml(sender="unknown@weather.example"))
    assert row.state == "held"
    senders.enter(
        actor=cast.county_officer.actor,
        place_code=COUNTY,
        identifier="x@y.example",
        ground="协议一份",
    )
    for name, path in (("senders", reverse("desk:alert-senders")), ("held", reverse("desk:alert", args=[row.id])),
                       ("alerts", reverse("desk:alerts"))):  # fmt: skip
        page = signed_in(open_page, cast.township_officer, path, size=size, lang=lang)
        assert problems(page) == [], path
        if folder := os.environ.get("ZHIJIN_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{size[0]}-{lang}.png", full_page=True)
