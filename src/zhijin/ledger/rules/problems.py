"""Every sentence that the checker of points programmes can say, by its stable id.

PT0xx and PT1xx are those of the playbook format (PB0xx, PB1xx) where the file is read the same way.
PT2xx is about the meaning, and about the promises: no right touched, no minor, no person ranked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from zhijin.playbooks.engine import PROBLEMS as PLAYBOOK_PROBLEMS
from zhijin.playbooks.engine import Problem, Severity

_E, _W = Severity.ERROR, Severity.WARNING
_LEFT_OUT: Final = {"PB106", "PB109", "PB113", "PB115"}

_OWN: Final = {
    "PB110": Problem(
        "PT110", _E, "文件的最外层应当是“名称: 内容”的各行。",
        "The outermost level of the file should be lines of “name: value”.",
        "请从 points: 1 写起；照着 playbooks/village-points/points.yaml 改最快。",
        "Begin with points: 1; playbooks/village-points/points.yaml is a good start.",
    ),
}  # fmt: skip

MEANING: Final = (
    Problem(
        "PT201", _E, "没有“{name}”这种得分的事实{hint}", "No fact “{name}” earns points{hint}",
        "可以写 deed（登记的行为），或者：{allowed}。在岗人员的工作不记积分。",
        "There is deed (what somebody enters), or: {allowed}. Staff at work earn no points.",
    ),
    Problem(
        "PT202", _E, "“{kind}”没有“{name}”这个属性{hint}", "“{kind}” has no attribute “{name}”{hint}",
        "可以写：{allowed}。deed 不写 where。", "There are: {allowed}. A deed takes no where.",
    ),
    Problem(
        "PT203", _E, "积分不能与法定权益挂钩：这里提到了“{word}”。",
        "Points must not touch a lawful right: “{word}” is mentioned here.",
        "低保、养老、医保、补贴、上学、信访等权益不因积分增减；请删掉这一条。",
        "Allowances, pensions, insurance, subsidies, schooling and petitions never depend on points; "
        "delete this.",
    ),
    Problem(
        "PT204", _E, "不能给未成年人记积分：这里提到了“{word}”。",
        "Points are never kept for minors: “{word}” is mentioned here.",
        "请删掉这一条，可以改为给监护人的表扬。", "Delete this; praise the guardian instead.",
    ),
    Problem(
        "PT205", _E, "规则“{name}”没有上限。", "The rule “{name}” has no cap.",
        "请加上 cap，例如 cap: {{points: 10, per: month}}，免得一件事反复得分。",
        "Add cap, such as cap: {{points: 10, per: month}}, so that one thing does not earn for ever.",
    ),
    Problem(
        "PT206", _E, "规则“{name}”没有写分数，或者是零。", "The rule “{name}” gives no points.",
        "请写 1 到 100 的数，扣分写负数；只有由事实得分的可以不写。",
        "Write 1 to 100, a deduction negative; only a rule given by a fact may leave it out.",
    ),
    Problem(
        "PT207", _E, "扣分的规则“{name}”必须有另一个人核对。",
        "The deduction “{name}” must be checked by a second person.",
        "请写 check: second；扣分还要先告知，申诉期满才入账。",
        "Write check: second; a deduction is also told first and booked after the time for an appeal.",
    ),
    Problem(
        "PT208", _E, "这项决议没有通过：应到 {due}，实到 {present}，同意 {agreed}。",
        "The resolution did not pass: {due} due, {present} present, {agreed} agreed.",
        "要有三分之二以上到会，应到人数的过半数同意；请核对人数，或重新议定。",
        "Two thirds must be present and more than half of those due agree; check the numbers.",
    ),
    Problem(
        "PT209", _E, "决议日期 {day} 还没有到。", "The resolution’s day {day} has not come.",
        "规则先通过，再施行；请核对日期。", "Rules are passed before they hold; check the day.",
    ),
    Problem(
        "PT210", _E, "代号“{name}”写了两次（第一次在第 {line} 行）。",
        "The id “{name}” stands twice (first in line {line}).",
        "请改掉其中一个。", "Change one of them.",
    ),
    Problem(
        "PT211", _E, "扣分不能当场得出：规则“{name}”要由登记的行为（deed）扣分。",
        "Nothing deducts by itself: the rule “{name}” must be given by a deed.",
        "扣分要有人登记、有凭证、能申辩；请写 from: deed。",
        "A deduction is entered by somebody, with evidence and a hearing; write from: deed.",
    ),
    Problem(
        "PT212", _E, "启用提醒榜必须先告知至少 7 天、听取申辩、由另一个人批准，30 天内撤下。",
        "A reminder list needs seven days’ notice, a hearing, a second approval, and ends within 30 days.",
        "请写 notice_days: 7（或更多）、hearing: true、second_approval: true、days 不超过 30。",
        "Write notice_days: 7 or more, hearing: true, second_approval: true, days: 30 at most.",
    ),
    Problem(
        "PT213", _W, "“{name}”没有英文名称。", "“{name}” has no English title.",
        "请写成 {{zh: 中文, en: English}}。", "Write {{zh: 中文, en: English}}.",
    ),
    Problem(
        "PT214", _E, "这里会给个人排名：“{word}”。", "This would rank persons: “{word}”.",
        "积分从不用来给人排名；光荣榜只写事迹，按时间先后。",
        "Persons are never ranked by points; the honour list tells deeds, in order of time.",
    ),
    Problem(
        "PT215", _E, "规则“{name}”一次给 {amount} 分，比上限 {cap} 还多。",
        "The rule “{name}” gives {amount} at once, more than its cap of {cap}.",
        "请改小分数，或改大上限。", "Make the amount smaller, or the cap larger.",
    ),
    Problem(
        "PT216", _E, "不能按打卡、在线时长或签到次数记分：这里提到了“{word}”。",
        "Clock-ins and time online earn no points: “{word}” is mentioned here.",
        "请改成做了什么、有什么结果。（政务移动互联网应用程序的规定）",
        "Say what was done, and what came of it.",
    ),
    Problem(
        "PT217", _E, "情景用到的规则“{name}”不存在{hint}", "The scenario’s rule “{name}” does not exist{hint}",
        "可以写：{allowed}。", "There are: {allowed}.",
    ),
    Problem(
        "PT218", _E, "没有情景用到规则“{name}”。", "No scenario uses the rule “{name}”.",
        "请在 scenarios 里写一个例子：谁、哪天、做了什么，最后应当有多少分。",
        "Write an example in scenarios: who, when, what, and the points afterwards.",
    ),
    Problem(
        "PT219", _E, "情景“{name}”算出来不对：{who} 应有 {expected} 分，算得 {found} 分。",
        "The scenario “{name}” comes out otherwise: {who} should have {expected}, has {found}.",
        "请核对规则的分数和上限，或改正情景里的数。",
        "Check the rule’s amount and cap, or mend the number in the scenario.",
    ),
    Problem(
        "PT220", _E, "积分记在党员本人的方案不能有积分超市和提醒榜。",
        "A programme of members’ own points has neither shop nor reminder list.",
        "请删掉 shop 和 reminder；党员积分只用于评先树优的参考。",
        "Delete shop and reminder; members’ points only inform commendations.",
    ),
)  # fmt: skip


def _taken_over() -> dict[str, Problem]:
    """The playbook format's sentences about text and shape, under this format's ids."""
    found = {}
    for name, problem in PLAYBOOK_PROBLEMS.items():
        if name[:3] in {"PB0", "PB1"} and name not in _LEFT_OUT:
            found[name] = _OWN.get(name) or replace(problem, id=f"PT{name[2:]}")
    return found


#: By the id under which the code asks for it: ``PB…`` from the shared reader, ``PT…`` from here.
PROBLEMS: Final[Mapping[str, Problem]] = {
    **_taken_over(),
    **{problem.id: problem for problem in MEANING},
}
