"""Forms of service. Rules live in the services."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from zhijin.activities.models import Need
from zhijin.activities.service.claiming import SEATS, Wanted

MOMENT = "%Y-%m-%dT%H:%M"


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)


class NeedForm(forms.Form):
    """What a community asks for."""

    title = forms.CharField(label=_("需要做什么"), max_length=60)
    kind = forms.ChoiceField(label=_("类别"), choices=Need.Kind.choices)
    what = forms.CharField(
        label=_("说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("大家都看得到：不写受助人的姓名、电话、门牌和健康状况。"),
    )  # fmt: skip
    where = forms.CharField(
        label=_("集合地点"), max_length=80, help_text=_("例如：居委会一楼。上门的，到了再说。")
    )
    starts_at = forms.DateTimeField(label=_("开始"), input_formats=[MOMENT], widget=_moment())
    ends_at = forms.DateTimeField(label=_("到几时结束"), input_formats=[MOMENT], widget=_moment())
    seats = forms.IntegerField(label=_("需要几个人"), min_value=1, max_value=SEATS, initial=4)

    def wanted(self, team: UUID | None) -> Wanted:
        """What was filled in; ``team``: the one that is called."""
        values = self.cleaned_data
        return Wanted(
            values["kind"], values["title"], values["what"], values["where"], values["starts_at"],
            values["ends_at"], values["seats"], team,
        )  # fmt: skip
