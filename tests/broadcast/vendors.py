"""A real HTTP server that checks what it gets and answers like WeCom, DingTalk, Feishu and a gateway of short messages.

The signatures are computed here anew, as the vendors' documents say, not with the code under test.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

DING_SECRET = "SEC0123456789abcdef"
LARK_SECRET = "Xyz0123456789"
GATEWAY_TOKEN = "gateway-token"
HOUR_MS = 3_600_000


class Vendors(http.server.BaseHTTPRequestHandler):
    """``got``: (path, body, headers). ``told``: answers to give instead, first come first served: (status, object)."""

    got: list[tuple[str, dict[str, Any], dict[str, str]]]
    told: list[tuple[int, Any]]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(data)
        parts = urlsplit(self.path)
        self.got.append((parts.path, body, dict(self.headers)))
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        answers = {
            "cgi-bin": lambda: _wecom(query, body), "robot": lambda: _dingtalk(query, body),
            "open-apis": lambda: _feishu(body, len(data)),
            "sms": lambda: _gateway(body, self.headers.get("Authorization", "")),
        }  # fmt: skip
        told = self.told.pop(0) if self.told else (200, answers[parts.path.split("/")[1]]())
        self._answer(*told)

    def _answer(self, status: int, told: Any) -> None:
        data = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


def _wecom(query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    if query.get("key") != "wecom-key":
        return {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1]"}
    if body.get("msgtype") != "text":
        return {"errcode": 40008, "errmsg": "invalid message type"}
    if len(body["text"]["content"].encode()) > 2048:
        return {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
    return {"errcode": 0, "errmsg": "ok"}


def _dingtalk(query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    if query.get("access_token") != "ding-token":
        return {"errcode": 300005, "errmsg": "token is not exist"}
    at = int(query.get("timestamp", "0"))
    if abs(at - time.time() * 1000) > HOUR_MS:
        return {"errcode": 310000, "errmsg": "invalid timestamp"}
    wanted = hmac.new(DING_SECRET.encode(), f"{at}\n{DING_SECRET}".encode(), hashlib.sha256)
    if query.get("sign") != base64.b64encode(wanted.digest()).decode():
        return {"errcode": 310000, "errmsg": "sign not match"}
    if body.get("msgtype") != "text" or not body["text"]["content"]:
        return {"errcode": 400105, "errmsg": "unsupported msgtype"}
    return {"errcode": 0, "errmsg": "ok"}


def _feishu(body: dict[str, Any], size: int) -> dict[str, Any]:
    at = int(body.get("timestamp", "0"))
    wanted = hmac.new(f"{at}\n{LARK_SECRET}".encode(), b"", hashlib.sha256).digest()
    if abs(at - time.time()) > 3600 or body.get("sign") != base64.b64encode(wanted).decode():
        return {
            "code": 19021,
            "msg": "sign match fail or timestamp is not within one hour from current time",
        }
    if size > 20 * 1024 or body.get("msg_type") != "text" or "<at" in body["content"]["text"]:
        return {"code": 9499, "msg": "Bad Request", "data": {}}
    return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


def _gateway(body: dict[str, Any], authorization: str) -> dict[str, Any]:
    if authorization != f"Bearer {GATEWAY_TOKEN}":
        return {"code": "401", "message": "bad token"}
    if body["phone"].startswith("189"):
        return {"code": "4001", "message": f"blacklisted {body['phone']}"}
    return {"code": "0", "message": "ok", "id": body["id"]}


@contextmanager
def serving() -> Iterator[tuple[int, type[Vendors]]]:
    """The server's port, and its memory."""
    handler = type("Handler", (Vendors,), {"got": [], "told": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield server.server_port, handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
