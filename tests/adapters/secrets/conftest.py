"""The session's own Secret Service, with entries that are gone afterwards."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from crmsync_desktop.adapters.secrets import KeyringSecrets, KeyringState


@pytest.fixture(autouse=True)
def no_configured_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the person running the tests has configured stays out of them."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setattr("keyring.core.load_config", lambda: None)


@pytest.fixture
def service() -> str:
    return f"crmsync-test-{uuid4().hex}"


@pytest.fixture
def secrets(service: str) -> Iterator[KeyringSecrets]:
    if not sys.platform.startswith("linux"):
        pytest.skip("these tests store in a Secret Service, which this system doesn't have")
    opened = KeyringSecrets(service)
    try:
        if asyncio.run(opened.state()) is not KeyringState.READY:
            pytest.skip("no unlocked Secret Service in this session; ./dev test brings one")
        yield opened
        remove(service)
    finally:
        opened.close()


def entries(service: str) -> dict[str, str]:
    """What the Secret Service itself holds for this test: entry (what follows the service) → value."""
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        return {
            item.get_attributes()["service"].removeprefix(service): item.get_secret().decode()
            for item in secretstorage.get_default_collection(connection).get_all_items()
            if item.get_attributes().get("service", "").startswith(service)
        }


def remove(service: str) -> None:
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        for item in secretstorage.get_default_collection(connection).get_all_items():
            if item.get_attributes().get("service", "").startswith(service):
                item.delete()
