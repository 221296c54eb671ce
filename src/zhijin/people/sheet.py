"""The table of residents: imported with the consent it rests on, exported masked."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from zhijin.core import crypto, journal, sheets
from zhijin.core.actor import Actor
from zhijin.core.sheets import LEFT, Column, Row
from zhijin.orgs.api import Sheet
from zhijin.people import bulk, errors, groups, households, matching, selectors, services
from zhijin.people.models import Household, Person

GENDERS = {"男": "m", "女": "f"}
PARTY = {"群众": "", "中共党员": "member", "预备党员": "probationary", "入党积极分子": "activist"}
_PARTY_ALSO = {"党员": "member", "正式党员": "member", "积极分子": "activist", "共青团员": ""}

COLUMNS = (
    Column("place_code", "网格代码", "Grid code", sheets.place_code, required=True,
           synonyms=("所在地代码", "区划代码", "村代码", "所属网格"), width=18, example="530602105207001",
           help=_("15 位网格代码；还没有划网格的写 12 位村代码。")),
    Column("household", "户编号", "Household", sheets.text(32), synonyms=("户号", "家庭编号"), example="03-017"),
    Column("group", "村民组", "Group", sheets.text(32), synonyms=("所属村民组", "村民小组", "小组"), example="一组",
           help=_("本村现有的组，写名称或 14 位代码；同一户的各行要一样，不写就不改。")),
    Column("relation", "与户主关系", "Relation", sheets.text(16), synonyms=("关系",), example="户主"),
    Column("name", "姓名", "Name", sheets.text(32), required=True, synonyms=("居民姓名",), personal=True,
           example="示例甲"),
    Column("gender", "性别", "Gender", sheets.choice(GENDERS), choices=GENDERS, width=8),
    Column("birth_year", "出生年份", "Birth year", sheets.integer(1880, 2100), synonyms=("出生年",),
           help=_("只写年份，不记出生日。"), example="1968"),
    Column("phone", "电话", "Phone", sheets.phone, synonyms=("联系电话", "手机", "手机号码", "手机号"),
           personal=True, width=16),
    Column("id_number", "身份证号", "Identity number", sheets.id_card,
           synonyms=("身份证号码", "公民身份号码", "证件号码"), personal=True, width=22,
           help=_("填写时必须同时填“同意方式”。")),
    Column("consent", "同意方式", "Consent", sheets.text(120), synonyms=("授权方式",),
           help=_("本人怎样同意保存电话、身份证号、政治面貌，如：2026年3月1日纸质授权书；不满 14 岁的写监护人。")),
    Column("party", "政治面貌", "Party", sheets.choice(PARTY, _PARTY_ALSO), choices=PARTY),
    Column("address", "住址", "Address", sheets.text(120), synonyms=("家庭住址", "居住地址"), personal=True,
           width=30),
)  # fmt: skip


class Residents:
    """Saves the rows of a table of residents. ``homes``: the households met so far, each looked up once; ``said``: the
    group that saved rows named for each."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.homes: dict[bulk.Key, Household] = {}
        self.written = groups.Written()
        self.said: dict[bulk.Key, str] = {}

    def __call__(self, row: Row) -> str:
        """Save one row: a new resident, or what has changed of one; asks where likeness leaves a doubt."""
        group = self._group(row, self.said)
        did = self._take(row, group)
        if group and did != LEFT:
            self.said[_home(row)] = group
        return did

    def _take(self, row: Row, group: str) -> str:
        found = matching.same(row)
        if found is not None:
            return self._change(row, found, group)
        doubt = matching.like(row)
        if doubt is None or row.decision == "other":
            return self._add(row, group)
        if row.decision == "same":
            if doubt.slip:
                row.values["id_number"] = None
            return self._change(row, doubt.person, group)
        if row.decision != "leave":
            _ask(row, doubt)
        return LEFT

    def _add(self, row: Row, group: str) -> str:
        newcomers, tried = [_newcomer(row, (), group)], False
        while True:
            try:
                with transaction.atomic():
                    self._register(newcomers)
            except IntegrityError as error:
                if not households.has_number(error):
                    # Somebody whom the caller does not see has the identity number.
                    raise errors.ALREADY_THERE() from error
                if tried:
                    # And somebody whom the caller does not see the household's.
                    raise errors.NUMBER_NEEDED() from error
                # Registered by somebody else at this moment: they move in there, as they would a moment later.
                tried = True
            else:
                return "added"

    def _change(self, row: Row, found: Person, group: str) -> str:
        values, meant = row.values, _newcomer(row, _agreed(found))
        did = "same"
        if _differs(found, values, meant.values):
            services.change_person(
                actor=self.actor, person_id=found.id, consents=meant.consents, name=values["name"], **meant.values
            )  # fmt: skip
            did = "changed"
        if group:
            # Only of the household in which they live: where the table means another, it moves nobody.
            lived = Household.objects.filter(
                memberships__person=found, memberships__valid_to=None, number=values["household"]
            ).first()
            if lived is not None and lived.group_code != group:
                self.homes[_home(row)] = self._placed(lived, group)
                did = "changed"
        return did

    def many(self, rows: list[Row]) -> dict[int, str]:
        """Save at once those who are new beyond doubt."""
        fresh = matching.plainly_new(rows)
        said: dict[bulk.Key, str] = {}
        newcomers = []
        for row in fresh:
            group = self._group(row, ChainMap(said, self.said))
            newcomers.append(_newcomer(row, (), group))
            if group:
                said[_home(row)] = group
        self._register(newcomers)
        self.said |= said
        return {row.number: "added" for row in fresh}

    def _group(self, row: Row, said: Mapping[bulk.Key, str]) -> str:
        """The code of the group that a row names; without a household it is left out, and the sender told.

        Raises PE040, PE041.
        """
        text = row.values.get("group")
        if not text:
            return ""
        if not row.values["household"]:
            refusal = errors.GROUP_HOMELESS(name=text)
            _warn_once(row, refusal.id, str(refusal.message), str(refusal.help), "村民组")
            return ""
        return self.written.code(_home(row), text, said)

    def _register(self, newcomers: list[bulk.Newcomer]) -> None:
        wanted = {one.home for one in newcomers if one.household} - self.homes.keys()
        homes = self.homes | bulk.homes_of(wanted)
        # Kept only when nothing was refused: what is refused is undone, and with it a household that was new.
        made = bulk.register_people(actor=self.actor, newcomers=newcomers, homes=homes)
        for one in newcomers:
            there = homes.get(one.home)
            if one.group and there is not None and there.group_code != one.group:
                homes[one.home] = self._placed(there, one.group)
        self.homes = homes | made

    def _placed(self, home: Household, group: str) -> Household:
        return households.place_household(actor=self.actor, household_id=home.id, group_code=group)


def _home(row: Row) -> bulk.Key:
    return row.values["place_code"][:12], row.values["household"] or ""


def _ask(row: Row, doubt: matching.Doubt) -> None:
    text = str(_("“{name}”可能就是已登记的“{other}”：{why}。")).format(
        name=row.values["name"], other=doubt.person.name_masked, why=doubt.why
    )
    choices = {
        "same": str(_("同一人，更新登记")), "other": str(_("不同的人，新登记")), "leave": str(_("先不导入")),
    }  # fmt: skip
    row.ask(errors.RESIDENT_MAY_BE_SAME.id, text, choices)


def _agreed(person: Person) -> Collection[str]:
    """What somebody registered has consented to."""
    return set(person.consents.filter(withdrawn_at=None).values_list("purpose", flat=True))


def _newcomer(row: Row, agreed: Collection[str], group: str = "") -> bulk.Newcomer:
    """What a row says. Telephone and Party membership are left out, and the sender told, where nobody consented to
    them; an identity number without consent is refused."""
    values, consents = row.values, {}
    if values["consent"]:
        consents = {key: values["consent"] for key in services.CONSENTED if values[key]}
    fields = {key: values[key] for key in ("gender", "birth_year", "phone", "party")}
    fields = {key: value for key, value in fields.items() if value is not None}
    for key in ("phone", "party"):
        if fields.get(key) and key not in consents and key not in agreed:
            del fields[key]
            _tell_left_out(row, key)
    if values["id_number"]:
        fields["id_number"] = values["id_number"]
    return bulk.Newcomer(
        values["place_code"], values["name"], values["household"] or "", values["relation"] or "",
        values["address"] or "", consents, fields, group,
    )  # fmt: skip


def _tell_left_out(row: Row, key: str) -> None:
    title = services.CONSENTED[key]
    told = str(_("没有写同意方式，“{field}”没有保存。")).format(field=title)
    advice = str(_("请填“同意方式”一列（本人何时、以何种方式同意），再导入一次。"))
    _warn_once(row, errors.CONSENT_NEEDED.id, told, advice, "同意方式")


def _warn_once(row: Row, number: str, told: str, advice: str, column: str) -> None:
    """A row that is tried twice, with others and alone, is told about once."""
    if told not in {finding.message for finding in row.findings}:
        row.warn(number, told, advice, column)


def _differs(person: Person, values: dict[str, Any], fields: Mapping[str, Any]) -> bool:
    blind = crypto.blind
    checks = {
        "phone": lambda v: blind("person.phone", v) == bytes(person.phone_blind or b""),
        "id_number": lambda v: blind("person.id_number", v) == bytes(person.id_blind or b""),
    }
    same_name = blind("person.name", values["name"]) == bytes(person.name_blind)
    same = all(
        checks[key](value) if key in checks else getattr(person, key) == value
        for key, value in fields.items()
    )
    return not (same and same_name)


def rows(actor: Actor, place: str) -> Iterator[dict[str, Any]]:
    """Masked: an export never unmasks; whoever needs a value opens it on its own page, with a reason."""
    journal.write(actor, "person.export", f"place:{place or '*'}")
    found, called = selectors.listing(actor, selectors.Filter(place=place)), groups.Written()
    for person in found.prefetch_related("memberships__household").iterator(chunk_size=1000):
        held = next((m for m in person.memberships.all() if m.valid_to is None), None)
        yield {
            "place_code": person.place_code,
            "household": held.household.number if held else "",
            "group": called.name(held.household.group_code) if held else "",
            "relation": held.relation if held else "",
            "name": person.name_masked,
            "gender": person.gender or None,
            "birth_year": person.birth_year,
            "phone": person.phone_masked,
            "party": person.party,
        }


PEOPLE = Sheet(
    key="people", title=_("居民与户"), about=_("居民和户。导出时姓名、电话遮盖，不含身份证号和住址。"),
    columns=COLUMNS, import_permission="person.import", export_permission="person.view",
    saver=Residents, rows=rows, personal=True, order=40,
)  # fmt: skip
