"""A points programme in sentences, in both languages: for the page of the programme and for everybody."""

from __future__ import annotations

from datetime import date
from typing import Final

from zhijin.ledger.rules.model import Points, Rule

_BY: Final = {
    "villagers_assembly": ("村民会议", "the villagers’ assembly"),
    "household_representatives": ("户代表会议", "the meeting of household representatives"),
    "residents_assembly": ("居民会议", "the residents’ assembly"),
    "member_assembly": ("党员大会", "the member assembly"),
}
_PER: Final = {
    "month": ("每月", "a month"),
    "quarter": ("每季", "a quarter"),
    "year": ("每年", "a year"),
}


def told(rule: Rule, lang: str) -> str:
    """One rule in a sentence: ``参加志愿服务：+3 分（决议第五条），每月最多 12 分``."""
    english = lang.startswith("en")
    amount = f"{rule.amount:+d}" if rule.amount is not None else ""
    if english:
        most = f"; at most {rule.cap.points} {_PER[rule.cap.per][1]}" if rule.cap else ""
        points = f"{amount} points" if amount else "points as the matter’s programme says"
        checked = "; checked by a second person" if rule.check == "second" else ""
        return f"{rule.title.in_('en')}: {points} ({rule.article}){most}{checked}"
    most = f"，{_PER[rule.cap.per][0]}最多 {rule.cap.points} 分" if rule.cap else ""
    points = f"{amount} 分" if amount else "按事项方案的分数"
    checked = "，由另一个人核对" if rule.check == "second" else ""
    return f"{rule.title.zh}：{points}（{rule.article}）{most}{checked}"


def resolution(programme: Points, lang: str) -> str:
    """Who passed the rules, when, with how many votes."""
    found = programme.resolution
    zh, en = _BY[found.by]
    day = date.fromisoformat(found.passed_on)
    if lang.startswith("en"):
        return (
            f"{found.title.in_('en')} ({found.number}), passed by {en} on {day.day} {day:%B} {day.year}: "
            f"{found.due} due, {found.present} present, {found.agreed} agreed"
        )
    return (
        f"{found.title.zh}（{found.number}），{day.year}年{day.month}月{day.day}日由{zh}通过："
        f"应到 {found.due}，实到 {found.present}，同意 {found.agreed}"
    )


def explain(programme: Points, lang: str) -> list[tuple[str, list[str]]]:
    """Sections of sentences: by what resolution, what earns, how to appeal, what follows."""
    english = lang.startswith("en")
    appeal = (
        f"Every entry is told; within {programme.appeal_days} days anybody concerned may appeal, and is "
        f"answered within {programme.answer_days} workdays. A deduction is booked only after that time."
        if english
        else f"每笔都告知本人；{programme.appeal_days} 天内可以申诉，{programme.answer_days} 个工作日内答复。"
        "扣分在申诉期满以后才入账。"
    )
    sections = [
        (
            "By what resolution" if english else "依据",
            [programme.basis, resolution(programme, lang)],
        ),
        (
            "What earns points" if english else "怎样得分",
            [told(rule, lang) for rule in programme.rules],
        ),
        ("Notice and appeal" if english else "告知和申诉", [appeal]),
    ]
    honour = programme.honour
    if honour is not None:
        titles = [title.in_(lang) for title in honour.titles]
        words = (
            f"By consent, in order of time, for {honour.days} days: {', '.join(titles)}"
            if english
            else f"经本人同意，按时间先后，公布 {honour.days} 天：{'、'.join(titles)}"
        )
        sections.append(("Honour list" if english else "光荣榜", [words]))
    return sections
