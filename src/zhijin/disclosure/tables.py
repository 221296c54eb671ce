"""Tables in public documents: pasted from Excel as tab-separated text, kept as texts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhijin.disclosure import errors

COLUMNS, ROWS, CELL = 20, 500, 200


def read(text: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of a pasted table; both empty for an empty text. Raises DS006.

    Short rows are filled up; a row that is longer than the head is refused, since nobody could say
    what its cell means.
    """
    lines = [line for line in text.replace("\r", "").split("\n") if line.strip()]
    if not lines:
        return [], []
    cells = [[cell.strip() for cell in line.split("\t")] for line in lines]
    head, rows = cells[0], cells[1:]
    if not rows:
        raise _bad(_("只有表头，没有内容"))
    if len(head) > COLUMNS or len(rows) > ROWS:
        raise _bad(_("太大"))
    for number, row in enumerate(rows, start=2):
        if len(row) > len(head):
            raise _bad(
                _("第 {row} 行比表头多出 {more} 格").format(row=number, more=len(row) - len(head))
            )
        if any(len(cell) > CELL for cell in row):
            raise _bad(_("第 {row} 行有一格超过 {most} 个字").format(row=number, most=CELL))
    return head, [row + [""] * (len(head) - len(row)) for row in rows]


def write(columns: list[str], rows: list[list[str]]) -> str:
    """The table as it can be pasted into Excel or back into the form."""
    return "\n".join("\t".join(row) for row in [columns, *rows] if row)


def numeric(columns: list[str], rows: list[list[str]]) -> list[bool]:
    """Which columns hold nothing but numbers: they are set to the right."""
    return [
        bool(rows) and all(_is_number(row[index]) for row in rows if row[index])
        for index in range(len(columns))
    ]


Shaped = tuple[list[tuple[str, bool]], list[list[tuple[str, str, bool]]]]


def shaped(columns: list[str], rows: list[list[str]]) -> Shaped | None:
    """The head, each column with whether it holds numbers; rows of cells with their column and that. None without a
    table."""
    if not rows:
        return None
    right = numeric(columns, rows)
    return (
        list(zip(columns, right, strict=True)),
        [list(zip(columns, row, right, strict=True)) for row in rows],
    )


def _is_number(text: str) -> bool:
    plain = text.replace(",", "").removesuffix("%").removesuffix("元").lstrip("+-¥")
    return plain.replace(".", "", 1).isdigit()


def _bad(why: str) -> Exception:
    return errors.BAD_TABLE(why=why, columns=COLUMNS, rows=ROWS)
