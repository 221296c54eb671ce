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
    f"(?:[{_HAN}{_WIDE}0-9A-Za-z]|[-–—.:/·…%+×~“”‘’ ]{{1,3}}(?=[“‘《（]?[{_HAN}])|[-–.:/](?=[0-9]))*+"
)
#: A tag (or what is no text at all: a comment, a script) and the text up to the next.
_TOKEN = re.compile(
    r"""(<(?:!--.*?-->|(?P<raw>script|style)\b[^>]*>.*?</(?P=raw)\s*>|"""
    r"""(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>|![^>]*>))([^<]*+)""",
    re.DOTALL,
)
_LANG = re.compile(r"""\slang\s*=\s*["']?([a-zA-Z-]+)""")
_SPOKEN = re.compile(r"""\s(?:alt|title|aria-label|placeholder|label)\s*=\s*"([^"]*)\"""")
_VALUE = re.compile(r"""\svalue\s*=\s*"([^"]*)\"""")
_UNSPOKEN = re.compile(r"""\stype\s*=\s*["']?(?:hidden|checkbox|radio)\b""")
_WORD = re.compile(r"[A-Za-z]+")
_ENTITY = re.compile(r"&[#\w]+;")
_HTML = re.compile(rb"""<html[^>]*?\slang=["']?([a-zA-Z-]+)""")
#: Elements without an end tag, and those whose words can only be one language.
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "use", "wbr"}
_PLAIN = {"option", "textarea", "title"}


def marked(page: str) -> str:
    """The page with ``lang`` on what is Chinese and had no language of its own."""
    if _IS_HAN.search(page) is None:
        return page
    first = page.find("<")
    if first < 0:
        return _wrapped(page)
    return "".join([_wrapped(page[:first]), *_Walk(page).pieces(first)])


class _Walk:
    """One pass over the tags of a page, which remembers whether it is in a drawing or in Chinese already."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.drawing = 0
        self.inside = ""
        self.depth = 0

    def pieces(self, start: int) -> Iterator[str]:
        page, at = self.page, start
        for token in _TOKEN.finditer(page, start):
            if token.start() > at:
                yield page[at : token.start()]
            at = token.end()
            name = token["name"]
            if name is None:
                tag, text = token[1], token[5]
                yield tag
                yield _wrapped(text) if not self.inside and _IS_HAN.search(text) else text
                continue
            yield from self._told(token, name.lower(), at)
        yield page[at:]

    def _told(self, token: re.Match[str], name: str, at: int) -> Iterator[str]:
        tag, text, opens = token[1], token[5], not token["end"]
        if self.inside:
            self._leave(name, opens=opens)
            yield tag
            if self.inside or _IS_HAN.search(text) is None:
                yield text
                return
            tag = ""
        elif name == "svg":
            self.drawing += 1 if opens and not tag.endswith("/>") else -1 if not opens else 0
        if opens and tag and "lang" in tag and self._own(tag, name):
            yield tag + text
            return
        has_han = _IS_HAN.search(text) is not None
        if not has_han and (not opens or _IS_HAN.search(tag) is None):
            yield tag + text
            return
        yield self._written(tag, text, name if opens and tag else "", at)

    def _own(self, tag: str, name: str) -> bool:
        """Whether the element is Chinese by its own word; then everything in it is left as it is."""
        found = _LANG.search(tag)
        if found is None or not found[1].lower().startswith("zh"):
            return False
        if name not in _VOID and not tag.endswith("/>"):
            self.inside, self.depth = name, 1
        return True

    def _leave(self, name: str, *, opens: bool) -> None:
        if name == self.inside:
            self.depth += 1 if opens else -1
            if not self.depth:
                self.inside = ""

    def _written(self, tag: str, text: str, opened: str, at: int) -> str:
        """A tag and its text, at least one of which holds Chinese. ``opened``: its name, when it is a start tag."""
        if opened in _VOID or opened == "optgroup":
            return (
                _with_lang(tag) + text if _attributes_chinese(tag, opened) else tag + _wrapped(text)
            )
        if opened in _PLAIN or self.drawing:
            return _with_lang(tag) + text if opened and _outweighs(text) else tag + text
        alone = opened and self.page.startswith(f"</{opened}", at) and not _LANG.search(tag)
        if alone and _all_chinese(f"{text} {' '.join(_SPOKEN.findall(tag))}"):
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
