"""Refusals of enter once (EO0xx): each says what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NO_SUCH_FILLING = define(
    "EO001",
    404,
    _("没有找到这张表。"),
    help=_("只有上传的人能看到；表保留三十天，请重新上传一次。"),
)
NO_TABLE = define(
    "EO002",
    400,
    _("在 {name} 里没有找到可以填的表。"),
    help=_("表里要有一列村、乡镇、单位的名称或代码，或者一列月份；单个单位的表要有“项目—空格”。"),
)
TOO_MANY = define(
    "EO003",
    400,
    _("这张表要填 {cells} 格，一次最多 {limit} 格。"),
    help=_("请按乡镇或按工作表分成几个文件上传。"),
)
NO_OFFICE = define(
    "EO004", 400, _("您的岗位没有管辖的地方，不能填表。"), help=_("请安全管理员核对您的授权。")
)
BAD_PERIOD = define(
    "EO005", 400, _("统计期不对：结束日期应不早于开始日期，最长五年。"), help=_("请改好后再提交。")
)
UNKNOWN_MEASURE = define(
    "EO006",
    400,
    _("没有叫“{title}”的指标或字段。"),
    help=_("请从列表里选，或留空不填；不会保存自己写的名称。"),
)
CHANGED = define(
    "EO007", 409, _("这张表刚刚在另一个窗口里改过。"), help=_("请刷新页面，看过后再提交。")
)
NOT_FILLED = define(
    "EO008", 409, _("还没有核对各列，不能交回。"), help=_("请先在“对应各列”里确认。")
)
FILE_GONE = define(
    "EO009", 404, _("原表已经清除，不能再下载。"), help=_("原表保留三十天，请重新上传一次。")
)
NO_CELL = define("EO010", 404, _("没有找到这一格。"), help=_("请从核对页重新进入。"))
