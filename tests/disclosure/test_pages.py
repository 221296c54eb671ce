"""The pages: drafted at the desk, approved by another, read and verified by anybody; on a phone, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests.browser import PHONE, OpenPage, findings, overflow
from tests.cast import COUNTY, TOWNSHIP, VILLAGE, Cast
from tests.disclosure.conftest import TABLE, Office
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key, show_receipt
from zhijin.core.scope import scoped
from zhijin.disclosure.models import Document, Question
from zhijin.disclosure.views import desk as desk_views
from zhijin.places.models import Place

SYSTEM = Actor.system("test")


def only() -> Document:
    with scoped(SYSTEM):
        return Document.objects.get()


def test_a_village_secretary_drafts_and_the_township_approves(office: Office, cast: Cast) -> None:
    desk = cast.branch_secretary.client
    answer = desk.post(
        "/desk/disclosure/new/",
        {"board": "village", "title": "公示", "body": "内容", "table": "项目\t金额\n清运\t3,200",
         "place": VILLAGE},
    )  # fmt: skip
    row = only()
    assert answer.headers["Location"] == f"/desk/disclosure/{row.id}/"
    assert desk.post(f"/desk/disclosure/{row.id}/", {"do": "submit"}).status_code == 302
    refused = desk.post(f"/desk/disclosure/{row.id}/", {"do": "approve"})
    assert (refused.status_code, "要由另一个人" in refused.content.decode()) == (403, True)
    other = cast.township_officer.client
    assert other.post(f"/desk/disclosure/{row.id}/", {"do": "approve"}).status_code == 302
    page = Client().get(f"/d/{show_receipt(row.code)}/").content.decode()
    assert '<td class="num" data-label="金额">3,200</td>' in page
    assert 'class="table table-fit"' in page


def test_a_wide_table_becomes_cards_on_a_phone_with_the_names_of_its_columns(
    office: Office,
) -> None:
    columns = [f"第{n}列" for n in range(1, 7)]
    row = office.published(columns=columns, rows=[[f"{n}号" for n in range(1, 7)]])
    page = Client().get(f"/d/{show_receipt(row.code)}/").content.decode()
    assert 'class="table table-fit table-cards"' in page
    assert '<th scope="row" class="main">1号</th>' in page
    assert '<td data-label="第6列">6号</td>' in page


def test_what_is_refused_keeps_what_was_typed(office: Office, cast: Cast) -> None:
    answer = cast.branch_secretary.client.post(
        "/desk/disclosure/new/",
        {
            "board": "village",
            "title": "公示",
            "body": "写了很久",
            "period": "2026-99",
            "place": VILLAGE,
        },
    )
    assert answer.status_code == 400
    assert "写了很久" in answer.content.decode()
    assert "DS008" in answer.content.decode()


def test_a_counted_draft_without_records_is_refused_in_words(office: Office, cast: Cast) -> None:
    answer = cast.branch_secretary.client.post(
        "/desk/disclosure/count/",
        {"place": VILLAGE, "duty": "matters-handled", "period": "2026-09"}, follow=True,
    )  # fmt: skip
    assert "没有可以统计的记录" in answer.content.decode()


def test_the_page_offers_to_discard_a_draft_and_leads_back_to_the_list(
    office: Office, cast: Cast
) -> None:
    row = office.draft()
    desk, path = cast.branch_secretary.client, f"/desk/disclosure/{row.id}/"
    assert 'value="discard"' in desk.get(path).content.decode()
    answer = desk.post(path, {"do": "discard"}, follow=True)
    assert answer.redirect_chain == [("/desk/disclosure/", 302)]
    assert "已作废" in answer.content.decode()
    assert desk.get(path).status_code == 404
    public = office.published()
    assert 'value="discard"' not in desk.get(f"/desk/disclosure/{public.id}/").content.decode()


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", 'a" onclick="x'])
def test_titles_are_texts(office: Office, title: str) -> None:
    office.published(title)
    for path in (f"/p/{VILLAGE}/affairs/", f"/d/{show_receipt(only().code)}/"):
        page = Client().get(path).content.decode()
        assert "<script>alert" not in page
        assert 'onclick="x"' not in page


@pytest.mark.parametrize(
    "path",
    [
        "/d/00000-00000/",
        "/d/x/",
        "/p/999/affairs/",
        "/q/0000000000/",
        f"/p/{VILLAGE}/affairs/data.xml",
    ],
)
def test_what_is_not_there_is_not_found(db: None, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_a_drafts_address_is_not_public(office: Office) -> None:
    office.draft()
    assert Client().get(f"/d/{show_receipt(only().code)}/").status_code == 404


def test_an_office_sees_what_every_place_below_owes(
    office: Office, cast: Cast, django_assert_max_num_queries
) -> None:
    """A township has more villages than fit a page, and a county more townships: none of them is left out."""
    Place.objects.bulk_create(
        Place(code=code, key=place_key(code), name=f"示例{n}村", level="village", kind="village", parent_id=TOWNSHIP)
        for n in range(20)
        if (code := f"{TOWNSHIP}{300 + n}")
    )  # fmt: skip
    office.published("公示", **TABLE)
    township = cast.township_officer.client
    page = township.get("/desk/disclosure/").content.decode()
    assert page.count("应当公开的 ·") == 12
    assert "其他还有未公开的地方" in page
    assert all(f"示例{n}村" in page for n in range(20))
    with django_assert_max_num_queries(24):
        township.get("/desk/disclosure/")
    county = cast.county_officer.client.get("/desk/disclosure/").content.decode()
    assert "应当公开的 · " in county, "of a county those that publish here"
    assert "示例3村" not in county
    assert "应当公开的" not in cast.outsider.client.get("/desk/disclosure/").content.decode()


def test_pages_take_few_queries(office: Office, django_assert_max_num_queries) -> None:
    for n in range(12):
        office.published(f"公示{n}", **TABLE)
    client = Client()
    with django_assert_max_num_queries(14):
        assert client.get(f"/p/{VILLAGE}/affairs/").status_code == 200


# -- in the browser -------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_resident_reads_asks_and_verifies_on_a_phone(
    office: Office, open_page: OpenPage, tmp_path: Path
) -> None:
    with_table = office.published("财务收支", board="finance", **TABLE)
    code = show_receipt(with_table.code)
    page = open_page(f"/p/{VILLAGE}/affairs/", size=PHONE)
    clean(page)
    page.get_by_role("link", name="财务收支").first.click()
    expect(page.get_by_role("heading", name="可以核对")).to_be_visible()
    clean(page)
    with page.expect_download() as caught:
        page.get_by_role("link", name="签名文件").click()
    file = tmp_path / "a.json"
    caught.value.save_as(file)
    page.get_by_label("您的问题").fill("清运费为什么多了？")
    page.get_by_role("button", name="我要提问").click()
    expect(page.get_by_text("已经收到，请记下编号")).to_be_visible()
    with scoped(SYSTEM):
        assert Question.objects.get().text == "清运费为什么多了？"
    page.goto(page.url.split("/q/")[0] + "/verify/")
    page.get_by_label("签名文件（.json）").set_input_files(file)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("是原样：签名有效，而且在链上")).to_be_visible()
    clean(page)
    file.write_bytes(file.read_bytes().replace(b"3,200", b"9,200"))
    page.get_by_label("签名文件（.json）").set_input_files(file)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("不是原样")).to_be_visible()
    assert json.loads(file.read_bytes())["code"] == code


def clean(page: Page) -> None:
    assert overflow(page) == []
    assert findings(page) == []


@pytest.mark.browser
def test_every_page_is_clean_in_english_and_large_type(office: Office, open_page: OpenPage) -> None:
    code = show_receipt(office.published("公示", **TABLE).code)
    for path in (
        f"/p/{VILLAGE}/affairs/",
        f"/d/{code}/",
        f"/d/{code}/notice/",
        f"/chain/{COUNTY}/",
        "/verify/",
    ):
        clean(open_page(path, size=PHONE, lang="en", zoom=2))


@pytest.mark.browser
def test_the_offline_page_verifies_without_a_server(
    office: Office, open_page: OpenPage, tmp_path: Path
) -> None:
    code = show_receipt(office.published("公示", **TABLE).code)
    client = Client(SERVER_NAME="127.0.0.1")
    side = client.get(f"/d/{code}/signed.json.sig").content
    kid = side.decode().split("key: ")[1].split("\n")[0]
    lines = b"".join(client.get(f"/chain/{COUNTY}/chain.jsonl").streaming_content)
    for name, content in {
        "a.json": client.get(f"/d/{code}/signed.json").content, "a.sig": side,
        "key.pem": client.get(f"/keys/{kid}.pem").content, "chain.jsonl": lines,
        "verify.html": client.get("/verify/offline.html").content,
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    page = open_page("/verify/")
    page.goto((tmp_path / "verify.html").as_uri())
    for name, file in (
        ("file", "a.json"),
        ("side", "a.sig"),
        ("key", "key.pem"),
        ("chain", "chain.jsonl"),
    ):
        page.locator(f"input[name={name}]").set_input_files(tmp_path / file)
    page.locator("form button").click()
    out = page.locator("output")
    expect(out).to_contain_text("签名有效")
    expect(out).to_contain_text("这份文件是第 1 环")
    (tmp_path / "a.json").write_bytes(
        (tmp_path / "a.json").read_bytes().replace(b"3,200", b"9,200")
    )
    page.locator("input[name=file]").set_input_files(tmp_path / "a.json")
    page.locator("form button").click()
    expect(out).to_contain_text("签名无效")


def test_whatever_was_done_is_said():
    assert desk_views._SAID.keys() == desk_views._ACTS.keys()


def test_a_title_stored_with_a_code_is_read_in_words_and_stays_what_was_signed(
    office: Office, client: Client
) -> None:
    document = office.published("2026Q2财务公示")
    shown = "2026年第二季度财务公示"
    for path in (
        f"/p/{VILLAGE}/affairs/",
        f"/d/{document.code}/",
        f"/p/{VILLAGE}/affairs/feed.atom",
    ):
        text = client.get(path).content.decode()
        assert shown in text, path
        assert "2026Q2财务" not in text, path
    assert "2026Q2财务公示" in client.get(f"/p/{VILLAGE}/affairs/data.json").content.decode()
