"""Every sentence that the checker can say, by its stable id. Ids are never reused.

PB0xx the text cannot be read as written, PB1xx a part has the wrong shape, PB2xx the parts do not
make sense together, PB3xx a scenario does not come out as written.
"""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine import (
    problems_content,
    problems_flow,
    problems_scenarios,
    problems_sensing,
    problems_structure,
    problems_syntax,
)
from zhijin.playbooks.engine.findings import Problem

_LAYERS: Final = (
    problems_syntax,
    problems_structure,
    problems_flow,
    problems_content,
    problems_sensing,
    problems_scenarios,
)

PROBLEMS: Final[dict[str, Problem]] = {}
for _layer in _LAYERS:
    for _problem in _layer.ALL:
        if _problem.id in PROBLEMS:
            raise ValueError(f"finding id {_problem.id} is defined twice")
        PROBLEMS[_problem.id] = _problem
