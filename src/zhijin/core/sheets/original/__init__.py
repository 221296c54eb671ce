"""An office's own workbook, kept as it came: read as a grid, and given back with some cells filled in.

Everything that is not written stays as it was, byte for byte: styles, merged cells, widths, formulas,
pictures. Knows no table of the database and no room.
"""

from zhijin.core.sheets.original.grid import Cell, Grid, Merge, address
from zhijin.core.sheets.original.package import LIMITS, Original, SheetRef, open_original
from zhijin.core.sheets.original.writing import NOTES_AT_MOST, Fill, give_back

__all__ = [
    "LIMITS",
    "NOTES_AT_MOST",
    "Cell",
    "Fill",
    "Grid",
    "Merge",
    "Original",
    "SheetRef",
    "address",
    "give_back",
    "open_original",
]
