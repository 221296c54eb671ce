"""Applications on another's behalf: no step without a standing consent, no paper in two places, nothing kept after."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.activities.service.conftest import PROXIES, SYSTEM, do, facts, photo, refusing, see, ship
from tests.activities.service.test_demo import ground
from zhijin.activities.models import Proxy, ProxyConsent, ProxyPaper, ProxyStep, Thanks
from zhijin.activities.service import proxy_demo, proxy_format, proxy_reading, proxy_self, proxying
from zhijin.activities.service.proxying import Given, Moved, Wanted
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.ids import show_receipt, uuid7
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped

SPOKEN = "当面口头，见证人罗某"


@pytest.fixture
def opened(world: Any, tmp_path: Path) -> Callable[..., tuple[Proxy, str]]:
    """Takes an application on, as the secretary of the village."""
    ship(tmp_path)

    def take_on(
        days: int = 30, papers: Any = (("户口簿", "original"),), **more: Any
    ) -> tuple[Proxy, str]:
        given = Given("spoken", SPOKEN, clock.today() + timedelta(days=days))
        values = {"kind": "pension-check", "name": "王芒种", "what": "送审资格材料", "consent": given,
                  "phone": "12900000001", "papers": papers} | more  # fmt: skip
        wanted = Wanted(**values)
        return do(world.secretary, proxying.open_proxy, org_key=world.village.key, wanted=wanted)

    return take_on


def papers(row: Proxy) -> list[ProxyPaper]:
    return see(lambda: list(ProxyPaper.objects.filter(proxy_id=row.id).order_by("id")))


def move(world: Any, row: Proxy, step: str, at: int = 0, **more: Any) -> Proxy:
    return do(
        world.secretary, proxying.move_paper, proxy_id=row.id, paper_id=papers(row)[at].id,
        moved=Moved(step, **more),
    )  # fmt: skip


def to_the_office(world: Any, row: Proxy) -> None:
    do(world.secretary, proxying.submit, proxy_id=row.id, office="便民服务中心")


def decided(world: Any, row: Proxy, *results: str, done: bool = True) -> None:
    do(world.secretary, proxying.decide, proxy_id=row.id, done=done, said="已办", results=results)


def test_a_whole_way_to_the_persons_hands(world, opened):
    row, code = opened()
    to_the_office(world, row)
    decided(world, row, "资格证明")
    move(world, row, "returned")
    move(world, row, "handed", code=show_receipt(code))
    move(world, row, "posted", at=1, carrier="邮政", number="EX1")
    proxy_self.receive_self(code=code, paper_id=papers(row)[1].id)
    closed = world.fresh(row)
    assert (closed.state, closed.outcome, closed.who) == ("closed", "done", None), (
        "nothing is kept of them"
    )
    steps = see(lambda: list(ProxyStep.objects.filter(proxy_id=row.id).order_by("made_at", "id")))
    assert [step.step for step in steps] == [
        "taken", "submitted", "issued", "returned", "handed", "posted", "delivered",
    ]  # fmt: skip
    assert [step.signed for step in steps if step.step in ("handed", "delivered")] == [
        "code",
        "code",
    ]
    told = {
        kind: facts(f"activity.proxy.{kind}")
        for kind in ("opened", "submitted", "decided", "delivered", "closed")
    }
    assert {kind: len(rows) for kind, rows in told.items()} == {
        "opened": 1, "submitted": 1, "decided": 1, "delivered": 2, "closed": 1,
    }  # fmt: skip
    assert {fact.org_key for rows in told.values() for fact in rows} == {world.village.key}
    assert told["closed"][0].attrs["on_time"] is True


def test_who_it_is_for_lies_sealed(world, opened):
    opened()
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM activities_proxy p")
        (text,) = cursor.fetchone()
    assert "王芒种" not in text
    assert "12900000001" not in text
    assert "送审资格材料".encode().hex() not in text


#: How it was given, in which words, and for how many days from now on.
BAD = [
    ("spoken", "好", 9), ("paper", "委托书 7 号", 9), ("none", SPOKEN, 9), ("spoken", SPOKEN, -1),
    ("spoken", SPOKEN, 91),
]  # fmt: skip


@pytest.mark.parametrize(("how", "words", "days"), BAD)
def test_without_a_whole_consent_nothing_is_taken_on(world, opened, how, words, days):
    with refusing() as caught:
        opened(consent=Given(how, words, clock.today() + timedelta(days=days)))
    assert caught.value.id == "AV116"
    assert see(Proxy.objects.count) == 0


def test_what_the_programme_does_not_name_is_not_done_for_others(world, opened):
    with refusing() as caught:
        opened(kind="vote")
    assert caught.value.id == "AV115"


def test_the_paper_that_the_matter_itself_names_may_be_written_down(world, opened):
    row, _code = opened(kind="disability-card", papers=(("旧残疾人证", "original"),))
    to_the_office(world, row)
    with pytest.raises(Refusal) as caught:
        decided(world, row, "残疾人证（乙肝）")
    assert caught.value.id == "AV112"
    decided(world, row, "新残疾人证")
    assert [paper.title for paper in papers(row)] == ["旧残疾人证", "新残疾人证"]
    with pytest.raises(Refusal) as caught:
        opened(kind="allowance", papers=(("残疾人证", "original"),))
    assert caught.value.id == "AV112", "under another matter it tells something of the person"


def test_a_lapsed_consent_stops_the_way_out_and_not_the_way_back(world, opened):
    row, code = opened(days=1)
    with clock.freeze(clock.now() + timedelta(days=3)):
        with refusing() as caught:
            to_the_office(world, row)
        assert caught.value.id == "AV117"
        with refusing() as caught:
            do(world.secretary, proxying.take_paper, proxy_id=row.id, title="申请表", sort="copy")
        assert caught.value.id == "AV117"
        move(world, row, "handed", code=code)
        given_ = Given("call", "录音 3 号", clock.today() + timedelta(days=9))
        do(world.secretary, proxying.renew, proxy_id=row.id, given=given_)
        to_the_office(world, row)
    assert see(lambda: ProxyConsent.objects.filter(proxy_id=row.id).count()) == 2


def test_who_withdraws_gets_everything_back(world, opened):
    row, code = opened(papers=(("户口簿", "original"), ("申请表", "copy")))
    to_the_office(world, row)
    proxy_self.withdraw_self(code=code)
    assert world.fresh(row).outcome == "withdrawn"
    with refusing() as caught:
        do(world.secretary, proxying.decide, proxy_id=row.id, done=True, said="办好了")
    assert caught.value.id == "AV001"
    for at in (0, 1):
        move(world, row, "returned", at=at)
        assert world.fresh(row).state == "decided"
        move(world, row, "handed", at=at, code=code)
    assert world.fresh(row).state == "closed"
    consent = see(lambda: ProxyConsent.objects.get(proxy_id=row.id))
    assert consent.withdrawn_at is not None
    with pytest.raises(DatabaseError), scoped(SYSTEM), transaction.atomic():
        ProxyConsent.objects.filter(id=consent.id).update(withdrawn_at=None)


def test_withdrawn_with_nothing_in_hand_is_over_at_once(world, opened):
    row, code = opened(papers=())
    do(world.secretary, proxying.withdraw, proxy_id=row.id, how="本人来电话")
    assert world.fresh(row).state == "closed"
    with refusing() as caught:
        proxy_self.withdraw_self(code=code)
    assert caught.value.id == "AV001"


WRONG = [("returned", {}, "AV118"), ("kept", {}, "AV118"), ("delivered", {"code": "?"}, "AV119"),
         ("handed", {}, "AV119"), ("handed", {"code": "0000000000"}, "AV119"), ("posted", {}, "AV121"),
         ("posted", {"carrier": "邮政"}, "AV121"), ("lost", {}, "CO400")]  # fmt: skip


@pytest.mark.parametrize(("step", "more", "error"), WRONG)
def test_a_paper_goes_only_where_it_can(world, opened, step, more, error):
    row, _code = opened()
    with refusing() as caught:
        move(world, row, step, **more)
    assert caught.value.id == error
    assert papers(row)[0].at == "helper"


def test_a_receipt_with_a_photo_signs_too(world, opened):
    row, _code = opened()
    move(world, row, "handed", photo="a" * 64)
    assert see(lambda: ProxyStep.objects.get(step="handed").signed) == "receipt"


def test_steps_are_never_changed(world, opened):
    opened()
    with pytest.raises(DatabaseError), scoped(SYSTEM), transaction.atomic():
        ProxyStep.objects.update(note="改")


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from(["submitted", "returned", "kept", "posted", "handed", "delivered"]),
        max_size=8,
    )
)
def test_whatever_is_tried_a_paper_is_where_its_last_step_left_it(world, opened, tries):
    row, code = opened()
    to_the_office(world, row)
    for step in tries:
        with contextlib.suppress(Refusal):
            move(world, row, step, code=code, carrier="邮政", number="1")
    (paper,) = papers(row)
    steps = see(lambda: list(ProxyStep.objects.filter(paper_id=paper.id).order_by("made_at", "id")))
    ends = {"taken": "helper", **{step: to for step, (_from, to) in proxying.WAYS.items()}}
    assert paper.at == ends[steps[-1].step]
    for before, after in pairwise(steps):
        assert ends[before.step] in proxying.WAYS[after.step][0]


def test_each_state_has_its_own_deadline_and_late_ones_come_first(world, opened):
    late, _code = opened()
    with clock.freeze(clock.now() + timedelta(days=30)):
        opened()
        counts = do(world.secretary, proxy_reading.counts)
        assert (counts["open"], counts["late"]) == (2, 1)
        with scoped(world.secretary):
            assert proxy_reading.listed(world.secretary, "open")[0].id == late.id
            assert [row.id for row in proxy_reading.listed(world.secretary, "late")] == [late.id]


def test_another_place_sees_none(world, opened, cast):
    row, _code = opened()
    with scoped(cast.outsider.actor):
        assert list(proxy_reading.listed(cast.outsider.actor, "open")) == []
        assert not Proxy.objects.filter(id=row.id).exists()
    with refusing() as caught:
        do(world.leader.actor, proxying.submit, proxy_id=row.id, office="x")
    assert caught.value.id in {"CO403", "CO404"}


# -- pages ------------------------------------------------------------------------------------


def test_the_helpers_pages(world, opened, cast):
    opened()
    client = cast.branch_secretary.client
    form = {"org": world.village.key, "kind": "allowance", "name": "马白露", "what": "申领津贴", "how": "spoken",
            "told": SPOKEN, "until": str(clock.today() + timedelta(days=20)), "paper-0": "身份证复印件",
            "sort-0": "copy"}  # fmt: skip
    text = client.post(reverse("desk:proxy-new"), form).content.decode()
    assert "请把代办码写在凭条上" in text
    row = see(lambda: Proxy.objects.latest("opened_at"))
    page = reverse("desk:proxy", args=[row.id])
    forms = re.findall(r"<form[^>]*>", text.partition("<main")[2])
    assert len(forms) > 4
    assert all(f'action="{page}"' in form for form in forms), "the next step goes on from this page"
    assert "马白露" not in client.get(page).content.decode(), "masked until asked for"
    assert "马白露" in client.post(page, {"do": "contact"}).content.decode()
    assert JournalEntry.objects.filter(action="proxy.contact").exists()
    assert client.post(page, {"do": "submit", "office": "大厅"})["Location"] == page
    assert (
        client.post(page, {"do": "decide", "done": "1", "said": "好", "results": "证明"})[
            "Location"
        ]
        == page
    )
    paper = papers(row)[1]
    refusal = client.post(page, {"do": "move", "paper": paper.id, "step": "handed"})
    assert "AV119" in refusal.content.decode() or refusal.status_code == 400
    signed = {"do": "move", "paper": paper.id, "step": "handed", "photos": photo()}
    assert client.post(page, signed)["Location"] == page
    listed = client.get(reverse("desk:proxies"), {"view": "open"}).content.decode()
    assert "高龄津贴申领" in listed


def test_the_persons_own_view_by_code(world, opened, client):
    row, code = opened()
    page = reverse("portal:proxy-code")
    text = client.post(page, {"do": "find", "code": show_receipt(code)}).content.decode()
    assert "户口簿" in text
    assert "王芒种" not in text
    assert client.post(page, {"do": "find", "code": "ZZZZZZZZZZ"}).status_code == 404
    to_the_office(world, row)
    decided(world, row, "证明")
    got = {"do": "received", "code": code, "paper": papers(row)[1].id}
    assert "已签收" in client.post(page, got).content.decode()
    thanks = {
        "do": "rate",
        "code": code,
        "satisfied": "1",
        "text": "谢谢跑腿",
        "signed": "一位老人",
    }
    assert "谢谢您的评价" in client.post(page, thanks).content.decode()
    assert client.post(page, thanks).status_code == 409
    assert see(lambda: Thanks.objects.get().org_key) == world.village.key
    assert facts("activity.proxy.rated")[0].attrs["satisfied"] is True


def test_the_person_withdraws_on_the_page(world, opened, client):
    _row, code = opened(papers=())
    answer = client.post(reverse("portal:proxy-code"), {"do": "withdraw", "code": code})
    assert "委托已撤回" in answer.content.decode()


# -- the programme and the demonstration ------------------------------------------------------


def test_the_shipped_programme_is_sound_and_tells_itself():
    told = proxy_format.told(PROXIES)
    assert (told.id, told.findings) == ("proxy-service", [])
    source = PROXIES.read_text("utf-8")
    for lang, word in (("zh", "个工作日内递交"), ("en", "handed in within")):
        ((_title, lines),) = proxy_format.explain(source, lang)
        assert any(word in line for line in lines)


@pytest.mark.parametrize(("old", "new"), [
    ("longest: 90", "longest: 0"), ("submit: 2", "submit: soon"), ("id: other", "id: pension-check"),
    ("proxy: 1", "proxy: 2"), ("basis:", "basics:"),
])  # fmt: skip
def test_a_mistake_in_a_programme_is_told(old, new):
    found, findings = proxy_format.load(PROXIES.read_text("utf-8").replace(old, new, 1))
    assert found is None
    assert any(finding.is_error for finding in findings)


def test_the_demonstration_holds_every_state(places, tmp_path):
    ground()
    ship(tmp_path)
    assert proxy_demo.make(clock.today()) == 6
    assert proxy_demo.make(clock.today()) == 0
    with scoped(SYSTEM):
        states = sorted(Proxy.objects.values_list("state", "outcome"))
        assert states == [
            ("closed", "done"), ("decided", "done"), ("decided", "withdrawn"), ("open", ""),
            ("submitted", ""), ("submitted", ""),
        ]  # fmt: skip
        assert proxy_reading.counts(SYSTEM)["late"] >= 1
        assert Thanks.objects.filter(state="shown").count() == 1


def test_a_form_that_is_sent_twice_takes_one_application_on(world, opened):
    key = uuid7()
    (one, code), (two, again) = opened(key=key), opened(key=key)
    assert (one.id, code) == (two.id, again) == (key, code)
    assert see(Proxy.objects.count) == 1
    given_ = Given("spoken", SPOKEN, clock.today() + timedelta(days=9))
    wanted = Wanted("pension-check", "钱白露", "送材料", given_, key=key)
    with refusing() as caught:
        do(world.second, proxying.open_proxy, org_key=world.village.key, wanted=wanted)
    assert caught.value.id == "CO409", "a key of somebody else's opens nothing"


def test_the_same_form_at_the_same_moment_is_taken_on_once(world, opened, monkeypatch):
    """Neither click sees the other's row yet: the database lets one, and the other gets that one."""
    key, looked = uuid7(), []
    before = proxying._sent_before

    def not_yet(actor, pk):
        looked.append(pk)
        return None if len(looked) < 3 else before(actor, pk)

    monkeypatch.setattr(proxying, "_sent_before", not_yet)
    (one, code), (two, again) = opened(key=key), opened(key=key)
    assert (one.id, code) == (two.id, again) == (key, code)
    assert see(Proxy.objects.count) == 1


def test_a_page_that_is_sent_again_makes_no_second_one(world, cast, tmp_path):
    ship(tmp_path)
    client, url = cast.branch_secretary.client, reverse("desk:proxy-new")
    form = client.get(url).content.decode()
    key = form.split('name="key" value="')[1].split('"')[0]
    values = {
        "org": world.village.key, "kind": "pension-check", "name": "钱白露", "what": "送审资格材料", "how": "spoken",
        "told": SPOKEN, "until": f"{clock.today() + timedelta(days=9):%Y-%m-%d}", "key": key,
    }  # fmt: skip
    codes = {
        client.post(url, values).content.decode().split('receipt-code">')[1][:11]
        for _time in range(2)
    }
    assert len(codes) == 1
    assert see(Proxy.objects.count) == 1


@pytest.mark.parametrize(
    ("changed", "error"), [({"told": "好"}, "AV116"), ({"kind": "nothing"}, "AV115"), ({"phone": "12"}, "CO400")]
)  # fmt: skip
def test_the_page_says_why_an_application_is_not_taken_on(world, cast, tmp_path, changed, error):
    ship(tmp_path)
    values = {
        "org": world.village.key, "kind": "pension-check", "name": "钱白露", "what": "送审资格材料", "how": "spoken",
        "told": SPOKEN, "until": f"{clock.today() + timedelta(days=9):%Y-%m-%d}", **changed,
    }  # fmt: skip
    answer = cast.branch_secretary.client.post(reverse("desk:proxy-new"), values)
    assert answer.status_code in {400, 409, 422}
    assert error in answer.content.decode()
    assert see(Proxy.objects.count) == 0


def test_what_is_taken_on_is_read_page_by_page(world, opened, cast, monkeypatch):
    monkeypatch.setattr(proxy_reading, "PAGE", 2)
    for _n in range(3):
        opened()
    client, url = cast.branch_secretary.client, reverse("desk:proxies")
    pages = [client.get(f"{url}?view=open&page={n}").content.decode() for n in (1, 2)]
    assert [page.count("王**") for page in pages] == [2, 1]
    assert "page=2" in pages[0]
    assert "view=open" in pages[0]


def test_every_paper_asked_for_has_a_name_one_can_see(world, cast, tmp_path):
    ship(tmp_path)
    page = cast.branch_secretary.client.get(reverse("desk:proxy-new")).content.decode()
    papers = page.split("从本人收取的材料")[1].split("</fieldset>")[0]
    assert "visually-hidden" not in papers
    assert papers.count("<label for=") == 8
    assert [f"材料 {n}</label>" in papers for n in (1, 2, 3, 4)] == [True] * 4
