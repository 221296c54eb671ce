"""A record is contested on its page, answered by the county, and both results stand side by side."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from lxml import html

from tests.assessment import standings as st
from tests.assessment.standings import JULY, VILLAGES
from tests.cast import VILLAGE
from tests.places.factories import plant
from zhijin.assessment.models import Appeal, Run, Score
from zhijin.assessment.pages import words
from zhijin.assessment.pages.today import today
from zhijin.core import clock
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> st.Planted:
    for code in VILLAGES:
        plant(code)
    return st.plant()


@pytest.fixture
def fresh(world: st.Planted) -> Run:
    """August's result, published today, so that its records can still be contested."""
    with scoped(st.SYSTEM):
        run = st.run(st.AUGUST, revision_id=world.revision.id, published_at=clock.now())
        for rank, code in enumerate(VILLAGES, 1):
            st.score(run, code, f"第{rank}村党支部", rank, 10)
        world.runs[st.AUGUST] = run
    return run


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return " ".join(html.fromstring(answer.content.decode()).text_content().split())


def contest_page(key: int, fact: Any) -> str:
    return reverse("desk:standing-contest", args=[key, "solved", fact.id])


def in_august() -> Any:
    with scoped(st.SYSTEM):
        return st.fact(VILLAGE, st.datetime(2026, 8, 10, 4, tzinfo=st.UTC))


def test_a_secretary_contests_one_record(cast, world, fresh):
    fact = in_august()
    client = cast.branch_secretary.client
    value = client.get(reverse("desk:standing-value", args=[world.last, "solved"]))
    assert "申诉这一条" in text_of(value)
    page = contest_page(world.last, fact)
    told = text_of(client.get(page))
    assert "这条不应计入" in told
    assert "这条里有写错的" in told
    assert "怎样办结" in told
    assert "请写明理由" in text_of(client.post(page, {"why": " "}), 400)
    answer = client.post(page, {"why": "同一件事登记了两次"})
    assert answer.status_code == 302
    with scoped(st.SYSTEM):
        made = Appeal.objects.get(org_key=world.last)
        assert (made.indicator, made.fact_id, made.state) == ("solved", fact.id, "filed")
    assert "已经有一件申诉" in text_of(client.post(page, {"why": "再来一次"}), 409)
    assert "看申诉" in text_of(
        client.get(reverse("desk:standing-value", args=[world.last, "solved"]))
    )


def test_only_those_who_speak_for_the_organisation_may_contest(cast, world, fresh):
    page = contest_page(world.last, in_august())
    assert cast.outsider.client.get(page).status_code == 404
    assert cast.grid_worker.client.get(page).status_code == 403
    assert (
        cast.branch_secretary.client.get(contest_page(world.first, in_august())).status_code == 404
    )


def test_the_list_shows_what_waits(cast, world):
    st.appealed(world)
    assert "重复登记" in text_of(cast.county_officer.client.get(reverse("desk:standing-appeals")))
    assert "重复登记" not in text_of(cast.outsider.client.get(reverse("desk:standing-appeals")))


def test_an_officer_answers_and_the_filer_sees_it(cast, world):
    appeal = st.appealed(world)
    page = reverse("desk:standing-appeal", args=[appeal.id])
    assert "撤回申诉" in text_of(cast.branch_secretary.client.get(page))
    assert "成立，更正并重算" not in text_of(cast.branch_secretary.client.get(page))
    officer = cast.county_officer.client
    assert "成立，更正并重算" in text_of(officer.get(page))
    assert "请写明理由" in text_of(officer.post(page, {"do": "refuse", "answer": ""}), 400)
    assert officer.post(page, {"do": "refuse", "answer": "已核，不是重复"}).status_code == 302
    told = text_of(cast.branch_secretary.client.get(page))
    assert "不成立" in told
    assert "已核，不是重复" in told
    assert "撤回申诉" not in told


def test_the_old_rank_and_the_new_stand_side_by_side(cast, world):
    with scoped(st.SYSTEM):
        anew = st.run(JULY, state=Run.State.READY, reason="appeal", names=world.runs[JULY].id,
                      revision_id=world.revision.id)  # fmt: skip
        st.score(anew, VILLAGE, "第10村党支部", 8, 10, total=8900)
    appeal = st.appealed(world, state="accepted", new_run=anew.id, answer="同意",
                         decided_at=clock.now(), decided_name="周清明")  # fmt: skip
    told = text_of(
        cast.branch_secretary.client.get(reverse("desk:standing-appeal", args=[appeal.id]))
    )
    assert "原来的和重算的" in told
    assert "名次10/108/10" in told.replace(" ", "")
    page = text_of(
        cast.branch_secretary.client.get(reverse("desk:standing-org", args=[world.last]))
    )
    assert "已公布的和重算的" in page
    assert "重算的原因：申诉成立" in page
    assert "10/10 8/10" in page or "10/108/10" in page.replace(" ", "")


def test_a_county_publishes_what_was_computed_anew(cast, world):
    with scoped(st.SYSTEM):
        anew = st.run(JULY, state=Run.State.READY, reason="appeal", names=world.runs[JULY].id,
                      revision_id=world.revision.id)  # fmt: skip
        st.score(anew, VILLAGE, "第10村党支部", 8, 10)
    client = cast.county_officer.client
    assert "公布重算的结果" in text_of(client.get("/desk/standing/"))
    assert "公布重算的结果" not in text_of(cast.township_officer.client.get("/desk/standing/"))
    answer = client.post(reverse("desk:standing-publish", args=[anew.id]))
    assert answer.status_code == 302
    with scoped(st.SYSTEM):
        assert Run.objects.get(id=anew.id).state == Run.State.PUBLISHED
        assert Run.objects.get(id=world.runs[JULY].id).state == Run.State.SUPERSEDED


def test_whoever_answers_is_told_on_the_first_page(cast, world):
    st.appealed(world)
    actor = cast.county_officer.actor
    with scoped(actor):
        assert any(notice.title == "1 件申诉等待答复" for notice in today(actor))
    actor = cast.branch_secretary.actor
    with scoped(actor):
        assert not any("申诉" in notice.title for notice in today(actor))


def test_sides_tell_only_what_differs(world):
    with scoped(st.SYSTEM):
        score = Score.objects.filter(run_id=world.runs[JULY].id).first()
    assert words.sides(score, None, None) == []


def test_another_county_s_appeal_does_not_exist(cast, world):
    appeal = st.appealed(world)
    page = reverse("desk:standing-appeal", args=[appeal.id])
    assert cast.outsider.client.get(page).status_code == 404
    assert cast.outsider.client.post(page, {"do": "accept", "answer": "x"}).status_code == 404
