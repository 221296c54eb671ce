"""Points are proposed with evidence on a page of their own, approved by another person, and seen beside the result."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from lxml import html

from tests.assessment import standings as st
from tests.assessment.standings import JULY, VILLAGES
from tests.cases.conftest import files
from tests.cast import VILLAGE, Part, make_member
from tests.orgs.conftest import register
from tests.places.factories import plant
from zhijin.assessment.models import Adjustment, Batch, Run
from zhijin.assessment.pages import words
from zhijin.assessment.pages.today import today
from zhijin.core.scope import scoped
from zhijin.playbooks.api import forget

__all__ = ["files"]
pytestmark = pytest.mark.django_db
GIVEN = {"rule": "praise", "sign": "add", "points": "1.5", "why": "市里通报表扬"}


@pytest.fixture
def world(db: None, files: Any) -> Any:
    for code in VILLAGES:
        plant(code)
    forget()
    made = st.plant()
    org = register("第10村党支部", VILLAGE, kind="branch")
    assert org.key == made.last
    yield made
    forget()


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(html.fromstring(answer.content.decode()).text_content().split())


def propose_page(world: st.Planted) -> str:
    return reverse("desk:standing-adjust", args=[world.last])


def pdf(name: str = "表彰.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


def only_row() -> Adjustment:
    with scoped(st.SYSTEM):
        return Adjustment.objects.get()


def test_an_officer_proposes_points_with_a_document(cast, world):
    client = cast.township_officer.client
    page = propose_page(world)
    told = text_of(client.get(page))
    assert "上级表彰" in told
    assert "合计最多 2.00 分" in told
    assert "由乡镇（街道）工作人员复核" in told
    answer = client.post(page, {**GIVEN, "files": pdf()})
    row = only_row()
    assert answer.headers["Location"] == reverse("desk:standing-adjustment", args=[row.id])
    assert (row.rule, row.amount, row.state, row.approver_role) == (
        "praise", 150, "proposed", "township_officer",
    )  # fmt: skip
    assert (row.period_start, len(row.files), row.records) == (JULY, 1, [])
    told = text_of(client.get(answer.headers["Location"]))
    assert "上级表彰 +1.50" in told
    assert "提出的人不能自己复核" in told
    assert "同意，重新计算" not in told
    file = client.get(reverse("desk:standing-adjustment-file", args=[row.id, row.files[0]]))
    assert file.content.startswith(b"%PDF-")
    assert "attachment" in file.headers["Content-Disposition"]


def test_points_may_be_taken(cast, world):
    taken = {**GIVEN, "rule": "incident", "sign": "take", "points": "2", "files": pdf()}
    assert cast.township_officer.client.post(propose_page(world), taken).status_code == 302
    assert only_row().amount == -200


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"points": "1.555"}, "最多两位小数"),
        ({"points": "-1"}, "最多两位小数"),
        ({"points": ""}, "最多两位小数"),
        ({"sign": "x"}, "最多两位小数"),
        ({"points": "9"}, "最多加减"),
        ({"points": "0"}, "最多加减"),
        ({"why": " "}, "请写明理由"),
        ({"files": ""}, "加减分必须附证据"),
        ({"rule": "nothing"}, "没有“nothing”这条"),
        ({"numbers": "530602-260701-AAAAAA"}, "没有找到编号 530602-260701-AAAAAA 的事项"),
    ],
)
def test_what_does_not_fit_is_told_and_kept(cast, world, wrong, told):
    given = {**GIVEN, "files": pdf(), **wrong}
    answer = cast.township_officer.client.post(propose_page(world), given)
    shown = text_of(answer, 400)
    assert told in shown
    if wrong.get("why") is None:
        assert "市里通报表扬" in answer.content.decode(), "what was written stays in the form"
    with scoped(st.SYSTEM):
        assert not Adjustment.objects.exists()


def test_another_person_gives_the_second_approval(cast, world):
    row = st.adjusted(world)
    page = reverse("desk:standing-adjustment", args=[row.id])
    other = cast.township_officer.client
    assert "同意，重新计算" in text_of(other.get(page))
    assert "请写明理由" in text_of(other.post(page, {"do": "refuse", "answer": ""}), 400)
    assert other.post(page, {"do": "approve", "answer": "属实"}).status_code == 302
    decided = only_row()
    assert (decided.state, decided.answer, decided.decided_name) == ("approved", "属实", "王立夏")
    with scoped(st.SYSTEM):
        assert Batch.objects.get().reason == "adjustment"
    told = text_of(cast.branch_secretary.client.get(page))
    assert "已同意" in told
    assert "新旧结果并排" in told
    assert "已经办结" in text_of(other.post(page, {"do": "approve"}), 409)


def test_nobody_approves_their_own(cast, world):
    actor = cast.township_officer.actor
    row = st.adjusted(world, proposed_by=actor.label)
    page = reverse("desk:standing-adjustment", args=[row.id])
    assert cast.township_officer.client.post(page, {"do": "approve"}).status_code == 403
    second = make_member("zhen2", Part("冯霜降", "township_officer", VILLAGE[:9]))
    assert second.client.post(page, {"do": "approve"}).status_code == 302


def test_only_the_role_that_the_rule_names_or_one_above(cast, world):
    row = st.adjusted(world, rule="incident", amount=-100, approver_role="county_officer")
    page = reverse("desk:standing-adjustment", args=[row.id])
    assert "同意，重新计算" not in text_of(cast.township_officer.client.get(page))
    assert cast.township_officer.client.post(page, {"do": "approve"}).status_code == 403
    assert cast.branch_secretary.client.post(page, {"do": "approve"}).status_code == 403
    assert (
        cast.county_officer.client.post(page, {"do": "refuse", "answer": "没有通报"}).status_code
        == 302
    )
    assert only_row().state == "refused"


def test_the_organisation_sees_what_was_proposed_and_others_do_not(cast, world):
    row = st.adjusted(world)
    own = text_of(cast.branch_secretary.client.get(reverse("desk:standing-org", args=[world.last])))
    assert "+1.50 市里通报表扬" in own
    assert "等待复核" in own
    assert "提一条加减分" not in own, "a secretary proposes nothing"
    county = reverse("desk:standing-org", args=[world.last])
    assert "提一条加减分" in text_of(cast.county_officer.client.get(county))
    listed = reverse("desk:standing-adjustments")
    assert "上级表彰 +1.50" in text_of(cast.branch_secretary.client.get(listed))
    assert "上级表彰" not in text_of(cast.outsider.client.get(listed))
    page = reverse("desk:standing-adjustment", args=[row.id])
    assert cast.outsider.client.get(page).status_code == 404
    assert cast.outsider.client.post(page, {"do": "approve"}).status_code == 404
    digest = "a" * 64
    for client in (cast.outsider.client, cast.township_officer.client):
        file = reverse("desk:standing-adjustment-file", args=[row.id, digest])
        assert client.get(file).status_code == 404


def test_whoever_approves_is_told_on_the_first_page_and_beside_the_ranks(cast, world):
    st.adjusted(world)
    with scoped(cast.township_officer.actor):
        titles = [notice.title for notice in today(cast.township_officer.actor)]
    assert "1 条加减分等待复核" in titles
    with scoped(cast.branch_secretary.actor):
        assert not any("加减分" in n.title for n in today(cast.branch_secretary.actor))
    told = text_of(cast.township_officer.client.get(reverse("desk:standing")))
    assert "1 条加减分等待复核" in told


def test_a_sealed_period_takes_no_points(cast, world):
    with scoped(st.SYSTEM):
        run = world.runs[JULY]
        Run.objects.filter(id=run.id).update(state="frozen", frozen_at=run.ready_at)
    org = reverse("desk:standing-org", args=[world.last])
    assert "提一条加减分" not in text_of(cast.county_officer.client.get(org))
    answer = cast.county_officer.client.post(propose_page(world), {**GIVEN, "files": pdf()})
    assert "已经封存" in text_of(answer, 409)


def test_signed_points_read_with_their_sign():
    assert (words.signed(150), words.signed(-5)) == ("+1.50", "−0.05")


def test_english_is_complete(cast, world):
    row = st.adjusted(world)
    client = cast.county_officer.client
    client.cookies["lang"] = "en"
    for page in (
        propose_page(world), reverse("desk:standing-adjustments"),
        reverse("desk:standing-adjustment", args=[row.id]),
    ):  # fmt: skip
        main = html.fromstring(client.get(page).content.decode()).xpath("//main")[0]
        told = " ".join(main.text_content().split())
        for chinese in ("加减分", "复核", "理由", "证据", "提出"):
            assert chinese not in told, (page, chinese)
