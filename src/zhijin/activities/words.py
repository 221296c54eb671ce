"""The room's lists: states as people say them, the five aspects of a model unit, a ballot's options."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhijin.core import labels

Text = str | Promise

TERM, ANNUAL, TOPIC = _("任期承诺书"), _("年度承诺书"), _("书记领题")
CONTEST, REVIEW = _("擂台比武"), _("述职评议")
REMIND, DISPATCH = _("月提醒"), _("季调度")
COLLECT, ANNUAL_ASSESSMENT = _("收齐互评"), _("年度考核")
MUTUAL, CHECK = _("半年互评"), _("随机抽查")
DRAFT, PUBLIC, CLOSED = _("草稿"), pgettext_lazy("undertaking", "已公开"), _("已结束")
PREPARING, OPEN, VOTING = _("筹备中"), _("进行中"), _("投票中")
ENTRANT, JUDGE = _("参加单位"), _("评委")
SHEET_OPEN, HANDED_IN, LAPSED = _("未交"), _("已交"), _("逾期未交")
APPLIED, RECOMMENDED, IN_PUBLICATION = _("已申报"), _("已推荐"), _("公示中")
NAMED, DECLINED = _("已命名"), _("未命名")
FOUND, RECTIFIED, VERIFIED = _("待整改"), _("待核验"), _("已销号")
ASKED, AGREED, REFUSED, HELD = _("待答复"), _("已约定"), _("已谢绝"), _("已开展")
CALLED, MEETING_OPEN, MEETING_HELD = _("已通知"), _("会议中"), _("已开完")
CANCELLED = _("已取消")
EXPECTED, PRESENT, LEAVE = _("应到"), pgettext_lazy("roll", "到会"), _("请假")
ABSENT = _("缺席")
BY_CODE, BY_CHAIR = _("会上的签到码"), _("主持人确认")
PASSED, FAILED, NO_QUORUM = pgettext_lazy("vote", "通过"), _("未通过"), _("人数不足，不成立")
ADJOURNED = _("人数不够，另行开会")
PROPOSAL_OPEN, PROPOSAL_TAKEN, PROPOSAL_ANSWERED = _("征集附议"), _("已列入议事"), _("已答复")
MATTER_RUNNING, MATTER_DONE, MATTER_REFUSED = _("办理中"), _("已完成"), _("未通过")
LIST_PROPERTY, LIST_POLICY = _("物业服务"), _("政策服务")
LIST_PUBLIC, LIST_SPECIAL = _("公共服务"), _("特色服务")
REQUEST_OPEN, REQUEST_DONE, REQUEST_DECLINED = _("待办"), _("已办"), _("不能办，已说明")
COURSE_DRAFT, COURSE_OPEN, COURSE_CLOSED = _("准备中"), _("已开课"), _("已结课")
PART_TEXT, PART_LINK, PART_FILE = _("文字"), _("链接"), _("文件")
STUDY_APPLIED, STUDY_RECOMMENDED, STUDY_ENROLLED = _("待乡镇推荐"), _("待县级审核"), _("在读")
STUDY_DECLINED, STUDY_FINISHED, STUDY_STOPPED = _("未通过审核"), _("已毕业"), _("已中止")
ON_PHONE, ON_DESK, ON_WALL = _("手机"), _("电脑"), _("大屏")
REPORTED, RECEIVED = pgettext_lazy("report", "已报到"), _("社区已接收")
REPORT_ENDED = pgettext_lazy("report", "已结束")
CARE, REPAIR, TEACH, CLEAN = _("照料陪伴"), _("维修帮忙"), _("辅导讲课"), _("环境清洁")
SAFETY, MEDIATE, CULTURE = _("安全巡查"), _("矛盾调解"), _("文化活动")
OTHER_NEED, NEED_OPEN = pgettext_lazy("need", "其他"), pgettext_lazy("need", "可认领")
CLAIMED, SERVICE_DONE = _("已认领"), _("做完了，待确认")
CONFIRMED, WITHDRAWN = pgettext_lazy("service", "已确认"), _("已退出")
BY_SERVED, BY_ASKER, BY_NAMED = _("受助人确认"), _("社区确认"), _("受助居民确认")
THANKS_NEW, THANKS_SHOWN, THANKS_KEPT = _("待阅"), _("已展示"), _("已留存")
LINK, ONE_N, PAIR = _("党员联户"), _("1+N 帮扶"), _("多对一帮扶")
HOME_VISIT, HELP = _("走访"), _("帮助")
PAINTING, PAPERCUT, WRITING = _("农民画"), _("剪纸"), _("书法文章")
STAGE, OTHER_WORK = _("歌曲小品"), pgettext_lazy("work", "其他")
CUSTOMS, MANNERS, FAMILY = _("移风易俗"), _("文明新风"), _("家风家训")
LAW, HOME = _("学法用法"), _("乡村新貌")
EXHIBITION, PERFORMANCE, TALK = _("画展"), _("惠民演出"), _("宣讲")
WORKSHOP, ONLINE_SHOW = _("培训教学"), _("线上展示")

#: What a county's own plan has measures for (document 000: 教育、医疗、产业“组团式”帮扶).
PLAN_LINES: Final = [
    ("education", _("教育帮扶")), ("health", _("医疗帮扶")), ("industry", _("产业帮扶")), ("other", _("其他")),
]  # fmt: skip
#: 五型机关 (document 003): political, effective, serving, lawful, clean.
ASPECTS: Final[dict[str, Text]] = {
    "political": _("坚定的政治机关"),
    "effective": _("高效的业务机关"),
    "serving": _("为民的服务机关"),
    "lawful": _("规范的法治机关"),
    "clean": _("清正的廉洁机关"),
}
LEVELS: Final[dict[str, Text]] = {"province": _("省级"), "city": _("市级"), "county": _("县级")}

# Applications on another's behalf.
PROXY_OPEN = _("收材料")
PROXY_SUBMITTED = _("已递交窗口")
PROXY_DECIDED = _("已办结，送达中")
PROXY_CLOSED = _("已送达")
PROXY_DONE = _("办成了")
PROXY_REFUSED = _("没有办成")
PROXY_WITHDRAWN = _("本人撤回")
CONSENT_PAPER = _("书面委托书")
CONSENT_SPOKEN = _("当面口头，有见证人")
CONSENT_CALL = _("电话录音")
PAPER_ORIGINAL = _("原件")
PAPER_COPY = _("复印件")
PAPER_RESULT = _("办出来的证照、结果")
AT_HELPER = _("在代办员手里")
AT_OFFICE = _("在办事窗口")
AT_POST = _("在邮寄路上")
AT_PERSON = _("在本人手里")
AT_KEPT = _("窗口留存")
STEP_TAKEN = _("从本人收取")
STEP_SUBMITTED = _("递交窗口")
STEP_RETURNED = _("窗口退回")
STEP_KEPT = _("窗口留存不退")
STEP_ISSUED = _("从窗口领取")
STEP_POSTED = _("寄出")
STEP_HANDED = _("当面交给本人")
STEP_DELIVERED = _("邮寄签收")

#: What a voter may say of a report; the first two count as satisfied.
OPTIONS: Final[dict[str, Text]] = {
    "good": pgettext_lazy("ballot", "好"),
    "fair": pgettext_lazy("ballot", "较好"),
    "plain": pgettext_lazy("ballot", "一般"),
    "poor": pgettext_lazy("ballot", "差"),
}
SATISFIED: Final = ("good", "fair")

#: Which aspect facts of a kind speak for, by the beginning of their names.
ASPECT_OF: Final[tuple[tuple[str, str], ...]] = (
    ("activity.problem", "clean"),
    ("activity.review", "clean"),
    ("activity.pledge", "political"),
    ("activity.topic", "effective"),
    ("activity.contest", "effective"),
    ("activity.mutual", "effective"),
    ("activity.visit", "political"),
    ("case.", "serving"),
    ("post.", "lawful"),
    ("appointment.", "lawful"),
    ("org.", "lawful"),
)


def fact_title(kind: str) -> str:
    """What a fact's kind is called: as the journal calls the action that left it."""
    return labels.action(kind.removeprefix("activity."))


def aspect_of(kind: str) -> str:
    """The aspect that facts of ``kind`` speak for; ``effective`` when no rule says otherwise."""
    return next((aspect for begin, aspect in ASPECT_OF if kind.startswith(begin)), "effective")
