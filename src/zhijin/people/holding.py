"""Everything held of one person, for the copy that is handed to them (PIPL article 45): unsealed, wherever it lies.

Rooms above register what they hold. The copy is the person's own, so it is not narrowed to what the clerk may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.people import catalogue, revealing, selectors
from zhijin.people.models import BranchMember, Consent, Membership, Particulars, Person
from zhijin.ui import spans

#: One thing held: what it is called, and what it says.
Line = tuple[str, str]
#: Gives what a room holds of a person and of the rows by which branches list them.
Holder = Callable[[Person, Sequence[BranchMember]], list[Line]]

_KEEPER = Actor.system("people.copy")
_holders: dict[str, Holder] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """What one room holds; its name stands in the journal beside how much was handed over, never what."""

    room: str
    lines: tuple[Line, ...]


def register(room: str, holder: Holder) -> None:
    """``holder`` is asked, in a scope that sees everything, whenever somebody wants their copy."""
    if _holders.setdefault(room, holder) is not holder:
        raise ValueError(f"the room {room} tells twice what it holds")


def of(person: Person) -> list[Part]:
    """All of it, by room. For the person's own copy only; the caller has asked for the right and journals it."""
    with scoped(_KEEPER):
        lists = list(BranchMember.objects.filter(person_id=person.id).order_by("valid_from", "id"))
        own = (
            *_card(person),
            *_homes(person),
            *_listed(lists),
            *_posts(person),
            *_consents(person),
        )
        parts = [Part("people", own)]
        for room, holder in _holders.items():
            parts.append(Part(room, tuple(holder(person, lists))))
    return parts


def _card(person: Person) -> Iterator[Line]:
    sexes = {"m": _("男"), "f": _("女")}
    parties = {
        "member": _("中共党员"),
        "probationary": _("预备党员"),
        "activist": _("入党积极分子"),
    }
    values = {
        **{key: revealing.opened(person, key) for key in catalogue.SEALED},
        "gender": sexes.get(person.gender, ""), "birth_year": str(person.birth_year or ""),
        "party": parties.get(person.party, ""),
    }  # fmt: skip
    for key, value in values.items():
        if value:
            yield str(catalogue.BY_KEY[key].zh), value


def _homes(person: Person) -> Iterator[Line]:
    """Every household they were in, and where the present one lies on the map."""
    title = str(catalogue.BY_KEY["household"].zh)
    for held in Membership.objects.filter(person=person).select_related("household").order_by("id"):
        home = held.household
        yield title, " ".join(filter(None, [home.number, held.relation, _span(held)]))
        if held.valid_to is None and home.lon is not None and home.lat is not None:
            yield str(catalogue.BY_KEY["position"].zh), f"{home.lon:.6f}, {home.lat:.6f}"


def _span(row: Membership | BranchMember) -> str:
    return span(row.valid_from, row.valid_to)


def span(first: date | None, last: date | None) -> str:
    """From when to when: ``2026年1月1日 – 2026年3月1日``."""
    return f"{_said(first)} – {_said(last)}".strip()


def _said(on: date | None) -> str:
    return spans.dated(on) if on else ""


def _listed(lists: Sequence[BranchMember]) -> Iterator[Line]:
    standings = {"full": _("正式党员"), "probationary": _("预备党员")}
    for row in lists:
        org = orgs.get(_KEEPER, row.org_key)
        said = [
            org.name, standings.get(row.standing, row.standing), row.group,
            _("支部委员") if row.committee else "", _("入党") + f" {_said(row.joined_on)}" if row.joined_on else "",
            row.whereabouts, revealing.opened_phone(row), _span(row), row.ended_why, row.consent_how,
        ]  # fmt: skip
        yield _("党员名册"), " · ".join(filter(None, said))


def _posts(person: Person) -> Iterator[Line]:
    """Each public post they hold or held, with what was declared with it."""
    held = posts_of(person)
    known = {row.appointment_id: row for row in Particulars.objects.filter(appointment__in=held)}
    for post in held:
        said = [str(post.post), post.ended_why, *_declared(known.get(post.id))]
        said.append(span(post.valid_from, post.valid_to))
        yield str(catalogue.BY_KEY["particulars"].zh), " · ".join(filter(None, said))


def posts_of(person: Person) -> list[orgs.Appointment]:
    """The public posts that are theirs; the caller opens the scope.

    Elections write names, not residents: a post of their village that names no resident is theirs when it bears their
    whole name, and nobody else who lives there does.
    """
    theirs = Q(person_id=person.id)
    village = selectors.within(person.place_code[:12])
    alike = Person.objects.filter(village, name_blind=person.name_blind).exclude(id=person.id)
    if person.name and not alike.exists():
        name = revealing.opened(person, "name")
        theirs |= Q(village, person_id=None, holder=name)
    rows = orgs.Appointment.objects.filter(theirs).select_related("post")
    return list(rows.order_by("valid_from", "id"))


def _declared(row: Particulars | None) -> Iterator[str]:
    if row is not None:
        yield str(catalogue.EDUCATION.get(row.education or 0, ""))
        yield str(catalogue.CERTIFICATES.get(row.certificate, "")) if row.certificate else ""
        yield from (str(title) for key, title in catalogue.TRAITS.items() if getattr(row, key))


def _consents(person: Person) -> Iterator[Line]:
    for one in Consent.objects.filter(person=person).order_by("given_at"):
        until = f" – {_said(clock.local(one.withdrawn_at).date())}" if one.withdrawn_at else ""
        title = str(catalogue.CONSENTS.get(one.purpose, one.purpose))
        yield title, f"{one.how} {_said(clock.local(one.given_at).date())}{until}"
