"""What the journal calls persons and the actions on them. Auditors see masks only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhijin.people.catalogue import Text
from zhijin.people.models import Person

ACTIONS: dict[str, Text] = {
    "person.registered": _("登记居民"),
    "person.changed": _("修改居民信息"),
    "person.moved": _("居民迁居"),
    "person.left": _("居民迁出"),
    "person.reveal": _("查看未遮盖的个人信息"),
    "person.found": _("按证件或电话查找居民"),
    "consent.given": _("登记同意"),
    "consent.withdrawn": _("撤回同意"),
    "household.registered": _("登记户"),
    "household.changed": _("修改户信息"),
}


def persons(ids: Sequence[str]) -> Mapping[str, str]:
    """Masked names, as far as the reader may see the persons."""
    rows = Person.objects.filter(id__in=[UUID(one) for one in ids]).values_list("id", "name_masked")
    return {str(key): name for key, name in rows}
