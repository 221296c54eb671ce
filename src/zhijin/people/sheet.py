"""The table of residents: imported with the consent it rests on, exported masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from zhijin.core import crypto, journal, sheets
from zhijin.core.actor import Actor
from zhijin.core.sheets import Column, Row
from zhijin.orgs.api import Sheet
from zhijin.people import bulk, errors, matching, selectors, services
from zhijin.people.models import Household, Person

GENDERS = {"男": "m", "女": "f"}
PARTY = {"群众": "", "中共党员": "member", "预备党员": "probationary", "入党积极分子": "activist"}
_PARTY_ALSO = {"党员": "member", "正式党员": "member", "积极分子": "activist", "共青团员": ""}

COLUMNS = (
    Column("place_code", "网格代码", "Grid code", sheets.place_code, required=True,
           synonyms=("所在地代码", "区划代码", "村代码", "所属网格"), width=18, example="530602105207001",
           help=_("15 位网格代码；还没有划网格的写 12 位村代码。")),
    Column("household", "户编号", "Household", sheets.text(32), synonyms=("户号", "家庭编号"), example="03-017"),
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
           help=_("本人怎样同意保存电话和身份证号，例如：2026-03-01 纸质授权书。")),
    Column("party", "政治面貌", "Party", sheets.choice(PARTY, _PARTY_ALSO), choices=PARTY),
    Column("address", "住址", "Address", sheets.text(120), synonyms=("家庭住址", "居住地址"), personal=True,
           width=30),
)  # fmt: skip


class Residents:
    """Saves the rows of a table of residents. ``homes``: the households met so far, each looked up once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.homes: dict[bulk.Key, Household] = {}

    def __call__(self, row: Row) -> str:
        """Save one row: a new resident, or what has changed of one."""
        values = row.values
        found = matching.same(row)
        if found is None:
            try:
                self._register([_newcomer(values)])
            except IntegrityError as error:
                # Somebody whom the caller does not see has the number.
                raise errors.ALREADY_THERE() from error
            return "added"
        fields = _newcomer(values).values
        if not _differs(found, values, fields):
            return "same"
        services.change_person(actor=self.actor, person_id=found.id, name=values["name"], **fields)
        return "changed"

    def many(self, rows: list[Row]) -> dict[int, str]:
        """Save at once those who are new beyond doubt."""
        fresh = matching.plainly_new(rows)
        self._register([_newcomer(row.values) for row in fresh])
        return {row.number: "added" for row in fresh}

    def _register(self, newcomers: list[bulk.Newcomer]) -> None:
        wanted = {one.home for one in newcomers if one.household} - self.homes.keys()
        homes = self.homes | bulk.homes_of(wanted)
        # Kept only when nothing was refused: what is refused is undone, and with it a household that was new.
        self.homes = homes | bulk.register_people(
            actor=self.actor, newcomers=newcomers, homes=homes
        )


def _newcomer(values: dict[str, Any]) -> bulk.Newcomer:
    consents = {}
    if values["consent"]:
        consents = {key: values["consent"] for key in ("phone", "id_number") if values[key]}
    fields = {key: values[key] for key in ("gender", "birth_year", "phone", "party")}
    fields = {key: value for key, value in fields.items() if value is not None}
    if values["id_number"]:
        fields["id_number"] = values["id_number"]
    return bulk.Newcomer(
        values["place_code"], values["name"], values["household"] or "", values["relation"] or "",
        values["address"] or "", consents, fields,
    )  # fmt: skip


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
    found = selectors.listing(actor, selectors.Filter(place=place))
    for person in found.prefetch_related("memberships__household").iterator(chunk_size=1000):
        held = next((m for m in person.memberships.all() if m.valid_to is None), None)
        yield {
            "place_code": person.place_code,
            "household": held.household.number if held else "",
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
