"""Devices, their readings, the alarms that rules raised, what was refused, and the inventory of the network.

Big tables: every key holds ``county``. Readings are partitioned by month of ``at``.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijin.core.ids import uuid7


class Device(models.Model):
    """One registered device. Its secret is kept as a keyed digest and shown once.

    ``state`` is what people decided; ``shut_until`` is set by the flood guard and lets the device
    in again by itself. ``held_at``: in quarantine since then, for the sign ``held_why`` in events of kind ``held_on``;
    its readings are kept and open nothing until somebody lets it back. ``fault_case``: the newest case about it.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("使用中")
        STOPPED = "stopped", _("停用")
        RETIRED = "retired", _("报废")

    id = models.BigAutoField(primary_key=True)
    county = models.IntegerField()
    code = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    org_key = models.BigIntegerField(null=True)
    household = models.UUIDField(null=True)
    serves = models.IntegerField(default=0)
    model = models.CharField(max_length=60, default="", blank=True)
    serial = models.CharField(max_length=60, default="", blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    beat = models.IntegerField(default=3600)
    secret = models.BinaryField(max_length=32)
    secret_at = models.DateTimeField()
    shut_until = models.DateTimeField(null=True)
    shut_why = models.CharField(max_length=20, default="", blank=True)
    held_at = models.DateTimeField(null=True)
    held_why = models.CharField(max_length=12, default="", blank=True)
    held_on = models.SmallIntegerField(default=0)
    fault_case = models.UUIDField(null=True)
    simulated = models.BooleanField(default=False)
    registered_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "sensing_device"

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def record(self) -> str:
        """How facts and the journal name this device."""
        return f"device:{self.code}"


class DeviceState(models.Model):
    """How a device is: written with every batch of events, apart from the registry.

    ``high`` and ``seen`` are the newest sequence number and a bitmap of the 1,024 below it. ``value`` and ``second``
    were measured at ``read_at``; ``clock_off``: seconds by which its clock is ahead.
    """

    device_id = models.BigIntegerField(primary_key=True)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    high = models.BigIntegerField(default=0)
    seen = models.BinaryField(default=b"")
    last_at = models.DateTimeField(null=True)
    events = models.BigIntegerField(default=0)
    battery = models.SmallIntegerField(null=True)
    clock_off = models.IntegerField(default=0)
    kind = models.SmallIntegerField(null=True)
    value = models.IntegerField(null=True)
    second = models.IntegerField(null=True)
    read_at = models.DateTimeField(null=True)
    dead_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "sensing_state"

    def __str__(self) -> str:
        return f"{self.device_id} {self.high}"


class Reading(models.Model):
    """One event as it was measured. ``at`` is the device's time, or ours when its clock is wrong."""

    pk = models.CompositePrimaryKey("county", "device_id", "at", "seq")
    county = models.IntegerField()
    device_id = models.BigIntegerField()
    at = models.DateTimeField()
    seq = models.BigIntegerField()
    received = models.DateTimeField()
    place_key = models.BigIntegerField()
    kind = models.SmallIntegerField()
    value = models.IntegerField(null=True)
    second = models.IntegerField(null=True)
    battery = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "sensing_reading"

    def __str__(self) -> str:
        return f"{self.device_id} {self.at} {self.value}"


class Alarm(models.Model):
    """What a rule of a programme made of an event: the case it opened, or why none was opened. What came late has no
    case of its own; the case of the day that collects such warnings, at most.

    One device raises one alarm of a rule in a ``bucket`` (the rule's quiet time, counted from 1970).
    """

    class State(models.TextChoices):
        OPENED = "opened", _("已开事项")
        HELD = "held", _("等待时段")
        DROPPED = "dropped", _("没有开成")
        LATE = "late", _("晚到")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    device_id = models.BigIntegerField()
    playbook = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    bucket = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    made_at = models.DateTimeField()
    kind = models.SmallIntegerField()
    about = models.SmallIntegerField(default=0)
    value = models.IntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices)
    open_at = models.DateTimeField(null=True)
    case_id = models.UUIDField(null=True)
    case_number = models.CharField(max_length=24, default="")
    why = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "sensing_alarm"

    def __str__(self) -> str:
        return f"{self.device_id} {self.playbook}:{self.rule} {self.state}"


class Refused(models.Model):
    """What was not taken in, counted by device, reason and hour. Never the content of a message:
    what does not fit the schema may be about a person."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    device_id = models.BigIntegerField()
    reason = models.CharField(max_length=20)
    hour = models.DateTimeField()
    count = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()
    detail = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "sensing_refused"

    def __str__(self) -> str:
        return f"{self.device_id} {self.reason} {self.count}"


class Asset(models.Model):
    """A count of one kind of network equipment at a place: broadband ports, 5G, WiFi, loudspeakers, cameras."""

    class Kind(models.TextChoices):
        PORT = "port", _("宽带端口")
        BASE_5G = "base_5g", _("5G 基站")
        WIFI = "wifi", _("公共 WiFi")
        LOUDSPEAKER = "loudspeaker", _("云喇叭")
        CAMERA = "camera", _("摄像头")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    count = models.IntegerField()
    used = models.IntegerField(null=True)
    households = models.IntegerField(null=True)
    org_key = models.BigIntegerField(null=True)
    note = models.CharField(max_length=120, default="", blank=True)
    simulated = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "sensing_asset"

    def __str__(self) -> str:
        return f"{self.place_code} {self.kind} {self.count}"
