"""What cases refuse, and what to do instead."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

UNKNOWN_PLACE = define(
    "CA001",
    400,
    _("没有找到地点 {place}。"),
    help=_("请在列表里选择所在的村或社区，或打开定位后再提交。"),
)
INCOMPLETE = define(
    "CA002", 400, _("还有 {count} 项需要填写或改正。"), help=_("请看标红的项目，改好后再提交。")
)
NOT_OPEN_TO = define(
    "CA003",
    403,
    _("“{title}”不接受这种方式的上报。"),
    help=_("请选择其他类别，或到村（社区）服务台办理。"),
)
NO_SUCH_MOVE = define(
    "CA004",
    409,
    _("这件事项现在不能这样办理（当前：{state}）。"),
    help=_("它可能刚被别人办理过，请刷新页面查看最新进展。"),
)
NOT_YOURS = define(
    "CA005",
    403,
    _("这一步由{owner}办理，您不能代办。"),
    help=_("如果确需代办，请联系上级转派。"),
)
WHY_NEEDED = define("CA006", 400, _("请写明原因。"), help=_("原因会记入办理过程，上报人可以看到。"))
CLOSED = define(
    "CA007",
    409,
    _("事项已经办结。"),
    help=_("如果问题还在，上报人可以凭查询码申请重新办理。"),
)
SUSPENDED = define(
    "CA008", 409, _("事项已挂起，暂停计时。"), help=_("请先恢复办理，再进行下一步。")
)
NOT_ALLOWED_HERE = define(
    "CA009",
    409,
    _("这个方案的当前环节不允许{what}。"),
    help=_("请按方案规定的步骤办理。"),
)
ALREADY_ASKED = define(
    "CA010", 409, _("已经有一项申请在等待批准。"), help=_("请等批准人答复后再申请。")
)
ONE_MAY_NOT_DECIDE_OWN = define(
    "CA011", 403, _("不能批准自己的申请。"), help=_("请由另一位有权限的人批准。")
)
WRONG_CODE = define(
    "CA012",
    404,
    _("没有找到这个查询码。"),
    help=_("查询码是 10 位字母和数字，请对照回执再输一次；字母 O 和数字 0 都可以。"),
)
MERGE_REFUSED = define(
    "CA013",
    409,
    _("这两件事项不能合并。"),
    help=_("只能合并同一个县、都在办理中、而且没有互相合并过的事项。"),
)
UNKNOWN_KIND = define(
    "CA014", 404, _("没有“{kind}”这一类事项。"), help=_("请从列表中选择一个类别。")
)
TOO_MANY_PHOTOS = define(
    "CA015", 400, _("照片最多 {limit} 张。"), help=_("请留下最能说明问题的几张再提交。")
)
CHANGED_MEANWHILE = define(
    "CA016",
    409,
    _("就在您办理的时候，这件事项有了新的进展，您的操作没有保存。"),
    help=_("请看过最新进展后再办理；您填写的内容还在页面上。"),
)
UNKNOWN_ORG = define(
    "CA017", 400, _("没有找到要吹哨的单位。"), help=_("请从列表中选择本县的单位。")
)
PERSONAL_DATA = define(
    "CA018",
    409,
    _("要公开的内容里可能有个人信息：{found}。"),
    help=_("请删去或遮住这些内容；确认可以公开的，请勾选“已核对”再提交。"),
)
ALREADY_ANSWERED = define(
    "CA019", 409, _("{name}已经报到过了。"), help=_("要补充情况，请在办理过程里添加备注。")
)
ERASED = define(
    "CA021",
    409,
    _("这件事项保存期满，个人信息已经删除，不能再办理。"),
    help=_("问题还在的，请登记一件新的事项。"),
)
NOT_A_HOLDER = define(
    "CA020",
    400,
    _("这个人不在这一环节的办理人之列。"),
    help=_("请从列表中选择一个人；名单按岗位和管辖地列出。"),
)
