"""The working calendar on the desk: shown to those who work by it, announced by the notice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from tests.core.test_holidays import NOTICE_2026
from zhijin.core import calendar
from zhijin.core.actor import Actor
from zhijin.core.models import CalendarNotice
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
NOTICE_2027 = (
    "国务院办公厅关于2027年部分节假日安排的通知\n元旦：1月1日（周五）至3日（周日）放假，共3天。\n"
    "春节：2月5日（周五）至13日（周六）放假调休，共9天。1月31日（周日）、2月20日（周六）上班。\n"
    "清明节：4月3日至5日放假，共3天。\n"
)


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    calendar.forget()
    yield
    calendar.forget()


def body(response: Any) -> str:
    return response.content.decode()


def test_a_year_is_shown_day_by_day(cast) -> None:
    page = body(cast.township_officer.client.get("/desk/calendar/2026/"))
    assert page.count('data-kind="made-up">') == 6 + 1  # six days and the key
    assert "共 248 个工作日" in page
    assert "尚未公布" not in page
    assert "粘贴通知全文" not in page
    assert "尚未公布" in body(cast.county_officer.client.get("/desk/calendar/2027/"))


@pytest.mark.parametrize("number", [1, 2003, 2061, 99999])
def test_years_beyond_the_calendar_are_the_nearest(cast, number: int) -> None:
    assert cast.county_officer.client.get(f"/desk/calendar/{number}/").status_code == 200


def test_a_notice_is_checked_then_taken_over_then_taken_back(
    cast, django_capture_on_commit_callbacks
) -> None:
    client = cast.system_admin.client
    page = body(client.post("/desk/calendar/notice/", {"text": NOTICE_2027, "year": "2026"}))
    assert "还没有保存" in page
    assert "读到 17 天" in page
    assert not CalendarNotice.objects.exists()
    assert calendar.current().provisional(2027)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/desk/calendar/notice/", {"text": NOTICE_2027, "do": "save"})
    assert response.headers["Location"] == "/desk/calendar/2027/"
    assert not calendar.current().provisional(2027)
    assert calendar.current().is_workday(date(2027, 2, 20))
    assert "国务院办公厅关于2027年" in body(client.get("/desk/calendar/2027/"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/desk/calendar/2027/back/")
    assert calendar.current().provisional(2027)
    with scoped(Actor.system("test")), connection.cursor() as cursor:
        cursor.execute("SELECT action FROM core_journal WHERE object = 'calendar:2027' ORDER BY id")
        assert [row[0] for row in cursor] == ["calendar.notice", "calendar.notice_back"]


def test_a_notice_with_a_slip_is_not_taken_over(cast) -> None:
    client = cast.system_admin.client
    bad = NOTICE_2026.replace("共9天", "共8天")
    for do in ("check", "save"):
        response = client.post("/desk/calendar/notice/", {"text": bad, "do": do})
        assert response.status_code == 422
        assert "写的是共 8 天，日期却是 9 天" in body(response)
    assert client.post("/desk/calendar/notice/", {"text": "", "do": "save"}).status_code == 422
    assert not CalendarNotice.objects.exists()


def test_only_the_system_administrator_changes_it(cast) -> None:
    for member in (cast.county_officer, cast.auditor, cast.grid_worker):
        data = {"text": NOTICE_2027, "do": "save"}
        assert member.client.post("/desk/calendar/notice/", data).status_code == 403
        assert member.client.post("/desk/calendar/2027/back/").status_code == 403
    assert cast.grid_worker.client.get("/desk/calendar/").status_code == 403
    assert cast.system_admin.client.get("/desk/calendar/").status_code == 200
    assert cast.resident.client.get("/desk/calendar/").status_code == 302
    assert not CalendarNotice.objects.exists()
