"""What the journal calls this room's records and the actions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhijin.activities.models import (
    Claim,
    CommunityReport,
    CountyPlan,
    Course,
    Cycle,
    Election,
    Event,
    Gathering,
    HouseholdLink,
    Matter,
    Meeting,
    ModelUnit,
    Need,
    PostedDuty,
    Posting,
    Problem,
    Proposal,
    Proxy,
    ServiceItem,
    ServiceRequest,
    Show,
    Sitting,
    Study,
    Team,
    Undertaking,
    Visit,
    Work,
)
from zhijin.activities.words import Text
from zhijin.core.labels import Labeller
from zhijin.orgs.api import Appointment

ACTIONS: dict[str, Text] = {
    "undertaking.drawn": _("起草承诺书或领题"),
    "undertaking.item": _("加承诺事项"),
    "undertaking.published": _("公开承诺"),
    "undertaking.progress": _("登记承诺进展"),
    "undertaking.closed": _("结束承诺"),
    "event.made": _("主办活动"),
    "event.invited": _("邀请参加单位"),
    "event.dropped": _("移出参加单位"),
    "event.judge": _("指定评委"),
    "contest.entered": _("擂台比武报名"),
    "contest.started": _("擂台比武开始评分"),
    "contest.judged": _("评委交评分表"),
    "contest.closed": _("公布擂台比武结果"),
    "mutual.started": _("分配互评关系"),
    "mutual.handed_in": _("交互评表"),
    "mutual.closed": _("公布互评结果"),
    "review.started": _("述职评议开始"),
    "review.reported": _("交述职报告"),
    "review.asked": _("述职提问"),
    "review.answered": _("述职答复"),
    "ballot.enrolled": _("列投票名册"),
    "ballot.code": _("补投票码"),
    "ballot.opened": _("开始投票"),
    "ballot.present": _("投票签到"),
    "ballot.paper": _("收到一张票"),
    "ballot.counted": _("计票"),
    "check.listed": _("公布抽查名单"),
    "check.drawn": _("抽取抽查单位"),
    "check.closed": _("结束抽查"),
    "problem.found": _("抽查发现问题"),
    "problem.rectified": _("报送整改"),
    "problem.verified": _("问题销号"),
    "problem.returned": _("退回整改"),
    "model.begun": _("开始申报模范机关"),
    "model.evidence": _("取用申报依据"),
    "model.applied": _("申报模范机关"),
    "model.recommended": _("推荐模范机关"),
    "model.published": _("公示模范机关"),
    "model.objection": _("登记公示异议"),
    "model.settled": _("查清公示异议"),
    "model.decided": _("决定命名"),
    "model.named": _("命名模范机关"),
    "visit.asked": _("约观摩"),
    "visit.answered": _("答复观摩"),
    "visit.held": _("开展观摩"),
    "cycle.begun": _("启用工作周期"),
    "cycle.stopped": _("停用工作周期"),
    "cycle.remind": _("月提醒"),
    "cycle.dispatch": _("季调度"),
    "cycle.review": _("开始半年互评"),
    "cycle.collect": _("收齐互评"),
    "cycle.annual": _("冻结年度考核"),
    "life.begun": _("启用组织生活日历"),
    "life.feed": _("更换日历的私有地址"),
    "meeting.called": _("通知会议"),
    "meeting.changed": _("修改会议通知"),
    "meeting.cancelled": _("取消会议"),
    "meeting.opened": _("会议开始"),
    "meeting.signed": _("会议签到"),
    "meeting.leave": _("会议请假"),
    "meeting.marked": _("主持人确认到会"),
    "meeting.vote": _("付表决"),
    "meeting.voted": _("会上投票"),
    "meeting.hands": _("记举手表决"),
    "meeting.counted": _("会上计票"),
    "meeting.held": _("会议结束、纪要定稿"),
    "meeting.file": _("取出会议纪要"),
    "course.made": _("建立课程"),
    "course.part": _("加课程内容"),
    "course.open": _("开课"),
    "course.closed": _("结课"),
    "community.reported": _("到社区报到"),
    "community.received": _("社区接收报到"),
    "community.ended": _("结束报到"),
    "need.published": _("发布需求"),
    "need.cancelled": _("取消需求"),
    "service.claimed": _("认领服务"),
    "service.withdrawn": _("退出认领"),
    "service.done": _("服务做完"),
    "service.given-back": _("退回服务"),
    "service.code": _("查看服务的确认码"),
    "service.confirmed": _("确认服务"),
    "service.named": _("受助居民凭姓名和电话确认"),
    "team.founded": _("成立志愿服务队"),
    "team.ended": _("解散志愿服务队"),
    "team.joined": _("加入志愿服务队"),
    "team.left": _("退出志愿服务队"),
    "thanks.received": _("收到感谢信"),
    "thanks.shown": _("展示感谢信"),
    "thanks.kept": _("留存感谢信"),
    "duty.posted": _("设岗定责"),
    "duty.ended": _("结束岗位职责"),
    "link.made": _("联系一户"),
    "link.ended": _("结束联系"),
    "link.visited": _("登记走访帮助"),
    "election.held": _("登记换届选举"),
    "election.warned": _("换届提醒"),
    "election.overdue": _("换届逾期"),
    "team.counted": _("查看班子结构背后的名单"),
    "worker.graded": _("社区工作者定级、晋级"),
    "posting.began": _("选派驻村干部"),
    "posting.ended": _("结束驻村"),
    "worklog.written": _("写驻村日志"),
    "plan.made": _("制定一县一方案"),
    "plan.measure": _("加方案措施"),
    "plan.progress": _("登记措施进展"),
    "commend.computed": _("核算表彰候选"),
    "study.surveyed": _("登记学历需求摸底"),
    "study.applied": _("报名学历提升"),
    "study.recommended": _("乡镇推荐学历提升"),
    "study.enrolled": _("县级审核通过学历提升"),
    "study.declined": _("学历提升未通过"),
    "study.result": _("登记学期结果"),
    "study.finished": _("学历提升毕业"),
    "study.stopped": _("中止学历提升"),
    "proposal.made": _("提出建议"),
    "proposal.supported": _("附议"),
    "proposal.remark": _("在建议下发言"),
    "proposal.hidden": _("隐藏建议或发言"),
    "proposal.shown": _("恢复显示"),
    "proposal.answered": _("答复建议"),
    "gathering.called": _("召集群众会"),
    "gathering.held": _("登记群众会"),
    "matter.begun": _("列入议事"),
    "matter.refused": _("议事未通过"),
    "matter.publication": _("起草决议公开"),
    "matter.publication-discarded": _("决议公开稿作废"),
    "matter.published": _("决议已公开"),
    "matter.carried": _("交办决议"),
    "matter.carried-out": _("决议已落实"),
    "matter.done": _("议事完成"),
    "sitting.called": _("召集议事会议"),
    "sitting.code": _("补议事投票码"),
    "sitting.present": _("登记议事到会"),
    "sitting.vote": _("议事开始投票"),
    "sitting.paper": _("收到一张议事票"),
    "sitting.hands": _("记议事举手的票"),
    "sitting.counted": _("议事计票"),
    "sitting.adjourned": _("议事另行开会"),
    "sitting.roll": _("查看议事名册"),
    "sitting.file": _("取出议事会议记录"),
    "gathering.file": _("取出群众会记录"),
    "matter.file": _("取出议事全程记录"),
    "work.added": _("登记文明实践作品"),
    "work.withdrawn": _("撤下文明实践作品"),
    "show.called": _("登记文明实践活动"),
    "show.held": _("登记活动人数"),
    "show.cancelled": _("取消文明实践活动"),
    "listed.offered": _("列入服务清单"),
    "listed.withdrawn": _("移出服务清单"),
    "listed.asked": _("申请清单服务"),
    "listed.contact": _("查看服务地点和电话"),
    "listed.answered": _("答复清单服务"),
    "listed.confirmed": _("确认清单服务"),
    "proxy.opened": _("受托代办"),
    "proxy.erased": _("代办材料保存期满删除"),
    "proxy.renewed": _("登记新的委托"),
    "proxy.submitted": _("代办递交窗口"),
    "proxy.decided": _("代办办结"),
    "proxy.paper": _("登记代办材料去向"),
    "proxy.withdrawn": _("撤回委托"),
    "proxy.closed": _("代办全部送达"),
    "proxy.rated": _("评价代办"),
    "proxy.code": _("查看代办码"),
    "proxy.contact": _("查看代办的本人和电话"),
    "signing.rotate": _("更换签名密钥"),
}


def _labels(model: Any, ids: Sequence[str]) -> Mapping[str, str]:
    rows = model.objects.filter(id__in=[UUID(one) for one in ids])
    return {str(row.pk): str(row) for row in rows}


def events(ids: Sequence[str]) -> Mapping[str, str]:
    """Titles of events, as far as the reader may see them."""
    return _labels(Event, ids)


def undertakings(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Undertaking, ids)


def model_units(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(ModelUnit, ids)


def problems(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Problem, ids)


def visits(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Visit, ids)


def cycles(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Cycle, ids)


def elections(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Election, ids)


def postings(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Posting, ids)


def county_plans(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(CountyPlan, ids)


def studies(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Study, ids)


def appointments(ids: Sequence[str]) -> Mapping[str, str]:
    """The posts of appointments, as far as the reader may see them; never the holders."""
    rows = Appointment.objects.filter(id__in=[UUID(one) for one in ids]).select_related("post")
    return {str(row.pk): row.post.label for row in rows}


def meetings(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Meeting, ids)


def courses(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Course, ids)


def needs(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Need, ids)


def teams(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Team, ids)


def duties(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(PostedDuty, ids)


def links(ids: Sequence[str]) -> Mapping[str, str]:
    """Who looks after which household: masks and the household's number."""
    return _labels(HouseholdLink, ids)


def community_reports(ids: Sequence[str]) -> Mapping[str, str]:
    """Masked names, or the unit's."""
    return _labels(CommunityReport, ids)


def services(ids: Sequence[str]) -> Mapping[str, str]:
    """Who took a need up: a masked name, or the organisation's."""
    return _labels(Claim, ids)


def gatherings(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Gathering, ids)


def matters(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Matter, ids)


def proposals(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Proposal, ids)


def service_items(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(ServiceItem, ids)


def service_requests(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(ServiceRequest, ids)


def proxies(ids: Sequence[str]) -> Mapping[str, str]:
    """What is applied for, and a masked name."""
    return _labels(Proxy, ids)


def sittings(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Sitting, ids)


def works(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Work, ids)


def shows(ids: Sequence[str]) -> Mapping[str, str]:
    return _labels(Show, ids)


#: How records of each kind are named wherever they are listed.
NAMED: Final[dict[str, Labeller]] = {
    "election": elections,
    "posting": postings,
    "county-plan": county_plans,
    "study": studies,
    "appointment": appointments,
    "meeting": meetings,
    "course": courses,
    "gathering": gatherings,
    "matter": matters,
    "proposal": proposals,
    "service-item": service_items,
    "service-request": service_requests,
    "sitting": sittings,
    "proxy": proxies,
    "work": works,
    "show": shows,
    "cycle": cycles,
    "event": events,
    "undertaking": undertakings,
    "model-unit": model_units,
    "problem": problems,
    "visit": visits,
    "need": needs,
    "team": teams,
    "service": services,
    "community-report": community_reports,
    "posted-duty": duties,
    "household-link": links,
}
