"""On pages that are not Chinese, what is written in Chinese says so (WCAG 3.1.2): names, titles, what people typed.

A step over the finished page, so that no template can forget it. Text within an element's tags gets ``lang`` on the
element when all of it is Chinese, else a ``bdi`` around the Chinese part; a text-only element (an option, a title, a
field's value) gets ``lang`` when Chinese outweighs the rest. Knows HTML, but no room. Why so: docs/adr/0042-tongues.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

CHINESE = "zh-Hans"
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE = "\u3000-\u303f\uff00-\uffef"
_IS_HAN = re.compile(f"[{_HAN}]")
#: Chinese and what is spoken with it: digits and letters that touch it (3号楼, GPS定位), signs between.
_RUN = re.compile(
    f"[0-9A-Za-z]*[{_HAN}]"
    f"(?:[{_HAN}{_WIDE}0-9A-Za-z]|[-–—.:/·…%+×~“”‘’ ]{{1,3}}(?=[“‘《（]?[{_HAN}])|[-–.:/](?=[0-9])"
    # A number in the midst of Chinese: 材料 003）, 服务 12 个乡镇.
    f"| (?=[0-9]{{1,6}} ?[{_HAN}{_WIDE}]))*+"
)
_NAME = r"(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)"
_REST = r"""[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>"""
_TAG = rf"<(?:!--.*?-->|(?P<raw>script|style)\b[^>]*>.*?</(?P=raw)\s*>|![^>]*>|{_NAME}{_REST})"
#: Tags and texts without a Chinese character and without a value that begins like a language's name for Chinese:
#: most of a page, gone over without a word of Python.
_QUIET = (
    rf"""(?:<(?!script\b|style\b)/?[a-zA-Z][^"'>{_HAN}]*+"""
    rf"""(?:"(?!zh)[^"{_HAN}]*+"[^"'>{_HAN}]*+|'[^'{_HAN}]*+'[^"'>{_HAN}]*+)*+>[^<{_HAN}]*+(?=<|\Z))++"""
)
#: A run of those; or a tag (or what is no text at all: a comment, a script) and the text up to the next.
_TOKEN = re.compile(rf"{_QUIET}|(?P<tag>{_TAG})(?P<text>[^<]*+)", re.DOTALL)
_LANG = re.compile(r"""\slang\s*=\s*["']?([a-zA-Z-]+)""")
_SPOKEN = re.compile(r"""\s(?:alt|title|aria-label|placeholder|label)\s*=\s*"([^"]*)\"""")
_VALUE = re.compile(r"""\svalue\s*=\s*"([^"]*)\"""")
_UNSPOKEN = re.compile(r"""\stype\s*=\s*["']?(?:hidden|checkbox|radio)\b""")
_WORD = re.compile(r"[A-Za-z]+")
_ENTITY = re.compile(r"&[#\w]+;")
_HTML = re.compile(rb"""<html[^>]*?\slang=["']?([a-zA-Z-]+)""")
#: Elements without an end tag, and those whose words can only be one language.
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "use", "wbr"}
_PLAIN = {"option", "textarea", "title", "text", "tspan"}
_TEXT = re.compile(r"[^<]*+")


def marked(page: str) -> str:
    """The page with ``lang`` on what is Chinese and had no language of its own."""
    if _IS_HAN.search(page) is None:
        return page
    first = page.find("<")
    if first < 0:
        return _wrapped(page)
    return "".join([_wrapped(page[:first]), *_pieces(page, first)])


def _pieces(page: str, start: int) -> Iterator[str]:
    """The page from its first tag on, in one pass."""
    at = start
    while token := _TOKEN.search(page, at):
        yield page[at : token.start()]
        at = token.end()
        tag, text = token["tag"], token["text"]
        if tag is None:
            yield token[0]
            continue
        name = (token["name"] or "").lower()
        opened = name if name and not token["end"] else ""
        if opened and _is_chinese_element(tag):
            if opened in _VOID or tag.endswith("/>"):
                yield tag + _wrapped(text)
            else:
                # Everything in it is left as it is; what follows its end tag is the page's again.
                end = _end_of(page, opened, token.end("tag"))
                yield page[token.start() : end]
                at = end + len(_TEXT.match(page, end)[0])  # type: ignore[index]
                yield _wrapped(page[end:at])
        elif _IS_HAN.search(text) or (opened and _IS_HAN.search(tag)):
            alone = bool(opened) and page.startswith(f"</{opened}", at)
            yield _written(tag, text, opened or f"/{name}", alone=alone)
        else:
            yield tag + text
    yield page[at:]


def _is_chinese_element(tag: str) -> bool:
    """Whether the element is Chinese by its own word."""
    found = _LANG.search(tag)
    return found is not None and found[1].lower().startswith("zh")


def _end_of(page: str, name: str, at: int) -> int:
    """Where an element that was opened ends, past its end tag; the page's end when it has none."""
    depth = 1
    for found in re.compile(rf"<(/?){name}(?=[\s/>])[^>]*>", re.IGNORECASE).finditer(page, at):
        depth += -1 if found[1] else 1
        if not depth:
            return found.end()
    return len(page)


def _written(tag: str, text: str, name: str, *, alone: bool) -> str:
    """A tag and its text, at least one of which holds Chinese. ``alone``: the element holds nothing else."""
    if name in _VOID or name == "optgroup":
        return (_with_lang(tag) if _attributes_chinese(tag, name) else tag) + _wrapped(text)
    if name.lstrip("/") in _PLAIN:
        return (_with_lang(tag) if name in _PLAIN and _outweighs(text) else tag) + text
    if alone and not _LANG.search(tag) and _all_chinese(f"{text} {' '.join(_SPOKEN.findall(tag))}"):
        return _with_lang(tag) + text
    return tag + _wrapped(text)


def _with_lang(tag: str) -> str:
    if _LANG.search(tag):
        return tag
    end = -2 if tag.endswith("/>") else -1
    return f'{tag[:end].rstrip()} lang="{CHINESE}"{tag[end:]}'


def _attributes_chinese(tag: str, name: str) -> bool:
    told = _SPOKEN.findall(tag)
    if name == "input":
        if _UNSPOKEN.search(tag):
            return False
        told += _VALUE.findall(tag)
    return _outweighs(" ".join(told))


def _all_chinese(text: str) -> bool:
    """Whether nothing in it would be read in another language."""
    return _WORD.search(_ENTITY.sub(" ", _RUN.sub("", text))) is None


def _outweighs(text: str) -> bool:
    """Whether Chinese words (two characters each) outnumber the others."""
    plain = unescape(text)
    han = len(_IS_HAN.findall(plain))
    return han > 0 and han >= 2 * len(_WORD.findall(_RUN.sub(" ", plain)))


def _wrapped(text: str) -> str:
    """A text with its Chinese in ``bdi``; mixed, it stays one box in a row of boxes (a flex container's item)."""
    if _IS_HAN.search(text) is None:
        return text
    bare = text.strip()
    start = text.index(bare)
    if _all_chinese(bare):
        inner = f'<bdi lang="{CHINESE}">{bare}</bdi>'
    else:
        inner = f"<bdi>{_RUN.sub(_around, bare)}</bdi>"
    return text[:start] + inner + text[start + len(bare) :]


def _around(found: re.Match[str]) -> str:
    return f'<bdi lang="{CHINESE}">{found[0]}</bdi>'


class TonguesMiddleware:
    """Marks what is Chinese in every page and fragment in another language. Stands right within LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and _is_page(response) and not _is_chinese(response):
            page = response.content.decode(response.charset)
            fresh = marked(page)
            if fresh is not page:
                response.content = fresh
        return response


def _is_page(response: HttpResponse) -> bool:
    """A page to be read, not a file to be kept: what is kept may be checked by its digest."""
    kind = response.get("Content-Type", "")
    return kind.startswith("text/html") and not response.has_header("Content-Disposition")


def _is_chinese(response: HttpResponse) -> bool:
    """By the page's own word (a wall has its language, whoever looks), else a fragment's by the request."""
    said = _HTML.search(response.content[:400])
    language = said[1].decode() if said else get_language() or "zh"
    return language.lower().startswith("zh")
