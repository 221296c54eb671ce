"""The table of members: who is new, who is meant, who is asked about; nothing half of it when it is cut off."""

from __future__ import annotations

import threading
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, places, register
from tests.people.test_bulk import id_number
from zhijin.core import clock, crypto, identifiers
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.core.sheets import taking
from zhijin.orgs import sheeting
from zhijin.orgs.models import SheetRun
from zhijin.people import member_matching, services
from zhijin.people.member_sheet import Members
from zhijin.people.models import BranchMember

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
PAPER = "2026-03-01 书面同意"
BRANCH, SECOND = "大耆老村党支部", "大耆老村第二党支部"
HEAD = ["所在党支部", "姓名", "身份证号码", "人员类别", "入党时间", "是否流动党员", "流动去向", "手机号", "同意方式",
        "疑似重复处理"]  # fmt: skip


def line(name: str, branch: str = BRANCH, **given: Any) -> list[Any]:
    values = {
        "branch": branch, "name": name, "id": "", "standing": "正式党员", "joined": "2008-07-01",
        "floating": "否", "whereabouts": "", "phone": "", "consent": PAPER, "decision": "",
    } | given  # fmt: skip
    return list(values.values())


def take(cast: Cast, rows: list[list[Any]], *, partial: bool = True) -> taking.Outcome:
    actor = cast.township_officer.actor
    with scoped(actor):
        _run, outcome = sheeting.run_import(
            actor=actor, what="members", source=xlsx([HEAD, *rows]), name="党员.xlsx", partial=partial
        )  # fmt: skip
    return outcome


def decide(cast: Cast, word: str) -> taking.Outcome:
    """Answer every question of the last import alike."""
    actor = cast.township_officer.actor
    with scoped(actor):
        run = SheetRun.objects.latest("at")
        found = {one.at: word for one in sheeting.asked(run)}
        _run, outcome = sheeting.decide(actor=actor, run_id=run.id, decisions=found)
    return outcome


def listed(org: Any) -> list[BranchMember]:
    with scoped(SYSTEM):
        rows = BranchMember.objects.filter(org_key=org.key, valid_to=None)
        return list(rows.order_by("id"))


def name_of(row: BranchMember) -> str:
    return crypto.unseal("member.name", row.name)


@pytest.fixture
def org(places: None) -> Any:
    return register(BRANCH)


@pytest.fixture
def second(org: Any) -> Any:
    return register(SECOND)


def test_a_list_comes_in_with_what_it_says(cast, org):
    away = line("张小满", id=id_number(2), joined="2019年7月1日", floating="是", whereabouts="浙江义乌",
                phone="129 0000 0001", standing="预备")  # fmt: skip
    outcome = take(cast, [away, line("李大勇")])
    assert [outcome.result(row) for row in outcome.rows] == ["新增", "新增"]
    found, plain = listed(org)
    assert (found.standing, found.joined_on, found.floating) == (
        "probationary",
        date(2019, 7, 1),
        True,
    )
    assert (found.whereabouts, found.phone_masked) == ("浙江义乌", "129****0001")
    assert (name_of(found), plain.id_blind) == ("张小满", None)
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM people_branch_member m")
        text = "".join(row[0] for row in cursor.fetchall())
    assert id_number(2) not in text
    assert "12900000001" not in text
    with scoped(SYSTEM):
        facts = Fact.objects.filter(kind="member.enrolled")
        assert {fact.org_key for fact in facts} == {org.key}
        assert facts.count() == JournalEntry.objects.filter(action="member.enrolled").count() == 2


def test_the_same_file_twice_changes_nothing(cast, org):
    rows = [line("张小满", id=id_number(2), phone="12900000001"), line("李大勇")]
    take(cast, rows)
    outcome = take(cast, rows)
    assert [outcome.done[row.number] for row in outcome.rows] == ["same", "same"]
    assert len(listed(org)) == 2


def test_a_row_about_somebody_listed_puts_right_what_differs(cast, org):
    take(cast, [line("张小满", id=id_number(2))])
    outcome = take(cast, [line("张小曼", id=id_number(2), floating="是", whereabouts="昆明")])
    assert outcome.count("changed") == 1, "the number says who it is"
    (row,) = listed(org)
    assert (name_of(row), row.floating, row.whereabouts) == ("张小曼", True, "昆明")


def test_what_is_wrong_is_told_row_by_row(cast, org):
    rows = [
        line("张小满"), line("王**"), line("赵小", consent=""), line("钱多", branch="没有这个支部"),
        line("孙儿", id=f"11010520150105{123}4", joined=""),
        line("周全", joined="2999-01-01"), line("吴用", standing="群众"),
    ]  # fmt: skip
    outcome = take(cast, rows)
    assert outcome.saved == 1
    said = {f.row: f.id for f in outcome.findings if f.level == "error"}
    assert said[3] == "PE028"
    assert said[4] == "SH101"
    assert said[5] == "PE029"
    assert said[6] == "PE027", "also where the check digit is wrong"
    assert said[7] in {"PE025", "SH105"}
    assert said[8] == "SH108"


def child_number() -> str:
    body = f"110105{clock.today().year - 10}0105123"
    return body + identifiers.id_card_check(body)


def test_a_minor_is_not_put_on_a_list(cast, org):
    outcome = take(cast, [line("张小满", id=child_number(), joined="")])
    assert [f.id for f in outcome.findings] == ["PE027"]
    grown = id_number(2)  # born in 1950
    outcome = take(cast, [line("李大勇", id=grown, joined="1960-07-01")])
    assert [f.id for f in outcome.findings] == ["PE027"], "nobody joins at ten"
    assert listed(org) == []


def test_whom_the_register_calls_a_minor_is_not_linked_as_a_member(cast, org):
    with scoped(SYSTEM):
        services.register_person(
            actor=SYSTEM, place_code=GRID, name="张小满", phone="12900000001",
            birth_year=clock.today().year - 12, consents={"phone": "监护人签字"},
        )  # fmt: skip
    outcome = take(cast, [line("张小满", phone="12900000001")])
    assert [f.id for f in outcome.findings] == ["PE027"]


def test_the_residents_register_and_the_list_say_the_same(cast, org):
    with scoped(SYSTEM):
        person = services.register_person(
            actor=SYSTEM, place_code=GRID, name="张小满", id_number=id_number(2),
            consents={"id_number": PAPER},
        )  # fmt: skip
    take(cast, [line("张小满", id=id_number(2), floating="是", whereabouts="昆明")])
    with scoped(SYSTEM):
        person.refresh_from_db()
    assert (person.party, person.branch_key, person.floating) == ("member", org.key, True)
    assert listed(org)[0].person_id == person.id


def test_a_wrong_check_digit_is_told_and_asks_whether_it_is_the_registered_one(cast, org):
    take(cast, [line("张小满", id=id_number(2))])
    right = id_number(2)
    wrong = f"{right[:16]}{(int(right[16]) + 2) % 10}{right[17]}"
    outcome = take(cast, [line("张晓曼", id=wrong, joined="2001-07-01")])
    assert [f.id for f in outcome.findings] == ["SH113", "PE031"]
    assert outcome.saved == 0
    assert decide(cast, "other").count("added") == 1
    assert len(listed(org)) == 2


LIKE = [
    (line("张晓满", phone="12900000001"), "姓名相近，电话相同"),
    (line("张小满（东街）", joined="2019-07-01"), "姓名相近，入党日期相同"),
    (line("张小满", branch=SECOND, phone="12900000001", joined=""), "姓名和电话相同"),
    (line("张小满", branch=SECOND, joined="2019-07-01"), "姓名和入党日期相同"),
    (line("张小满", phone="12900000009", joined="2001-07-01"), "电话和入党日期都不同"),
    (line("王二", branch=SECOND, id=id_number(2)), "身份证号相同"),
]


@pytest.mark.parametrize(("row", "why"), LIKE)
def test_likeness_asks_and_decides_nothing(cast, second, row, why):
    take(cast, [line("张小满", id=id_number(2), joined="2019-07-01", phone="12900000001")])
    before = BranchMember.objects.count
    with scoped(SYSTEM):
        count = before()
        BranchMember.objects.update(valid_from=date(2024, 1, 1))
    outcome = take(cast, [row])
    ((_at, asked),) = outcome.asked
    assert why in asked.question.text
    with scoped(SYSTEM):
        assert before() == count
    assert decide(cast, "leave").count("left") == 1
    with scoped(SYSTEM):
        assert before() == count
    assert decide_again(cast, row, "same").count("changed") == 1


def decide_again(cast: Cast, row: list[Any], word: str) -> taking.Outcome:
    take(cast, [row])
    return decide(cast, word)


def test_who_is_the_same_on_another_list_is_moved_with_their_past(cast, org, second):
    take(cast, [line("张小满", id=id_number(2))])
    with scoped(SYSTEM):
        BranchMember.objects.update(valid_from=date(2024, 1, 1))
    take(cast, [line("张小满", branch=SECOND, id=id_number(2))])
    decide(cast, "same")
    assert listed(org) == []
    (row,) = listed(second)
    assert (row.joined_on, bytes(row.id_blind)) == (
        date(2008, 7, 1),
        crypto.blind("person.id_number", id_number(2)),
    )


def test_a_number_on_two_lists_is_never_two_people(cast, org, second):
    take(cast, [line("张小满", id=id_number(2))])
    take(cast, [line("王二", branch=SECOND, id=id_number(2))])
    actor = cast.township_officer.actor
    with scoped(actor):
        run = SheetRun.objects.latest("at")
        (one,) = sheeting.asked(run)
        assert set(one.choices) == {"same", "leave"}
        _run, outcome = sheeting.decide(actor=actor, run_id=run.id, decisions={one.at: "other"})
    assert outcome.asked, "what is not offered counts as no answer"
    assert len(listed(second)) == 0


def test_the_answer_may_stand_in_the_table(cast, org):
    take(cast, [line("张小满", phone="12900000001")])
    outcome = take(cast, [line("张晓满", phone="12900000001", decision="同一人")])
    assert outcome.count("changed") == 1
    assert name_of(listed(org)[0]) == "张晓满"


def test_two_alike_rows_of_one_file_are_asked_about(cast, org):
    rows = [
        line("张小满", phone="12900000001"),
        line("李大勇"),
        line("张晓满", phone="12900000001"),
    ]
    outcome = take(cast, rows)
    assert outcome.count("added") == 2
    assert [row.number for _at, row in outcome.asked] == [4]


def test_without_partial_a_question_keeps_the_whole_file_out(cast, org):
    rows = [
        line("张小满", phone="12900000001"),
        line("张晓满", phone="12900000001"),
        line("李大勇"),
    ]
    outcome = take(cast, rows, partial=False)
    assert (outcome.saved, len(outcome.asked)) == (0, 1)
    assert listed(org) == []
    assert decide(cast, "other").saved == 3
    assert sorted(map(name_of, listed(org))) == sorted(["张小满", "张晓满", "李大勇"])


def test_another_branchs_secretary_imports_nobody_into_it(cast, org):
    elsewhere = register("外县党支部", OTHER_VILLAGE)
    outcome = take(cast, [line("张小满", branch=str(elsewhere.key)), line("李大勇")])
    assert [f.id for f in outcome.findings] == ["PE029"]
    assert len(listed(org)) == 1


def far_name(n: int) -> str:
    """Names none of which is a slip away from another."""
    return f"示例{chr(0x4E00 + n)}{chr(0x5000 + 7 * n % 5000)}{chr(0x5000 + 3 * n % 5000)}"


def test_how_many_they_are_costs_no_more_statements(cast, org):
    counts = []
    for first, n in ((1000, 60), (3000, 180)):
        rows = [
line(far_name(first + m), joined="", id=id_number(first + m)) for m in range(n)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as told:
            assert take(cast, rows).count("added") == n
        counts.append(len(told))
    assert counts[0] >= counts[1]
    assert counts[0] < 54


def test_an_export_is_masked_and_cannot_come_back_as_names(cast, org):
    take(cast, [line("张小满", id=id_number(2), phone="12900000001")])
    actor = cast.township_officer.actor
    with scoped(actor):
        body = sheeting.export(actor=actor, what="members", place=VILLAGE, why="核对")
        _run, outcome = sheeting.run_import(
            actor=actor, what="members", source=BytesIO(body), name="导出.xlsx", partial=True
        )
    assert outcome.saved == 0, "a masked telephone is none, and a masked name is none"
    assert len(listed(org)) == 1
    assert JournalEntry.objects.filter(action="member.export").exists()


# -- on the page ------------------------------------------------------------------------------


def test_the_sender_decides_on_the_page(cast, org):
    take(cast, [line("张小满", phone="12900000001")])
    client = cast.township_officer.client
    upload = xlsx([HEAD, line("张晓满", phone="12900000001")])
    upload.name = "新.xlsx"
    url = reverse("desk:sheet-import", args=["members"])
    text = client.post(url, {"file": upload}).content.decode()
    assert "可能重复，请您决定" in text
    assert "“张晓满”可能就是" in text
    with scoped(SYSTEM):
        run = SheetRun.objects.latest("at")
    page = reverse("desk:sheet-run", args=[run.id])
    assert "q-0" in client.get(page).content.decode()
    answer = client.post(page, {"q-0": "same"}, follow=True)
    assert "全部导入" in answer.content.decode()
    assert name_of(listed(org)[0]) == "张晓满"


def test_nobody_else_decides(cast, org):
    take(cast, [line("张小满", phone="12900000001")])
    take(cast, [line("张晓满", phone="12900000001")])
    with scoped(SYSTEM):
        run = SheetRun.objects.latest("at")
    page = reverse("desk:sheet-run", args=[run.id])
    assert cast.county_officer.client.post(page, {"q-0": "same"}).status_code == 404


def test_questions_lie_sealed_and_go_with_the_answer_file(cast, org):
    take(cast, [line("张小满", phone="12900000001")])
    take(cast, [line("张晓满", phone="12900000001")])
    with scoped(SYSTEM):
        run = SheetRun.objects.latest("at")
        assert "张晓满".encode() not in bytes(run.questions)
        SheetRun.objects.update(at=clock.now() - sheeting.KEEP_ANSWERS * 2)
    assert sheeting.clear_answers() == 2
    with scoped(SYSTEM):
        run.refresh_from_db()
    assert run.questions is None


# -- likeness ---------------------------------------------------------------------------------


@given(
    st.text("张王李赵小大满勇春", min_size=2, max_size=4),
    st.text("张王李赵小大满勇春", min_size=2, max_size=4),
)
def test_likeness_of_names_is_the_same_both_ways(one, other):
    assert member_matching.alike(one, one)
    assert member_matching.alike(one, other) == member_matching.alike(other, one)


@given(st.integers(0, 39_999), st.integers(0, 16), st.integers(1, 9))
def test_a_mistyped_number_leads_back_to_the_right_one(n, at, by):
    right = id_number(n)
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    if identifiers.read_id_card(wrong) is identifiers.Flaw.CHECK_DIGIT:
        assert right in identifiers.meant_by(wrong)
    assert identifiers.meant_by(right) == []


# -- cut off ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_killed_in_the_middle_leaves_nothing(cast, org, monkeypatch):
    """The server ends the connection while the thousandth row is taken, as when the process is killed."""
    actor = cast.township_officer.actor
    rows = [line(f"示例{chr(0x4E00 + n)}{chr(0x5000 + n)}", joined="") for n in range(60)]
    met, raised = [], []
    take_one = Members.__call__

    def cut(self: Members, row: Any) -> str:
        met.append(row.number)
        if len(met) == 40:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return take_one(self, row)

    monkeypatch.setattr(Members, "__call__", cut)
    monkeypatch.setattr(Members, "many", lambda _self, _rows: {})

    def work() -> None:
        try:
            take(cast, rows)
        except OperationalError as error:
            raised.append(error)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert len(met) == 40
    assert raised
    assert listed(org) == []
    with scoped(SYSTEM):
        assert not SheetRun.objects.exists()
        assert not Fact.objects.filter(kind__startswith="member.").exists()
    monkeypatch.undo()
    assert take(cast, rows).count("added") == 60, "and it can simply be sent again"
    assert actor.id


# -- how to reach a member --------------------------------------------------------------------


def test_a_telephone_is_opened_with_a_purpose_and_noted(cast, org):
    take(cast, [line("张小满", phone="12900000001")])
    (row,) = listed(org)
    page, client = reverse("desk:member-contact", args=[row.id]), cast.branch_secretary.client
    assert "12900000001" not in client.get(page).content.decode()
    form = {"do": "reveal", "purpose": "visit", "reason": "通知开会的事"}
    assert "12900000001" in client.post(page, form).content.decode()
    said = JournalEntry.objects.get(action="member.reveal")
    assert said.detail["reason"] == "通知开会的事"
    assert "12900000001" not in client.post(page, form | {"reason": "看"}).content.decode()


def test_a_telephone_is_put_right_and_forgotten(cast, org):
    take(cast, [line("张小满", phone="12900000001")])
    (row,) = listed(org)
    page, client = reverse("desk:member-contact", args=[row.id]), cast.branch_secretary.client
    client.post(page, {"do": "edit", "phone": "12900000002", "joined_on": "2010-07-01"})
    (row,) = listed(org)
    assert (row.phone_masked, row.joined_on) == ("129****0002", date(2010, 7, 1))
    client.post(page, {"do": "edit", "forget": "on", "joined_on": "2010-07-01"})
    (row,) = listed(org)
    assert (row.phone, row.phone_blind, row.phone_masked) == (None, None, "")
    assert cast.outsider.client.get(page).status_code == 404
