"""What the journal calls persons and the actions on them. Auditors see masks only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhijin.people.catalogue import Text
from zhijin.people.models import BranchMember, Person

ACTIONS: dict[str, Text] = {
    "person.registered": _("登记居民"),
    "person.changed": _("修改居民信息"),
    "person.moved": _("居民迁居"),
    "person.left": _("居民迁出"),
    "person.reveal": _("查看未遮盖的个人信息"),
    "person.age": _("核对是否满 14、18 岁"),
    "person.found": _("按证件或电话查找居民"),
    "consent.given": _("登记同意"),
    "consent.withdrawn": _("撤回同意"),
    "household.registered": _("登记户"),
    "household.changed": _("修改户信息"),
    "household.ended": _("注销户"),
    "member.enrolled": _("登记支部党员"),
    "member.changed": _("修改党员登记"),
    "member.moved": _("转接组织关系"),
    "member.ended": _("党员转出"),
    "member.link": _("更换党员的个人链接"),
    "particulars.recorded": _("登记任职人的学历和类别"),
    "request.received": _("登记个人信息请求"),
    "request.closed": _("答复个人信息请求"),
    "particulars.erased": _("任职人的学历和类别到期删除"),
    "person.erased": _("居民信息到期删除"),
    "member.erased": _("党员信息到期删除"),
    "retention.held": _("暂缓到期删除"),
    "retention.lifted": _("取消暂缓删除"),
    "person.listed": _("经接口读取居民名单"),
    "person.seen": _("经接口读取一名居民"),
    "member.listed": _("经接口读取党员名单"),
    "member.reveal": _("查看党员的联系电话"),
    "member.export": _("导出党员名册"),
    "member.names": _("查看支部党员的姓名"),
}


def persons(ids: Sequence[str]) -> Mapping[str, str]:
    """Masked names, as far as the reader may see the persons."""
    rows = Person.objects.filter(id__in=[UUID(one) for one in ids]).values_list("id", "name_masked")
    return {str(key): name for key, name in rows}


def members(ids: Sequence[str]) -> Mapping[str, str]:
    """Masked names of a branch's members, as far as the reader may see them."""
    rows = BranchMember.objects.filter(id__in=[UUID(one) for one in ids])
    return {str(row.pk): row.name_masked for row in rows}
