"""The reference of the assessment format, its findings and the facts, written from the code.

``python -m zhijin.assessment.engine.reference`` rewrites the pages; a test keeps them current.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from zhijin.assessment.engine import marks_model, measures_model, model
from zhijin.assessment.engine.kinds import catalogue
from zhijin.assessment.engine.problems import PROBLEMS
from zhijin.playbooks.engine import part_table, problem_sections

PARTS: tuple[type[BaseModel], ...] = (
    model.Assessment, model.Applies, model.Peers, model.Ties, model.Dimension, model.Indicator,
    measures_model.Measure, measures_model.Elapsed, measures_model.Latest, measures_model.Condition,
    marks_model.Join, marks_model.Adjustment, marks_model.Mark, marks_model.Running,
    marks_model.Follow, marks_model.Manual,
)  # fmt: skip


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the format, for editors."""
    out = model.Assessment.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:zhijin:assessment:1", **out}  # fmt: skip


def format_reference() -> str:
    """docs/reference/assessment.md."""
    out = [_FORMAT_HEAD]
    for part in PARTS:
        out += part_table(part)
    out += [_FORMULAS, "## Facts\n", _FACTS, "| kind | 中文 | English | value | attributes |",
            "|---|---|---|---|---|"]  # fmt: skip
    for kind in catalogue().values():
        if not kind.personal:
            attrs = ", ".join(f"`{name}` ({given})" for name, given in kind.attrs.items())
            out.append(f"| `{kind.id}` | {kind.zh} | {kind.en} | {kind.value} | {attrs} |")
    return "\n".join(out).rstrip() + "\n"


def errors_reference() -> str:
    """docs/reference/assessment-errors.md."""
    layers = {"AS0": "Syntax: the file cannot be read as written", "AS1": "Structure: a part has "
              "the wrong shape", "AS2": "Meaning: the parts do not make sense together"}  # fmt: skip
    return problem_sections(_ERRORS_HEAD, layers, PROBLEMS)


_FORMAT_HEAD = """\
# The assessment format

*Generated from the code (`python -m zhijin.assessment.engine.reference`). How scores come about is
told in [how scores are computed](../explanation/scores.md).*

An assessment programme is one file, `playbooks/<id>/assessment.yaml`; its first key is
`assessment: 1`. It is read like a [playbook](playbook.md), with the same kind of
[findings](assessment-errors.md). What decides over people's work has no silent default: whose facts,
rounding, missing data, small groups and ties must be written.

The parts, from the outside in:
"""

_FORMULAS = """\
## Formulas

`of` and `to` may be a formula over the names in `measures`, such as `minutes // pairs` or
`pct(solved, closed) if closed > 4 else 0`. It holds whole numbers, `+ - * //`, comparisons,
`and or not`, `x if condition else y`, `min max coalesce` and `pct(part, whole)` (basis points, rounded
as the programme says). `//` rounds down. A division by zero gives no data, and so does anything
reckoned with it; `min` and `max` look at what is there. A formula whose values could leave 64 bits
is refused.
"""

_FACTS = """\
An indicator can rest on these and nothing else: what a room writes when work is done. A condition may
also name `playbook`, `subject` and `value`. Facts about persons and households are left out: organisations
are ranked, persons never.
"""

_ERRORS_HEAD = """\
# Findings of the assessment checker

*Generated from the code (`python -m zhijin.assessment.engine.reference`).*

`zhijin playbook check` and the upload page say all of them at once, each with its place in the file.
AS0xx and AS1xx are those of the [playbook format](playbook-errors.md) where the file is read the same way.
An error keeps a programme from being put into force; a warning does not.
"""


def pages() -> dict[str, str]:
    """The pages by name under docs/reference."""
    return {"assessment.md": format_reference(), "assessment-errors.md": errors_reference()}


if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[4] / "docs" / "reference"
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
