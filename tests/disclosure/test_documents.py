"""The life of a document: two persons, the supervisor for finance, nothing personal, nothing half done."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import VILLAGE, Cast
from tests.disclosure.conftest import TABLE, Office, fresh, last_month
from tests.orgs.conftest import refusing
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.disclosure import documents, selectors
from zhijin.disclosure.models import Content, Document, Release

SYSTEM = Actor.system("test")


def test_a_document_goes_through_two_hands(office: Office) -> None:
    document = office.draft(**TABLE)
    assert (document.state, document.place_code) == ("draft", VILLAGE)
    document = office.does(office.staff, "submit", document)
    document = office.does(office.secretary, "approve", document)
    assert document.state == "published"
    assert document.decided_name == "李春禾"
    with scoped(Actor.resident()):
        assert selectors.public(document.code).document.title == "修路占地公示"
    with scoped(SYSTEM):
        acts = JournalEntry.objects.filter(object=document.record).order_by("id")
        assert [row.action for row in acts] == [
            "disclosure.drafted", "disclosure.submitted", "disclosure.published",
        ]  # fmt: skip
        fact = Fact.objects.get(kind="disclosure.published")
        assert (fact.subject, fact.attrs["on_time"]) == ("village", True)


def test_nobody_approves_what_they_wrote(office: Office) -> None:
    with scoped(office.secretary.actor):
        document = documents.write(
            actor=office.secretary.actor, place_code=VILLAGE,
            draft=documents.Draft(board="village", title="公示", body="内容"),
        )  # fmt: skip
    office.does(office.secretary, "submit", document)
    with refusing() as caught:
        office.does(office.secretary, "approve", document)
    assert caught.value.id == "DS003"


def test_whoever_changes_it_is_its_author(office: Office) -> None:
    document = office.does(office.staff, "submit", office.draft())
    draft = documents.Draft(board="village", title="公示", body="书记改过")
    document = office.does(
        office.secretary, "change", document, draft=draft, version=document.version
    )
    assert (document.state, document.author_name) == ("draft", "李春禾")
    office.does(office.staff, "submit", document)
    with refusing() as caught:
        office.does(office.secretary, "approve", document)
    assert caught.value.id == "DS003"


def test_finance_passes_the_supervisor_first(office: Office) -> None:
    document = office.does(office.staff, "submit", office.draft(board="finance", **TABLE))
    with refusing() as caught:
        office.does(office.secretary, "approve", document)
    assert caught.value.id == "DS004"
    document = office.does(office.supervisor, "supervise", document)
    assert document.supervised_name == "孙芒种"
    assert office.does(office.secretary, "approve", document).state == "published"


@pytest.mark.parametrize(
    ("member", "act"),
    [("staff", "approve"), ("staff", "supervise"), ("secretary", "supervise"),
     ("supervisor", "approve"), ("supervisor", "submit")],
)  # fmt: skip
def test_each_step_belongs_to_its_role(office: Office, member: str, act: str) -> None:
    document = office.draft(board="finance", **TABLE)
    if act != "submit":
        document = office.does(office.staff, "submit", document)
    with refusing() as caught:
        office.does(getattr(office, member), act, document)
    assert caught.value.id == "CO403"


def test_a_document_is_given_back_with_a_reason(office: Office) -> None:
    document = office.does(office.staff, "submit", office.draft())
    with refusing() as caught:
        office.does(office.secretary, "send_back", document, why="嗯")
    assert caught.value.id == "DS007"
    document = office.does(office.secretary, "send_back", document, why="金额要写到分")
    assert (document.state, document.why) == ("draft", "金额要写到分")


@pytest.mark.parametrize("text", ["身份证11010519491231002X", "王大爷确诊肺结核"])
def test_some_things_are_never_published_whoever_checked_them(office: Office, text: str) -> None:
    document = office.draft(body=text)
    for checked in (False, True):
        with refusing() as caught:
            office.does(office.staff, "submit", document, checked=checked)
        assert caught.value.id == "DS001"
    assert fresh(document).state == "draft"


def test_what_may_be_personal_is_published_only_after_somebody_looked(office: Office) -> None:
    document = office.draft(body="值班电话 0870-2123456")
    assert document.found == ["phone"]
    with refusing() as caught:
        office.does(office.staff, "submit", document)
    assert caught.value.id == "DS002"
    document = office.does(office.staff, "submit", document, checked=True)
    assert office.does(office.secretary, "approve", document).state == "published"


def test_personal_data_in_a_table_is_found_too(office: Office) -> None:
    rows = [["王小明", "11010519491231002X"]]
    document = office.draft(columns=["户主", "证件"], rows=rows)
    assert "id_number" in document.found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"title": "  "}, "DS005"), ({"body": ""}, "DS005"), ({"board": "none"}, "DS005"),
     ({"period": "2026-13"}, "DS008"), ({"period": "2026Q5"}, "DS008")],
)  # fmt: skip
def test_what_says_nothing_is_refused(office: Office, changes: dict, expected: str) -> None:
    with refusing() as caught:
        office.draft(**changes)
    assert caught.value.id == expected


def test_one_duty_of_one_period_is_fulfilled_once(office: Office) -> None:
    period = last_month(clock.today())
    document = office.published(board="finance", duty="finance-monthly", period=period, **TABLE)
    with refusing() as caught:
        office.draft(board="finance", duty="finance-monthly", period=period, **TABLE)
    assert caught.value.id == "DS009"
    office.does(office.secretary, "withdraw", document, why="数字有误，重新公开")
    assert office.draft(board="finance", duty="finance-monthly", period=period, **TABLE).id


def test_two_at_once_are_stopped_by_the_database(office: Office) -> None:
    first = office.draft(duty="village-quarterly", period="2026Q3")
    values = {f.attname: getattr(first, f.attname) for f in Document._meta.concrete_fields}
    values |= {"id": None, "code": "0" * 10}
    del values["id"]
    with pytest.raises(IntegrityError), transaction.atomic(), scoped(SYSTEM):
        Document.objects.create(**values)


def test_a_change_against_an_older_version_is_refused(office: Office) -> None:
    document = office.draft()
    draft = documents.Draft(board="village", title="新", body="新")
    office.does(office.staff, "change", document, draft=draft, version=document.version)
    with refusing() as caught:
        office.does(office.staff, "change", document, draft=draft, version=document.version)
    assert caught.value.id == "CO409"


# -- after publication ------------------------------------------------------------------------


def test_what_is_withdrawn_stays_visible_with_its_reason(office: Office) -> None:
    document = office.published()
    document = office.does(office.secretary, "withdraw", document, why="面积算错了")
    with scoped(Actor.resident()):
        found = selectors.public(document.code)
        assert found.document.state == "withdrawn"
        assert found.data is not None
        assert selectors.board(VILLAGE) == []
    with refusing() as caught:
        office.does(office.secretary, "withdraw", document, why="再撤一次吧")
    assert caught.value.id == "DS004"


def test_an_erased_document_leaves_its_digest_only(office: Office) -> None:
    document = office.published(body="误写了一位村民的住处：3组12号")
    document = office.does(office.secretary, "withdraw", document, why="误公开住址", erase=True)
    with scoped(Actor.resident()):
        found = selectors.public(document.code)
    assert found.data is None
    assert found.document.body == ""
    assert len(found.digest) == 64
    with scoped(SYSTEM):
        assert not Content.objects.filter(document_id=document.id).exists()
        assert Release.objects.filter(document_id=document.id).count() == 2
        cursor = connection.cursor()
        cursor.execute("SELECT string_agg(d::text, '') FROM disclosure_document d")
        assert "12号" not in cursor.fetchone()[0]


def test_a_correction_takes_the_place_of_the_old_one(office: Office) -> None:
    old = office.published()
    new = office.does(office.staff, "correct", old)
    assert fresh(old).state == "published", "until the correction is approved"
    draft = documents.Draft(board="village", title=new.title, body="改正后的内容")
    new = office.does(office.staff, "change", new, draft=draft, version=new.version)
    office.does(office.staff, "submit", new)
    office.does(office.secretary, "approve", new)
    assert fresh(old).state == "withdrawn"
    with scoped(Actor.resident()):
        assert selectors.public(old.code).corrected_by.id == new.id
        assert selectors.public(new.code).corrects.id == old.id


# -- who sees what ------------------------------------------------------------------------------


def test_drafts_are_nobody_elses(office: Office, cast: Cast) -> None:
    document = office.draft()
    for actor, seen in (
        (office.staff.actor, 1), (cast.county_officer.actor, 1), (cast.outsider.actor, 0),
        (Actor.resident(), 0), (cast.auditor.actor, 0),
    ):  # fmt: skip
        with scoped(actor):
            assert Document.objects.filter(id=document.id).count() == seen
    with scoped(cast.outsider.actor), refusing() as caught:
        selectors.get(cast.outsider.actor, document.id)
    assert caught.value.status == 404


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET place_key = place_key"])
@pytest.mark.parametrize(
    "table", ["disclosure_document", "disclosure_content", "disclosure_attachment"]
)
def test_everybody_reads_what_is_public_and_nobody_else_writes_it(
    office: Office, cast: Cast, table: str, statement: str
) -> None:
    office.published()
    with scoped(cast.outsider.actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        cursor.execute(statement.format(table))
        assert cursor.rowcount == 0


def test_another_countys_officer_cannot_approve(office: Office, cast: Cast) -> None:
    document = office.does(office.staff, "submit", office.draft())
    with refusing() as caught:
        office.does(cast.outsider, "approve", document)
    assert caught.value.id == "CO404"
