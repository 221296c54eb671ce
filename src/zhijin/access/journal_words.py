"""Words for what the journal keeps as codes: who the platform acted as, kinds of records, reasons, details.

Rooms name their records and actions themselves (``core.labels``); here is what no room names.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

#: As what the platform acted (``system:…``); others are only told to be the platform.
SYSTEMS: dict[str, Promise] = {
    "clock": _lazy("到期计时"), "programmes": _lazy("行动方案"), "shipped": _lazy("随平台的方案"),
    "points": _lazy("积分"), "deliberation": _lazy("议事"), "ballot": _lazy("表决"),
    "service": _lazy("服务和帮扶"), "sensing": _lazy("感知"), "ingest": _lazy("感知"), "gate": _lazy("感知"),
    "broadcast": _lazy("云广播"), "assessment": _lazy("考核"), "standing": _lazy("考核"),
    "orgs.appointment": _lazy("任职"), "people.retention": _lazy("保存期限"), "retention": _lazy("保存期限"),
    "demo": _lazy("演示数据"), "operator": _lazy("运维人员"), "command-line": _lazy("运维人员"),
    "command line": _lazy("运维人员"), "member-link": _lazy("党员自己的链接"),
}  # fmt: skip
_ACTORS: dict[str, Promise] = {
    "resident": _lazy("门户上的人"), "reporter": _lazy("上报人"), "device": _lazy("设备"),
    "card": _lazy("持积分卡的人"), "system": _lazy("平台"),
}  # fmt: skip
#: Kinds of records that have no names of their own.
KINDS: dict[str, Promise] = {
    "journal": _lazy("审计日志"), "person": _lazy("居民"), "household": _lazy("户"), "post": _lazy("岗位"),
    "case": _lazy("事项"), "item": _lazy("积分货品"), "card": _lazy("积分卡"), "award": _lazy("记分"),
    "listing": _lazy("红黑榜"), "redemption": _lazy("兑换"), "asset": _lazy("设施台账"), "thanks": _lazy("感谢信"),
    "batch": _lazy("考核计算"), "run": _lazy("考核结果"), "wall": _lazy("大屏"), "import": _lazy("导入"),
    "playbook": _lazy("行动方案"), "wall-link": _lazy("大屏"), "file": _lazy("附件"),
}  # fmt: skip
#: What the details of entries are called; others are for programs and stand in the exported file only.
WORDS: dict[str, Promise] = {
    "fields": _lazy("查看项"), "role": _lazy("角色"), "place": _lazy("地方"), "rows": _lazy("条数"),
    "username": _lazy("用户名"), "label": _lazy("用途"), "name": _lazy("名称"), "from": _lazy("从"),
    "to": _lazy("到"), "actor": _lazy("谁"), "action": _lazy("动作"), "object": _lazy("对象"),
    "phone": _lazy("电话"), "id_number": _lazy("身份证号"), "address": _lazy("住址"),
    "hits": _lazy("找到"), "title": _lazy("名称"), "period": _lazy("时段"), "year": _lazy("年度"),
    "paper": _lazy("材料"), "word": _lazy("词"), "holder": _lazy("任职人"),
}  # fmt: skip
#: Reasons that the platform gives itself.
REASONS: dict[str, Promise] = {
    "late_fact": _lazy("有迟到的记录"), "due": _lazy("到期自动计算"), "asked": _lazy("人工要求计算"),
    "open": _lazy("进行中的时段，每夜按当时的记录算"), "appeal": _lazy("申诉成立"),
    "adjustment": _lazy("加减分生效"), "joined": _lazy("并入的结果公布了"), "revision": _lazy("方案换了版本"),
}  # fmt: skip


def who(actor: str, name: str) -> str:
    """Who an entry is by. A name is people's own; where the platform only gave itself a code, the code in words."""
    kind, _colon, code = actor.partition(":")
    if kind == "system" and name in ("", code):
        found = SYSTEMS.get(code)
        # Demonstrations and imports act under names in words.
        spoken = str(found) if found else "" if code.isascii() else code
        return _("平台（{what}）").format(what=spoken) if spoken else _("平台")
    return name or str(_ACTORS.get(kind, actor))


def record(obj: str) -> str:
    """``person:0199…``: the kind in words, and the end of what is long, which tells records apart."""
    kind, _colon, one = obj.partition(":")
    word = str(KINDS.get(kind, kind))
    if one in ("", "list") and kind in KINDS:
        return word
    return f"{word} …{one[-8:]}" if len(one) > 12 else f"{word} {one}" if kind in KINDS else obj


def reason(text: str) -> str:
    """Why, as somebody wrote it; a reason of the platform's own in words."""
    return str(REASONS.get(text, text))
