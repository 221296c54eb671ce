"""What the pages send: a file; the choices for columns and rows."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhijin.assessment.enter_once import catalogue, errors
from zhijin.assessment.enter_once.models import Filling
from zhijin.assessment.enter_once.services import Choices


class UploadForm(forms.Form):
    """The upper level's sheet."""

    file = forms.FileField(
        label=_("上级发来的表"),
        help_text=_(".xlsx，最大 5 MB。版式、公式、合并单元格都原样保留。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm"}),
    )


def version(sent: QueryDict) -> int:
    """The version of the page that was sent; 0 when it is none."""
    text = sent.get("version", "")
    return int(text) if text.isdigit() and len(text) < 9 else 0


def choices(sent: QueryDict, row: Filling) -> Choices:
    """What the columns page sent. A title written by hand beats the list beside it.

    Raises EO005, EO006.
    """
    by_title = {str(one.title): one.id for one in catalogue.measures(row.place_code).values()}
    columns = {}
    for key in row.mapping["columns"]:
        if f"c.{key}" not in sent:
            continue
        written = sent.get(f"o.{key}", "").strip()
        if written and written not in by_title:
            raise errors.UNKNOWN_MEASURE(title=written[:40])
        measure = by_title[written] if written else sent.get(f"c.{key}", "")
        columns[key] = (measure, sent.get(f"p.{key}", "sheet"))
    rows = {}
    for key in row.mapping["rows"]:
        if f"r.{key}" in sent:
            code = sent.get(f"q.{key}", "").strip()
            rows[key] = f"place:{code}" if code else sent.get(f"r.{key}", "")
    return Choices(_day(sent.get("start", "")), _day(sent.get("last", "")), columns, rows)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise errors.BAD_PERIOD() from error
