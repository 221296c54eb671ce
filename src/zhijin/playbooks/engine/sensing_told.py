"""The rules of devices in sentences, for those who approve them."""

from __future__ import annotations

from collections.abc import Iterator

from zhijin.core.signals import KINDS, WORDS
from zhijin.playbooks.engine.durations import Duration, Unit
from zhijin.playbooks.engine.findings import is_english
from zhijin.playbooks.engine.model import Playbook
from zhijin.playbooks.engine.sensing import EventCondition, Quarantine, SensingRule


def sentences(book: Playbook, lang: str = "zh") -> Iterator[str]:
    """One sentence for each rule of ``book``."""
    for what, more in told(book, lang):
        yield (
            f"{what}: a case opens; {'; '.join(more)}."
            if is_english(lang)
            else f"{what}，就开一件事项；{'；'.join(more)}。"
        )


def signs(book: Playbook, lang: str = "zh") -> Iterator[str]:
    """Each sign of a sensor gone mad, without what follows from it."""
    english = is_english(lang)
    for rule in book.quarantine:
        yield _sign(rule, english=english)


def quarantines(book: Playbook, lang: str = "zh") -> Iterator[str]:
    """One sentence for each sign of a sensor gone mad."""
    for sign in signs(book, lang):
        yield (
            f"{sign}: the device is shut away until somebody has looked at it."
            if is_english(lang)
            else f"{sign}，就隔离这台设备，等人看过再解除。"
        )


def _sign(rule: Quarantine, *, english: bool) -> str:
    kind, found = KINDS.get(rule.on), rule.measured()
    if kind is None or found is None:
        return rule.on
    measure = found[1]
    by = f"{rule.by:g} {measure.unit}".strip() if rule.by is not None else ""
    if english:
        sign = {
            "range": "out of range", "flapping": "flapping",
            "jump": f"jumping by {by} or more", "stuck": "stuck at one figure",
        }[rule.sign]  # fmt: skip
        name = kind.en if rule.sign == "range" else f"{kind.en}: {measure.en}"
        span = f"{'for' if rule.sign == 'stuck' else 'within'} {rule.within.title('en')}"
        return f"{name} {sign}, {rule.times} times {span}"
    sign = {
        "range": "超出范围", "flapping": "来回跳", "jump": f"一次变化不小于 {by}", "stuck": "一直不变",
    }[rule.sign]  # fmt: skip
    name = kind.zh if rule.sign == "range" else f"{kind.zh}：{measure.zh}"
    span = f"{'至少' if rule.sign == 'stuck' else ''}{rule.within.title('zh')}"
    within = "" if rule.sign == "stuck" else "内"
    return f"{name}{sign}，{span}{within} {rule.times} 次"


def _news(rule: SensingRule, lang: str) -> str:
    """For how long an event is news: as written, else the kind's."""
    if rule.fresh is not None:
        return rule.fresh.title(lang)
    minutes = rule.news_minutes()
    whole = minutes % 60 == 0
    return Duration(
        minutes // 60 if whole else minutes, Unit.HOURS if whole else Unit.MINUTES
    ).title(lang)


def condition(rule: EventCondition, lang: str = "zh") -> str:
    """“烟雾浓度不小于 300 ppm”, or “smoke level at least 300 ppm”."""
    english = is_english(lang)
    kind, found = KINDS.get(rule.on), rule.measured()
    if kind is None or found is None:
        return rule.on
    measure = found[1]
    name = measure.en if english else measure.zh
    if rule.is_ is not None:
        word = WORDS.get(rule.is_, (rule.is_, rule.is_))[english]
        return f"{kind.en}: {word}" if english else f"{kind.zh}：{word}"
    if (measure.least, measure.most, rule.at_least) == (0, 1, 1):
        # A flag: that it is set is what its name says.
        return f"{kind.en}: {name}" if english else f"{kind.zh}：{name}"
    words = []
    for limit, zh, en in (
        (rule.at_least, "不小于", "at least"),
        (rule.at_most, "不大于", "at most"),
    ):
        if limit is not None:
            words.append(f"{en if english else zh} {limit:g} {measure.unit}".strip())
    joined = (" and " if english else "、").join(words)
    return f"{kind.en}: {name} {joined}" if english else f"{kind.zh}：{name}{joined}"


Told = tuple[str, list[str]]


def told(book: Playbook, lang: str = "zh") -> Iterator[Told]:
    """Each rule of ``book`` in two parts: when a case opens, and what else holds."""
    english = is_english(lang)
    for rule in book.sensing:
        yield _english(rule) if english else _chinese(rule)


def _chinese(rule: SensingRule) -> Told:
    parts = [condition(rule, "zh")]
    if rule.times > 1 and rule.within is not None:
        parts.append(f"{rule.within.title('zh')}内出现 {rule.times} 次")
    if rule.confirm is not None:
        area = "同一网格" if rule.confirm.near == "grid" else "同一村"
        parts.append(
            f"{rule.confirm.within.title('zh')}内{area}另一台设备印证（{condition(rule.confirm, 'zh')}）"
        )
    more = [
        f"同一设备 {rule.quiet.title('zh')}内不再开",
        f"晚到 {_news(rule, 'zh')}以上的只记下，不开",
    ]
    return "，".join(parts), [
        *more,
        *([f"{rule.not_between} 先不打扰"] if rule.not_between else []),
    ]


def _english(rule: SensingRule) -> Told:
    parts = [condition(rule, "en")]
    if rule.times > 1 and rule.within is not None:
        parts.append(f"{rule.times} times within {rule.within.title('en')}")
    if rule.confirm is not None:
        parts.append(
            f"confirmed within {rule.confirm.within.title('en')} by another device in the same"
            f" {rule.confirm.near} ({condition(rule.confirm, 'en')})"
        )
    more = [
        f"none more of the device for {rule.quiet.title('en')}",
        f"what comes more than {_news(rule, 'en')} late is only noted",
    ]
    return ", ".join(parts), [
        *more,
        *([f"waits during {rule.not_between}"] if rule.not_between else []),
    ]
