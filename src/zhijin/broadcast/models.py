"""Broadcasts, what became of them at every loudspeaker and channel, and warnings that came from elsewhere.

Big table: ``Target``, one row for each loudspeaker and turn; every key holds ``county``.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhijin.core.ids import uuid7


class Broadcast(models.Model):
    """What is to be said, where and when. ``place_code`` is the narrowest place that holds all ``areas``.

    ``turns`` are moments in milliseconds since 1970; empty: at once when it goes out. ``readings`` are the
    corrections of polyphones: index in the normalised text → syllable. ``circle``: longitude, latitude and metres;
    of the areas' loudspeakers only those within it. ``lasts``: seconds after its moment in
    which a turn may still begin. ``channels``: ids of robots and gateways that are told too, ``portal``: whether the
    place's public page shows it, both until ``shown_until``. ``opus_digest``: the same sound in a smaller form.
    ``errand_*``: the newest sending of people to knock on doors, by whom it was asked, at how many places.
    """

    class Level(models.TextChoices):
        PLAIN = "plain", _("一般通知")
        BLUE = "blue", _("蓝色")
        YELLOW = "yellow", _("黄色")
        ORANGE = "orange", _("橙色")
        RED = "red", _("红色")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        WAITING = "waiting", _("待批准")
        OUT = "out", _("已发出")
        ENDED = "ended", pgettext_lazy("broadcast", "已结束")
        STOPPED = "stopped", _("已停播")
        REFUSED = "refused", _("未获批准")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    areas = models.JSONField(default=list)
    circle = models.JSONField(null=True)
    title = models.CharField(max_length=60)
    text = models.TextField(blank=True, default="")
    readings = models.JSONField(default=dict)
    level = models.CharField(max_length=8, choices=Level.choices, default=Level.PLAIN)
    urgent = models.BooleanField(default=False)
    exercise = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    turns = models.JSONField(default=list)
    times = models.SmallIntegerField(default=1)
    lasts = models.IntegerField(default=3600)
    volume = models.SmallIntegerField(default=80)
    quiet = models.JSONField(null=True)
    digest = models.CharField(max_length=64, default="", blank=True)
    media = models.CharField(max_length=40, default="", blank=True)
    size = models.IntegerField(default=0)
    millis = models.IntegerField(default=0)
    voice = models.CharField(max_length=40, default="", blank=True)
    opus_digest = models.CharField(max_length=64, default="", blank=True)
    opus_size = models.IntegerField(default=0)
    portal = models.BooleanField(default=False)
    channels = models.JSONField(default=list)
    shown_until = models.DateTimeField(null=True)
    programme = models.CharField(max_length=64, default="", blank=True)
    revision = models.CharField(max_length=64, default="", blank=True)
    approver = models.CharField(max_length=40, default="", blank=True)
    alert_id = models.UUIDField(null=True)
    simulated = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    maker = models.CharField(max_length=60)
    asked_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=60, default="", blank=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, default="", blank=True)
    attempt = models.SmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True)
    errand_by = models.CharField(max_length=80, default="", blank=True)
    errand_at = models.DateTimeField(null=True)
    errand_moved = models.DateTimeField(null=True)
    errand_ended = models.DateTimeField(null=True)
    errand_of = models.IntegerField(default=0)
    errand_done = models.IntegerField(default=0)
    errand_failed = models.IntegerField(default=0)
    errand_why = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        db_table = "broadcast_broadcast"

    def __str__(self) -> str:
        return f"{self.title} {self.state}"

    @property
    def on_errand(self) -> bool:
        """Whether the worker is sending people to the doors now."""
        return self.errand_at is not None and self.errand_ended is None

    @property
    def record(self) -> str:
        """How facts and the journal name this broadcast."""
        return f"broadcast:{self.id}"


class Target(models.Model):
    """What became of one turn of a broadcast at one loudspeaker.

    It may begin between ``at`` and ``until``. ``seq`` numbers the device's newest receipt.
    """

    class State(models.IntegerChoices):
        LISTED = 0, _("无回执")
        RECEIVED = 1, _("已收到")
        VERIFIED = 2, _("已核验")
        QUEUED = 3, _("排队等候")
        INTERRUPTED = 4, _("被打断，待续播")
        PLAYING = 5, _("正在播放")
        PLAYED = 6, _("已播放")
        FAILED = 7, _("播放失败")
        REFUSED = 8, _("设备拒绝")
        EXPIRED = 9, _("过期未播")
        STOPPED = 10, pgettext_lazy("loudspeaker", "已停播")

    pk = models.CompositePrimaryKey("broadcast_id", "turn", "code", "county")
    county = models.IntegerField()
    broadcast_id = models.UUIDField()
    turn = models.SmallIntegerField()
    device_id = models.BigIntegerField()
    code = models.CharField(max_length=12)
    label = models.CharField(max_length=60)
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    simulated = models.BooleanField(default=False)
    at = models.DateTimeField()
    until = models.DateTimeField()
    state = models.SmallIntegerField(choices=State.choices, default=State.LISTED)
    why = models.CharField(max_length=20, default="", blank=True)
    seq = models.BigIntegerField(default=0)
    attempt = models.SmallIntegerField(default=1)
    millis = models.IntegerField(default=0)
    sends = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    playing_at = models.DateTimeField(null=True)
    played_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    case_id = models.UUIDField(null=True)

    class Meta:
        db_table = "broadcast_target"

    def __str__(self) -> str:
        return f"{self.code} {self.get_state_display()}"


class Alert(models.Model):
    """A CAP 1.2 message that came from elsewhere. ``xml`` is the message as it was; the rest is read from it.

    ``held``: its sender is not on the list of the place; somebody else than whoever brought it (``taken_by``) may say
    how they made sure of it (``vouched_how``).
    """

    class State(models.TextChoices):
        HELD = "held", _("来源待核实")
        PROPOSED = "proposed", _("建议广播")
        USED = "used", _("已转为广播")
        DISMISSED = "dismissed", _("不广播")
        CANCELLED = "cancelled", pgettext_lazy("alert", "已解除")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    areas = models.JSONField(default=list)
    identifier = models.CharField(max_length=120)
    sender = models.CharField(max_length=120)
    sent = models.DateTimeField()
    status = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    event = models.CharField(max_length=120)
    level = models.CharField(max_length=8)
    urgent = models.BooleanField(default=False)
    exercise = models.BooleanField(default=False)
    headline = models.CharField(max_length=200)
    text = models.TextField()
    until = models.DateTimeField(null=True)
    xml = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices)
    received_at = models.DateTimeField()
    broadcast_id = models.UUIDField(null=True)
    taken_by = models.CharField(max_length=64, default="")
    vouched_by = models.CharField(max_length=64, default="")
    voucher = models.CharField(max_length=64, default="")
    vouched_how = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "broadcast_alert"

    def __str__(self) -> str:
        return f"{self.sender} {self.identifier}"


class Channel(models.Model):
    """A group robot or a gateway of short messages that broadcasts of a place may go to as well.

    ``url`` and ``secret`` are sealed; ``shown`` is what people see of the address. ``least``: the lowest level that it
    takes. ``shared``: places below may use it too. One who added it cannot put it into use.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("channel", "待启用")
        ACTIVE = "active", pgettext_lazy("channel", "使用中")
        SUSPENDED = "suspended", pgettext_lazy("channel", "已停用")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    label = models.CharField(max_length=40)
    url = models.BinaryField()
    secret = models.BinaryField(null=True)
    shown = models.CharField(max_length=80)
    settings = models.JSONField(default=dict)
    least = models.CharField(max_length=8, choices=Broadcast.Level.choices)
    shared = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=160, default="", blank=True)
    failures = models.SmallIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    maker = models.CharField(max_length=60)
    confirmed_at = models.DateTimeField(null=True)
    confirmer = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        db_table = "broadcast_channel"

    def __str__(self) -> str:
        return f"{self.label} {self.state}"

    @property
    def record(self) -> str:
        return f"channel:{self.id}"


class Post(models.Model):
    """One message to one channel, once for each broadcast and ``what``. ``reason``: why not, in the vendor's words.

    For kinds that reach persons, ``total`` is how many, ``done`` how many were taken and ``failed`` how many were not;
    ``segments`` is how many short messages one takes. ``number``: a sealed telephone for a trial, gone once it is over.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("message", "待发送")
        SENT = "sent", pgettext_lazy("message", "已送达")
        PARTLY = "partly", pgettext_lazy("message", "部分送达")
        REFUSED = "refused", pgettext_lazy("message", "对方拒收")
        GIVEN_UP = "given_up", pgettext_lazy("message", "多次未送达")
        WITHDRAWN = "withdrawn", pgettext_lazy("message", "未发，已撤下")

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    broadcast_id = models.UUIDField()
    channel_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    label = models.CharField(max_length=40)
    what = models.CharField(max_length=6)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    reason = models.CharField(max_length=160, default="", blank=True)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    segments = models.SmallIntegerField(default=0)
    number = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "broadcast_post"

    def __str__(self) -> str:
        return f"{self.label} {self.what} {self.state}"


class Letter(models.Model):
    """A short message to one person, who is named by id alone: the telephone is read when it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        REFUSED = "refused"
        GIVEN_UP = "given_up"
        SKIPPED = "skipped"

    pk = models.CompositePrimaryKey("post_id", "person_id", "county")
    county = models.IntegerField()
    place_key = models.BigIntegerField()
    post_id = models.UUIDField()
    person_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=160, default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "broadcast_letter"

    def __str__(self) -> str:
        return f"{self.post_id} {self.state}"


class Sender(models.Model):
    """Whose warnings a place and all below it take as theirs: the sender's name as it stands in the messages.

    Trusted from ``confirmed_at`` on, when somebody else than who entered it agreed, until ``ended_at``. ``ground`` says
    why it is trusted (a letter, an agreement). A name proves nobody: what brings the message is trusted beside it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    identifier = models.CharField(max_length=120)
    ground = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    maker = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, default="")
    confirmer = models.CharField(max_length=64, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "broadcast_sender"

    def __str__(self) -> str:
        return self.identifier

    @property
    def record(self) -> str:
        return f"sender:{self.id}"


class Word(models.Model):
    """How a word of a place is read: numbered syllables, one a character. Holds at the place and below it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    county = models.IntegerField()
    place_code = models.CharField(max_length=15)
    place_key = models.BigIntegerField()
    word = models.CharField(max_length=12)
    pinyin = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)
    changer = models.CharField(max_length=60)

    class Meta:
        db_table = "broadcast_word"

    def __str__(self) -> str:
        return f"{self.word} {self.pinyin}"
