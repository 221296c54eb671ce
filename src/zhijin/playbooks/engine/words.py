"""Titles that need not be written out: the vocabulary of a case's life, by id.

The steps follow GB/T 30428 (report, accept, dispatch, handle, verify, close) as in the glossary.
"""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

STATES: Final[dict[str, Pair]] = {
    "reported": ("已上报", "Reported"),
    "accepted": ("已受理", "Accepted"),
    "received": ("已收到", "Received"),
    "dispatched": ("已派遣", "Dispatched"),
    "handling": ("处置中", "Being handled"),
    "verifying": ("待确认", "To be confirmed"),
    "checking": ("核查中", "Being checked"),
    "returned": ("已退回", "Returned"),
    "closed": ("已办结", "Closed"),
    "rejected": ("不予受理", "Not accepted"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "suspended": ("已挂起", "Suspended"),
}

FIELDS: Final[dict[str, Pair]] = {
    "where": ("地点", "Place"),
    "place": ("所在村组", "Village or group"),
    "what": ("情况说明", "What is the matter"),
    "when": ("时间", "When"),
    "photos": ("照片", "Photos"),
    "after": ("处理后的照片", "Photos afterwards"),
    "satisfied": ("满意程度", "Satisfaction"),
    "phone": ("联系电话", "Telephone"),
    "name": ("姓名", "Name"),
    "kind": ("类别", "Kind"),
    "result": ("办理结果", "Result"),
    "note": ("备注", "Note"),
    "files": ("附件", "Files"),
}

TYPES: Final[dict[str, Pair]] = {
    "text": ("一行文字", "one line of text"),
    "longtext": ("多行文字", "several lines of text"),
    "number": ("数字", "number"),
    "money": ("金额", "amount of money"),
    "choice": ("单选", "one choice"),
    "choices": ("多选", "several choices"),
    "date": ("日期", "date"),
    "time": ("时刻", "time of day"),
    "datetime": ("日期和时刻", "date and time"),
    "boolean": ("是或否", "yes or no"),
    "point": ("地图位置", "point on the map"),
    "place": ("区划", "place"),
    "photo": ("照片", "photos"),
    "file": ("附件", "files"),
    "phone": ("电话号码", "telephone number"),
    "id_number": ("身份证号码", "ID card number"),
    "person": ("人员", "person"),
    "organisation": ("单位", "organisation"),
    "rating": ("评分（1 到 5）", "rating (1 to 5)"),
}

STEPS: Final[dict[str, Pair]] = {
    "accept": ("受理", "accept"),
    "dispatch": ("派遣", "dispatch"),
    "handle": ("处置", "handle"),
    "verify": ("核查", "verify"),
    "close": ("结案", "close"),
    "return": ("退回", "return"),
    "rework": ("返工", "rework"),
    "transfer": ("移交", "transfer"),
    "withdraw": ("撤回", "withdraw"),
}

KINDS: Final[dict[str, Pair]] = {
    "matter": ("事项", "matter"),
    "request": ("申请", "request"),
    "registration": ("登记", "registration"),
    "fault": ("故障", "fault"),
    "suggestion": ("建议", "suggestion"),
}

OUTCOMES: Final[dict[str, Pair]] = {
    "solved": ("已解决", "solved"),
    "unsolved": ("未解决", "not solved"),
    "refused": ("不予受理", "refused"),
    "withdrawn": ("撤回", "withdrawn"),
    "passed_on": ("转其他渠道", "passed on"),
}

#: Types whose values are personal information whatever the field is called.
PERSONAL: Final = frozenset({"phone", "id_number", "person"})
#: Types whose values have an order.
ORDERED: Final = frozenset({"number", "money", "date", "time", "datetime", "rating"})
