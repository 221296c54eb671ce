"""What the playbooks room refuses."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

UNKNOWN_PLAYBOOK = define(
    "PR001", 404, _("没有名为“{playbook}”的行动方案。"), help=_("请从方案列表中选择。")
)
HAS_ERRORS = define(
    "PR002",
    422,
    _("方案里有 {count} 处错误，还不能保存。"),
    help=_("每一处错误都写明了位置和改法；改好后再保存。"),
)
NOT_PROVEN = define(
    "PR003",
    409,
    _("演练没有全部通过，还不能投入使用。"),
    help=_("请打开“演练”一页：没有通过的演练和没有走到的步骤都列在那里。"),
)
NOT_HERE = define(
    "PR004",
    422,
    _("行动方案由县级及以上投入使用。"),
    help=_("请选择您所在的县（市、区）、市州或省。"),
)
NOT_A_DRAFT = define(
    "PR005",
    409,
    _("这个版本已经不是草稿，不能再改。"),
    help=_("请在它的基础上另存一个新草稿。"),
)
SAME_AS_IN_FORCE = define(
    "PR006",
    409,
    _("这份草稿与现行版本含义相同。"),
    help=_("不需要再投入使用；如果想改，请先修改内容。"),
)
NOT_IN_FORCE = define(
    "PR007",
    409,
    _("这个版本不在使用中。"),
    help=_("请在方案列表中打开现行版本。"),
)
SHIPPED_STAYS = define(
    "PR008",
    409,
    _("随平台提供的方案不能退出使用。"),
    help=_("如果本地不适用，请上传本地自己的版本并投入使用。"),
)
NOTICE_NOT_SOUND = define(
    "PR009",
    422,
    _("通知有对不上的地方，没有采用。{what}"),
    help=_("请与国务院公布的原文核对，改好后再采用。"),
)
TAKES_TWO = define(
    "PR010",
    409,
    _("起草的人不能自己把方案投入使用。"),
    help=_("请另一位有权限的人（本地的同事，或上一级）看过状态图、推演和改动后投入使用。"),
)
CHANGED_SINCE = define(
    "PR011",
    409,
    _("您看过之后，这份草稿又改了，没有投入使用。"),
    help=_("请重新看一遍现在的草稿，再投入使用。"),
)
