"""The real broker: who may enter and say what, and that nothing acknowledged is lost whatever is killed."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time

import psycopg
import pytest
from django.db import connection

from tests.cast import GRID, VILLAGE
from tests.sensing.bus import Bus, wait_until
from tests.sensing.conftest import SYSTEM, everything, message
from zhijin.cases.models import Case
from zhijin.config.postgres import ADMIN
from zhijin.core.bus import BusError, Refused
from zhijin.core.scope import scoped
from zhijin.sensing import simulating
from zhijin.sensing.models import Alarm, Device, Reading
from zhijin.sensing.services.devices import Entry, change, rotate, set_state
from zhijin.sensing.stream import INGEST, register_consumer
from zhijin.sensing.topics import STREAM, area, order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def topic(device: Device, channel: str = "ev") -> str:
    return f"zj/d/{device.code}/{channel}"


def stored() -> int:
    with scoped(SYSTEM):
        return Reading.objects.count()


def test_from_the_device_to_the_grid_workers_case(fire, device, bus: Bus):
    smoke, secret = device()
    bus.open_gate()
    bus.take_in()
    agent = bus.connected(smoke, secret)
    assert agent.publish(topic(smoke), message(1, level=1200))
    wait_until(lambda: everything(Case))
    (case,) = everything(Case)
    assert (case.place_code, case.reporter) == (GRID, f"device:{smoke.code}")
    assert stored() == 1


def test_a_secret_opens_only_its_own_device(ground, device, bus: Bus):
    smoke, secret = device()
    other, other_secret = device(label="4 号烤房")
    bus.open_gate()
    bus.connected(smoke, secret).leave()
    for code, given, client_id in (
        (smoke.code, "wrong", ""),
        (smoke.code, other_secret, ""),
        (smoke.code, secret, other.code),
        (other.code, secret, other.code),
        ("NOBODY", secret, ""),
        ("gate", secret, ""),
        ("", "", "x"),
    ):
        with pytest.raises((Refused, OSError)):
            bus.device(code, given, client_id).connect()


def test_a_device_says_and_hears_only_what_is_its_own(ground, device, bus: Bus):
    smoke, secret = device()
    other, _ = device(label="4 号烤房")
    bus.open_gate()
    bus.take_in()
    agent = bus.connected(smoke, secret)
    for wanted, allowed in {
        f"zj/d/{smoke.code}/in/#": True,
        f"zj/a/{VILLAGE}/smoke/#": True,
        f"zj/a/{VILLAGE[:6]}/smoke/test": True,
        f"zj/d/{other.code}/in/#": False,
        "zj/d/+/in/#": False,
        "zj/d/+/ev": False,
        f"zj/a/{VILLAGE}/loudspeaker/#": False,
        "zj/a/530621/smoke/#": False,
        "zj/a/+/smoke/#": False,
        "#": False,
        "$SYS/#": False,
    }.items():
        assert agent.subscribe(wanted) is allowed, wanted
    # MQTT 3.1.1 has no way to refuse a message: the broker takes it and drops it.
    agent.publish(topic(other), message(1, level=7))
    agent.publish(f"zj/d/{other.code}/in/x", b"{}")
    agent.publish(topic(smoke), message(1, level=8))
    wait_until(stored)
    (row,) = everything(Reading)
    assert (row.device_id, row.value) == (smoke.id, 8)


def test_orders_reach_one_device_or_an_area(ground, device, bus: Bus):
    horn, secret = device("loudspeaker", label="村口云喇叭")
    bus.open_gate()
    agent = bus.connected(horn, secret)
    assert agent.subscribe(f"zj/d/{horn.code}/in/#")
    assert agent.subscribe(f"zj/a/{VILLAGE[:9]}/loudspeaker/#")
    with bus.address.client("platform") as platform:
        platform.publish(order(horn.code, "play"), b"one")
        platform.publish(area(VILLAGE[:9], "loudspeaker", "play"), b"all")
        platform.publish(area("530621", "loudspeaker", "play"), b"elsewhere")

        def heard() -> bool:
            agent.hear(0.1)
            return len(agent.received) >= 2

        wait_until(heard)
    assert [data for _topic, data in agent.received] == [b"one", b"all"]


def test_a_changed_device_is_parted_with_at_once(ground, device, bus: Bus):
    smoke, secret = device()
    bus.open_gate()
    agent = bus.connected(smoke, secret)
    _device, fresh = rotate(actor=SYSTEM, device_id=smoke.id)
    wait_until(lambda: _is_gone(agent))
    with pytest.raises(Refused):
        bus.device(smoke.code, secret).connect()
    again = bus.connected(smoke, fresh)
    change(actor=SYSTEM, device_id=smoke.id, entry=Entry("smoke", "搬了", VILLAGE + "002"))
    wait_until(lambda: _is_gone(again))
    moved = bus.connected(smoke, fresh)
    set_state(actor=SYSTEM, device_id=smoke.id, state="stopped")
    wait_until(lambda: _is_gone(moved))
    with pytest.raises(Refused):
        bus.device(smoke.code, fresh).connect()


def _is_gone(agent: object) -> bool:
    try:
        agent.hear(0.05)  # type: ignore[attr-defined]
        agent.ping()  # type: ignore[attr-defined]
    except OSError:
        return True
    return False


def test_a_mad_device_is_shut_out_while_others_flow(ground, device, bus: Bus):
    mad, mad_secret = device()
    calm, calm_secret = device(label="4 号烤房")
    bus.open_gate()
    bus.take_in()
    flood, quiet = bus.connected(mad, mad_secret), bus.connected(calm, calm_secret)
    flood.send(topic(mad), (message(seq, level=1) for seq in range(1, 3001)))
    assert quiet.publish(topic(calm), message(1, level=9))
    wait_until(lambda: any(row.device_id == calm.id for row in everything(Reading)))
    wait_until(lambda: _is_gone(flood))
    with pytest.raises(Refused):
        bus.device(mad.code, mad_secret).connect()
    assert quiet.publish(topic(calm), message(2, level=9))
    rows = everything(Reading)
    assert sum(row.device_id == mad.id for row in rows) <= 650


def test_what_is_simulated_really_speaks_and_comes_back_when_it_is_parted_with(
    fire, device, bus: Bus, monkeypatch
):
    one, _secret = device(simulated=True)
    device(label="真设备")
    bus.open_gate()
    bus.take_in()
    monkeypatch.setattr(simulating, "address", lambda: bus.address)
    simulation = simulating.Simulation(VILLAGE)
    assert [row.id for row in simulation.devices] == [one.id]
    simulation.connect()
    simulation.speak()
    # Every half second somebody changes it, and the gate parts with it each time.
    for _ in range(3):
        change(actor=SYSTEM, device_id=one.id, entry=Entry("smoke", "改了名", GRID, simulated=True))
        agent = simulation.agents[one.id]
        wait_until(lambda: _is_gone(agent))  # noqa: B023 - called at once
        assert simulation.alarm("smoke") is not None
    assert simulation.alarm("drowning_zone") is None
    assert simulation.close() == 0
    assert simulation.sent == 4
    wait_until(lambda: stored() == 4)
    assert {row.device_id for row in everything(Reading)} == {one.id}
    assert len(everything(Case)) == 1


def test_before_the_consumers_stand_nobody_enters(ground, device, bus: Bus):
    """MQTT's stream keeps only what somebody waits for: a message before that would be lost."""
    smoke, secret = device()
    register_consumer("test-receipts", "receipt")
    bus.open_gate()
    agent = bus.connected(smoke, secret)
    assert agent.publish(topic(smoke), message(1, level=1))
    assert agent.publish(topic(smoke, "receipt"), b"{}")
    with bus.address.client("ingest") as inner:
        told = inner.ask(f"$JS.API.STREAM.INFO.{STREAM}")
        assert told["state"]["messages"] == 2
        assert told["config"]["max_consumers"] == -1
        for name, pending in ((INGEST, 1), ("test-receipts", 1)):
            assert inner.ask(f"$JS.API.CONSUMER.INFO.{STREAM}.{name}")["num_pending"] == pending
    bus.take_in()
    wait_until(stored)


def test_sixty_devices_come_back_at_once(ground, device, bus: Bus):
    """A storm of reconnections: all are let in again, with a query for each batch and not for each device."""
    made = [device(label=f"{number} 号")[0:2] for number in range(60)]
    bus.open_gate()
    agents = [bus.connected(made[0][0], made[0][1])]
    agents += [bus.device(one.code, secret).connect() for one, secret in made[1:]]
    bus.kill()
    bus.start()
    for agent in agents:
        agent.close()
    wait_until(lambda: all(_back(agent) for agent in agents))


def _back(agent: object) -> bool:
    if agent.fileno() >= 0:  # type: ignore[attr-defined]
        return True
    try:
        agent.connect()  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


class Sender:
    """A device as it should be: it keeps what was not acknowledged, and sends that again when it comes back."""

    def __init__(self, bus: Bus, device: Device, secret: str) -> None:
        self.bus, self.device, self.secret = bus, device, secret
        self.agent = bus.connected(device, secret)
        self.seq = 0
        self.kept: dict[int, int] = {}
        self.sent = 0

    def send(self, count: int) -> None:
        """Send ``count`` events, some of them twice, over whatever is killed meanwhile."""
        deadline = time.monotonic() + 240
        for _ in range(count):
            self.seq += 1
            self.kept[self.seq] = 0
        while self.kept:
            assert time.monotonic() < deadline
            try:
                self._round()
            except OSError:
                self.agent.close()
                self.agent.open.clear()
                wait_until(lambda: _back(self.agent))

    def _round(self) -> None:
        batch = list(self.kept)[:50]
        numbers = self.agent.send(
            topic(self.device), [message(seq, level=seq % 900) for seq in batch]
        )
        self.agent.wait(timeout=5)
        for seq, number in zip(batch, numbers, strict=True):
            if number not in self.agent.open:
                self.kept.pop(seq)
        self.agent.open.clear()


def test_kill_the_broker_under_load_and_nothing_acknowledged_is_lost(ground, device, bus: Bus):
    smoke, secret = device()
    bus.open_gate()
    bus.take_in()
    sender = Sender(bus, smoke, secret)
    for _ in range(3):
        sender.send(120)
        sender.agent.send(topic(smoke), [message(sender.seq, level=1)])
        bus.kill()
        bus.start()
    sender.send(40)
    wait_until(lambda: stored() >= 400)
    assert sorted(row.seq for row in everything(Reading)) == list(range(1, 401))


def ingest_process(bus: Bus, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A worker that can be killed as a whole."""
    code = (
        "import sys, threading, pathlib, django; django.setup();"
        "from zhijin.core.bus import address; from zhijin.sensing.api import run_ingest;"
        "run_ingest(address(pathlib.Path(sys.argv[1])), threading.Event())"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(bus.home.root)], env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_kill_the_worker_under_load_and_everything_comes_once(
    fire, device, bus: Bus, database_environment
):
    smoke, secret = device()
    bus.open_gate()
    sender = Sender(bus, smoke, secret)
    sender.agent.publish(topic(smoke), message(100_000, level=1500))
    sender.seq = 100_000
    worker = ingest_process(bus, database_environment)
    try:
        wait_until(stored)
        for _ in range(2):
            sender.send(100)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            worker = ingest_process(bus, database_environment)
        sender.send(100)
        wait_until(lambda: stored() >= 301)
    finally:
        worker.kill()
        worker.wait()
    assert sorted(row.seq for row in everything(Reading)) == list(range(100_000, 100_301))
    assert len(everything(Case)) == len(everything(Alarm)) == 1


def test_the_database_goes_away_and_what_was_sent_is_taken_in_when_it_is_back(
    ground, device, bus: Bus, django_db_setup
):
    smoke, secret = device()
    bus.open_gate()
    bus.take_in()
    sender = Sender(bus, smoke, secret)
    sender.send(20)
    for _ in range(3):
        _cut_connections(django_db_setup)
        sender.send(60)
    wait_until(lambda: stored() >= 200)
    assert sorted(row.seq for row in everything(Reading)) == list(range(1, 201))


def _cut_connections(test_database: object) -> None:
    """What a restart of the database does to those who are connected."""
    name = connection.settings_dict["NAME"]
    connection.close()
    url = test_database.cluster.url(ADMIN, "postgres")  # type: ignore[attr-defined]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


def test_only_one_worker_takes_in_and_the_other_takes_over(ground, device, bus: Bus):
    smoke, secret = device()
    bus.open_gate()
    first = bus.take_in()
    agent = bus.connected(smoke, secret)
    agent.publish(topic(smoke), message(1, level=1))
    wait_until(stored)
    bus.take_in()
    bus.end(first)
    agent.publish(topic(smoke), message(2, level=1))
    wait_until(lambda: stored() == 2)


def test_the_inner_users_have_passwords_too(bus: Bus):
    where = bus.address
    for user in where.passwords:
        client = where.client(user)
        client.password = "guessed"
        with pytest.raises(BusError):
            client.connect()


def test_a_renewed_certificate_is_shown_without_a_restart_and_devices_come_back_to_it(
    ground, device, bus: Bus, monkeypatch
):
    from zhijin.config import broker

    smoke, secret = device()
    bus.open_gate()
    bus.take_in()
    agent = bus.connected(smoke, secret)
    where = ("127.0.0.1", bus.address.mqtt_port)
    before = ssl.get_server_certificate(where)
    renewal = broker.Renewal("")
    assert not renewal.due()
    assert not renewal.look(bus.home)
    monkeypatch.setenv("ZHIJIN_BROKER_NAMES", "zhijin.lan")
    assert renewal.look(bus.home)
    assert bus.process is not None
    bus.process.send_signal(signal.SIGHUP)
    wait_until(lambda: ssl.get_server_certificate(where) != before)
    agent.close()
    again = bus.connected(smoke, secret)
    assert again.publish(topic(smoke), message(1, level=1))
    wait_until(lambda: stored() == 1)
