"""Who saw whom, and why: the auditor's page, its filters, its file, and its proof."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.urls import reverse

from tests.cast import VILLAGE
from zhijin.core import chain, journal, labels
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key, uuid7
from zhijin.core.models import JournalEntry

pytestmark = pytest.mark.django_db
PAGE = "/desk/admin/journal/"
WHOM = f"person:{uuid7()}"


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    settings.HOME = tmp_path
    journal.forget_place()


@pytest.fixture
def looked(cast):
    """The secretary looked at somebody's telephone number and said why; others did other things."""
    who = cast.branch_secretary.actor
    detail = {"why": "核实低保申请", "fields": ["phone"]}
    journal.write(who, "person.reveal", WHOM, place_key=place_key(VILLAGE), detail=detail)
    journal.write(cast.grid_worker.actor, "person.reveal", "person:other", detail={"why": "走访"})
    journal.write(who, "case.accept", "case:1")
    return who


def read(client, address=PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode().split("<main")[1])


def links(text: str, within: str) -> str:
    """The address of the link whose text contains ``within``."""
    for href, body in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', text):
        if within in body:
            return href.replace("&amp;", "&")
    raise AssertionError(within)


def test_who_saw_whom_and_why_in_three_clicks(cast, looked):
    client = cast.auditor.client
    first = read(client)
    second = read(client, PAGE + links(first, "谁看了个人信息"))
    assert "核实低保申请" in second
    assert "case.accept" not in second
    row = next(r for r in second.split("<tr>") if "核实低保申请" in r)
    assert "李春禾" in row
    third = read(client, PAGE + links(row, WHOM[-8:]))
    assert "只看关于这条记录的" in third
    assert "李春禾" in third
    assert "走访" not in third


def test_names_of_records_come_from_their_rooms(cast, looked, monkeypatch):
    monkeypatch.setattr(labels, "_labellers", dict(labels._labellers))
    labels._labellers.pop("person", None)
    labels.register("person", lambda ids: {i: "张*" for i in ids if i == WHOM[7:]})
    labels._labellers.pop("place", None)
    labels.register("place", lambda codes: {c: "大耆老村" for c in codes if c == VILLAGE})
    text = read(cast.auditor.client)
    assert "张*" in text
    assert "大耆老村" in text


def test_reading_the_journal_is_in_the_journal(cast, looked):
    read(cast.auditor.client, PAGE + "?actor=李春禾")
    entry = JournalEntry.objects.filter(action="journal.read").latest("id")
    assert entry.actor_name == "审计丙"
    assert entry.detail == {"actor": "李春禾"}


def test_every_look_at_personal_data_is_among_those_who_saw_whom(cast):
    for action in ("person.reveal", "case.receipt", "case.unsealed", "case.accept"):
        journal.write(cast.grid_worker.actor, action, f"x:{action}", detail={"why": "核实"})
    first = read(cast.auditor.client)
    rows = read(cast.auditor.client, PAGE + links(first, "谁看了个人信息")).split("<tbody>")[1]
    assert rows.count("核实") == 3
    assert "case.accept" not in rows


def test_details_are_told_in_words(cast):
    detail = {"why": "走访", "fields": ["phone", "id_number"], "role": "grid_worker", "seq": 7}
    journal.write(cast.grid_worker.actor, "person.reveal", WHOM, detail=detail)
    text = read(cast.auditor.client)
    assert "查看项 电话、身份证号" in text
    assert "角色 网格员" in text
    assert "seq" not in text.split("<tbody>")[1]


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("actor=罗小满", "走访", "核实低保"), ("actor=小满", "走访", "核实低保"),
        ("action=case.", "事项 1", "核实低保"), ("object=case:1", "事项 1", "走访"),
        ("from=2999-01-01", "没有这样的记录", "走访"), ("to=2001-01-01", "没有这样的记录", "走访"),
        ("from=2001-01-01&to=2999-01-01", "走访", "没有这样的记录"),
        ("from=nonsense", "走访", "没有这样的记录"), ("before=99999999999999999999", "走访", "没有"),
        ("before=1", "没有这样的记录", "走访"),
    ],
)  # fmt: skip
def test_it_is_narrowed_and_nonsense_narrows_nothing(cast, looked, query, there, gone):
    text = read(cast.auditor.client, f"{PAGE}?{query}")
    rows = text.split("<tbody>")[-1].split("</tbody>")[0] if "<tbody>" in text else text
    assert there in rows
    assert gone not in rows


def test_older_entries_are_a_page_away(cast):
    for n in range(60):
        journal.write(cast.auditor.actor, "test.x", f"x:{n}")
    first = read(cast.auditor.client, PAGE + "?action=test.")
    assert "x:59" in first
    assert "x:9<" not in first
    second = read(cast.auditor.client, PAGE + links(first, "下一页"))
    assert "x:9<" in second
    assert "x:59" not in second


def test_the_chain_is_shown_and_can_be_checked_on_the_spot(cast, looked):
    assert "还没有封存" in read(cast.auditor.client)
    journal.seal_new()
    text = read(cast.auditor.client)
    assert chain.present_head().digest in text
    assert "链条完整" in read(cast.auditor.client, PAGE + links(text, "逐条核对"))


def test_the_file_says_the_same_and_who_took_it(cast, looked):
    journal.write(looked, "test.formula", "=cmd|' /C calc'!A0", detail={"why": "+1+1"})
    text = read(cast.auditor.client)
    answer = cast.auditor.client.get(links(text, "导出 CSV"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf"), "so that Excel reads Chinese"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "审计丙" in rows[0][0]
    reveal = next(r for r in rows if "person.reveal" in r and WHOM in r)
    assert "李春禾" in reveal
    assert "核实低保申请" in reveal
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@"}]
    taken = JournalEntry.objects.filter(action="journal.export").latest("id")
    assert taken.detail["rows"] >= 4


def test_nobody_else_reads_it(cast, looked):
    for who in ("county_officer", "system_admin", "security_officer"):
        client = getattr(cast, who).client
        assert client.get(PAGE).status_code == 403
        assert client.get(reverse("desk:journal-export")).status_code == 403
    assert cast.resident.client.get(PAGE).status_code == 302


def test_the_platform_and_kinds_of_records_are_told_in_words(cast):
    """Codes are for programs: they stand in the exported file."""
    journal.write(
        Actor.system("programmes"), "case.published", "item:0199aaaa-0000-7000-8000-00000000abcd"
    )
    journal.write(Actor.system("some-new-part"), "assessment.request", "batch:1", detail={
        "reason": "late_fact", "period": "2026Q3", "transfer": "0199aaaa-0000-7000-8000-00000000abcd",
    })  # fmt: skip
    read(cast.auditor.client)
    rows = read(cast.auditor.client).split("<tbody>")[1]
    for told in (
        "平台（行动方案）",
        "积分货品 …0000abcd",
        "有迟到的记录",
        "时段 2026年第三季度",
        "审计日志",
    ):
        assert told in rows, told
    for code in ("some-new-part<", "late_fact", "transfer", "journal:list<"):
        assert code not in rows, code
    exported = cast.auditor.client.get(reverse("desk:journal-export")).content.decode()
    assert "transfer" in exported
