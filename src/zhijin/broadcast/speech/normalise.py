"""Writes out what a voice must say: dates, times, numbers, telephone numbers, units. For Chinese notices.

The result holds Chinese characters and pauses only. Every rule keeps to how people read a notice aloud
(GB/T 15835 for figures): a telephone number digit by digit with 幺 for 1, an amount as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match

_DIGITS = "零一二三四五六七八九"
_PHONE = "零幺二三四五六七八九"
_GROUPS = ("", "万", "亿", "万亿")
#: Longest first, so that km/h is not read as km.
UNITS: dict[str, str] = {
    "km/h": "公里每小时", "m³/s": "立方米每秒", "m3/s": "立方米每秒", "m/s": "米每秒", "mg/L": "毫克每升",
    "kWh": "千瓦时", "kW": "千瓦", "kV": "千伏", "mm": "毫米", "cm": "厘米", "km": "公里", "kg": "公斤",
    "mg": "毫克", "ml": "毫升", "mL": "毫升", "m²": "平方米", "m2": "平方米", "㎡": "平方米", "m³": "立方米",
    "m3": "立方米", "km²": "平方公里", "℃": "摄氏度", "°C": "摄氏度", "MPa": "兆帕", "dB": "分贝", "GB": "吉字节",
    "MB": "兆字节", "m": "米", "g": "克", "t": "吨", "L": "升", "V": "伏", "A": "安", "W": "瓦", "h": "小时",
    "min": "分钟", "s": "秒",
}  # fmt: skip
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
#: Before these a lone 2 is 两.
_MEASURES = (
    "个名位户台辆条只头次天周里米斤公吨升块张份家口间层套件棵袋箱桶盏根支项处起场小平立千万亿年点"
)
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPRSTUVWXYZ", (
    "诶", "必", "西", "弟", "伊", "艾夫", "计", "艾尺", "艾", "杰", "开", "艾勒", "艾姆", "恩", "欧", "披", "阿",
    "艾斯", "替", "优", "维", "达不溜", "艾克斯", "歪", "贼",
), strict=True)) | {"Q": "秋"}  # fmt: skip
_WORDS = {"WI-?FI": "无线网络", "APP": "应用程序", "VS": "对", "NO\\.": "第"}
_PAUSES = str.maketrans({
    ",": "，", ".": "。", "?": "？", "!": "！", ";": "；", ":": "：", "(": "，", ")": "，", "（": "，", "）": "，",
    "\n": "。", "—": "，", "…": "。", "·": " ", "“": " ", "”": " ", "‘": " ", "’": " ", '"': " ", "《": " ",
    "》": " ", "【": "，", "】": "，", "、": "、", "[": "，", "]": "，", "\t": " ", "\u3000": " ",
})  # fmt: skip
PAUSES = "，。？！；：、"


def normalise(text: str) -> str:
    """The text as it is spoken. Raises nothing; what cannot be spoken is left out."""
    text = _halfwidth(text.strip())
    for word, spoken in _WORDS.items():
        text = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", spoken, text, flags=re.IGNORECASE)
    for pattern, speak in _RULES:
        text = pattern.sub(speak, text)
    text = text.translate(_PAUSES)
    text = "".join(_LETTERS.get(c.upper(), c) if c.isascii() else c for c in text)
    text = "".join(c for c in text if _speakable(c))
    text = re.sub(r"\s+", "", text)
    text = re.sub(f"[{PAUSES}]*([。？！])[{PAUSES}]*", r"\1", text)
    text = re.sub(f"([{PAUSES}])[，、；：]+", r"\1", text)
    return text.strip("，、；：").lstrip("。")


def number(value: int) -> str:
    """A whole number in words: 12000 → 一万二千, 110 → 一百一十, 15 → 十五."""
    if value < 0:
        return "负" + number(-value)
    if value >= 10**16:
        return digits(str(value))
    groups, rest = [], value
    while True:
        rest, group = divmod(rest, 10_000)
        groups.append(group)
        if not rest:
            break
    out = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if group:
            gap = out and (group < 1000 or groups[index + 1] % 10 == 0)
            out += ("零" if gap and not out.endswith("零") and group < 1000 else "") + _group(group)
            out += _GROUPS[index]
    if out.startswith("一十"):
        out = out[1:]
    if out.startswith("二") and out[1:2] in {"千", "万", "亿"}:
        out = "两" + out[1:]
    return out or "零"


def _group(value: int) -> str:
    """1 to 9999."""
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            out += ("零" if zero else "") + _DIGITS[digit] + name
            zero = False
        else:
            zero = bool(out)
    return out


def digits(text: str, words: str = _DIGITS) -> str:
    """Digit by digit."""
    return "".join(words[int(c)] for c in text if c.isdigit())


def amount(text: str) -> str:
    """A number as written, with a comma every three digits and a decimal part: 1,250.5 → 一千二百五十点五."""
    whole, _, part = text.replace(",", "").partition(".")
    spoken = number(int(whole or "0"))
    return f"{spoken}点{digits(part)}" if part else spoken


def _halfwidth(text: str) -> str:
    """Full-width digits, letters and signs of times and numbers."""
    table = {
        ord(c) + 0xFEE0: c for c in map(chr, range(0x21, 0x7F)) if c.isalnum() or c in "%./-~+"
    }
    table[ord("～")] = "~"
    return (
        text.translate(table).replace("：", ":")
        if re.search(r"\d：\d", text)
        else text.translate(table)
    )


def _speakable(c: str) -> bool:
    return "\u4e00" <= c <= "\u9fff" or "\u3400" <= c <= "\u4dbf" or c in f"{PAUSES}〇 "


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
    return _clock(hour, minute, second) + ("" if int(minute) or second else "整")


def _money(found: Match[str]) -> str:
    """1,250.50元 → 一千二百五十元五角"""
    whole, _, part = found["n"].partition(".")
    if len(part) > 2:
        return amount(found["n"]) + "元"
    part = part.ljust(2, "0")
    out = amount(whole) + "元"
    out += digits(part[0]) + "角" if part[0] != "0" else ""
    return out + (
        ("零" if part[0] == "0" else "") + digits(part[1]) + "分" if part[1] != "0" else ""
    )


def _span(found: Match[str]) -> str:
    """-5℃~38℃ → 零下五摄氏度到三十八摄氏度"""
    one, other = (f"{found[n]}{found['unit']}" for n in ("n", "to"))
    quantity = _RULES[_QUANTITY][0]
    return "到".join(quantity.sub(_quantity, part) for part in (one, other))


def _times(found: Match[str]) -> str:
    return f"{_clock(found['h'], found['m'])}到{_clock(found['h2'], found['m2'])}"


def _date(found: Match[str]) -> str:
    year = digits(found["y"]) + "年" if found["y"] else ""
    return f"{year}{number(int(found['mo']))}月{number(int(found['d']))}日"


def _quantity(found: Match[str]) -> str:
    sign = found["sign"] or ""
    unit = found["unit"] or ""
    spoken = amount(found["n"])
    if found["to"]:
        spoken += "到" + amount(found["to"])
    elif spoken == "二" and unit and unit not in {"℃", "°C"}:
        spoken = "两"
    if sign:
        spoken = ("零下" if unit in {"℃", "°C"} else "负") + spoken
    return spoken + UNITS.get(unit, "")


def _counted(found: Match[str]) -> str:
    spoken = amount(found["n"])
    if found["to"]:
        return f"{spoken}到{amount(found['to'])}"
    before, follows = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    counted = follows and follows in _MEASURES and before != "第"
    return "两" if spoken == "二" and counted else spoken


def _phone(found: Match[str]) -> str:
    return "，".join(digits(part, _PHONE) for part in re.split(r"[-\s]", found.group()))


_N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NOT = r"(?<![\d.,A-Za-z])"
_END = r"(?![\d]|[.,]\d)"
_NO_AMOUNT = r"(?![\d.,%％]|[年月日号元个人户米名台次度吨亩斤公千万亿分小天])"
#: -5℃~38℃: both ends with their unit.
_BOTH = (
    rf"(?P<n>(?:(?<![0-9A-Za-z])[-−])?(?:{_N}))\s*(?P<unit>{_UNIT})\s*[-~—至到]\s*(?P<to>[-−]?(?:{_N}))\s*(?P=unit)"
    r"(?![A-Za-z])"
)
_ONE = rf"(?P<sign>(?<![0-9A-Za-z])[-−])?{_NOT}(?P<n>{_N})(?:\s*[-~—]\s*(?P<to>{_N}))?\s*(?P<unit>{_UNIT})(?![A-Za-z])"
_RULES: tuple[tuple[re.Pattern[str], Callable[[Match[str]], str] | str], ...] = (
    (re.compile(rf"{_NOT}(?P<y>\d{{4}})[-/.](?P<mo>0?[1-9]|1[0-2])[-/.](?P<d>0?[1-9]|[12]\d|3[01]){_END}"), _date),
    (re.compile(rf"{_NOT}(?P<y>\d{{4}})年(?P<mo>\d{{1,2}})月(?P<d>\d{{1,2}})[日号]"), _date),
    (re.compile(rf"{_NOT}(\d{{4}}|\d{{2}})年(?!级|以|内|后|前|多|来|的|间|期)"), lambda m: digits(m[1]) + "年"),
    (re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{2})\s*[-~—至到]+\s*(?P<h2>\d{1,2}):(?P<m2>\d{2})"), _times),
    (re.compile(rf"{_NOT}(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?::(?P<s>\d{{2}}))?{_END}"), _time),
    # Telephones: mobile, with area code, service numbers, and the emergency numbers.
    (re.compile(rf"{_NOT}1[3-9]\d(?:[-\s]?\d{{4}}){{2}}{_END}"), _phone),
    (re.compile(rf"{_NOT}0\d{{2,3}}[-\s]?\d{{7,8}}{_END}"), _phone),
    (re.compile(rf"{_NOT}[48]00(?:[-\s]?\d){{7}}{_END}"), _phone),
    (re.compile(rf"{_NOT}(?:11[0-9]|12[0-9]|12[1-9]\d{{2}}|9[56]\d{{3}}|10086|10010|10000){_NO_AMOUNT}"), _phone),
    (re.compile(rf"(?<=[拨打电话线码])[:：\s]*(\d{{3,}}){_END}"), lambda m: digits(m[1], _PHONE)),
    (re.compile(rf"({_N})\s*[%％]?\s*[-~—]\s*({_N})\s*[%％]"), lambda m: f"百分之{amount(m[1])}到百分之{amount(m[2])}"),
    (re.compile(rf"({_N})\s*[%％]"), lambda m: f"百分之{amount(m[1])}"),
    (re.compile(rf"({_N})\s*‰"), lambda m: f"千分之{amount(m[1])}"),
    (re.compile(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])"), lambda m: f"{number(int(m[2]))}分之{number(int(m[1]))}"),
    (re.compile(rf"[¥￥]\s*(?P<n>{_N})(?:元)?"), _money),
    (re.compile(rf"{_NOT}(?P<n>{_N})\s*元"), _money),
    (re.compile(_BOTH), _span),
    (re.compile(_ONE), _quantity),
    # What is longer than any amount is a number of something: digit by digit.
    (re.compile(rf"{_NOT}(\d{{9,}}|0\d+){_END}"), lambda m: digits(m[1], _PHONE)),
    (re.compile(rf"(?<![\d.,])(?P<n>{_N})(?:\s*[-~—]\s*(?P<to>{_N}))?"), _counted),
)  # fmt: skip
_QUANTITY = next(at for at, (_, speak) in enumerate(_RULES) if speak is _quantity)
