"""The desk's pages of residents: masked, opened with a reason, corrected, with consent; and what is held."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, Cast
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, places
from tests.people.test_people import register
from zhijin.core import sheets
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people import households
from zhijin.people.models import Household, Membership, Person
from zhijin.people.sheet import COLUMNS

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
ID = "11010519491231002X"


def test_the_list_is_masked_and_searching_is_journalled(cast: Cast) -> None:
    register("示例甲", phone="12900000001", party="member")
    register("示例乙", OTHER_VILLAGE)
    page = cast.township_officer.client.get("/desk/people/", {"q": "示例甲", "place": VILLAGE})
    text = page.content.decode()
    assert "示**" in text
    assert "12900000001" not in text
    assert text.count("129****0001") == 1
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="person.found").exists()


@pytest.mark.parametrize("query", ["place=x", "who=all", "after=1_x", "after=x", "q=%00"])
def test_nonsense_in_the_address_narrows_nothing(cast: Cast, query: str) -> None:
    assert cast.county_officer.client.get(f"/desk/people/?{query}").status_code == 200


def test_unmasking_needs_a_reason_and_leaves_a_trace(cast: Cast) -> None:
    person = register("示例甲", phone="12900000001")
    url, client = f"/desk/people/{person.id}/", cast.township_officer.client
    assert "12900000001" not in client.get(url).content.decode()
    short = client.post(
        url, {"do": "reveal", "fields_": ["phone"], "purpose": "visit", "reason": "看"}
    )
    assert "12900000001" not in short.content.decode()
    opened = client.post(
        url,
        {
            "do": "reveal",
            "fields_": ["phone", "name"],
            "purpose": "visit",
            "reason": "上门走访核对",
        },
    )
    assert "12900000001" in opened.content.decode()
    assert opened["Cache-Control"] == "no-store"
    with scoped(SYSTEM):
        assert JournalEntry.objects.filter(action="person.reveal").count() == 1
    worker = cast.grid_worker.client
    refused = worker.post(
        url, {"do": "reveal", "fields_": ["phone"], "purpose": "visit", "reason": "上门走访核对"}
    )
    assert "12900000001" not in refused.content.decode()


def test_a_resident_is_registered_and_corrected(cast: Cast) -> None:
    client = cast.branch_secretary.client
    assert (
        client.post("/desk/people/new/", {"name": "示例甲", "place_code": GRID}).status_code == 302
    )
    with scoped(SYSTEM):
        person = Person.objects.get()
    url = f"/desk/people/{person.id}/"
    edit = {"do": "edit", "version": "1", "name": "", "phone": "12900000002", "birth_year": "1960"}
    unasked = client.post(url, edit)
    assert unasked.status_code == 403
    assert "保存“电话”需要本人单独同意" in unasked.content.decode()
    edit["consent"] = "2026-03-01 当面"
    assert client.post(url, edit).status_code == 302
    with scoped(SYSTEM):
        person.refresh_from_db()
    assert (person.phone_masked, person.birth_year, person.name_masked) == (
        "129****0002",
        1960,
        "示**",
    )
    assert "改过" in client.post(url, edit).content.decode()
    assert client.post(url, {"do": "edit", "version": "2", "phone": "1"}).status_code == 400
    bad = client.post("/desk/people/new/", {"name": "示例甲", "place_code": "530602"})
    assert "网格" in bad.content.decode()


def test_consent_is_given_and_withdrawn_on_the_page(cast: Cast) -> None:
    person = register("示例甲", phone="12900000001")
    url, client = f"/desk/people/{person.id}/", cast.branch_secretary.client
    given = {"do": "consent", "purpose": "phone", "how": "2026-03-01 当面"}
    assert client.post(url, given).status_code == 302
    assert "2026-03-01 当面" in client.get(url).content.decode()
    assert client.post(url, {"do": "withdraw", "purpose": "phone"}).status_code == 302
    with scoped(SYSTEM):
        person.refresh_from_db()
    assert person.phone is None
    assert client.post(url, {"do": "?"}).status_code in {200, 400}


def test_anothers_resident_and_household_are_not_found(cast: Cast) -> None:
    person = register("示例甲")
    with scoped(SYSTEM):
        home = Household.objects.create(
            place_code=GRID, place_key=person.place_key, number="01-001", head_masked="示**"
        )
        Membership.objects.create(
            household=home, person=person, place_key=person.place_key, relation="户主"
        )
    for url in (f"/desk/people/{person.id}/", f"/desk/households/{home.id}/"):
        assert cast.outsider.client.get(url).status_code == 404
        assert cast.grid_worker.client.get(url).status_code == 200
        assert cast.department_officer.client.get(url).status_code == 403


def test_everybody_may_read_what_is_held_and_why(cast: Cast) -> None:
    text = cast.resident.client.get("/privacy/").content.decode()
    for word in ("姓名", "身份证号", "保存期限", "单独同意"):
        assert word in text


def test_a_table_of_residents_comes_in_by_household_and_goes_out_masked(cast: Cast) -> None:
    client = cast.township_officer.client
    rows = [
        ["大耆老村居民名册（模拟）"],
        [
            "所属网格",
            "户号",
            "与户主关系",
            "居民姓名",
            "性别",
            "出生年",
            "手机号码",
            "身份证号码",
            "授权方式",
            "政治面貌",
        ],
        [
            GRID,
            "01-001",
            "户主",
            "示例甲",
            "女",
            "",
            "12900000001",
            ID,
            "2026-03-01 纸质授权书",
            "党员",
        ],
        [GRID, "01-001", "配偶", "示例乙", "男", 1950, "", "", "", "群众"],
        [
            GRID,
            "01-002",
            "户主",
            "示例丙",
            "男",
            1970,
            "12900000003",
            "11010519900101001X",
            "",
            "群众",
        ],
    ]
    send = {"file": SimpleUploadedFile("名册.xlsx", xlsx(rows).getvalue()), "partial": "on"}
    page = client.post("/desk/sheets/people/import/", send).content.decode()
    assert "PE007" in page or "PE005" in page
    with scoped(SYSTEM):
        assert Person.objects.count() == 2
        first = Person.objects.get(party="member")
        assert (first.birth_year, first.gender) == (1949, "f")
        assert Membership.objects.filter(household__number="01-001").count() == 2
    send = {"file": SimpleUploadedFile("名册.xlsx", xlsx(rows[:4]).getvalue())}
    assert (
        "全部导入" in client.post("/desk/sheets/people/import/", send, follow=True).content.decode()
    )
    with scoped(SYSTEM):
        assert Person.objects.count() == 2
    out = client.post("/desk/sheets/people/export/", {"why": "核对户数"}).content
    table = sheets.read_table(io.BytesIO(out), "a.xlsx", COLUMNS)
    values = [row.values for row in table.rows()]
    assert [v["name"] for v in values] == ["示**", "示**"]
    assert {v["id_number"] for v in values} == {None}
    assert "核对户数" in str(table.above[0][1][0])


def test_a_refused_row_takes_its_new_household_with_it_and_the_next_makes_it_again(
    cast: Cast,
) -> None:
    rows = [
        ["所属网格", "户号", "姓名", "身份证号码", "授权方式"],
        [GRID, "07-001", "示例甲", ID, ""],
        [GRID, "07-001", "示例乙", "", ""],
    ]
    send = {"file": SimpleUploadedFile("名册.xlsx", xlsx(rows).getvalue()), "partial": "on"}
    page = cast.township_officer.client.post("/desk/sheets/people/import/", send).content.decode()
    assert "PE007" in page
    with scoped(SYSTEM):
        assert Person.objects.count() == 1
        assert Household.objects.get().memberships.count() == 1


def test_a_household_that_nobody_looks_after_is_listed_and_mended(cast: Cast) -> None:
    with scoped(SYSTEM):
        home = households.register_household(actor=SYSTEM, place_code=VILLAGE, number="08-001")
        post = orgs.ensure_post(actor=SYSTEM, kind="neighbour_leader", place_code=GRID, seats=9)
        held = orgs.appoint(
            actor=SYSTEM, post_id=post.id, holder="示例联户", term=orgs.Term(date(2025, 1, 1))
        )
    client, url = cast.branch_secretary.client, f"/desk/households/{home.id}/"
    for gap in ("grid", "leader", "", "x"):
        assert "08-001" in client.get("/desk/households/", {"gap": gap}).content.decode()
    assert "网格" in client.post(url, {"place_code": "530602"}).content.decode()
    assert client.post(url, {"place_code": GRID}).status_code == 302
    assert "08-001" not in client.get("/desk/households/", {"gap": "grid"}).content.decode()
    assert "示例联户" in client.get(url).content.decode()
    assert client.post(url, {"leader": str(held.id)}).status_code == 302
    assert "08-001" not in client.get("/desk/households/", {"gap": "leader"}).content.decode()
    assert cast.outsider.client.post(url, {"place_code": GRID}).status_code == 404
    unchanged = cast.grid_worker.client.post(url, {"place_code": VILLAGE})
    assert "CO403" in unchanged.content.decode() or "权限" in unchanged.content.decode()


# -- a place by its name ------------------------------------------------------------------------


def test_a_resident_is_registered_by_the_name_of_the_village(cast: Cast) -> None:
    client = cast.branch_secretary.client
    blank = client.get("/desk/people/new/", {"place": GRID}).content.decode()
    assert 'value="第一网格"' in blank
    assert "代码" not in blank.split("<main")[1]
    asked = client.post("/desk/people/new/", {"name": "示例甲", "place_code": "大耆老"})
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "请选一个" in page
    assert page.count('name="place_code.code"') == 2
    chosen = {"place_code": "大耆老", "place_code.was": "大耆老", "place_code.code": GRID}
    assert client.post("/desk/people/new/", {"name": "示例甲", **chosen}).status_code == 302
    with scoped(SYSTEM):
        assert Person.objects.get().place_code == GRID
    lost = client.post("/desk/people/new/", {"name": "示例甲", "place_code": "示例村"})
    assert "没有找到“示例村”" in lost.content.decode()


def test_the_lists_are_narrowed_by_a_name(cast: Cast) -> None:
    register("示例甲")
    register("示例乙", OTHER_VILLAGE)
    client = cast.township_officer.client
    for url in ("/desk/people/", "/desk/households/"):
        found = client.get(url, {"place": "大耆老"}).context["picked"]
        assert (found.code, found.text) == (VILLAGE, "大耆老村")
        elsewhere = client.get(url, {"place": "示例村"}).context["picked"]
        assert elsewhere.lost
    assert len(client.get("/desk/people/", {"place": "大耆老"}).context["rows"]) == 1


def test_a_household_gets_its_grid_by_name(cast: Cast) -> None:
    with scoped(SYSTEM):
        home = households.register_household(actor=SYSTEM, place_code=VILLAGE, number="08-001")
    client, url = cast.branch_secretary.client, f"/desk/households/{home.id}/"
    assert client.post(url, {"place_code": "", "leader": ""}).status_code == 302
    assert client.post(url, {"place_code": "第一网格", "leader": ""}).status_code == 302
    with scoped(SYSTEM):
        home.refresh_from_db()
    assert home.place_code == GRID


def test_the_search_stands_first_and_groups_say_how_many_they_are(cast: Cast) -> None:
    register("示例甲", party="member")
    register("示例乙")
    text = cast.branch_secretary.client.get("/desk/people/").content.decode()
    assert text.index('name="q"') < text.index("who=members")
    assert '党员 <span class="count">1</span>' in text
    assert '全部 <span class="count">2</span>' in text
    members = cast.branch_secretary.client.get("/desk/people/?who=members").content.decode()
    assert '<input type="hidden" name="who" value="members">' in members
    assert members.count('<th scope="row"') == 1
