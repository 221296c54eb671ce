"""Who looks after households and was there when, for the files that a room above puts together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from zhijin.activities.models import HelpVisit, HouseholdLink, Team
from zhijin.activities.service.reading import seen_link, teams, with_left
from zhijin.core.actor import Actor


def standing_links(actor: Actor) -> QuerySet[HouseholdLink]:
    """All standing links in sight: of one's organisations, and at the households of one's places."""
    rows = HouseholdLink.objects.filter(seen_link(actor), until=None)
    return rows.order_by("number", "kind", "id")


def standing_teams(actor: Actor) -> list[Team]:
    """Teams in sight that have not ended."""
    return list(teams(actor).filter(ended_on=None)[:200])


def visits_since(link_ids: Iterable[UUID], day: date) -> dict[UUID, tuple[int, date]]:
    """Of each link: how many visits there were since a day, and the last of them; one statement."""
    rows = HelpVisit.objects.filter(link_id__in=list(link_ids), on__gte=day).values("link_id")
    return {
        row["link_id"]: (row["n"], row["last"])
        for row in rows.annotate(n=Count("id"), last=Max("on"))
    }


def visits_of_links(link_ids: Iterable[UUID], size: int = 100) -> list[HelpVisit]:
    """The visits of some links, newest first, with ``left``: something is still to do."""
    rows = with_left(HelpVisit.objects.filter(link_id__in=list(link_ids)))
    return list(rows.order_by("-on", "-id")[:size])
