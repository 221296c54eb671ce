"""The kinds of what is built, and what is counted of each. Document 000: 150,000 toilets, waste collected in 70%
of the villages, sewage treated in 20.9%."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BEGUN, ENDED = "facility.begun", "facility.ended"
TOILET, WASTE, SEWAGE = "toilet", "waste", "sewage"
#: What a record of a kind is of, and its unit.
KINDS: Final[dict[str, str | Promise]] = {
    TOILET: _("卫生厕所"), WASTE: _("生活垃圾收运点"), SEWAGE: _("生活污水处理设施"),
}  # fmt: skip
#: What is computed of a kind: a number, or the share of villages that have any in use.
FIGURES: Final[dict[str, str | Promise]] = {
    TOILET: _("卫生厕所（座）"), WASTE: _("生活垃圾收运覆盖率"), SEWAGE: _("生活污水治理率"),
}  # fmt: skip
SHARES: Final = (WASTE, SEWAGE)
