"""Charts as SVG text, drawn on the server: readable without colour, without scripts, and as a table.

No inline style (the content security policy refuses it): classes carry the tokens.
"""

from zhijin.ui.charts.distribution import distribution
from zhijin.ui.charts.figure import figure, tenths
from zhijin.ui.charts.history import Point, history
from zhijin.ui.charts.movement import Move, movement
from zhijin.ui.charts.small import bar, bars, spark

__all__ = [
    "Move",
    "Point",
    "bar",
    "bars",
    "distribution",
    "figure",
    "history",
    "movement",
    "spark",
    "tenths",
]
