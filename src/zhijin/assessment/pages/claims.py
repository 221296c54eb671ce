"""What a unit may say about a record, as fields of a form and as sentences: that it should not count, that
something in it is wrong, or that something is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.assessment.engine.kinds import attribute_types
from zhijin.assessment.engine.kinds import kind as kind_named
from zhijin.assessment.engine.model import Assessment
from zhijin.assessment.engine.resting import measures_of
from zhijin.assessment.models import Appeal
from zhijin.assessment.services import claims
from zhijin.assessment.services.appeals import looked_at
from zhijin.core.errors import BAD_REQUEST

#: What attributes of facts are called; one that is not here shows its own name.
NAMES: Mapping[str, Promise] = {
    "outcome": gettext_lazy("怎样办结"), "late": gettext_lazy("逾期"),
    "on_time": gettext_lazy("按时完成"), "rating": gettext_lazy("群众评价（1 到 5 分）"),
    "channel": gettext_lazy("从哪里报来"), "role": gettext_lazy("谁办的"),
    "to": gettext_lazy("到了哪一步"), "from": gettext_lazy("从哪一步"),
    "state": gettext_lazy("状态"), "kind": gettext_lazy("种类"), "level": gettext_lazy("级别"),
    "year": gettext_lazy("年度"), "subject": gettext_lazy("方案"), "value": gettext_lazy("数值"),
}  # fmt: skip
VALUES: Mapping[str, Mapping[str, Promise]] = {
    "outcome": {
        "solved": gettext_lazy("已解决"), "unsolved": gettext_lazy("未能解决"),
        "refused": gettext_lazy("不予受理"), "withdrawn": gettext_lazy("已撤回"),
        "passed_on": gettext_lazy("已转其他渠道"), "merged": gettext_lazy("已合并"),
    },
}  # fmt: skip
CLAIMS: Mapping[str, Promise] = {
    Appeal.Claim.EXCLUDE: gettext_lazy("这条不应计入"),
    Appeal.Claim.AMEND: gettext_lazy("这条里有写错的"),
    Appeal.Claim.INCLUDE: gettext_lazy("有一件没有计入"),
}
#: Attributes stored beside what was done, that are no part of it.
_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that the indicator looks at: ``type`` is flag, number or text; ``options`` of flag and text."""

    name: str
    title: str
    type: str
    current: str
    options: Sequence[tuple[str, str]]

    @property
    def key(self) -> str:
        return f"attr-{self.name}"


def title_of(name: str) -> str:
    return str(NAMES.get(name, name))


def value_of(name: str, value: Any) -> str:
    """A value of an attribute in words."""
    if value is None or value == "":
        return _("没有")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(VALUES.get(name, {}).get(str(value), value))


def fields(
    programme: Assessment, indicator: str, kind: str, attrs: Mapping[str, Any] | None = None
) -> list[Field]:
    """What the indicator looks at in a fact of ``kind``, with what the fact says now."""
    held = attrs or {}
    types = attribute_types()
    names = [name for name in looked_at(programme, indicator, kind) if name in types]
    measures = measures_of(programme, programme.indicators[indicator])
    out = []
    for name in names:
        value = held.get(name)
        options: list[tuple[str, str]] = []
        if types[name] == "flag":
            options = [("true", _("是")), ("false", _("否"))]
        elif types[name] == "text":
            asked = {
                str(one)
                for measure in measures
                for condition in measure.where
                if condition.attr == name
                for one in (condition.is_, condition.not_, *(condition.in_ or ()))
                if one is not None
            }
            known = dict.fromkeys(
                [*VALUES.get(name, {}), *sorted(asked), *([value] if value else [])]
            )
            options = [(str(one), value_of(name, one)) for one in known]
        current = str(value).lower() if isinstance(value, bool) else str(value or "")
        out.append(Field(name, title_of(name), types[name], current, options))
    return out


def given(asked: Sequence[Field], post: Mapping[str, Any], *, changed: bool) -> dict[str, Any]:
    """The attributes that a form holds, each of its type; only those that differ when ``changed``.

    Raises CO400 for what is no option or no number.
    """
    found: dict[str, Any] = {}
    for field in asked:
        text = str(post.get(field.key, ""))[:_LIMIT].strip()
        if not text or (changed and text == field.current):
            continue
        if field.type == "number":
            if not (text.isascii() and text.isdigit() and len(text) <= 9):
                raise BAD_REQUEST(fields={field.key: _("请填整数。")})
            found[field.name] = int(text)
        elif text not in dict(field.options):
            raise BAD_REQUEST(fields={field.key: _("请从选项里选。")})
        else:
            found[field.name] = text == "true" if field.type == "flag" else text
    return found


def kinds(programme: Assessment, indicator: str, *, english: bool) -> list[tuple[str, str]]:
    """Kinds of fact of which a unit may claim one more, with their titles."""
    found = claims.kinds_of(measures_of(programme, programme.indicators[indicator]))
    return [(name, kind_title(name, english=english)) for name in found]


def kind_title(name: str, *, english: bool) -> str:
    known = kind_named(name)
    return (known.en if english else known.zh) if known else name


def told(appeal: Appeal, attrs: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(what, as it stands, as claimed) of everything that an appeal says about a record."""
    include = appeal.claim == Appeal.Claim.INCLUDE
    return [
        (title_of(name), "" if include else value_of(name, attrs.get(name)), value_of(name, value))
        for name, value in appeal.changes.items()
    ]
