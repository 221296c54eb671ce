"""Every sentence that the checker of assessment programmes can say, by its stable id.

AS0xx and AS1xx are those of the playbook format (PB0xx, PB1xx) where the file is read the same way,
with the words for playbooks replaced where they would mislead. AS2xx is about the meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from zhijin.assessment.engine import problems_meaning, problems_parts
from zhijin.playbooks.engine import PROBLEMS as PLAYBOOK_PROBLEMS
from zhijin.playbooks.engine import Problem, Severity

_E = Severity.ERROR
_LEFT_OUT: Final = {"PB106", "PB109", "PB113", "PB115"}

_OWN: Final = {
    "PB110": Problem(
        "AS110", _E, "文件的最外层应当是“名称: 内容”的各行。",
        "The outermost level of the file should be lines of “name: value”.",
        "请从 assessment: 1 写起；照着 playbooks/double-drive/assessment.yaml 改最快。",
        "Begin with assessment: 1; playbooks/double-drive/assessment.yaml is a good start.",
    ),
    "PB112": Problem(
        "AS112", _E, "条件没有写完整。", "The condition is not complete.",
        "条件写成 {{attr: 属性, is: 值}}，也可以用 in、not、above、below、given 代替 is。",
        "Write {{attr: name, is: value}}; in, not, above, below or given may stand in place of is.",
    ),
}  # fmt: skip


def _taken_over() -> dict[str, Problem]:
    """The playbook format's sentences about text and shape, under this format's ids."""
    found = {}
    for name, problem in PLAYBOOK_PROBLEMS.items():
        if name[:3] in {"PB0", "PB1"} and name not in _LEFT_OUT:
            found[name] = _OWN.get(name) or replace(problem, id=f"AS{name[2:]}")
    return found


#: By the id under which the code asks for it: ``PB…`` from the shared reader, ``AS…`` from here.
PROBLEMS: Final[Mapping[str, Problem]] = {
    **_taken_over(),
    **{problem.id: problem for problem in (*problems_parts.ALL, *problems_meaning.ALL)},
}
