"""Do the parts of a points programme make sense together, and keep the promises? All findings at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from zhijin.ledger.rules import trying
from zhijin.ledger.rules.model import DEED, Points, Rule
from zhijin.ledger.rules.sources import sources
from zhijin.playbooks.engine import MINORS, RIGHTS, Intact, Title, enumerated, hint

Path = tuple[str | int, ...]

_RANKS: Final = re.compile(
    r"排名|排行|名次|末位|倒数|龙虎榜|\brank|\bleaderboard|\bleague table", re.IGNORECASE
)
_CLOCKS: Final = re.compile(
    r"打卡|在线时长|签到次数|登录次数|步数|轨迹|\bclock.?in|\btime online|\blog.?ins?\b",
    re.IGNORECASE,
)
#: What no programme may speak of, wherever it stands.
_FORBIDDEN: Final = (("PT203", RIGHTS), ("PT204", MINORS), ("PT214", _RANKS), ("PT216", _CLOCKS))
SHORTEST_NOTICE, LONGEST_REMINDER = 7, 30


class Checker:
    """One run over what is intact of a programme."""

    def __init__(self, draft: Intact[Points], today: date | None) -> None:
        self.draft, self.today = draft, today
        self.programme, self.document = draft.programme, draft.document

    def say(self, problem: str, path: Path, *, key: bool = False, **params: Any) -> None:
        """Report ``problem`` at the value (or key) at ``path``."""
        self.document.add(problem, self.document.at(path, key=key), path, **params)

    def lost(self, *path: str | int) -> bool:
        return self.draft.lost(path)


def check(draft: Intact[Points], today: date | None = None) -> None:
    """Run every check over what is intact; findings go into the document. ``today`` None: days unchecked."""
    checker = Checker(draft, today)
    for one in (_resolution, _rules, _promises, _lists, _scenarios):
        one(checker)


def _resolution(checker: Checker) -> None:
    found, path = checker.programme.resolution, ("resolution",)
    if checker.lost(*path):
        return
    heads = found.due >= found.present >= found.agreed
    if not heads or found.present * 3 < found.due * 2 or found.agreed * 2 <= found.due:
        checker.say("PT208", path, key=True, due=found.due, present=found.present,
                    agreed=found.agreed)  # fmt: skip
    if checker.today is not None and found.day > checker.today:
        checker.say("PT209", (*path, "passed_on"), day=found.passed_on)


def _rules(checker: Checker) -> None:
    first: dict[str, int] = {}
    for index, rule in enumerate(checker.programme.rules):
        base: Path = ("rules", index)
        if rule.id in first and not checker.draft.ghost(rule.id):
            line = checker.document.at(("rules", first[rule.id], "id")).line
            checker.say("PT210", (*base, "id"), name=rule.id, line=line)
        first.setdefault(rule.id, index)
        _source(checker, rule, base)
        _amount(checker, rule, base)


def _source(checker: Checker, rule: Rule, base: Path) -> None:
    if checker.draft.ghost(rule.given_by):
        return
    known = sources()
    source = known.get(rule.given_by)
    if source is None and rule.given_by != DEED:
        checker.say("PT201", (*base, "from"), name=rule.given_by,
                    hint=hint(rule.given_by, [DEED, *known]), allowed=enumerated(known))  # fmt: skip
        return
    attrs = source.attrs if source else ()
    for name in rule.where:
        if name not in attrs:
            checker.say("PT202", (*base, "where", name), key=True, kind=rule.given_by, name=name,
                        hint=hint(name, attrs), allowed=enumerated(attrs))  # fmt: skip


def _amount(checker: Checker, rule: Rule, base: Path) -> None:
    if checker.lost(*base):
        return
    name = rule.id
    amount = rule.amount
    if not checker.lost(*base, "amount") and (
        amount == 0 or (amount is None and rule.given_by == DEED)
    ):
        checker.say("PT206", base if amount is None else (*base, "amount"), name=name)
    if rule.cap is None and not checker.lost(*base, "cap"):
        checker.say("PT205", base, name=name)
    if rule.cap is not None and amount is not None and abs(amount) > rule.cap.points:
        checker.say("PT215", (*base, "cap"), name=name, amount=amount, cap=rule.cap.points)
    if amount is not None and amount < 0:
        if rule.check != "second" and not checker.lost(*base, "check"):
            checker.say("PT207", (*base, "check"), name=name)
        if rule.given_by != DEED:
            checker.say("PT211", (*base, "from"), name=name)


def _texts(programme: Points) -> Iterator[tuple[Title | str, Path]]:
    """Everything that a clerk writes in words."""
    yield programme.title, ("title",)
    yield programme.basis, ("basis",)
    yield programme.resolution.title, ("resolution", "title")
    for index, rule in enumerate(programme.rules):
        yield rule.title, ("rules", index, "title")
        yield rule.article, ("rules", index, "article")
        for name, value in rule.where.items():
            yield value, ("rules", index, "where", name)
    for index, title in enumerate(programme.honour.titles if programme.honour else ()):
        yield title, ("honour", "titles", index)


def _promises(checker: Checker) -> None:
    for text, path in _texts(checker.programme):
        words = text if isinstance(text, str) else f"{text.zh} {text.en}"
        for problem, pattern in _FORBIDDEN:
            found = pattern.search(words)
            if found:
                checker.say(problem, path, word=found.group())
        if not isinstance(text, str) and not text.en and not checker.draft.ghost(text.zh):
            checker.say("PT213", path, name=text.zh)


def _lists(checker: Checker) -> None:
    programme = checker.programme
    if programme.holder == "member":
        for name in ("shop", "reminder"):
            if getattr(programme, name) is not None:
                checker.say("PT220", (name,), key=True)
    found = programme.reminder
    if found is None or not found.enabled:
        return
    sound = found.hearing and found.second_approval
    if not sound or found.notice_days < SHORTEST_NOTICE or found.days > LONGEST_REMINDER:
        checker.say("PT212", ("reminder",), key=True)


def _scenarios(checker: Checker) -> None:
    programme = checker.programme
    names = [rule.id for rule in programme.rules]
    used: set[str] = set()
    for index, scenario in enumerate(programme.scenarios):
        for number, step in enumerate(scenario.steps):
            used.add(step.rule)
            if step.rule not in names and not checker.draft.ghost(step.rule):
                checker.say("PT217", ("scenarios", index, "steps", number, "rule"), name=step.rule,
                            hint=hint(step.rule, names), allowed=enumerated(names))  # fmt: skip
    if checker.document.findings or checker.lost("scenarios"):
        return  # What is broken elsewhere would be told a second time by sums that come out wrong.
    for index, rule in enumerate(programme.rules):
        if rule.id not in used:
            checker.say("PT218", ("rules", index, "id"), name=rule.id)
    for index, scenario in enumerate(programme.scenarios):
        for one in trying.wrong(programme, scenario):
            checker.say("PT219", ("scenarios", index, "expect"), key=True, name=scenario.name,
                        who=one.who, expected=one.expected, found=one.found)  # fmt: skip
