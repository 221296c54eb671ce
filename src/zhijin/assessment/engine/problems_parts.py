"""AS13x: a part of a measure is missing or stands where it means nothing."""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine import Problem, Severity

_E = Severity.ERROR

ALL: Final = (
    Problem(
        "AS130", _E, "“{name}”只能和“{form}”一起写。", "“{name}” only goes with “{form}”.",
        "请删掉它，或改用 {form}。", "Delete it, or use {form}.",
    ),
    Problem(
        "AS131", _E, "写了“{form}”，还要写“{name}”。", "“{form}” also needs “{name}”.",
        "who 写 org、place 或 tree；distinct 要写 on；exists 要写 each：没有默认值，免得各人理解不同。",
        "who is org, place or tree; distinct needs on; exists needs each. There is no silent "
        "default, so that everybody reads the same.",
    ),
    Problem(
        "AS132", _E, "within 要和 take: within 一起写。", "within goes together with take: within.",
        "要数按时的对数，写 take: within 和 within: 分钟数；否则两样都不写。",
        "To count pairs in time write take: within and within: minutes; else neither.",
    ),
)  # fmt: skip
