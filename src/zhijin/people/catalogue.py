"""What personal data is held, what for, and on which legal ground: one line for each field. Plain Python.

The table is shown to everybody (PIPL articles 7 and 17) and a test holds it against the models: a sealed
field without its line here fails the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
#: Ages that the law draws lines at: of whoever may be a child the guardian decides (PIPL article 31).
ADULT_AGE: Final = 18
CHILD_AGE: Final = 14


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of personal data. ``sealed`` is encrypted and shown masked; ``sensitive`` needs its own
    consent (PIPL article 29)."""

    key: str
    zh: Text
    why: Text
    basis: Text
    kept: Text
    sealed: bool = True
    sensitive: bool = False


_DUTY = _("履行法定职责（个人信息保护法第十三条第三项）")
_CONSENT = _("本人同意（第十三条第一项）")
_SEPARATE = _("本人单独同意（第二十九条）")
_WHILE_HERE = _("居住期间，迁出后一年内删除")

FIELDS: Final[tuple[Field, ...]] = (
    Field("name", _("姓名"), _("办事、走访时称呼和核对"), _DUTY, _WHILE_HERE),
    Field("phone", _("电话"), _("办事进展和紧急情况时联系；凭它确认为本人做的服务"), _CONSENT,
          _("撤回同意或迁出即删除")),
    Field("id_number", _("身份证号"), _("需要核验身份的事项；满 14、18 岁的那一年核对满没满；其他事项不用"), _SEPARATE,
          _("核验事项办结后一年内删除"), sensitive=True),
    Field("address", _("住址"), _("上门走访、送达"), _DUTY, _WHILE_HERE),
    Field("gender", _("性别"), _("统计"), _DUTY, _WHILE_HERE, sealed=False),
    Field("birth_year", _("出生年份"), _("识别老人和未成年人，给予照顾和保护；不记出生日"), _DUTY, _WHILE_HERE,
          sealed=False),
    Field("party", _("党员身份"), _("参加组织生活；只有所在支部和上级可见"), _CONSENT,
          _("组织关系在本地期间"), sealed=False, sensitive=True),
    Field("member_mark", _("党员身份证号的指纹"), _("查重：同一个人不登记在两个支部；只留不能还原的指纹，不留号码"),
          _SEPARATE, _("组织关系在本地期间"), sealed=False, sensitive=True),
    Field("whereabouts", _("流动党员去向"), _("外出时也能参加组织生活；只记到县市，不记地址和行踪"), _CONSENT,
          _("组织关系在本地期间"), sealed=False),
    Field("service", _("报到、志愿服务和联系户"), _("安排服务、确认服务；只记遮盖后的姓名，不记行踪，不排名"), _CONSENT,
          _("随工作记录保存，只有遮盖后的姓名"), sealed=False),
    Field("proxy", _("委托代办的事"),
          _("替本人递交、领取、送达；内容加密保存，全部送达后删除，只留事项、日期、结果和委托、签收的凭据"),
          _CONSENT, _("全部送达后按保存期限删除（默认半年），包括材料和签收的照片"), sealed=False),
    Field("case", _("上报的事项：上报人姓名、电话、写的话、照片、位置"), _("办理这件事、告诉您进展、核实和回访"), _DUTY,
          _("办结后按保存期限删除（默认两年）；只留类别、所在网格、时间和结果供统计"), sealed=False),
    Field("roll", _("会议和投票名册上的姓名"), _("核对谁有票、到没到，一人一票；公开的只有人数"), _DUTY,
          _("随会议记录保存，加密；无记名投票不留谁投了什么"), sealed=False),
    Field("points", _("积分"), _("按村民会议通过的规则记分、兑换；本人可以申诉；未成年人没有积分"), _DUTY,
          _("账簿按规定保存"), sealed=False),
    Field("learning", _("课程进度和学历提升"), _("组织学习、按方案分担学费；只看学没学完，不排名"), _CONSENT,
          _("组织关系在本地期间；任职期间"), sealed=False),
    Field("household", _("所在户"), _("按户走访和联系；明确联户长"), _DUTY, _WHILE_HERE, sealed=False),
    Field("particulars", _("任职人的学历、资格和类别（致富能手、返乡、大学毕业生等）"),
          _("统计班子结构、核对晋级条件；页面只显示人数"), _DUTY, _("任职期间和届满后一届"), sealed=False),
    Field("position", _("住处位置"), _("核对是否每户都有网格；不记行踪"), _DUTY, _WHILE_HERE, sealed=False),
)  # fmt: skip
BY_KEY: Final = {field.key: field for field in FIELDS}
#: What `reveal` may open.
SEALED: Final = tuple(field.key for field in FIELDS if field.sealed)

#: What somebody may state as their reason for seeing a masked field.
PURPOSES: Final[dict[str, Text]] = {
    "visit": _("上门走访"),
    "case": _("办理这个人的事项"),
    "verify": _("核对登记信息"),
    "emergency": _("紧急救助"),
    "request": _("本人要求查阅或更正"),
}

#: What a person may consent to, each apart.
CONSENTS: Final[dict[str, Text]] = {
    "phone": _("用电话联系我"),
    "id_number": _("保存我的身份证号"),
    "party": _("登记我的党员身份"),
    "notice": _("向我发送通知"),
}

#: Schooling, by a number that grows with it (levels of GB/T 4658 in broad steps).
EDUCATION: Final[dict[int, Text]] = {
    1: _("初中及以下"), 2: _("高中、中专"), 3: _("大专"), 4: _("本科"), 5: _("研究生"),
}  # fmt: skip
#: Professional certificates of social work, by a number that grows with them.
CERTIFICATES: Final[dict[int, Text]] = {
    0: _("无"), 1: _("助理社会工作师"), 2: _("社会工作师"), 3: _("高级社会工作师"),
}  # fmt: skip
#: What a holder may be counted as: each is declared and checked when they take the post.
TRAITS: Final[dict[str, Text]] = {
    "party_member": _("党员"),
    "able_earner": _("致富能手"),
    "returnee": _("返乡回引人才"),
    "graduate": _("大学毕业生"),
    "leads_project": _("领衔创新项目"),
    "backbone": _("骨干"),
    "talent": _("中高端人才"),
}
