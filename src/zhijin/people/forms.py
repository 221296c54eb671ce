"""Forms of the desk's pages of residents. Rules live in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhijin.people import catalogue
from zhijin.people.models import Person
from zhijin.places.api import GROUND, PlacedForm, PlaceField


class PersonForm(PlacedForm):
    """Registering a resident. Only the name and the place are asked for."""

    name = forms.CharField(label=_("姓名"), max_length=32)
    place_code = PlaceField(
        label=_("网格或村"), levels=GROUND, permission="person.edit", grids=True
    )
    relation = forms.CharField(
        label=_("与户主关系"), max_length=16, required=False,
        help_text=_("例如：户主、配偶、子女、父母。"),
    )  # fmt: skip
    phone = forms.CharField(label=_("电话"), max_length=24, required=False)
    birth_year = forms.IntegerField(
        label=_("出生年份"), min_value=1880, max_value=2100, required=False,
        help_text=_("只记年份，不记出生日。"),
    )  # fmt: skip
    gender = forms.ChoiceField(
        label=_("性别"), choices=[("", _("不填")), ("m", _("男")), ("f", _("女"))], required=False
    )
    party = forms.ChoiceField(
        label=_("政治面貌"), required=False,
        choices=[(Person.Party.NONE, _("不填")), (Person.Party.MEMBER, _("中共党员")),
                 (Person.Party.PROBATIONARY, _("预备党员")), (Person.Party.ACTIVIST, _("入党积极分子"))],
    )  # fmt: skip
    consent = forms.CharField(
        label=_("本人怎样同意"), max_length=120, required=False,
        help_text=_("填了电话或政治面貌才要写，例如：2026年3月1日当面同意；不满 14 岁的写监护人怎样同意。"),
    )  # fmt: skip

    def __init__(self, *args: Any, home: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        # Whoever joins a household lives where it stands; without one nobody has a relation to its head.
        self.fields.pop("place_code" if home else "relation", None)

    def values(self) -> dict[str, Any]:
        """What was filled in, and how the person agreed to what rests on it."""
        values = dict(self.cleaned_data)
        how = " ".join(values.pop("consent").split())
        asked = [key for key in ("phone", "party") if values.get(key)]
        values["consents"] = dict.fromkeys(asked, how) if how else {}
        return values


class EditForm(PersonForm):
    """Changing a resident: empty fields stay as they are, since what is sealed is not shown."""

    name = forms.CharField(label=_("新的姓名"), max_length=32, required=False)
    phone = forms.CharField(label=_("新的电话"), max_length=24, required=False)
    no_phone = forms.BooleanField(label=_("删除电话"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
    place_code = relation = None  # type: ignore[assignment]

    def values(self) -> dict[str, Any]:
        values = super().values()
        gone = values.pop("no_phone")
        for key in ("name", "phone", "birth_year"):
            if not values[key]:
                values.pop(key)
        return values | {"phone": ""} if gone else values


class MoveForm(PlacedForm):
    """Moving to another household of the village, or of another one."""

    number = forms.CharField(label=_("户编号"), max_length=32)
    relation = PersonForm.base_fields["relation"]
    village = PlaceField(
        label=_("在哪个村（社区）"), levels=("village",), permission="person.edit", required=False,
        help_text=_("不填就是现在的村。"),
    )  # fmt: skip


class LeaveForm(forms.Form):
    """Moving away, or death."""

    why = forms.ChoiceField(
        label=_("原因"), choices=[("moved", _("迁出")), ("died", _("去世"))],
        widget=forms.RadioSelect, initial="moved",
    )  # fmt: skip
    on = forms.DateField(
        label=_("哪一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class NewHouseholdForm(PlacedForm):
    """Registering a household; its people are added on its page."""

    number = forms.CharField(
        label=_("户编号"), max_length=32, help_text=_("村里自己的编号，例如：03-017。")
    )
    place_code = PlaceField(
        label=_("网格或村"), levels=GROUND, permission="person.edit", grids=True
    )
    group_code = PlaceField(
        label=_("所属村民组"), levels=("group",), permission="person.edit", required=False,
        help_text=_("例如：一组；几个村都有的，先写村名，例如：大耆老 一组。"),
    )  # fmt: skip
    address = forms.CharField(label=_("住址"), max_length=120, required=False)


class RevealForm(forms.Form):
    """Asking to see what is masked."""

    fields_ = forms.MultipleChoiceField(
        label=_("要看的项目"), widget=forms.CheckboxSelectMultiple,
        choices=[(key, catalogue.BY_KEY[key].zh) for key in catalogue.SEALED],
    )  # fmt: skip
    purpose = forms.ChoiceField(label=_("目的"), choices=list(catalogue.PURPOSES.items()))
    reason = forms.CharField(
        label=_("事由"), min_length=4, max_length=200,
        help_text=_("写明为什么现在要看，至少 4 个字；会记入审计日志。"),
    )  # fmt: skip


class MemberRevealForm(forms.Form):
    """Asking to see how a member is reached."""

    purpose = forms.ChoiceField(label=_("目的"), choices=list(catalogue.PURPOSES.items()))
    reason = RevealForm.base_fields["reason"]


class ContactForm(forms.Form):
    """How a member is reached; an empty telephone stays as it is, since it is not shown."""

    phone = forms.CharField(label=_("新的电话"), max_length=24, required=False)
    forget = forms.BooleanField(label=_("本人不愿再留电话：删除"), required=False)
    joined_on = forms.DateField(
        label=_("入党日期"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def changes(self, held: str) -> dict[str, Any]:
        """What is to change; ``held``: the masked telephone there is."""
        found: dict[str, Any] = {"joined_on": self.cleaned_data["joined_on"]}
        if self.cleaned_data["forget"] and held:
            found["phone"] = ""
        elif self.cleaned_data["phone"]:
            found["phone"] = self.cleaned_data["phone"]
        return found


class ConsentForm(forms.Form):
    """Recording a consent."""

    purpose = forms.ChoiceField(label=_("同意事项"), choices=list(catalogue.CONSENTS.items()))
    how = forms.CharField(
        label=_("同意方式"), max_length=120, help_text=_("例如：2026年3月1日纸质授权书。")
    )


class HouseholdForm(PlacedForm):
    """Giving a household its grid, its group and its neighbour leader."""

    place_code = PlaceField(
        label=_("所在网格"), levels=GROUND, permission="person.edit", grids=True, required=False,
        help_text=_("不填就不改。"),
    )  # fmt: skip
    group = forms.ChoiceField(label=_("所属村民组"), required=False)
    leader = forms.ChoiceField(label=_("联户长"), required=False)
