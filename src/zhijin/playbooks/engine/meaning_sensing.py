"""Checks of the rules by which devices open cases."""

from __future__ import annotations

from zhijin.core.signals import KINDS
from zhijin.playbooks.engine.checker import Checker
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.reader import Path
from zhijin.playbooks.engine.sensing import EventCondition, Quarantine, SensingRule
from zhijin.playbooks.engine.structure import enumerated, hint
from zhijin.playbooks.engine.values import problems

LONGEST_QUIET, LONGEST_WINDOW = 7 * 1440, 1440
_TEXTS = frozenset({"text", "longtext"})


def rules(checker: Checker) -> None:
    """Every rule names what devices report, in its range, and opens a case that may be opened so."""
    book = checker.playbook
    if not book.sensing:
        return
    checker.unique([(rule.id, ("sensing", i, "id")) for i, rule in enumerate(book.sensing)])
    if "device" not in book.opens.by and not checker.draft.lost(("opens",)):
        checker.say("PB270", ("sensing", 0))
    for index, rule in enumerate(book.sensing):
        base: Path = ("sensing", index)
        _condition(checker, rule, base)
        if rule.confirm is not None:
            _condition(checker, rule.confirm, (*base, "confirm"))
        _times(checker, rule, base)
        _answers(checker, rule, base)


def _known(checker: Checker, on: str, base: Path) -> bool:
    """Whether it is a kind of event that measures something."""
    if on in KINDS and KINDS[on].number:
        return True
    if not checker.draft.ghost(on):
        known = [name for name, kind in KINDS.items() if kind.number]
        checker.say("PB271", (*base, "on"), name=on, hint=hint(on, known),
                    allowed=enumerated(known))  # fmt: skip
    return False


def _condition(checker: Checker, rule: EventCondition, base: Path) -> None:
    if not _known(checker, rule.on, base):
        return
    found = rule.measured()
    names = [measure.key for measure in KINDS[rule.on].measures]
    if found is None:
        where = (*base, "measure") if rule.measure else (*base, "on")
        checker.say("PB272", where, name=rule.measure or "", kind=rule.on,
                    allowed=enumerated(names))  # fmt: skip
        return
    measure = found[1]
    if rule.is_ is not None and rule.is_ not in measure.words:
        checker.say("PB273", (*base, "is"), name=rule.is_, allowed=enumerated(measure.words))
    low, high = measure.least / measure.scale, measure.most / measure.scale
    for key, limit in (("at_least", rule.at_least), ("at_most", rule.at_most)):
        if limit is not None and not low <= limit <= high:
            checker.say("PB274", (*base, key), value=f"{limit:g}", least=f"{low:g}",
                        most=f"{high:g}", unit=measure.unit)  # fmt: skip
    if rule.at_least is not None and rule.at_most is not None and rule.at_least > rule.at_most:
        checker.say("PB274", (*base, "at_most"), value=f"{rule.at_most:g}",
                    least=f"{rule.at_least:g}", most=f"{high:g}", unit=measure.unit)  # fmt: skip


def _times(checker: Checker, rule: SensingRule, base: Path) -> None:
    """How often within how long; the quiet time, which keeps one flapping sensor from a hundred cases."""
    lost = checker.draft.lost
    if rule.times > 1 and rule.within is None and not lost((*base, "within")):
        checker.say("PB275", (*base, "times"), times=rule.times)
    confirm = rule.confirm
    for path, duration, most in (
        ((*base, "within"), rule.within, LONGEST_WINDOW),
        ((*base, "confirm", "within"), confirm.within if confirm else None, LONGEST_WINDOW),
        ((*base, "quiet"), rule.quiet, LONGEST_QUIET),
        ((*base, "fresh"), rule.fresh, LONGEST_QUIET),
    ):
        _span(checker, path, duration, most)


def _span(checker: Checker, path: Path, duration: Duration | None, most: int) -> None:
    if duration is None or checker.draft.lost(path):
        return
    if duration.is_working or not 1 <= duration.rough_minutes() <= most:
        checker.say("PB276", path, value=str(duration), most=most // 60)


def _answers(checker: Checker, rule: SensingRule, base: Path) -> None:
    """What is filled in fits the questions, and nothing that must be answered is left open."""
    asked = {spec.field: spec for spec in checker.playbook.opens.ask}
    given: dict[str, object] = dict(rule.fill)
    for key, name, types in (("where", rule.where, {"point"}), ("says", rule.says, _TEXTS)):
        if name is None:
            continue
        if name not in asked or asked[name].type not in types:
            checker.say("PB277", (*base, key), name=name, allowed=enumerated(
                [n for n, spec in asked.items() if spec.type in types]))  # fmt: skip
        given[name] = {"lon": 0.0, "lat": 0.0} if key == "where" else "…"
    if checker.draft.lost(("opens", "ask")):
        return
    for problem in problems(checker.playbook.opens.ask, given, "device"):
        path = (*base, "fill", problem.field) if problem.field in rule.fill else (*base, "id")
        checker.say("PB278", path, name=problem.field, why=(problem.zh, problem.en))


def quarantine(checker: Checker) -> None:
    """Every sign names a figure that can show it."""
    found = checker.playbook.quarantine
    checker.unique([(rule.id, ("quarantine", i, "id")) for i, rule in enumerate(found)])
    for index, rule in enumerate(found):
        base: Path = ("quarantine", index)
        _span(checker, (*base, "within"), rule.within, LONGEST_QUIET)
        if _known(checker, rule.on, base):
            _sign(checker, rule, base)


def _sign(checker: Checker, rule: Quarantine, base: Path) -> None:
    """States flap; amounts jump and stick. A jump says by how much, and only a jump does."""
    found = rule.measured()
    if found is None:
        names = [measure.key for measure in KINDS[rule.on].measures]
        checker.say("PB272", (*base, "measure"), name=rule.measure or "", kind=rule.on,
                    allowed=enumerated(names))  # fmt: skip
        return
    stepped = found[1].stepped
    if (rule.sign == "flapping") != stepped and rule.sign != "range":
        fitting = ("range", "flapping") if stepped else ("range", "jump", "stuck")
        checker.say("PB279", (*base, "sign"), name=rule.sign, allowed=enumerated(fitting))
    elif (rule.sign == "jump") != (rule.by is not None) or (rule.by is not None and rule.by <= 0):
        checker.say("PB280", (*base, "sign" if rule.by is None else "by"))


CHECKS = (rules, quarantine)
