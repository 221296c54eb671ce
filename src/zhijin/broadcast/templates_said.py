"""Notices to begin with. They are spoken in Chinese whatever language the page is in."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Notice:
    """A text to change: ``level`` and ``urgent`` are what it usually is."""

    key: str
    title: Promise
    text: str
    level: str = "plain"
    urgent: bool = False


NOTICES = (
    Notice("summer-water", _("夏季防溺水"), (
        "夏季防溺水通知。各位村民请注意：天气炎热，请看管好自家孩子，不要到河边、水库、池塘游泳玩水。"
        "每天11:00-17:00，网格员在重点水域巡查。发现有人落水，请立即呼救并拨打119，不要盲目下水施救。"
    )),
    Notice("fire", _("森林防火"), (
        "森林防火通知。近期天干物燥，严禁在林区烧火、烧荒、上坟烧纸。发现火情请立即拨打119，并告诉网格员。"
    ), "yellow"),
    Notice("rain", _("暴雨避险"), (
        "紧急通知。预计未来2小时有暴雨，请低洼处和山脚下的住户立即转移到安置点，不要收拾东西，不要过河。"
        "需要帮助请联系网格员。"
    ), "red", True),
    Notice("meeting", _("开会"), "开会通知。今晚19:30，在村委会院坝召开群众会，请每户来一位代表。"),
    Notice("policy", _("政策"), "政策通知。医保开始缴费，请在12月31日前缴清。不会用手机的老人，网格员上门帮忙。"),
    Notice("power", _("停电停水"), "停电通知。明天8:00-12:00检修线路，全村停电，请提前做好准备。"),
)  # fmt: skip
#: How notices begin that say nothing of anybody: what a screen in a public hall may show of a broadcast.
HEADINGS: dict[str, Promise] = {
    "夏季防溺水通知": _("夏季防溺水通知"),
    "森林防火通知": _("森林防火通知"),
    "紧急通知": _("紧急通知"),
    "开会通知": _("开会通知"),
    "政策通知": _("政策通知"),
    "停电通知": _("停电通知"),
    "停水通知": _("停水通知"),
}
BY_KEY = {notice.key: notice for notice in NOTICES}
