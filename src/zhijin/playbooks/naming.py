"""What the journal calls playbooks, the working calendar, and the doings with them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.playbooks.models import PlaybookRevision
from zhijin.playbooks.presenting import title

ACTIONS: dict[str, str | Promise] = {
    "playbook.upload": _("上传行动方案"),
    "playbook.publish": _("行动方案生效"),
    "playbook.retire": _("行动方案停用"),
    "playbook.discard": _("丢弃行动方案草稿"),
    "calendar.notice": _("采用放假安排通知"),
    "calendar.notice_back": _("撤下放假安排通知"),
}


def revisions(ids: Sequence[str]) -> Mapping[str, str]:
    """Title and number of revisions; those thrown away are left out."""
    found = PlaybookRevision.objects.filter(pk__in=[uuid.UUID(one) for one in ids])
    return {
        str(row.pk): f"{title(row)} {row.revision}" for row in found.defer("source", "scenarios")
    }


def years(ids: Sequence[str]) -> Mapping[str, str]:
    """``2027`` as the calendar of that year."""
    return {one: str(_("{year} 年工作日历")).format(year=one) for one in ids}
