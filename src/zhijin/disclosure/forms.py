"""The form of a document on the desk. Rules live in the services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhijin.disclosure import catalogue


class DocumentForm(forms.Form):
    """Title, period, text, and a table as it is pasted from Excel."""

    board = forms.ChoiceField(
        label=_("公开栏"), choices=[(key, board.title) for key, board in catalogue.BOARDS.items()]
    )
    title = forms.CharField(label=_("标题"), max_length=120)
    period = forms.CharField(
        label=_("时段"), max_length=8, required=False,
        help_text=_("写成 2026-09、2026Q3 或 2026；不属于某个时段的留空。"),
    )  # fmt: skip
    body = forms.CharField(
        label=_("正文"), max_length=20_000, required=False,
        widget=forms.Textarea(attrs={"rows": 8, "data-behaviour": "autosize private-hint"}),
    )  # fmt: skip
    table = forms.CharField(
        label=_("表格"), max_length=200_000, required=False, strip=False,
        help_text=_("从 Excel 里连同表头一起复制，粘贴在这里。"),
        widget=forms.Textarea(attrs={"rows": 6, "wrap": "off", "spellcheck": "false"}),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    duty = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
