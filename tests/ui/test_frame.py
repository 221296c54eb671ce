"""Navigation, preferences, refusal pages, and the promises about what a page carries."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from zhijin.core import errors
from zhijin.core.actor import Actor
from zhijin.ui import nav
from zhijin.ui.context import ScopeItem, Ui

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
DOCS = FRONTEND.parent / "docs" / "reference" / "ui.md"
#: Bytes of the portal's first load: page, styles, script, icons and mark, compressed.
BUDGET = 100 * 1024
#: Class names that scripts or tests look for, without a look of their own.
HOOKS = {"comment", "grid-map", "grid-map-list"}

pytestmark = pytest.mark.django_db


def request(path: str = "/desk/list/", **cookies: str) -> Any:
    made = RequestFactory().get(path)
    made.COOKIES.update(cookies)
    made.actor = Actor.resident()
    return made


def test_nav_is_grouped_sorted_and_only_what_one_may_open() -> None:
    plain, admin = nav.groups(request(), "desk")
    assert [link.key for link in plain.links] == ["home", "list"]
    assert [link.key for link in admin.links] == ["style"]
    assert str(admin.label) == "管理"


def test_nav_shows_what_a_permission_opens() -> None:
    asked = request()
    asked.actor = Actor.system("test")
    keys = [link.key for group in nav.groups(asked, "desk") for link in group.links]
    assert keys == ["home", "list", "hidden", "style"]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/desk/", "home"),
        ("/desk/list/", "list"),
        ("/desk/list/7/", "list"),
        ("/desk/lists/", ""),
    ],
)
def test_the_longest_address_above_the_page_is_current(path: str, current: str) -> None:
    links = [link for group in nav.groups(request(path), "desk") for link in group.links]
    assert "".join(link.key for link in links if link.current) == current


def scopes(_request: Any) -> list[ScopeItem]:
    return [ScopeItem("口江乡", "/a/"), ScopeItem("口江村", "/b/", current=True)]


def test_the_place_switch_comes_from_the_function_that_is_named(settings: Any) -> None:
    assert Ui(request()).scope is None
    settings.ZHIJIN_UI_SCOPES = f"{__name__}.scopes"
    ui = Ui(request())
    assert (len(ui.scopes), ui.scope) == (2, ScopeItem("口江村", "/b/", current=True))


@pytest.mark.parametrize(
    ("query", "cookie", "target"),
    [
        ("?lang=en&code=1", ("lang", "en"), "/desk/style/portal/?code=1"),
        ("?elder=1", ("elder", "1"), "/desk/style/portal/"),
        ("?elder=0&a=1&a=2", ("elder", "0"), "/desk/style/portal/?a=1&a=2"),
    ],
)
def test_preferences_set_a_cookie_and_come_back(
    client: Client, query: str, cookie: tuple[str, str], target: str
) -> None:
    answer = client.get("/desk/style/portal/" + query)
    assert (answer.status_code, answer["Location"]) == (302, target)
    assert answer.cookies[cookie[0]].value == cookie[1]


@pytest.mark.parametrize("query", ["?lang=fr", "?elder=yes", "?lang=", "?code=en"])
def test_other_values_are_left_to_the_page(client: Client, query: str) -> None:
    assert client.get("/desk/style/portal/" + query).status_code == 200


def test_a_preference_never_leads_away_from_the_site(client: Client) -> None:
    answer = client.get("//elsewhere.example/?lang=en")
    assert not answer["Location"].startswith("//")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 500])
def test_a_refusal_says_what_and_what_to_do(status: int) -> None:
    refused = next(d for d in errors.CATALOGUE.values() if d.status == status)()
    text = render_to_string("ui/error.html", {"refusal": refused, "status": status}, request())
    assert str(refused.message).split("{")[0] in text
    assert refused.id in text


@pytest.mark.parametrize(("path", "back"), [("/desk/x/", 1), ("/field/x/", 1), ("/report/x/", 0)])
def test_a_refusal_leads_those_who_work_back_to_their_work(path: str, back: int) -> None:
    asked = request(path)
    refused = errors.NO_PERMISSION(permission="case.view")
    context = {"refusal": refused, "status": 403}
    assert render_to_string("ui/error.html", context, asked).count("回到工作台") == 0
    asked.actor = Actor("account", "1", "李春禾")
    text = render_to_string("ui/error.html", context, asked)
    assert text.count("回到工作台") == back
    # The permission's name is for the security officer, and stands in small print.
    assert "case.view" not in refused.message
    assert "CO403 · case.view" in text
    assert 'href="/"' in text


class Inline(HTMLParser):
    """Collects what the content security policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if "style" in names or tag == "style" or any(n.startswith("on") for n in names):
            self.found.append(f"{tag} {names}")
        if tag == "script" and "src" not in names:
            self.found.append(tag)


@pytest.mark.parametrize(
    "path", ["/desk/style/", "/desk/style/portal/", "/desk/style/field/", "/none/"]
)
def test_pages_have_nothing_inline(client: Client, path: str) -> None:
    parser = Inline()
    parser.feed(client.get(path).content.decode())
    assert parser.found == []


def test_the_style_guide_is_closed_on_a_real_installation(client: Client, settings: Any) -> None:
    settings.ZHIJIN_DEMO = settings.DEBUG = False
    assert client.get("/desk/style/").status_code == 404


def _packed(name: str) -> int:
    path = finders.find(name)
    assert path, f"{name} is missing: build the frontend (make bundle)"
    return len(brotli.compress(Path(path).read_bytes()))


def test_the_portals_first_load_fits_its_budget(client: Client) -> None:
    page = client.get("/desk/style/portal/").content
    named = set(re.findall(rb'(?:src|href)="/static/([^"#]+)', page))
    sizes = {name.decode(): _packed(name.decode()) for name in named}
    sizes["page"] = len(brotli.compress(page))
    assert {"build/portal.css", "build/portal.js", "build/icons.svg"} <= set(sizes)
    assert sum(sizes.values()) <= BUDGET, sizes


def test_every_icon_that_is_used_exists() -> None:
    known = {path.stem for path in (FRONTEND / "icons").glob("*.svg")}
    package = Path(apps.get_app_config("ui").path).parent
    used: dict[str, str] = {}
    for path in (*package.rglob("*.html"), *package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"\{% icon [\"']([\w-]+)[\"']|\bicon=[\"']([\w-]+)[\"']", text):
            used[name[0] or name[1]] = path.name
    assert {name: place for name, place in used.items() if name not in known} == {}


def test_every_class_that_a_template_names_has_a_style() -> None:
    styles = "".join(p.read_text(encoding="utf-8") for p in (FRONTEND / "src/styles").glob("*.css"))
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", styles)) | HOOKS
    package = Path(apps.get_app_config("ui").path).parent
    named: dict[str, str] = {}
    for path in package.rglob("*.html"):
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(encoding="utf-8"))
        for names in re.findall(r'class="([^"]*)"', text):
            named.update(dict.fromkeys(names.split(), path.name))
    assert {name: place for name, place in named.items() if name not in known} == {}


#: A table's classes and its head.
TABLE = r'<table class="(table[^"]*)">((?:(?!</table>).)*?</thead>)'


def _templates() -> dict[str, str]:
    package = Path(apps.get_app_config("ui").path).parent
    return {
        str(p.relative_to(package)): p.read_text(encoding="utf-8") for p in package.rglob("*.html")
    }


def test_no_date_is_shown_as_machines_write_it() -> None:
    shown = []
    for name, text in _templates().items():
        for found in re.finditer(r'\{\{[^}]*\|date:"Y-m[^}]*\}\}', text):
            before = text[: found.start()]
            inside = before.rfind('="') > before.rfind(">")  # the value of an attribute
            if not inside and "|period" not in found[0]:
                shown.append((name, found[0]))
    assert shown == [], (
        "use |day in sentences, |dated on papers, |period for months, {% when %} elsewhere"
    )


def test_no_sentence_to_translate_holds_a_percent_sign() -> None:
    """Django doubles it in the sentence it looks up, so that its English is never found."""
    said = re.compile(r"\{% blocktranslate[^%]*%\}(.*?)\{% endblocktranslate %\}", re.DOTALL)
    plain = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
    found = [
        (name, text)
        for name, page in _templates().items()
        for text in said.findall(page)
        if "%" in plain.sub("", text)
    ]
    assert found == []


def test_wide_tables_are_cards_on_a_phone_and_every_head_has_a_scope() -> None:
    wrong = []
    for name, text in _templates().items():
        for kind, head in re.findall(TABLE, text, re.DOTALL):
            columns = len(re.findall(r"<th[ >]|\{% th ", head))
            if columns > 4 and not {"table-cards", "table-fit", "heat"} & set(kind.split()):
                wrong.append((name, columns))
            wrong += [(name, th) for th in re.findall(r"<th(?![^>]*scope=)(?: [^>]*)?>", head)]
    assert wrong == []


def test_every_behaviour_has_a_test_an_example_and_a_line_in_the_reference() -> None:
    reference = DOCS.read_text(encoding="utf-8")
    sources = [p for p in (FRONTEND / "src/behaviours").glob("*.ts") if ".test" not in p.name]
    assert len(sources) > 15
    for source in sources:
        assert source.with_suffix(".test.ts").exists(), source.name
        assert "```html" in source.read_text(encoding="utf-8"), source.name
        assert f"`{source.stem}`" in reference, source.name


def test_every_behaviour_that_a_template_names_exists() -> None:
    known = {p.stem for p in (FRONTEND / "src/behaviours").glob("*.ts")}
    package = Path(apps.get_app_config("ui").path).parent
    named: dict[str, str] = {}
    for path in (*package.rglob("*.html"), *package.rglob("*.py")):
        for names in re.findall(r'data-behaviour="([\w -]+)"', path.read_text(encoding="utf-8")):
            named.update(dict.fromkeys(names.split(), path.name))
    assert {
        name: place for name, place in named.items() if name not in known and name != "name"
    } == {}


def test_every_tag_stands_in_the_reference() -> None:
    from zhijin.ui.templatetags.ui import register

    reference = DOCS.read_text(encoding="utf-8")
    ends = {f"end{name}" for name in register.tags}
    missing = [
        name for name in register.tags if f"{{% {name}" not in reference and name not in ends
    ]
    missing += [
        name for name in register.filters if f"|{name}" not in reference and name != "message_tone"
    ]
    assert missing == []
