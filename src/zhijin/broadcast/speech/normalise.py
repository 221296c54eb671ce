"""Writes out what a voice must say: dates, times, numbers, telephone numbers, units, plates. For Chinese notices.

The result holds Chinese characters and pauses only. Every rule keeps to how announcers read a notice aloud
(GB/T 15835 for figures): a telephone number digit by digit with 幺 for 1, an amount as a whole. The rules stand in
:data:`_RULES` in the order in which they are tried; each leaves words behind that no later one touches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match

from zhijin.broadcast.speech import marks
from zhijin.broadcast.speech.marks import PAUSES
from zhijin.broadcast.speech.numbers import PHONE, amount, digits, number
from zhijin.broadcast.speech.units import MEASURES, UNIT, UNIT_END, UNITS, counted


def normalise(text: str) -> str:
    """The text as it is spoken. Raises nothing; what cannot be spoken is left out."""
    text = marks.words(marks.plain(text.strip()))
    for pattern, speak in _RULES:
        text = pattern.sub(speak, text)
    return marks.spoken(text)


# -- time ---------------------------------------------------------------------------------------


def _clock(hour: str, minute: str, second: str | None = None) -> str:
    h, m = int(hour), int(minute)
    out = "两点" if h == 2 else number(h) + "点"
    if m or second:
        out += ("零" if 0 < m < 10 else "") + (number(m) if m else "零") + "分"
    if second:
        out += ("零" if 0 < int(second) < 10 else "") + number(int(second)) + "秒"
    return out


def _time(found: Match[str]) -> str:
    hour, minute, second = found["h"], found["m"], found["s"]
    if int(hour) > 24 or int(minute) > 59:
        return f"{number(int(hour))}比{number(int(minute))}"
    sharp = not (int(minute) or second) and found.string[found.end() :][:1] not in set(
        "前后以之起止到至开整"
    )
    return _clock(hour, minute, second) + ("整" if sharp else "")


def _times(found: Match[str]) -> str:
    return f"{_clock(found['h'], found['m'])}到{_clock(found['h2'], found['m2'])}"


def _date(found: Match[str]) -> str:
    year = digits(found["y"]) + "年" if found["y"] else ""
    return f"{year}{number(int(found['mo']))}月{number(int(found['d']))}日"


def _short_year(found: Match[str]) -> str:
    """“98年洪水”, “26年5月” are years; “承包30年”, “近10年” are how long."""
    value, follows = int(found[1]), found.string[found.end() :]
    year = re.match(r"\d{1,2}月|底|初|度|末", follows) or value >= 80
    lasts = re.match(r"级|以|内|后|前|多|来|的|间|期|工龄|党龄", follows) or found.string[
        : found.start()
    ][-1:] in set("近满约达超长了过期")
    return (digits(found[1]) if year and not lasts else number(value)) + "年"


# -- amounts ------------------------------------------------------------------------------------


def _two(spoken: str, follows: str, before: str = "") -> str:
    return "两" if spoken == "二" and before != "第" and counted(follows) else spoken


def _money(found: Match[str]) -> str:
    """1,250.50元 → 一千二百五十元五角; 0.5元 → 五角"""
    whole, _, part = found["n"].partition(".")
    if len(part) > 2:
        return amount(found["n"]) + "元"
    part = part.ljust(2, "0")
    out = _two(amount(whole), "元") + "元" if int(whole.replace(",", "")) or part == "00" else ""
    out += _two(digits(part[0]), "角") + "角" if part[0] != "0" else ""
    if part[1] != "0":
        out += ("零" if part[0] == "0" and out else "") + digits(part[1]) + "分"
    return out


def _foreign(found: Match[str]) -> str:
    name = {"$": "美元", "€": "欧元", "£": "英镑"}[found[1]]
    return _two(amount(found[2]), "元") + name


def _percent(found: Match[str]) -> str:
    sign = "负" if found["sign"] else ""
    one = sign + "百分之" + ("百" if found["n"] == "100" else amount(found["n"]))
    return f"{one}到百分之{amount(found['to'])}" if found["to"] else one


def _span(found: Match[str]) -> str:
    """-5℃~38℃ → 零下五摄氏度到三十八摄氏度"""
    return "到".join(_ONE.sub(_quantity, f"{found[n]}{found['unit']}") for n in ("n", "to"))


def _quantity(found: Match[str]) -> str:
    unit = found["unit"]
    cold = unit in {"℃", "°C"}
    spoken = amount(found["n"])
    if found["to"]:
        end = amount(found["to"].lstrip("-"))
        first = "两" if spoken == "二" and not cold else spoken
        spoken = (
            first + "到" + (("零下" if cold else "负") if found["to"].startswith("-") else "") + end
        )
    elif spoken == "二" and not cold:
        spoken = "两"
    if found["sign"]:
        spoken = ("零下" if cold else "负") + spoken
    return spoken + UNITS[unit]


def _range(found: Match[str]) -> str:
    """3-5人, 3000-5000元, 6-9月: the figures; their measure stays behind."""
    follows, before = found.string[found.end() :].lstrip(), found.string[: found.start()][-1:]
    one, other = amount(found["n"]), amount(found["to"])
    return f"{_two(one, follows, before)}到{_two(other, follows, before)}"


def _counted(found: Match[str]) -> str:
    """“2户”, and “2到3户”, whose measure stands behind the second figure."""
    follows, before = found.string[found.end() :].lstrip(), found.string[: found.start()][-1:]
    follows = re.sub(r"^[到至]\d+", "", follows)
    return _two(amount(found["n"]), follows, before)


def _chain(found: Match[str]) -> str:
    """3-2-501, a building, a staircase and a flat."""
    parts = found.group().split("-")
    return "杠".join(digits(one, PHONE) if len(one) > 2 else number(int(one)) for one in parts)


# -- numbers of something -----------------------------------------------------------------------


def _phone(found: Match[str]) -> str:
    return "，".join(digits(part, PHONE) for part in re.split(r"[-—\s]", found.group()) if part)


def _one_by_one(found: Match[str]) -> str:
    """Letters by name, figures with 幺."""
    text = re.sub(r"[-·\s]", "", found.group())
    return marks.named("".join(PHONE[int(c)] if c.isdigit() else c for c in text))


def _address(found: Match[str]) -> str:
    """A page or a mailbox, sign by sign."""
    text = re.sub(r"^[a-z]+://", "", found.group(), flags=re.IGNORECASE)
    text = (
        text.replace(".", "点")
        .replace("/", "斜杠")
        .replace("-", "杠")
        .replace("@", "艾特")
        .replace("_", "下划线")
    )
    return marks.named("".join(PHONE[int(c)] if c.isdigit() else c for c in text))


_N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NOT = r"(?<![\d.,A-Za-z])"
_END = r"(?![\d]|[.,]\d)"
#: As telephones end: what is paid is none, however it is written (补贴130-10000000元).
_CALLED = rf"{_END}(?!\s*[元块角])"
#: What makes 110 or 12345 an amount.
_DASH = r"\s*(?:~|-{1,2}|—{1,2})\s*"
_NO_AMOUNT = rf"(?!{_DASH}\d|[\d.,%％:/]|\s*(?:{UNIT})(?![a-z])|[年月日号楼栋室路组级期届班分时百十{MEASURES}])"
#: -5℃~38℃: both ends with their unit.
_BOTH = re.compile(
    rf"(?P<n>(?:(?<![0-9A-Za-z])-)?(?:{_N}))\s*(?P<unit>{UNIT})(?:{_DASH}|[至到])(?P<to>-?(?:{_N}))\s*(?P=unit){UNIT_END}"
)
_ONE = re.compile(
    rf"(?P<sign>(?<![0-9A-Za-z])-)?{_NOT}(?P<n>{_N})(?:{_DASH}(?P<to>-?(?:{_N})))?\s*(?P<unit>{UNIT}){UNIT_END}"
)
_CALL = r"(?:110|112|114|119|120|122)"
_PLATE = (
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z]\s?[·-]?\s?[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_ROAD = "线|国道|省道|县道|乡道|高速|公路|路段"
_UNTIL = r"[年月日号时点分秒元角级度岁组户人周个天楼层室栋米里吨斤亩次%％℃]"
_DAYS = "一二三四五六日天末"
_BEHIND = r"(?<=[年月日号时点分元角斤克吨升米户人次个块亩度岁])"

_SIGNS: dict[str, str] = {
    ">=": "大于等于", "≥": "大于等于", "<=": "小于等于", "≤": "小于等于", "±": "正负", "≈": "约", ">": "大于",
    "<": "小于", "=": "等于",
}  # fmt: skip

Speak = Callable[[Match[str]], str] | str
_RULES: tuple[tuple[re.Pattern[str], Speak], ...] = (
    # Pages and mailboxes, before their dots and dashes are taken for something else.
    (re.compile(r"(?<![\w.])(?:https?://)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:@[A-Za-z0-9-]+)?(?:\.[A-Za-z]{2,})(?:/[\w./-]*)?(?![\w@])",
                re.ASCII), _address),
    # Plates, roads, trains and stakes: sign by sign.
    (re.compile(_PLATE), _one_by_one),
    (re.compile(rf"(?<![A-Za-z])[GSXYC]\s?\d{{2,4}}(?=[一-龥]{{0,4}}(?:{_ROAD})|次|列)"), _one_by_one),
    (re.compile(r"(?<![A-Za-z])[GCDZTKY]\d{1,4}(?=次|列车|/)"), _one_by_one),
    (re.compile(r"(?<![A-Za-z])K(\d+)\+(\d{3})"), lambda m: f"开{number(int(m[1]))}加{digits(m[2], PHONE)}"),
    (re.compile(r"(?<!\d)(\d+)#"), lambda m: f"{m[1]}号"),
    (re.compile(r"#(\d+)"), lambda m: f"{m[1]}号"),
    # Dates.
    (re.compile(rf"{_NOT}(?P<y>\d{{4}})[-/.](?P<mo>0?[1-9]|1[0-2])[-/.](?P<d>0?[1-9]|[12]\d|3[01]){_END}"), _date),
    (re.compile(rf"{_NOT}(?P<y>\d{{4}})年(?P<mo>\d{{1,2}})月(?P<d>\d{{1,2}})[日号]"), _date),
    (re.compile(rf"{_NOT}((?:19|20)\d\d)/(0?[1-9]|1[0-2])(?![\d/])"),
     lambda m: f"{digits(m[1])}年{number(int(m[2]))}月"),
    (re.compile(rf"{_NOT}(\d{{4}}){_DASH}(\d{{4}})(?=年|学年|年度)"), lambda m: f"{digits(m[1])}到{digits(m[2])}"),
    (re.compile(rf"{_NOT}(\d{{4}})年"), lambda m: digits(m[1]) + "年"),
    (re.compile(rf"{_NOT}((?:19|20)\d\d)(?=级|届)"), lambda m: digits(m[1])),
    (re.compile(r"(?<![\d.])(\d{2})(?=后(?:[的、，。]|青年|干部|党员|$))"), lambda m: digits(m[1])),
    (re.compile(rf"{_NOT}(\d{{2}})年(?!代|级)"), _short_year),
    (re.compile(r"(?<![\d.])0(\d)(?=[年月日号时点分秒]|[-~—]\d+[月日号时点])"), lambda m: m[1]),
    (re.compile(r"(?<![\d.])(\d{1,2})·(\d{1,2})(?![\d.])"), lambda m: digits(m[1]) + digits(m[2])),
    # “5月1日-5月7日”, “8点—12点”, “周一~周五”.
    (re.compile(rf"(?<=\d)({_UNTIL}{{1,2}}){_DASH}(?=[\d周])"), lambda m: f"{m[1]}到"),
    (re.compile(rf"(?:(?<=[半整])|(?<=周[{_DAYS}])|(?<=星期[{_DAYS}])){_DASH}(?=\d|(?:周|星期)?[{_DAYS}])"),
     "到"),
    # Times.
    (re.compile(rf"(?P<h>\d{{1,2}}):(?P<m>[0-5]\d)(?:{_DASH}|\s*[至到]\s*)(?P<h2>\d{{1,2}}):(?P<m2>[0-5]\d)(?!\d)"),
     _times),
    (re.compile(rf"{_NOT}(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?::(?P<s>[0-5]\d))?{_END}"), _time),
    (re.compile(r"(?<![\d:])(\d{1,3}):(\d{1,5})(?![\d:])"), lambda m: f"{number(int(m[1]))}比{number(int(m[2]))}"),
    # Telephones: mobile, with area code, service numbers, and the emergency numbers.
    (re.compile(r"(?:\+|(?<!\d)00)86[-\s]?(?=1[3-9]|0?\d{2,3}-?\d{7})"), ""),
    (re.compile(rf"{_NOT}1[3-9]\d(?:[-\s]?\d{{4}}){{2}}{_CALLED}"), _phone),
    (re.compile(rf"{_NOT}0\d{{2,3}}(?:[-\s]|—{{1,2}})?\d{{7,8}}{_CALLED}"), _phone),
    (re.compile(rf"{_NOT}[48]00(?:[-\s]?\d){{7}}{_CALLED}"), _phone),
    (re.compile(rf"{_NOT}{_CALL}(?:/{_CALL})+(?![\d/])"),
     lambda m: "、".join(digits(n, PHONE) for n in m[0].split("/"))),
    (re.compile(rf"{_NOT}(?:11[0-49]|12[0-2]|12[1-9]\d{{2}}|9[56]\d{{3}}|10086|10010|10000){_NO_AMOUNT}"), _phone),
    (re.compile(rf"(?<=[拨打电话线码])([:：\s]*)(\d{{3,}}){_END}"), lambda m: m[1] + digits(m[2], PHONE)),
    (re.compile(rf"(?<=转|拨|按)(\d{{1,6}}){_NO_AMOUNT}"), lambda m: digits(m[1], PHONE)),
    (re.compile(r"(?<![\d.])(\d{3,4})(?=室|房(?!屋)|路(?:公交|车|站))"), lambda m: digits(m[1], PHONE)),
    # Sums, comparisons and angles.
    (re.compile(r"(?<=\d)\s*[xX]\s*(?=\d)|\s*[×*]\s*(?=\d)"), "乘"),
    (re.compile(r"(?<=\d)\s*\+\s*(?=\d)"), "加"),
    (re.compile(r"\s*(>=|≥|<=|≤|±|≈|>|<|=)\s*(?=-?\d|零下)"), lambda m: _SIGNS[m[1]]),
    (re.compile(r"(?<=\d)([°′″])(?![CcFf])"), lambda m: {"°": "度", "′": "分", "″": "秒"}[m[1]]),
    # Shares.
    (re.compile(rf"(?P<sign>(?<![0-9A-Za-z%％])-)?(?P<n>{_N})\s*[%％]?{_DASH}(?P<to>{_N})\s*[%％]"), _percent),
    (re.compile(rf"(?P<sign>(?<![0-9A-Za-z%％])-)?(?P<n>{_N})\s*[%％](?P<to>(?!.))?"), _percent),
    (re.compile(rf"((?<![0-9A-Za-z])-)?({_N})\s*‰"), lambda m: f"{'负' if m[1] else ''}千分之{amount(m[2])}"),
    (re.compile(rf"(?<![\d/])(\d+/\d+){_DASH}(?=\d+/\d+(?![\d/]))"), lambda m: f"{m[1]}到"),
    (re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"), lambda m: f"{number(int(m[2]))}分之{number(int(m[1]))}"),
    # Money and what is measured.
    (re.compile(rf"([$€£])\s*({_N})"), _foreign),
    (re.compile(rf"[¥￥]\s*({_N}[万亿千百])(?:元)?"), lambda m: m[1] + "元"),
    (re.compile(rf"[¥￥]\s*(?P<n>{_N})(?:元)?"), _money),
    (re.compile(rf"{_NOT}(?<![-~—])(?<![-~—]\s)(?P<n>{_N})\s*元"), _money),
    (_BOTH, _span),
    (_ONE, _quantity),
    (re.compile(rf"{_BEHIND}/(?=[一-龥])"), "每"),
    (re.compile(rf"{_BEHIND}/({UNIT}){UNIT_END}"), lambda m: "每" + UNITS[m[1]]),
    # What is longer than any amount is a number of something: digit by digit.
    (re.compile(rf"{_NOT}(\d{{9,}}(?![\d万亿千百余多{MEASURES}])|0\d+){_END}"), lambda m: digits(m[1], PHONE)),
    (re.compile(rf"{_NOT}(?<![-~—])([1-9]\d{{6,7}})(?<!000)(?!{_DASH}\d|[\d.,万亿千百余多{MEASURES}])"),
     lambda m: digits(m[1], PHONE)),
    (re.compile(r"(?<=[A-Za-z])-?(\d{3,})(?![\d.])"), lambda m: digits(m[1], PHONE)),
    (re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])"), lambda m: "点".join(number(int(n)) for n in m[0].split("."))),
    (re.compile(r"(?<![0-9A-Za-z-])-(?=\d+(?:\.\d+)?(?:[楼层，。；、]|$))"), "负"),
    (re.compile(r"(?<![\d-])\d{1,4}(?:-\d{1,4}){2,}(?![\d-])"), _chain),
    (re.compile(rf"(?<![\d.,-])(?P<n>{_N}){_DASH}(?P<to>{_N})(?![\d-])"), _range),
    (re.compile(rf"(?<![\d.,])(?P<n>{_N})"), _counted),
    # Nothing that was written is left unsaid.
    (re.compile(r"\d+"), lambda m: digits(m[0])),
)  # fmt: skip

__all__ = ["PAUSES", "amount", "digits", "normalise", "number"]
