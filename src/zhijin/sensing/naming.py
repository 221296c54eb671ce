"""How devices and what is done to them are called, for the journal."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijin.sensing.models import Device

ACTIONS: dict[str, Promise] = {
    "device.register": _("登记设备"),
    "device.change": _("修改设备"),
    "device.rotate": _("更换设备密钥"),
    "device.active": _("启用设备"),
    "device.stopped": _("停用设备"),
    "device.retired": _("报废设备"),
    "device.admit": _("解除设备隔离"),
    "device.shut": _("隔离乱报的设备"),
    "device.held": _("隔离发疯的传感器"),
    "device.silent": _("设备失联"),
    "device.export": _("导出读数"),
    "device.import": _("导入设备"),
    "sensing.alarm": _("感知预警"),
    "sensing.forget": _("清除过期读数"),
    "asset.set": _("登记网络资源"),
}


def devices(codes: Sequence[str]) -> dict[str, str]:
    """Labels of devices by code; runs in the reader's transaction, so others' stay codes."""
    rows = Device.objects.filter(code__in=list(codes)).values_list("code", "label")
    return dict(rows)
