"""PB3xx: a scenario cannot be read, or does not come out as it is written."""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine.findings import Problem, Severity

_E, _W = Severity.ERROR, Severity.WARNING

ALL: Final = (
    Problem(
        "PB301", _E, "演练写的是方案“{found}”，这里检查的是“{wanted}”。",
        "These scenarios are for “{found}”, but the playbook is “{wanted}”.",
        "请改正第一行的 playbook。", "Correct “playbook” on the first line.",
    ),
    Problem(
        "PB302", _E, "到这一步时，事项在“{state}”，不能走“{move}”：{because}。",
        "The case is in “{state}” and “{move}” cannot be taken: {because}.",
        "这时可以走的有：{allowed}。请改演练，或在方案里加上这一步。",
        "What can be taken now: {allowed}. Change the scenario, or add the step to the playbook.",
    ),
    Problem(
        "PB303", _E, "与预期不符：{what} 应为 {wanted}，实际是 {found}。",
        "Not as expected: {what} should be {wanted}, but is {found}.",
        "请看是方案写错了，还是预期写错了。", "See whether the playbook or the expectation is wrong.",
    ),
    Problem(
        "PB304", _E, "没有演练走到这一步：{transition}。", "No scenario takes this step: {transition}.",
        "请在 scenarios.yaml 里加一个走到它的演练；全部走到才能投入使用。",
        "Add a scenario that takes it; a playbook is put into force only when all are covered.",
    ),
    Problem(
        "PB305", _E, "开头就被拒绝了：{because}。", "The opening was refused: {because}.",
        "请补齐必填的项目，或改用方案里允许的上报人。",
        "Fill in what is required, or open it by a role that the playbook allows.",
    ),
    Problem(
        "PB306", _E, "预期这一步会被拒绝，实际通过了。", "This step was expected to be refused, but went through.",
        "请检查方案里这一步由谁来走、要填什么。",
        "Check who may take this step in the playbook, and what it asks.",
    ),
    Problem(
        "PB307", _E, "时间只能向前走。", "Time only goes forward.",
        "请写一个比现在（{now}）更晚的时间。", "Write a time later than the present one ({now}).",
    ),
    Problem(
        "PB308", _E, "还没有演练。", "There are no scenarios yet.",
        "请在方案旁边写 scenarios.yaml；zhijin playbook new 会给出样本。",
        "Write scenarios.yaml beside the playbook; “zhijin playbook new” makes a sample.",
    ),
    Problem(
        "PB309", _E, "办不到：{because}。", "This cannot be done: {because}.",
        "请检查方案里是否允许挂起或延期。", "Check whether the playbook allows suspension or extension.",
    ),
)  # fmt: skip
