"""What was typed stays when it is refused: the right form, open, filled, and nothing else of the page touched."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.http import HttpRequest, HttpResponse, QueryDict
from hypothesis import given
from hypothesis import strategies as st

from zhijin.ui.refill import RefillMiddleware, refilled

PAGE = """<main>
<details class="act"><summary>换届</summary><form method="post">
<input type="hidden" name="csrfmiddlewaretoken" value="t">
<input type="hidden" name="do" value="hold"><input class="input" name="who" aria-label='当选人 > 1'>
<input name="who" value="旧"/><input type="number" name="voted" value="1" required>
<textarea name="told" rows="2">旧的</textarea>
<select name="grade"><option value="">—</option><option value="g1" selected>一级</option>
<option value="g2">二级</option></select>
<label><input type="radio" name="way" value="a" checked>a</label>
<label><input type="radio" name="way" value="b">b</label>
<input type="checkbox" name="below" value="1">
<input type="checkbox" name="tags" value="x"><input type="checkbox" name="tags" value="y">
<input type="password" name="secret"><input type="file" name="photo"><input name="code" autocomplete="one-time-code">
<button>登记</button></form></details>
<details><form method="post"><input type="hidden" name="do" value="know"><input name="who"></form></details>
<form method="get"><input name="q" value="找"></form>
</main>"""


class Read(HTMLParser):
    """What a browser finds in a page: the fields' values, what is ticked, which details are open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self.on: list[tuple[str, str]] = []
        self.open: list[bool] = []
        self._area, self._select = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "details":
            self.open.append("open" in told)
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in told:
            self.on.append((self._select, told["value"]))
        elif tag == "textarea":
            self._area = name
        elif told.get("type") in {"radio", "checkbox"}:
            if "checked" in told:
                self.on.append((name, told["value"]))
        elif tag == "input":
            self.values.append((name, told.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values.append((self._area, data.removeprefix("\n")))


def sent(text: str = "", **values: str | list[str]) -> QueryDict:
    found = QueryDict(text, mutable=True)
    for name, value in values.items():
        found.setlist(name, [value] if isinstance(value, str) else value)
    return found


def test_the_form_that_was_sent_is_open_and_as_it_was():
    page = Read(refilled(PAGE, sent(
        csrfmiddlewaretoken="u", do="hold", who=["李四", "王五 \"<b>\""], voted="25", told="一\n二", grade="g2",
        way="b", tags=["y"], secret="密", code="123456",
    )))  # fmt: skip
    assert page.open == [True, False]
    assert [value for name, value in page.values if name == "who"] == ["李四", '王五 "<b>"', ""]
    assert dict(page.values) | {"who": ""} == {
        "csrfmiddlewaretoken": "t", "do": "know", "who": "", "voted": "25", "told": "一\n二", "secret": "", "photo": "",
        "code": "", "q": "找",
    }  # fmt: skip
    assert page.on == [("grade", "g2"), ("way", "b"), ("tags", "y")]


def test_what_was_unticked_stays_unticked():
    page = Read(refilled(PAGE, sent(do="hold", who="a", voted="1", told="", grade="")))
    assert page.on == [("grade", "")]


@pytest.mark.parametrize(
    "values",
    [
        {"do": "other", "who": "李四"},  # no such form
        {"do": "hold", "who": "李四", "more": "x"},  # a field that no form has
        {"q": "李四"},  # a form that is not posted
        {"who": "李四"},  # no form says less than was sent, two could have sent it
    ],
)
def test_a_page_is_left_alone_when_it_is_not_clear_what_was_sent(values):
    assert refilled(PAGE, sent(**values)) == PAGE


def test_a_form_is_known_by_its_record():
    rows = "".join(
        f'<form method="post"><input type="hidden" name="claim" value="{at}"><input name="why"></form>'
        for at in range(3)
    )
    page = refilled(rows, sent(claim="1", why="下雨"))
    assert [value for _name, value in Read(page).values] == ["0", "", "1", "下雨", "2", ""]


def test_the_plainer_of_two_forms_is_not_taken_for_the_other():
    plain = '<form method="post"><input name="why"></form>'
    page = plain + plain.replace("<input", '<input type="hidden" name="do" value="end"><input')
    assert Read(refilled(page, sent(do="end", why="搬家"))).values == [
        ("why", ""), ("do", "end"), ("why", "搬家"),
    ]  # fmt: skip


def test_a_places_field_is_known_by_its_words_and_not_by_what_it_was():
    page = '<form method="post"><input name="place"><input type="hidden" name="place.was" value="旧"></form>'
    filled = refilled(page, sent(**{"place": "小坡村", "place.was": "别的"}))
    assert Read(filled).values == [("place", "小坡村"), ("place.was", "旧")]


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_was_typed_comes_back_and_nothing_gets_out(line, words):
    page = '<form method="post"><input name="a" value="x"><textarea name="b">y</textarea><p>z</p></form>'
    line, words = (text.replace("\r", "").replace("\0", "") for text in (line, words))
    filled = refilled(page, sent(a=line, b=words))
    found = Read(filled)
    assert found.values[0] == ("a", line)
    assert "".join(value for name, value in found.values if name == "b") == words.removeprefix(
        "\n"
    ) or words.startswith("\n")
    assert filled.endswith("</textarea><p>z</p></form>")
    assert filled.count("<") == page.count("<")


@pytest.mark.parametrize(
    ("method", "kind", "body", "filled"),
    [
        ("POST", "text/html; charset=utf-8", "data-refused", True),
        ("GET", "text/html; charset=utf-8", "data-refused", False),
        ("POST", "application/json", "data-refused", False),
        ("POST", "text/html; charset=utf-8", "", False),
    ],
)
def test_only_pages_of_a_refusal_are_filled(method, kind, body, filled):
    page = f'<p {body}></p><form method="post"><input name="a"></form>'
    request = HttpRequest()
    request.method, request.POST = method, sent(a="写过的")
    answer = RefillMiddleware(lambda _request: HttpResponse(page, content_type=kind))(request)
    assert ("写过的" in answer.content.decode()) is filled
