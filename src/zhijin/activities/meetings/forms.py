"""Forms of organisational life. Rules live in the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from zhijin.activities.meetings.format import Kind
from zhijin.activities.meetings.writing import Call, Minutes
from zhijin.core import clock
from zhijin.people.api import BranchMember, MemberDraft

MOMENT = "%Y-%m-%dT%H:%M"
STANDINGS = [("full", _("正式党员")), ("probationary", _("预备党员"))]


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BeginForm(forms.Form):
    """Taking up the calendar."""

    begins = forms.DateField(label=_("从哪天起"), widget=_date())
    place = forms.CharField(label=_("平时开会的地点"), max_length=80, required=False)
    link = forms.URLField(
        label=_("线上会议的固定链接"), max_length=300, required=False, assume_scheme="https",
        help_text=_("钉钉、腾讯会议等的入会链接；没有可以不填。"),
    )  # fmt: skip


class CallForm(forms.Form):
    """A meeting to call or to write down."""

    starts_at = forms.DateTimeField(
        label=_("时间"), input_formats=[MOMENT],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )  # fmt: skip
    place = forms.CharField(label=_("地点"), max_length=80, required=False)
    link = forms.URLField(
        label=_("线上会议链接"), max_length=300, required=False, assume_scheme="https"
    )
    title = forms.CharField(
        label=_("名称"), max_length=120, required=False, help_text=_("不填就用“年月＋会议种类”。")
    )
    agenda = forms.CharField(
        label=_("议程"), required=False, max_length=1600, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("每行一项。"),
    )  # fmt: skip

    def wanted(self, kind: Kind) -> Call:
        values = self.cleaned_data
        agenda = [line.strip() for line in values["agenda"].splitlines() if line.strip()]
        return Call(
            kind.id, values["starts_at"], values["title"], values["place"], values["link"], agenda,
            values.get("chair", ""),
        )  # fmt: skip


class MinutesForm(forms.Form):
    """What a meeting leaves; one box for each section of its kind, with its heading in the ``words`` of the page."""

    chair = forms.CharField(label=_("主持人"), max_length=64, required=False)
    law = forms.CharField(
        label=_("会前学法"), max_length=120, required=False, help_text=_("学了哪部法；没有就不填。")
    )
    first_topic = forms.CharField(
        label=_("第一议题"), max_length=120, required=False, help_text=_("学了什么；没有就不填。")
    )

    def __init__(self, *args: Any, kind: Kind, words: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind = kind
        for number, title in enumerate(kind.minutes):
            self.fields[f"s{number}"] = forms.CharField(
                label=words.get(title, title), required=False, max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 3, "data-behaviour": "autosize"}),
            )  # fmt: skip

    @property
    def sections(self) -> list[forms.BoundField]:
        return [self[f"s{number}"] for number in range(len(self.kind.minutes))]

    def minutes(self) -> Minutes:
        values = self.cleaned_data
        sections = {t: values[f"s{n}"] for n, t in enumerate(self.kind.minutes)}
        return Minutes(sections, values["chair"], values["law"], values["first_topic"])


class RecordForm(MinutesForm, CallForm):
    """A meeting that was held, written down in one page."""

    def __init__(
        self, *args: Any, roll: Iterable[BranchMember], names: Mapping[UUID, str], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.roll = list(roll)
        self.names = names

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The roll with one box each: whoever is near was in the room, whoever works away was in the call.

        Nobody who works away is taken to have come. ``flipped``: the other way round.
        """
        return [self._line(row) for row in self.roll]

    def _line(self, row: BranchMember) -> dict[str, Any]:
        came = f"m-{row.id}" in self.data if self.is_bound else not row.floating
        flipped = f"x-{row.id}" in self.data
        name = self.names.get(row.id, row.name_masked)
        return {"row": row, "name": name, "came": came or flipped, "flipped": flipped}

    @property
    def present(self) -> list[UUID]:
        return [line["row"].id for line in self.lines if line["came"]]

    @property
    def remote(self) -> list[UUID]:
        """Who joined from afar: those away, unless they came to the room, and those near who did not."""
        return [line["row"].id for line in self.lines if line["row"].floating != line["flipped"]]


class MemberForm(forms.Form):
    """A member who joins the branch."""

    name = forms.CharField(label=_("姓名"), max_length=32)
    standing = forms.ChoiceField(label=_("党员身份"), choices=STANDINGS, initial="full")
    committee = forms.BooleanField(label=_("支部委员"), required=False)
    group = forms.CharField(label=_("党小组"), max_length=32, required=False)
    floating = forms.BooleanField(label=_("流动党员（在外地）"), required=False)
    whereabouts = forms.CharField(
        label=_("在哪里"),
        max_length=32,
        required=False,
        help_text=_("只写到县市，例如：浙江义乌。"),
    )
    consent_how = forms.CharField(
        label=_("本人怎样同意登记"),
        max_length=120,
        help_text=_("例如：2026年3月1日书面同意；本人入党志愿书。"),
    )

    def draft(self) -> MemberDraft:
        return MemberDraft(**self.cleaned_data)


class MemberChangeForm(MemberForm):
    """What may change of a member."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["name"], self.fields["consent_how"]


def rounded_now() -> Any:
    """The present half hour, as the time field shows it."""
    now = clock.local(clock.now())
    return now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
