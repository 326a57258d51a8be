"""K2: tokens in the real Secret Service, in pieces, never mixed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile

import pytest

from crmsync_desktop.adapters.secrets import KeyringSecrets, KeyringState
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.ports.secrets import Secrets
from tests.adapters.secrets.conftest import entries


def put(secrets: Secrets, secret: str, name: str = "token") -> None:
    asyncio.run(secrets.put("acme", name, secret))


def get(secrets: Secrets, name: str = "token") -> str | None:
    return asyncio.run(secrets.get("acme", name))


@pytest.mark.parametrize(
    "secret",
    [
        "pat-eu1-short",
        "",
        "x" * 999,
        "x" * 1_000,
        "x" * 1_001,
        "0123456789" * 500,
        "nøkkel 🔑 \n\t\" ' {}" * 100,
        "🔑" * 1_234,
        "a" + "🔑" * 999,
    ],
    ids=["short", "empty", "999", "1000", "1001", "5000", "unicode", "keys", "torn"],
)
def test_a_secret_comes_back_as_it_was_put(secrets: KeyringSecrets, service: str, secret: str) -> None:
    put(secrets, secret)
    assert get(secrets) == secret
    assert all(len(value.encode("utf-16-le")) <= 2 * 1_000 for value in entries(service).values())


def test_what_was_never_put_is_none(secrets: KeyringSecrets) -> None:
    assert get(secrets) is None


def test_connections_and_names_are_kept_apart(secrets: KeyringSecrets) -> None:
    put(secrets, "one", "salesforce")
    put(secrets, "two", "hubspot")
    asyncio.run(secrets.put("other", "salesforce", "three"))
    assert (get(secrets, "salesforce"), get(secrets, "hubspot")) == ("one", "two")
    assert asyncio.run(secrets.get("other", "salesforce")) == "three"


def test_a_short_secret_over_a_long_one_leaves_no_pieces_behind(secrets: KeyringSecrets, service: str) -> None:
    put(secrets, "long" * 1_250)
    assert len(entries(service)) == 6
    put(secrets, "short")
    assert get(secrets) == "short"
    assert sorted(entries(service)) == ["/acme/token", "/acme/token#b0"]


def test_forgetting_leaves_nothing(secrets: KeyringSecrets, service: str) -> None:
    put(secrets, "long" * 1_250)
    asyncio.run(secrets.forget("acme", "token"))
    assert entries(service) == {}
    assert get(secrets) is None
    asyncio.run(secrets.forget("acme", "token"))


KILLED = """
import asyncio, os, sys
from keyring.backends.SecretService import Keyring
from crmsync_desktop.adapters.secrets import KeyringSecrets

calls = 0

def dying(inner):
    def call(*args):
        global calls
        calls += 1
        if calls > int(sys.argv[2]):
            os.kill(os.getpid(), 9)
        return inner(*args)
    return call

Keyring.set_password = dying(Keyring.set_password)
Keyring.delete_password = dying(Keyring.delete_password)
asyncio.run(KeyringSecrets(sys.argv[1]).put("acme", "token", "new " * 700))
print("whole")
"""


def test_killed_at_any_moment_the_secret_is_the_old_or_the_new_one_and_never_mixed(
    secrets: KeyringSecrets, service: str
) -> None:
    seen = []
    for survived in range(12):
        put(secrets, "old " * 900)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, service, str(survived)], capture_output=True, text=True, timeout=60
        )
        seen.append({"old " * 900: "old", "new " * 700: "new"}[get(secrets) or ""])
        if "whole" in done.stdout:
            break
    else:
        pytest.fail("the writer never finished")
    assert seen == ["old"] * 4 + ["new"] * (len(seen) - 4)  # 3 pieces and the manifest
    put(secrets, "last")
    assert len(entries(service)) == 2  # what the killed ones left is gone too


def test_missing_pieces_are_an_error_that_says_to_sign_in(secrets: KeyringSecrets, service: str) -> None:
    from keyring.backends.SecretService import Keyring

    put(secrets, "x" * 3_000)
    Keyring().delete_password(f"{service}/acme/token#a1", "acme")
    with pytest.raises(SetupError, match=r"damaged.*Sign in again"):
        get(secrets)
    put(secrets, "mended")
    assert get(secrets) == "mended"


def test_an_unlocked_keyring_is_ready(secrets: KeyringSecrets) -> None:
    assert asyncio.run(secrets.state()) is KeyringState.READY


def test_a_locked_keyring_says_so_without_waiting_for_a_prompt_for_ever(secrets: KeyringSecrets) -> None:
    """In a keyring daemon and a D-Bus session of its own, so that the session's stays unlocked."""
    script = f"""
export XDG_RUNTIME_DIR=$HOME/run && mkdir -m 700 $XDG_RUNTIME_DIR
printf 'pass\\n' | gnome-keyring-daemon --unlock --components=secrets > /dev/null
exec {sys.executable} -c "$LOCKED"
"""
    # Not tmp_path: the path of a socket must be short.
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            ["dbus-run-session", "--", "bash", "-ec", script],
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": os.environ["PATH"], "HOME": home, "LOCKED": LOCKED},
        )
    assert done.stdout.split("\n")[:3] == ["ready", "locked", "SetupError"], done.stderr
    assert "keyring" in done.stdout.split("\n")[3]


LOCKED = """
import asyncio
from contextlib import closing
import secretstorage
from crmsync_desktop.adapters.secrets import KeyringSecrets
from crmsync_desktop.domain.errors import SetupError

async def main():
    secrets = KeyringSecrets(seconds=5)
    await secrets.put("acme", "token", "x")
    print(await secrets.state())
    with closing(secretstorage.dbus_init()) as connection:
        secretstorage.get_default_collection(connection).lock()
    print(await secrets.state())
    try:
        print(await secrets.get("acme", "token"))
    except SetupError as error:
        print("SetupError")
        print(error)
    secrets.close()

asyncio.run(main())
"""
