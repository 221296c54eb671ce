"""The small NATS client against a server of a few lines: what a real broker cannot be made to do at will."""

from __future__ import annotations

import fcntl
import resource
import socket
import threading
from collections.abc import Iterator

import pytest

from zhijin.core.bus import BusError, Client

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
