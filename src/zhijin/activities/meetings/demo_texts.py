"""Texts of the demonstration's organisational life. Names are drawn from common ones; nobody is meant."""

from __future__ import annotations

from typing import Final

from zhijin.activities.meetings.format import Kind

LINK: Final = "https://meeting.example.com/gannan-branch"
PLACE: Final = "村党群服务中心会议室"
CHAIR: Final = "祁白露"
WHEREABOUTS: Final = (
    "浙江义乌",
    "广东东莞",
    "青海西宁",
    "四川成都",
    "新疆喀什",
    "江苏昆山",
    "甘肃兰州",
)
#: Kind, how many a year (document 003), and how many of them opened with law: 1,400 in all.
STUDY: Final = (
    ("centre-group", 768, 768), ("lecture", 326, 0), ("youth-group", 800, 0), ("office", 632, 632),
)  # fmt: skip
#: Place, title, what it is about, whether for all branches below, and parts: title, text, link.
COURSES: Final = (
    ("632802001204", "在外地怎样过好组织生活", "给在外务工的党员：线上怎么参加、怎么表决、怎么请假。", False, (
        ("线上怎么开会", "议程提前三天放在你的页面上。\n会上念的六位签到码，输在自己的页面上就算到会。", ""),
        ("表决和请假", "正式党员有表决权。表决截止以前投出的票才算；去不了要请假，写一句原因。", ""),
        ("党费和联系人", "", "https://example.com/gannan/party-dues"),
    )),
    ("5306", "乡村全面振兴专题", "市里统一开的课，各支部可以在手机、电脑、大屏上学。", True, (
        ("为什么是“全面”振兴", "产业、人才、文化、生态、组织五个方面一起抓，缺一项都走不远。", ""),
        ("村里的三笔账", "资金、资产、资源三笔账都要公开，群众看得懂、能提问。", ""),
    )),
)  # fmt: skip
_SURNAMES = "祁马李星韩白赵王张杨冶才陈刘"
_GIVEN = (
    "立春",
    "雨水",
    "惊蛰",
    "清明",
    "谷雨",
    "小满",
    "芒种",
    "大暑",
    "处暑",
    "秋分",
    "寒露",
    "霜降",
    "小雪",
)
_TOPICS = (
    "传达学习上级会议精神", "习近平经济思想专题", "习近平法治思想专题", "生态文明思想专题", "乡村全面振兴专题",
    "党风廉政专题", "意识形态工作专题", "优化营商环境专题",
)  # fmt: skip
_LAWS = (
    "《民法典》节选",
    "《行政处罚法》",
    "《安全生产法》",
    "《乡村振兴促进法》",
    "《个人信息保护法》",
    "《行政许可法》",
)
_TOLD = {
    "assembly": "听取支部工作报告，大家提了三条意见：水渠年前修好；老人送餐再加一天；在外的党员每季度回一次话。",
    "committee": "研究了集体收益使用和入党积极分子培养，明确了谁负责、什么时候完成。",
    "group": "学习了支部工作条例，谈了各自联系的户近况。",
    "lesson": "书记讲“在外地怎样当好党员”，在线上的党员说了自己在工地、市场里的做法。",
    "theme-day": "清理村道、看望独居老人；在外地的党员在线上过组织生活，交流务工信息。",
}


def name(at: int) -> str:
    """A made-up name, another for every member."""
    return f"{_SURNAMES[at % len(_SURNAMES)]}{_GIVEN[(at * 5 + at // 13) % len(_GIVEN)]}"


def group(at: int) -> str:
    return f"第{'一二'[at % 2]}党小组"


def day(kind: str, number: int) -> int:
    """On which day of its period a meeting was held (from 0)."""
    return 4 + (len(kind) * 3 + number * 2) % 19


def minutes(kind: Kind, number: int) -> dict[str, str]:
    body = _TOLD.get(kind.id, "按要求开展。")
    return {kind.minutes[0]: f"{topic(number)}。{body}"}


def topic(number: int) -> str:
    return _TOPICS[number % len(_TOPICS)]


def law(number: int) -> str:
    return _LAWS[number % len(_LAWS)]


def title(kind: Kind, number: int) -> str:
    return f"{kind.title.zh}：{topic(number)}"
