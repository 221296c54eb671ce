"""Signs that stand for words: full-width forms, Roman and circled figures, list marks, letters, pauses."""

from __future__ import annotations

import re

_LETTERS = dict(zip("ABCDEFGHIJKLMNOPRSTUVWXYZ", (
    "诶", "必", "西", "弟", "伊", "艾夫", "计", "艾尺", "艾", "杰", "开", "艾勒", "艾姆", "恩", "欧", "披", "阿",
    "艾斯", "替", "优", "维", "达不溜", "艾克斯", "歪", "贼",
), strict=True)) | {"Q": "秋"}  # fmt: skip
_WORDS = {"WI-?FI": "无线网络", "APP": "应用程序", "VS": "对", "(?:NO\\.|№)\\s*(?=\\d)": "第"}
_PAUSES = str.maketrans({
    ",": "，", ".": "。", "?": "？", "!": "！", ";": "；", ":": "：", "(": "，", ")": "，", "（": "，", "）": "，",
    "\n": "。", "—": "，", "…": "。", "·": " ", "“": " ", "”": " ", "‘": " ", "’": " ", '"': " ", "《": " ",
    "》": " ", "【": "，", "】": "，", "、": "、", "[": "，", "]": "，", "\t": " ", "\u3000": " ", "~": "，", "/": "，",
})  # fmt: skip
PAUSES = "，。？！；：、"
_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
_ASCII_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
#: What may stand at the beginning of a numbered line or sentence.
_BEGINS = r"(?:^|(?<=[\n。；;！!？?：:]))"


def plain(text: str) -> str:
    """One form for each sign: full-width figures and letters, dashes, spaces that nobody sees."""
    text = text.translate(_HALF)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", text)
    text = re.sub(r"(?<=\d)：(?=\d)", ":", text)
    text = re.sub(r"(?<=\d)，(?=\d{3}(?!\d))", ",", text)
    return re.sub(r"[\u00a0\u2002-\u200a\u202f]", " ", text)


_HALF = {ord(c) + 0xFEE0: c for c in map(chr, range(0x21, 0x7F)) if c.isalnum() or c in "%./-~+#=<>@&"} | {
    ord("～"): "~", ord("〜"): "~", ord("–"): "-", ord("‐"): "-", ord("‑"): "-", ord("‒"): "-", ord("―"): "—",
    ord("−"): "-", ord("º"): "°", ord("˚"): "°", ord("＄"): "$", ord("￡"): "£", ord("µ"): "μ", ord("⁄"): "/",
    ord("•"): "·", ord("・"): "·", ord("╳"): "×", ord("✕"): "×", ord("≧"): "≥", ord("≦"): "≤",
}  # fmt: skip


def words(text: str) -> str:
    """Roman and circled figures, marks of lists, and abbreviations that are words of their own."""
    for word, spoken in _WORDS.items():
        text = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", spoken, text, flags=re.IGNORECASE)
    text = "".join(_figure(c) for c in text)
    text = re.sub(
        r"(?<![A-Za-z])(VIII|VII|VI|IV|IX|III|II|I|V|X)(?=[级类型期度])",
        lambda m: str(1 + _ASCII_ROMAN.index(m[1])), text,
    )  # fmt: skip
    # “1.请…”, “2、请…”, “3）请…” is a list; “1.5米” is none.
    return re.sub(rf"{_BEGINS}(\s*[(（]?)(\d{{1,2}})\s*[.．、)）](?=\s*[一-龥])", r"\2，", text)


def _figure(c: str) -> str:
    if c in _ROMAN:
        return str(1 + _ROMAN.index(c))
    for first, last, begin in (
        ("①", "⑳", 1),
        ("⑴", "⒇", 1),
        ("⒈", "⒛", 1),
        ("❶", "❿", 1),
        ("㈠", "㈩", 1),
    ):
        if first <= c <= last:
            return f"{ord(c) - ord(first) + begin}，"
    return c


def spoken(text: str) -> str:
    """What is left when figures have become words: letters by name, signs as pauses, nothing else."""
    text = text.translate(_PAUSES)
    text = "".join(_LETTERS.get(c.upper(), c) if c.isascii() else c for c in text)
    text = "".join(c for c in text if _speakable(c))
    text = re.sub(r"\s+", "", text)
    text = re.sub(f"[{PAUSES}]*([。？！])[{PAUSES}]*", r"\1", text)
    text = re.sub(f"([{PAUSES}])[，、；：]+", r"\1", text)
    return text.strip("，、；：").lstrip("。")


def named(text: str) -> str:
    """Letters by name and figures one by one, as plates and roads are read."""
    return "".join(_LETTERS.get(c.upper(), c) if c.isascii() else c for c in text)


def _speakable(c: str) -> bool:
    return "\u4e00" <= c <= "\u9fff" or "\u3400" <= c <= "\u4dbf" or c in f"{PAUSES}〇 "
