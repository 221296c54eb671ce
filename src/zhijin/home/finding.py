"""The desk's search and guide: pages by what they are for, cases, organisations, places. Knows no residents.

People are found in their own room only, where every look at them has a reason and is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.access.api import gate
from zhijin.cases import api as cases
from zhijin.core.actor import Actor
from zhijin.orgs import api as orgs
from zhijin.places import api as places
from zhijin.ui import nav

#: Rows of each kind; who looks for more goes on in the kind's own list.
SHOWN = 8
#: What the pages of the desk's menu are for, by the key of their entry. A page without a line is shown by its name.
HINTS: dict[str, str | Promise] = {
    "today": _("今天到期、卡住、等您这一步的事"),
    "cases": _("居民、网格员、设备上报的事，从受理到办结"),
    "case-new": _("有人打电话、当面来说，替他登记"),
    "notices": _("发给您的提醒：到期、逾期、申请有了答复"),
    "disclosure": _("党务、村务、财务按时公开，居民提问在这里答复"),
    "publications": _("办结的事项公开前由另一个人看一遍"),
    "deliberation": _("四议两公开、居民建议、坝坝会、服务清单"),
    "service": _("社区提需求、党员和单位认领、受助人确认；帮办代办、一户一档"),
    "broadcasts": _("写几句话，先听一遍，再播到大喇叭"),
    "points": _("积分登记、核对、申诉，积分超市和光荣榜"),
    "meetings": _("三会一课、主题党日、课程：全年该开什么、还差什么"),
    "cadres": _("换届、班子结构、社区工作者、驻村、学历提升"),
    "activities": _("擂台比武、述职评议、承诺与领题、模范机关、观摩"),
    "standing": _("排队抓尾：名次从哪些记录来，不对可以申诉"),
    "rates": _("响应率、解决率、满意率，分母都写明"),
    "enter-once": _("上级发来的 Excel，按已有记录填好交回"),
    "rural": _("厕所、垃圾、污水设施，由村里逐条登记算出"),
    "walls": _("把一个地方的情况放到大厅的屏幕上"),
    "places": _("省、市、县、乡镇、村、组、网格，画网格"),
    "orgs": _("党组织、单位、企业、合作社，七个领域"),
    "posts": _("谁在哪里任什么职，哪些岗位空着"),
    "sheets": _("名册用 Excel 导入导出"),
    "people": _("居民、户、联户长；姓名电话默认遮盖"),
    "devices": _("烟感、水位、摄像头的读数和预警"),
    "assets": _("基站、宽带端口、喇叭有多少"),
    "playbooks": _("每一类事问什么、谁来办、多久办完，写在一个文件里"),
    "calendar": _("按工作日算期限时，哪天算工作日"),
    "accounts": _("建账号、发密码、停用"),
    "grants": _("谁在哪里有什么岗位"),
    "journal": _("谁看了、改了什么，为什么"),
    "webhooks": _("事项有进展时通知别的系统"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One page that the reader may open, and what it is for."""

    link: nav.NavLink
    hint: str | Promise


@gate(methods=("GET",))
def find(request: HttpRequest) -> HttpResponse:
    """Without words the guide to what the reader may open; a case's number leads straight to the case."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:80]
    if text and actor.can("case.view") and (case := cases.by_number(actor, text)):
        return redirect("desk:case", case.case.id)
    groups = guide(request)
    if text:
        groups = [(label, kept) for label, ways in groups if (kept := _about(ways, text))]
    context: dict[str, Any] = {"q": text, "groups": groups}
    if text:
        context |= records(actor, text)
        context["nothing"] = not (
            groups or any(context[kind] for kind in ("cases", "orgs", "places"))
        )
    return render(request, "home/find.html", context)


def guide(request: HttpRequest) -> list[tuple[str | Promise, list[Way]]]:
    """The desk's menu of this reader, each entry with its line."""
    return [
        (group.label, [Way(link, HINTS.get(link.key, "")) for link in group.links])
        for group in nav.groups(request, "desk")
    ]


def _about(ways: list[Way], text: str) -> list[Way]:
    wanted = text.casefold()
    return [way for way in ways if wanted in f"{way.link.label} {way.hint}".casefold()]


def records(actor: Actor, text: str) -> dict[str, list[Any]]:
    """Cases, organisations and places whose words hold ``text``, in the reader's scope, a few of each."""
    return {
        "cases": cases.matching(actor, text, SHOWN) if actor.can("case.view") else [],
        "orgs": list(orgs.listing(actor, orgs.Filter(q=text))[:SHOWN])
        if actor.can("org.view")
        else [],
        "places": (
            places.search(text, limit=SHOWN, within=actor.scope.places)
            if actor.can("place.view")
            else []
        ),
    }
