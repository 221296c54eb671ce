"""What the sensing room refuses."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

UNKNOWN_KIND = define("SE001", 400, _("没有“{kind}”这种设备。"), help=_("请从列表里选一种。"))
UNKNOWN_PLACE = define(
    "SE002", 400, _("没有找到这个地方（{place}）。"),
    help=_("请填写有效的区划代码，或在地图上选点。"),
)  # fmt: skip
NO_LABEL = define(
    "SE003", 400, _("请给设备起个名字，不超过 60 个字。"),
    help=_("例如：大耆老村 3 号烤房烟感。不要写人名。"),
)  # fmt: skip
BAD_NUMBER = define(
    "SE004", 400, _("“{field}”的数字不对。"), help=_("请填写 {least} 到 {most} 的整数。")
)
RETIRED = define(
    "SE005", 409, _("设备 {code} 已经报废，不能再改。"), help=_("换了新设备请重新登记。")
)
PERSONAL = define(
    "SE006", 400, _("名称里像有个人信息（{found}）。"),
    help=_("设备的名称会显示在大屏上，请写位置和用途，不写人。"),
)  # fmt: skip
