"""What the assessment refuses, and what to do instead."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

#: What the states of a run are called.
STATES = {
    "ready": _("已算出"),
    "published": _("已经公布"),
    "frozen": _("已封存"),
    "superseded": _("已被替代"),
}

NO_SUCH_RUN = define(
    "AE001",
    404,
    _("没有找到这次考核结果。"),
    help=_("它可能不在您的管辖范围内，或还没有算出。请从排队页面重新进入。"),
)
NOT_READY = define(
    "AE002",
    409,
    _("这次结果现在是“{state}”，不能这样办理。"),
    help=_("只有算好、还没有公布的结果可以公布；只有公布的可以申诉和封存。"),
)
PERIOD_NOT_OVER = define(
    "AE003",
    409,
    _("{period} 还没有结束，不能公布。"),
    help=_("期间结束后再公布；在此之前的结果只供参考。"),
)
BAD_PERIOD = define(
    "AE004",
    400,
    _("“{period}”不是这套方案的考核期。"),
    help=_("月写 2026-07，季度写 2026Q3，半年写 2026H2，年写 2026；不能是将来。"),
)
NOT_IN_RUN = define(
    "AE005",
    404,
    _("这次结果里没有这个组织或这项指标。"),
    help=_("请从组织的考核页面进入。"),
)
NOT_EVIDENCE = define(
    "AE006",
    409,
    _("这条记录没有计入这项指标，不能就它申诉。"),
    help=_("请在指标的记录清单里选择要申诉的那一条。"),
)
WHY_NEEDED = define("AE007", 400, _("请写明理由。"), help=_("理由会和结果一起公开给双方。"))
ALREADY_APPEALED = define(
    "AE008", 409, _("这条记录已经有一件申诉。"), help=_("请等答复；答复后如有新的事实，可以再提。")
)
ALREADY_DECIDED = define(
    "AE009", 409, _("已经办结，不能再改。"), help=_("请刷新页面查看办理结果。")
)
NOT_OWN_DECISION = define(
    "AE010", 403, _("不能由提出的人自己批准。"), help=_("请由另一位有权限的人办理。")
)
TOO_LATE = define(
    "AE011",
    409,
    _("申诉期已过：公布后 {days} 天内可以提出。"),
    help=_("如果发现记录有错，请先更正记录，再请上级重新计算。"),
)
NO_SUCH_RULE = define(
    "AE012",
    400,
    _("方案里没有“{rule}”这条加减分。"),
    help=_("请从方案写明的加分、扣分中选择。"),
)
TOO_MUCH = define(
    "AE013",
    400,
    _("这条最多加减 {most}，您写的是 {amount}。"),
    help=_("单位是万分之一；已经批准的也算在内。"),
)
EVIDENCE_NEEDED = define(
    "AE014",
    400,
    _("加减分必须附证据。"),
    help=_("请写上能打开的记录编号，或上传文件。"),
)
NOT_APPROVER = define(
    "AE015",
    403,
    _("这条加减分由{role}复核。"),
    help=_("请转给该岗位的人办理。"),
)
NOT_MANUAL = define(
    "AE016",
    409,
    _("这项指标由工作记录算出，不能手填。"),
    help=_("只有方案里写明负责人和期限的指标，才能暂时手填。"),
)
BAD_NUMBER = define(
    "AE017", 400, _("数值不对。"), help=_("请填不小于 0 的整数；有分母的，分母要大于 0。")
)
BAD_CHANGE = define(
    "AE018",
    400,
    _("“{attr}”不是这项指标用到的内容，或写法不对。"),
    help=_("只能更正这项指标用到的内容。"),
)
NO_SUCH_APPEAL = define("AE019", 404, _("没有找到这件申诉。"), help=_("它可能不在您的管辖范围内。"))
NO_SUCH_ADJUSTMENT = define(
    "AE020", 404, _("没有找到这条加减分。"), help=_("它可能不在您的管辖范围内。")
)
FROZEN = define(
    "AE021",
    409,
    _("{period} 已经封存，不能再改。"),
    help=_("封存的结果只能由新的计算在旁边说明，不能改动。"),
)
NOT_COUNTED_HERE = define(
    "AE022",
    409,
    _("这项指标不能补计“{kind}”。"),
    help=_("只有按件数或有没有来算的指标，才能补计一件。"),
)
NOT_IN_PERIOD = define(
    "AE023",
    400,
    _("{day} 不在 {period} 里，或还没有到。"),
    help=_("请填这一期里实际发生的那一天。"),
)
NO_RECORD = define(
    "AE024",
    400,
    _("没有找到能说明这件事的记录。"),
    help=_("请填您管辖范围内的事项编号，例如 520181-260705-ABC234。"),
)
ALREADY_COUNTED = define(
    "AE025", 409, _("这条记录已经计入这项指标。"), help=_("如果内容有错，请在它那一行申诉。")
)
TAKEN_OUT = define(
    "AE026",
    409,
    _("这条记录已因另一件申诉不再计入。"),
    help=_("结果已经按那一件重算。请答复“不成立”，写明记录已经去掉。"),
)
NO_VILLAGE = define(
    "AE027",
    400,
    _("请选一个村。"),
    help=_("设施登记在村（社区）上：先打开那个村，再登记。"),
)
BAD_FACILITY = define(
    "AE028",
    400,
    _("种类、数量或日期不对。"),
    help=_("数量是 1 到 {most} 的整数；日期不晚于今天，停用不早于在用那天。"),
)
OTHER_PERIOD = define(
    "AE030",
    400,
    _("两版方案的考核周期不同，不能比。"),
    help=_("请换一版考核周期相同的方案再演算。"),
)
NO_SUCH_SIMULATION = define(
    "AE031",
    404,
    _("没有这次演算，或者它已经过了一天。"),
    help=_("演算的结果只保留一天，只有要求演算的人能看。请再演算一次。"),
)
NO_FACILITY = define(
    "AE029",
    404,
    _("没有找到这处设施。"),
    help=_("它可能已经停用，或不在您的管辖范围内。请从村的页面重新进入。"),
)
