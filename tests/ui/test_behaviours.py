"""What behaviours do in a real browser on a real server: photos, single submission, live lists, keys, htmx."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from playwright.sync_api import Page, expect

from tests.browser import DESKTOP, PHONE, OpenPage, findings, overflow
from tests.ui import urls

pytestmark = pytest.mark.browser
PORTAL = "/desk/style/portal/"


def _photo(path: Path, size: tuple[int, int] = (2400, 1800)) -> Path:
    """A JPEG with a position in its metadata, as phones write them; stored sideways."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (27.0, 20.0, 16.8)
    Image.new("RGB", size, (150, 30, 50)).save(path, exif=exif)
    return path


def _fill(page: Page) -> None:
    """Fill the portal's sample form and point it at the address that keeps what is sent."""
    page.evaluate(
        """() => { const form = document.querySelector('#form'); form.action = '/receive/';
        form.insertAdjacentHTML('beforeend', `<input type="hidden" name="csrfmiddlewaretoken"
          value="${document.querySelector('meta[name=csrf-token]').content}">`); }"""
    )
    page.get_by_label("发生了什么").fill("井盖坏了")


def test_photos_are_shrunk_upright_and_stripped_before_sending(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(PORTAL, size=PHONE)
    files = [_photo(tmp_path / f"{n}.jpg") for n in range(3)]
    picker = page.locator("input[name=photos]")
    picker.set_input_files(files[:2])
    expect(page.locator("[data-strip] img")).to_have_count(2)
    picker.set_input_files([files[2]])
    expect(page.locator("[data-strip] img")).to_have_count(3)
    page.get_by_role("button", name="移除第 1 张照片").click()
    expect(page.locator("[data-count]")).to_have_text("已选 2 张，最多 6 张")
    _fill(page)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#received")).to_be_visible()
    (sent,) = urls.SENT
    photos = sent["files"]
    assert isinstance(photos, list)
    assert [name for name, *_rest in photos] == ["1.jpg", "2.jpg"]
    for _name, _size, media_type, body in photos:
        picture = Image.open(io.BytesIO(body))
        assert (media_type, picture.size) == ("image/jpeg", (1200, 1600))
        assert not picture.getexif()


def test_what_is_no_photo_is_told_and_left_out(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(PORTAL, size=PHONE)
    (tmp_path / "bad.jpg").write_bytes(b"%PDF-1.7 not a picture")
    page.locator("input[name=photos]").set_input_files(tmp_path / "bad.jpg")
    expect(page.locator(".toast")).to_have_text("这个文件不是能显示的照片，没有添加：bad.jpg")
    expect(page.locator("[data-strip] img")).to_have_count(0)


def test_a_double_click_sends_once_with_one_key(open_page: OpenPage) -> None:
    page = open_page(PORTAL, size=PHONE)
    key = page.locator("input[name=idempotency_key]").input_value()
    _fill(page)
    page.get_by_role("button", name="提交").dblclick()
    expect(page.locator("#received")).to_be_visible()
    assert [sent["idempotency_key"] for sent in urls.SENT] == [key]


def test_the_position_is_asked_for_only_on_a_press(open_page: OpenPage) -> None:
    page = open_page(
        PORTAL,
        size=PHONE,
        geolocation={"latitude": 27.338, "longitude": 103.717, "accuracy": 18},
        permissions=["geolocation"],
    )
    assert page.locator("input[name=lat]").input_value() == ""
    page.get_by_role("button", name="用现在的位置").click()
    expect(page.locator("[data-locate-status]")).to_have_text("已取得位置，误差约 18 米")
    assert page.locator("input[name=lon]").input_value() == "103.717000"


def test_elder_mode_is_at_once_and_stays(open_page: OpenPage) -> None:
    page = open_page(PORTAL, size=PHONE)
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.get_by_role("button", name="大字").click()
    page.reload()
    after = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert (before, after) == (16, 21)
    # Targets of 60 × 60 (适老化): everything to press that is not a link inside a text.
    small: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, .button, .call, .tabs a, .choice, .choice-tile, .input, select,'
            + '.field > input, .photos-pick, .prefs a')].filter((e) => e.checkVisibility())
          .map((e) => [e.className || e.tagName, e.getBoundingClientRect().height])
          .filter(([, height]) => height < 60).map(String)"""
    )
    assert small == []


def test_preferences_work_without_scripts(open_page: OpenPage) -> None:
    page = open_page(PORTAL + "?a=1", size=PHONE, java_script_enabled=False)
    page.get_by_role("button", name="大字").click()
    expect(page).to_have_url(re.compile(r"/desk/style/portal/\?a=1$"))
    assert page.locator("html").get_attribute("data-elder") is not None
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tell us")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.get_by_role("button", name="Read aloud")).to_be_hidden()


def test_a_list_is_read_again_when_something_happens(open_page: OpenPage) -> None:
    urls.LIST[:] = [("a", "1", "井盖破损"), ("b", "1", "路灯不亮")]
    page = open_page("/desk/list/")
    expect(page.locator("#rows[data-connected]")).to_be_attached()
    urls.LIST[:] = [("c", "1", "河道垃圾"), ("a", "2", "井盖破损，已受理"), ("b", "1", "路灯不亮")]
    urls.TOLD.append({"kind": "case.reported", "place": "520520", "record": "c"})
    expect(page.locator("#rows tr")).to_have_count(3)
    fresh = page.locator("#rows tr[data-fresh]")
    assert [row.get_attribute("data-key") for row in fresh.all()] == ["c", "a"]
    expect(page.locator(".toast")).to_have_text("列表有更新：2 条")


def test_a_stream_that_breaks_is_taken_up_again(open_page: OpenPage) -> None:
    urls.LIST[:] = [("a", "1", "井盖破损")]
    page = open_page("/desk/list/")
    expect(page.locator("#rows[data-connected]")).to_be_attached()
    # The stream ends after three seconds. What happens meanwhile is never told: the list is read on reconnection.
    urls.LIST[:] = [("b", "1", "路灯不亮")]
    expect(page.locator("#rows tr[data-key=b]")).to_be_attached()


def test_a_list_is_worked_through_by_keys(open_page: OpenPage) -> None:
    urls.LIST[:] = [("a", "1", "井盖破损"), ("b", "1", "路灯不亮")]
    page = open_page("/desk/list/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr[data-picked]")).to_have_attribute("data-key", "b")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("#open-b$"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘操作")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("jjx")
    expect(page.locator("input[type=search]")).to_have_value("jjx")


def test_htmx_sends_the_token_and_tells_refusals(open_page: OpenPage) -> None:
    page = open_page("/desk/list/")
    page.get_by_role("button", name="更新").click()
    expect(page.locator("#panel #received")).to_have_text("收到")
    assert urls.SENT[0]["htmx"] is True
    page.get_by_role("button", name="冲突").click()
    expect(page.locator(".toast")).to_contain_text("这条记录刚刚被别人改过")
    expect(page.locator("#panel #received")).to_have_text("收到")


def test_the_desk_has_its_menu_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/desk/list/", size=PHONE)
    menu = page.get_by_role("navigation", name="工作台")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    expect(menu).to_be_visible()
    expect(menu.get_by_role("link")).to_have_text(["今天", "事项", "界面部件"])
    expect(menu.get_by_role("link", name="事项")).to_have_attribute("aria-current", "page")


def test_the_place_switch_opens_within_the_screen(open_page: OpenPage, settings: Any) -> None:
    settings.ZHIJIN_UI_SCOPES = "tests.ui.test_frame.scopes"
    page = open_page("/desk/list/", size=PHONE)
    assert overflow(page) == []
    page.locator(".menu-start > summary").click()
    links = page.locator(".menu-start a")
    expect(links).to_have_text(["口江乡", "口江村"])
    box = page.locator(".menu-start .menu-list").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= PHONE[0] - box["width"]
    page.keyboard.press("Escape")
    expect(links.first).to_be_hidden()


def test_the_print_holds_the_work_and_not_the_frame(open_page: OpenPage) -> None:
    page = open_page("/desk/style/")
    page.emulate_media(media="print")
    expect(page.locator(".desk-nav")).to_be_hidden()
    expect(page.locator(".desk-top")).to_be_hidden()
    expect(page.get_by_role("table").first).to_be_visible()


def test_states_can_be_told_without_colour(open_page: OpenPage) -> None:
    page = open_page("/desk/style/", size=DESKTOP, forced_colors="active")
    assert findings(page) == []
    for badge in page.locator(".badge").all():
        assert badge.evaluate("e => getComputedStyle(e).borderTopWidth") == "1px"
    assert page.locator('.due[data-state="late"] .due-word').first.inner_text().startswith("已逾期")
