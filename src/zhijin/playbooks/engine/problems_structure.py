"""PB1xx: a part of the playbook has the wrong shape."""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine.findings import Problem, Severity

_E = Severity.ERROR

ALL: Final = (
    Problem(
        "PB101", _E, "这里没有“{name}”这一项{hint}", "“{name}” is not known here{hint}",
        "这里可以写：{allowed}。", "What may stand here: {allowed}.",
    ),
    Problem(
        "PB102", _E, "缺少“{name}”。", "“{name}” is missing.",
        "{what}", "{what}",
    ),
    Problem(
        "PB103", _E, "这里应当是{expected}，写成了{found}。", "This should be {expected}, but is {found}.",
        "请对照说明改写；纯文字如果像数字，请加引号。",
        "Compare with the reference; quote a text that looks like a number.",
    ),
    Problem(
        "PB104", _E, "“{value}”不在可选的写法里{hint}", "“{value}” is not one of the choices{hint}",
        "可以写：{allowed}。", "Choose from: {allowed}.",
    ),
    Problem(
        "PB105", _E, "代号“{value}”的写法不对。", "The id “{value}” is not well formed.",
        "代号用小写英文字母开头，只用小写字母、数字、连字符或下划线，不超过 40 个字。",
        "An id begins with a small letter and holds only small letters, digits, hyphens or "
        "underscores, 40 at most.",
    ),
    Problem(
        "PB106", _E, "看不懂期限“{value}”。", "The length of time “{value}” is not understood.",
        "写成数字加单位，例如 2 work hours（2个工作小时）、3 workdays（3个工作日）、24 hours、5 days、"
        "30 minutes。",
        "Write a number and a unit: 2 work hours, 3 workdays, 24 hours, 5 days, 30 minutes.",
    ),
    Problem(
        "PB107", _E, "数字 {value} 超出了范围。", "The number {value} is out of range.",
        "应当{rule}。", "It should be {rule}.",
    ),
    Problem(
        "PB108", _E, "这里不能空着，也不能太长。", "This must be neither empty nor too long.",
        "应当{rule}。", "It should have {rule}.",
    ),
    Problem(
        "PB109", _E, "方案格式的版本“{value}”本系统不认识。",
        "This platform does not know version “{value}” of the format.",
        "第一行请写 playbook: 1。", "Begin the file with playbook: 1.",
    ),
    Problem(
        "PB110", _E, "文件的最外层应当是“名称: 内容”的各行。",
        "The outermost level of the file should be lines of “name: value”.",
        "请从 playbook: 1 写起；可以用 zhijin playbook new 生成一个样本。",
        "Begin with playbook: 1; “zhijin playbook new” makes a sample.",
    ),
    Problem(
        "PB111", _E, "这里必须并且只能写一样：{allowed}。", "Exactly one of these must be written: {allowed}.",
        "请留下一样，删掉其余的。", "Keep one and delete the others.",
    ),
    Problem(
        "PB112", _E, "条件没有写完整。", "The condition is not complete.",
        "条件写成 {{field: 项目, is: 值}}，也可以用 in、not、above、below、given 代替 is。",
        "Write {{field: name, is: value}}; in, not, above, below or given may stand in place of is.",
    ),
    Problem(
        "PB113", _E, "看不懂倍数“{value}”。", "The factor “{value}” is not understood.",
        "写成大于 0、不超过 10 的数，例如 0.5 表示期限减半。",
        "Write a number above 0 and up to 10; 0.5 halves the time allowed.",
    ),
    Problem(
        "PB114", _E, "这段文字里有逗号，要加引号。", "This text holds a comma and must be quoted.",
        "花括号里的逗号会把文字断开；请给整段文字加上英文双引号。",
        "Inside braces a comma ends the text; put quotation marks around all of it.",
    ),
    Problem(
        "PB115", _E, "看不懂时间“{value}”。", "The time “{value}” is not understood.",
        "写成 2026-02-13 16:00 的样子（北京时间）。",
        "Write it like 2026-02-13 16:00, in the time of China.",
    ),
    Problem(
        "PB199", _E, "这里写得不对：{detail}。", "This is not right: {detail}.",
        "请对照格式说明修改。", "Compare with the reference of the format.",
    ),
)  # fmt: skip
