"""The pages of enter once, by plain forms: nothing here needs a script."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from python_calamine import CalamineWorkbook

from tests.assessment.enter_once import sheets, world
from tests.assessment.enter_once.test_services import SMALL
from tests.cast import Member
from zhijin.assessment.enter_once.models import Filling
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs.models import Organisation

BASE = "/desk/enter-once/"


@pytest.fixture
def member(city: None) -> Member:
    return world.officer()


def send(member: Member, body: bytes, name: str = "附件1.xlsx") -> HttpResponse:
    return member.client.post(BASE, {"file": SimpleUploadedFile(name, body)})


def sent(member: Member, body: bytes, name: str = "附件1.xlsx") -> Filling:
    answer = send(member, body, name)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    with scoped(member.actor):
        return Filling.objects.latest("made_at")


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.content.decode()


def fields(page: str) -> dict[str, Any]:
    """What a browser would send of the columns page as it stands."""
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    values: dict[str, Any] = dict(inputs)
    for name, inner in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
        values[name] = next((value for value, on in options if on), options[0][0])
    return values


def confirmed(member: Member, row: Filling, **changes: str) -> Filling:
    page = text(member.client.get(f"{BASE}{row.pk}/"))
    answer = member.client.post(f"{BASE}{row.pk}/", fields(page) | changes)
    assert answer.status_code == 302, text(answer, answer.status_code)[:3000]
    with scoped(member.actor):
        return Filling.objects.get(pk=row.pk)


def test_a_sheet_goes_its_way_by_plain_forms(member: Member) -> None:
    row = confirmed(member, sent(member, sheets.big()), start="2026-07-01", last="2026-07-31")
    assert row.percent >= 70
    page = text(member.client.get(f"{BASE}{row.pk}/cells/"))
    assert "个人信息，平台不代填" in page
    assert page.count("/cells/0/") > 500
    answer = member.client.post(f"{BASE}{row.pk}/file/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["附件1", "来源"]
    home = text(member.client.get(BASE))
    assert f"{row.filled:,}" in home


def test_what_a_browser_sends_is_what_was_suggested(member: Member) -> None:
    row = sent(member, sheets.plain(SMALL))
    before = {key: (c["measure"], c["rule"]) for key, c in row.mapping["columns"].items()}
    after = confirmed(member, row).mapping["columns"]
    assert {key: (c["measure"], c["rule"]) for key, c in after.items()} == before


def test_a_title_written_by_hand_beats_the_list(member: Member) -> None:
    row = sent(member, sheets.plain(SMALL))
    after = confirmed(member, row, **{"o.0.1": "网格数"})
    assert after.mapping["columns"]["0.1"]["measure"] == "place.grids"
    again = sent(member, sheets.plain(SMALL))
    page = text(member.client.get(f"{BASE}{again.pk}/"))
    wrong = fields(page) | {"o.0.1": "没有这个指标"}
    refused = text(member.client.post(f"{BASE}{again.pk}/", wrong), 400)
    assert "EO006" in refused
    assert "没有这个指标" in refused


def test_the_page_of_columns_says_how_sure_it_is(member: Member) -> None:
    rows = [
        ["村", "党员数", "奇怪的列", "联系电话"],
        *([r[0], None, None, None] for r in SMALL[1:]),
    ]
    page = text(member.client.get(f"{BASE}{sent(member, sheets.plain(rows)).pk}/"))
    assert "请您看一眼" in page
    assert "名称相同" in page
    assert "个人信息，平台不代填" in page
    assert 'name="c.0.2"' not in page


def test_a_wrong_period_comes_back_with_what_was_chosen(member: Member) -> None:
    row = sent(member, sheets.plain(SMALL))
    page = text(member.client.get(f"{BASE}{row.pk}/"))
    for start in ("2026-09-01", "x", ""):
        values = fields(page) | {"start": start, "last": "2026-08-01", "c.0.1": "place.grids"}
        again = text(member.client.post(f"{BASE}{row.pk}/", values), 400)
        assert "EO005" in again
        assert fields(again)["c.0.1"] == "place.grids"


def test_the_review_comes_after_the_columns(member: Member) -> None:
    row = sent(member, sheets.plain(SMALL))
    assert member.client.get(f"{BASE}{row.pk}/cells/").headers["Location"] == f"{BASE}{row.pk}/"
    assert member.client.post(f"{BASE}{row.pk}/file/").status_code == 409


def test_differences_are_decided_cell_by_cell(member: Member) -> None:
    rows = [SMALL[0], [SMALL[1][0], 99, 98, None], [SMALL[2][0], None, None, None]]
    row = confirmed(member, sent(member, sheets.plain(rows)))
    page = text(member.client.get(f"{BASE}{row.pk}/cells/"))
    assert 'name="take" value="0.0.2"' in page
    answer = member.client.post(f"{BASE}{row.pk}/cells/", {"take": ["0.0.2", "7.7.7", "x"]})
    assert answer.status_code == 302
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(member.client.post(f"{BASE}{row.pk}/file/").content)
    )
    assert book.get_sheet_by_index(0).to_python()[1][1:3] == [11.0, 98.0]


def test_a_cell_opens_to_its_records_and_the_look_is_journalled(member: Member) -> None:
    rows = [
        ["村", "党员数", "企业覆盖率（%）", "人口"],
        *([r[0], None, None, None] for r in SMALL[1:]),
    ]
    row = confirmed(member, sent(member, sheets.plain(rows)))
    page = text(member.client.get(f"{BASE}{row.pk}/cells/0/0/2/"))
    with scoped(member.actor):
        branch = Organisation.objects.get(place_code=world.villages()[0][0], kind="branch")
    assert f"/desk/orgs/{branch.key}/" in page
    rate = text(member.client.get(f"{BASE}{row.pk}/cells/0/1/2/"))
    assert rate.index("甲公司") < rate.index("只算进分母的记录") < rate.index("乙公司")
    people = text(member.client.get(f"{BASE}{row.pk}/cells/0/2/2/"))
    assert "只计数，不列出人和户" in people
    assert "示*" not in people
    with scoped(world.SYSTEM):
        assert JournalEntry.objects.filter(action="filling.cell", object=row.record).count() == 2
        Organisation.objects.filter(pk=branch.pk).update(members=40)
    assert "党员 40 名" in text(member.client.get(f"{BASE}{row.pk}/cells/0/0/2/"))
    assert member.client.get(f"{BASE}{row.pk}/cells/9/9/9/").status_code == 404


def test_what_changed_since_is_told(member: Member) -> None:
    row = confirmed(member, sent(member, sheets.plain(SMALL)))
    with scoped(world.SYSTEM):
        code = world.villages()[0][0]
        Organisation.objects.filter(place_code=code, kind="branch").update(valid_to=world.TODAY)
    assert "填表以后记录有变化" in text(member.client.get(f"{BASE}{row.pk}/cells/0/0/2/"))


def test_refused_files_say_what_to_do(member: Member) -> None:
    for body, name, id_, status in (
        (b"PK\x03\x04 broken", "a.xlsx", "SH009", 400),
        (sheets.plain([["没有表"]]), "a.xlsx", "EO002", 400),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "a.xls", "SH010", 400),
        (b"x" * 6_000_000, "a.xlsx", "SH001", 413),
    ):
        assert id_ in text(send(member, body, name), status)
    with scoped(member.actor):
        assert not Filling.objects.exists()


def test_a_sheet_can_be_removed(member: Member) -> None:
    row = sent(member, sheets.plain(SMALL))
    assert member.client.post(f"{BASE}{row.pk}/discard/").status_code == 302
    assert member.client.get(f"{BASE}{row.pk}/").status_code == 404


def test_the_sample_is_a_sheet_that_can_be_filled(member: Member) -> None:
    answer = member.client.get(f"{BASE}sample/")
    assert answer.status_code == 200
    row = confirmed(member, sent(member, answer.content, "示例.xlsx"))
    assert row.asked > 300


def test_english_pages_are_english(member: Member) -> None:
    row = confirmed(member, sent(member, sheets.plain(SMALL)))
    member.client.cookies["lang"] = "en"
    for path in ("", f"{row.pk}/", f"{row.pk}/cells/", f"{row.pk}/cells/0/0/2/"):
        page = text(member.client.get(BASE + path))
        assert 'lang="en"' in page
        assert "统计期" not in page
