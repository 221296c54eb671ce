"""The catalogue of roles: who they are, how high they stand, what they may do.

Plain Python: knows neither Django nor who holds a role where (that is a grant, in ``access``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Levels of standing. An escalation must go to a role of a higher level than the owner's.
PUBLIC, GRID, VILLAGE, TOWNSHIP, COUNTY, PREFECTURE, PROVINCE = range(0, 70, 10)
#: Above the others of the same level.
_LEADS: Final = 5


@dataclass(frozen=True, slots=True)
class Role:
    """One role. ``level`` orders escalation (0 the public … 60 the province)."""

    key: str
    zh: str
    en: str
    level: int
    permissions: frozenset[str]
    note_zh: str = ""
    note_en: str = ""

    def title(self, lang: str = "zh") -> str:
        """The role's name in ``zh`` or ``en`` (tags such as ``zh-hans`` are understood)."""
        return self.en if lang.lower().startswith("en") else self.zh


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Every permission of the platform. A role may hold only these (checked by a test).
PERMISSIONS: Final = _set(
    """
    case.report case.view case.act case.dispatch case.merge case.transfer case.approve
    case.whistle case.callback case.export
    device.view device.edit broadcast.view broadcast.make broadcast.approve alert.receive alert.trust
    channel.manage
    place.view place.edit grid.edit place.import org.view org.edit org.import
    person.view person.edit person.import person.reveal retention.manage sheet.fill
    playbook.view playbook.upload playbook.publish
    assess.view assess.appeal assess.adjust assess.approve assess.answer assess.run assess.publish
    ledger.view ledger.post ledger.close
    activity.view activity.act activity.organise deliberate.act deliberate.answer proxy.act
    disclose.view disclose.draft disclose.supervise disclose.approve disclose.answer
    account.manage grant.manage journal.read settings.manage webhook.manage wall.manage demo.clock
    """
)

_GRID = frozenset({"case.report", "case.view", "case.act", "place.view", "person.view"})
_GRID |= {"device.view", "broadcast.view"}
_GRID_LEADER = _GRID | {"case.dispatch", "case.callback", "org.view", "playbook.view"}
#: Pledges, contests, reviews, visits: for the organisations one answers for.
_ACTIVITY = frozenset({"activity.view", "activity.act"})
_VILLAGE_STAFF = _GRID_LEADER | _set(
    "case.merge person.edit assess.view ledger.view ledger.post activity.view sheet.fill "
    "disclose.view disclose.draft disclose.answer broadcast.make deliberate.act deliberate.answer "
    "proxy.act"
)
_VILLAGE = _VILLAGE_STAFF | _ACTIVITY | {
    "case.approve", "case.transfer", "grid.edit", "org.edit", "assess.appeal", "ledger.close",
    "disclose.approve",
}  # fmt: skip
_VILLAGE |= {"device.edit", "broadcast.approve", "alert.receive", "wall.manage"}
_TOWNSHIP = _VILLAGE | {
    "case.whistle", "case.export", "place.edit", "org.import", "person.import", "person.reveal",
    "retention.manage", "alert.trust",
    "assess.adjust", "assess.approve", "activity.organise",
}  # fmt: skip
_COUNTY = _TOWNSHIP | {
    "place.import", "playbook.upload", "playbook.publish", "demo.clock", "assess.answer",
    "assess.run", "assess.publish", "channel.manage",
}  # fmt: skip
_ABOVE = _set(
    "case.view case.export case.approve place.view org.view playbook.view playbook.upload "
    "playbook.publish assess.view assess.approve assess.answer assess.run assess.publish "
    "activity.view activity.organise disclose.view sheet.fill"
)
_ABOVE |= {"device.view", "broadcast.view", "broadcast.make", "broadcast.approve", "alert.receive"}
_ABOVE |= {"alert.trust"}
_DEPARTMENT = _set(
    "case.report case.view case.act case.transfer case.callback case.export place.view "
    "org.view playbook.view assess.view activity.view activity.act sheet.fill deliberate.answer"
)
_PLANT = frozenset({"case.report", "case.view", "case.act", "org.view", "place.view"})

_CATALOGUE = (
    Role("resident", "居民", "Resident", PUBLIC, frozenset({"case.report"}),
         "在门户上报事的人，不需要账号", "Anyone on the portal; no account is needed"),
    Role("reporter", "上报人", "Reporter", PUBLIC, frozenset({"case.report"}),
         "持有本件查询码的人", "Whoever holds the status code of this case"),
    Role("device", "感知设备", "Device", PUBLIC, frozenset({"case.report"}),
         "登记过的设备", "A registered device"),
    Role("api_client", "对接系统", "API client", PUBLIC, frozenset({"case.report", "alert.receive"}),
         "持有接口密钥的外部系统", "Another system with an API key"),
    Role("firm_contact", "企业联系人", "Firm contact", PUBLIC,
         frozenset({"case.report", "case.view", "deliberate.answer"}),
         "为本企业办事的人", "Acts for their own firm"),
    Role("neighbour_leader", "联户长", "Neighbour leader", GRID, _GRID,
         "联系十户左右的带头人", "Looks after about ten households"),
    Role("grid_worker", "网格员", "Grid worker", GRID, _GRID,
         "在网格里巡查、办事的人", "Patrols a grid and handles its matters"),
    Role("plant_engineer", "设备工程师", "Plant engineer", GRID, _PLANT,
         "排除本企业设备故障的人", "Clears faults in their own plant"),
    Role("grid_leader", "网格长", "Grid leader", GRID + _LEADS, _GRID_LEADER,
         "对网格里的事项负责的人", "Answers for the matters of a grid"),
    Role("village_staff", "村（社区）干部", "Village staff", VILLAGE, _VILLAGE_STAFF,
         "村（居）委会的工作人员", "Works for a village or community committee"),
    Role("village_supervisor", "村务监督委员会成员", "Village supervisor", VILLAGE,
         _set("case.view place.view org.view disclose.view disclose.supervise ledger.view"),
         "独立审核村务财务的人，不由村干部及其近亲属担任",
         "Looks at a village's affairs and finance independently of its committee"),
    Role("village_secretary", "村（社区）党组织书记", "Village Party secretary", VILLAGE + _LEADS,
         _VILLAGE, "村或社区党组织的书记", "Secretary of a village's or community's Party organisation"),
    Role("unit_secretary", "单位党组织书记", "Unit Party secretary", VILLAGE + _LEADS,
         _ACTIVITY | {"org.view", "case.view", "place.view", "assess.view", "assess.appeal"}
         | {"deliberate.answer"},
         "机关、企业、学校、医院等单位党组织的书记",
         "Secretary of the Party organisation of an office, firm, school or hospital"),
    Role("plant_manager", "车间负责人", "Plant manager", VILLAGE, _PLANT | {"case.approve"},
         "对车间生产负责的人", "Answers for a workshop's production"),
    Role("township_officer", "乡镇（街道）工作人员", "Township officer", TOWNSHIP, _TOWNSHIP,
         "乡镇或街道的工作人员", "Works for a township or sub-district"),
    Role("department_officer", "县直部门工作人员", "Department officer", TOWNSHIP, _DEPARTMENT,
         "县级部门按行业线办事的人", "A county department, along its line of business"),
    Role("court_officer", "法院工作人员", "Court officer", TOWNSHIP, _DEPARTMENT,
         "办理涉企保全等事项的人", "Handles firms' preservation applications"),
    Role("county_officer", "县级工作人员", "County officer", COUNTY, _COUNTY,
         "县（市、区）的工作人员", "Works for a county"),
    Role("prefecture_officer", "市级工作人员", "Prefecture officer", PREFECTURE, _ABOVE,
         "市（州）的工作人员", "Works for a prefecture"),
    Role("province_officer", "省级工作人员", "Province officer", PROVINCE, _ABOVE,
         "省的工作人员", "Works for a province"),
    Role("system_admin", "系统管理员", "System administrator", PUBLIC,
         frozenset({"account.manage", "settings.manage", "webhook.manage", "demo.clock"}),
         "管账号和设置，看不到业务数据", "Accounts and settings; sees no business data"),
    Role("security_officer", "安全管理员", "Security officer", PUBLIC, frozenset({"grant.manage"}),
         "管授权，看不到业务数据", "Grants of roles; sees no business data"),
    Role("auditor", "审计员", "Auditor", PUBLIC, frozenset({"journal.read"}),
         "只读操作日志", "Reads the journal only"),
)  # fmt: skip

ROLES: Final[dict[str, Role]] = {role.key: role for role in _CATALOGUE}

#: Roles that administer the platform: they never own, open or move a case.
ADMINISTRATIVE: Final = frozenset({"system_admin", "security_officer", "auditor"})

#: Roles that anybody may take up without an account.
OPEN_TO_ALL: Final = frozenset({"resident", "reporter", "device", "api_client", "firm_contact"})

#: Short names of a level, as a playbook writes ``escalate: township``.
LEVEL_ROLES: Final[dict[str, str]] = {
    "grid": "grid_leader",
    "village": "village_secretary",
    "plant": "plant_manager",
    "township": "township_officer",
    "department": "department_officer",
    "county": "county_officer",
    "prefecture": "prefecture_officer",
    "province": "province_officer",
}


def resolve(name: str) -> Role | None:
    """The role called ``name`` (a key, or a level's short name); None when there is none."""
    return ROLES.get(LEVEL_ROLES.get(name, name))


def is_above(upper: str, lower: str) -> bool:
    """Whether ``upper`` stands higher than ``lower``. Unknown roles are above nobody."""
    high, low = resolve(upper), resolve(lower)
    return high is not None and low is not None and high.level > low.level
