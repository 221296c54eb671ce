"""What stands in a document's files is found before it is public; what no program can read, a person looks at."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.browser import LOOKS, OpenPage, problems
from tests.cases.test_browser import signed_in
from tests.cast import VILLAGE, Cast
from tests.disclosure.conftest import Office, fresh
from tests.support.pdfs import pdf
from zhijin.core import files
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.file_texts import reading
from zhijin.core.models import JournalEntry, StoredFile
from zhijin.core.scope import scoped
from zhijin.disclosure.models import Attachment, Document

SYSTEM = Actor.system("test")
ID, TELEPHONE = "11010519491231002X", "13812345678"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.ZHIJIN_FILES = str(tmp_path / "files")


def held(text: str) -> StoredFile:
    return files.store_bytes(pdf(text), "application/pdf")


def photo() -> StoredFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(out, "JPEG")
    out.seek(0)
    return files.store_photo(out, "a.jpg", out.getbuffer().nbytes)


def with_file(office: Office, stored: StoredFile, name: str = "名单.pdf") -> Document:
    document = office.draft()
    office.does(office.staff, "attach", document, files=[(name, stored)])
    return fresh(document)


def refused(office: Office, who: Any, act: str, document: Document, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        office.does(who, act, document, **more)
    return caught.value


def test_a_number_in_a_file_is_never_published(office: Office) -> None:
    document = with_file(office, held(f"修路占地补偿\n身份证号 {ID}"))
    assert document.found == ["id_number"]
    assert refused(office, office.staff, "submit", document, checked=True).id == "DS001"
    with scoped(SYSTEM):
        there = Attachment.objects.get(document_id=document.id)
    office.does(office.staff, "detach", document, attachment_id=there.id)
    office.does(
        office.staff, "attach", document, files=[("名单.pdf", held("修路占地补偿公示，三户"))]
    )
    document = office.does(office.staff, "submit", document)
    assert office.does(office.secretary, "approve", document).state == "published"


def test_a_policy_may_speak_of_disability_and_nobodys_health_is_told(office: Office) -> None:
    """Every village publishes what people with disabilities receive, and nothing by which one of them is known."""
    plain = office.draft(body="困难残疾人生活补贴和重度残疾人护理补贴按月发放。")
    office.does(office.staff, "submit", plain)
    policy = office.draft(title="补贴政策", body="持残疾证的可以申请。")
    assert refused(office, office.staff, "submit", policy).id == "DS002"
    office.does(office.staff, "submit", policy, checked=True)
    told = office.draft(title="补贴名单", body="李四，肢体残疾二级。")
    assert refused(office, office.staff, "submit", told, checked=True).id == "DS001"
    listed = office.draft(title="名单", columns=["户", "情况"], rows=[["李四", "残疾"]])
    assert refused(office, office.staff, "submit", listed, checked=True).id == "DS001"


def test_what_may_be_public_in_a_file_is_checked_like_a_text(office: Office) -> None:
    document = with_file(office, held(f"村委会办公电话 {TELEPHONE}"))
    assert refused(office, office.staff, "submit", document).id == "DS002"
    document = office.does(office.staff, "submit", document, checked=True)
    assert office.does(office.secretary, "approve", document).state == "published"


def test_changing_the_text_forgets_nothing_of_the_file(office: Office) -> None:
    from zhijin.disclosure.documents import Draft

    document = with_file(office, held(f"身份证号 {ID}"))
    draft = Draft(board="village", title="公示", body="改过的正文")
    document = office.does(office.staff, "change", document, draft=draft, version=document.version)
    assert document.found == ["id_number"]


@pytest.mark.parametrize("kind", ["photo", "scan"])
def test_what_no_program_can_read_somebody_looks_at(office: Office, kind: str) -> None:
    stored = photo() if kind == "photo" else held("")
    document = office.does(office.staff, "submit", with_file(office, stored, "公示栏"))
    for seen in ([], ["f" * 64]):
        error = refused(office, office.secretary, "approve", document, seen=seen)
        assert (error.id, "公示栏" in error.message) == ("DS018", True)
    office.does(office.secretary, "approve", document, seen=[stored.digest])
    with scoped(SYSTEM):
        told = JournalEntry.objects.get(object=document.record, action="disclosure.published")
    assert told.detail == {"looked_at": [stored.digest]}


def test_looking_at_it_does_not_open_what_was_found(office: Office) -> None:
    """A file of which a part was read and a part was not."""
    stored = files.store_bytes(pdf("公示内容在这里，共三户", ""), "application/pdf")
    document = office.does(office.staff, "submit", with_file(office, stored))
    StoredFile.objects.update(looked=None)
    files.path_of(stored.digest).write_bytes(pdf(f"身份证号 {ID}", ""))
    error = refused(office, office.secretary, "approve", document, seen=[stored.digest])
    assert error.id == "DS001"


def test_what_was_attached_before_files_were_searched_is_searched_now(office: Office) -> None:
    """And what its author did not know of when they checked, nobody has checked."""
    document = with_file(office, held(f"办公电话 {TELEPHONE}"))
    document = office.does(office.staff, "submit", document, checked=True)
    with scoped(SYSTEM):
        Document.objects.filter(id=document.id).update(found=[])
    StoredFile.objects.update(looked=None)
    assert refused(office, office.secretary, "approve", document).id == "DS002"


def test_a_correction_says_what_stands_in_its_own_words(office: Office) -> None:
    document = with_file(office, held(f"办公电话 {TELEPHONE}"))
    office.does(office.staff, "submit", document, checked=True)
    public = office.does(office.secretary, "approve", document)
    assert office.does(office.staff, "correct", public).found == []


def test_the_page_tells_where_and_shows_only_a_mask(office: Office, cast: Cast) -> None:
    desk = cast.branch_secretary.client
    table = f"项目,说明\n修路,三组\n补贴,{ID}\n".encode()
    sent = {"board": "village", "title": "公示", "body": "内容", "place": VILLAGE,
            "files": [SimpleUploadedFile("明细.csv", table), SimpleUploadedFile("扫描.pdf", pdf(""))]}  # fmt: skip
    answer = desk.post("/desk/disclosure/new/", sent)
    page = desk.get(answer.headers["Location"]).content.decode()
    for told in (
        "第 3 行",
        "身份证号",
        "110***2X",
        "里面有不能公开的",
        "第 1 页没有文字",
        "没法自动查",
    ):
        assert told in page
    assert ID not in page
    english = desk.get(answer.headers["Location"], headers={"accept-language": "en"})
    assert "page 1: without text, perhaps scanned" in english.content.decode()


def test_a_page_reads_no_file(office: Office, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    document = with_file(office, held("公示内容在这里，共三户"))

    def never(*_: Any) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(reading, "pieces", never)
    page = cast.branch_secretary.client.get(f"/desk/disclosure/{document.id}/")
    assert "查过文字，没有发现" in page.content.decode()


def test_whoever_approves_ticks_what_they_looked_at(office: Office, cast: Cast) -> None:
    stored = held("")
    document = office.does(office.staff, "submit", with_file(office, stored))
    address = f"/desk/disclosure/{document.id}/"
    client = cast.township_officer.client
    assert f'name="seen" value="{stored.digest}"' in client.get(address).content.decode()
    page = client.post(address, {"do": "approve"})
    assert (page.status_code, "已打开看过" in page.content.decode()) == (409, True)
    assert client.post(address, {"do": "approve", "seen": stored.digest}).status_code == 302
    assert Client().get(f"/d/{document.code}/file/{stored.digest}/").status_code == 200


def test_a_file_of_another_kind_is_refused_in_words(office: Office, cast: Cast) -> None:
    sent = {"board": "village", "title": "公示", "body": "内容", "place": VILLAGE,
            "files": SimpleUploadedFile("a.doc", b"\xd0\xcf\x11\xe0 old")}  # fmt: skip
    answer = cast.branch_secretary.client.post("/desk/disclosure/new/", sent)
    assert answer.status_code == 400
    assert "另存为 .docx" in answer.content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("size", "lang"), LOOKS.values(), ids=LOOKS)
def test_the_page_of_findings_is_accessible(
    office: Office, cast: Cast, open_page: OpenPage, size: tuple[int, int], lang: str
) -> None:
    document = with_file(office, held(f"修路占地补偿\n身份证号 {ID}\n办公电话 {TELEPHONE}"))
    office.does(office.staff, "attach", document, files=[("公示栏的照片.jpg", photo())])
    StoredFile.objects.filter(media_type="application/pdf").update(looked=None)
    page = signed_in(
        open_page, cast.township_officer, f"/desk/disclosure/{document.id}/", size=size, lang=lang
    )
    assert problems(page) == []
    with scoped(SYSTEM):
        Document.objects.filter(id=document.id).update(state="submitted")
    page.reload()
    assert problems(page) == []
    if folder := os.environ.get("ZHIJIN_SHOTS"):
        page.screenshot(path=Path(folder) / f"attached-{size[0]}-{lang}.png", full_page=True)
