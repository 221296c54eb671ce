"""What the tags and filters write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from zhijin.core import clock
from zhijin.ui import charts, spans
from zhijin.ui.templatetags import ui as tags

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 13:00 in China


@pytest.fixture(autouse=True)
def _at_one_o_clock(settings: Any) -> Any:
    settings.ZHIJIN_DEMO = False
    with clock.freeze(NOW):
        yield


def render(source: str, query: str = "", **values: Any) -> str:
    request = RequestFactory().get(f"/desk/{query}")
    template = engines["django"].from_string("{% load ui %}" + source)
    return template.render(values, request)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "不到1分钟", "under 1 min"),
        (59, "不到1分钟", "under 1 min"),
        (60, "1分钟", "1 min"),
        (3600, "1小时", "1 h"),
        (-7500, "2小时5分钟", "2 h 5 min"),
        (3 * 86400 + 4 * 3600 + 3599, "3天4小时", "3 d 4 h"),
        (86400 + 59, "1天", "1 d"),
    ],
)
def test_durations_are_their_two_largest_units(seconds: int, zh: str, en: str) -> None:
    span = timedelta(seconds=seconds)
    assert spans.duration(span) == zh
    with override("en"):
        assert spans.duration(span) == en


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        (0, "今天 13:00", "Today 13:00"),
        (11, "明天 00:00", "Tomorrow 00:00"),
        (-14, "昨天 23:00", "Yesterday 23:00"),
        (24 * 40, "2027年1月2日 13:00", "2 Jan 2027 13:00"),
        (-24 * 20, "11月3日 13:00", "3 Nov 13:00"),
    ],
)
def test_moments_are_said_in_chinas_time(hours: int, zh: str, en: str) -> None:
    at = NOW + timedelta(hours=hours)
    assert spans.moment(at) == zh
    with override("en"):
        assert spans.moment(at) == en


def test_when_takes_moments_dates_and_nothing() -> None:
    assert 'datetime="2026-11-23T13:00:00+08:00" title="2026-11-23 13:00:00"' in tags.when(NOW)
    assert tags.when(date(2026, 11, 24)) == '<time datetime="2026-11-24">明天</time>'
    assert "—" in tags.when(None)


@pytest.mark.parametrize(
    ("due_in", "done_in", "state", "word"),
    [
        (3600 * 30, None, "open", "还剩1天6小时"),
        (1500, None, "soon", "还剩25分钟"),
        (-7200, None, "late", "已逾期2小时"),
        (-7200, -9000, "done", "按时完成"),
        (-7200, -3600, "late", "逾期1小时完成"),
    ],
)
def test_due_says_it_in_words(due_in: int, done_in: int | None, state: str, word: str) -> None:
    done = None if done_in is None else NOW + timedelta(seconds=done_in)
    text = tags.due(NOW + timedelta(seconds=due_in), done)
    assert f'data-state="{state}"' in text
    assert f'<span class="due-word">{word}</span>' in text
    assert ("countdown" in text) == (done is None), "only an open deadline goes on counting"


def test_due_without_a_deadline() -> None:
    assert "没有时限" in tags.due(None)


def test_percent_rounds_down_and_never_up_to_a_target() -> None:
    assert [tags.percent(n) for n in (10000, 7999, 7466, 0, None)] == [
        "100.0%", "79.9%", "74.6%", "0.0%", "—",
    ]  # fmt: skip
    assert (tags.thousands(665276), tags.thousands(None)) == ("665,276", "—")
    assert tags.duration(7500) == "2小时5分钟"


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("2026-07", "2026年7月", "Jul 2026"),
        ("2026Q3", "2026年第三季度", "Q3 2026"),
        ("2026H2", "2026年下半年", "H2 2026"),
        ("2026", "2026年", "2026"),
        ("2026-13", "2026-13", "2026-13"),
        ("夏收时", "夏收时", "夏收时"),
        ("", "", ""),
    ],
)
def test_periods_are_said_as_people_say_them(name: str, zh: str, en: str) -> None:
    assert render("{{ name|period }}", name=name) == zh
    with override("en"):
        assert render("{{ name|period }}", name=name) == en


def test_a_date_in_a_sentence_is_said_as_elsewhere() -> None:
    said = [tags.day(on) for on in (NOW, NOW.date(), date(2026, 10, 3), date(2025, 10, 3), None)]
    assert said == ["今天", "今天", "10月3日", "2025年10月3日", ""]
    # In China the day has begun while it is still yesterday in Greenwich.
    assert tags.day(NOW + timedelta(hours=12)) == "明天"


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("2026Q2财务收支（模拟）", "2026年第二季度财务收支（模拟）"),
        ("半年评议·2026H1", "半年评议·2026年上半年"),
        ("路灯坏了", "路灯坏了"),
        ("型号 A2026Q2、2026Q25、2026Q2-7", "型号 A2026Q2、2026Q25、2026Q2-7"),
        ("2026-07 与 2026", "2026-07 与 2026"),
    ],
)
def test_stored_titles_say_their_period_in_words(title: str, told: str) -> None:
    assert render("{{ title|spoken }}", title=title) == told
    with override("en"):
        assert render("{{ title|spoken }}", title=title) == told


def test_papers_say_dates_whole_and_headings_name_their_period() -> None:
    said = [tags.dated(on) for on in (NOW.date(), NOW, date(2025, 10, 3), None)]
    assert said == ["2026年11月23日", "2026年11月23日", "2025年10月3日", ""]
    assert spans.titled("2026Q3", "财务收支") == "2026年第三季度财务收支"
    with override("en"):
        assert tags.dated(date(2025, 10, 3)) == "3 Oct 2025"
        assert spans.titled("2026-07", "Finances") == "Finances, Jul 2026"


def test_a_form_asks_in_a_clerks_words() -> None:
    class Form(forms.Form):
        name = forms.CharField()

    assert Form({}).errors["name"] == ["请填写这一项。"]


def test_everything_from_people_is_escaped() -> None:
    bad = "<script>alert(1)</script>"
    text = render(
        "{% badge t 'ok' %}{% person t t %}{% stat t t note=t %}{% notice 'info' t %}{{ t }}{% endnotice %}"
        "{% places chain %}{% timeline events %}{% tabs tabs t %}{% steps tabs t %}{% bars rows t %}"
        "{% spark v t %}{% icon 'x' t %}{% empty t %}{% endempty %}",
        t=bad, chain=[(bad, "#")], events=[{"title": bad, "body": bad, "who": bad}],
        tabs=[{"label": bad, "url": "#"}], rows=[(bad, 1, 2)], v=[1, 2],
    )  # fmt: skip
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 14


def test_a_sortable_head_turns_and_starts_paging_anew() -> None:
    up = render("{% th 'due' '时限' %}", "?q=灯&sort=due&after=9")
    assert 'aria-sort="ascending"' in up
    assert "sort=-due" in up
    assert "after" not in up
    assert "q=%E7%81%AF" in up
    assert "aria-sort" not in render("{% th 'number' '编号' %}", "?sort=due")
    assert 'aria-sort="descending"' in render("{% th 'due' '时限' %}", "?sort=-due")


def test_query_keeps_the_rest() -> None:
    assert render("{% query page='' sort='x' %}", "?a=1&page=2") == "?a=1&amp;sort=x"


def test_once_gives_a_fresh_key_each_time() -> None:
    keys = {render("{% once %}") for _ in range(3)}
    assert len(keys) == 3


def test_url_or_falls_back() -> None:
    assert (
        render("{% url_or 'desk:style' '/x/' %}{% url_or 'desk:none' '/x/' %}") == "/desk/style//x/"
    )


class Sample(forms.Form):
    text = forms.CharField(label="内容", help_text="写清楚")
    agree = forms.BooleanField(label="公开", help_text="会公开")
    way = forms.ChoiceField(label="方式", choices=[("a", "甲")], widget=forms.RadioSelect)
    secret = forms.CharField(widget=forms.HiddenInput, initial="7")


def test_a_field_ties_label_help_and_error_together() -> None:
    form = Sample({})
    form.is_valid()
    text = render("{% for f in form %}{% field f %}{% endfor %}", form=form)
    assert '<label for="id_text">内容' in text
    assert 'aria-describedby="id_text-help id_text-error"' in text
    assert 'id="id_text-help"' in text
    assert 'id="id_text-error"' in text
    assert "<legend>方式" in text
    assert text.count("data-invalid") == 3
    assert '<input type="hidden" name="secret"' in text


def test_the_error_summary_leads_to_the_fields() -> None:
    form = Sample({})
    form.is_valid()
    text = render("{% form_errors form %}", form=form)
    assert 'role="alert"' in text
    assert "还有 3 处要改" in text
    assert '<a href="#id_text">内容：' in text
    assert render("{% form_errors form %}", form=Sample()) == ""


def test_charts_hold_for_nothing_zero_and_equal_values() -> None:
    assert charts.spark([], "x") == charts.spark([5], "x") == ""
    assert "NaN" not in charts.spark([3, 3, 3], "x")
    assert "0 / 0" not in charts.bars([("空", 0, 0)], "x")
    assert 'width="50.0"' in charts.bars([("甲", 1, 2)], "x")
