"""Checks of peers, ties, joined results, adjustments, marks and what follows."""

from __future__ import annotations

from zhijin.assessment.engine import kinds
from zhijin.assessment.engine.checking import Checker, Path
from zhijin.assessment.engine.marks_model import Mark
from zhijin.assessment.engine.shared_model import KINDS, LEVEL_DIGITS, SECTORS
from zhijin.playbooks.engine import enumerated, hint


def applies(checker: Checker) -> None:
    """Kinds of organisation and sectors exist."""
    found = checker.programme.applies
    for number, name in enumerate(found.kinds):
        checker.known(name, KINDS, ("applies", "kinds", number))
    for number, name in enumerate(found.sectors):
        checker.known(name, SECTORS, ("applies", "sectors", number))


def peers(checker: Checker) -> None:
    """One level in the group; wider and wider after it; size classes where asked for."""
    group = checker.programme.peers
    level = _one_level(checker, list(group.by), ("peers", "by"))
    for number, wider in enumerate(group.otherwise):
        if level is not None and LEVEL_DIGITS[wider] >= LEVEL_DIGITS[level]:
            checker.say("AS220", ("peers", "else", number), name=wider, than=level)
        level = wider
    running = [r for mark in checker.programme.marks if (r := mark.running) is not None]
    asked = "size" in group.by or any("size" in rule.of for rule in running)
    if asked and not group.sizes:
        checker.say("AS221", ("peers", "by"))
    if sorted(set(group.sizes)) != group.sizes:
        checker.say("AS221", ("peers", "sizes"))


def _one_level(checker: Checker, names: list[str], path: Path) -> str | None:
    levels = [name for name in names if name in LEVEL_DIGITS]
    if len(levels) != 1 or len(set(names)) != len(names):
        if not checker.draft.lost(path):
            checker.say("AS219", path)
        return None
    return levels[0]


def ties(checker: Checker) -> None:
    """What decides between equals exists."""
    book = checker.programme
    known = [d.id for d in book.dimensions] + list(book.indicators) + [j.id for j in book.joins]
    for number, name in enumerate(book.ties.by):
        checker.known(name, known, ("ties", "by", number))


def joins(checker: Checker) -> None:
    """A joined fact exists and holds a score."""
    for number, join in enumerate(checker.programme.joins):
        path: Path = ("joins", number)
        checker.titled(join.title, (*path, "title"))
        if join.fact is None or checker.draft.ghost(join.fact):
            continue
        kind = kinds.kind(join.fact)
        scored = [k for k, given in kinds.catalogue().items() if given.value == "bp"]
        if kind is None:
            checker.say("AS201", (*path, "fact"), name=join.fact, hint=hint(join.fact, scored),
                        allowed=enumerated(scored))  # fmt: skip
        elif kind.value != "bp":
            checker.say("AS205", (*path, "fact"), name=join.fact, hint=("：它的数值不是得分。",
                        ": its value is no score."), allowed=enumerated(scored))  # fmt: skip


def adjustments(checker: Checker) -> None:
    """Adjustments have ids of their own and a role that approves."""
    found = checker.programme.adjustments
    checker.unique([(item.id, ("adjustments", n, "id")) for n, item in enumerate(found)])
    for number, item in enumerate(found):
        checker.role(item.second_approval, ("adjustments", number, "second_approval"))


def marks(checker: Checker) -> None:
    """A mark says how many, rounded how, and what equals at the line do."""
    book = checker.programme
    checker.unique([(mark.id, ("marks", n, "id")) for n, mark in enumerate(book.marks)])
    for number, mark in enumerate(book.marks):
        path: Path = ("marks", number)
        checker.titled(mark.title, (*path, "title"))
        if mark.proportion is None and mark.running is None:
            checker.say("AS216", (*path, "id"), name=mark.id)
        if mark.proportion is not None:
            _proportion(checker, mark, path)
        if mark.running is not None:
            _running(checker, mark, (*path, "running"))


def _proportion(checker: Checker, mark: Mark, path: Path) -> None:
    missing = [name for name in ("round", "least", "ties") if getattr(mark, name) is None]
    if missing:
        checker.say("AS215", (*path, "proportion"), key=True, missing=enumerated(missing))
    least = checker.programme.peers.least
    if (mark.proportion or 0) * least < 10_000 and mark.round == "down" and mark.least == 0:
        checker.say("AS226", (*path, "proportion"), key=True, least=least,
                    proportion=f"{(mark.proportion or 0) / 100:g}%")  # fmt: skip


def _running(checker: Checker, mark: Mark, path: Path) -> None:
    rule = mark.running
    assert rule is not None
    if checker.programme.period != "month":
        checker.say("AS217", path, key=True, period=checker.programme.period)
    if rule.least < 2 * rule.size:
        checker.say("AS218", path, key=True, least=rule.least, size=rule.size)
    if (rule.last is None) == (mark.end == "last"):
        checker.say("AS222", path, key=True)
    _one_level(checker, list(rule.of), (*path, "of"))


def follow(checker: Checker) -> None:
    """What follows belongs to a mark of the programme."""
    known = [mark.id for mark in checker.programme.marks]
    for number, item in enumerate(checker.programme.follow):
        checker.known(item.mark, known, ("follow", number, "mark"))


def manual(checker: Checker) -> None:
    """What is typed in has somebody who answers for it, and an end."""
    book = checker.programme
    for number, entry in enumerate(book.manual):
        path: Path = ("manual", number)
        if checker.known(entry.indicator, book.indicators, (*path, "indicator")):
            item = book.indicators[entry.indicator]
            typed = item.of.manual or (item.to is not None and item.to.manual)
            if not typed:
                checker.say("AS214", (*path, "indicator"), name=entry.indicator)
        checker.role(entry.owner, (*path, "owner"))
        if checker.today is not None and entry.until < checker.today.isoformat():
            checker.say("AS213", (*path, "until"), until=entry.until)


CHECKS = (applies, peers, ties, joins, adjustments, marks, follow, manual)
