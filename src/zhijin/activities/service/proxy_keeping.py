"""What an application on another's behalf forgets: the photographed papers and signatures, some time after the last
paper was delivered; the photographed consent at once when the person took it back and has everything again."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from zhijin.activities.models import Proxy, ProxyConsent, ProxyPaper
from zhijin.core import clock
from zhijin.people.api import Kept

#: What stands in the place of a name that was erased.
ERASED = "—"


def days() -> int:
    """The configured period; one day at least, so that whoever closes it sees it once more."""
    return max(1, int(settings.ZHIJIN_PROXY_KEEP_DAYS))


def forget(rows: Sequence[Proxy]) -> None:
    """Erase these, which are locked; what was done when and how it ended stays."""
    ids = [row.id for row in rows]
    Proxy.objects.filter(id__in=ids).update(
        who=None, person_id=None, name_masked=ERASED, office="", said="", erased_at=clock.now()
    )
    # What a paper is called was typed by hand, and may name whose it is.
    ProxyPaper.objects.filter(proxy_id__in=ids).update(title=ERASED)
    ProxyConsent.objects.filter(proxy_id__in=ids).update(told="", photo="", withdrawn_how="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT activities_proxy_forget_steps(%s)", [ids])


def forget_consents(row: Proxy) -> None:
    """Of a closed application whose consent was taken back: the photographed paper goes with it."""
    ProxyConsent.objects.filter(proxy_id=row.id).exclude(withdrawn_at=None).update(photo="")


def _ended() -> QuerySet[Proxy]:
    return Proxy.objects.filter(state=Proxy.State.CLOSED, erased_at=None)


PROXIES = Kept(
    key="proxy", title=_("办结的代办"), gone=_("委托书和签收的照片、怎样同意的、材料的名称、快递单号、遮盖后的姓名"),
    days=days, rows=_ended,
    ended="closed_at", forget=forget, link="desk:proxy",
    label=lambda row: row.title, record=lambda row: row.record,
    of_person=lambda pk: _ended().filter(person_id=pk),
)  # fmt: skip
