"""Broadcasts on the desk; audio for loudspeakers."""

from django.urls import path, register_converter

from zhijin.broadcast.views import alerts, channels, devices, lexicon, senders
from zhijin.broadcast.views import desk as pages


class _Digest:
    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(_Digest, "audio")

desk = [
    path("broadcasts/", pages.listing, name="broadcasts"),
    path("broadcasts/new/", pages.new, name="broadcast-new"),
    path("broadcasts/<uuid:pk>/", pages.one, name="broadcast"),
    path("broadcasts/<uuid:pk>/audio/", pages.audio, name="broadcast-audio"),
    path("broadcasts/<uuid:pk>/cap.xml", alerts.export, name="broadcast-cap"),
    path("broadcasts/<uuid:pk>/ebm.tar", alerts.export_ebm, name="broadcast-ebm"),
    path("alerts/", alerts.listing, name="alerts"),
    path("alerts/senders/", senders.listing, name="alert-senders"),
    path("alerts/<uuid:pk>/", alerts.one, name="alert"),
    path("broadcasts/lexicon/", lexicon.listing, name="lexicon"),
    path("channels/", channels.listing, name="channels"),
    path("channels/<uuid:pk>/", channels.one, name="channel"),
    path("loudspeakers/", devices.listing, name="loudspeakers"),
    path("loudspeakers/<int:pk>/setup.json", devices.setup, name="loudspeaker-setup"),
]
portal = [
    path("broadcast/audio/<audio:digest>/", devices.audio, name="broadcast-file"),
    path("cap/", alerts.receive, name="cap"),
]
