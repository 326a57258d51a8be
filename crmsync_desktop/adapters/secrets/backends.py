"""Which keyring is used, which are refused, and what their errors mean.

The backend is named here for each system rather than probed for: probing finds another one on a bad day, and frozen
applications lose the entry points that it goes by.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from enum import StrEnum
from typing import Any, Final, cast

from keyring import core
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from crmsync_desktop.domain.errors import BugError, CrmSyncError, SetupError

_ACCEPTED: Final = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)
"""Modules whose backends hand secrets to the operating system, encrypted and bound to the user's session."""

_UNREADABLE: Final = "keyring.backends.null", "keyring.backends.fail"

if sys.platform == "win32":
    _HOW = "Use the Windows Credential Manager: sign in with an ordinary user account."
    _UNLOCK = "Sign in to Windows again."
elif sys.platform == "darwin":
    _HOW = "Use the macOS keychain: open Keychain Access and see that there is a login keychain."
    _UNLOCK = "Open Keychain Access, unlock the login keychain and allow CRMSync Desktop to use it."
else:
    _HOW = (
        "Install gnome-keyring (for instance: sudo apt install gnome-keyring) or KWallet and sign in to your desktop "
        "again. Without a desktop, start a session with dbus-run-session and unlock it with gnome-keyring-daemon --unlock."
    )
    _UNLOCK = (
        "Unlock it: sign in to your desktop again, or open Passwords and Keys (Seahorse) or KWalletManager and unlock the "
        "default keyring."
    )


class KeyringState(StrEnum):
    READY = "ready"
    LOCKED = "locked"
    """There, but a person has to unlock it, or to let it be made."""
    ABSENT = "absent"


def choose() -> KeyringBackend:
    """The keyring of this system, or the one that the user has configured for `keyring`, if it is safe. Raises SetupError
    where there is none or it is refused. Talks to D-Bus on Linux."""
    configured = _configured()
    if configured is not None:
        refuse_unsafe(configured)
        return configured
    candidates: list[Any]  # of classes whose metaclass has a `priority` that keyring doesn't type
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        candidates = [WinVaultKeyring]
    elif sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as Keychain

        candidates = [Keychain]
    else:
        from keyring.backends import SecretService, kwallet

        candidates = [SecretService.Keyring, kwallet.DBusKeyring]
    reasons = []
    for candidate in candidates:
        try:
            if candidate.priority > 0:
                return cast(KeyringBackend, candidate())
        except Exception as error:  # a backend may fail in any way where its system isn't there
            reasons.append(f"{candidate.__module__.rpartition('.')[2]}: {error}")
    raise absent(". ".join(reasons))


def _configured() -> KeyringBackend | None:
    try:
        return core.load_env() or core.load_config()
    except Exception as error:  # names a class that isn't there, or one that can't work here
        named = os.environ.get("PYTHON_KEYRING_BACKEND") or "keyringrc.cfg"
        raise SetupError(
            "The configured keyring can't be used.",
            f"{named}: {error}.",
            "Remove PYTHON_KEYRING_BACKEND or the line in keyringrc.cfg to use the system's own keyring.",
        ) from error


def refuse_unsafe(backend: KeyringBackend) -> None:
    """Raises SetupError for anything but the systems' own keyrings: what writes to a plain file, keeps nothing, or picks
    among others by itself."""
    kind = type(backend)
    if kind.__module__ in _ACCEPTED:
        return
    why = (
        "It keeps nothing."
        if kind.__module__ in _UNREADABLE
        else "It isn't the operating system's own keyring, so it can't be known to keep tokens safe."
    )
    raise SetupError(
        "CRMSync Desktop doesn't keep tokens in this keyring.", f"{kind.__module__}.{kind.__qualname__}: {why}", _HOW
    )


def look(backend: KeyringBackend) -> KeyringState:
    """The state of this keyring, without asking a person for anything. Only the Secret Service tells; the others are
    taken to be ready, and say so themselves when they aren't."""
    if not type(backend).__module__.endswith(".SecretService"):
        return KeyringState.READY
    import secretstorage
    from secretstorage.exceptions import ItemNotFoundException, SecretStorageException

    try:
        with closing(secretstorage.dbus_init()) as connection:
            locked = secretstorage.Collection(connection, "/org/freedesktop/secrets/aliases/default").is_locked()
    except ItemNotFoundException:
        return KeyringState.LOCKED
    except SecretStorageException:
        return KeyringState.ABSENT
    return KeyringState.LOCKED if locked else KeyringState.READY


def absent(detail: str) -> SetupError:
    return SetupError("There is no keyring to keep tokens in.", detail, _HOW)


def no_answer(seconds: float) -> SetupError:
    return SetupError(
        "The keyring doesn't answer.",
        f"Nothing came back within {seconds:g} seconds.",
        "Look for an open prompt that asks to unlock the keyring, answer it and try again.",
    )


def translated(error: Exception) -> CrmSyncError:
    """An error of a backend, or of the D-Bus libraries beneath it, as one of ours. The one door for them."""
    if isinstance(error, CrmSyncError):
        return error
    name = type(error).__name__
    detail = f"{name}: {error}."
    # By name: the libraries beneath are there on Linux only.
    if isinstance(error, KeyringLocked) or name in {"LockedException", "PromptDismissedException"}:
        return SetupError("The keyring is locked.", detail, _UNLOCK)
    if isinstance(error, NoKeyringError) or name in {"SecretServiceNotAvailableException"}:
        return absent(detail)
    if isinstance(error, InitError):  # the Secret Service says this where its collection can't be opened or made
        return SetupError("The keyring can't be opened.", detail, _UNLOCK)
    module = type(error).__module__.partition(".")[0]
    if isinstance(error, (KeyringError, OSError)) or module in {"secretstorage", "jeepney", "dbus", "pywintypes"}:
        return SetupError("The keyring refused.", detail, f"{_UNLOCK} Then try again.")
    return BugError("The keyring failed in a way we don't know.", detail)
