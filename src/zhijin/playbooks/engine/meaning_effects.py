"""Checks of what follows from a case: points, publication, notices, further cases, indicators.

Points never touch a lawful right and are never kept for a minor; what is private is never shown.
"""

from __future__ import annotations

import re
from typing import Final

from zhijin.playbooks.engine.checker import Checker, role_title
from zhijin.playbooks.engine.indicators import Elapsed, Measure, Moment, Selector
from zhijin.playbooks.engine.meaning_fields import condition_list
from zhijin.playbooks.engine.model import FieldSpec, Points
from zhijin.playbooks.engine.reader import Path
from zhijin.playbooks.engine.structure import enumerated

RIGHTS: Final = re.compile(
    "低保|五保|特困|养老|医保|社保|医疗保险|失业金|补贴|补助|救助|救济|抚恤|优抚|入学|上学|升学|助学|学籍"
    "|信访|上访|选举|户籍|落户|宅基地|住房保障|公租房|就医|参军|入党|贷款"
    r"|\ballowance|\bpension|\binsurance|\bsubsid|\brelief|\bschool|\bpetition|\belection",
    re.IGNORECASE,
)
MINORS: Final = re.compile(
    r"未成年|儿童|少年|幼儿|小学|中学|学生|青少年|孩子|\bminor|\bchild|\bpupil|\bteenager",
    re.IGNORECASE,
)
_EARNERS: Final = frozenset({"reporter", "resident"})
_PLACEHOLDERS: Final = ("title", "code", "place", "due", "state")


def points(checker: Checker) -> None:
    """Points go to residents, for deeds, by a rule, with appeal, and never touch a right."""
    book = checker.playbook
    about = f"{book.title.zh} {book.title.en}"
    for index, rule in enumerate(book.points):
        base: Path = ("points", index)
        checker.state(rule.when, (*base, "when"))
        if checker.role(rule.to, (*base, "to")) and rule.to not in _EARNERS:
            checker.say("PB225", (*base, "to"), name=role_title(rule.to))
        if rule.amount == 0:
            checker.say("PB226", (*base, "amount"))
        if rule.amount < 0 and rule.appeal is None and not checker.draft.lost((*base, "appeal")):
            checker.say("PB224", (*base, "amount"))
        _untouchable(checker, rule, base, about)


def _untouchable(checker: Checker, rule: Points, base: Path, about: str) -> None:
    title = f"{rule.title.zh} {rule.title.en}" if rule.title else ""
    for problem, pattern in (("PB222", RIGHTS), ("PB223", MINORS)):
        for text, path in ((rule.rule, (*base, "rule")), (title, (*base, "title")), (about, base)):
            found = pattern.search(text)
            if found:
                checker.say(problem, path, word=found.group())
                break


def publication(checker: Checker) -> None:
    """Only what is not private is published, and usually at the end."""
    book = checker.playbook
    for index, item in enumerate(book.publish):
        base: Path = ("publish", index)
        known = checker.state(item.when, (*base, "when"))
        if known and not (
            book.states[item.when].final or checker.draft.lost(("states", item.when))
        ):
            checker.say("PB234", (*base, "when"), name=checker.title_of(item.when))
        for number, name in enumerate(item.fields):
            path = (*base, "fields", number)
            if checker.field(name, path) and _is_private(checker, book.fields[name]):
                checker.say("PB218", path, name=name)


def _is_private(checker: Checker, spec: FieldSpec) -> bool:
    """Whether a field of this name is private wherever it is asked."""
    book = checker.playbook
    asked = [*book.opens.ask, *(s for st in book.states.values() for m in st.moves for s in m.ask)]
    return any(
        other.field == spec.field
        and (other.private or other.type in {"phone", "id_number", "person"})
        for other in asked
    )


def notices(checker: Checker) -> None:
    """Notices go to known roles and hold nothing private."""
    book = checker.playbook
    open_fields = {n for n, spec in book.fields.items() if not _is_private(checker, spec)}
    for index, notice in enumerate(book.notify):
        base: Path = ("notify", index)
        checker.state(notice.when, (*base, "when"))
        for number, name in enumerate(notice.to):
            checker.role(name, (*base, "to", number))
        text = f"{notice.text.zh} {notice.text.en}"
        for name in dict.fromkeys(re.findall(r"\{([^{}]*)\}", text)):
            if name not in _PLACEHOLDERS and name not in open_fields:
                checker.say("PB252", (*base, "text"), name=name, allowed=enumerated(_PLACEHOLDERS))


def follow_ups(checker: Checker) -> None:
    """A follow-up names a playbook and does not open itself without end."""
    book = checker.playbook
    for index, item in enumerate(book.follow):
        base: Path = ("follow", index)
        checker.state(item.when, (*base, "when"))
        if item.open == book.id and item.after is None:
            checker.say("PB239", (*base, "open"))
        elif checker.known is not None and item.open not in {*checker.known, book.id}:
            checker.say("PB262", (*base, "open"), name=item.open)
        for new, old in item.fields.items():
            checker.field(old, (*base, "fields", new))


def indicators(checker: Checker) -> None:
    """Every indicator is computed from what the work leaves, like divided by like."""
    found = checker.playbook.indicators
    checker.unique([(item.id, ("indicators", i, "id")) for i, item in enumerate(found)])
    for index, item in enumerate(found):
        base: Path = ("indicators", index)
        for path, measure in item.measures:
            _measure(checker, measure, (*base, *path))
        if not item.title.en:
            checker.say("PB248", (*base, "title"), name=item.title.zh)
        if item.ratio is not None and item.ratio.of.unit != item.ratio.to.unit:
            checker.say("PB244", (*base, "ratio"), key=True, of=item.ratio.of.unit,
                        to=item.ratio.to.unit)  # fmt: skip


def _measure(checker: Checker, measure: Measure, path: Path) -> None:
    if measure.count is not None:
        _selector(checker, measure.count, (*path, "count"))
    elif measure.elapsed is not None:
        _elapsed(checker, measure.elapsed, (*path, "elapsed"))
    elif measure.sum is not None:
        base = (*path, "sum")
        if checker.field(measure.sum.field, (*base, "field"), "PB227"):
            kind = checker.playbook.fields[measure.sum.field].type
            if kind not in {"number", "money", "rating"}:
                checker.say("PB243", (*base, "field"), type=kind, operator="sum")
        condition_list(checker, measure.sum.where, (*base, "where"), "PB227")


def _selector(checker: Checker, selector: Selector, path: Path) -> None:
    if selector.state is not None:
        checker.state(selector.state, (*path, "state"))
    if selector.move is not None:
        moves = [move.id or "" for st in checker.playbook.states.values() for move in st.moves]
        if selector.move not in moves and not checker.draft.lost(("states",)):
            checker.say("PB227", (*path, "move"), name=selector.move, hint=("。", "."),
                        allowed=enumerated(dict.fromkeys(moves)))  # fmt: skip
    condition_list(checker, selector.where, (*path, "where"), "PB227")


def _elapsed(checker: Checker, elapsed: Elapsed, path: Path) -> None:
    for part, moment in (("from", elapsed.from_), ("to", elapsed.to)):
        _moment(checker, moment, (*path, part))
    if elapsed.from_ == elapsed.to and not checker.draft.lost(path):
        checker.say("PB245", (*path, "to"))
    condition_list(checker, elapsed.where, (*path, "where"), "PB227")


def _moment(checker: Checker, moment: Moment, path: Path) -> None:
    if moment.state is not None:
        place = (*path, "state") if checker.document.node((*path, "state")) else path
        checker.state(moment.state, place)
    elif moment.field is not None and checker.field(moment.field, (*path, "field"), "PB227"):
        kind = checker.playbook.fields[moment.field].type
        if kind not in {"date", "datetime"}:
            checker.say("PB243", (*path, "field"), type=kind, operator="elapsed")


CHECKS = (points, publication, notices, follow_ups, indicators)
