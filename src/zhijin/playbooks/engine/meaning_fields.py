"""Checks of what is asked: fit for its type, asked of someone who can answer, private where it must be.

Sources: 个人信息保护法 articles 6, 13 and 28; the 2026 rules on apps for government staff.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from zhijin.core.roles import resolve
from zhijin.playbooks.engine import words
from zhijin.playbooks.engine.checker import Checker, role_title
from zhijin.playbooks.engine.indicators import Condition
from zhijin.playbooks.engine.meaning_states import exits
from zhijin.playbooks.engine.model import FieldSpec
from zhijin.playbooks.engine.reader import Path
from zhijin.playbooks.engine.structure import enumerated, hint

#: Types with choices, with a least and a most, and with a unit.
_SUITS: Final = {
    "choices": {"choice", "choices"},
    "min": {"text", "longtext", "number", "money", "rating", "photo", "file", "choices"},
    "max": {"text", "longtext", "number", "money", "rating", "photo", "file", "choices"},
    "unit": {"number"},
}
#: What a device or another system cannot know.
_NOT_BY_MACHINE: Final = {
    "device": {"phone", "id_number", "person", "organisation", "rating", "file"},
    "api_client": {"rating"},
}
_PERSONAL_WORDS: Final = re.compile(
    "身份证|电话|手机|住址|门牌|银行卡|账号|病史|病情|残疾|宗教|民族|婚姻|生日|出生"
    "|id.?card|passport|telephone|phone|bank|health|illness|religion|birth",
    re.IGNORECASE,
)
_FORBIDDEN_WORDS: Final = re.compile(
    "打卡|人脸|刷脸|指纹|虹膜|声纹|轨迹|在线时长|face.?(id|recog|photo|scan)|fingerprint|iris"
    "|clock.?in|gps.?track|trajectory",
    re.IGNORECASE,
)
MOST_REQUIRED = 4


def forms(checker: Checker) -> Iterator[tuple[Path, list[FieldSpec], list[str]]]:
    """Every form of the playbook: (path of its list, fields, roles that fill it in)."""
    yield ("opens", "ask"), checker.playbook.opens.ask, checker.playbook.opens.by
    for name, state in checker.playbook.states.items():
        for index, move in enumerate(state.moves):
            yield ("states", name, "moves", index, "ask"), move.ask, move.by


def _each(checker: Checker) -> Iterator[tuple[Path, FieldSpec]]:
    for base, specs, _ in forms(checker):
        for index, spec in enumerate(specs):
            yield (*base, index), spec


def names(checker: Checker) -> None:
    """A field stands once in a form and has one type everywhere; choices have different ids."""
    first: dict[str, str] = {}
    for base, specs, _ in forms(checker):
        checker.unique([(s.field, (*base, i, "field")) for i, s in enumerate(specs)])
    for path, spec in _each(checker):
        other = first.setdefault(spec.field, spec.type)
        if other != spec.type and not checker.draft.lost((*path, "type")):
            checker.say("PB235", (*path, "type"), name=spec.field, other=other, type=spec.type)
        checker.unique([(c.id, (*path, "choices", i)) for i, c in enumerate(spec.choices)])


def types(checker: Checker) -> None:
    """Options suit the type, a choice has something to choose, the least is not above the most."""
    for path, spec in _each(checker):
        if checker.draft.lost((*path, "type")):
            continue
        empty = spec.type in _SUITS["choices"] and len(spec.choices) < 2
        if empty and not checker.draft.lost((*path, "choices")):
            checker.say("PB228", path, name=spec.title())
        for option, suited in _SUITS.items():
            value = getattr(spec, option)
            if value not in (None, []) and spec.type not in suited:
                checker.say("PB229", (*path, option), key=True, option=option, type=spec.type)
        if spec.min is not None and spec.max is not None and spec.min > spec.max:
            checker.say("PB230", (*path, "min"), key=True)


def labels(checker: Checker) -> None:
    """Every field has a name that people understand, in both languages."""
    for path, spec in _each(checker):
        if spec.label is None and spec.field not in words.FIELDS:
            if not checker.draft.ghost(spec.field):
                checker.say("PB246", (*path, "field"), name=spec.field, key_="label")
        elif spec.label is not None and not spec.label.en:
            checker.say("PB248", (*path, "label"), name=spec.label.zh)


def privacy(checker: Checker) -> None:
    """Personal fields say so and why; nothing is collected that must not be."""
    for path, spec in _each(checker):
        text = " ".join([spec.field, spec.title("zh"), spec.title("en")])
        banned = _FORBIDDEN_WORDS.search(text)
        if banned:
            checker.say("PB257", path, word=banned.group())
        title = (spec.title("zh"), spec.title("en"))
        bare = spec.type in words.PERSONAL and not spec.private
        if bare and not checker.draft.lost((*path, "private")):
            kind = words.TYPES[spec.type]
            checker.say("PB219", (*path, "type"), name=title, type=kind)
        if spec.private and not spec.purpose and not checker.draft.lost((*path, "purpose")):
            checker.say("PB220", path, name=title)
        found = None if spec.private else _PERSONAL_WORDS.search(text)
        if found and spec.type in {"text", "longtext", "number", "photo", "file"}:
            checker.say("PB221", path, name=title, word=found.group())


def answerable(checker: Checker) -> None:
    """What is required can be filled in by those who are asked."""
    for base, specs, roles in forms(checker):
        for index, spec in enumerate(specs):
            path = (*base, index)
            for number, name in enumerate(spec.by):
                checker.role(name, (*path, "by", number))
            asked = [
                role for role in roles if not spec.by or resolve(role) in map(resolve, spec.by)
            ]
            if spec.by and not asked and not checker.draft.lost(path):
                checker.say("PB231", (*path, "by"), name=(spec.title("zh"), spec.title("en")),
                            role=role_title(spec.by[0]))  # fmt: skip
            for role in asked:
                if spec.required and spec.type in _NOT_BY_MACHINE.get(role, ()):
                    checker.say("PB231", path, name=(spec.title("zh"), spec.title("en")),
                                role=role_title(role))  # fmt: skip


def burden(checker: Checker) -> None:
    """A resident reports in three taps, not in ten."""
    book = checker.playbook
    if "resident" not in book.opens.by:
        return
    count = sum(s.required and not s.when and (not s.by or "resident" in s.by)
                for s in book.opens.ask)  # fmt: skip
    if count > MOST_REQUIRED:
        checker.say("PB255", ("opens", "ask"), key=True, count=count)


def conditions(checker: Checker) -> None:
    """Conditions use what was asked before, compare it fittingly, with values that can occur."""
    for base, specs, _ in forms(checker):
        for index, spec in enumerate(specs):
            condition_list(checker, spec.when, (*base, index, "when"))
    for index, priority in enumerate(checker.playbook.priorities):
        condition_list(checker, priority.when, ("priorities", index, "when"))
        opening = {spec.field for spec in checker.playbook.opens.ask}
        _asked_before(checker, priority.when, opening, ("priorities", index, "when"))
    for name, state in checker.playbook.states.items():
        before = _asked_by_then(checker, name)
        for index, move in enumerate(state.moves):
            path: Path = ("states", name, "moves", index, "when")
            condition_list(checker, move.when, path)
            if before is not None:
                _asked_before(checker, move.when, before, path)


def _asked_before(
    checker: Checker, found: Iterable[Condition], before: set[str], path: Path
) -> None:
    for index, condition in enumerate(found):
        if condition.field in checker.playbook.fields and condition.field not in before:
            checker.say("PB260", (*path, index, "field"), name=condition.field)


def _asked_by_then(checker: Checker, state: str) -> set[str] | None:
    """Fields that may have been filled in when a case is in ``state``; None when unclear."""
    book = checker.playbook
    roads = {name: exits(checker, name) for name in book.states}
    if any(road is None for road in roads.values()):
        return None
    leads = {state}
    grown = True
    while grown:
        more = {name for name, to in roads.items() if to and to & leads} - leads
        leads |= more
        grown = bool(more)
    asked = {spec.field for spec in book.opens.ask}
    for name in leads:
        for move in book.states[name].moves:
            if move.to in leads:
                asked |= {spec.field for spec in move.ask}
    return asked


def condition_list(
    checker: Checker, found: Iterable[Condition], path: Path, problem: str = "PB203"
) -> None:
    """Each condition names a field and compares it with something that can occur."""
    for index, condition in enumerate(found):
        base = (*path, index)
        if not checker.field(condition.field, (*base, "field"), problem):
            continue
        spec = checker.playbook.fields[condition.field]
        operator = condition.operators[0]
        if operator in {"above", "below"} and spec.type not in words.ORDERED:
            checker.say("PB243", (*base, operator), key=True, type=spec.type, operator=operator)
        ids = [choice.id for choice in spec.choices]
        for number, value in enumerate(condition.values if len(ids) > 1 else ()):
            if value not in ids and operator in {"is", "in", "not"}:
                place = (*base, "in", number) if operator == "in" else (*base, operator)
                checker.say("PB242", place, value=value, name=spec.field,
                            hint=hint(str(value), ids), allowed=enumerated(ids))  # fmt: skip


CHECKS = (names, types, labels, privacy, answerable, burden, conditions)
