"""Refused and missing keyrings, translated errors, keyrings that hang. Real backend classes of `keyring`; no keyring needed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, fail, null
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

from crmsync_desktop.adapters.secrets import KeyringSecrets, KeyringState
from crmsync_desktop.adapters.secrets.backends import translated
from crmsync_desktop.adapters.secrets.pieces import PIECE, split
from crmsync_desktop.adapters.secrets.worker import Worker
from crmsync_desktop.domain.errors import BugError, SetupError


class PlaintextKeyring(KeyringBackend):
    """As keyrings.alt has one: works, and writes to a file that anyone may read."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def get_password(self, service: str, username: str) -> str | None:
        return self.path.read_text() if self.path.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.path.write_text(password)

    def delete_password(self, service: str, username: str) -> None:
        self.path.unlink()


class Helpful(SecretService.Keyring):
    """Derived from a good one, and still not it."""


def refusal(secrets: KeyringSecrets) -> str:
    try:
        with pytest.raises(SetupError) as refused:
            asyncio.run(secrets.put("acme", "token", "secret"))
        assert asyncio.run(secrets.state()) is KeyringState.ABSENT
    finally:
        secrets.close()
    return str(refused.value)


@pytest.mark.parametrize("backend", [null.Keyring, fail.Keyring, chainer.ChainerBackend, Helpful])
def test_keyrings_that_keep_nothing_or_choose_by_themselves_are_refused(backend: type[KeyringBackend]) -> None:
    assert "doesn't keep tokens in this keyring" in refusal(KeyringSecrets(backend=backend()))


def test_a_plaintext_keyring_is_refused_and_nothing_written(tmp_path: Path) -> None:
    path = tmp_path / "keyring_pass.cfg"
    message = refusal(KeyringSecrets(backend=PlaintextKeyring(path)))
    assert "PlaintextKeyring" in message
    assert not path.exists()


@pytest.mark.parametrize(
    ("configured", "words"),
    [
        ("keyring.backends.null.Keyring", "It keeps nothing"),
        ("keyring.backends.fail.Keyring", "It keeps nothing"),
        ("keyring.backends.chainer.ChainerBackend", "isn't the operating system's own"),
        ("keyrings.alt.file.PlaintextKeyring", "PYTHON_KEYRING_BACKEND"),
    ],
)
def test_a_keyring_configured_for_the_keyring_library_is_refused_too(
    monkeypatch: pytest.MonkeyPatch, configured: str, words: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", configured)
    assert words in refusal(KeyringSecrets())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can be without a keyring")
def test_without_a_keyring_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    message = refusal(KeyringSecrets())
    assert "There is no keyring to keep tokens in" in message
    assert "gnome-keyring" in message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyringLocked("Failed to unlock the collection!"), "The keyring is locked"),
        (NoKeyringError("none"), "There is no keyring"),
        (InitError("Failed to create the collection"), "can't be opened"),
        (PasswordSetError("can't store"), "refused"),
        (ConnectionResetError("bus went away"), "refused"),
    ],
)
def test_a_backends_errors_say_what_to_do(error: Exception, words: str) -> None:
    ours = translated(error)
    assert isinstance(ours, SetupError)
    assert words in ours.title
    assert ours.hint
    assert str(error) in ours.detail


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="D-Bus libraries are there on Linux only")
def test_errors_of_the_dbus_libraries_are_translated_too() -> None:
    from jeepney.wrappers import DBusErrorResponse
    from secretstorage import exceptions

    for error in (exceptions.LockedException("x"), exceptions.PromptDismissedException("x")):
        assert translated(error).title == "The keyring is locked."
    assert translated(exceptions.SecretServiceNotAvailableException("x")).title.startswith("There is no keyring")
    assert type(translated(exceptions.ItemNotFoundException("x"))) is SetupError
    assert issubclass(DBusErrorResponse, Exception)
    bare = DBusErrorResponse.__new__(DBusErrorResponse)
    bare.name, bare.data = "org.freedesktop.DBus.Error.NoReply", ("timed out",)
    assert type(translated(bare)) is SetupError


def test_an_error_we_do_not_know_is_a_bug() -> None:
    assert type(translated(ZeroDivisionError("x"))) is BugError


def test_a_hanging_call_ends_in_time_and_later_ones_run_when_it_is_over() -> None:
    worker = Worker("test")
    prompt = threading.Event()
    ran: list[str] = []

    async def use() -> None:
        with pytest.raises(TimeoutError):
            await worker.run(prompt.wait, 0.05)
        with pytest.raises(TimeoutError):
            await worker.run(lambda: ran.append("dropped"), 0.05)
        prompt.set()
        await worker.run(lambda: ran.append("later"), 10)

    asyncio.run(use())
    worker.close()
    assert ran == ["later"]


def test_an_unanswered_prompt_becomes_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = threading.Event()
    monkeypatch.setattr(SecretService.Keyring, "get_password", lambda *_: prompt.wait())
    secrets = KeyringSecrets(backend=SecretService.Keyring(), seconds=0.05)
    with pytest.raises(SetupError, match=r"doesn't answer.*prompt"):
        asyncio.run(secrets.get("acme", "token"))
    prompt.set()
    secrets.close()


def test_a_hanging_keyring_does_not_keep_the_application_from_ending() -> None:
    program = (
        "import asyncio, threading\n"
        "from crmsync_desktop.adapters.secrets.worker import Worker\n"
        "worker = Worker('keyring')\n"
        "try: asyncio.run(worker.run(threading.Event().wait, 0.05))\n"
        "except TimeoutError: print('in time')\n"
        "worker.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.returncode) == ("in time\n", 0), done.stderr


@pytest.mark.parametrize("secret", ["", "x" * PIECE, "🔑" * PIECE, "x🔑" * PIECE, "é" * (3 * PIECE + 1)])
def test_pieces_are_short_enough_for_windows_and_tear_no_character(secret: str) -> None:
    pieces = split(secret)
    assert "".join(pieces) == secret
    assert all(0 < len(piece.encode("utf-16-le")) <= 2 * PIECE for piece in pieces)
