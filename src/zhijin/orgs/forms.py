"""Forms of the desk's pages of organisations, posts and tables. Rules live in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhijin.orgs import words
from zhijin.orgs.picking import OrgField
from zhijin.places.api import GROUND, WIDE, PlacedForm, PlaceField

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _choices(known: dict[Any, Any], blank: object | None = None) -> list[tuple[Any, Any]]:
    first = [] if blank is None else [("", blank)]
    return [*first, *((str(key), name) for key, name in known.items())]


def _number(value: str) -> int | None:
    return int(value) if value else None


class OrganisationForm(PlacedForm):
    """Registering and changing an organisation."""

    name = forms.CharField(label=_("组织名称"), max_length=120)
    kind = forms.ChoiceField(label=_("组织类别"), choices=_choices(words.KINDS))
    sector = forms.TypedChoiceField(
        label=_("所属领域"), choices=_choices(words.SECTORS), coerce=int, empty_value=None
    )
    industry = forms.TypedChoiceField(
        label=_("行业"), choices=_choices(words.INDUSTRIES, _("不属于哪一行业")), coerce=int,
        required=False, empty_value=None,
    )  # fmt: skip
    place_code = PlaceField(
        levels=WIDE, permission="org.edit", label=_("所在地"),
        help_text=_("村、社区、乡镇、街道或县的名称。"),
    )  # fmt: skip
    parent = OrgField(
        label=_("上级组织"), required=False,
        help_text=_("写名称里的几个字，从列出的里面选；没有就留空。"),
    )  # fmt: skip
    covered_by = OrgField(
        kinds=("party",), label=_("联系的党组织"), required=False,
        help_text=_("企业和社会组织由哪个党组织联系；没有就留空。"),
    )  # fmt: skip
    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=18, required=False)
    employees = forms.IntegerField(
        label=_("职工人数"), min_value=0, max_value=10_000_000, required=False
    )
    members = forms.IntegerField(
        label=_("党员人数"), min_value=0, max_value=1_000_000, required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class EndForm(forms.Form):
    """Ending something on a day, with a reason."""

    on = forms.DateField(label=_("从哪天起"), widget=_DATE)
    why = forms.CharField(label=_("原因"), max_length=120)


class PostForm(PlacedForm):
    """Setting up a post at a place (at an organisation, the place is the organisation's)."""

    kind = forms.ChoiceField(
        label=_("岗位类别"), choices=[(post.key, post.zh) for post in words.POST_KINDS.values()]
    )
    title = forms.CharField(
        label=_("岗位名称"), max_length=64, required=False, help_text=_("不填就用类别的名称。")
    )
    place_code = PlaceField(
        levels=(*WIDE, *GROUND[1:]), permission="org.edit", grids=True, label=_("所在地"),
        required=False, help_text=_("网格岗位写村名，再选网格。"),
    )  # fmt: skip
    seats = forms.IntegerField(label=_("名额"), min_value=1, max_value=999, initial=1)


class AppointForm(forms.Form):
    """Letting somebody hold a post."""

    holder = forms.CharField(label=_("任职人姓名"), max_length=64)
    username = forms.CharField(
        label=_("平台账号"), max_length=64, required=False,
        help_text=_("网格员、网格长、联户长填了账号，任职期间自动获得所在网格的权限。"),
    )  # fmt: skip
    how = forms.ChoiceField(
        label=_("任职方式"),
        choices=[
            ("appointed", _("任命")),
            ("elected", _("选举")),
            ("hired", _("聘用")),
            ("posted", _("选派")),
        ],
    )
    start = forms.DateField(label=_("任职日期"), widget=_DATE)
    ends = forms.DateField(
        label=_("届满日期"), widget=_DATE, required=False, help_text=_("不填就按岗位的任期推算。")
    )
    number = forms.IntegerField(label=_("届次"), min_value=1, max_value=99, required=False)
    concurrent = forms.BooleanField(label=_("交叉任职"), required=False)


class ImportForm(forms.Form):
    """Sending a table."""

    file = forms.FileField(label=_("表格文件"), help_text=_(".xlsx、.xls 或 .csv，10 MB 以内。"))
    partial = forms.BooleanField(
        label=_("有错的行先不导入，其余照常导入"), required=False,
        help_text=_("不勾选时，只要有一行不对，整个文件都不导入。"),
    )  # fmt: skip
