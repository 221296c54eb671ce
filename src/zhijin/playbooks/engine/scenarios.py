"""Runs ``scenarios.yaml``: stories on a virtual clock, each expectation checked where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zhijin.core.workcal import TZ, WorkCalendar
from zhijin.playbooks.engine.expectations import differences
from zhijin.playbooks.engine.findings import Finding, Mark, ordered
from zhijin.playbooks.engine.machine import Fire, Machine
from zhijin.playbooks.engine.model import Playbook
from zhijin.playbooks.engine.reader import Document, Path, read
from zhijin.playbooks.engine.run import CaseRun, Refused, transitions
from zhijin.playbooks.engine.scenario_model import Scenario, Scenarios, Step, moment_of
from zhijin.playbooks.engine.structure import enumerated, validated


@dataclass(frozen=True)
class ScenarioResult:
    """How one story came out."""

    name_zh: str
    name_en: str
    line: int
    ok: bool
    run: CaseRun | None = None


@dataclass(frozen=True)
class ScenarioReport:
    """All stories of one file. ``uncovered`` are transitions that no story takes."""

    results: list[ScenarioResult] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    covered: list[tuple[str, str]] = field(default_factory=list)
    uncovered: list[tuple[str, str]] = field(default_factory=list)

    @property
    def passed(self) -> int:
        return sum(result.ok for result in self.results)

    @property
    def ok(self) -> bool:
        """Whether every story came out and every transition is taken: the gate of publication."""
        return not any(finding.is_error for finding in self.findings)

    @property
    def coverage(self) -> int:
        """Transitions taken, in whole percent."""
        total = len(self.covered) + len(self.uncovered)
        return 100 * len(self.covered) // total if total else 100


def run_scenarios(
    playbook: Playbook,
    text: str | bytes,
    source: str = "scenarios.yaml",
    calendar: WorkCalendar | None = None,
) -> ScenarioReport:
    """Run every story of ``text``. Never raises on bad input."""
    machine = Machine(playbook)
    ways = transitions(machine)
    document = read(text, source)
    if document.root is None and not document.findings:
        document.add("PB308", Mark(1, 1))
        return ScenarioReport([], document.findings, [], ways)
    file = validated(document, Scenarios)
    if file is None or document.findings:
        return ScenarioReport([], ordered(document.findings), [], ways)
    if file.playbook != playbook.id:
        document.add("PB301", document.at(("playbook",)), found=file.playbook, wanted=playbook.id)
    results, taken = [], set()
    for index, story in enumerate(file.scenarios):
        teller = _Teller(machine, calendar or WorkCalendar(), document, index, story)
        results.append(teller.tell())
        taken |= teller.taken
    missing = [way for way in ways if way not in taken]
    for state, move in missing:
        document.add("PB304", document.at(("scenarios",), key=True), transition=(
            f"{playbook.state_title(state)}（{state}）→ {move}",
            f"{playbook.state_title(state, 'en')} ({state}) → {move}"))  # fmt: skip
    covered = [way for way in ways if way in taken]
    return ScenarioReport(results, ordered(document.findings), covered, missing)


class _Teller:
    """Tells one story."""

    def __init__(
        self,
        machine: Machine,
        calendar: WorkCalendar,
        document: Document,
        index: int,
        story: Scenario,
    ) -> None:
        self.machine, self.calendar, self.document = machine, calendar, document
        self.base: Path = ("scenarios", index)
        self.story = story
        self.struck: list[Fire] = []
        self.before = len(document.findings)

    @property
    def taken(self) -> set[tuple[str, str]]:
        run = self.run
        return {(h.state, h.move) for h in run.history if h.event == "moved"} if run else set()

    run: CaseRun | None = None

    def tell(self) -> ScenarioResult:
        self._open()
        if self.run is not None:
            for number, step in enumerate(self.story.steps):
                if not self._step(self.run, step, (*self.base, "steps", number)):
                    break
        name, line = self.story.name, self.document.at(self.base).line
        ok = len(self.document.findings) == self.before
        return ScenarioResult(name.in_("zh"), name.in_("en"), line, ok, self.run)

    def say(self, problem: str, path: Path, **params: Any) -> None:
        self.document.add(problem, self.document.at(path), path, **params)

    def _open(self) -> None:
        opens = self.story.opens
        data = self._data(opens.with_)
        try:
            self.run = CaseRun.open(self.machine, self.calendar, moment_of(self.story.at), opens.by,
                                    data, opens.priority)  # fmt: skip
        except Refused as refused:
            if not opens.refused:
                because = (refused.words("zh"), refused.words("en"))
                self.say("PB305", (*self.base, "opens"), because=because)
            return
        if opens.refused:
            self.say("PB306", (*self.base, "opens"))

    def _data(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """``photos: 2`` stands for two photos; ``where: [lon, lat]`` for a point."""
        specs = self.machine.playbook.fields
        out = dict(given)
        for name, value in given.items():
            kind = specs[name].type if name in specs else ""
            if kind in {"photo", "file"} and isinstance(value, int):
                out[name] = [_digest(f"{name} {n}") for n in range(value)]
            elif kind == "point" and isinstance(value, list) and len(value) == 2:
                out[name] = {"lon": value[0], "lat": value[1]}
        return out

    def _step(self, run: CaseRun, step: Step, path: Path) -> bool:
        """One step; False ends the story, because the rest would only repeat the trouble."""
        if step.expect is not None:
            for place, what, wanted, found in differences(
                self.machine, run, self.struck, step.expect
            ):
                self.say("PB303", (*path, "expect", place), what=what, wanted=wanted, found=found)
            return True
        if step.advance is not None or step.until is not None:
            return self._pass_time(run, step, path)
        if step.refused is not None:
            return self._refused(run, step, path)
        try:
            self._act(run, step)
        except Refused as refused:
            self._explain(run, step, path, refused)
            return False
        return True

    def _pass_time(self, run: CaseRun, step: Step, path: Path) -> bool:
        to: datetime
        if step.until is not None:
            to = moment_of(step.until)
        else:
            assert step.advance is not None
            to = step.advance.after(run.now, self.calendar)
        if to < run.now:
            now = run.now.astimezone(TZ).strftime("%Y-%m-%d %H:%M")
            self.say("PB307", (*path, "until"), now=now)
            return False
        self.struck += run.advance(to)
        return True

    def _act(self, run: CaseRun, step: Step) -> None:
        if step.move is not None:
            run.take(step.move, step.by or "", self._data(step.with_), step.why)
            self.struck = []
        elif step.suspend is not None:
            run.suspend(step.suspend)
        elif step.resume is not None:
            run.resume(step.resume)
        elif step.extend is not None:
            run.extend(step.by or "", step.extend)

    def _refused(self, run: CaseRun, step: Step, path: Path) -> bool:
        before = (dict(run.data), run.state, len(run.history))
        try:
            run.take(step.refused or "", step.by or "", self._data(step.with_), step.why)
        except Refused as refused:
            if step.because is not None and refused.reason != step.because:
                self.say("PB303", (*path, "because"), what=("理由", "the reason"),
                         wanted=step.because, found=refused.reason)  # fmt: skip
            assert before == (dict(run.data), run.state, len(run.history))
            return True
        self.say("PB306", (*path, "refused"))
        return False

    def _explain(self, run: CaseRun, step: Step, path: Path, refused: Refused) -> None:
        because = (refused.words("zh"), refused.words("en"))
        if step.move is None:
            self.say("PB309", path, because=because)
            return
        open_to = [
            f"{move.id}（{'、'.join(move.by)}）" for move in run.machine.state(run.state).moves
        ]
        self.say("PB302", (*path, "move"), state=run.state, move=step.move, because=because,
                 allowed=enumerated(open_to))  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
