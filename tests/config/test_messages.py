"""The translations are complete, and the tool that says so finds each kind of fault."""

from __future__ import annotations

import gettext
import textwrap

import pytest

from zhijin.config import messages
from zhijin.config.home import PACKAGE


def test_every_message_has_its_english(capsys):
    class Arguments:
        what = "check"

    assert messages.run(Arguments()) == 0, capsys.readouterr().out


@pytest.fixture
def package(tmp_path):
    room = tmp_path / "room"
    (room / "templates" / "room").mkdir(parents=True)
    (room / "views.py").write_text(
        textwrap.dedent("""
        from django.utils.translation import gettext as _, ngettext, pgettext
        A = _("网格")
        B = ngettext("{n} 件", "{n} 件事", 2)
        C = pgettext("month", "月")
        """)
    )
    (room / "templates" / "room" / "page.html").write_text(
        '{% load i18n %}{% translate "办结" %}{% blocktranslate %}还有 {{ n }} 天{% endblocktranslate %}'
        '{% translate "100% 办结" %}'
    )
    return tmp_path


def test_it_finds_messages_in_python_and_templates(package):
    found = {use.zh: use.plural for use in messages.find_uses(package)}
    assert found == {
        "网格": None,
        "{n} 件": "{n} 件事",
        "month\x04月": None,
        "办结": None,
        "还有 %(n)s 天": None,
        "100% 办结": None,
    }


def _always(english: messages.English):
    return lambda: english


def test_what_is_said_of_a_number_needs_two_forms(package, monkeypatch, capsys):
    """With one form gettext finds nothing for it, and the page stays Chinese."""
    rest = '"网格" = "a"\n"month\\u0004月" = "b"\n"办结" = "c"\n"还有 %(n)s 天" = "%(n)s d"\n"100% 办结" = "d"\n'
    uses = list(messages.find_uses(package))
    monkeypatch.setattr(messages, "find_uses", lambda: uses)

    class Arguments:
        what = "check"

    cases = [
        (_english(package, room=f'{rest}"{{n}} 件" = {forms}'), code)
        for forms, code in (('"{n} case"', 1), ('["{n} case", "{n} cases"]', 0))
    ]
    for english, code in cases:
        monkeypatch.setattr(messages, "read_english", _always(english))
        assert messages.run(Arguments()) == code
        assert ("room/views.py:4" in capsys.readouterr().out) == bool(code)


def test_it_knows_where_each_stands(package):
    places = {use.zh: use.where for use in messages.find_uses(package)}
    assert places["网格"] == "room/views.py:3"
    assert places["办结"] == "room/templates/room/page.html:1"


def _english(package, **rooms: str) -> messages.English:
    for room, text in rooms.items():
        (package / room).mkdir(exist_ok=True)
        (package / room / "locale_en.toml").write_text(text)
    return messages.read_english(package)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('"网格" = ', "room/locale_en.toml"),
        ('"网格" = ""', "needs a text"),
        ('"网格" = ["a", "b", "c"]', "needs a text"),
        ('"还有 %(n)s 天" = "days left"', "placeholders"),
        ('"{a} 到 {b}" = "{a} to {c}"', "placeholders"),
    ],
)
def test_it_finds_faulty_english(package, text, problem):
    (told,) = _english(package, room=text).problems
    assert problem in told


def test_two_rooms_may_share_a_message_but_not_differ(package):
    same = _english(package, room='"网格" = "grid"', other='"网格" = "grid"')
    assert same.problems == []
    differ = _english(package, room='"网格" = "grid"', other='"网格" = "cell"')
    assert "'grid'" in differ.problems[0]
    assert "'cell'" in differ.problems[0]


def test_the_catalogue_holds_plurals_contexts_and_per_cents(package, tmp_path, monkeypatch):
    english = _english(
        package,
        room='"网格" = "grid"\n"{n} 件" = ["{n} case", "{n} cases"]\n'
        '"month\\u0004月" = "month"\n"100% 办结" = "100% done"',
    )
    assert english.problems == []
    monkeypatch.setattr(messages, "read_english", lambda: english)
    target = tmp_path / "en" / "django.mo"
    assert messages.compile_catalogue(target) == 4
    with target.open("rb") as handle:
        catalogue = gettext.GNUTranslations(handle)
    assert catalogue.gettext("网格") == "grid"
    assert catalogue.ngettext("{n} 件", "{n} 件", 1) == "{n} case"
    assert catalogue.ngettext("{n} 件", "{n} 件", 5) == "{n} cases"
    assert catalogue.pgettext("month", "月") == "month"
    assert catalogue.gettext("100%% 办结") == catalogue.gettext("100% 办结") == "100% done"


def test_no_message_is_put_together_from_variables():
    """gettext(f"…") cannot be translated."""
    import re

    wrong = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in PACKAGE.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if re.search(r"\b(_|gettext|gettext_lazy|ngettext|pgettext)\(\s*f[\"']", line)
    ]
    assert wrong == []
