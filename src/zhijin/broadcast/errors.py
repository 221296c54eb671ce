"""What the broadcast room refuses."""

from django.utils.translation import gettext_lazy as _

from zhijin.core.errors import define

NO_TEXT = define(
    "BC001",
    400,
    _("请写要广播的内容，不超过 {most} 个字。"),
    help=_("例如：夏季防溺水通知。写给耳朵听：短句，不用括号。"),
)
NO_AREA = define("BC002", 400, _("请选择播到哪里。"), help=_("只能选自己工作范围里的地方。"))
NOBODY = define(
    "BC003", 409, _("{place}还没有登记云喇叭。"), help=_("先在“设备”里登记云喇叭，再发广播。")
)
NO_VOICE = define(
    "BC004",
    503,
    _("这台服务器上没有装语音引擎。"),
    help=_("请管理员安装语音组件，也可以上传录音。"),
)
BAD_TIMES = define(
    "BC005",
    400,
    _("播放时间不对：{what}"),
    help=_("计划的时间要在以后、{days} 天以内，最多 {most} 次。"),
)
WRONG_STATE = define(
    "BC006", 409, _("这条广播{state}，不能这样做。"), help=_("请刷新页面看它现在的情况。")
)
NOT_YOURS = define(
    "BC007", 403, _("{level}广播要由{role}批准。"), help=_("可以提交，请对方批准后发出。")
)
BAD_AUDIO = define(
    "BC008",
    400,
    _("{name} 不是可以播放的录音。"),
    help=_("请上传 WAV、MP3、FLAC 或 OGG，不超过 {limit} MB、10 分钟。"),
)
NO_PROGRAMME = define(
    "BC009", 409, _("没有生效的广播规则。"), help=_("请县级工作人员公布一份 broadcast.yaml。")
)
NOTHING_LEFT = define(
    "BC011",
    409,
    _("没有需要补的：每台都播放了，或者已经派人上门。"),
    help=_("要让大家再听一遍，请照原文新发一条。"),
)
TOO_MANY = define(
    "BC012", 400, _("云喇叭数乘以播放次数不能超过 {most}。"), help=_("请分几条广播，或者减少次数。")
)
PERSONAL = define(
    "BC013",
    400,
    _("内容里像有个人信息（{found}）。"),
    help=_("大喇叭人人听得见：不要念身份证号、银行卡号。"),
)
BAD_CAP = define(
    "BC014",
    400,
    _("不是有效的 CAP 1.2 报文：{what}"),
    help=_("请对照 OASIS CAP 1.2 检查报文。"),
)
ELSEWHERE = define(
    "BC015",
    409,
    _("报文里没有您范围里的地方。"),
    help=_("每个 area 要有行政区划代码（geocode），12 位。"),
)
BAD_CIRCLE = define(
    "BC016",
    400,
    _("这不是一个圆：要有圆心的经度、纬度，半径在 {least} 到 {most} 米之间。"),
    help=_("在示意图上点一下圆心，再填半径；不画圆就都空着。"),
)
NO_CHANNEL = define(
    "BC017",
    400,
    _("这个渠道现在不能用：{name}。"),
    help=_("它可能已停用，不在这次播的地方，或者只收更高级别的广播。请去掉它再发。"),
)
BAD_CHANNEL = define(
    "BC018",
    400,
    _("渠道没有登记：{what}"),
    help=_("请照页面上的说明核对地址、密钥和设置。内网或其他主机要由运维先放行。"),
)
SAME_HAND = define(
    "BC019",
    403,
    _("登记渠道的人不能自己启用它。"),
    help=_("请另一位有渠道管理权限的人核对后启用。"),
)
CHANNEL_STATE = define(
    "BC020", 409, _("这个渠道{state}，不能这样做。"), help=_("请刷新页面看它现在的情况。")
)
ALERT_OVER = define(
    "BC021",
    409,
    _("这条预警已经过期（{until}）。"),
    help=_("过了时效的预警不能再播。请等新的报文，或者自己写一条广播。"),
)
ASLEEP = define(
    "BC022",
    409,
    _("{when} 在安静时段（{quiet}）里，等安静时段过去就过期了，没有人会听到。"),
    help=_("请换一个时间；确实要在夜里播的，勾选“紧急”。"),
)
NOT_IN_EBM = define(
    "BC023",
    409,
    _("这条广播不能装进应急广播消息：{what}。"),
    help=_("应急广播消息里的地方只能是行政区划代码；画圈的广播请导出 CAP 报文。"),
)
ON_ERRAND = define(
    "BC024",
    409,
    _("正在派人上门（{done}/{of} 处），派完再补播。"),
    help=_("进度在回执上方，派完会自动更新；已经派了人的地方不再补播。"),
)
BAD_WORD = define(
    "BC025",
    400,
    _("词要是 {least} 到 {most} 个汉字。"),
    help=_("单个字按字典念；请连同前后的字一起写，例如“大耆老村”。"),
)
BAD_PINYIN = define(
    "BC026",
    400,
    _("“{word}”的拼音不对：要 {n} 个，一字一个，空格隔开。"),
    help=_("例如 dà qí lǎo cūn，或 da4 qi2 lao3 cun1；轻声写 5。"),
)
LEXICON_FULL = define(
    "BC027",
    409,
    _("这个地方的读音表满了（{most} 个）。"),
    help=_("请删去不用的；大家都要用的词，请县里登记一次。"),
)
BAD_SENDER = define(
    "BC028",
    400,
    _("发布单位标识或依据没有写对。"),
    help=_("标识照报文里的 sender 抄写，不带空格和逗号；依据写明文件或协议，4 到 200 个字。"),
)
ANOTHER_PERSON = define(
    "BC029",
    403,
    _("要由另一个人来确认。"),
    help=_("登记的人、送进报文的人不能自己确认；请让有权限的同事核实后确认。"),
)
SENDER_THERE = define(
    "BC030",
    409,
    _("{sender} 已经登记过了。"),
    help=_("请在列表里找到它；等确认的，请另一个人确认。"),
)
HOW_SURE = define(
    "BC031",
    400,
    _("请写明怎样核实的（4 到 200 个字）。"),
    help=_("例如：打气象台值班电话核实，值班员姓名和时间。"),
)
