"""Refusals of the activities room (AV…): each says what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

WRONG_STATE = define(
    "AV001", 409, _("现在是“{state}”，不能这样做。"), help=_("请刷新页面，按现在的步骤继续。")
)
NOT_A_PARTY = define(
    "AV002", 403, _("您不是这项活动里的这一方。"), help=_("请由参加单位、评委或主办方本人来做。")
)
BAD_DATES = define("AV003", 400, _("日期不对：{why}"), help=_("请检查开始和截止日期。"))
NOTHING_IN_IT = define("AV004", 409, _("还没有{what}。"), help=_("请先补上，再继续。"))
TOO_FEW = define(
    "AV005",
    409,
    _("参加单位太少：现有 {units} 个，至少要 {least} 个。"),
    help=_(
        "单位太少时互评会变成两家互打分。请与上一级或相邻的组合在一起，或者减少每家评议的数量。"
    ),
)
TASK_CLOSED = define(
    "AV010", 409, _("这一项已经完成或承诺书已结束。"), help=_("要更正时，请在进展里写明。")
)
PERCENT_BACK = define(
    "AV011",
    400,
    _("完成度应在 0 到 100 之间，完成时要有说明作为依据。"),
    help=_("请写明做了什么、有什么可以看到。"),
)
PLEDGED_ALREADY = define(
    "AV012", 409, _("这个组织这一期的承诺书已经有了。"), help=_("请在原来的承诺书上继续。")
)
BAD_CRITERIA = define(
    "AV020",
    400,
    _("评分项不对：{why}"),
    help=_("每行一项：名称、权重、满分，例如“阵地建设 30 100”。权重是整数。"),
)
BAD_MARKS = define(
    "AV021", 400, _("“{title}”应打 0 到 {most} 分的整数。"), help=_("请检查每一项，然后再交。")
)
SHEET_SHUT = define(
    "AV022", 409, _("这张评分表已经交了，不能再改。"), help=_("交了就定了；有误请向主办方说明。")
)
REASONS_NEEDED = define(
    "AV024", 400, _("请写明评分的理由，至少 {least} 个字。"), help=_("被评的单位会看到理由。")
)
SHEETS_MISSING = define(
    "AV025",
    409,
    _("还有 {n} 张评分表没有交。"),
    help=_("请提醒评委，或者写明原因后按已交的评分表结束。"),
)
NO_SUCH_ACCOUNT = define(
    "AV026", 404, _("没有用户名为 {username} 的账号。"), help=_("请核对评委的平台账号。")
)
CODE_UNKNOWN = define(
    "AV030",
    404,
    _("没有这个投票码。"),
    help=_("请照票上的字样重新输入；不区分大小写。票丢了请找会务。"),
)
ALREADY_VOTED = define(
    "AV031", 409, _("这个投票码已经投过票了。"), help=_("每人一票，投出后不能改。")
)
BAD_BALLOT = define(
    "AV032", 400, _("票面不完整：“{name}”没有选。"), help=_("每个单位都要选一项，也可以选弃权。")
)
NO_QUORUM = define(
    "AV033",
    409,
    _("到会 {present} 人，不到应到 {due} 人的 {share}，投票不成立。"),
    help=_("请等人到齐，或者改期再投。"),
)
ROLL_TOO_SHORT = define(
    "AV034",
    409,
    _("投票名册只有 {n} 人，少于 {least} 人就保不住秘密。"),
    help=_("请把应到的人都列进来，或者改为记名表决。"),
)
LIST_OUT = define("AV040", 409, _("名单已经公布，不能再改。"), help=_("要改名单，请另开一次抽查。"))
SEED_TOO_EARLY = define(
    "AV041",
    409,
    _("公布名单以后才能填种子。"),
    help=_("先公布名单，再到事先说好的公开来源取种子。"),
)
BAD_SEED = define(
    "AV042", 400, _("种子应是 4 到 64 个字，不含冒号和空白。"), help=_("照公开来源原样填写。")
)
BAD_SIZE = define(
    "AV043", 400, _("抽查数量应在 1 到 {most} 之间。"), help=_("请核对名单和抽查数量。")
)
NOT_DRAWN = define("AV044", 409, _("{name} 没有被抽中。"), help=_("问题只能记在抽中的单位名下。"))
SAME_HAND = define(
    "AV045", 403, _("整改和核验不能是同一个人。"), help=_("请由检查方的另一个人来核验。")
)
OPEN_PROBLEMS = define(
    "AV050", 409, _("还有 {n} 个抽查问题没有销号。"), help=_("全部整改并核验以后才能进入公示。")
)
IN_PUBLICATION = define(
    "AV051", 409, _("公示到 {day} 结束，还不能命名。"), help=_("请等公示期满。")
)
OPEN_OBJECTIONS = define(
    "AV052", 409, _("还有 {n} 条异议没有查清。"), help=_("请先逐条查清并写明结论。")
)
NO_EVIDENCE = define(
    "AV053",
    409,
    _("“{aspect}”方面还没有一条来自工作记录的依据。"),
    help=_("从记录里选取；平台上没有发生过的事不能作为依据。"),
)
APPLIED_ALREADY = define(
    "AV054", 409, _("这个单位今年已经申报过这一级。"), help=_("请在原来的申报上继续。")
)
SAME_ORG = define("AV060", 400, _("不能观摩自己。"), help=_("请选择另一个组织。"))
CYCLE_THERE = define(
    "AV070",
    409,
    _("这个地方的这些单位已经有工作周期了。"),
    help=_("请在原来的工作周期上继续，或者先停用它。"),
)
NO_BRANCH_LIFE = define(
    "AV080",
    409,
    _("“{name}”还没有启用组织生活日历。"),
    help=_("请先在“组织生活”里启用，并登记支部党员。"),
)
BRANCH_THERE = define(
    "AV081", 409, _("这个支部已经启用了组织生活日历。"), help=_("请直接在日历上继续。")
)
NO_SUCH_KIND = define("AV082", 400, _("方案里没有“{kind}”这种会议。"), help=_("请从列表里选择。"))
NOBODY_DUE = define(
    "AV083",
    409,
    _("支部名册上还没有应到的党员。"),
    help=_("请先登记支部党员；支委会要先标明谁是支委。"),
)
BAD_MOMENT = define("AV084", 400, _("时间不对：{why}"), help=_("请检查会议的日期和时间。"))
WRONG_CODE = define(
    "AV085", 400, _("签到码不对，或者已经换过。"), help=_("请看会场或屏幕上现在的六位数字。")
)
NOT_ON_ROLL = define(
    "AV086", 404, _("这次会议的名册上没有您。"), help=_("如果应当参加，请联系支部。")
)
NO_VOTE_RULE = define(
    "AV087", 409, _("“{kind}”的方案没有写明表决规则。"), help=_("要表决，请开党员大会或支委会。")
)
VOTE_CLOSED = define(
    "AV088", 409, _("这项表决已经截止。"), help=_("截止以后到的票不计；结果以计票时为准。")
)
VOTED_ALREADY = define("AV089", 409, _("您已经投过票了。"), help=_("每人一票，投出后不能改。"))
NO_VOTE_RIGHT = define(
    "AV090", 403, _("您没有这项表决的票。"), help=_("签到到会的正式党员有表决权；预备党员没有。")
)
MINUTES_MISSING = define("AV091", 400, _("纪要还没有写“{section}”。"), help=_("写一两句就可以。"))
VOTES_OPEN = define("AV092", 409, _("还有 {n} 项表决没有计票。"), help=_("先计票，再结束或取消。"))
NOBODY_CAME = define(
    "AV093", 409, _("还没有一个人到会。"), help=_("没有开成的会请取消，写明原因。")
)
REPORTED_ALREADY = define(
    "AV100", 409, _("已经在{place}报到了。"), help=_("搬家或换社区的，请先结束原来的报到。")
)
NOT_A_COMMUNITY = define(
    "AV101", 400, _("“{code}”不是村或社区。"), help=_("请从查找结果里选居住地的村或社区。")
)
NO_PLACES_LEFT = define(
    "AV102",
    409,
    _("名额不够：还剩 {free} 个，您要 {wanted} 个。"),
    help=_("请减少人数，或者认领别的需求。"),
)
CLAIMED_ALREADY = define(
    "AV103", 409, _("您已经认领过这个需求。"), help=_("在“我的服务”里可以看到，也可以退出。")
)
NEED_OVER = define(
    "AV104", 409, _("这个需求已经过了时间。"), help=_("请认领还没有开始或还在进行的需求。")
)
OWN_SERVICE = define(
    "AV105",
    403,
    _("自己做的服务不能由自己确认。"),
    help=_(
        "请由没有参加的另一位工作人员把确认码交给受助的人，或请受助的居民在公开页面凭登记的姓名和电话确认；别的组织做的，由提需求的社区确认。"
    ),
)
NO_SUCH_SERVICE_CODE = define(
    "AV106", 404, _("没有这个确认码。"), help=_("请照社区给您的字样输入，十个字母和数字。")
)
NOT_RECOGNISED = define(
    "AV170", 404, _("居民册里没有同时符合这个姓名和电话的人。"),
    help=_("请写登记时的全名和电话；没有登记过的，请用社区给的确认码，或请网格员登记以后再来。"),
)  # fmt: skip
BAD_TIME_SPENT = define(
    "AV107", 400, _("每人服务时间应在 10 分钟到 24 小时之间。"), help=_("只写大约多久，不用打卡。")
)
MINOR_ALONE = define(
    "AV108",
    403,
    _("未满 18 岁的人不能自己报名当志愿者。"),
    help=_("请由同户的成年监护人代为报名，并写明监护人怎样同意；未满 14 岁的不登记。"),
)
AGE_UNKNOWN = define(
    "AV109",
    409,
    _("登记里没有出生年份，不知道是否成年。"),
    help=_("请先在居民登记里补上出生年份。"),
)
IN_TEAM_ALREADY = define("AV110", 409, _("{name} 已经在队里了。"), help=_("不用再报名。"))
NOT_IN_TEAM = define(
    "AV111",
    403,
    _("这个需求只请“{team}”的队员。"),
    help=_("可以认领别的需求，或者先加入这支队伍。"),
)
PRIVATE_IN_TEXT = define(
    "AV112",
    400,
    _("文字里有不该公开的内容：{kinds}。"),
    help=_("这段文字不加密，别人也看得到，请去掉以后再提交。"),
)
HAS_SERVICES = define(
    "AV113", 409, _("已经有 {n} 项服务做完了，不能取消。"), help=_("还没做的认领可以各自退出。")
)
LINKED_ALREADY = define(
    "AV114", 409, _("{number} 号户已经有这样的联系。"), help=_("要换人的，请先结束原来的。")
)
NO_ELECTIONS = define(
    "AV151",
    409,
    _("方案里没有“{name}”这类组织的换届办法。"),
    help=_("请选择党组织或村（居）民委员会。"),
)
TOO_FEW_VOTED = define(
    "AV152",
    409,
    _("{electors} 人中有 {voted} 人投票，至少要 {least} 人，选举无效。"),
    help=_("请按办法重新组织选举，再登记有效的一次。"),
)
ELECTION_RECORDED = define(
    "AV153",
    409,
    _("第 {number} 届已经登记，选举日期是 {day}。"),
    help=_("届次和日期都要在上一届之后；不用重复登记。"),
)
NO_GRADES = define(
    "AV154", 409, _("“{title}”这类岗位没有等级。"), help=_("有等级的岗位写在干部队伍的方案里。")
)
NOT_YET = define(
    "AV155",
    409,
    _("还不能定为{grade}：{why}。"),
    help=_("条件写在干部队伍的方案里；学历和职业资格有变化时，请先登记。"),
)
NOT_POSTED = define(
    "AV156", 409, _("这名干部已于 {day} 结束驻村。"), help=_("请选择还在驻村的人。")
)
LOG_DAY = define("AV157", 400, _("日志的日期不对。"), help=_("日期要在驻村期间，不能在今天以后。"))
PLAN_THERE = define(
    "AV158", 409, _("这个县 {year} 年已经有方案。"), help=_("请在已有的方案上加措施。")
)
STUDYING = define(
    "AV159", 409, _("{holder} 已经有一项在办或在读的学历提升。"), help=_("请先办结原来的一项。")
)
TERM_TOLD = define(
    "AV160", 409, _("{term} 学期的结果已经登记。"), help=_("请核对学期；结果登记后不能改。")
)
TWO_PAIRS_OF_EYES = define(
    "AV161", 409, _("推荐和审核不能是同一个人。"), help=_("请由另一名工作人员审核。")
)
SUPPORTED_ALREADY = define(
    "AV130", 409, _("您已经附议过了。"), help=_("每人附议一次就够了；想补充的，可以在下面说。")
)
NOT_PUBLIC_TEXT = define(
    "AV131",
    400,
    _("里面有{found}，公开以后谁都看得见。"),
    help=_("请去掉电话、证件号等个人信息；需要联系您的，请写明到哪里找。"),
)
NO_SUCH_LINE = define(
    "AV132", 400, _("方案里没有“{name}”。"), help=_("请从列表里选择；方案由县里发布和修改。")
)
WRONG_STEP = define(
    "AV133",
    409,
    _("现在要做的是“{step}”，不能跳步。"),
    help=_("请按顺序一步一步来；前面的步骤通过了，才有下一步。"),
)
NOT_THE_HOLDER = define(
    "AV134", 403, _("“{step}”不由您主持。"), help=_("方案里写明了这一步由谁主持：{roles}。")
)
SITTING_THERE = define(
    "AV135", 409, _("这一步已经召集了一次会议。"), help=_("请先开完；人数不够的，登记另行开会。")
)
BAD_ROLL = define(
    "AV136",
    400,
    _("名册不对：{why}"),
    help=_("每行一个人的姓名；议事厅在姓名后面空一格写是哪一方，比如“王芳 居民”。"),
)
SIDE_MISSING = define(
    "AV137",
    409,
    _("{sides}没有人到会，不能议决。"),
    help=_("议事厅各方都要有人到会。请登记另行开会，这件事仍在这一步。"),
)
STILL_VOTING = define(
    "AV138",
    409,
    _("投票要到 {until} 才截止，还有人没有投。"),
    help=_("到时间再计票；名册上的人都投了，可以提前计票。"),
)
QUORUM_MISSED = define(
    "AV139",
    409,
    _("应到 {due} 人，到会 {present} 人，不到 {share}，决议不成立。"),
    help=_("请登记另行开会，重新召集；这件事仍在这一步，没有通过，也没有被否决。"),
)
TOO_FEW_PAPERS = define(
    "AV140",
    409,
    _("无记名投票只有 {n} 张票，少于 {least} 张就等于公开了谁投的什么。"),
    help=_("请登记另行开会，或者改为记名表决。"),
)
NOT_CONNECTED = define(
    "AV141",
    409,
    _("这个平台没有装“{what}”，这一步办不了。"),
    help=_("请系统管理员检查安装的功能。"),
)
NOT_OFFERED = define(
    "AV142", 409, _("“{title}”现在不提供。"), help=_("请在服务清单里选别的，或者问社区。")
)
REQUEST_UNKNOWN = define(
    "AV143", 404, _("没有这个查询码。"), help=_("请照提交时给您的查询码输入，十个字母和数字。")
)
NOT_HOLDING = define("AV144", 400, _("会议的时间不对：{why}"), help=_("请检查日期和时间。"))
PROXY_KIND = define(
    "AV115",
    400,
    _("这件事现在不在代办范围里。"),
    help=_("请从列表里选择；必须本人到场的事不能代办。"),
)
PROXY_CONSENT = define(
    "AV116",
    400,
    _("委托登记不全：{why}"),
    help=_("请写清怎样同意的（委托书编号、见证人或录音编号）；书面委托要拍照。"),
)
PROXY_LAPSED = define(
    "AV117",
    409,
    _("本人的委托已经撤回或到期，不能再往前办。"),
    help=_("只能把材料交还本人；要接着办，请本人再同意一次并登记。"),
)
PAPER_ELSEWHERE = define(
    "AV118",
    409,
    _("“{title}”{where}，现在不能这样登记。"),
    help=_("请刷新页面，照材料现在的位置登记下一步。"),
)
PROXY_SIGNATURE = define(
    "AV119",
    400,
    _("送到本人要有签收凭证。"),
    help=_("请输入本人手里的代办码，或上传本人签收的照片。"),
)
PROXY_CODE = define(
    "AV120", 404, _("没有这个代办码。"), help=_("请照代办员给您的凭条输入，十个字母和数字。")
)
PROXY_POST = define(
    "AV121", 400, _("寄出要写快递公司和单号。"), help=_("照邮寄凭条填写；本人凭代办码看得到单号。")
)
PROXY_EARLY = define(
    "AV122", 409, _("还有材料没有交到窗口，不能登记办结。"), help=_("请先登记递交窗口。")
)
PROXY_RATED = define("AV123", 409, _("这件事现在不能评价。"), help=_("办结以后评价一次。"))
WORK_THERE = define(
    "AV165", 409, _("这幅画已经登记过了：{title}。"),
    help=_("同一幅作品只登记一次；要改标题或说明，请先撤下原来的，再重新登记。"),
)  # fmt: skip
NOT_YET_HELD = define(
    "AV166", 409, _("这场活动要到 {day} 才开始，还不能登记人数。"),
    help=_("请在活动结束后登记；不办了就登记取消。"),
)  # fmt: skip
NOT_COUNTED = define(
    "AV167", 409, _("这次会议还没有开完，没有会议记录可取。"),
    help=_("请先计票、登记另行开会或登记群众会，再取会议记录。"),
)  # fmt: skip
MUST_COUNT = define(
    "AV168", 409, _("投了票的人已经够法定人数，这次会议要计票，不能改成另行开会。"),
    help=_("请计票；还没到截止时间的，等时间到了再计。通不过的，可以重新列入议事。"),
)  # fmt: skip
VOTE_NOT_OPEN = define(
    "AV169", 409, _("投票还没有开始。"), help=_("请等主持人宣布开始投票，再输入投票码。")
)
