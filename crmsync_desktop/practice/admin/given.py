"""What a request of the admin API gives, read with its types: whatever doesn't fit is a ValueError with one sentence."""

from __future__ import annotations

from typing import Any


class Given:
    """The JSON object of a request's body, or its query (whose values are all text)."""

    def __init__(self, values: dict[str, Any], allowed: frozenset[str] | None) -> None:
        """`allowed`: the names that the request may have, None for any. Raises ValueError."""
        if allowed is not None and (unknown := sorted(values.keys() - allowed)):
            raise ValueError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(allowed)) or 'nothing'}.")
        self.values = values

    def text(self, name: str, default: str | None = None) -> str:
        value = self._required(name, default)
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text.")
        return value

    def whole(self, name: str, default: int | None = None, *, least: int = 0, most: int = 2**53) -> int:
        value = self._required(name, default)
        if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"{name} must be a whole number between {least} and {most}.")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self._required(name, default)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise ValueError(f"{name} must be a number.")
        return float(value)

    def flag(self, name: str) -> bool:
        value = self.values.get(name, False)
        if isinstance(value, str) and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false.")
        return value

    def texts(self, name: str) -> list[str]:
        value = self._required(name, None)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError(f"{name} must be a list of texts.")
        return value

    def mapping(self, name: str) -> dict[str, str]:
        value = self._required(name, None)
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise ValueError(f"{name} must be an object whose values are texts.")
        return value

    def _required(self, name: str, default: Any) -> Any:
        value = self.values.get(name, default)
        if value is None:
            raise ValueError(f"{name} is missing.")
        return value
