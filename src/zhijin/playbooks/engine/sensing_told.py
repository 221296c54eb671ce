"""The rules of devices in sentences, for those who approve them."""

from __future__ import annotations

from collections.abc import Iterator

from zhijin.core.signals import KINDS, WORDS
from zhijin.playbooks.engine.findings import is_english
from zhijin.playbooks.engine.model import Playbook
from zhijin.playbooks.engine.sensing import EventCondition, SensingRule


def sentences(book: Playbook, lang: str = "zh") -> Iterator[str]:
    """One sentence for each rule of ``book``."""
    english = is_english(lang)
    for rule in book.sensing:
        yield _english(rule) if english else _chinese(rule)


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
    words = []
    for limit, zh, en in (
        (rule.at_least, "不小于", "at least"),
        (rule.at_most, "不大于", "at most"),
    ):
        if limit is not None:
            words.append(f"{en if english else zh} {limit:g} {measure.unit}".strip())
    joined = (" and " if english else "、").join(words)
    return f"{kind.en}: {name} {joined}" if english else f"{kind.zh}：{name}{joined}"


def _chinese(rule: SensingRule) -> str:
    parts = [condition(rule, "zh")]
    if rule.times > 1 and rule.within is not None:
        parts.append(f"{rule.within.title('zh')}内出现 {rule.times} 次")
    if rule.confirm is not None:
        area = "同一网格" if rule.confirm.near == "grid" else "同一村"
        parts.append(
            f"{rule.confirm.within.title('zh')}内{area}另一台设备印证（{condition(rule.confirm, 'zh')}）"
        )
    text = "，".join(parts) + f"，就开一件事项；同一设备 {rule.quiet.title('zh')}内不再开"
    return text + (f"；{rule.not_between} 先不打扰。" if rule.not_between else "。")


def _english(rule: SensingRule) -> str:
    parts = [condition(rule, "en")]
    if rule.times > 1 and rule.within is not None:
        parts.append(f"{rule.times} times within {rule.within.title('en')}")
    if rule.confirm is not None:
        parts.append(
            f"confirmed within {rule.confirm.within.title('en')} by another device in the same"
            f" {rule.confirm.near} ({condition(rule.confirm, 'en')})"
        )
    text = (
        ", ".join(parts) + f": a case opens; none more of the device for {rule.quiet.title('en')}"
    )
    return text + (f"; waits during {rule.not_between}." if rule.not_between else ".")
