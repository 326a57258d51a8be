"""Tokens in the operating system's keyring."""

from __future__ import annotations

from crmsync_desktop.adapters.secrets.backends import KeyringState
from crmsync_desktop.adapters.secrets.keyring_secrets import KeyringSecrets

__all__ = ["KeyringSecrets", "KeyringState"]
