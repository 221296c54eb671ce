"""Months of facts as files: whole, found by commit order, without what was corrected; organisations as they were."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import adbc_driver_manager
import pyarrow.parquet as pq
import pytest
from django.db import connection, connections, transaction

from tests.assessment import drive
from tests.assessment.worlds import SYSTEM
from tests.cast import COUNTY, OTHER_COUNTY, VILLAGE
from tests.orgs.conftest import register
from zhijin.assessment import streaming
from zhijin.assessment.engine.months import columns
from zhijin.assessment.models import Month
from zhijin.assessment.streaming import adbc, places
from zhijin.core import facts
from zhijin.core.actor import Actor, Grant
from zhijin.core.ids import place_span
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs.services import change_organisation, end_organisation

pytestmark = pytest.mark.django_db(transaction=True)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def note(at: datetime, kind: str = "case.close", code: str = VILLAGE, **more) -> str:
    """One committed fact; returns its id."""
    with scoped(SYSTEM):
        facts.record(
            kind, at=at, place_code=code, subject="s", actor=SYSTEM, record=f"case:{at}", **more
        )
        return str(Fact.objects.order_by("-id").values_list("id", flat=True)[0])


def at(month: int, day: int = 10, hour: int = 4) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def ids(month: date) -> set[str]:
    """Ids of the facts in a month's file."""
    row = Month.objects.get(month=month)
    return set(pq.read_table(places.facts() / row.file)["id"].to_pylist())


def test_months_are_written_whole_and_only_when_dirty():
    june, july = note(at(6)), note(at(7), org_key=7, attrs={"outcome": "solved"})
    drive.settle()
    assert streaming.refresh().months == {JUNE: 1, JULY: 1}
    assert (ids(JUNE), ids(JULY)) == ({june}, {july})
    before = Month.objects.get(month=JUNE)
    late = note(at(7, 2))
    assert set(streaming.refresh().months) == {JULY}
    assert ids(JULY) == {july, late}
    assert Month.objects.get(month=JUNE).file == before.file
    assert {p.name for p in places.facts().iterdir()} == set(
        Month.objects.values_list("file", flat=True)
    ), "nothing is left behind"
    rows = pq.read_table(places.facts() / Month.objects.get(month=JULY).file).to_pylist()
    row = next(row for row in rows if row["id"] == july)
    assert (row["org_key"], row["a_outcome"], row["a_late"], row["value"]) == (7, "solved", None, 1)
    assert row["at_us"] == at(7).timestamp() * 1_000_000


def test_an_attribute_of_another_type_is_as_if_it_were_not_there():
    note(at(7), attrs={"late": "true", "rating": "5", "step": 7.9, "outcome": 3})
    streaming.refresh()
    row = pq.read_table(places.facts() / Month.objects.get(month=JULY).file).to_pylist()[0]
    assert (row["a_late"], row["a_rating"], row["a_step"], row["a_outcome"]) == (True, 5, None, "3")


def test_a_month_begins_at_midnight_in_china():
    last = note(datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC))
    first = note(datetime(2026, 6, 30, 16, tzinfo=UTC))
    streaming.refresh()
    assert (ids(JUNE), ids(JULY)) == ({last}, {first})


def test_a_transaction_that_commits_late_is_not_missed():
    """Its number is lower than that of one already seen: only the order of commits finds it."""
    begun, go_on = threading.Event(), threading.Event()
    made: list[str] = []

    def slow() -> None:
        with scoped(SYSTEM):
            facts.record(
                "case.close", at=at(6), place_code=VILLAGE, subject="s", actor=SYSTEM, record="r"
            )
            made.append(str(Fact.objects.values_list("id", flat=True)[0]))
            begun.set()
            go_on.wait(120)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(120)
    quick = note(at(7))
    streaming.refresh()
    assert ids(JULY) == {quick}
    assert not Month.objects.filter(month=JUNE).exists()
    go_on.set()
    thread.join()
    streaming.refresh()
    assert ids(JUNE) == set(made)


def test_a_file_has_every_column_though_no_fact_has_the_attribute():
    solved = note(at(7), attrs={"outcome": "solved", "late": True, "nobody's": 1})
    plain = note(at(7, 11))
    empty = note(at(6))
    streaming.refresh()
    for month, found in ((JULY, {solved, plain}), (JUNE, {empty})):
        table = pq.read_table(places.facts() / Month.objects.get(month=month).file)
        assert table.column_names == [column.name for column in columns()]
        kinds = {"VARCHAR": "string", "INTEGER": "int32", "BIGINT": "int64", "BOOLEAN": "bool"}
        assert [str(field.type) for field in table.schema] == [kinds[c.type] for c in columns()]
        assert set(table["id"].to_pylist()) == found
    rows = pq.read_table(places.facts() / Month.objects.get(month=JULY).file).to_pylist()
    by_id = {row["id"]: row for row in rows}
    assert (by_id[solved]["a_outcome"], by_id[solved]["a_late"]) == ("solved", True)
    assert {value for name, value in by_id[plain].items() if name.startswith("a_")} == {None}


def test_what_a_later_fact_corrects_is_left_out():
    wrong, kept = note(at(7)), note(at(7, 11))
    streaming.refresh()
    right = note(at(7), attrs={"corrects": wrong, "outcome": "solved"})
    streaming.refresh()
    assert ids(JULY) == {right, kept}
    assert Month.objects.get(month=JULY).dropped == 1
    last = note(at(7), attrs={"corrects": right, "void": True})
    streaming.refresh()
    assert ids(JULY) == {kept}, (
        "a chain of corrections ends with the last; one that voids only takes out"
    )
    assert last not in ids(JULY)


def test_a_refresh_that_breaks_off_leaves_the_earlier_files(monkeypatch):
    first = note(at(7))
    streaming.refresh()
    note(at(7, 12))
    monkeypatch.setattr("zhijin.assessment.streaming.months._rows_of", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        streaming.refresh()
    assert ids(JULY) == {first}
    monkeypatch.undo()
    streaming.refresh()
    assert len(ids(JULY)) == 2


def test_a_snapshot_stays_as_it_was_and_goes_away():
    first = note(at(7))
    streaming.refresh()
    with streaming.snapshot([JUNE, JULY]) as held:
        note(at(7, 12))
        streaming.refresh()
        table = pq.read_table(held.facts / "202607.parquet")
        assert table["id"].to_pylist() == [first]
        assert [p.name for p in held.facts.iterdir()] == ["202607.parquet"]
        with streaming.snapshot([JUNE, JULY]) as newer:
            assert (newer.rows, held.rows) == (2, 1)
            assert newer.digest != held.digest
    assert not held.facts.exists()


def test_two_at_once_write_the_same():
    note(at(7))
    errors: list[BaseException] = []

    def run() -> None:
        try:
            streaming.refresh()
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(ids(JULY)) == 1


def test_organisations_keep_their_past_where_it_was(tree):
    org = register("东山社区党总支", valid_from=date(2026, 1, 1))
    merged = register("小坡村党支部", valid_from=date(2026, 1, 1))
    with scoped(SYSTEM):
        change_organisation(actor=SYSTEM, key=org.key, on=date(2026, 7, 1), place_code=OTHER_COUNTY)
        end_organisation(actor=SYSTEM, key=merged.key, on=date(2026, 6, 15), why="合并")
    with streaming.snapshot([]) as held:
        rows = [r for r in pq.read_table(held.orgs).to_pylist() if r["org_key"] == org.key]
        gone = [r for r in pq.read_table(held.orgs).to_pylist() if r["org_key"] == merged.key]
    assert [(r["place_code"], r["valid_from"], r["valid_to"]) for r in rows] == [
        (VILLAGE, date(2026, 1, 1), JULY), (OTHER_COUNTY, JULY, None),
    ]  # fmt: skip
    assert [r["valid_to"] for r in gone] == [date(2026, 6, 15)]


def test_the_stream_reads_as_the_application_and_not_as_the_owner():
    question = (
        "SELECT pg_get_userbyid(relowner) = current_user AS owns, relforcerowsecurity AS forced"
        " FROM pg_class WHERE relname = 'core_fact'"
    )
    with adbc.reading(question) as reader:
        assert reader.read_all().to_pylist() == [{"owns": False, "forced": True}]


def test_what_changed_is_told_by_month_and_only_to_those_who_compute():
    mark = facts.changed_since(0).upto
    note(at(6)), note(at(6, 12)), note(at(7))
    drive.settle()
    found = facts.changed_since(mark)
    assert dict(found.months) == {JUNE: 2, JULY: 1}
    assert facts.changed_since(found.upto).months == {}
    # The months of facts that one may not see are no secret; the facts stay unseen.
    county = Actor("account", "a", "甲", (Grant("county_officer", COUNTY, *place_span("520181")),))
    with scoped(county):
        assert not Fact.objects.exists()


def test_the_mark_is_read_before_the_look():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        own = cursor.fetchone()[0]
        assert facts.changed_since(0).upto <= own


def server_process() -> int:
    """Which process of the server answered."""
    with adbc.reading("SELECT pg_backend_pid() AS pid") as reader:
        return reader.read_all().to_pylist()[0]["pid"]


def test_a_thread_reads_again_over_its_connection_while_that_is_sound():
    first = server_process()
    assert server_process() == first
    with adbc.reading("SELECT pg_backend_pid() AS pid"):
        assert server_process() != first, "one reading inside another has its own"
    first = server_process()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    second = server_process()
    assert second != first, "what the server closed is opened anew"
    with pytest.raises(adbc_driver_manager.ProgrammingError), adbc.reading("SELECT nothing_such"):
        pass
    assert server_process() != second, "nobody knows the state of one that failed"


def test_a_connection_leads_to_the_database_of_now(monkeypatch):
    first = server_process()
    with monkeypatch.context() as patch:
        patch.setattr(adbc, "address", lambda: "postgresql://elsewhere.invalid/none")
        with pytest.raises(adbc_driver_manager.Error):
            server_process()
    assert server_process() != first
