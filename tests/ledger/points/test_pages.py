"""The pages of points as their users press them: the village's desk, a household's own page, what all may read."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from python_calamine import CalamineWorkbook

from tests.browser import PHONE, findings, overflow
from tests.cast import OTHER_VILLAGE, VILLAGE, Cast, Part, make_member
from tests.ledger.points.conftest import SYSTEM, Town, due, make_town, refused
from zhijin.core import clock
from zhijin.core.ids import show_receipt
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.ledger.models import Appeal, Award, Book, Card, Item, Listing, Redemption
from zhijin.ledger.points import cards, claims, shop, sweep
from zhijin.ledger.views import desk, lists

pytestmark = pytest.mark.urls("zhijin.config.urls")


@pytest.fixture
def hands(town: Town, cast: Cast) -> dict[str, Client]:
    """Browsers of the village's clerk, its secretary, the township's officer, and somebody without an account."""
    clerk = make_member("clerk", Part("文书甲", "village_staff", VILLAGE))
    return {
        "clerk": clerk.client, "secretary": cast.branch_secretary.client,
        "township": cast.township_officer.client, "resident": Client(),
    }  # fmt: skip


def code_of(card: Card) -> str:
    return show_receipt(cards.code_of(card))


def photo() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (60, 40), "grey").save(out, "JPEG")
    out.seek(0)
    out.name = "yard.jpg"
    return out


def test_a_deed_goes_from_the_clerk_to_the_books_to_the_household(
    town: Town, hands: dict[str, Client], settings: Any, tmp_path: Any
):
    settings.ZHIJIN_FILES = str(tmp_path)
    town.home("7")
    form = {"book": town.book.id, "rule": "yard", "who": "7", "day": clock.today(), "note": "院内外清扫整齐",
            "photos": [photo()]}  # fmt: skip
    page = hands["clerk"].get("/desk/points/new/").content.decode()
    assert "庭院整洁：+3 分（第二条）" in page
    assert "上报隐患" not in page, "what facts give is not entered by hand"
    assert f'value="{clock.today()}" max="{clock.today()}"' in page, (
        "a deed is of today unless told"
    )
    sent = hands["clerk"].post("/desk/points/new/", form)
    assert sent.status_code == 302
    seen = hands["clerk"].get(sent.url).content.decode()
    assert "要由另一个人核对" in seen
    (digest,) = re.findall(rf"{re.escape(sent.url)}photo/([0-9a-f]+)/", seen)
    assert hands["secretary"].get(f"{sent.url}photo/{digest}/")["Content-Type"].startswith("image/")
    assert hands["clerk"].post(sent.url, {"do": "check"}).status_code == 409
    assert hands["secretary"].post(sent.url, {"do": "check"}).status_code == 302
    assert town.held("7") == 3
    assert "已入账" in hands["secretary"].get(sent.url).content.decode()
    assert hands["secretary"].post(sent.url, {"do": "fly"}).status_code == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [({"who": "没有"}, 404), ({"note": ""}, 400), ({"rule": ""}, 400), ({"day": "x"}, 400)],
)
def test_a_form_that_is_not_right_says_so_and_keeps_what_was_typed(
    town: Town, hands: dict[str, Client], change: dict[str, str], status: int
):
    town.home("7")
    form = {
        "book": town.book.id,
        "rule": "yard",
        "who": "7",
        "day": clock.today(),
        "note": "院内外清扫整齐",
    }
    answer = hands["clerk"].post("/desk/points/new/", {**form, **change})
    assert answer.status_code == status
    with scoped(SYSTEM):
        assert not Award.objects.exists()


def test_the_tabs_show_what_waits(town: Town, hands: dict[str, Client]):
    due()
    sweep.take_facts()
    town.give("7")
    town.enter("8")
    desk = hands["secretary"]
    assert "8 张" in desk.get("/desk/points/").content.decode()
    assert "等上报人凭查询码认领" in desk.get("/desk/points/?state=unclaimed").content.decode()
    assert "7 张" in desk.get("/desk/points/?state=posted").content.decode()
    assert "7 张" not in desk.get("/desk/points/?state=checked").content.decode()


def test_a_page_of_the_desk_is_cheap(
    town: Town, hands: dict[str, Client], django_assert_max_num_queries: Any
):
    for number in range(12):
        town.enter(str(number))
    hands["secretary"].get("/desk/points/")
    with django_assert_max_num_queries(22):
        hands["secretary"].get("/desk/points/")


def test_a_village_begins_a_programme(town: Town, hands: dict[str, Client]):
    page = hands["secretary"].get("/desk/points/").content.decode()
    assert "党员积分" in page
    assert 'value="small"' not in page
    assert (
        hands["clerk"].post("/desk/points/start/", {"programme": "member-points"}).status_code
        == 403
    )
    assert (
        hands["secretary"].post("/desk/points/start/", {"programme": "member-points"}).status_code
        == 302
    )
    with scoped(SYSTEM):
        assert Book.objects.filter(place_code=VILLAGE, programme="member-points").exists()
    assert (
        "党员"
        in hands["clerk"]
        .get("/desk/points/new/?book=" + str(_book("member-points")))
        .content.decode()
    )


def _book(programme: str) -> Any:
    with scoped(SYSTEM):
        return Book.objects.get(programme=programme).id


def test_the_accounts_stand_by_number_whatever_is_asked(town: Town, hands: dict[str, Client]):
    for number, points in (("1", 5), ("2", 90), ("3", 40)):
        town.grant(number, points)
    for query in ("", "?sort=-balance", "?order=balance", "?sort=points"):
        page = hands["clerk"].get("/desk/points/accounts/" + query).content.decode()
        assert re.findall(r">(\d) 张", page) == ["1", "2", "3"]
    found = hands["clerk"].get("/desk/points/accounts/?q=2").content.decode()
    assert re.findall(r">(\d) 张", found) == ["2"]


def test_a_statement_and_its_excel(town: Town, hands: dict[str, Client]):
    town.give("7")
    address = f"/desk/points/accounts/{town.account('7').id}/"
    page = hands["clerk"].get(address).content.decode()
    assert "庭院整洁" in page
    answer = hands["clerk"].get(address + "sheet.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "含个人信息" in str(rows[0][0])
    assert rows[1][:5] == ["日期", "种类", "事由", "分数", "余额"]
    assert rows[2][1:5] == ["记分", "庭院整洁", 3, 3]
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="points.statement-exported").exists()


def test_the_card_is_printed_and_opens_the_household_s_own_page(
    town: Town, hands: dict[str, Client]
):
    town.give("7")
    account = town.account("7")
    issued = hands["clerk"].post(f"/desk/points/accounts/{account.id}/card/")
    printed = hands["clerk"].get(issued.url).content.decode()
    with scoped(SYSTEM):
        card = Card.objects.get(ended_at=None)
    assert code_of(card) in printed
    resident = hands["resident"]
    assert resident.post("/points/", {"code": "AAAAAAAAAA"}).status_code == 404
    entered = resident.post("/points/", {"code": cards.code_of(card).lower()})
    assert entered.url == f"/points/{code_of(card)}/"
    own = resident.get(entered.url)
    assert own["Cache-Control"] == "private, no-store"
    assert own["Referrer-Policy"] == "same-origin", "with no-referrer no form of it is taken"
    assert "庭院整洁" in own.content.decode()
    with scoped(SYSTEM):
        assert Award.objects.get().told_how == "portal"


def test_a_household_appeals_and_the_township_answers(town: Town, hands: dict[str, Client]):
    award, card = town.give("7"), town.card("7")
    own = f"/points/{code_of(card)}/"
    resident = hands["resident"]
    assert resident.post(own, {"do": "appeal", "award": award.id, "text": "少"}).status_code == 400
    assert (
        resident.post(own, {"do": "appeal", "award": award.id, "text": "少记了一次"}).status_code
        == 302
    )
    page = resident.get(own).content.decode()
    assert "最迟答复" in page
    assert page.count("已经收到您的意见。") == 1
    assert "少记了一次" in hands["township"].get("/desk/points/").content.decode()
    with scoped(SYSTEM):
        appeal = Appeal.objects.get()
    form = {"do": "answer", "appeal": appeal.id, "upheld": "0", "text": "查过登记，只有一次"}
    assert hands["township"].post(f"/desk/points/{award.id}/", form).status_code == 302
    assert "查过登记，只有一次" in resident.get(own).content.decode()


def test_a_double_click_brings_stock_in_once(town: Town, cast: Cast):
    """Every form of the desk carries its own token; the same one with the same content is the same press."""
    clerk = make_member("clerk", Part("文书甲", "village_staff", VILLAGE))
    browser = Client(enforce_csrf_checks=True)
    browser.cookies.update(clerk.client.cookies)
    book = {"book": str(town.book.id)}
    page = browser.get("/desk/points/shop/").content.decode()
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    offered = {
        **book,
        "do": "offer",
        "title": "洗衣粉",
        "price": "5",
        "csrfmiddlewaretoken": tokens[-1],
    }
    for _ in range(2):
        assert browser.post("/desk/points/shop/", offered).status_code == 302
    with scoped(SYSTEM):
        (item,) = Item.objects.all()
    page = browser.get("/desk/points/shop/").content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[-1]
    stocked = {**book, "do": "stock", "item": str(item.id), "delta": "10", "why": "镇里送来一箱",
               "csrfmiddlewaretoken": token}  # fmt: skip
    got = [browser.post("/desk/points/shop/", stocked) for _ in range(2)]
    assert got[0].url == got[1].url
    with scoped(SYSTEM):
        assert Item.objects.get().stock == 10


def test_a_household_redeems_and_the_shop_hands_out(town: Town, hands: dict[str, Client]):
    town.grant("7", 12)
    clerk, resident = hands["clerk"], hands["resident"]
    book = {"book": town.book.id}
    offered = {**book, "do": "offer", "title": "洗衣液", "price": "5", "unit": "瓶"}
    assert clerk.post("/desk/points/shop/", offered).status_code == 302
    with scoped(SYSTEM):
        item = Item.objects.get()
    stocked = {**book, "do": "stock", "item": item.id, "delta": "2", "why": "第一次进货"}
    assert clerk.post("/desk/points/shop/", stocked).status_code == 302
    card = town.card("7")
    own = f"/points/{code_of(card)}/"
    assert "洗衣液" in resident.get(own).content.decode()
    press = {"do": "redeem", "item": item.id, "quantity": "1", "idempotency_key": "one"}
    assert [resident.post(own, press).status_code for _ in range(2)] == [302, 302]
    with scoped(SYSTEM):
        made = Redemption.objects.get()
    assert shop.code_of(made) in resident.get(own).content.decode()
    wrong = clerk.post("/desk/points/shop/", {**book, "do": "hand-out", "code": "ZZZZZZ"})
    assert wrong.status_code == 404
    given = clerk.post(
        "/desk/points/shop/", {**book, "do": "hand-out", "code": shop.code_of(made)}, follow=True
    )
    assert "请交给 7 张" in given.content.decode()
    assert "账实相符" in given.content.decode()
    sheet = clerk.get(f"/desk/points/shop/sheet.xlsx?book={town.book.id}")
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["洗衣液", 5, 2, -1, 0, 0, 1, 1]
    assert (
        resident.post(own, {**press, "idempotency_key": "two", "quantity": "9"}).status_code == 400
    )
    again = resident.post(own, {**press, "idempotency_key": "three"}, follow=True)
    assert "凭领取码" in again.content.decode()
    with scoped(SYSTEM):
        second = Redemption.objects.get(state="reserved")
    assert resident.post(own, {"do": "give-back", "redemption": second.id}).status_code == 302
    assert town.held("7") == 7


def test_points_of_a_report_are_claimed_with_its_code(
    town: Town, hands: dict[str, Client], monkeypatch: Any
):
    due(record="case:5")
    sweep.take_facts()
    card = town.card("7")
    own = f"/points/{code_of(card)}/"
    resident = hands["resident"]
    assert resident.post(own, {"do": "claim", "status_code": "0000000000"}).status_code == 404
    monkeypatch.setattr(claims, "_record_of", {"ABCDEFGHJK": "case:5"}.__getitem__)
    done = resident.post(own, {"do": "claim", "status_code": "ABCDEFGHJK"}, follow=True)
    assert "已认领 1 笔" in done.content.decode()
    assert resident.post(own, {"do": "claim", "status_code": "ABCDEFGHJK"}).status_code == 404


def test_the_lists_on_the_desk_and_for_all(town: Town, hands: dict[str, Client]):
    town.home("7")
    clerk, secretary = hands["clerk"], hands["secretary"]
    form = {"do": "propose", "kind": "honour", "book": town.book.id, "who": "7", "title": "示范户",
            "deed": "主动照应三户空巢老人", "shown_as": "张小满家"}  # fmt: skip
    assert clerk.post("/desk/points/lists/", form).status_code == 400
    assert clerk.post("/desk/points/lists/", {**form, "consent": "当面书面同意"}).status_code == 302
    with scoped(SYSTEM):
        row = Listing.objects.get()
    public = f"/p/{VILLAGE}/points/"
    assert "张小满家" not in hands["resident"].get(public).content.decode()
    assert clerk.post("/desk/points/lists/", {"do": "approve", "row": row.id}).status_code == 403
    assert (
        secretary.post("/desk/points/lists/", {"do": "approve", "row": row.id}).status_code == 302
    )
    page = hands["resident"].get(public).content.decode()
    assert "张小满家" in page
    assert "应到 90，实到 60，同意 46" in page
    sheet = secretary.get("/desk/points/lists/sheet.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
    assert rows[2][:3] == ["张小满家", "示范户", "主动照应三户空巢老人"]
    card = town.card("7")
    own = f"/points/{code_of(card)}/"
    assert "撤回同意" in hands["resident"].get(own).content.decode()
    hands["resident"].post(own, {"do": "withdraw", "listing": row.id})
    assert "张小满家" not in hands["resident"].get(public).content.decode()


def test_a_reminder_goes_its_whole_way_on_the_desk(town: Town, hands: dict[str, Client]):
    town.home("8")
    clerk, secretary = hands["clerk"], hands["secretary"]
    form = {
        "do": "propose",
        "kind": "reminder",
        "book": town.book.id,
        "who": "8",
        "deed": "垃圾倒在沟里不改",
    }
    assert clerk.post("/desk/points/lists/", form).status_code == 302
    with scoped(SYSTEM):
        row = Listing.objects.get()
    act = {"row": row.id, "words": "上门当面告知"}
    assert secretary.post("/desk/points/lists/", {**act, "do": "approve"}).status_code == 409
    assert clerk.post("/desk/points/lists/", {**act, "do": "tell"}).status_code == 302
    assert clerk.post("/desk/points/lists/", {**act, "do": "hear"}).status_code == 409
    assert "拟提醒" in clerk.get("/desk/points/lists/").content.decode()


def test_a_period_is_closed(town: Town, hands: dict[str, Client]):
    form = {"book": town.book.id, "through": clock.today().replace(day=1)}
    today = hands["secretary"].post(
        "/desk/points/accounts/close/", {**form, "through": clock.today()}, follow=True
    )
    assert "还没有过完" in today.content.decode()
    assert hands["clerk"].post("/desk/points/accounts/close/", form).status_code == 403


def test_a_place_without_points_says_so(town: Town, hands: dict[str, Client]):
    page = hands["resident"].get(f"/p/{OTHER_VILLAGE}/points/").content.decode()
    assert "这里还没有积分方案" in page
    assert hands["resident"].get("/p/999999999999/points/").status_code == 404
    assert refused(cards.find, "x") == "PS017"


@pytest.mark.browser
def test_the_pages_fit_a_phone_and_everybody(open_page: Any, transactional_db: None, fresh: None):
    town = make_town()
    town.grant("7", 12)
    town.give("7")
    town.item()
    own = f"/points/{code_of(town.card('7'))}/"
    for path in ("/points/", own, f"/p/{VILLAGE}/points/"):
        for lang in ("zh-hans", "en"):
            page = open_page(path, size=PHONE, lang=lang, elder=lang == "en")
            assert overflow(page) == [], (path, lang)
            assert findings(page) == [], (path, lang)
    _redeems_in_a_browser(open_page(own, size=PHONE))
    with scoped(SYSTEM):
        assert Redemption.objects.count() == 1


def _redeems_in_a_browser(page: Any) -> None:
    """A browser tells where a form comes from; a page whose policy hides that could never be written on."""
    page.get_by_role("button", name="兑换").first.click()
    page.get_by_text("已兑换，凭领取码").first.wait_for()


def test_a_deduction_goes_its_way_on_the_desk(town: Town, hands: dict[str, Client]):
    """Checked, told, and taken back only by a secretary; the clerk sees no button for it."""
    award = town.check(town.enter("7", rule_id="rubbish", note="把建筑垃圾倒在沟里"))
    address = f"/desk/points/{award.id}/"
    clerk, secretary = hands["clerk"], hands["secretary"]
    assert clerk.post(address, {"do": "told", "how": "上"}).status_code == 400
    assert clerk.post(address, {"do": "told", "how": "上门当面告知"}).status_code == 302
    assert "上门当面告知" in clerk.get(address).content.decode()
    assert clerk.post(address, {"do": "take-back", "why": "记错了户"}).status_code == 403
    assert secretary.post(address, {"do": "take-back", "why": "记错了户"}).status_code == 409
    assert secretary.post(address, {"do": "refuse", "why": "核实后不属实"}).status_code == 302
    given = town.give("8")
    address = f"/desk/points/{given.id}/"
    assert "撤销这一笔" in secretary.get(address).content.decode()
    assert "撤销这一笔" not in clerk.get(address).content.decode()
    assert secretary.post(address, {"do": "take-back", "why": "记错了户"}).status_code == 302
    assert town.held("8") == 0


def test_the_statement_of_a_year_shows_both_sides_of_what_was_taken_back(
    town: Town, hands: dict[str, Client]
):
    given = town.give("8")
    hands["secretary"].post(f"/desk/points/{given.id}/", {"do": "take-back", "why": "记错了户"})
    page = hands["clerk"].get(f"/desk/points/accounts/{town.account('8').id}/").content.decode()
    assert "已冲正" in page
    assert "冲正" in page


def test_a_month_that_is_over_is_closed(town: Town, hands: dict[str, Client]):
    yesterday = clock.today() - timedelta(days=1)
    form = {"book": town.book.id, "through": yesterday}
    done = hands["secretary"].post("/desk/points/accounts/close/", form, follow=True)
    assert f"已结账到 {yesterday}" in done.content.decode()
    again = hands["secretary"].post("/desk/points/accounts/close/", form, follow=True)
    assert "账已经结到" in again.content.decode()
    assert town.sound()


def test_the_public_report_of_points_names_its_kinds_in_words(town: Town):
    from datetime import UTC, datetime

    from zhijin.disclosure import producing

    town.give("7")
    with scoped(SYSTEM):
        counted = producing.points(
            VILLAGE, datetime(2000, 1, 1, tzinfo=UTC), clock.now() + timedelta(1)
        )
    assert counted.rows == [["记分", "1", "3", "0"]]


@pytest.mark.parametrize("page", [desk, lists])
def test_whatever_was_done_is_said(page):
    assert page._SAID.keys() == page._ACTS.keys()
