"""Forms of the desk's pages of activities. Rules live in the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhijin.activities import errors, words
from zhijin.activities.models import Event, Undertaking
from zhijin.activities.scoring import Criterion
from zhijin.core import clock
from zhijin.orgs.api import SECTORS


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _area() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 4})


CRITERIA = "党建工作 40 100\n中心工作 40 100\n群众评价 20 100"


class OrgField(forms.TypedChoiceField):
    """One of the organisations that the viewer may act for."""

    def __init__(self, **more: Any) -> None:
        super().__init__(coerce=int, label=_("组织"), **more)

    def offer(self, orgs: Iterable[Any]) -> None:
        self.choices = [(org.key, org.name) for org in orgs]


class WithOrg(forms.Form):
    """A form that is filled in for one organisation."""

    org = OrgField()

    def __init__(self, *args: Any, orgs: Iterable[Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["org"].offer(orgs)  # type: ignore[attr-defined]


class PledgeForm(WithOrg):
    """A pledge or a led topic, with one item a line."""

    kind = forms.ChoiceField(label=_("种类"), choices=Undertaking.Kind.choices)
    title = forms.CharField(label=_("题目"), max_length=120)
    leader = forms.CharField(label=_("书记姓名"), max_length=64)
    target = forms.CharField(label=_("目标"), required=False, max_length=1000, widget=_area())
    begins = forms.DateField(label=_("开始日期"), widget=_date())
    ends = forms.DateField(label=_("截止日期"), widget=_date())


class ItemForm(forms.Form):
    """One item of a pledge."""

    text = forms.CharField(label=_("承诺的事项"), max_length=200)
    target = forms.CharField(label=_("目标值"), max_length=120, required=False)
    due = forms.DateField(label=_("完成期限"), widget=_date())


class EventForm(forms.Form):
    """What every event needs; the kinds add theirs."""

    kind = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("名称"), max_length=120)
    place_code = forms.ChoiceField(label=_("主办地方"))
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    sector = forms.TypedChoiceField(
        label=_("参加单位所属领域"), coerce=int, empty_value=None, required=False,
        choices=[("", _("不限")), *((str(key), name) for key, name in SECTORS.items())],
    )  # fmt: skip
    direct = forms.BooleanField(
        label=_("只要本级直属的组织"), required=False, help_text=_("不勾选时，所辖各级组织都参加。")
    )

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["place_code"].choices = list(places)  # type: ignore[attr-defined]

    def rules(self) -> dict[str, Any]:
        """What the service of the kind takes beside the plan."""
        return {}

    @property
    def due_at(self) -> datetime | None:
        """The end of the last day, in China."""
        day = self.cleaned_data.get("due")
        return datetime.combine(day, time(23, 59, 59), clock.TZ) if day else None

    @property
    def half(self) -> str:
        """``H1``, ``H2``, or empty for events of a whole year."""
        return str(self.cleaned_data.get("period", ""))


class Judged(EventForm):
    """Events with criteria."""

    criteria = forms.CharField(
        label=_("评分项"), initial=CRITERIA, max_length=2000,
        help_text=_("每行一项：名称、权重、满分，例如“阵地建设 30 100”。权重是整数。"), widget=_area(),
    )  # fmt: skip
    due = forms.DateField(label=_("最后一天"), required=False, widget=_date())

    def clean_criteria(self) -> list[Criterion]:
        return read_criteria(self.cleaned_data["criteria"])


class ContestForm(Judged):
    """An on-stage contest."""

    trim = forms.IntegerField(
        label=_("各去掉几个最高分和最低分"), min_value=0, max_value=5, initial=1,
        help_text=_("评委太少、去掉后不足两张时，一张也不去。"),
    )  # fmt: skip

    def rules(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("criteria", "trim")}


class MutualForm(Judged):
    """A round of mutual reviews."""

    period = forms.ChoiceField(label=_("半年"), choices=[("H1", _("上半年")), ("H2", _("下半年"))])
    each = forms.IntegerField(label=_("每家评议几家"), min_value=1, max_value=9, initial=3)

    def rules(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("criteria", "each")}


class ReviewForm(EventForm):
    """A reporting review with a secret ballot."""

    quorum = forms.TypedChoiceField(
        label=_("到会人数至少"), coerce=int, initial=6667,
        choices=[(5000, _("二分之一")), (6667, _("三分之二")), (8000, _("五分之四"))],
    )  # fmt: skip

    def rules(self) -> dict[str, Any]:
        return {"quorum": self.cleaned_data["quorum"]}


class CheckForm(EventForm):
    """A random spot check."""

    size = forms.IntegerField(label=_("抽查多少家"), min_value=1, max_value=5000)
    source = forms.CharField(
        label=_("种子的公开来源"), max_length=200,
        help_text=_("要事先说好，例如“2026 年 6 月 30 日双色球开奖号码，按开奖顺序”。"),
    )  # fmt: skip
    days = forms.IntegerField(label=_("整改期限（工作日）"), min_value=1, max_value=250, initial=15)

    def rules(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("size", "source", "days")}


EVENT_FORMS: dict[str, type[EventForm]] = {
    Event.Kind.CONTEST: ContestForm,
    Event.Kind.MUTUAL: MutualForm,
    Event.Kind.REVIEW: ReviewForm,
    Event.Kind.CHECK: CheckForm,
}


def read_criteria(text: str) -> list[Criterion]:
    """``title weight most`` a line. Raises a validation error that says which line is wrong."""
    out = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        parts = line.split()
        if len(parts) < 3 or not all(
            p.isascii() and p.isdigit() and len(p) < 5 for p in parts[-2:]
        ):
            raise forms.ValidationError(str(errors.BAD_CRITERIA(why=line).message))
        title = " ".join(parts[:-2])
        out.append(Criterion(f"c{number}", title[:40], int(parts[-2]), int(parts[-1])))
    return out


class ApplyForm(WithOrg):
    """Beginning an application to be a model unit."""

    host_code = forms.ChoiceField(label=_("向哪里申报"))
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    level = forms.ChoiceField(label=_("级别"), choices=list(words.LEVELS.items()), initial="city")

    def __init__(self, *args: Any, hosts: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["host_code"].choices = list(hosts)  # type: ignore[attr-defined]


class VisitForm(WithOrg):
    """Asking another organisation for a visit."""

    host = forms.IntegerField(label=_("去观摩的组织"), widget=forms.HiddenInput)
    on = forms.DateField(label=_("日期"), widget=_date())
    purpose = forms.CharField(label=_("想学什么"), max_length=200)


class CycleForm(forms.Form):
    """Putting the units of a place under the yearly cycle."""

    title = forms.CharField(label=_("名称"), max_length=120)
    place_code = forms.ChoiceField(label=_("主办地方"))
    sector = forms.TypedChoiceField(
        label=_("参加单位所属领域"), coerce=int, empty_value=None, required=False,
        choices=[("", _("不限")), *((str(key), name) for key, name in SECTORS.items())],
    )  # fmt: skip
    direct = forms.BooleanField(
        label=_("只要本级直属的组织"), required=False, initial=True,
        help_text=_("不勾选时，所辖各级组织都参加。"),
    )  # fmt: skip
    criteria = forms.CharField(
        label=_("互评的评分项"), initial=CRITERIA, max_length=2000, widget=_area(),
        help_text=_("每行一项：名称、权重、满分，例如“阵地建设 30 100”。权重是整数。"),
    )  # fmt: skip
    each = forms.IntegerField(label=_("每家评议几家"), min_value=1, max_value=9, initial=3)
    programme = forms.SlugField(
        label=_("年度考核方案"), required=False, max_length=64,
        help_text=_("行动方案里的编号；不填就没有年度考核这一步。"),
    )  # fmt: skip
    begins = forms.DateField(label=_("从哪天起"), widget=_date())

    def __init__(self, *args: Any, places: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["place_code"].choices = list(places)  # type: ignore[attr-defined]

    def clean_criteria(self) -> list[Criterion]:
        return read_criteria(self.cleaned_data["criteria"])
