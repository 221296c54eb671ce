"""PB201–PB217: names, states, steps and clocks that do not make sense together."""

from __future__ import annotations

from typing import Final

from zhijin.playbooks.engine.findings import Problem, Severity

_E = Severity.ERROR

ALL: Final = (
    Problem(
        "PB201", _E,
        "没有“{name}”这个状态{hint}",
        "There is no state “{name}”{hint}",
        "已有的状态：{allowed}。请改正，或在 states 里加上它。",
        "The states are: {allowed}. Correct the name, or add the state.",
    ),
    Problem(
        "PB202", _E,
        "角色目录里没有“{name}”{hint}",
        "There is no role “{name}” in the catalogue{hint}",
        "常用角色：{allowed}。",
        "Roles often used: {allowed}.",
    ),
    Problem(
        "PB203", _E,
        "没有“{name}”这个项目{hint}",
        "There is no field “{name}”{hint}",
        "方案里问到的项目：{allowed}。",
        "Fields that the playbook asks: {allowed}.",
    ),
    Problem(
        "PB204", _E,
        "代号“{name}”用了两次，第 {line} 行已经有了。",
        "The id “{name}” is used twice; see line {line}.",
        "每个代号只能用一次；请换一个。",
        "An id may be used once; choose another.",
    ),
    Problem(
        "PB205", _E,
        "事项到了“{name}”就走不动了：没有下一步，也不是终点。",
        "A case that reaches “{name}” is stuck: it has no next step and is not an end.",
        "请加上 moves，或写 final: true。",
        "Add moves, or write final: true.",
    ),
    Problem(
        "PB206", _E,
        "从开头走不到“{name}”。",
        "“{name}” cannot be reached from the start.",
        "请在前面某个状态的 moves 里加上通往它的一步，或删掉它。",
        "Add a step that leads to it, or delete it.",
    ),
    Problem(
        "PB207", _E,
        "从“{name}”出发，怎么走都到不了终点。",
        "No way leads from “{name}” to an end.",
        "请在这一圈里加上一步，通往某个终点（final: true）。",
        "Add a step out of the circle towards an end (final: true).",
    ),
    Problem(
        "PB208", _E,
        "没有一个终点。",
        "There is no end.",
        "请至少给一个状态写上 final: true。",
        "Give at least one state final: true.",
    ),
    Problem(
        "PB209", _E,
        "“{name}”是终点，不应当再有“{what}”。",
        "“{name}” is an end and should have no “{what}”.",
        "请删掉它，或去掉 final: true。",
        "Delete it, or take away final: true.",
    ),
    Problem(
        "PB210", _E,
        "“{name}”有期限，却没有写由谁负责。",
        "“{name}” has a deadline but nobody owns it.",
        "请加上 owner，例如 owner: grid_worker。",
        "Add an owner, such as owner: grid_worker.",
    ),
    Problem(
        "PB211", _E,
        "没有期限，就谈不上“{what}”。",
        "Without a deadline there is nothing for “{what}” to go by.",
        "请加上 within，例如 within: 3 workdays。",
        "Add within, such as within: 3 workdays.",
    ),
    Problem(
        "PB212", _E,
        "升级要找上级：“{upper}”不比“{lower}”高。",
        "An escalation goes upwards, but “{upper}” does not stand above “{lower}”.",
        "可以升级给：{allowed}。",
        "It may be escalated to: {allowed}.",
    ),
    Problem(
        "PB213", _E,
        "逾期后自动走的步子绕成了圈：{circle}。",
        "The automatic steps for lateness go round in a circle: {circle}.",
        "请让其中一步停在需要人办的状态，或通往终点。",
        "Let one of them end, or stop at a state that a person handles.",
    ),
    Problem(
        "PB214", _E,
        "期限“{value}”{why}。",
        "The deadline “{value}” {why}.",
        "期限要大于零，不超过 366 天。",
        "A deadline is more than nothing and no longer than 366 days.",
    ),
    Problem(
        "PB215", _E,
        "提醒要早于期限：“{remind}”不比期限“{within}”短。",
        "A reminder comes before the deadline, but “{remind}” is not shorter than "
        "“{within}”.",
        "remind 写的是到期前多久提醒，请写短一些。",
        "remind says how long before the deadline; make it shorter.",
    ),
    Problem(
        "PB216", _E,
        "升级的各级要一级比一级晚。",
        "The rungs of the ladder must come one after the other.",
        "请检查每一级的 after，从小到大排列。",
        "Check each after and put them in order.",
    ),
    Problem(
        "PB217", _E,
        "“{owner}”负责“{name}”，却没有一步是由其来办的。",
        "“{owner}” owns “{name}” but may take no step there.",
        "请在 moves 里加上一步 by: {owner}，或换一个负责人。",
        "Add a step by: {owner}, or change the owner.",
    ),
)  # fmt: skip
