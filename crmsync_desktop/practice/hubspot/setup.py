"""How a portal is set up: what its account has bought, what its rules demand, and how its search index behaves.

Everything that would change what a plain portal does to a plain sync is off by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

Tier = Literal["free", "starter", "professional", "enterprise"]
Moment = Literal["create", "update", "write"]
Consent = Literal["page", "allow", "deny"]


@dataclass(frozen=True, slots=True)
class Automation:
    """A workflow: once a record of `type` is written so that it fits, `sets` is written to it by HubSpot itself.

    `on`: created, updated, or either. `changed`: the property that must have changed ("" for any write); `equals`: the
    value that it must have then (None for any). `sets`: property names and values, "" to clear. `after_seconds`: how
    long the workflow takes, on the practice clock.
    """

    type: str
    sets: Mapping[str, str]
    on: Moment = "write"
    changed: str = ""
    equals: str | None = None
    after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ConditionalRule:
    """`requires` must have values as soon as `property` has one of `values` (2026-09 only)."""

    property: str
    values: tuple[str, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortalSetup:
    """One portal's settings, JSON-able, kept in its database.

    `tier` and `limit_increases` (at most two) decide the rate limits. `required_properties` and `conditional_required`
    are by object type, enforced on 2026-09 paths. `search_lag_seconds`: how long a write stays unseen by search, other
    for the types in `search_lag_by_type`; `search_lag_jitter`: a write may lag by up to this share longer, so that a
    later write can be seen before an earlier one. `stale_rows`: the share (0 to 1) of the search rows of lately changed
    records that show the values of before. `index_stopped`: the index takes in nothing that is written while this is
    set. `ordered_batches`: whether batch answers keep the order of the inputs; `bare_errors`: whether the errors of a
    207 say no more than recorded ones do (status, category, message), so not which inputs they are about.

    `consent`: what a person does who is asked to let the app in (`page` waits for them). `app_installed`: False once a
    person has removed the OAuth app. `user_level_oauth`: tokens act with the rights of a user, who may or may not edit
    associations (`edit_associations`). `locked_until`: writes answer 423 until this moment; `migrating_until`: every
    request answers 477 until it (seconds since the epoch).
    """

    tier: Tier = "professional"
    limit_increases: int = 0
    required_properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conditional_required: Mapping[str, tuple[ConditionalRule, ...]] = field(default_factory=dict)
    search_lag_seconds: float = 0.0
    search_lag_by_type: Mapping[str, float] = field(default_factory=dict)
    search_lag_jitter: float = 0.0
    stale_rows: float = 0.0
    index_stopped: bool = False
    ordered_batches: bool = False
    bare_errors: bool = False
    consent: Consent = "page"
    app_installed: bool = True
    user_level_oauth: bool = False
    edit_associations: bool = True
    locked_until: float = 0.0
    migrating_until: float = 0.0
    automations: tuple[Automation, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a number outside its range or an unknown tier."""
        if self.tier not in get_args(Tier):
            raise ValueError(f"tier must be one of {', '.join(get_args(Tier))}")
        if self.consent not in get_args(Consent):
            raise ValueError(f"consent must be one of {', '.join(get_args(Consent))}")
        if self.limit_increases not in (0, 1, 2):
            raise ValueError("limit_increases must be 0, 1 or 2")
        for name in ("search_lag_seconds", "search_lag_jitter", "locked_until", "migrating_until"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        if not 0 <= self.stale_rows <= 1:
            raise ValueError("stale_rows must be between 0 and 1")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> PortalSetup:
        """The setup that `to_json` wrote. Raises ValueError for an unknown key or a value of the wrong type."""
        return cls().changed(given)

    def changed(self, given: Mapping[str, Any]) -> PortalSetup:
        """This setup with some settings as in `given` (JSON or Python forms). Raises ValueError as `from_json` does."""
        held = {each.name: getattr(self, each.name) for each in fields(self)}
        for name, value in given.items():
            if name not in held:
                raise ValueError(f"{name} is not a setting of a portal")
            try:
                held[name] = _READERS.get(name, lambda value: value)(value)
            except (TypeError, AttributeError, KeyError) as error:
                raise ValueError(f"{name} can't be {value!r}: {error}") from None
            if name not in _READERS and type(value) is not type(getattr(DEFAULT_SETUP, name)):
                raise ValueError(f"{name} can't be {value!r}")
        return PortalSetup(**held)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("a number is needed")
    return float(value)


def _automation(value: Any) -> Automation:
    return value if isinstance(value, Automation) else Automation(**value)


def _rule(value: Any) -> ConditionalRule:
    if isinstance(value, ConditionalRule):
        return value
    return ConditionalRule(value["property"], tuple(value["values"]), tuple(value["requires"]))


_READERS: dict[str, Any] = {
    "search_lag_seconds": _number,
    "search_lag_jitter": _number,
    "stale_rows": _number,
    "locked_until": _number,
    "migrating_until": _number,
    "search_lag_by_type": lambda value: {str(name): _number(seconds) for name, seconds in value.items()},
    "required_properties": lambda value: {str(name): tuple(map(str, names)) for name, names in value.items()},
    "conditional_required": lambda value: {str(name): tuple(map(_rule, rules)) for name, rules in value.items()},
    "automations": lambda value: tuple(map(_automation, value)),
}
DEFAULT_SETUP = PortalSetup()
