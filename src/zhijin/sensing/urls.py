"""Devices and the inventory of the network, on the desk."""

from django.urls import path

from zhijin.sensing.views import assets, devices, looking

desk = [
    path("devices/", devices.listing, name="devices"),
    path("devices/new/", devices.new, name="device-new"),
    path("devices/rules/", looking.rules, name="device-rules"),
    path("devices/refused/", looking.refused, name="device-refused"),
    path("devices/ca.pem", looking.authority, name="device-ca"),
    path("devices/<int:pk>/", devices.one, name="device"),
    path("devices/<int:pk>/readings.xlsx", looking.export, name="device-export"),
    path("assets/", assets.assets, name="assets"),
]
