"""The life of a document: two persons, the supervisor for finance, nothing personal, nothing half done."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.cast import VILLAGE, Cast, Part, make_member
from tests.disclosure.conftest import TABLE, Office, fresh, last_month
from tests.orgs.conftest import refusing
from zhijin.core import clock, file_care, files
from zhijin.core.actor import Actor
from zhijin.core.ids import uuid7
from zhijin.core.models import Fact, JournalEntry, StoredFile
from zhijin.core.scope import scoped
from zhijin.disclosure import documents, questions, releasing, selectors
from zhijin.disclosure.models import Attachment, Content, Document, Release

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


def test_whoever_changes_its_files_is_its_author_too(office: Office, settings, tmp_path) -> None:
    """Else somebody could put a file of their own under another's text and publish it alone."""
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    stored = files.store_bytes(b"%PDF-", "application/pdf")
    for act in ("attach", "detach"):
        document = office.draft(title=f"公示 {act}")
        if act == "detach":
            office.does(office.staff, "attach", document, files=[("决算.pdf", stored)])
            with scoped(SYSTEM):
                there = Attachment.objects.get(document_id=document.id)
            office.does(office.secretary, "detach", document, attachment_id=there.id)
        else:
            office.does(office.secretary, "attach", document, files=[("决算.pdf", stored)])
        office.does(office.secretary, "submit", document)
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


def test_a_title_that_names_somebody_is_destroyed_with_the_text(office: Office, cast: Cast) -> None:
    document = office.published("关于马小寒家低保的公示", body="三组村民，家庭收入情况。")
    question = questions.ask(code=document.code, text="马小寒家为什么能评上？")
    secretary = office.secretary.actor
    with scoped(secretary):
        questions.answer(actor=secretary, question_id=question.id, text="按条件评议通过。")
    address = f"/d/{document.code}/"
    assert "马小寒家为什么" in cast.resident.client.get(address).content.decode()
    office.does(office.secretary, "withdraw", document, why="本人撤回同意", erase=True)
    page = cast.resident.client.get(address).content.decode()
    assert "马小寒" not in page
    assert "标题已依法删除" in page
    with scoped(SYSTEM):
        cursor = connection.cursor()
        cursor.execute("SELECT string_agg(d::text, '') FROM disclosure_document d")
        assert "马小寒" not in cursor.fetchone()[0]
    desk = cast.branch_secretary.client.get(f"/desk/disclosure/{document.id}/").content.decode()
    assert "马小寒" not in desk
    assert 'name="erase"' not in desk, "there is nothing left to destroy"


def test_what_a_correction_replaced_can_be_erased_later(office: Office, cast: Cast) -> None:
    old = office.published(body="误写了一位村民的住处：3组12号")
    new = office.does(office.staff, "correct", old)
    draft = documents.Draft(board="village", title=new.title, body="改正后的内容")
    new = office.does(office.staff, "change", new, draft=draft, version=new.version)
    office.does(office.staff, "submit", new)
    office.does(office.secretary, "approve", new)
    public, desk = f"/d/{old.code}/", f"/desk/disclosure/{old.id}/"
    assert "12号" in cast.resident.client.get(public).content.decode()
    client = cast.branch_secretary.client
    assert "删除正文" in client.get(desk).content.decode()
    done = client.post(desk, {"do": "withdraw", "erase": "1", "why": "误公开了住址"})
    assert done.status_code == 302
    page = cast.resident.client.get(public).content.decode()
    assert "12号" not in page
    assert f"/d/{new.code}/" in page, "still leads to what took its place"
    with scoped(SYSTEM):
        assert releasing.broken_at(old.county) is None
        assert Release.objects.filter(document_id=old.id).count() == 2


@pytest.mark.parametrize("why", ["应 13812345678 的要求撤下", "本人 530602197001010011 撤回同意"])
def test_the_public_reason_tells_nothing_personal(office: Office, why: str) -> None:
    document = office.published()
    with refusing() as caught:
        office.does(office.secretary, "withdraw", document, why=why)
    assert caught.value.id == "DS016"
    assert fresh(document).state == "published"


def test_who_approved_is_told_with_the_moment_of_approving(office: Office, cast: Cast) -> None:
    with clock.freeze(clock.now() - timedelta(days=40)):
        document = office.published()
    office.does(office.secretary, "withdraw", document, why="面积算错了")
    page = cast.branch_secretary.client.get(f"/desk/disclosure/{document.id}/").content.decode()
    approved, withdrawn = page.index("李春禾 · "), page.index("面积算错了 · ")
    assert f"{clock.local(document.published_at):%Y-%m-%d}" in page[approved : approved + 120]
    assert f"{clock.today():%Y-%m-%d}" in page[withdrawn : withdrawn + 160]


def test_a_document_is_corrected_by_one_other(office: Office) -> None:
    old = office.published()
    first = office.does(office.staff, "correct", old)
    assert office.does(office.staff, "correct", old).id == first.id, "one draft at a time"
    office.does(office.staff, "submit", first)
    # Two drafts can be there from before, or were begun at the same moment.
    values = {f.attname: getattr(fresh(first), f.attname) for f in Document._meta.concrete_fields}
    with scoped(SYSTEM):
        second = Document.objects.create(**{**values, "id": uuid7(), "code": "0123456789"})
    office.does(office.secretary, "approve", first)
    with refusing() as caught:
        office.does(office.secretary, "approve", second)
    assert caught.value.id == "DS015"
    # Once the first is taken down, nothing stands in the second one's way.
    office.does(office.secretary, "withdraw", first, why="又写错了")
    assert office.does(office.secretary, "approve", second).state == "published"


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


# -- discarded ------------------------------------------------------------------------------


@pytest.mark.parametrize("member", ["staff", "secretary"])
def test_a_draft_is_discarded_by_its_author_or_whoever_approves(
    office: Office, member: str, settings, tmp_path
) -> None:
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    document = office.draft(duty="village-quarterly", period="2026Q3")
    stored = files.store_bytes(b"%PDF-", "application/pdf")
    office.does(office.staff, "attach", document, files=[("a.pdf", stored)])
    office.does(getattr(office, member), "discard", document)
    with scoped(SYSTEM):
        assert not Document.objects.exists()
        assert not Attachment.objects.exists()
        entry = JournalEntry.objects.get(action="disclosure.discarded")
        assert (entry.object, entry.detail["author"]) == (document.record, document.author)
        assert Fact.objects.filter(kind="disclosure.discarded", record=document.record).exists()
    file_care.sweep()
    assert StoredFile.objects.get().idle_since is not None, "its file goes after the grace period"
    office.draft(duty="village-quarterly", period="2026Q3")


def test_a_colleague_discards_nobody_elses_draft(office: Office) -> None:
    document = office.draft()
    other = make_member("other", Part("吴秋分", "village_staff", VILLAGE))
    with refusing() as caught:
        office.does(other, "discard", document)
    assert caught.value.id == "DS017"
    with refusing() as caught:
        office.does(office.supervisor, "discard", document)
    assert caught.value.id == "CO403"


def test_what_waits_is_discarded_what_somebody_approved_is_not(office: Office) -> None:
    office.does(office.staff, "discard", office.does(office.staff, "submit", office.draft()))
    money = office.does(office.staff, "submit", office.draft(board="finance", **TABLE))
    documents_ = [office.does(office.supervisor, "supervise", money), office.published("已公开")]
    gone = office.published("撤下的")
    documents_.append(office.does(office.secretary, "withdraw", gone, why="写错了日期"))
    for document in documents_:
        for member in (office.staff, office.secretary):
            with refusing() as caught:
                office.does(member, "discard", document)
            assert caught.value.id == "DS004"
    with scoped(SYSTEM):
        assert Document.objects.count() == 3


def test_a_discarded_correction_leaves_what_is_public_as_it_was(office: Office) -> None:
    public = office.published()
    office.does(office.staff, "discard", office.does(office.staff, "correct", public))
    assert fresh(public).state == "published"
    again = office.does(office.staff, "correct", public)
    assert again.corrects == public.id


# -- what was overlooked ----------------------------------------------------------------------


def test_what_a_file_is_called_is_looked_through_too(office: Office, settings, tmp_path) -> None:
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    stored = files.store_bytes(b"%PDF-", "application/pdf")
    document = office.draft()
    for name, refusal in (("11010519491231002X.pdf", "DS001"), ("王秀英 13812345678.pdf", "DS002")):
        office.does(office.staff, "attach", document, files=[(name, stored)])
        with refusing() as caught:
            office.does(office.staff, "submit", document)
        assert caught.value.id == refusal
        with scoped(SYSTEM):
            there = Attachment.objects.get(document_id=document.id)
        office.does(office.staff, "detach", document, attachment_id=there.id)
    assert fresh(document).found == []
    assert office.does(office.staff, "submit", document).state == "submitted"


def test_the_supervisors_name_does_not_stay_on_another_text(office: Office) -> None:
    document = office.does(office.staff, "submit", office.draft(board="finance", **TABLE))
    document = office.does(office.supervisor, "supervise", document)
    draft = documents.Draft(board="village", title="公示", body="改成村务")
    document = office.does(office.staff, "change", document, draft=draft, version=document.version)
    assert fresh(document).supervised_name == ""


def test_a_duty_that_was_corrected_is_not_published_a_second_time(office: Office) -> None:
    public = office.published(duty="village-quarterly", period="2026Q3")
    draft = office.does(office.staff, "correct", public)
    office.does(office.staff, "submit", draft, checked=True)
    office.does(office.secretary, "approve", draft)
    with refusing() as caught:
        office.draft(duty="village-quarterly", period="2026Q3")
    assert caught.value.id == "DS009"


def test_two_who_begin_the_same_duty_at_once_are_told_in_words(office: Office, monkeypatch) -> None:
    """As if neither saw the other's draft: the database decides."""
    office.draft(duty="village-quarterly", period="2026Q3")
    monkeypatch.setattr(documents, "_not_taken", Mock())
    with refusing() as caught:
        office.draft(duty="village-quarterly", period="2026Q3")
    assert caught.value.id == "DS009"
    other = office.draft()
    draft = documents.Draft(
        board="village", title="公示", body="正文", duty="village-quarterly", period="2026Q3"
    )
    with refusing() as caught:
        office.does(office.staff, "change", other, draft=draft, version=other.version)
    assert caught.value.id == "DS009"


def test_an_attachment_is_saved_under_its_own_name(office: Office, settings, tmp_path) -> None:
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    document = office.draft()
    stored = files.store_bytes(b"%PDF-", "application/pdf")
    office.does(office.staff, "attach", document, files=[('征地 "公示".pdf', stored)])
    office.does(office.staff, "submit", document)
    office.does(office.secretary, "approve", document, seen=[stored.digest])
    answer = Client().get(f"/d/{document.code}/file/{stored.digest}/")
    told = answer.headers["Content-Disposition"]
    assert told.startswith("attachment; filename*=utf-8''")
    assert told.endswith(".pdf")
    assert '"' not in told
