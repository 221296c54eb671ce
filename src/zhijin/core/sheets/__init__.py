"""Spreadsheets in and out: guarded reading, columns with checks row by row, answer files, safe export.

Knows no table of the database and no room; a room gives the columns and what to do with a row.
"""

from zhijin.core.sheets.answers import write_answer
from zhijin.core.sheets.columns import Column, Finding, Question, Row
from zhijin.core.sheets.convert import (
    choice,
    credit_code,
    day,
    id_card,
    integer,
    phone,
    place_code,
    text,
    yes_no,
)
from zhijin.core.sheets.export import Watermark, write_export, write_template
from zhijin.core.sheets.limits import Limits
from zhijin.core.sheets.reading import read_sheet
from zhijin.core.sheets.table import Table, read_table
from zhijin.core.sheets.taking import LEFT, Outcome, take

__all__ = [
    "LEFT",
    "Column",
    "Finding",
    "Limits",
    "Outcome",
    "Question",
    "Row",
    "Table",
    "Watermark",
    "choice",
    "credit_code",
    "day",
    "id_card",
    "integer",
    "phone",
    "place_code",
    "read_sheet",
    "read_table",
    "take",
    "text",
    "write_answer",
    "write_export",
    "write_template",
    "yes_no",
]
