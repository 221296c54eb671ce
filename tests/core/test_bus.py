"""The small NATS client against a server of a few lines: what a real broker cannot be made to do at will."""

from __future__ import annotations

import fcntl
import json
import resource
import socket
import threading
from collections.abc import Iterator

import pytest

from zhijin.core.bus import BusError, Client, address

#: select() knows files up to number 1,023.
HIGH = 1500


@pytest.fixture
def many_files() -> Iterator[None]:
    """This process may have files with high numbers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard <= HIGH:
        pytest.skip(f"this machine lets a process have {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, HIGH + 100), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def port() -> Iterator[int]:
    """A server that greets, answers PING, and gives every PUB back to the subscription 1."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        yield server.getsockname()[1]
    thread.join(5)


def _serve(server: socket.socket) -> None:
    connection = server.accept()[0]
    with connection, connection.makefile("rwb") as stream:
        stream.write(b'INFO {"server_id": "x"}\r\n')
        stream.flush()
        while line := stream.readline():
            if line == b"PING\r\n":
                stream.write(b"PONG\r\n")
            elif line.startswith(b"PUB "):
                _verb, subject, size = line.split()
                body = stream.read(int(size) + 2)
                stream.write(b"MSG %s 1 %s\r\n%s" % (subject, size, body))
            stream.flush()


def test_it_hears_on_a_file_that_select_does_not_know(port, many_files, monkeypatch):
    plain = socket.create_connection

    def high(*args: object, **more: object) -> socket.socket:
        low = plain(*args, **more)  # type: ignore[arg-type]
        found = socket.socket(fileno=fcntl.fcntl(low.fileno(), fcntl.F_DUPFD, HIGH))
        found.settimeout(low.gettimeout())
        low.close()
        return found

    monkeypatch.setattr(socket, "create_connection", high)
    with Client("127.0.0.1", port, "u", "p") as client:
        assert client._socket is not None
        assert client._socket.fileno() >= HIGH
        assert client.subscribe("a") == 1
        assert client.messages(0) == []
        client.publish("a", b"1\r\n2")
        (found,) = client.messages(5)
        assert (found.subject, found.data) == ("a", b"1\r\n2")
    with pytest.raises(BusError, match="not connected"):
        client.messages(0)


def test_the_next_node_is_tried_when_one_does_not_answer(port):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    with Client("127.0.0.1", dead, "u", "p", others=(("127.0.0.1", port),)) as client:
        assert client.info == {"server_id": "x"}
    with pytest.raises(BusError):
        Client("127.0.0.1", dead, "u", "p", others=(("127.0.0.1", dead),)).connect()


def test_the_nodes_of_a_cluster_stand_in_the_file(tmp_path):
    told = {
        "host": "a", "port": 1, "mqtt_host": "m", "mqtt_port": 2, "issuer": "00" * 32,
        "passwords": {"gate": "g"}, "nodes": ["10.0.0.1:4222", "[::1]:4223"], "mqtt_nodes": ["10.0.0.1:8883"],
    }  # fmt: skip
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "broker.json").write_text(json.dumps(told))
    found = address(tmp_path)
    assert found.mqtt_nodes == (("10.0.0.1", 8883),)
    client = found.client("gate")
    assert ((client.host, client.port), client.others) == (("10.0.0.1", 4222), (("::1", 4223),))
