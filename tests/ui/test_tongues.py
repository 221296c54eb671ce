"""In a page that is not Chinese, what is Chinese says so, and nothing else of the page changes."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zhijin.ui.tongues import TonguesMiddleware, marked

HAN = re.compile("[\u4e00-\u9fff]")


class Read(HTMLParser):
    """What a browser finds: tags and attributes without ``lang``, words, and the language each word is read in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.words: list[tuple[str, str]] = []
        self._around: list[tuple[str, str]] = [("", "en")]
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.words)

    def read_in(self, what: str) -> set[str]:
        return {lang for text, lang in self.words if what in text}

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        if name != "bdi":
            self.tags.append((name, [one for one in attributes if one[0] != "lang"]))
        if name not in {"input", "img", "br", "meta"}:
            self._around.append((name, dict(attributes).get("lang") or self._around[-1][1]))

    def handle_endtag(self, name: str) -> None:
        while len(self._around) > 1 and self._around.pop()[0] != name:
            pass

    def handle_data(self, text: str) -> None:
        self.words.append((text, self._around[-1][1]))


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<td>青石村</td>", '<td lang="zh-Hans">青石村</td>'),
        ("<a href='/x'> 青石村2组 </a>", "<a href='/x' lang=\"zh-Hans\"> 青石村2组 </a>"),
        (
            "<p>Cases of 青石村 today</p>",
            '<p><bdi>Cases of <bdi lang="zh-Hans">青石村</bdi> today</bdi></p>',
        ),
        ("<a><svg></svg>青石村</a>", '<a><svg></svg><bdi lang="zh-Hans">青石村</bdi></a>'),
        (
            "<p>北河镇 · 青石村 12 cases</p>",
            '<p><bdi><bdi lang="zh-Hans">北河镇 · 青石村</bdi> 12 cases</bdi></p>',
        ),
        (
            "<p>Basis: 服务 12 个乡镇（材料 003）；条例 5 on</p>",
            '<p><bdi>Basis: <bdi lang="zh-Hans">服务 12 个乡镇（材料 003）；条例</bdi> 5 on</bdi></p>',
        ),
        ("<b>GPS定位</b> on", '<b lang="zh-Hans">GPS定位</b> on'),
        (
            "<p>&quot;青石村&quot; &amp; B</p>",
            '<p><bdi>&quot;<bdi lang="zh-Hans">青石村</bdi>&quot; &amp; B</bdi></p>',
        ),
        ("青石村", '<bdi lang="zh-Hans">青石村</bdi>'),
        ("青石村 <b>12</b>", '<bdi lang="zh-Hans">青石村</bdi> <b>12</b>'),
    ],
)
def test_words_are_marked_where_they_stand(page: str, told: str) -> None:
    assert marked(page) == told


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ('<option value="1">青石村</option>', '<option value="1" lang="zh-Hans">青石村</option>'),
        ("<option>青石村 (12 open cases)</option>", None),
        ("<option>青石村村民委员会 (12 cases)</option>", '<option lang="zh-Hans">青石村村民委员会 (12 cases)</option>'),
        ("<title>青石村 · Zhijin</title>", '<title lang="zh-Hans">青石村 · Zhijin</title>'),
        ("<title>Cases of the village 青石村 · Zhijin</title>", None),
        ("<textarea name='a'>\n路灯坏了</textarea>", "<textarea name='a' lang=\"zh-Hans\">\n路灯坏了</textarea>"),
        ('<input name="q" value="路灯">', '<input name="q" value="路灯" lang="zh-Hans">'),
        ('<input name="q" value="路灯" placeholder="What to look for"/>', None),
        ('<input type="hidden" name="q" value="路灯">', None),
        ('<img src="x" alt="青石村剪纸" />', '<img src="x" alt="青石村剪纸" lang="zh-Hans"/>'),
        ('<a title="Open it">青石村</a>', '<a title="Open it"><bdi lang="zh-Hans">青石村</bdi></a>'),
        ("<svg><text x='1'>青石村</text></svg>", "<svg><text x='1' lang=\"zh-Hans\">青石村</text></svg>"),
    ],
)  # fmt: skip
def test_text_only_elements_take_the_language_that_outweighs(page: str, told: str | None) -> None:
    assert marked(page) == (told or page)


@pytest.mark.parametrize(
    "page",
    [
        '<p lang="zh-Hans">青石<p>村</p>的 <b>事</b></p>',
        '<section lang="zh"><div><section>青石</section>村</div></section>',
        "<script>const a = '青石' < 3 && \"<b>\";</script>",
        "<!-- 青石 <p>村</p> -->",
        "<style>a::before { content: '村' }</style>",
        '<div data-text="继续"><b>on</b></div>',
        "<p>no Chinese at all</p>",
    ],
)
def test_what_says_its_language_or_is_no_text_stays(page: str) -> None:
    assert marked(page) == page


def test_after_a_chinese_part_the_page_is_its_own_again() -> None:
    page = marked('<ul><li lang="zh-Hans">甲</li><li>乙</li></ul>丙')
    assert Read(page).read_in("丙") == {"zh-Hans"}
    assert page.count("lang=") == 3


def test_a_greater_than_sign_in_an_attribute_ends_no_tag() -> None:
    page = '<a hx-target="main > p" title=\'"\'>青石村</a>'
    assert marked(page) == page.replace("'>", '\' lang="zh-Hans">')


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["p", "td", "a", "option", "b", "li"]),
            st.text("青石村 ab12·&<>\"'“，", max_size=12),
            st.text("青 a\"'>", max_size=4),
            st.text("村 z<&", max_size=6),
        ),
        max_size=6,
    )
)
def test_only_language_is_added(parts: list[tuple[str, str, str, str]]) -> None:
    page = "".join(
        f'<{name} title="{escape(title)}">{escape(text)}</{name}>{escape(tail)}'
        for name, text, title, tail in parts
    )
    before, after = Read(page), Read(marked(page))
    assert after.text == before.text
    assert after.tags == before.tags
    inside = {name for name, *_ in parts}
    if "option" not in inside:
        assert all(lang == "zh-Hans" for text, lang in after.words if HAN.search(text))
    assert marked(marked(page)) == marked(page) or "option" in inside


def answered(response: HttpResponse | FileResponse, language: str = "en") -> HttpResponse:
    with translation.override(language):
        return TonguesMiddleware(lambda _: response)(HttpRequest())  # type: ignore[return-value]


def test_an_english_page_and_a_fragment_are_marked() -> None:
    whole = answered(HttpResponse('<!doctype html><html lang="en"><p>青石村</p></html>'), "zh-hans")
    assert b'<p lang="zh-Hans">' in whole.content
    assert b'<li lang="zh-Hans">' in answered(HttpResponse("<li>青石村</li>")).content


@pytest.mark.parametrize(
    ("response", "language"),
    [
        (HttpResponse("<li>青石村</li>"), "zh-hans"),
        (HttpResponse('<html lang="zh-Hans"><p>青石村</p></html>'), "en"),
        (HttpResponse('{"a": "<li>青石村</li>"}', content_type="application/json"), "en"),
        (HttpResponse("<li>青石村</li>", headers={"Content-Disposition": "attachment"}), "en"),
    ],
)
def test_chinese_pages_data_and_files_stay_the_same_bytes(
    response: HttpResponse, language: str
) -> None:
    before = response.content
    assert answered(response, language).content == before
