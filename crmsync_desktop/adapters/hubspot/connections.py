"""The client's connections, known one by one, so that closing needn't wait for an answer that may take a minute."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any
from weakref import WeakSet

from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager


class Connections:
    """Every connection that a pool manager opens from `watch` on, for as long as it lives."""

    def __init__(self) -> None:
        self._open: WeakSet[HTTPConnection] = WeakSet()
        self._lock = threading.Lock()

    def watch(self, manager: PoolManager) -> None:
        """Let the manager make pools that tell of each new connection (`pool_classes_by_scheme` is urllib3's own hook)."""
        note = self._note

        class Plain(HTTPConnectionPool):
            def _new_conn(self) -> Any:
                return note(super()._new_conn())

        class Secure(HTTPSConnectionPool):
            def _new_conn(self) -> Any:
                return note(super()._new_conn())

        manager.pool_classes_by_scheme = {"http": Plain, "https": Secure}

    def cut(self) -> None:
        """End all of them at once: whoever waits for an answer gets an error."""
        with self._lock:
            connections = list(self._open)
        for each in connections:
            if (sock := each.sock) is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _note(self, connection: Any) -> Any:
        with self._lock:
            self._open.add(connection)
        return connection
