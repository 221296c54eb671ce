"""Refusals of a whole file (SH0xx). What is wrong with one row is a finding (SH1xx), not a refusal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

TOO_LARGE = define(
    "SH001",
    413,
    _("文件 {name} 太大，上限是 {limit} MB。"),
    help=_("请删去图片和用不到的工作表，或分成几个文件导入。"),
)
NOT_A_SHEET = define(
    "SH002",
    400,
    _("{name} 不是可以读取的表格。"),
    help=_("请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入；也可以用 .xls 或 .csv。"),
)
WRONG_NAME = define(
    "SH003",
    400,
    _("{name} 的内容是 {found}，与文件名的后缀不符。"),
    help=_("请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。不要直接改后缀。"),
)
SUSPICIOUS = define(
    "SH004",
    400,
    _("{name} 解压后过大（{found}），没有读取。"),
    help=_("请把要导入的内容复制到一个新的工作簿，再保存、导入。"),
)
TOO_MANY_CELLS = define(
    "SH005",
    400,
    _(
        "工作表“{sheet}”的范围太大：{rows} 行、{columns} 列，上限是 {row_limit} 行、{column_limit} 列。"
    ),
    help=_("请删去表格下方和右侧的空行空列（选中整行整列后删除），或分成几个文件导入。"),
)
ENCRYPTED = define("SH006", 400, _("{name} 设有打开密码。"), help=_("请取消密码，另存后再导入。"))
EMPTY = define("SH007", 400, _("{name} 里没有内容。"), help=_("请确认数据在第一个工作表里。"))
NO_HEADER = define(
    "SH008",
    400,
    _("没有找到表头：缺少 {missing} 列。"),
    help=_("请下载模板，把数据粘贴进去；或在前 10 行里写上这些列名。"),
)
DAMAGED = define(
    "SH009",
    400,
    _("{name} 已损坏，读不完整。"),
    help=_("请用 Excel 或 WPS 打开，另存为新的 .xlsx 后再导入。"),
)
ONLY_XLSX = define(
    "SH010",
    400,
    _("{name} 不能按原样填好交回：只有 .xlsx 可以。"),
    help=_("请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传，版式不会变。"),
)
