"""What the journal calls places and the changes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.core.ids import is_code
from zhijin.places.models import Place
from zhijin.places.selectors import labels

ACTIONS: dict[str, str | Promise] = {
    "place.import": _("导入区划"),
    "grid.created": _("新建网格"),
    "grid.drawn": _("画网格边界"),
    "grid.renamed": _("网格改名"),
    "grid.ended": _("网格撤销"),
    "group.created": _("新建村民组"),
    "group.renamed": _("村民组改名"),
    "group.ended": _("村民组撤销"),
    "village.created": _("新建村（社区）"),
    "village.renamed": _("村（社区）改名"),
    "village.ended": _("村（社区）撤销"),
    "township.renamed": _("乡镇改名"),
    "township.ended": _("乡镇撤销"),
}


def places(codes: Sequence[str]) -> Mapping[str, str]:
    """Names, from the county down (wider places by themselves); codes of no place are left out."""
    wanted = [code for code in codes if is_code(code)]
    known = set(Place.objects.filter(code__in=wanted).values_list("code", flat=True))
    below = [code for code in wanted if code in known and len(code) >= 6]
    above = [code for code in wanted if code in known and len(code) < 6]
    return labels(below, skip=2) | labels(above)
