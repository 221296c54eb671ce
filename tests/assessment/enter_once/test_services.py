"""The whole way of a sheet: suggested, confirmed, filled, differing cells decided, given back, counted."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.assessment.enter_once import world
from tests.assessment.enter_once.sheets import big, columns, filled_sheet, plain
from tests.assessment.enter_once.world import CITY, WANGZHUANG, expected, villages
from tests.cast import Part, make_member
from tests.orgs.conftest import refusing
from zhijin.assessment.enter_once import filling, selectors, services
from zhijin.assessment.enter_once.models import Filling, Remembered, Saved
from zhijin.assessment.enter_once.reading import tables
from zhijin.assessment.enter_once.services import Choices
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.core.sheets.original import open_original
from zhijin.core.tasks import registered
from zhijin.orgs.models import Organisation

VILLAGE = villages()[0][1]
SMALL: list[list[Any]] = [
    ["村", "党员数", "户数", "上报数（件）"],
    *([name, None, None, None] for _code, name in villages()[:3]),
]


def start(actor: Actor, body: bytes, name: str = "附件1.xlsx") -> Filling:
    return services.start(actor=actor, body=body, name=name)


def confirm(actor: Actor, row: Filling, **more: Any) -> Filling:
    values: dict[str, Any] = {
        "start": row.period_start, "last": row.period_end - timedelta(days=1), "columns": {},
        "rows": {},
    }  # fmt: skip
    return services.confirm(
        actor=actor, pk=row.pk, version=row.version, choices=Choices(**values | more)
    )


def done(actor: Actor, body: bytes, **more: Any) -> Filling:
    return confirm(actor, start(actor, body), **more)


def back(actor: Actor, row: Filling) -> bytes:
    return services.give_back(actor=actor, pk=row.pk, origin="http://zj.test")[1]


def rows_of(body: bytes, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name(sheet).to_python()


def column_of(row: Filling, label: str) -> str:
    for number, _part, table in tables(row.layout):
        for index, heading in enumerate(table.headings):
            if heading.label == label:
                return f"{number}.{index}"
    raise AssertionError(label)


def state(row: Filling, label: str, line: int = 0) -> tuple[Any, str, str]:
    value, _n, _d, what, _old, why = row.answers[column_of(row, label)][line]
    return value, what, why


# -- show: at least 30 columns, at least 70% filled, each cell with its source -----------------


def test_a_sheet_of_thirty_columns_comes_back_filled_with_sources(clerk: Actor) -> None:
    assert len(columns()) >= 30
    row = start(clerk, big())
    assert (row.period_start, row.period_end) == (date(2026, 7, 1), date(2026, 8, 1))
    row = confirm(clerk, row)
    assert row.percent >= 70
    body = back(clerk, row)
    sheet = rows_of(body, "附件1")
    heads = ["/".join(path) for path in columns()]
    at = {head.replace("\n", ""): 3 + i for i, head in enumerate(heads)}
    for i in range(1, 26):
        line, says = sheet[3 + i], expected(i)
        shown = {
            "groups": line[at["村民小组数（个）"]], "people": line[at["人口情况/总人口（人）"]],
            "members": line[at["党员（名）/总数"]], "secretary": line[at["党组织书记/姓名"]],
            "opened": line[at["事项办理（件）/本期上报"]],
            "opened_year": line[at["事项办理（件）/1-7月累计上报"]],
            "worker_vacant": line[at["网格队伍（人）/网格员空缺"]],
        }  # fmt: skip
        assert shown == {name: says[name] for name in shown}, i
        assert line[at["党组织书记/联系电话"]] == ""
    # A percentage cell gets a share, a column of percent the number of percent.
    assert sheet[4][at["办理质量/响应率"]] == 1.0
    assert sheet[4][at["办理质量/解决率（%）"]] == 100.0
    told = [
        line for line in rows_of(body, "来源") if len(line) > 10 and line[10].startswith("http")
    ]
    assert len(told) == row.filled + row.agreed + row.differing
    assert all(line[5] and line[6] and line[9] for line in told)
    grid = open_original(body, "a.xlsx").grid(open_original(body, "a.xlsx").sheets[0])
    total = grid.cell(30, 5)
    assert total is not None
    assert total.formula


def test_every_blank_says_why(clerk: Actor) -> None:
    row = done(clerk, big())
    assert state(row, "党组织书记 / 联系电话") == (None, "blank", "personal")
    assert state(row, "备注") == (None, "blank", "words")
    assert state(row, "集体经济收入(万元)") == (None, "blank", "unmapped")
    assert state(row, "两新组织 / 党组织覆盖率(%)", 1) == (None, "blank", "zero")
    told = rows_of(back(clerk, row), "来源")
    blanks = [
        line for line in told[[cells[0] for cells in told].index("空着的格和原因") :] if line[4]
    ]
    assert len(blanks) - 1 == sum(filling.tally(row.answers).blanks.values())


# -- what the clerk decides -----------------------------------------------------------------------


def test_another_measure_and_period_may_be_chosen(clerk: Actor) -> None:
    row = start(clerk, plain(SMALL))
    key = column_of(row, "户数")
    row = confirm(clerk, row, columns={key: ("case.opened", "year")}, start=date(2026, 7, 1),
                  last=date(2026, 7, 31))  # fmt: skip
    assert [raw[0] for raw in row.answers[key]] == [expected(i)["opened_year"] for i in (1, 2, 3)]


def test_choices_are_remembered_for_the_county(clerk: Actor) -> None:
    first = start(clerk, plain(SMALL))
    key = column_of(first, "户数")
    confirm(clerk, first, columns={key: ("case.opened", "year"), "0.0": ("", "sheet")})
    again = start(clerk, plain(SMALL))
    column = again.mapping["columns"][key]
    assert (column["measure"], column["rule"], column["sure"]) == ("case.opened", "year", True)
    assert column["suggestions"][0][2] == "remembered"
    left = again.mapping["columns"]["0.0"]
    assert (left["measure"], left["why"], left["sure"]) == ("", "left", True)
    other = start(
        clerk,
        plain([["村", "户数", "其他一", "其他二"], *([r[0], None, None, None] for r in SMALL[1:])]),
    )
    assert other.mapping["columns"]["0.0"]["measure"] == "case.opened"


def test_memory_stays_in_its_county(clerk: Actor) -> None:
    done(clerk, plain(SMALL))
    assert Remembered.objects.exists()
    stranger = world.acting("county_officer", "530602", "far")
    with scoped(stranger):
        assert not Remembered.objects.exists()
    near = world.acting("village_staff", villages()[0][0], "near")
    with scoped(near):
        assert Remembered.objects.exists()


def test_a_row_that_is_not_known_is_asked_about_and_remembered(clerk: Actor) -> None:
    rows = [*SMALL[:3], ["东门二村", None, None, None], SMALL[3]]
    row = start(clerk, plain(rows))
    entry = row.mapping["rows"]["0.4"]
    assert entry["percent"] < 100
    code = villages()[3][0]
    row = confirm(clerk, row, rows={"0.4": f"place:{code}"})
    assert row.answers[column_of(row, "党员数")][2][0] == 14
    assert start(clerk, plain(rows)).mapping["rows"]["0.4"]["ref"] == f"place:{code}"
    left = confirm(clerk, start(clerk, plain(rows)), rows={"0.4": ""})
    assert state(left, "党员数", 2) == (None, "blank", "unknown")


def test_one_name_in_two_townships_goes_by_what_stands_beside_it(clerk: Actor) -> None:
    rows = [["乡镇", "村", "村民组数", "党员数"],
            ["卫城镇", "卫城社区", None, None], ["王庄乡", "王庄村", None, None]]  # fmt: skip
    row = done(clerk, plain(rows))
    assert [raw[3] for raw in row.answers[column_of(row, "村民组数")]] == ["filled", "filled"]


def test_typed_values_are_kept_until_the_clerk_says_otherwise(clerk: Actor) -> None:
    rows = [SMALL[0], [SMALL[1][0], 11, 99, None], [SMALL[2][0], "十二", None, None]]
    row = done(clerk, plain(rows))
    members, homes = column_of(row, "党员数"), column_of(row, "户数")
    assert [raw[3] for raw in row.answers[members]] == ["same", "differs"]
    assert row.answers[homes][0][3:5] == ["differs", "99"]
    assert (row.agreed, row.differing) == (1, 2)
    assert rows_of(back(clerk, row), "表")[1][1:3] == [11.0, 99.0]
    row = services.take(actor=clerk, pk=row.pk, cells=[f"{homes}.2"])
    assert (row.differing, row.answers[homes][0][3]) == (1, "taken")
    assert rows_of(back(clerk, row), "表")[1][1:3] == [11.0, 3.0]
    row = services.take(actor=clerk, pk=row.pk, cells=[])
    assert row.differing == 2


def test_formulas_stay(clerk: Actor) -> None:
    rows = [SMALL[0], [SMALL[1][0], "=1+1", None, None], [SMALL[2][0], None, None, None]]
    row = done(clerk, plain(rows))
    assert state(row, "党员数")[1:] == ("kept", "formula")
    grid = open_original(back(clerk, row), "a.xlsx").grid(
        open_original(back(clerk, row), "a.xlsx").sheets[0]
    )
    cell = grid.cell(2, 2)
    assert cell is not None
    assert cell.formula


def test_locked_cells_of_a_protected_sheet_stay_unless_all_are(clerk: Actor) -> None:
    def some(book: Any, sheet: Any) -> None:
        sheet.write_blank("B2", None, book.add_format({"locked": False}))
        sheet.protect("x")

    row = done(clerk, plain(SMALL, change=some))
    assert state(row, "党员数")[1] == "filled"
    assert state(row, "党员数", 1)[1:] == ("kept", "locked")
    whole = done(clerk, plain(SMALL, change=lambda _book, sheet: sheet.protect()))
    assert state(whole, "党员数", 1)[1] == "filled"


def test_what_a_record_says_can_never_become_a_formula(clerk: Actor) -> None:
    code = villages()[0][0]
    with scoped(world.SYSTEM):
        org = Organisation.objects.get(place_code=code, kind="branch")
        from zhijin.orgs.models import Appointment

        Appointment.objects.filter(org=org).update(holder='=cmd|"/c calc"!A1')
    rows = [["村", "书记姓名", "户数", "人口"], [SMALL[1][0], None, None, None]]
    with scoped(clerk):
        body = back(clerk, done(clerk, plain(rows)))
    grid = open_original(body, "a.xlsx").grid(open_original(body, "a.xlsx").sheets[0])
    cell = grid.cell(2, 2)
    assert cell is not None
    assert not cell.formula
    assert cell.text.startswith("'=cmd")


def test_units_are_met(clerk: Actor) -> None:
    rows = [["村", "人口（万人）", "党员数", "户数"], [SMALL[1][0], None, None, None]]
    assert state(done(clerk, plain(rows)), "人口(万人)")[0] == 0.0004


def test_a_form_about_the_office(city: None) -> None:
    rows = [["党支部数：", None, "党员数：", None], ["户数", None, "银行账号", None]]
    actor = world.acting("township_officer", WANGZHUANG, "town")
    with clock.freeze(world.TODAY), scoped(actor):
        sheet = rows_of(back(actor, done(actor, plain(rows))), "表")
    assert sheet[0][1::2] == [11.0, sum(10 + i for i in range(15, 26))]
    assert sheet[1][1::2] == [33.0, ""]


# -- counting, seeing, keeping ----------------------------------------------------------------------


def test_entries_saved_are_counted_once(clerk: Actor) -> None:
    row = done(clerk, plain(SMALL))
    assert row.filled == 9
    back(clerk, row)
    back(clerk, row)
    assert selectors.savings(clerk) == selectors.Savings(9, 1)
    facts = Fact.objects.filter(kind="filling.returned")
    assert [(fact.value, fact.place_code) for fact in facts] == [(9, CITY)]
    back(clerk, done(clerk, plain(SMALL)))
    assert selectors.savings(clerk) == selectors.Savings(18, 2)
    assert Saved.objects.count() == 1


def test_everything_is_in_the_journal(clerk: Actor) -> None:
    row = done(clerk, plain(SMALL))
    services.take(actor=clerk, pk=row.pk, cells=[])
    back(clerk, row)
    services.discard(actor=clerk, pk=row.pk)
    entries = JournalEntry.objects.filter(object=row.record).order_by("id")
    assert [entry.action for entry in entries] == [
        "filling.started", "filling.confirmed", "filling.differences", "filling.returned",
        "filling.discarded",
    ]  # fmt: skip


def test_a_sheet_is_its_senders_only(clerk: Actor) -> None:
    row = done(clerk, plain(SMALL))
    other = world.acting("county_officer", CITY, "second")
    with scoped(other):
        assert not Filling.objects.exists()
        with refusing() as caught:
            selectors.get(other, row.pk)
        assert caught.value.id == "EO001"
        with refusing() as caught:
            services.give_back(actor=other, pk=row.pk, origin="")
        assert caught.value.id == "EO001"


def test_a_township_sees_only_its_own_rows_filled(city: None) -> None:
    actor = world.acting("township_officer", WANGZHUANG, "town")
    with clock.freeze(world.TODAY), scoped(actor):
        row = done(actor, big())
        assert state(row, "党员(名) / 总数", 0) == (None, "blank", "scope")
        assert state(row, "党员(名) / 总数", 24)[:2] == (35, "filled")
        assert state(row, "村民小组数(个)", 0)[1] == "filled"


def test_a_cell_opens_to_its_records_and_tells_when_they_changed(clerk: Actor) -> None:
    row = done(clerk, plain(SMALL))
    key = column_of(row, "上报数(件)")
    index = int(key.split(".")[1])
    cell = selectors.cell(clerk, row, 0, index, 4)
    assert cell.now is not None
    assert len(cell.now.counted) == cell.slot.value == 3
    for bad in ((1, 0, 2), (0, 9, 2), (0, 0, 99)):
        with refusing() as caught:
            selectors.cell(clerk, row, *bad)
        assert caught.value.id == "EO010"


def test_the_file_is_sealed_and_removed_after_a_month(clerk: Actor) -> None:
    row = done(clerk, plain(SMALL))
    kept = Filling.objects.get(pk=row.pk).original
    assert kept is not None
    assert b"PK\x03\x04" not in bytes(kept)
    with clock.freeze(clock.now() + services.KEEP - timedelta(minutes=1)):
        assert services.clear_originals() == 0
    with clock.freeze(clock.now() + services.KEEP + timedelta(minutes=1)):
        assert services.clear_originals() == 1
    with refusing() as caught:
        back(clerk, row)
    assert caught.value.id == "EO009"
    assert "assessment.clear_originals" in {tick.name for tick in registered()}


# -- what is refused --------------------------------------------------------------------------------


def refused(actor: Actor, body: bytes, name: str = "表.xlsx") -> str:
    with refusing() as caught:
        start(actor, body, name)
    return caught.value.id


def test_sheets_that_cannot_be_filled_are_refused(
    clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(clerk, plain([["只有一句话"]])) == "EO002"
    assert refused(clerk, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "表.xls") == "SH010"
    assert refused(clerk, b"not a sheet", "表.xlsx") in {"SH002", "SH003", "SH010"}
    monkeypatch.setattr(filling, "MOST", 8)
    assert refused(clerk, plain(SMALL)) == "EO003"


def test_wrong_choices_are_refused(clerk: Actor) -> None:
    row = start(clerk, plain(SMALL))
    wrong: dict[str, dict[str, Any]] = {
        "EO005": {"start": date(2026, 8, 1), "last": date(2026, 7, 1)},
        "EO006": {"columns": {"0.0": ("no.such", "sheet")}},
    }
    for id_, choices in wrong.items():
        with refusing() as caught:
            confirm(clerk, row, **choices)
        assert caught.value.id == id_
    with refusing() as caught:
        back(clerk, row)
    assert caught.value.id == "EO008"
    with refusing() as caught:
        services.take(actor=clerk, pk=row.pk, cells=[])
    assert caught.value.id == "EO008"
    confirm(clerk, row)
    with refusing() as caught:
        confirm(clerk, row)
    assert caught.value.id == "EO007"


def test_choices_for_what_is_not_there_change_nothing(clerk: Actor) -> None:
    row = confirm(
        clerk, start(clerk, plain(SMALL)),
        columns={"9.9": ("case.opened", "sheet"), "0.0": ("org.members", "nonsense")},
        rows={"0.99": "place:520181", "0.2": "place:999999999999"},
    )  # fmt: skip
    assert row.mapping["columns"]["0.0"]["rule"] == "sheet"
    assert row.mapping["rows"]["0.2"]["ref"].startswith("place:520181")


def test_personal_columns_cannot_be_mapped_by_hand(clerk: Actor) -> None:
    rows = [["村", "联系电话", "户数", "人口"], [SMALL[1][0], None, None, None]]
    row = start(clerk, plain(rows))
    row = confirm(clerk, row, columns={"0.0": ("org.secretary", "sheet")})
    assert state(row, "联系电话") == (None, "blank", "personal")


def test_who_may_not_fill_sheets(city: None) -> None:
    for key, part in {
        "grid": Part("格", "grid_worker", f"{villages()[0][0]}001"), "audit": Part("审", "auditor", ""),
    }.items():  # fmt: skip
        actor = make_member(key, part).actor
        with scoped(actor):
            assert refused(actor, plain(SMALL)) == "CO403"


def test_a_small_sheet_of_one_place(city: None) -> None:
    code = villages()[0][0]
    actor = world.acting("village_secretary", code, "village")
    row = filled_sheet(actor, code)
    assert row.percent == 100
