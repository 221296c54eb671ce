"""The page of GB/T 9704 in Word's units. Source: GB/T 9704-2012, 5.1 and 5.2 (page, type area, type).

Word counts in twips (1/20 point), and in half points for type.
"""

from __future__ import annotations

from typing import Final


def twips(millimetres: float) -> int:
    """Millimetres in twips, rounded to the nearest."""
    return round(millimetres * 1440 / 25.4)


#: A4 and its margins: the type area is 156 × 225 mm.
PAGE_WIDTH: Final = twips(210)
PAGE_HEIGHT: Final = twips(297)
TOP: Final = twips(37)
BOTTOM: Final = twips(35)
LEFT: Final = twips(28)
RIGHT: Final = twips(26)
TEXT_WIDTH: Final = PAGE_WIDTH - LEFT - RIGHT
TEXT_HEIGHT: Final = PAGE_HEIGHT - TOP - BOTTOM
#: The page number stands 7 mm below the type area.
FOOTER: Final = twips(35 - 7 - 5)

LINES: Final = 22
CHARACTERS: Final = 28
LINE_PITCH: Final = TEXT_HEIGHT // LINES
#: Chinese type sizes in half points: 2号 is 22 points, 3号 16, 4号 14, 小四 12, 五号 10.5.
SIZE_2: Final = 44
SIZE_3: Final = 32
SIZE_4: Final = 28
SMALL_4: Final = 24
SIZE_5: Final = 21
#: What is added after each character of 3号 so that 28 fill the line, in twips: a little less than
#: nothing. Not Word's grid of characters: LibreOffice gives a character that is a hair wider than
#: its cell two cells.
CHARACTER_SPACE: Final = (TEXT_WIDTH - CHARACTERS * SIZE_3 * 10) // CHARACTERS

#: Names only. The first is what the standard asks for, the others are what most machines have.
BODY: Final = "仿宋_GB2312"
TITLE: Final = "方正小标宋简体"
HEAD: Final = "黑体"
SECOND: Final = "楷体_GB2312"
SONG: Final = "宋体"
LATIN: Final = "Times New Roman"
SUBSTITUTES: Final = {
    BODY: "仿宋;FangSong;STFangsong;Noto Serif CJK SC",
    TITLE: "小标宋;华文中宋;STZhongsong;Noto Serif CJK SC",
    HEAD: "SimHei;Noto Sans CJK SC",
    SECOND: "楷体;KaiTi;STKaiti;Noto Serif CJK SC",
    SONG: "SimSun;Noto Serif CJK SC",
}
