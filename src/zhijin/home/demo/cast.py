"""The accounts of a demonstration: one for every role and every show, with the place they work at.

All share one password, which is printed; a real installation has none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.activities.api import DEMO_PROPERTY, DEMO_TECH, DEMO_UNIT

#: 大耆老村 of 靖安镇, 昭阳区, 昭通市 (document 003).
VILLAGE: Final = "530602105207"
TOWNSHIP: Final = "530602105"
COUNTY: Final = "530602"
#: 云岩区 has the court of document 002; 修文县 the steel works of document 001.
COURT_COUNTY: Final = "520103"
PLANT_COUNTY: Final = "520123"


@dataclass(frozen=True, slots=True)
class Member:
    """One account. ``via`` says how the role is held: ``grant`` (over the place), ``post`` (an
    appointment to a grid post brings it), ``line`` (a department: its industry line and its own
    organisation, registered as ``org`` when the county has none) or ``org`` (only the organisation
    named in ``org``)."""

    username: str
    name: str
    role: str
    place: str
    via: str = "grant"
    org: str = ""
    industry: int = 0
    what: str | Promise = ""


APPLICANT: Final = DEMO_TECH
RESPONDENT: Final = "云岩示例商贸有限公司"
PLANT: Final = "修文示例特殊钢有限公司"

_WORKERS = ("罗小满", "马秀云", "李建国", "赵春燕", "杨立新", "陈玉珍")
MEMBERS: Final[tuple[Member, ...]] = (
    *(
        Member("wangge" if n == 1 else f"wangge{n}", name, "grid_worker", f"{VILLAGE}{n:03d}", "post",
               what=_("大耆老村的一个网格"))
        for n, name in enumerate(_WORKERS, 1)
    ),
    Member("wanggezhang", "陈守田", "grid_leader", VILLAGE, "post", what=_("大耆老村各网格的网格长")),
    Member("lianhuzhang", "唐菊芬", "neighbour_leader", f"{VILLAGE}001", "post", what=_("第 1 网格的联户长")),
    Member("cunganbu", "邓国平", "village_staff", VILLAGE, what=_("大耆老村村干部")),
    Member("jiandu", "孙芒种", "village_supervisor", VILLAGE, what=_("大耆老村村务监督委员会")),
    Member("shuji", "李春禾", "village_secretary", VILLAGE, what=_("大耆老村党总支书记")),
    Member("guangbo", "封立夏", "village_secretary", "520281127017", what=_("封家湾社区党组织书记（云广播）")),
    Member("zhen", "王立夏", "township_officer", TOWNSHIP, what=_("靖安镇工作人员")),
    Member("xian", "周清明", "county_officer", COUNTY, what=_("昭阳区工作人员")),
    Member("gongan", "吴处暑", "department_officer", COUNTY, "line", industry=101, what=_("昭阳区公安局")),
    Member("jiaotong", "孙惊蛰", "department_officer", COUNTY, "line", industry=102, what=_("昭阳区交通运输局")),
    Member("yingji", "何谷雨", "department_officer", COUNTY, "line", industry=103, what=_("昭阳区应急管理局")),
    Member("zhujian", "冯小暑", "department_officer", COUNTY, "line", industry=104, what=_("昭阳区住房和城乡建设局")),
    Member("minzheng", "沈秋分", "department_officer", COUNTY, "line", industry=105, what=_("昭阳区民政局")),
    Member("shichang", "韩霜降", "department_officer", COUNTY, "line", industry=107, what=_("昭阳区市场监督管理局")),
    Member("gannan", "祁白露", "village_secretary", "632802001204", what=_("德令哈市甘南村党支部书记（线上党支部）")),
    Member("nanguan", "卢谷雨", "village_secretary", "520302011202", what=_("红花岗区金华村党支部书记（南关小红）")),
    Member("wulanlu", "祁春分", "village_secretary", "632802002004", what=_("乌兰路社区党组织书记（红方寸）")),
    Member("wuye", "王芒种", "firm_contact", "632802002004", "org", DEMO_PROPERTY,
           what=_("乌兰路社区物业企业（红方寸服务清单）")),
    Member("xiaopo", "黄惊蛰", "village_secretary", "520181203207", what=_("小坡村党支部书记（星火夜话）")),
    Member("shi", "郑白露", "prefecture_officer", "5306", what=_("昭通市")),
    Member("danwei", "高小满", "unit_secretary", "5306", "unit", DEMO_UNIT, what=_("昭通市人社局机关党组织书记")),
    Member("sheng", "林立春", "province_officer", "53", what=_("云南省")),
    Member("fating", "方大雪", "court_officer", COURT_COUNTY, what=_("云岩区人民法院（绿色通道）")),
    Member("qiye", "龙小寒", "firm_contact", COURT_COUNTY, "org", APPLICANT, what=_("申请企业联系人")),
    Member("duifang", "石冬至", "firm_contact", COURT_COUNTY, "org", RESPONDENT, what=_("被申请企业联系人")),
    Member("wangxin", "江白露", "department_officer", COURT_COUNTY, "line", "云岩区互联网信息办公室（模拟）", 120,
           what=_("云岩区互联网行业（行业线：只看本行业的两新组织）")),
    Member("yunyan", "曹立夏", "county_officer", COURT_COUNTY, what=_("云岩区工作人员（属地：看全区的两新组织）")),
    Member("gongcheng", "易大暑", "plant_engineer", PLANT_COUNTY, "org", PLANT, what=_("钢厂设备工程师")),
    Member("chejian", "代芒种", "plant_manager", PLANT_COUNTY, "org", PLANT, what=_("钢厂车间负责人")),
    Member("banzhang", "安立冬", "firm_contact", PLANT_COUNTY, "org", PLANT, what=_("钢厂夜班班长（报故障）")),
    Member("qingzhen", "宋雨水", "county_officer", "520181", what=_("清镇市工作人员")),
    Member("qinglong", "邹谷满", "township_officer", "520181002", what=_("清镇市青龙山街道工作人员")),
    Member("dongshan", "袁立秋", "village_secretary", "520181002018", what=_("东山社区党总支书记")),
    Member("koujiang", "吴应春", "township_officer", "522631206", what=_("黎平县口江乡（48 个网格）")),
    Member("guizhou", "田夏至", "province_officer", "52", what=_("贵州省")),
    Member("xishui", "宋立秋", "county_officer", "520330", what=_("习水县工作人员（换届、驻村、班子结构）")),
    Member("hexi", "蒋清明", "township_officer", "632802001", what=_("德令哈市河西街道工作人员（推荐学历提升）")),
    Member("delingha", "沈小雪", "county_officer", "632802", what=_("德令哈市工作人员（审核学历提升）")),
    Member("haixi", "马谷雨", "prefecture_officer", "6328", what=_("海西州（全州学历提升情况）")),
    Member("douqing", "杨春分", "village_secretary", "520204109200", what=_("陡箐村党组织书记（农民画、红白理事会）")),
    Member("shuicheng", "陈小满", "county_officer", "520204", what=_("水城区工作人员（文明实践）")),
    Member("pingtang", "罗小雪", "county_officer", "522727",
           what=_("平塘县工作人员（供电党员服务队，烤烟户一户一档）")),
    Member("xitong", "系统甲", "system_admin", "", what=_("系统管理员：账号和设置")),
    Member("anquan", "安全乙", "security_officer", "", what=_("安全管理员：授权")),
    Member("shenji", "审计丙", "auditor", "", what=_("审计员：操作日志")),
    Member("duijie", "对接系统", "api_client", COUNTY, what=_("对接系统（程序账号，不能登录）")),
)  # fmt: skip
