"""The reference of the points format and its findings, written from the code.

``python -m zhijin.ledger.rules.reference`` rewrites the pages; a test keeps them current.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from zhijin.ledger.rules import model
from zhijin.ledger.rules.problems import PROBLEMS
from zhijin.ledger.rules.sources import sources
from zhijin.playbooks.engine import part_table, problem_sections

PARTS: tuple[type[BaseModel], ...] = (
    model.Points, model.Resolution, model.Rule, model.Cap, model.Shop, model.Honour,
    model.Reminder, model.Scenario, model.Step,
)  # fmt: skip


def format_reference() -> str:
    """docs/reference/points.md."""
    out = [_FORMAT_HEAD]
    for part in PARTS:
        out += part_table(part)
    out += ["## Facts that earn points\n", "| `from` | 中文 | English | whose | attributes |",
            "|---|---|---|---|---|",
            "| `deed` | 登记的行为 | what somebody enters, with evidence | named when entered |  |"]  # fmt: skip
    for one in sources().values():
        attrs = ", ".join(f"`{name}`" for name in one.attrs)
        whose = "claimed with the record’s code" if one.holder == "claim" else "the fact’s subject"
        out.append(f"| `{one.kind}` | {one.zh} | {one.en} | {whose} | {attrs} |")
    return "\n".join(out).rstrip() + "\n"


def errors_reference() -> str:
    """docs/reference/points-errors.md."""
    layers = {"PT0": "Syntax: the file cannot be read as written", "PT1": "Structure: a part has "
              "the wrong shape", "PT2": "Meaning and promises"}  # fmt: skip
    return problem_sections(_ERRORS_HEAD, layers, PROBLEMS)


_FORMAT_HEAD = """\
# The points format

*Generated from the code (`python -m zhijin.ledger.rules.reference`). How points come about is told in
[points](../explanation/points.md).*

A points programme is one file, `playbooks/<id>/points.yaml`; its first key is `points: 1`. It is read
like a [playbook](playbook.md), with the same kind of [findings](points-errors.md). It cites the
resolution that passed it, and its scenarios are run whenever it is checked.

The parts, from the outside in:
"""

_ERRORS_HEAD = """\
# Findings of the points checker

*Generated from the code (`python -m zhijin.ledger.rules.reference`).*

`zhijin playbook check` and the upload page say all of them at once, each with its place in the file.
PT0xx and PT1xx are those of the [playbook format](playbook-errors.md) where the file is read the same way.
An error keeps a programme from being put into force; a warning does not.
"""


def pages() -> dict[str, str]:
    """The pages by name under docs/reference."""
    return {"points.md": format_reference(), "points-errors.md": errors_reference()}


if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[4] / "docs" / "reference"
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
