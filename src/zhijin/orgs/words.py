"""The field's lists: seven sectors, kinds of organisation, industries, kinds of post. Plain Python.

Sectors are the seven of the province's plan (documents 000, 001: rural, urban, government organs,
state-owned enterprises, universities, public hospitals, emerging fields). Industries follow the
sections of GB/T 4754 and are numbered from 100, so that a line's number says which kind of line it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

Text = str | Promise

RURAL, URBAN, GOVERNMENT, ENTERPRISE, UNIVERSITY, HOSPITAL, EMERGING = range(1, 8)

SECTORS: Final[dict[int, Text]] = {
    RURAL: _("农村"),
    URBAN: _("城市"),
    GOVERNMENT: _("机关"),
    ENTERPRISE: _("国有企业"),
    UNIVERSITY: _("高校"),
    HOSPITAL: _("公立医院"),
    EMERGING: _("新兴领域"),
}
SECTOR_KEYS: Final[dict[int, str]] = {
    RURAL: "rural",
    URBAN: "urban",
    GOVERNMENT: "government",
    ENTERPRISE: "enterprise",
    UNIVERSITY: "university",
    HOSPITAL: "hospital",
    EMERGING: "emerging",
}

INDUSTRIES: Final[dict[int, Text]] = {
    101: _("公安"),
    102: _("交通运输"),
    103: _("应急管理"),
    104: _("住房和城乡建设"),
    105: _("民政"),
    106: _("法院"),
    107: _("市场监管"),
    108: _("农业农村"),
    109: _("卫生健康"),
    110: _("教育"),
    111: _("自然资源"),
    112: _("生态环境"),
    113: _("水务"),
    114: _("电力"),
    115: _("林业"),
    116: _("综合执法"),
    117: _("司法"),
    118: _("文化旅游"),
    119: _("组织"),
    120: _("互联网"),
    121: _("制造"),
    122: _("商贸"),
    123: _("物流快递"),
    124: _("建筑"),
    125: _("种植养殖"),
    126: _("社会服务"),
}


class Kind(StrEnum):
    """Kinds of organisation. The first four are the Party's own."""

    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    GROUP = "group"
    AGENCY = "agency"
    COURT = "court"
    VILLAGERS_COMMITTEE = "villagers_committee"
    RESIDENTS_COMMITTEE = "residents_committee"
    FIRM = "firm"
    COOPERATIVE = "cooperative"
    SOCIAL_ORG = "social_org"
    SCHOOL = "school"
    UNIVERSITY = "university"
    HOSPITAL = "hospital"
    PROPERTY_FIRM = "property_firm"
    OWNERS_COMMITTEE = "owners_committee"
    WORKSHOP = "workshop"


KINDS: Final[dict[str, Text]] = {
    Kind.COMMITTEE: _("党委"),
    Kind.GENERAL_BRANCH: _("党总支"),
    Kind.BRANCH: _("党支部"),
    Kind.GROUP: _("党小组"),
    Kind.AGENCY: _("机关单位"),
    Kind.COURT: _("法院"),
    Kind.VILLAGERS_COMMITTEE: _("村民委员会"),
    Kind.RESIDENTS_COMMITTEE: _("居民委员会"),
    Kind.FIRM: _("企业"),
    Kind.COOPERATIVE: _("合作社"),
    Kind.SOCIAL_ORG: _("社会组织"),
    Kind.SCHOOL: _("学校"),
    Kind.UNIVERSITY: _("高等学校"),
    Kind.HOSPITAL: _("医院"),
    Kind.PROPERTY_FIRM: _("物业企业"),
    Kind.OWNERS_COMMITTEE: _("业主委员会"),
    Kind.WORKSHOP: _("车间"),
}
PARTY_KINDS: Final = frozenset({Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH, Kind.GROUP})
#: Branches, general branches and committees of primary level: what "98,000" counts.
PRIMARY_KINDS: Final = frozenset({Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH})
#: Where the Party's own coverage is asked for (A4: private firms and social organisations).
COVERED_KINDS: Final = frozenset({Kind.FIRM, Kind.SOCIAL_ORG, Kind.PROPERTY_FIRM})


@dataclass(frozen=True, slots=True)
class PostKind:
    """A kind of post. ``role`` is what an appointment to it grants by itself (grid posts only);
    ``leads`` marks the head of an organisation; ``term_years`` the length of a term, where elected;
    ``seats`` how many usually hold it together."""

    key: str
    zh: Text
    role: str = ""
    leads: bool = False
    at_grid: bool = False
    term_years: int = 0
    seats: int = 1

    @property
    def title(self) -> str:
        """The title that a post of this kind is stored under: the Chinese source."""
        with override("zh-hans"):
            return str(self.zh)


_POSTS = (
    PostKind("secretary", _("书记"), leads=True, term_years=5),
    PostKind("deputy_secretary", _("副书记"), term_years=5, seats=3),
    PostKind("committee_member", _("委员"), term_years=5, seats=7),
    PostKind("group_leader", _("党小组长"), leads=True),
    PostKind("director", _("主任"), leads=True, term_years=5),
    PostKind("deputy_director", _("副主任"), term_years=5, seats=3),
    PostKind("first_secretary", _("驻村第一书记"), term_years=2),
    PostKind("resident_cadre", _("驻村干部"), term_years=2, seats=5),
    PostKind("community_worker", _("社区工作者"), seats=30),
    PostKind("grid_leader", _("网格长"), role="grid_leader", at_grid=True),
    PostKind("grid_worker", _("网格员"), role="grid_worker", at_grid=True, seats=3),
    PostKind("neighbour_leader", _("联户长"), role="neighbour_leader", at_grid=True, seats=40),
    PostKind("public_benefit", _("公益岗"), seats=50),
    PostKind("head", _("负责人"), leads=True),
    PostKind("officer", _("工作人员"), seats=60),
    PostKind("judge", _("法官"), seats=10),
    PostKind("contact", _("联系人"), seats=3),
    PostKind("engineer", _("设备工程师"), seats=10),
    PostKind("manager", _("车间负责人"), leads=True),
)
POST_KINDS: Final[dict[str, PostKind]] = {post.key: post for post in _POSTS}
LEADING: Final = frozenset(post.key for post in _POSTS if post.leads)
GRID_POSTS: Final = frozenset(post.key for post in _POSTS if post.at_grid)


def sector_of_place(code: str) -> int:
    """Rural or urban by the village's class digit (GB/T 10114: 0 and 1 are communities)."""
    return URBAN if len(code) >= 12 and code[9] in "014" else RURAL
