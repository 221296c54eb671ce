"""Texts of the demonstration's cadres. Names are drawn from common ones; nobody is meant."""

from __future__ import annotations

from typing import Final

#: The firm whose staff shows the three 80% of document 002; the same that applies to the court.
TECH_FIRM: Final = "云岩示例智能科技有限公司"
UNITS: Final = ("县水务局", "县农业农村局", "县教育局", "县林业局", "县供销社")
WORK: Final = {
    "visit": "走访五户，登记饮水困难一件，已转村委会办理（模拟）", "industry": "同合作社商量红粱收购，签下两家（模拟）",
    "party": "参加主题党日，讲国家政策（模拟）", "service": "帮两位老人办理医保缴费（模拟）",
}  # fmt: skip
#: Line, what, who answers, goal, unit, and about how much of it is done (per cent).
MEASURES: Final = (
    ("education", "选派教师到县内中学任教", "县教育局", 24, "人", 92),
    ("health", "三级医院派驻医疗队帮带科室", "县卫生健康局", 8, "个", 60),
    ("industry", "建设特色产业标准化基地", "县农业农村局", 12000, "亩", 70),
)
_SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = (
    "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑", "大暑",
)  # fmt: skip


def cadre(number: int) -> str:
    """A made-up name."""
    return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number // len(_SURNAMES) % len(_GIVEN)]
