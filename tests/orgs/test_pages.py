"""The desk's pages of organisations, posts and tables, by the cast, on the real server code."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import COUNTY, GRID, VILLAGE, Cast
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, register
from zhijin.core import sheets
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs import posts
from zhijin.orgs.models import Appointment, Organisation, Post, SheetRun
from zhijin.places.models import Place

pytestmark = pytest.mark.usefixtures("places")
FORM = {"name": "示例合作社", "kind": "cooperative", "sector": "1", "place_code": VILLAGE}


def test_the_list_shows_sectors_with_their_denominators(cast: Cast) -> None:
    register("大耆老村党总支", kind="general_branch", members=60)
    register("邻县支部", "530621100201")
    page = cast.township_officer.client.get("/desk/orgs/", {"place": VILLAGE})
    text = page.content.decode()
    assert page.status_code == 200
    assert "大耆老村党总支" in text
    assert "邻县支部" not in text
    assert "0 / 1" in text


@pytest.mark.parametrize(
    "query", ["place=x", "sector=9", "sector=１", "after=a-b", "after=999999999999999999999-1", "state=?", "q=%00%27",
              "industry=99999", "kind=king"],
)  # fmt: skip
def test_nonsense_in_the_address_narrows_nothing(cast: Cast, query: str) -> None:
    register("大耆老村党总支")
    page = cast.county_officer.client.get(f"/desk/orgs/?{query}")
    assert page.status_code == 200


def test_an_organisation_is_registered_changed_and_ended(cast: Cast) -> None:
    client = cast.branch_secretary.client
    page = client.post("/desk/orgs/new/", FORM)
    with scoped(SYSTEM):
        org = Organisation.objects.get(name="示例合作社")
    assert page.headers["Location"] == reverse("desk:org", args=[org.key])
    edited = {**FORM, "name": "示例果蔬合作社", "members": "6", "version": "1"}
    assert client.post(f"/desk/orgs/{org.key}/edit/", edited).status_code == 302
    stale = client.post(f"/desk/orgs/{org.key}/edit/", {**edited, "name": "另一个名字"})
    assert "CO409" in stale.content.decode() or "改过" in stale.content.decode()
    shown = client.get(f"/desk/orgs/{org.key}/").content.decode()
    assert "示例果蔬合作社" in shown
    assert "沿革" not in shown
    ended = client.post(f"/desk/orgs/{org.key}/", {"on": date.today().isoformat(), "why": "注销"})  # noqa: DTZ011
    assert ended.status_code == 302
    assert "已撤销" in client.get(f"/desk/orgs/{org.key}/").content.decode()


def test_a_refused_form_keeps_what_was_typed(cast: Cast) -> None:
    client = cast.branch_secretary.client
    page = client.post("/desk/orgs/new/", {**FORM, "place_code": COUNTY})
    assert page.status_code == 200
    assert "示例合作社" in page.content.decode()
    blank = client.post("/desk/orgs/new/", {**FORM, "name": ""})
    assert "form-errors" in blank.content.decode() or "aria-invalid" in blank.content.decode()


def test_anothers_organisation_is_not_found(cast: Cast) -> None:
    org = register("大耆老村党总支")
    for url in (f"/desk/orgs/{org.key}/", "/desk/orgs/1/", f"/desk/orgs/{10**30}/"):
        assert cast.outsider.client.get(url).status_code == 404


def test_a_department_sees_its_line_only(cast: Cast) -> None:
    bureau = register("昭阳区公安局", COUNTY, kind="agency", sector=3, industry=101)
    other = register("昭阳区民政局", COUNTY, kind="agency", sector=3, industry=105)
    client = cast.department_officer.client
    text = client.get("/desk/orgs/").content.decode()
    assert bureau.name in text
    assert other.name not in text
    assert client.get(f"/desk/orgs/{bureau.key}/").status_code == 200
    assert client.get(f"/desk/orgs/{other.key}/").status_code == 404
    assert client.get("/desk/orgs/new/").status_code == 403


def test_a_grid_worker_is_appointed_and_leaves(cast: Cast) -> None:
    worker = cast.grid_worker.account
    assert worker is not None
    client = cast.branch_secretary.client
    made = client.post(
        "/desk/posts/new/", {"kind": "grid_worker", "place_code": GRID, "seats": "2"}
    )
    with scoped(SYSTEM):
        post = Post.objects.get()
    assert made.headers["Location"] == reverse("desk:post", args=[post.id])
    form = {"do": "appoint", "holder": "示例甲", "username": worker.username, "how": "hired",
            "start": "2025-01-01"}  # fmt: skip
    assert client.post(f"/desk/posts/{post.id}/", form).status_code == 302
    with scoped(SYSTEM):
        held = Appointment.objects.get()
    assert held.account_id == worker.id
    assert "示例甲" in client.get("/desk/posts/", {"kind": "grid_worker"}).content.decode()
    twice = client.post(f"/desk/posts/{post.id}/", {**form, "username": "nobody"})
    assert "nobody" in twice.content.decode()
    end = {"do": "end", "appointment": str(held.id), "on": "2026-01-01", "why": "调动"}
    assert client.post(f"/desk/posts/{post.id}/", end).status_code == 302
    with scoped(SYSTEM):
        assert Appointment.objects.get().valid_to == date(2026, 1, 1)
    for bad in ({"do": "?"}, {"do": "end", "appointment": "x", "on": "2026-01-01", "why": "x"}):
        assert client.post(f"/desk/posts/{post.id}/", bad).status_code in {200, 400}


def test_vacancies_are_listed(cast: Cast) -> None:
    with scoped(SYSTEM):
        empty = posts.create_post(actor=SYSTEM, kind="grid_leader", place_code=GRID, title="空缺岗")
        full = posts.create_post(actor=SYSTEM, kind="grid_worker", place_code=GRID, title="有人岗")
        posts.appoint(
            actor=SYSTEM, post_id=full.id, holder="示例甲", term=posts.Term(date(2025, 1, 1))
        )
    text = cast.branch_secretary.client.get("/desk/posts/", {"vacant": "1"}).content.decode()
    assert empty.title in text
    assert full.title not in text


# -- tables ------------------------------------------------------------------------------------


def upload(body: io.BytesIO | bytes, name: str = "组织.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body if isinstance(body, bytes) else body.getvalue())


HEADER = ["单位名称", "类别", "领域", "区划代码", "上级党组织", "统一社会信用代码", "党员数"]
ROWS = [
    ["大耆老村党总支", "总支", "农村", VILLAGE, "", "", 60],
    ["大耆老村第一党支部", "支部", "农村", VILLAGE, "大耆老村党总支", "", 20],
    ["大耆老村示例合作社", "合作社", "农村", VILLAGE, "", "91350100M000100Y43", ""],
]


def test_a_messy_table_of_organisations_comes_in_and_goes_out(cast: Cast) -> None:
    client = cast.township_officer.client
    sent = xlsx([["靖安镇组织名册"], HEADER, *ROWS])
    page = client.post("/desk/sheets/orgs/import/", {"file": upload(sent)}, follow=True)
    assert "全部导入" in page.content.decode()
    with scoped(SYSTEM):
        branch = Organisation.objects.get(name="大耆老村第一党支部")
        assert branch.parent is not None
        assert branch.parent.name == "大耆老村党总支"
        run = SheetRun.objects.get()
    assert (run.rows, run.saved, run.summary["added"]) == (3, 3, 3)
    out = client.get("/desk/sheets/orgs/export/")
    assert out["Content-Type"].endswith("sheet")
    again = client.post("/desk/sheets/orgs/import/", {"file": upload(out.content)}, follow=True)
    assert "全部导入" in again.content.decode()
    with scoped(SYSTEM):
        same = SheetRun.objects.order_by("-at").first()
        assert same is not None
        assert same.summary["same"] == 3
        assert Organisation.objects.count() == 3
        kinds = set(JournalEntry.objects.values_list("action", flat=True))
    assert {"sheet.import", "sheet.export"} <= kinds


def test_one_wrong_row_keeps_the_whole_file_out_until_allowed(cast: Cast) -> None:
    client = cast.township_officer.client
    rows = [
        *ROWS,
        ["邻县支部", "支部", "农村", "530621100201", "", "", 1],
        ["", "支部", "火星", VILLAGE, "", "", ""],
    ]
    sent = xlsx([HEADER, *rows])
    page = client.post("/desk/sheets/orgs/import/", {"file": upload(sent)}).content.decode()
    for shown in ("没有导入任何一行", "CO403", "SH101", "SH108"):
        assert shown in page
    with scoped(SYSTEM):
        assert Organisation.objects.count() == 0
    page = client.post(
        "/desk/sheets/orgs/import/", {"file": upload(sent), "partial": "on"}
    ).content.decode()
    assert "部分导入" in page
    with scoped(SYSTEM):
        assert Organisation.objects.count() == 3
        run = SheetRun.objects.order_by("-at").first()
        assert run is not None
    answer = client.get(f"/desk/sheets/runs/{run.id}/answer/")
    cells = [row for _n, row in sheets.read_sheet(io.BytesIO(answer.content), "a.xlsx")]
    assert cells[0][-2:] == ["结果", "说明"]
    assert [row[7] for row in cells[1:]] == ["新增", "新增", "新增", "未导入", "未导入"]


def test_an_answer_file_is_its_senders_only(cast: Cast) -> None:
    cast.township_officer.client.post("/desk/sheets/orgs/import/", {"file": upload(xlsx([HEADER]))})
    with scoped(SYSTEM):
        run = SheetRun.objects.get()
        assert b"PK" not in bytes(run.answer or b"")[:4]
    for url in (f"/desk/sheets/runs/{run.id}/", f"/desk/sheets/runs/{run.id}/answer/"):
        assert cast.county_officer.client.get(url).status_code == 404
        assert cast.township_officer.client.get(url).status_code == 200


def test_bad_files_are_answered_clearly(cast: Cast) -> None:
    client = cast.township_officer.client
    for body, name, number in (
        (b"%PDF-1.4", "a.xlsx", "不是可以读取的表格"),
        ("甲,乙\n".encode(), "a.csv", "没有找到表头"),
        (b"PK\x03\x04zzzz", "a.xlsx", "已损坏"),
    ):
        page = client.post("/desk/sheets/orgs/import/", {"file": upload(body, name)})
        assert page.status_code == 400
        assert number in page.content.decode()
    assert client.post("/desk/sheets/orgs/import/", {}).status_code == 200
    assert client.get("/desk/sheets/nothing/import/").status_code == 404


def test_appointments_come_in_with_their_grants_and_go_out_marked(cast: Cast) -> None:
    worker = cast.outsider.account
    assert worker is not None
    client = cast.township_officer.client
    rows = [
        ["职务", "网格编号", "姓名", "账号", "任职时间"],
        ["网格员", GRID, "示例甲", worker.username, "2025.3.1"],
        ["联户长", GRID, "示例乙", "", "2025年3月"],
        ["联户长", GRID, "示例丙", "", "2025年3月"],
        ["网格员", VILLAGE, "示例丁", "", "2025.3.1"],
    ]
    page = client.post(
        "/desk/sheets/appointments/import/", {"file": upload(xlsx(rows)), "partial": "on"}
    ).content.decode()
    assert "OR104" in page
    with scoped(SYSTEM):
        assert Appointment.objects.filter(valid_to=None).count() == 3
    assert "grid_worker" in {g.role for g in cast.outsider.actor.grants}
    assert client.get("/desk/sheets/appointments/export/").status_code == 200
    out = client.post("/desk/sheets/appointments/export/", {"why": "换届核对"})
    table = sheets.read_table(io.BytesIO(out.content), "a.xlsx", _columns("appointments"))
    assert "换届核对" in str(table.above[0][1][0])
    assert {row.values["holder"] for row in table.rows()} == {"示例甲", "示例乙", "示例丙"}


def test_grids_come_in_by_table(cast: Cast) -> None:
    client = cast.branch_secretary.client
    rows = [["网格代码", "网格名称", "级别", "村代码"], [GRID, "寨头网格", "", ""], ["", "寨尾网格", "网格", VILLAGE],
            [VILLAGE + "05", "五组", "", ""], ["", "没有地方", "", ""]]  # fmt: skip
    page = client.post(
        "/desk/sheets/places/import/", {"file": upload(xlsx(rows)), "partial": "on"}
    ).content.decode()
    assert "OR301" in page
    names = dict(Place.objects.filter(level__in=("grid", "group")).values_list("code", "name"))
    assert names == {GRID: "寨头网格", VILLAGE + "002": "寨尾网格", VILLAGE + "05": "五组"}


@pytest.mark.parametrize("what", ["places", "orgs", "appointments", "people"])
def test_every_template_reads_back_in(cast: Cast, what: str) -> None:
    body = cast.township_officer.client.get(f"/desk/sheets/{what}/template/").content
    table = sheets.read_table(io.BytesIO(body), "模板.xlsx", _columns(what))
    assert len(table.found) == len(_columns(what))


def _columns(what: str) -> list[sheets.Column]:
    from zhijin.orgs.sheeting import get_sheet

    return list(get_sheet(what).columns)


# -- a place by its name ------------------------------------------------------------------------


def test_an_organisation_is_registered_where_its_village_is_called_so(cast: Cast) -> None:
    client = cast.branch_secretary.client
    made = client.post("/desk/orgs/new/", {**FORM, "place_code": "靖安 大耆老"})
    assert made.status_code == 302
    with scoped(SYSTEM):
        assert Organisation.objects.get().place_code == VILLAGE
    lost = client.post("/desk/orgs/new/", {**FORM, "place_code": "示例村"})
    assert "没有找到“示例村”" in lost.content.decode()
    page = client.get("/desk/orgs/new/", {"place": VILLAGE}).content.decode()
    assert 'value="大耆老村"' in page
    assert "所在地代码" not in page


def test_a_post_on_a_grid_is_set_up_by_names(cast: Cast) -> None:
    client = cast.branch_secretary.client
    form = {"kind": "grid_worker", "place_code": "大耆老", "seats": "1"}
    asked = client.post("/desk/posts/new/", form).content.decode()
    assert asked.count('name="place_code.code"') == 2
    made = client.post(
        "/desk/posts/new/", {**form, "place_code.was": "大耆老", "place_code.code": GRID}
    )
    assert made.status_code == 302
    found = client.get("/desk/posts/", {"place": "第一网格"})
    assert found.context["picked"].code == GRID
    assert len(found.context["rows"]) == 1


def test_a_table_goes_out_for_a_place_that_was_named(cast: Cast) -> None:
    client, url = cast.county_officer.client, "/desk/sheets/people/export/"
    assert "代码" not in client.get(url).content.decode().split("<main")[1]
    lost = client.post(url, {"why": "走访核对", "place": "没有"})
    assert lost["Content-Type"].startswith("text/html")
    assert "没有找到“没有”" in lost.content.decode()
    assert 'value="走访核对"' in lost.content.decode()
    assert "spreadsheet" in client.post(url, {"why": "走访核对", "place": "大耆老"})["Content-Type"]
