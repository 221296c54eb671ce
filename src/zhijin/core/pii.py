"""Finds what may be personal in a text that is about to be published. Plain Python; a warning, not a verdict.

It looks for forms (numbers, addresses) and for names in the company of words that announce one. It
misses what has no form, so a person decides; it never changes a text by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhijin.core import identifiers

_ID_DIGITS = 18

KINDS: dict[str, Promise] = {
    "phone": _("电话号码"),
    "id_number": _("身份证号"),
    "bank_card": _("银行卡号"),
    "email": _("电子邮箱"),
    "account": _("微信或QQ号"),
    "plate": _("车牌号"),
    "name": _("人名"),
    "address": _("住址门牌"),
    "health": _("健康状况"),
    "illness": _("疾病、残疾字样"),
}

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧阳"
    "上官司马诸葛杨尤严华祝左涂葛聂章齐岳安莫韦申向覃"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_NAME = rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
_CUES = (
    "姓名|村民|居民|业主|户主|租户|邻居|老人|低保户|贫困户|脱贫户|监测户|联系人|当事人|报案人|上报人|投诉人"
    "|嫌疑人|患者|名叫|叫做|我是|我叫|他叫|她叫|本人"
)
_TITLES = "先生|女士|同志|大爷|大妈|大娘|大叔|大婶|老师|医生|老板|师傅|阿姨|叔叔|爷爷|奶奶|某某|某"
_ILLNESSES = "艾滋病?|HIV|乙肝|肺结核|精神病|精神分裂|抑郁症|癌症|尿毒症|瘫痪"
#: What makes of an illness a matter of everybody: 肺结核防治, 乙肝疫苗.
_CARE = "防治|防控|预防|筛查|疫苗|宣传|知识|科普|健康教育|日"
#: What is done for people with disabilities, which every village publishes: 残疾人两项补贴, 残疾人联合会.
_CAUSE = (
    "评定|军人|人(?:联|两项|生活补贴|护理补贴|补贴|补助|保障|就业|创业|培训|事业|服务|康复|专职|工作|保护|权益|优待|优先"
    "|日|节|福利|政策|无障碍|朋友|群众)"
)
#: Whom a sentence tells of without a name that is found: 李某, 张**, 本人, 其子, 家里有人.
_SOMEBODY = re.compile(
    rf"[{_SURNAMES}](?:某|[*＊×○]{{1,2}})|本人|[他她](?!人)|其(?:[子女父母妻夫]|丈夫|儿)|[家户][中里]?有人"
    "|儿子|女儿|丈夫|妻子|父亲|母亲|老伴"
)
#: What makes a sentence somebody's. A telephone does not: a policy names that of an office.
_ONES_OWN = frozenset({"name", "id_number", "bank_card", "address"})
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("id_number", re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")),
    # As it stands in forms and is read out: in groups. Only with a day of birth in it, since figures stand so too.
    ("id_number", re.compile(r"(?<!\d)\d(?:[ -]?\d){16}[ -]?[\dXx](?![\dXx])")),
    ("bank_card", re.compile(r"(?<!\d)(?:\d[ -]?){15,18}\d(?!\d)")),
    ("phone", re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")),
    ("phone", re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("account", re.compile(r"(?:微信|QQ|qq|VX|vx|加v)号?\s*[:：]?\s*[A-Za-z0-9_-]{5,20}")),
    (
        "plate",
        re.compile(rf"[{_PROVINCES}][A-Z][·• ]?[A-Z0-9]{{5,6}}(?![A-Z0-9])"),
    ),
    (
        "address",
        re.compile(r"\d+\s*(?:号楼|栋|幢|单元)\s*\d*|(?:\d+|[一二三四五六七八九十]+)组\s*\d+\s*号|\d+\s*室|\d+号院"),
    ),
    ("name", re.compile(rf"(?:{_CUES})(?:是|为|叫)?\s*[:：]?\s*({_NAME})")),
    ("name", re.compile(rf"({_NAME}|[{_SURNAMES}])(?:{_TITLES})")),
    ("health", re.compile(f"(?:{_ILLNESSES})(?!{_CARE})|残疾(?!{_CAUSE})|怀孕(?!妇女|期间|检查)|流产|确诊")),
)  # fmt: skip


#: What ends a sentence, what stands between the words of a list, and a name that stands there alone.
_ENDS = "。！？；;!?\n"
_BETWEEN = re.compile(r"[\s，,、：:（）()|]+")
_ALONE = re.compile(_NAME)

#: What Chinese keyboards write in full width, and other strokes, as the patterns know them; a character for each, so
#: that what is found stands where it stood.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, "‐‑‒–—―−"), "-"
) | {0x3000: " ", 0xA0: " "}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of text that may be personal: its kind and where it stands."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Found]:
    """What may be personal in ``text``, in order, without overlaps (the first kind wins).

    A word of illness is ``health`` in a sentence that tells of somebody, else ``illness``: a policy may say it.
    """
    taken: list[Found] = []
    plain = text.translate(_HALF_WIDTH)
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            group = 1 if pattern.groups else 0
            one = Found(kind, *match.span(group))
            if kind == "health" and not _tells_of_somebody(plain, one, taken):
                one = Found("illness", one.start, one.end)
            if _plausible(kind, match.group()) and not _overlaps(one, taken):
                taken.append(one)
    return sorted(taken, key=lambda found: found.start)


def kinds_in(value: Any) -> list[str]:
    """The kinds found anywhere in a value of JSON (texts inside lists and objects too), sorted."""
    return sorted({found.kind for text in _texts(value) for found in find(text)})


def in_table(kinds: Iterable[str]) -> list[str]:
    """The kinds found in the cells of a table, where an illness stands beside whose it is."""
    return sorted({"health" if kind == "illness" else kind for kind in kinds})


def hidden(text: str) -> str:
    """``text`` with every finding replaced by as many asterisks (at most six)."""
    out, last = [], 0
    for found in find(text):
        out += [text[last : found.start], "*" * min(found.end - found.start, 6)]
        last = found.end
    return "".join([*out, text[last:]])


def titles(kinds: Iterable[str]) -> str:
    """The kinds in the reader's words."""
    return gettext("、").join(str(KINDS[kind]) for kind in kinds if kind in KINDS)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _overlaps(one: Found, others: list[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _tells_of_somebody(text: str, one: Found, others: Iterable[Found]) -> bool:
    """Whether the sentence around ``one`` names somebody, or says whose it is in another way."""
    start = max(text.rfind(mark, 0, one.start) for mark in _ENDS) + 1
    end = min((at for mark in _ENDS if (at := text.find(mark, one.end)) >= 0), default=len(text))
    if any(found.kind in _ONES_OWN and start <= found.start < end for found in others):
        return True
    sentence = text[start:end]
    words = _BETWEEN.split(sentence)
    return bool(_SOMEBODY.search(sentence)) or any(map(_ALONE.fullmatch, words))


def _plausible(kind: str, text: str) -> bool:
    """A bank card passes Luhn's check, an identity number in groups tells a day of birth; other forms stand for
    themselves."""
    if kind == "id_number" and len(text) > _ID_DIGITS:
        return identifiers.birth_in(text.replace(" ", "").replace("-", "")) is not None
    if kind != "bank_card":
        return True
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [
        d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits[::-1])
    ]
    return sum(doubled) % 10 == 0
