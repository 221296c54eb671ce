"""Devices and what they sense: registry, intake of events, rules that open cases, the inventory of the network."""
