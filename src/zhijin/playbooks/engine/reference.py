"""The reference of the format and of the findings, written from the models and the catalogue.

``python -m zhijin.playbooks.engine.reference`` rewrites the two files; a test keeps them current.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from zhijin.core.roles import LEVEL_ROLES, ROLES
from zhijin.core.signals import KINDS
from zhijin.playbooks.engine import indicators, model, sensing, words
from zhijin.playbooks.engine.catalogue import PROBLEMS
from zhijin.playbooks.engine.durations import Duration
from zhijin.playbooks.engine.findings import Problem
from zhijin.playbooks.engine.scenario_model import Expectation, Scenario, Scenarios, Step, Stroke
from zhijin.playbooks.engine.shapes import both, fields_of

PARTS: tuple[type[BaseModel], ...] = (
    model.Playbook, model.Opens, model.FieldSpec, model.Choice, model.State, model.Move,
    model.Rung, model.Suspension, model.Extension, model.Priority, model.Network, model.Party,
    sensing.SensingRule, sensing.Confirmation, sensing.Quarantine,
    model.Points, model.Publication, model.Notice, model.FollowUp, model.Indicator,
    indicators.Ratio, indicators.Measure, indicators.Selector, indicators.Total,
    indicators.Elapsed, indicators.Moment, indicators.Condition, model.Text,
)  # fmt: skip
SCENARIO_PARTS: tuple[type[BaseModel], ...] = (Scenarios, Scenario, Step, Expectation, Stroke)


def schema(*, scenarios: bool = False) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the format, or of scenarios.yaml."""
    root: type[BaseModel] = Scenarios if scenarios else model.Playbook
    out = root.model_json_schema(by_alias=True)
    name = "scenarios" if scenarios else "playbook"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:zhijin:{name}:1", **out}  # fmt: skip


def format_reference() -> str:
    """docs/reference/playbook.md."""
    out = [_FORMAT_HEAD]
    for part in PARTS:
        out += part_table(part)
    out += [_DURATIONS, _listing("## Field types", "type", words.TYPES)]
    out += [_listing("## Steps of GB/T 30428", "step", words.STEPS),
            _listing("## Outcomes of an end", "outcome", words.OUTCOMES),
            _listing("## Kinds", "kind", words.KINDS)]  # fmt: skip
    out += list(_events())
    out += ["## Roles\n", "| role | 中文 | English | level | who |", "|---|---|---|---|---|"]
    out += [f"| `{r.key}` | {r.zh} | {r.en} | {r.level} | {r.note_en} |" for r in ROLES.values()]
    short = ", ".join(f"`{name}` ({role})" for name, role in LEVEL_ROLES.items())
    out += ["", f"Short names of a level: {short}.", "", _SCENARIO_HEAD]
    for part in SCENARIO_PARTS:
        out += part_table(part)
    return "\n".join(out).rstrip() + "\n"


def _events() -> Iterator[str]:
    """What devices report, for the rules under ``sensing``."""
    yield "## Events of devices\n"
    yield "`fresh`: for how long an event is news, where a rule does not say otherwise.\n"
    yield "| on | 中文 | English | measure | unit | range | fresh |"
    yield "|---|---|---|---|---|---|---|"
    for kind in KINDS.values():
        for m in kind.measures if kind.number else ():
            span = ", ".join(f"`{word}`" for word in m.words)
            span = span or f"{m.least / m.scale:g} to {m.most / m.scale:g}"
            fresh = f"{kind.fresh} min" if kind.fresh < 120 else f"{kind.fresh // 60} h"
            yield (
                f"| `{kind.key}` | {kind.zh} | {kind.en} | `{m.key}` | {m.unit} | {span} | {fresh} |"
            )
    yield ""


def errors_reference() -> str:
    """docs/reference/playbook-errors.md."""
    layers = {"PB0": "Syntax: the file cannot be read as written", "PB1": "Structure: a part has "
              "the wrong shape", "PB2": "Meaning: the parts do not make sense together",
              "PB3": "Scenarios: a story does not come out"}  # fmt: skip
    return problem_sections(_ERRORS_HEAD, layers, PROBLEMS)


def problem_sections(head: str, layers: Mapping[str, str], problems: Mapping[str, Problem]) -> str:
    """A page of findings of any kind of file: by layer (beginning of the id → title), then by id."""
    out = [head]
    for prefix, title in layers.items():
        out += [f"## {title}", ""]
        for problem in sorted(problems.values(), key=lambda p: p.id):
            if problem.id.startswith(prefix):
                out += [f"### {problem.id} ({problem.severity})", "", f"{problem.zh}  ",
                        f"{problem.en}", "", f"- {problem.help_zh}", f"- {problem.help_en}",
                        ""]  # fmt: skip
    return "\n".join(out).replace("{{", "{").replace("}}", "}").rstrip() + "\n"


def part_table(part: type[BaseModel]) -> Iterator[str]:
    """The Markdown lines that describe one part of a format: its keys, what they hold, and for what."""
    zh, en = both(part.__doc__ or "")
    yield f"## {part.__name__}\n"
    yield f"{zh} {en}\n"
    yield "| key | what it holds | default | 中文 | English |"
    yield "|---|---|---|---|---|"
    for name, info in fields_of(part):
        zh, en = both(info.description)
        yield f"| `{name}` | {_kind(info.annotation)} | {_default(info)} | {zh} | {en} |"
    yield ""


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.default
    return "" if value in (None, [], {}, "") else f"`{str(value).lower()}`"


_PLAIN: dict[Any, str] = {
    Duration: "length of time", str: "text", int: "whole number", float: "number",
    bool: "true or false",
}  # fmt: skip


def _kind(annotation: Any) -> str:
    """A type in the reader's words."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(args[0])
    if origin in {Union, types.UnionType}:
        return " or ".join(_kind(arg) for arg in args if arg is not type(None))
    if origin is Literal:
        return ", ".join(f"`{str(arg).lower()}`" for arg in args)
    if origin in {list, dict}:
        inner = " → ".join(_kind(arg) for arg in args)
        return inner if origin is dict else f"one or a list of {inner}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return _PLAIN.get(annotation, "value")


def _listing(title: str, head: str, table: dict[str, tuple[str, str]]) -> str:
    rows = [f"| `{key}` | {zh} | {en} |" for key, (zh, en) in table.items()]
    return "\n".join([f"{title}\n", f"| {head} | 中文 | English |", "|---|---|---|", *rows, ""])


_FORMAT_HEAD = """\
# The playbook format

*Generated from the code (`python -m zhijin.playbooks.engine.reference`). To learn the format,
begin with [how to write a playbook](../how-to/write-a-playbook.md).*

A programme is one file, `playbooks/<id>/playbook.yaml`, in UTF-8, at most 256 KB. It is YAML
without its surprises: no anchors, aliases, merge keys or type tags, a key once only, and
`22:30`, `no` and `007` are texts. Where a list holds one thing, the thing alone will do; where a
title is needed, a Chinese text alone will do. Ids are small letters, digits, `-` and `_`.

The parts, from the outside in:
"""

_DURATIONS = """\
## Lengths of time

`30 minutes`, `24 hours` and `5 days` pass by the calendar; `30 work minutes`, `2 work hours` and
`3 workdays` pass in office hours (08:30–12:00 and 14:30–18:00 unless the county says otherwise) of
workdays, make-up workdays included. Chinese will do: `2个工作小时`, `3个工作日`, `5天`.

- Minutes and hours are counted to the minute.
- Workdays and days are counted by the date (Civil Code, articles 200–204): the day of entry does
  not count; workdays end at close of business, days at midnight, and a last day that is a day off
  moves to the next workday.
- A pause does not count. A day on which the clock stood, however briefly, does not count either.
- A priority's factor rounds up to whole minutes or days.
- A year whose holidays have not been announced is computed from weekends and statutory days and
  marked provisional, until the State Council's notice is uploaded.
"""

_SCENARIO_HEAD = """\
# The scenarios format

`scenarios.yaml` beside the playbook. Times are those of China (`2026-02-13 16:00`). In `with`,
`after: 2` stands for two photos or files, `where: [103.72, 27.34]` for a point.
"""

_ERRORS_HEAD = """\
# What the playbook checker says

*Generated from the catalogue (`python -m zhijin.playbooks.engine.reference`).* Ids are stable and
never reused. An error keeps a playbook from being put into force; a warning does not. Words in
braces are filled in with what was found.
"""


def main() -> None:
    """Rewrite both files below docs/reference."""
    folder = Path(__file__).resolve().parents[4] / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "playbook.md").write_text(format_reference(), encoding="utf-8")
    (folder / "playbook-errors.md").write_text(errors_reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
