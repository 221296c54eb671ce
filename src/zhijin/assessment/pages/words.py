"""What a standing says in sentences: its rules, its states, small groups, ties.

Reads nothing but names of places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhijin.assessment.engine import Assessment
from zhijin.assessment.engine.marks_model import Mark as MarkRule
from zhijin.assessment.engine.model import Indicator
from zhijin.assessment.engine.represent import scale
from zhijin.assessment.engine.shared_model import LEVEL_DIGITS
from zhijin.assessment.models import Score
from zhijin.assessment.naming import LEVELS
from zhijin.assessment.pages.programme import About, said
from zhijin.assessment.pages.reading import Past
from zhijin.core import clock
from zhijin.orgs import api as orgs
from zhijin.places import api as places
from zhijin.ui import spans
from zhijin.ui.charts import tenths

STATES = {
    "ready": gettext_lazy("未公布"),
    "published": gettext_lazy("已公布"),
    "frozen": gettext_lazy("已封存"),
    "superseded": gettext_lazy("已被新结果替代"),
}
RUNNING = gettext_lazy("进行中，每夜重算")
REASONS = {
    "due": gettext_lazy("到期自动计算"),
    "asked": gettext_lazy("人工要求计算"),
    "late_fact": gettext_lazy("有迟到的记录"),
    "open": gettext_lazy("本期还没有结束，每夜按当时的记录算"),
    "joined": gettext_lazy("并入的结果公布了"),
    "appeal": gettext_lazy("申诉成立"),
    "adjustment": gettext_lazy("加减分生效"),
    "revision": gettext_lazy("方案换了版本"),
}
MARKS = {"laggard": gettext_lazy("后进"), "advanced": gettext_lazy("先进")}
NO_DATA = {
    "exempt": gettext_lazy("没有数据：这一项不计，权重分给其他项"),
    "full": gettext_lazy("没有数据：按满分计"),
    "zero": gettext_lazy("没有数据：按零分计"),
}


def period(kind: str, start: date) -> str:
    """2026年7月, 2026年第三季度, 2026年下半年, 2026年."""
    part = {
        "month": f"-{start.month:02d}", "quarter": f"Q{(start.month + 2) // 3}",
        "half": "H1" if start.month < 7 else "H2",
    }.get(kind, "")  # fmt: skip
    return spans.period(f"{start.year}{part}")


def enumerated(parts: Iterable[str]) -> str:
    """Parts side by side, with the comma of the reader's language."""
    return _("、").join(parts)


def short_month(start: date) -> str:
    """7月; January as 2026.1, so that a row of months can be read."""
    if start.month == 1:
        return f"{start.year}.1"
    if (get_language() or "").startswith("en"):
        return date_format(start, "M")
    return _("{n}月").format(n=start.month)


def peers(programme: Assessment) -> str:
    """With whom one is compared, and what is done when they are few."""
    by = enumerated(str(LEVELS[name]) for name in programme.peers.by)
    text = _("和同一{by}的组织比。").format(by=by)
    if programme.peers.otherwise:
        wider = enumerated(str(LEVELS[name]) for name in programme.peers.otherwise)
        text += _("一组不足 {n} 个时，依次放宽到{wider}。").format(
            n=programme.peers.least, wider=wider
        )
    if programme.peers.still_small == "rank_only":
        return text + _("放到最宽仍不足的，只排名，不认定。")
    return text + _("放到最宽仍不足的，照样认定。")


def ties(described: About) -> str:
    """What decides between equal totals."""
    programme = described.programme
    if programme is None:
        return ""
    compared = enumerated(described.title_of(name) for name in programme.ties.by)
    text = _("总分相同的，依次比{by}；").format(by=compared) if compared else ""
    return text + _("仍然相同的并列，不抽签、不看先后。")


def group(described: About, score: Score) -> str:
    """Which group a rank was given in, by name, and why that one."""
    name = group_name(score)
    programme = described.programme
    if not score.wider or programme is None:
        return _("{name}，{n} 个组织").format(name=name, n=score.of)
    return _("{name}，{n} 个组织（本地不足 {least} 个，已放宽）").format(
        name=name, n=score.of, least=programme.peers.least
    )


def group_name(score: Score) -> str:
    """青龙山街道 · 城市: the attributes of the group, as this member has them."""
    parts = []
    for attribute in re.split(r"[^a-z]+", score.group_by):
        if attribute in LEVEL_DIGITS:
            parts.append(_place_name(score.place_code[: LEVEL_DIGITS[attribute]]))
        elif attribute == "sector":
            parts.append(str(orgs.SECTORS.get(score.sector, "")))
        elif attribute == "industry" and score.industry is not None:
            parts.append(str(orgs.INDUSTRIES.get(score.industry, "")))
        elif attribute == "kind":
            parts.append(str(orgs.KINDS.get(score.kind, score.kind)))
        elif attribute:
            parts.append(str(LEVELS.get(attribute, attribute)))
    return " · ".join(part for part in parts if part) or score.group_by


@lru_cache(maxsize=4096)
def _place_name(code: str) -> str:
    """Names of places change rarely, and a restart of the pages reads them anew."""
    found = places.find(code)
    return found.short if found is not None else code


def rule(mark: MarkRule, *, english: bool) -> str:
    """One rule of marking, whole: 后进：每组末 5%（…），或连续 3 个月排本乡镇后 3 位."""
    parts = [text for text in (_proportion(mark), _running(mark)) if text]
    return _("{title}：{rules}。").format(
        title=said(mark.title, english=english), rules=_("；或").join(parts)
    )


def _proportion(mark: MarkRule) -> str:
    if mark.proportion is None:
        return ""
    end = _("末") if mark.end == "last" else _("前")
    text = _("每组{end} {n}%").format(end=end, n=f"{mark.proportion / 100:g}")
    extra = [_("名额只舍不入") if mark.round == "down" else _("名额只入不舍")]
    if mark.least:
        extra.append(_("至少 {n} 个").format(n=mark.least))
    if mark.most:
        extra.append(_("至多 {n} 个").format(n=mark.most))
    extra.append(_("线上同分的都算") if mark.ties == "all" else _("线上同分的都不算"))
    if mark.below is not None:
        extra.append(_("得分须低于 {n}").format(n=tenths(mark.below)))
    if mark.above is not None:
        extra.append(_("得分须高于 {n}").format(n=tenths(mark.above)))
    return text + _("（{extra}）").format(extra=_("，").join(extra))


def _running(mark: MarkRule) -> str:
    running = mark.running
    if running is None:
        return ""
    group = enumerated(str(LEVELS[name]) for name in running.of)
    text = (
        _("连续 {months} 个月排本{group}后 {n} 位")
        if running.last
        else _("连续 {months} 个月排本{group}前 {n} 位")
    )
    text = text.format(months=running.months, group=group, n=running.size)
    return text + _("（该组至少 {n} 个）").format(n=running.least)


def changed(old: Score, new: Score) -> str:
    """What happened to an organisation between two periods: renamed, moved, regrouped; or nothing."""
    told = []
    if old.name != new.name:
        told.append(_("原名{name}").format(name=old.name))
    if old.place_code != new.place_code:
        here = places.label(new.place_code, skip=2)
        told.append(_("划入{place}，此前的成绩留在原处").format(place=here))
    if old.parent_key != new.parent_key:
        told.append(_("换了上级组织"))
    if old.group_by != new.group_by:
        told.append(_("比较的组变了"))
    return "；".join(told)


def figure(
    described: About, name: str, numerator: int | None, denominator: int | None, value: int | None
) -> str:
    """What was counted, as one reads it: 37 ÷ 50 = 74.00%; 12 件; or nothing without data."""
    programme = described.programme
    indicator = programme.indicators.get(name) if programme is not None else None
    if value is None or numerator is None:
        return _("没有数据")
    ratio = indicator is None or indicator.to is not None
    if denominator is not None and ratio:
        return f"{numerator:,} ÷ {denominator:,} = {tenths(value)}%"
    return f"{numerator:,} {_unit(indicator)}".strip()


def _unit(indicator: Indicator | None) -> str:
    if indicator is None or indicator.unit is None:
        return ""
    return said(indicator.unit, english=(get_language() or "").startswith("en"))


MISSING = {
    1: gettext_lazy("没有数据，不计"),
    2: gettext_lazy("没有数据，按满分"),
    3: gettext_lazy("没有数据，按零分"),
}


def moved(past: Sequence[Past]) -> list[tuple[date, str]]:
    """What happened to an organisation in the months shown, oldest first."""
    out = []
    for old, new in pairwise(past):
        note = changed(old.score, new.score)
        if note:
            out.append((new.period, note))
    return out


def reason(
    rules: Sequence[str], given: Mapping[str, Any], score: Score, group: str, *, last: bool = True
) -> str:
    """Why somebody was marked: its place in its group, the rule's number, and the months running."""
    parts = [
        _("在{group}中排第 {rank}，得分 {total}").format(
            group=group, rank=score.rank or "—", total=tenths(score.total or 0)
        )
    ]
    quota = given.get("quota")
    if "proportion" in rules and quota:
        parts.append(_("本组按比例认定 {n} 个").format(n=quota))
    months = [tuple(row) for row in given.get("running") or () if len(row) == 3]
    if "running" in rules and months:
        place = _("{month}倒数第 {rank}（{of} 个）") if last else _("{month}第 {rank}（{of} 个）")
        told = enumerated(
            place.format(month=_month(name), rank=rank, of=of)
            for name, rank, of in reversed(months)
        )
        parts.append(
            _("连续 {n} 个月在规则划定的位次内：{months}").format(n=len(months), months=told)
        )
    return _("；").join(parts) + _("。")


def _month(name: str) -> str:
    """2026-07 → 7月."""
    year, _dash, month = str(name).partition("-")
    if not (year.isdigit() and month.isdigit()):
        return str(name)
    return short_month(date(int(year), int(month), 1))


def way(described: About, name: str) -> str:
    """How a figure becomes a score: 60.00% 得 60 分，95.00% 得 100 分，中间按直线算."""
    programme = described.programme
    indicator = programme.indicators.get(name) if programme is not None else None
    if indicator is None:
        return ""
    ratio = indicator.to is not None
    points, target = scale(indicator)
    if target is not None:
        text = _("不超过 {n} 得满分，超过的按比例少得").format(n=_amount(target, ratio=ratio))
    else:
        text = _("，").join(
            _("{n} 得 {score} 分").format(n=_amount(at, ratio=ratio), score=f"{score / 100:g}")
            for at, score in points
        ) + _("，中间按直线算、只舍不入")
    return _("{way}。{no_data}。").format(way=text, no_data=NO_DATA[indicator.no_data])


def _amount(value: int, *, ratio: bool) -> str:
    return f"{value / 100:g}%" if ratio else f"{value:,}"


def step(kind: str) -> str:
    """One step better, in words."""
    return {
        "more": _("每多做成一件"), "less": _("每少发生一件"), "day": _("平均每快一天"),
    }.get(kind, "")  # fmt: skip


def points(total: int | None) -> str:
    return "—" if total is None else tenths(total)


def signed(amount: int) -> str:
    """Basis points as points with their sign: +1.50."""
    return f"{'+' if amount > 0 else '−'}{points(abs(amount))}"


ADJUSTMENTS = {
    "proposed": gettext_lazy("等待复核"),
    "approved": gettext_lazy("已同意"),
    "refused": gettext_lazy("没有同意"),
}
APPEALS = {
    "filed": gettext_lazy("等待答复"),
    "accepted": gettext_lazy("成立"),
    "refused": gettext_lazy("不成立"),
    "withdrawn": gettext_lazy("已撤回"),
}


def sides(
    old: Score | None, new: Score | None, described: About | None
) -> list[tuple[str, str, str]]:
    """(what, before, after) of everything that differs; the rank and the total always."""
    if old is None or new is None or described is None:
        return []
    rows = [
        (_("名次"), f"{old.rank or '—'}/{old.of}", f"{new.rank or '—'}/{new.of}"),
        (_("得分"), points(old.total), points(new.total)),
    ]
    for item in described.dimensions:
        if max(len(old.dims), len(new.dims)) <= item.position or len(old.dims) != len(new.dims):
            continue
        before, after = old.dims[item.position], new.dims[item.position]
        if before != after:
            rows.append((item.title, points(before), points(after)))
    return rows


def state(name: str, ends: date) -> str:
    """How far a result is; one of a period that still runs says so. ``mixed``: not all are equally far."""
    if name == "ready" and ends > clock.today():
        return str(RUNNING)
    return str(STATES.get(name, _("各县进度不一")))


def rules(about: About) -> list[str]:
    """The programme's rules in sentences."""
    programme = about.programme
    if programme is None:
        return []
    english = (get_language() or "").startswith("en")
    marks = [rule(mark, english=english) for mark in programme.marks]
    return [peers(programme), ties(about), *marks]
