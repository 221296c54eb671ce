"""PB270–PB280: rules of devices that do not make sense."""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine.findings import Problem, Severity

_E = Severity.ERROR

ALL: Final = (
    Problem(
        "PB270", _E,
        "感知规则要由设备开事项，但 opens.by 里没有 device。",
        "Sensing rules open cases as a device, but opens.by has no device.",
        "请在 opens 的 by 里加上 device，或删掉 sensing。",
        "Add device to by under opens, or delete sensing.",
    ),
    Problem(
        "PB271", _E,
        "没有“{name}”这种感知事件{hint}",
        "There is no event “{name}”{hint}",
        "可以写：{allowed}。",
        "There are: {allowed}.",
    ),
    Problem(
        "PB272", _E,
        "“{kind}”事件里没有“{name}”这个量。",
        "An event “{kind}” has no figure “{name}”.",
        "它有：{allowed}。",
        "It has: {allowed}.",
    ),
    Problem(
        "PB273", _E,
        "“{name}”不是这个量能取的词。",
        "“{name}” is no word of this figure.",
        "可以写：{allowed}。没有词可选的，请写 at_least 或 at_most。",
        "There are: {allowed}. Where there are none, write at_least or at_most.",
    ),
    Problem(
        "PB274", _E,
        "{value} 不在这个量的范围里（{least} 到 {most} {unit}）。",
        "{value} is outside the range of this figure ({least} to {most} {unit}).",
        "请检查单位；写到范围以内。",
        "Check the unit, and stay inside the range.",
    ),
    Problem(
        "PB275", _E,
        "要出现 {times} 次，却没有说多久之内。",
        "It must come {times} times, but within how long is not said.",
        "请加上 within，例如 within: 5 minutes。",
        "Add within, such as within: 5 minutes.",
    ),
    Problem(
        "PB276", _E,
        "“{value}”不能用在这里：要用分钟、小时或天，最长 {most} 小时。",
        "“{value}” cannot stand here: minutes, hours or days, {most} hours at most.",
        "设备不分上班下班；请写例如 30 minutes。",
        "Devices know no office hours; write for example 30 minutes.",
    ),
    Problem(
        "PB277", _E,
        "“{name}”不是开事项时问的、类型合适的项目。",
        "“{name}” is no question of a fitting type that is asked at the opening.",
        "可以用：{allowed}。",
        "There are: {allowed}.",
    ),
    Problem(
        "PB278", _E,
        "“{name}”会开不成事项：{why}。",
        "“{name}” would keep the case from being opened: {why}.",
        "请用 where、says 或 fill 把它填上，或改正填的内容。",
        "Fill it in with where, says or fill, or correct what is filled in.",
    ),
    Problem(
        "PB279", _E,
        "这个量不会有“{name}”的迹象。",
        "This figure cannot show the sign “{name}”.",
        "可以写：{allowed}。有和无、几个词之间来回跳是 flapping；数量才会 jump、stuck。",
        "There are: {allowed}. States flap; amounts jump and stick.",
    ),
    Problem(
        "PB280", _E,
        "突变（jump）要写 by：相邻两次差多少才算；别的迹象不写 by。",
        "A jump says with by how far apart two readings must be; other signs have no by.",
        "例如 {{sign: jump, by: 2.0}}，单位和读数一样，要大于 0。",
        "For example {{sign: jump, by: 2.0}}, in the unit of the reading, above 0.",
    ),
)  # fmt: skip
