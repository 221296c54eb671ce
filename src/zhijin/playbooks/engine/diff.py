"""What changes between two revisions of a playbook, in the words of those who work by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from zhijin.core.roles import resolve
from zhijin.playbooks.engine.findings import is_english
from zhijin.playbooks.engine.model import FieldSpec, Move, Playbook, State

Area = Literal["states", "clocks", "roles", "steps", "fields", "effects", "indicators", "texts"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``state`` is the state in which open cases would meet it, if any."""

    kind: Literal["added", "removed", "changed"]
    area: Area
    subject: str
    zh: str
    en: str
    state: str | None = None

    def words(self, lang: str = "zh") -> str:
        return self.en if is_english(lang) else self.zh


def diff(old: Playbook, new: Playbook) -> list[Change]:
    """Every change of meaning from ``old`` to ``new``; empty when both mean the same."""
    return [*_states(old, new), *_openings(old, new), *_fields(old, new), *_lists(old, new),
            *_texts(old, new)]  # fmt: skip


def _states(old: Playbook, new: Playbook) -> Iterator[Change]:
    for name in sorted(old.states.keys() - new.states.keys()):
        zh, en = old.state_title(name), old.state_title(name, "en")
        yield Change("removed", "states", name, f"删去状态“{zh}”", f"State “{en}” is removed", name)
    for name, state in new.states.items():
        title = (new.state_title(name), new.state_title(name, "en"))
        if name not in old.states:
            yield Change(
                "added", "states", name, f"增加状态“{title[0]}”", f"State “{title[1]}” is added"
            )
        else:
            yield from _state(name, title, old.states[name], state)
    if old.initial != new.initial:
        yield Change("changed", "states", "start", f"开始的状态由“{old.initial}”改为“{new.initial}”",
                     f"The first state is “{new.initial}” instead of “{old.initial}”")  # fmt: skip


def _state(name: str, title: tuple[str, str], old: State, new: State) -> Iterator[Change]:
    def changed(area: Area, zh: str, en: str) -> Change:
        return Change("changed", area, name, f"“{title[0]}”{zh}", f"“{title[1]}”: {en}", name)

    if old.owner != new.owner:
        a, b = _role(old.owner), _role(new.owner)
        yield changed(
            "roles", f"的负责人由{a[0]}改为{b[0]}", f"the owner is {b[1]} instead of {a[1]}"
        )
    for what, zh, en in (("within", "期限", "the deadline"), ("remind", "提醒", "the reminder"),
                         ("late", "逾期处理", "what follows lateness"),
                         ("suspend", "挂起", "suspension"),
                         ("extend", "延期", "extension")):  # fmt: skip
        a, b = getattr(old, what), getattr(new, what)
        if a != b:
            was, now = _clock(a), _clock(b)
            yield changed("clocks", f"的{zh}由“{was[0]}”改为“{now[0]}”",
                          f"{en} is “{now[1]}” instead of “{was[1]}”")  # fmt: skip
    if (old.final, old.outcome) != (new.final, new.outcome):
        yield changed("states", "改了终点的设置", "whether and how it ends has changed")
    yield from _moves(name, title, old, new)


def _moves(name: str, title: tuple[str, str], old: State, new: State) -> Iterator[Change]:
    before = {move.id: move for move in old.moves}
    after = {move.id: move for move in new.moves}
    for key in sorted(before.keys() - after.keys(), key=str):
        yield Change("removed", "steps", f"{name}/{key}", f"“{title[0]}”删去一步“{key}”",
                     f"“{title[1]}”: step “{key}” is removed", name)  # fmt: skip
    for key, move in after.items():
        if key not in before:
            yield Change("added", "steps", f"{name}/{key}", f"“{title[0]}”增加一步“{key}”",
                         f"“{title[1]}”: step “{key}” is added", name)  # fmt: skip
        else:
            for zh, en, area in _move(before[key], move):
                yield Change("changed", area, f"{name}/{key}", f"“{title[0]}”的“{key}”{zh}",
                             f"“{title[1]}”: step “{key}” {en}", name)  # fmt: skip


def _move(old: Move, new: Move) -> Iterator[tuple[str, str, Area]]:
    if old.to != new.to:
        yield f"改为走到“{new.to}”", f"leads to “{new.to}”", "steps"
    if set(old.by) != set(new.by):
        a, b = "、".join(_role(r)[0] for r in new.by), ", ".join(_role(r)[1] for r in new.by)
        yield f"改由{a}来走", f"is taken by {b}", "roles"
    if old.why != new.why:
        words = {"none": ("不写理由", "asks no reason"), "optional": ("理由可写可不写", "may have a reason"),
                 "required": ("必须写理由", "needs a reason")}[new.why]  # fmt: skip
        yield words[0], words[1], "steps"
    if [spec.field for spec in old.ask] != [spec.field for spec in new.ask]:
        yield "要填的项目变了", "asks other things", "fields"
    if old.when != new.when:
        yield "改了条件", "has another condition", "steps"
    if (old.step, old.whistle) != (new.step, new.whistle):
        yield "改了归类", "is counted as another step", "steps"


def _openings(old: Playbook, new: Playbook) -> Iterator[Change]:
    for kind, gone in (("removed", set(old.opens.by) - set(new.opens.by)),
                       ("added", set(new.opens.by) - set(old.opens.by))):  # fmt: skip
        for name in sorted(gone):
            zh, en = _role(name)
            if kind == "removed":
                yield Change(
                    "removed", "roles", name, f"{zh}不再能上报", f"{en} may no longer open it"
                )
            else:
                yield Change("added", "roles", name, f"{zh}也能上报", f"{en} may open it too")


def _fields(old: Playbook, new: Playbook) -> Iterator[Change]:
    for name in sorted(old.fields.keys() - new.fields.keys()):
        yield Change("removed", "fields", name, f"不再问“{old.fields[name].title()}”",
                     f"“{old.fields[name].title('en')}” is no longer asked")  # fmt: skip
    for name, spec in new.fields.items():
        title = (spec.title(), spec.title("en"))
        if name not in old.fields:
            yield Change("added", "fields", name, f"新问“{title[0]}”", f"“{title[1]}” is asked now")
            continue
        for zh, en in _field(old.fields[name], spec):
            yield Change("changed", "fields", name, f"“{title[0]}”{zh}", f"“{title[1]}” {en}")


def _field(old: FieldSpec, new: FieldSpec) -> Iterator[tuple[str, str]]:
    if old.type != new.type:
        yield f"由 {old.type} 改为 {new.type}", f"is {new.type} instead of {old.type}"
    if old.required != new.required:
        yield (
            ("改为必填", "is required now")
            if new.required
            else ("不再必填", "is no longer required")
        )
    if old.private != new.private:
        yield (
            ("改为个人信息", "is private now")
            if new.private
            else ("不再算个人信息", "is no longer private")
        )
    if [c.id for c in old.choices] != [c.id for c in new.choices]:
        yield "改了选项", "has other choices"
    if (old.min, old.max, old.by, old.when) != (new.min, new.max, new.by, new.when):
        yield "改了限制", "has other limits"


def _lists(old: Playbook, new: Playbook) -> Iterator[Change]:
    parts: tuple[tuple[str, Area, str, str], ...] = (
        ("points", "effects", "积分", "points"), ("publish", "effects", "公开", "publication"),
        ("notify", "effects", "通知", "notices"), ("follow", "effects", "后续", "follow-ups"),
        ("indicators", "indicators", "指标", "indicator"),
        ("priorities", "clocks", "优先级", "priority"),
        ("networks", "roles", "各网职责", "networks"), ("parties", "roles", "各方", "sides"),
        ("sensing", "effects", "感知规则", "sensing rules"),
        ("quarantine", "effects", "隔离规则", "quarantine rules"),
    )  # fmt: skip
    for attribute, area, zh, en in parts:
        yield from _list(getattr(old, attribute), getattr(new, attribute), area, attribute, zh, en)


def _list(
    old: list[Any], new: list[Any], area: Area, attribute: str, zh: str, en: str
) -> Iterator[Change]:
    before, after = _keyed(old, _name), _keyed(new, _name)
    for key in sorted(before.keys() - after.keys(), key=str):
        yield Change(
            "removed", area, f"{attribute}/{key}", f"删去{zh}“{key}”", f"{en} “{key}” is removed"
        )
    for key in sorted(after.keys() - before.keys()):
        yield Change(
            "added", area, f"{attribute}/{key}", f"增加{zh}“{key}”", f"{en} “{key}” is added"
        )
    for key in sorted(before.keys() & after.keys()):
        if before[key] != after[key]:
            yield Change("changed", area, f"{attribute}/{key}", f"改了{zh}“{key}”",
                         f"{en} “{key}” has changed")  # fmt: skip


def _keyed(items: list[T], name: Callable[[T], str]) -> Mapping[str, T]:
    """Items by name; a name that comes again is numbered."""
    out: dict[str, T] = {}
    for item in items:
        key, number = name(item), 2
        while key in out:
            key, number = f"{name(item)} {number}", number + 1
        out[key] = item
    return out


def _name(item: Any) -> str:
    for attribute in ("id", "rule", "board", "open", "when"):
        value = getattr(item, attribute, None)
        if isinstance(value, str):
            return value
    return "?"


def _texts(old: Playbook, new: Playbook) -> Iterator[Change]:
    for attribute, zh, en in (("title", "名称", "the title"), ("basis", "依据", "the basis"),
                              ("summary", "说明", "the summary"),
                              ("kind", "类别", "the kind")):  # fmt: skip
        if getattr(old, attribute) != getattr(new, attribute):
            yield Change("changed", "texts", attribute, f"改了{zh}", f"{en} has changed")


def _role(name: str | None) -> tuple[str, str]:
    found = resolve(name or "")
    return (found.zh, found.en) if found else (name or "（无）", name or "(nobody)")


def _clock(value: Any) -> tuple[str, str]:
    """A deadline, reminder, ladder, suspension or extension in few words."""
    if not value:
        return "无", "none"
    if isinstance(value, dict):
        return tuple(  # type: ignore[return-value]
            "; ".join(f"{k}: {v.title(lang)}" if k else v.title(lang) for k, v in value.items())
            for lang in ("zh", "en")
        )
    if isinstance(value, list):
        parts = [_clock_part(item) for item in value]
        return "，".join(p[0] for p in parts), ", ".join(p[1] for p in parts)
    return _clock_part(value)


def _clock_part(item: Any) -> tuple[str, str]:
    if hasattr(item, "title") and callable(item.title):
        return item.title("zh"), item.title("en")
    limit = getattr(item, "max", None)
    if limit is not None:
        role = _role(item.approver)
        return f"{limit.title('zh')}（{role[0]}）", f"{limit.title('en')} ({role[1]})"
    target = item.escalate or item.move or ", ".join(item.notify)
    role = _role(target) if item.escalate else (target, target)
    after = (item.after.title("zh"), item.after.title("en")) if item.after else ("到期", "due")
    return f"{after[0]}→{role[0]}", f"{after[1]} → {role[1]}"
