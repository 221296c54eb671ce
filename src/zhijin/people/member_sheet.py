"""The table of Party members: imported branch by branch with the consent it rests on, exported masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhijin.core import journal, sheets
from zhijin.core.actor import Actor
from zhijin.core.sheets import LEFT, Column, Row
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation, Sheet
from zhijin.people import branches, errors, selectors
from zhijin.people import member_matching as matching
from zhijin.people.branches import MemberDraft
from zhijin.people.member_matching import Looks, Match, Rolls
from zhijin.people.models import BranchMember

STANDING = {"正式党员": "full", "预备党员": "probationary"}
DECISIONS = {"同一人": "same", "不同的人": "other", "先不导入": "leave"}

COLUMNS = (
    Column("branch", "党支部", "Branch", sheets.text(120), required=True, width=30,
           synonyms=("所在党支部", "所在支部", "党组织", "党组织名称", "支部名称", "支部", "组织编号"),
           help=_lazy("党组织的全称或编号。"), example="大耆老村党支部"),
    Column("place_code", "支部所在地代码", "Branch's place code", sheets.place_code, width=18,
           synonyms=("区划代码", "所在地代码", "所在地区划代码"), help=_lazy("有同名的党组织时才要填。"),
           example="530602105207"),
    Column("name", "姓名", "Name", sheets.text(32), required=True, synonyms=("党员姓名",), personal=True,
           example="示例甲"),
    Column("id_number", "身份证号", "Identity number", sheets.id_card, personal=True, width=22,
           synonyms=("身份证号码", "公民身份号码", "公民身份证号码"),
           help=_lazy("只用来查重，只留不能还原的指纹，不留号码。")),
    Column("standing", "党员类别", "Standing",
           sheets.choice(STANDING, {"正式": "full", "预备": "probationary", "中共党员": "full",
                                    "中共预备党员": "probationary", "党员": "full"}),
           choices=STANDING, synonyms=("人员类别", "类别", "党籍状态")),
    Column("joined_on", "入党日期", "Joined on", sheets.day(), synonyms=("入党时间", "加入党组织日期", "入党年月"),
           example="2008-07-01"),
    Column("since", "进入支部日期", "In the branch since", sheets.day(),
           synonyms=("转入日期", "转入时间", "进入当前支部日期", "进入支部时间"), example="2024-03-01"),
    Column("committee", "支部委员", "On the committee", sheets.yes_no, choices={"是": True, "否": False},
           synonyms=("支委", "是否支委", "是否支部委员")),
    Column("group", "党小组", "Group", sheets.text(32), synonyms=("所在党小组",)),
    Column("floating", "流动党员", "Floating", sheets.yes_no, choices={"是": True, "否": False},
           synonyms=("是否流动党员", "是否流动", "流动")),
    Column("whereabouts", "流动去向", "Whereabouts", sheets.text(32), synonyms=("外出地点", "去向", "流入地"),
           help=_lazy("只写到县、市，不写地址。"), example="浙江义乌"),
    Column("phone", "联系电话", "Telephone", sheets.phone, personal=True, width=16,
           synonyms=("电话", "手机", "手机号码", "手机号", "联系方式")),
    Column("consent", "同意方式", "Consent", sheets.text(120), required=True, synonyms=("授权方式",),
           help=_lazy("本人怎样同意登记，例如：入党志愿书；2026年3月1日书面同意。"), width=24,
           example="2026年3月1日书面同意"),
    Column("decision", "疑似重复处理", "Likely the same", sheets.choice(DECISIONS), choices=DECISIONS,
           help=_lazy("先留空；系统问到可能重复的行时再填，也可以在页面上选。")),
)  # fmt: skip
_CHANGES = ("standing", "joined_on", "committee", "group", "floating", "whereabouts")


class Members:
    """Saves the rows of a table of members. Branches and their lists are each looked up once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.rolls = Rolls(actor)
        self.named: dict[tuple[str, str], Organisation] = {}

    def __call__(self, row: Row) -> str:
        """Save one row: somebody new, or what has changed of one; asks where likeness leaves a doubt."""
        one = self._looks(row)
        match = matching.find(self.actor, self.rolls, one)
        if match is None:
            return self._add(row, one)
        if not match.why:
            return self._change(row, one, match.row)
        decision = row.decision or row.values["decision"] or ""
        if decision == "leave":
            return LEFT
        if decision == "same":
            return self._take_over(row, one, match.row)
        if decision == "other" and not match.must:
            return self._add(row, one)
        self._ask(row, one, match)
        return LEFT

    def many(self, rows: list[Row]) -> dict[int, str]:
        """Save at once those who are new beyond doubt."""
        every = [self._looks(row) for row in rows]
        fresh = matching.plainly_new(self.actor, self.rolls, every)
        some = [(row, one) for row, one, new in zip(rows, every, fresh, strict=True) if new]
        known = matching.residents([one for _row, one in some], [row.values for row, _one in some])
        drafts = [
            (one.org, _draft(row.values, person)) for (row, one), person in zip(some, known, strict=True)
        ]  # fmt: skip
        made = branches.enrol_members(actor=self.actor, drafts=drafts)
        for (_row, one), member in zip(some, made, strict=True):
            self.rolls.put(one, member)
        return {row.number: "added" for row, _one in some}

    def _looks(self, row: Row) -> Looks:
        return matching.looks(self._branch(row.values), row.values)

    def _branch(self, values: dict[str, Any]) -> Organisation:
        """Raises PE029, PE021, CO403."""
        key = values["branch"], values["place_code"] or ""
        if key not in self.named:
            found = orgs.named(self.actor, *key)
            if len(found) != 1:
                raise errors.BRANCH_UNCLEAR(name=values["branch"])
            self.named[key] = branches.branch(self.actor, found[0].key)
        return self.named[key]

    def _add(self, row: Row, one: Looks) -> str:
        (person,) = matching.residents([one], [row.values])
        try:
            made = branches.enrol_member(
                actor=self.actor, org_key=one.org.key, draft=_draft(row.values, person)
            )
        except IntegrityError as error:
            # Whom the caller does not see is on another list.
            raise errors.ON_ANOTHER_LIST() from error
        self.rolls.put(one, made)
        return "added"

    def _change(self, row: Row, one: Looks, held: BranchMember) -> str:
        changes = _changes(held, row.values, one)
        if not changes:
            return "same"
        changed = branches.change_member(actor=self.actor, member_id=held.id, **changes)
        self.rolls.put(one, changed)
        return "changed"

    def _take_over(self, row: Row, one: Looks, held: BranchMember) -> str:
        """The sender says it is the same: moved here from another list, and put right."""
        if held.org_key != one.org.key:
            held = branches.move_member(
                actor=self.actor, member_id=held.id, to_org=one.org.key, on=row.values["since"]
            )
        self._change(row, one, held)
        return "changed"

    def _ask(self, row: Row, one: Looks, match: Match) -> None:
        held = match.row
        org = one.org
        if held.org_key != org.key:
            org = orgs.get(self.actor, held.org_key)
        known = {listed.id: listed.plain for listed in self.rolls.found.get(org.key, ())}
        text = _("“{name}”可能就是“{org}”名册上的“{other}”：{why}。").format(
            name=row.values["name"], org=org.name, other=known.get(held.id, held.name_masked),
            why=match.why,
        )  # fmt: skip
        here = held.org_key == one.org.key
        same = _("同一人，更新名册") if here else _("同一人，转到这个支部")
        choices = {"same": same, "other": _("不同的人，新登记"), "leave": _("先不导入")}
        if match.must:
            del choices["other"]
        row.ask(errors.MAY_BE_SAME.id, text, choices)


def _draft(values: dict[str, Any], person: Any) -> MemberDraft:
    return MemberDraft(
        values["name"], values["consent"], values["standing"] or "full", bool(values["committee"]),
        values["group"] or "", bool(values["floating"]), values["whereabouts"] or "", person,
        values["since"], joined_on=values["joined_on"], phone=values["phone"] or "",
        id_number=values["id_number"] or "",
    )  # fmt: skip


def _changes(held: BranchMember, values: dict[str, Any], one: Looks) -> dict[str, Any]:
    """What a row says otherwise than the list; an empty cell says nothing."""
    found = {
        key: values[key]
        for key in _CHANGES
        if values[key] is not None and values[key] != getattr(held, key)
    }
    if one.phone and one.phone != bytes(held.phone_blind or b""):
        found["phone"] = values["phone"]
    if one.number and one.number != bytes(held.id_blind or b""):
        found["id_number"] = values["id_number"]
    if one.name != bytes(held.name_blind):
        found["name"] = values["name"]
    return found


def rows(actor: Actor, place: str) -> Iterator[dict[str, Any]]:
    """Masked, like every export: whole names stand on the branch's own page, which journals who saw them."""
    journal.write(actor, "member.export", f"place:{place or '*'}")
    found = branches.visible_members(actor).filter(selectors.within(place), valid_to=None)
    for row in found.order_by("place_key", "org_key", "-committee", "id").iterator(chunk_size=1000):
        yield {
            "branch": str(row.org_key),
            "place_code": row.place_code,
            "name": row.name_masked,
            "standing": row.standing,
            "joined_on": row.joined_on,
            "since": row.valid_from,
            "committee": row.committee,
            "group": row.group,
            "floating": row.floating,
            "whereabouts": row.whereabouts,
            "phone": row.phone_masked,
            "consent": row.consent_how,
        }


MEMBERS = Sheet(
    key="members", title=_lazy("党员"),
    about=_lazy("党员名册：支部、入党日期、流动情况、联系方式。导出时姓名、电话遮盖，不含身份证号。"),
    columns=COLUMNS, import_permission=branches.PERMISSION, export_permission=branches.PERMISSION,
    saver=Members, rows=rows, personal=True, order=45,
)  # fmt: skip
