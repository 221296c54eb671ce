"""``/desk/style/``: every component with plausible content, for people to look at and tests to measure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.core import clock
from zhijin.ui.charts import Move, Point

FACES = {
    "desk": "ui/style/desk.html",
    "portal": "ui/style/portal.html",
    "field": "ui/style/field.html",
}


class SampleForm(forms.Form):
    """One field of each kind."""

    what = forms.CharField(
        label=gettext_lazy("发生了什么"),
        help_text=gettext_lazy("写清楚哪里、什么情况就可以。"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )
    phone = forms.CharField(
        label=gettext_lazy("手机号"), required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类别"),
        choices=[("road", gettext_lazy("道路隐患")), ("waste", gettext_lazy("环境卫生"))],
    )
    way = forms.ChoiceField(
        label=gettext_lazy("怎么告诉您结果"),
        choices=[("code", gettext_lazy("我自己查")), ("call", gettext_lazy("打电话"))],
        widget=forms.RadioSelect,
    )
    agree = forms.BooleanField(label=gettext_lazy("内容可以公开"), required=False)


def page(request: HttpRequest, face: str = "desk") -> HttpResponse:
    """The style guide on one face; only on demonstrations and in development."""
    if not (settings.DEBUG or getattr(settings, "ZHIJIN_DEMO", False)) or face not in FACES:
        raise Http404
    return render(request, FACES[face], _content())


def _content() -> dict[str, Any]:
    now = clock.now()
    refused = SampleForm({"phone": "1", "way": "code", "kind": "road"}, auto_id="refused_%s")
    refused.is_valid()
    return {
        "form": SampleForm(initial={"way": "code"}),
        "refused": refused,
        "rows": _rows(),
        "late": now - timedelta(hours=2, minutes=5),
        "soon": now + timedelta(minutes=25),
        "open": now + timedelta(days=3, hours=4),
        "done": now - timedelta(hours=3),
        "chain": [(_("贵州省"), "#"), (_("黎平县"), "#"), (_("口江乡"), "#"), (_("口江村"), "")],
        "steps": [
            {"label": _("上报"), "state": "done"},
            {"label": _("受理"), "state": "done"},
            {"label": _("处置"), "current": True},
            {"label": _("核查"), "state": ""},
            {"label": _("结案"), "state": ""},
        ],
        "events": _events(),
        "tabs": [
            {"label": _("待办"), "url": "#", "current": True, "count": 7},
            {"label": _("我上报的"), "url": "#", "count": 12},
            {"label": _("已结案"), "url": "#"},
        ],
        "bars": [
            (_("乡村"), 17964, 17964),
            (_("城市"), 2494, 2640),
            (_("新兴领域"), 1210, 3405),
        ],
        "trend": [12, 15, 11, 18, 22, 19, 26, 24, 31, 28, 33, 30],
        "icons": ["camera", "map-pin", "clock", "megaphone", "traffic-cone", "shield-check"],
    } | _charts()


def _charts() -> dict[str, Any]:
    return {
        "scores": [5630, 6120, 6640, 7210, 7412, 7480, 7730, 7790, 8040, 8350, 8420, 9120],
        "moves": [
            Move(_("口江村党支部"), 3, 1),
            Move(_("朱冠村党支部"), 1, 2),
            Move(_("银朝村党支部"), 2, 3, own=True),
            Move(_("新开村党支部"), None, 4),
        ],
        "points": [
            Point(
                _("{n}月").format(n=n), None if n == 2 else 6000 + n * 210 % 900 * 3, marked=n > 10
            )
            for n in range(1, 13)
        ],
    }


def _rows() -> list[dict[str, Any]]:
    now = clock.now()
    titles = [
        _("村口水沟盖板断裂，夜间过往有危险"),
        _("三组与四组之间的路灯不亮"),
        _("河边堆放建筑垃圾，下雨会冲进河道，已经有人反映过一次但没有处理"),
        _("邻里因宅基地界线争执，请求调解"),
    ]
    tones = [
        ("late", _("处置中")),
        ("info", _("待受理")),
        ("warn", _("延期待批")),
        ("ok", _("待核查")),
    ]
    return [
        {
            "key": f"row-{number}",
            "number": f"2026-{1042 - number}",
            "title": title,
            "place": _("口江村 · 第{n}网格").format(n=number + 1),
            "tone": tones[number][0],
            "state": tones[number][1],
            "due": now + timedelta(hours=5 * number - 3),
        }
        for number, title in enumerate(titles)
    ]


def _events() -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {"title": _("上报"), "at": now - timedelta(days=2), "who": _("居民"), "state": "done",
         "body": _("村口水沟盖板断裂，夜间过往有危险")},
        {"title": _("受理"), "at": now - timedelta(days=1, hours=22), "who": _("吴某"),
         "post": _("网格员"), "state": "done"},
        {"title": _("处置逾期，提醒网格长"), "at": now - timedelta(hours=2), "state": "late"},
        {"title": _("等待核查"), "at": None, "state": "now"},
    ]  # fmt: skip
