"""The State Council's notice, read as it is published, and every slip in it found."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijin.core.holidays import read_notice
from zhijin.core.workcal import WorkCalendar

NOTICE_2026 = """\
国务院办公厅关于2026年部分节假日安排的通知
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
"""


def test_a_published_notice_gives_the_calendar_of_its_year() -> None:
    notice = read_notice(NOTICE_2026)
    assert notice.problems == []
    assert notice.sound
    assert notice.year == 2026
    day = date(2026, 1, 1)
    while day.year == 2026:
        worked = notice.days.get(day, day.weekday() < 5)
        assert worked == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_an_unannounced_year_is_announced_by_its_notice() -> None:
    text = (
        "2027年部分节假日安排\n元旦：1月1日（周五）至3日（周日）放假，共3天。\n"
        "春节：2月5日（周五）至13日（周六）放假调休，共9天。1月31日（周日）、2月20日（周六）上班。\n"
        "清明节：4月3日至5日放假，共3天。\n"
    )
    notice = read_notice(text)
    assert notice.sound
    calendar = WorkCalendar(overrides=notice.days)
    assert not calendar.provisional(2027)
    assert calendar.is_workday(date(2027, 2, 20))
    assert not calendar.is_workday(date(2027, 2, 12))


def test_a_holiday_may_reach_over_the_new_year() -> None:
    notice = read_notice(
        "元旦：2022年12月31日（周六）至2023年1月2日（周一）放假调休，共3天。", 2023
    )
    assert sorted(notice.days) == [date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2)]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("共9天", "共8天", "共 8 天"),
        ("2月14日（周六）", "2月14日（周日）", "不是周日"),
        ("2月28日", "2月30日", "没有"),
        ("5月9日（周六）上班", "5月5日上班", "既放假又上班"),
        ("至23日（农历正月初七、周一）", "至3月23日", "起止日期"),
        ("2026年部分节假日", "部分节假日", "哪一年"),
    ],
)
def test_slips_are_found(old: str, new: str, word: str) -> None:
    notice = read_notice(NOTICE_2026.replace(old, new, 1))
    assert not notice.sound
    assert any(word in zh for _, zh, _ in notice.problems), notice.problems
    assert all(line >= 1 and zh and en for line, zh, en in notice.problems)


def test_part_of_a_notice_is_not_taken_for_the_whole() -> None:
    notice = read_notice(NOTICE_2026.split("三、", maxsplit=1)[0])
    assert any("不完整" in zh for _, zh, _ in notice.problems)


@given(st.text(max_size=200), st.one_of(st.none(), st.integers(1992, 2199)))
def test_any_text_is_answered(text: str, year: int | None) -> None:
    notice = read_notice(text + "1月1日至99日放假，13月1日上班", year)
    assert not notice.sound


def test_half_width_brackets_and_star_days_are_read() -> None:
    text = NOTICE_2026.replace("（", "(").replace("）", ")").replace("周六", "星期六")
    assert read_notice(text).days == read_notice(NOTICE_2026).days
