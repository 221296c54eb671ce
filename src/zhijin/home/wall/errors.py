"""What the wall refuses."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NO_PLACE = define(
    "HW001",
    400,
    _("大屏只能挂村（社区）、乡镇（街道）或县。"),
    help=_("请选自己工作范围里的地方，区划代码 6、9 或 12 位。"),
)
NO_LABEL = define(
    "HW002", 400, _("请写大屏挂在哪里，不超过 40 个字。"), help=_("例如：村委会一楼大厅。")
)
TOO_MANY = define(
    "HW003",
    409,
    _("这个地方已经有 {most} 条大屏链接。"),
    help=_("请先撤销不用的，再新建。"),
)
GONE = define(
    "HW404",
    404,
    _("这条大屏链接已经失效。"),
    help=_("请向村（社区）、乡镇或县的工作人员要一条新的。"),
)
