"""Requests to an app of the practice orgs in this process: what the server costs without its socket."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import orjson
from starlette.types import ASGIApp


class Asked:
    """`ms` asks and gives the CPU milliseconds that it took, and the decoded answer. A refusal is an AssertionError."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
        self._loop = asyncio.Runner()

    def close(self) -> None:
        self._loop.close()

    def ms(self, method: str, path: str, query: str = "", body: object = None) -> tuple[float, Any]:
        raw, parts = b"" if body is None else orjson.dumps(body), []
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": self._headers,
            "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "state": {},
        }  # fmt: skip

        async def receive() -> Any:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Any) -> None:
            parts.append(message.get("body", b"") if "status" not in message else str(message["status"]).encode())

        async def ask() -> float:
            started = time.process_time()
            await self._app(scope, receive, send)
            return (time.process_time() - started) * 1000

        took = self._loop.run(ask())
        assert parts[0] in (b"200", b"201"), b"".join(parts)
        return took, orjson.loads(b"".join(parts[1:]))
