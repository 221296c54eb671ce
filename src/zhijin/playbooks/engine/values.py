"""Whether what somebody filled in fits what was asked, said in words for the one who filled it in.

Values are JSON: points are ``{"lon", "lat"}`` in WGS-84, photos and files lists of SHA-256 digests,
money a decimal string in yuan, dates and times in ISO 8601.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from zhijin.core.roles import resolve
from zhijin.playbooks.engine.findings import is_english
from zhijin.playbooks.engine.indicators import holds
from zhijin.playbooks.engine.model import FieldSpec

TEXT_LENGTH, LONGTEXT_LENGTH, MOST_FILES = 200, 4000, 9


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why a value does not do. ``field`` is empty when it concerns the whole step."""

    field: str
    id: str
    zh: str
    en: str

    def message(self, lang: str = "zh") -> str:
        return self.en if is_english(lang) else self.zh


Answer = tuple[str, str, str] | None
_PHONE = re.compile(r"(\+?86[- ]?)?(1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8})\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_PLACE = re.compile(r"\d{2}(\d{2}(\d{2}(\d{3}(\d{3}(\d{2,3})?)?)?)?)?\Z")
#: A million million yuan: more than any county has, and few enough fen for every database.
MOST_YUAN: Final = 10**12
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def problems(
    specs: Iterable[FieldSpec], data: Mapping[str, Any], role: str | None = None
) -> list[FieldProblem]:
    """Everything wrong with ``data`` as the answer to ``specs``, asked of ``role`` (None: anyone)."""
    specs = list(specs)
    asked = {spec.field: spec for spec in specs if applies(spec, data, role)}
    found = []
    for name, value in data.items():
        if name not in {spec.field for spec in specs}:
            found.append(FieldProblem(name, "PF001", "没有问这一项", "This was not asked"))
        elif name in asked and not is_blank(value):
            answer = _CHECKS[asked[name].type](asked[name], value)
            if answer is not None:
                found.append(FieldProblem(name, *answer))
    for name, spec in asked.items():
        if spec.required and is_blank(data.get(name)):
            found.append(FieldProblem(
                name, "PF002", f"请填写“{spec.title('zh')}”", f"Please fill in “{spec.title('en')}”"
            ))  # fmt: skip
    return found


def applies(spec: FieldSpec, data: Mapping[str, Any], role: str | None = None) -> bool:
    """Whether ``spec`` is asked of ``role`` given the other answers."""
    if role is not None and spec.by and resolve(role) not in map(resolve, spec.by):
        return False
    return holds(spec.when, data)


def is_blank(value: Any) -> bool:
    """Whether nothing was filled in."""
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


def _text(spec: FieldSpec, value: Any) -> Answer:
    if not isinstance(value, str):
        return "PF003", "请填写文字", "Please write text"
    longest = int(spec.max or (LONGTEXT_LENGTH if spec.type == "longtext" else TEXT_LENGTH))
    if len(value) > longest:
        return "PF004", f"最多 {longest} 个字，现在是 {len(value)} 个", (
            f"At most {longest} characters; there are {len(value)}")  # fmt: skip
    if spec.min is not None and len(value.strip()) < spec.min:
        return "PF005", f"至少 {int(spec.min)} 个字", f"At least {int(spec.min)} characters"
    if spec.type == "text" and "\n" in value:
        return "PF006", "这里只能写一行", "Only one line may be written here"
    return None


def _number(spec: FieldSpec, value: Any) -> Answer:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        return "PF007", "请填写数字", "Please write a number"
    if spec.type == "money" and abs(number) > MOST_YUAN:
        return "PF010", f"不能大于 {MOST_YUAN}", f"Not more than {MOST_YUAN}"
    if spec.type == "money" and number != number.quantize(Decimal("0.01")):
        return "PF008", "金额最多写到分", "Money has at most two decimals"
    if spec.min is not None and number < Decimal(str(spec.min)):
        return "PF009", f"不能小于 {spec.min:g}", f"Not less than {spec.min:g}"
    if spec.max is not None and number > Decimal(str(spec.max)):
        return "PF010", f"不能大于 {spec.max:g}", f"Not more than {spec.max:g}"
    return None


def _rating(spec: FieldSpec, value: Any) -> Answer:
    low, high = int(spec.min or 1), int(spec.max or 5)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        return "PF011", f"请选 {low} 到 {high}", f"Choose {low} to {high}"
    return None


def _choice(spec: FieldSpec, value: Any) -> Answer:
    if value not in [choice.id for choice in spec.choices]:
        return "PF012", "请从选项中选择", "Please choose one of the choices"
    return None


def _choices(spec: FieldSpec, value: Any) -> Answer:
    ids = {choice.id for choice in spec.choices}
    if not isinstance(value, list) or not all(isinstance(v, str) and v in ids for v in value):
        return "PF012", "请从选项中选择", "Please choose from the choices"
    return _counted(spec, value, len(ids))


def _counted(spec: FieldSpec, value: list[Any], most: int) -> Answer:
    high, low = int(spec.max or most), int(spec.min or 0)
    if len(value) > high:
        return "PF013", f"最多 {high} 个", f"At most {high}"
    if len(value) < low:
        return "PF014", f"至少 {low} 个", f"At least {low}"
    return None


def _moment(spec: FieldSpec, value: Any) -> Answer:
    parse: Callable[[str], object] = {
        "date": date.fromisoformat, "time": time.fromisoformat, "datetime": datetime.fromisoformat,
    }[spec.type]  # fmt: skip
    try:
        parse(value)
    except (TypeError, ValueError):
        return "PF015", "请填写日期或时间", "Please give a date or time"
    return None


def _boolean(spec: FieldSpec, value: Any) -> Answer:
    return None if isinstance(value, bool) else ("PF016", "请选是或否", "Choose yes or no")


def _point(spec: FieldSpec, value: Any) -> Answer:
    if isinstance(value, Mapping):
        lon, lat = value.get("lon"), value.get("lat")
        if all(isinstance(n, int | float) and not isinstance(n, bool) for n in (lon, lat)) and (
            -180 <= float(lon) <= 180 and -90 <= float(lat) <= 90  # type: ignore[arg-type]
        ):
            return None
    return "PF017", "请在地图上选一个位置", "Please pick a place on the map"


def _place(spec: FieldSpec, value: Any) -> Answer:
    if isinstance(value, str) and _PLACE.match(value):
        return None
    return "PF018", "请选择村、组或网格", "Please choose a village, group or grid"


def _files(spec: FieldSpec, value: Any) -> Answer:
    if not isinstance(value, list) or not all(
        isinstance(item, str) and _DIGEST.match(item) for item in value
    ):
        return "PF019", "请重新上传", "Please upload it again"
    return _counted(spec, value, MOST_FILES)


def _phone(spec: FieldSpec, value: Any) -> Answer:
    if isinstance(value, str) and _PHONE.match(value.strip()):
        return None
    return "PF020", "请填写 11 位手机号，或带区号的固定电话", "Please write a telephone number"


def _id_number(spec: FieldSpec, value: Any) -> Answer:
    """GB 11643: eighteen characters, the last a check character over the others."""
    text = str(value).strip().upper()
    if re.match(r"\d{17}[\dX]\Z", text):
        total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
        if "10X98765432"[total % 11] == text[17]:
            return None
    return "PF021", "身份证号码不对，请核对", "The ID card number is not right; please check"


def _party(spec: FieldSpec, value: Any) -> Answer:
    """A person or organisation: a name, or ``{"id", "name"}`` of a record."""
    name = value.get("name") if isinstance(value, Mapping) else value
    if isinstance(name, str) and 0 < len(name.strip()) <= 100:
        return None
    return "PF022", "请填写名称", "Please write the name"


_CHECKS: Final[dict[str, Callable[[FieldSpec, Any], Answer]]] = {
    "text": _text, "longtext": _text, "number": _number, "money": _number, "choice": _choice,
    "choices": _choices, "date": _moment, "time": _moment, "datetime": _moment,
    "boolean": _boolean, "point": _point, "place": _place, "photo": _files, "file": _files,
    "phone": _phone, "id_number": _id_number, "person": _party, "organisation": _party,
    "rating": _rating,
}  # fmt: skip
