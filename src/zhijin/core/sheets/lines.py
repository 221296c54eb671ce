"""A worksheet that writes plain text fast. Byte for byte what xlsxwriter's own writes, at a third of the time.

Nearly every cell of a register or an answer file is text without anything to escape. xlsxwriter looks at each in five
ways before it writes it; here one look says that nothing is special, and whatever is goes xlsxwriter's own way.
"""

from __future__ import annotations

import re
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import CellStringTuple, Worksheet

#: What a cell of text must not hold to be written as it stands: markup, control characters, Excel's own escapes
#: (``_x0041_``), white space at its ends.
_SPECIAL = re.compile(r"""[&<>"\x00-\x1f\ufffe\uffff]|_x|^\s|\s$""")


class Lines(Worksheet):  # type: ignore[misc]  # xlsxwriter is not annotated for us
    """For workbooks that keep one row in memory, where strings stand in their cells."""

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
        """As xlsxwriter's, for a row and a column given as numbers."""
        return self._write_string(row, col, string, cell_format)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        plain = (
            type(cell) is CellStringTuple
            and self.constant_memory
            and not _SPECIAL.search(cell.string)
        )
        style = self._style(row, col, cell) if plain else None
        if style is None:
            super()._write_cell(row, col, cell)
            return
        at = xl_rowcol_to_cell_fast(row, col)
        self.fh.write(f'<c r="{at}"{style} t="inlineStr"><is><t>{cell.string}</t></is></c>')

    def _style(self, row: int, col: int, cell: Any) -> str | None:
        """The attribute that names the cell's own format, or empty; None where a row or column has one."""
        if cell.format:
            return f' s="{cell.format._get_xf_index()}"'
        column = self.col_info.get(col)
        given = row in self.row_info or (column is not None and column.column_format is not None)
        return None if given else ""
