"""The tables of organisations and appointments: their columns, how a row is taken, what goes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijin.core import sheets
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.core.sheets import Column, Row
from zhijin.orgs import errors, posts, selectors, services, words
from zhijin.orgs.models import Appointment, Organisation, Post
from zhijin.orgs.sheeting import Sheet

KIND_CHOICES = {str(zh): key.value for key, zh in words.KINDS.items()}  # type: ignore[attr-defined]
SECTOR_CHOICES = {str(zh): number for number, zh in words.SECTORS.items()}
INDUSTRY_CHOICES = {str(zh): number for number, zh in words.INDUSTRIES.items()}
POST_CHOICES = {str(post.zh): post.key for post in words.POST_KINDS.values()}
HOW_CHOICES = {"选举": "elected", "任命": "appointed", "聘用": "hired", "选派": "posted"}
_KIND_ALSO = {
    "中共党委": "committee",
    "总支": "general_branch",
    "支部": "branch",
    "村委会": "villagers_committee",
    "居委会": "residents_committee",
    "公司": "firm",
    "学会协会": "social_org",
    "专业合作社": "cooperative",
}
_POST_ALSO = {"党支部书记": "secretary", "网格党小组长": "group_leader"}
_SECTOR_ALSO = {
    "城市社区": 2,
    "社区": 2,
    "国企": 4,
    "高等学校": 5,
    "医院": 6,
    "新兴": 7,
    "两新": 7,
    "机关单位": 3,
}
_KEY_HELP = _("系统给的编号；新登记时留空，更新时从导出表带出。")

ORG_COLUMNS = (
    Column("key", "组织编号", "Organisation key", sheets.text(20), synonyms=("编号",), help=_KEY_HELP,
           width=22),
    Column("name", "组织名称", "Name", sheets.text(120), required=True,
           synonyms=("单位名称", "党组织名称", "名称", "全称"), width=36, example="大耆老村示例养殖专业合作社"),
    Column("kind", "组织类别", "Kind", sheets.choice(KIND_CHOICES, _KIND_ALSO), required=True,
           synonyms=("类别", "类型", "党组织类别"), choices=KIND_CHOICES, example="合作社"),
    Column("sector", "所属领域", "Sector", sheets.choice(SECTOR_CHOICES, _SECTOR_ALSO), required=True,
           synonyms=("领域",), choices=SECTOR_CHOICES, example="农村"),
    Column("industry", "行业", "Industry", sheets.choice(INDUSTRY_CHOICES), synonyms=("所属行业",),
           choices=INDUSTRY_CHOICES, example="种植养殖"),
    Column("place_code", "所在地代码", "Place code", sheets.place_code, required=True,
           synonyms=("区划代码", "行政区划代码", "所在地区划代码"), width=18, example="530602105207"),
    Column("parent", "上级组织", "Parent organisation", sheets.text(120),
           synonyms=("上级党组织", "上级单位", "隶属"), width=30, help=_("上级组织的编号或全称。")),
    Column("credit_code", "统一社会信用代码", "Credit code", sheets.credit_code,
           synonyms=("信用代码", "社会信用代码"), width=22, example="91350100M000100Y43"),
    Column("employees", "职工人数", "Employees", sheets.integer(0, 10_000_000), synonyms=("从业人数",)),
    Column("members", "党员人数", "Party members", sheets.integer(0, 1_000_000), synonyms=("党员数",)),
    Column("valid_from", "成立日期", "Founded on", sheets.day(), synonyms=("成立时间", "登记日期"),
           example="2021-07-01"),
)  # fmt: skip


def org_saver(actor: Actor) -> Any:
    lookup = _Lookup(actor)

    def save(row: Row) -> str:
        values = row.values
        fields = {name: values[name] for name in ("name", "sector", "industry", "place_code")}
        for name in ("employees", "members", "credit_code"):
            if values[name] is not None:
                fields[name] = values[name]
        if values["parent"]:
            fields["parent"] = lookup.organisation(values["parent"], values["place_code"])
        found = lookup.same(values)
        if found is None:
            made = services.register_organisation(
                actor=actor, kind=values["kind"], valid_from=values["valid_from"], **fields
            )
            lookup.learn(made)
            return "added"
        before = found.version
        after = services.change_organisation(actor=actor, key=found.key, **fields)
        return "same" if after.version == before else "changed"

    return save


class _Lookup:
    """Finds organisations by what a table calls them, asking the database once for each name."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.rows = selectors.visible(actor).filter(valid_to=None)
        self.parents: dict[tuple[str, str], Organisation] = {}
        self.at_place: dict[str, dict[str, int]] = {}

    def same(self, values: dict[str, Any]) -> Organisation | None:
        """The organisation that a row means: by key, by credit code, or by name at its place."""
        if values["key"]:
            key = values["key"]
            return selectors.get(self.actor, int(key) if key.isdigit() and len(key) < 19 else 0)
        if values["credit_code"]:
            found = self.rows.filter(credit_code=values["credit_code"]).first()
            if found is not None:
                return found
        key = self.names(values["place_code"]).get(values["name"])
        return self.rows.filter(key=key).first() if key is not None else None

    def names(self, place_code: str) -> dict[str, int]:
        """Name → key of everything at exactly this place."""
        if place_code not in self.at_place:
            here = self.rows.filter(place_key=place_key(place_code)).order_by("-key")
            self.at_place[place_code] = dict(here.values_list("name", "key"))
        return self.at_place[place_code]

    def learn(self, made: Organisation) -> None:
        self.names(made.place_code).setdefault(made.name, made.key)

    def organisation(self, text: str, place_code: str) -> Organisation:
        """By key, or by full name, nearest to the place first. Raises OR001, OR007."""
        if text.isdigit() and len(text) <= 18:
            return selectors.get(self.actor, int(text))
        known = self.parents.get((text, place_code))
        if known is None:
            known = self.parents[text, place_code] = self._nearest(text, place_code)
        return known

    def _nearest(self, text: str, place_code: str) -> Organisation:
        for length in (12, 9, 6, 4, 2):
            if len(place_code) >= length:
                near = self.rows.filter(selectors.within(place_code[:length]))
                found = near.filter(name=text).order_by("place_key", "key").first()
                if found is not None:
                    return found
        raise errors.PARENT_WRONG(reason=text)


def org_rows(actor: Actor, place: str) -> Iterator[dict[str, Any]]:
    rows = selectors.listing(actor, selectors.Filter(place=place))
    names = ("name", "kind", "sector", "industry", "place_code", "credit_code", "employees",
             "members", "valid_from")  # fmt: skip
    for org in rows.iterator(chunk_size=2000):
        out = {name: getattr(org, name) for name in names}
        yield out | {"key": str(org.key), "parent": str(org.parent_id or "")}


APPOINTMENT_COLUMNS = (
    Column("kind", "岗位类别", "Post", sheets.choice(POST_CHOICES, _POST_ALSO),
           required=True, synonyms=("职务", "岗位", "岗位名称"), choices=POST_CHOICES, example="网格员"),
    Column("org", "组织", "Organisation", sheets.text(120), synonyms=("组织名称", "所在组织", "单位", "组织编号"),
           width=30, help=_("组织的编号或全称；网格岗位留空。")),
    Column("place_code", "所在地代码", "Place code", sheets.place_code, required=True,
           synonyms=("区划代码", "网格代码", "网格编号"), width=18, example="530602105207001"),
    Column("holder", "姓名", "Name", sheets.text(64), required=True, synonyms=("任职人", "人员姓名"),
           example="示例甲", personal=True),
    Column("username", "账号", "Account", sheets.text(64), synonyms=("用户名", "登录名"),
           help=_("平台用户名；网格岗位填了账号，任职时自动授权。")),
    Column("how", "任职方式", "How", sheets.choice(HOW_CHOICES), choices=HOW_CHOICES, example="聘用"),
    Column("valid_from", "任职日期", "From", sheets.day(), required=True,
           synonyms=("任职时间", "开始日期", "起始日期"), example="2024-03-01"),
    Column("term_no", "届次", "Term number", sheets.integer(1, 99)),
    Column("term_ends", "届满日期", "Term ends", sheets.day(), synonyms=("任期届满", "换届时间")),
    Column("concurrent", "交叉任职", "Concurrent", sheets.yes_no, choices={"是": True, "否": False}),
    Column("valid_to", "离任日期", "To", sheets.day(), synonyms=("离任时间", "结束日期")),
)  # fmt: skip


def appointment_saver(actor: Actor) -> Any:
    lookup = _Lookup(actor)

    def save(row: Row) -> str:
        values = row.values
        post = _post(actor, lookup, values)
        held = post.appointments.filter(valid_to=None, holder=values["holder"]).first()
        if held is not None and values["valid_to"] is None:
            return "same"
        if held is None:
            held = _appoint(actor, post, values)
        if values["valid_to"] is not None:
            posts.end_appointment(
                actor=actor, appointment_id=held.id, on=values["valid_to"], why="import"
            )
            return "changed"
        return "added"

    return save


def _appoint(actor: Actor, post: Post, values: dict[str, Any]) -> Appointment:
    term = posts.Term(
        start=values["valid_from"],
        ends=values["term_ends"],
        number=values["term_no"],
        how=values["how"] or "appointed",
        concurrent=bool(values["concurrent"]),
    )
    return posts.appoint(
        actor=actor, post_id=post.id, holder=values["holder"], term=term,
        username=values["username"] or "",
    )  # fmt: skip


def _post(actor: Actor, lookup: _Lookup, values: dict[str, Any]) -> Post:
    """The post that a row means; set up when the organisation or grid has none of the kind yet."""
    kind = values["kind"]
    seats = words.POST_KINDS[kind].seats
    if not values["org"]:
        return posts.ensure_post(
            actor=actor, kind=kind, place_code=values["place_code"], seats=seats
        )
    org = lookup.organisation(values["org"], values["place_code"])
    found = org.posts.filter(kind=kind, valid_to=None).first()
    return found or posts.create_post(actor=actor, kind=kind, org_key=org.key, seats=seats)


def appointment_rows(actor: Actor, place: str) -> Iterator[dict[str, Any]]:
    rows = selectors.visible_appointments(actor).filter(selectors.within(place), valid_to=None)
    rows = rows.select_related("post", "account").order_by("place_key", "post_id", "id")
    names = ("place_code", "holder", "how", "valid_from", "term_no", "term_ends", "concurrent")
    for held in rows.iterator(chunk_size=2000):
        out = {name: getattr(held, name) for name in names}
        yield out | {
            "kind": held.post.kind,
            "org": str(held.org_id or ""),
            "username": held.account.username if held.account else "",
        }


ORGANISATIONS = Sheet(
    key="orgs", title=_("组织"), about=_("党组织、机关、企业、医院、学校、合作社、社会组织。"),
    columns=ORG_COLUMNS, import_permission="org.import", export_permission="org.view",
    saver=org_saver, rows=org_rows, order=20,
)  # fmt: skip
APPOINTMENTS = Sheet(
    key="appointments", title=_("任职"), about=_("书记、委员、网格长、网格员、联户长等岗位由谁担任。"),
    columns=APPOINTMENT_COLUMNS, import_permission="org.import", export_permission="org.view",
    saver=appointment_saver, rows=appointment_rows, personal=True, order=30,
)  # fmt: skip
