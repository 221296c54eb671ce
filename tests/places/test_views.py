"""The desk's pages of places: what they show, who may change what, and what bad input gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.places.factories import SYSTEM, VILLAGE, grid, middle, plant, square
from zhijin.core.scope import scoped
from zhijin.places import geometry, selectors, services
from zhijin.places.importing import outlines
from zhijin.places.models import ImportRun, Place
from zhijin.places.points import SitePoint, _providers, register_points

pytestmark = pytest.mark.django_db


def body(response: Any) -> str:
    return response.content.decode()


def post_json(client: Client, url: str, data: object) -> Any:
    text = data if isinstance(data, str) else json.dumps(data)
    return client.post(
        url, text, content_type="application/json", headers={"Accept": "application/json"}
    )


def test_the_tree_is_walked_and_searched(cast) -> None:
    plant(VILLAGE)
    plant("522631206200")
    client = cast.county_officer.client
    page = body(client.get("/desk/places/"))
    assert "云南省" in page
    assert "贵州省" in page
    assert 'href="/desk/places/530602/"' in page  # where the officer works
    county = body(client.get("/desk/places/530602/"))
    assert "靖安镇" in county
    assert 'href="/desk/places/53/"' in county
    assert "大耆老村" in body(client.get("/desk/places/530602105/"))
    found = body(client.get("/desk/places/search/?q=黎平 口江"))
    assert "522631206200" in found
    assert "<html" not in found
    assert "没有找到" in body(client.get("/desk/places/?q=不存在"))
    assert client.get("/desk/places/539999/").status_code == 404
    assert client.get("/desk/places/5/").status_code == 404


def test_a_village_shows_groups_grids_and_findings(cast) -> None:
    grid("第一网格", square(0), households=40)
    grid("第二网格", square(0.5))
    grid("第三网格")
    with scoped(SYSTEM):
        services.create_group(actor=SYSTEM, village=VILLAGE, name="上寨组", households=21)
    page = body(cast.branch_secretary.client.get(f"/desk/places/{VILLAGE}/"))
    for text in ("上寨组", "第一网格与第二网格重叠", "第三网格还没有画", "登记网格", "minimap"):
        assert text in page
    assert "登记网格" not in body(cast.grid_worker.client.get(f"/desk/places/{VILLAGE}/"))
    one = body(cast.grid_worker.client.get(f"/desk/places/{VILLAGE}001/"))
    assert "第一网格" in one
    assert "粘贴坐标" not in one


def test_ended_places_point_to_their_successors(cast) -> None:
    plant("530602105")
    plant("530602106", "新镇")
    with scoped(SYSTEM):
        services.succeed(actor=SYSTEM, old="530602105", new=["530602106"], kind="merge")
    page = body(cast.county_officer.client.get("/desk/places/530602105/"))
    assert "已撤销" in page
    assert 'href="/desk/places/530602106/"' in page
    assert "沿革" in page


def test_forms_change_places(cast) -> None:
    plant(VILLAGE)
    client = cast.branch_secretary.client
    url = f"/desk/places/{VILLAGE}/edit/"
    pasted = "\n".join(f"{x},{y}" for x, y in square()["coordinates"][0][:-1])
    answer = client.post(
        url, {"do": "grid", "name": "第一网格", "households": "40", "geometry": pasted}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/places/{VILLAGE}/")
    made = Place.objects.get(code=VILLAGE + "001")
    assert made.households == 40
    assert geometry.locate(*middle()) == made
    client.post(url, {"do": "group", "name": "上寨组"})
    outline = json.dumps(square(0, 0, 3))
    client.post(url, {"do": "draw", "version": "0", "datum": "wgs84", "geometry": outline})
    assert geometry.outline_of(VILLAGE).source == "pasted"
    assert selectors.counts(VILLAGE) == {"group": 1, "grid": 1}
    own = f"/desk/places/{made.code}/edit/"
    client.post(own, {"do": "rename", "name": "东网格"})
    client.post(
        own, {"do": "draw", "version": "1", "datum": "gcj02", "geometry": json.dumps(square(1))}
    )
    assert selectors.get(made.code).name == "东网格"
    assert geometry.outline_of(made.code).version == 2
    client.post(own, {"do": "retire"})
    assert selectors.get(made.code).valid_to is not None


def test_refused_forms_say_why(cast) -> None:
    plant(VILLAGE)
    client = cast.branch_secretary.client
    url = f"/desk/places/{VILLAGE}/edit/"
    page = body(client.post(url, {"do": "grid", "name": "", "geometry": ""}, follow=True))
    assert "名称不能为空" in page
    page = body(client.post(url, {"do": "grid", "name": "一", "geometry": "坏的"}, follow=True))
    assert "至少要三对" in page
    assert not Place.objects.filter(level="grid").exists()
    page = body(client.post(url, {"do": "grid", "name": "一", "number": "x"}, follow=True))
    assert "这里要填数字" in page
    for data in ({}, {"do": "nonsense"}):
        assert client.post(url, data).status_code == 400
    assert client.get(url).status_code == 405
    assert cast.grid_worker.client.post(url, {"do": "grid", "name": "一"}).status_code == 403
    assert cast.outsider.client.post(url, {"do": "grid", "name": "一"}).status_code == 403


def test_divisions_by_hand(cast) -> None:
    plant("530602105")
    client = cast.county_officer.client
    client.post(
        "/desk/places/530602/edit/", {"do": "division", "code": "530602107", "name": "新镇"}
    )
    done = client.post(
        "/desk/places/530602105/edit/",
        {
            "do": "succeed",
            "new": "530602107",
            "kind": "merge",
            "at": "2026-01-01",
            "note": "批复一号",
        },
    )
    assert done.status_code == 302
    assert [p.code for p in selectors.resolve_code("530602105")] == ["530602107"]
    assert "批复一号" in {s.note for s in selectors.get("530602105").successions.all()}


def test_the_map_page_and_its_picture(cast, django_assert_max_num_queries) -> None:
    plant("530602")
    outlines.store(connection)
    first = grid("第一网格", square(0))
    grid("第二网格")
    client = cast.branch_secretary.client
    page = body(client.get(f"/desk/places/{VILLAGE}/map/"))
    assert "data-editable" in page
    assert 'data-do="save"' in page
    assert "data-editable" not in body(cast.grid_worker.client.get(f"/desk/places/{VILLAGE}/map/"))
    with django_assert_max_num_queries(24):
        picture = client.get(f"/desk/places/{VILLAGE}/map/picture/").json()
    assert picture["county"]["properties"]["code"] == "530602"
    assert [f["id"] for f in picture["grids"]["features"]] == [first.code]
    assert [g["name"] for g in picture["undrawn"]] == ["第二网格"]
    assert {f["id"] for f in picture["report"]["findings"]} == {"PG02", "PG10"}
    assert client.get("/desk/places/530602/map/").status_code == 400


def test_the_whole_picture_is_saved_or_nothing(cast) -> None:
    old = grid("第一网格", square(0, 0, 2))
    stay = grid("第二网格", square(3))
    gone = grid("第三网格", square(5))
    client = cast.branch_secretary.client
    url = f"/desk/places/{VILLAGE}/map/picture/"
    cut = [
        {"code": "", "name": "第一网格", "origin": [old.code], "geometry": square(0)},
        {"code": "", "name": "新网格", "origin": [old.code], "geometry": square(1)},
    ]
    keep = {"code": stay.code, "name": "西网格", "version": 1, "geometry": square(3, 0, 1.2)}
    fresh = {"code": "", "name": "第九网格", "geometry": square(7)}
    stale = {**keep, "version": 0}
    for wrong in (
        [*cut, stale, fresh],
        [*cut, keep, {**fresh, "geometry": {"type": "Polygon"}}],
        [*cut, keep, {**fresh, "name": ""}],
        [{**keep, "code": "530621103203001"}],
        [{**cut[0], "origin": ["530621103203001"]}],
    ):
        before = Place.objects.count()
        answer = post_json(client, url, {"grids": wrong, "removed": [gone.code]})
        assert answer.status_code in {400, 409}
        assert "message" in answer.json()["error"]
        assert Place.objects.count() == before
        assert selectors.get(gone.code).valid_to is None
    outline = {"code": VILLAGE, "version": 0, "geometry": square(0, 0, 9)}
    answer = post_json(
        client, url, {"grids": [*cut, keep, fresh], "outline": outline, "removed": [gone.code]}
    )
    assert answer.status_code == 200
    saved = answer.json()["saved"]
    assert saved["drawn"] == [VILLAGE, stay.code]
    assert len(saved["created"]) == 3
    assert set(saved["ended"]) == {old.code, gone.code}
    assert selectors.get(stay.code).name == "西网格"
    assert len(selectors.resolve_code(old.code)) == 2
    assert geometry.look_up(*middle(1)).grid.name == "新网格"
    assert len(answer.json()["grids"]["features"]) == 4


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "null", '{"grids": 5}', '{"grids": [5]}', '{"grids": [{"name": "一"}]}',
     '{"grids": [{"geometry": null, "version": "x"}]}', '{"outline": {"geometry": 5}}'],
)  # fmt: skip
def test_pictures_of_another_form(cast, text: str) -> None:
    plant(VILLAGE)
    answer = post_json(cast.branch_secretary.client, f"/desk/places/{VILLAGE}/map/picture/", text)
    assert answer.status_code == 400


def test_saving_needs_the_permission_here(cast) -> None:
    plant(VILLAGE)
    url = f"/desk/places/{VILLAGE}/map/picture/"
    data = {"grids": [{"name": "一", "geometry": square()}]}
    assert post_json(cast.grid_worker.client, url, data).status_code == 403
    assert post_json(cast.outsider.client, url, data).status_code == 403
    assert post_json(Client(), url, data).status_code == 401
    assert not Place.objects.filter(level="grid").exists()


def test_checking_what_is_not_saved_yet(cast) -> None:
    stored = grid("第一网格", square(0))
    url = f"/desk/places/{VILLAGE}/map/check/"
    client = cast.branch_secretary.client
    drafts = [
        {"code": stored.code, "name": "第一网格", "geometry": square(0, 0, 2)},
        {"code": "", "name": "草稿", "geometry": square(1)},
    ]
    report = post_json(client, url, {"grids": drafts, "outline": {"geometry": square(0, 0, 3)}})
    found = {f["id"]: f for f in report.json()["findings"]}
    assert set(found) == {"PG04", "PG05"}
    assert "草稿" in found["PG04"]["message"]
    assert found["PG05"]["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    assert geometry.outline_of(stored.code).version == 1
    assert post_json(client, url, {"grids": [{"geometry": "坏"}]}).status_code == 400
    many = post_json(client, url, {"grids": [{"geometry": square()}] * 1000})
    assert "999" in many.json()["error"]["message"]


def test_shapes_are_worked_on_without_storing(cast) -> None:
    plant(VILLAGE)
    client, url = cast.branch_secretary.client, f"/desk/places/{VILLAGE}/map/shape/"
    line = [[103.704, 27], [103.706, 28]]
    parts = post_json(client, url, {"do": "cut", "geometry": square(), "line": line}).json()
    assert len(parts["geometries"]) == 2
    whole = post_json(client, url, {"do": "join", "geometries": parts["geometries"]}).json()
    assert whole["geometries"][0]["type"] == "Polygon"
    read = post_json(client, url, {"do": "read", "text": json.dumps(square())}).json()
    assert read["geometries"][0]["type"] == "Polygon"
    for wrong in (
        {}, {"do": "fly"}, {"do": "cut", "geometry": square(), "line": 5},
        {"do": "cut", "geometry": square(), "line": [[1, 2], [3, 4]]}, {"do": "join", "geometries": 5},
        {"do": "read", "text": "坏"}, {"do": "read", "text": "x", "datum": "bd09"},
    ):  # fmt: skip
        assert post_json(client, url, wrong).status_code == 400


def test_points_without_a_grid_are_found(cast) -> None:
    made = grid("第一网格", square(0))
    other = grid("第二网格", square(1))
    lon, lat = middle(5)
    register_points(
        "test-house",
        lambda village: (
            [
                SitePoint("1", "甲户", *middle(0), grid=made.code),
                SitePoint("2", "乙户", lon, lat, url="/desk/x/"),
                SitePoint("3", "丙户", *middle(1), grid=made.code),
                SitePoint("4", "丁户"),
            ]
            if village == VILLAGE
            else []
        ),
    )
    try:
        with pytest.raises(ValueError, match="twice"):
            register_points("test-house", lambda _village: [])
        client = cast.branch_secretary.client
        picture = client.get(f"/desk/places/{VILLAGE}/map/picture/").json()
        assert len(picture["points"]) == 3
        found = {f["id"]: f for f in picture["report"]["findings"]}
        assert "乙户不在任何网格内" in found["PG08"]["message"]
        assert found["PG08"]["geometry"] == {"type": "Point", "coordinates": [lon, lat]}
        assert "丙户登记在第一网格，位置却在第二网格" in found["PG09"]["message"]
        assert found["PG09"]["places"] == [other.code]
        assert "丁户没有位置" in found["PG11"]["message"]
        assert '<a href="/desk/x/">' in body(client.get(f"/desk/places/{VILLAGE}/"))
    finally:
        _providers.pop("test-house", None)


TABLE = "# covers: 53\ncode,name\n53,云南省\n5306,昭通市\n530602,昭阳区\n53060,坏的\n"


def upload(text: bytes, name: str = "表.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text, "text/csv")


def test_a_county_imports_only_its_own(cast) -> None:
    plant("530621", "鲁甸县")
    plant("530602105", "靖安镇")
    client = cast.county_officer.client
    text = (
        "# covers: 53\ncode,name\n53,改了的省\n5306,改了的市\n530602,昭阳新区\n530602105,靖安镇\n"
        "530602106,新镇\n530621,改了的县\n"
    )
    client.post("/desk/places/import/", {"table": upload(text.encode())})
    run = ImportRun.objects.get()
    assert (run.rows, run.renamed, run.added, run.vanished) == (3, 1, 1, 0)
    assert run.covers == ["530602"]
    assert [(row[0], row[4]) for row in run.findings] == [("PI07", "530621"), ("PI22", "530602")]
    names = dict(Place.objects.values_list("code", "name"))
    assert (names["53"], names["5306"], names["530621"]) == ("云南省", "昭通市", "鲁甸县")


def test_a_table_is_uploaded_and_its_findings_read(cast) -> None:
    plant("5306")
    client = cast.county_officer.client
    done = client.post("/desk/places/import/", {"table": upload(TABLE.encode())})
    run = ImportRun.objects.get()
    assert done["Location"] == f"/desk/places/import/{run.pk}/"
    page = body(client.get(done["Location"]))
    assert "PI01" in page
    assert "导入了 1 行" in page
    assert "每一行都没有问题" in body(client.get(done["Location"] + "?level=note"))
    csv = client.get(f"/desk/places/import/{run.pk}/findings.csv")
    assert csv["Content-Type"].startswith("text/csv")
    assert "53060" in csv.content.decode("utf-8-sig")
    assert "表.csv" in body(client.get("/desk/places/import/"))
    assert run.actor.startswith("account:")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "请选择一个文件"),
        ({"table": upload(b"PK\x03\x04zipbomb", "t.xlsx")}, "不是区划表"),
        ({"table": upload(b"\x1f\x8b broken", "t.csv.gz")}, "不是区划表"),
        ({"table": upload(TABLE.encode()), "only": "贵州"}, "这里填区划代码"),
        ({"table": upload(b"code,name\nx,y\n")}, "没有一行可用"),
    ],
)
def test_bad_uploads_are_told_on_the_page(cast, data: dict[str, Any], says: str) -> None:
    answer = cast.county_officer.client.post("/desk/places/import/", data)
    assert answer.status_code == 400
    assert says in body(answer)
    assert not Place.objects.exists()
    assert not ImportRun.objects.exists()


def test_imports_are_for_those_who_may(cast) -> None:
    for member in (cast.branch_secretary, cast.grid_worker, cast.auditor):
        assert member.client.get("/desk/places/import/").status_code == 403
    assert Client().get("/desk/places/import/").status_code == 302


def test_the_first_page_says_where_ones_own_place_lies_and_how_much_is_below(cast) -> None:
    grid("第一网格", square(0))
    own = body(cast.branch_secretary.client.get("/desk/places/")).split("全部省份")[0]
    assert "靖安镇" in own
    assert '网格 <span class="num">1</span>' in own
    plant("522631206200")
    below = body(cast.county_officer.client.get("/desk/places/")).split("全部省份")[1]
    assert below.count('data-label="村社区"') == 2
    # A level of which there is nothing anywhere has no column of zeros.
    assert 'data-label="村民组"' not in body(cast.county_officer.client.get("/desk/places/522631/"))
