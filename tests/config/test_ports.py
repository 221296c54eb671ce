"""Ports: found free, and kept from everybody else for as long as a platform runs."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from zhijin.config.ports import NoPort, free_port, is_free, kept_port, random_port

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems share no listening port")


def _listening(port: int) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(("127.0.0.1", port))
        server.listen()
    except OSError:
        server.close()
        raise
    return server


def test_a_port_on_which_somebody_listens_is_not_free():
    port = random_port()
    assert is_free(port)
    with _listening(port):
        assert not is_free(port)
        assert free_port(port, [port, port + 1, port + 2]) != port
        with pytest.raises(NoPort):
            free_port(port, ())
    assert is_free(port)


@linux
def test_a_kept_port_is_taken_for_everybody_until_it_is_let_go():
    with kept_port(None, iter(random_port, None)) as port:
        assert not is_free(port)
        with pytest.raises(OSError, match="in use"):
            _listening(port)
        with pytest.raises(NoPort), kept_port(port, ()):
            pass
        with kept_port(port, range(port + 1, port + 50)) as other:
            assert other > port
    assert is_free(port)


@linux
def test_keeping_passes_over_connections_that_wait_out_their_time():
    port = random_port()
    with _listening(port) as server, socket.create_connection(("127.0.0.1", port)):
        answered, _ = server.accept()
        # Closed by the server first: its side lingers in TIME_WAIT.
        answered.close()
    with kept_port(port, ()) as kept:
        assert kept == port


def test_an_address_of_the_next_version_is_understood():
    if not socket.has_ipv6:
        pytest.skip("no IPv6 on this machine")
    try:
        with kept_port(None, iter(random_port, None), "::1") as port:
            assert not is_free(port, "::1")
    except NoPort:
        pytest.skip("no IPv6 on this machine")


_APP = """
import os
def application(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["WHO"].encode()]
"""


def _served(port: int, who: str, folder: Path) -> subprocess.Popen[bytes]:
    (folder / "told.py").write_text(_APP)
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws",
        "--no-log", "told:application",
    ]  # fmt: skip
    return subprocess.Popen(command, cwd=folder, env={**os.environ, "WHO": who})


def _says(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", timeout=20).text
    except httpx.HTTPError:
        return ""


@linux
def test_the_web_server_joins_a_kept_port_and_finds_it_again_after_a_kill(tmp_path):
    with kept_port(None, iter(random_port, None)) as port:
        for who in ("first", "second"):
            server = _served(port, who, tmp_path)
            try:
                deadline = time.monotonic() + 120
                while not _says(port) and time.monotonic() < deadline:
                    time.sleep(0.1)
                assert {_says(port) for _ in range(20)} == {who}
            finally:
                for child in psutil.Process(server.pid).children():
                    child.kill()
                server.kill()
                server.wait()
            # Nobody listens now, and still nobody else may begin to.
            assert not is_free(port)


def test_two_processes_with_the_same_seed_do_not_reach_for_the_same_port():
    drawn = []
    for _process in range(2):
        random.seed(7)
        drawn.append([random_port() for _ in range(4)])
    assert drawn[0] != drawn[1]
