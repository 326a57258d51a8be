"""Validation rules: saves that the admin doesn't want."""

from __future__ import annotations

from collections.abc import Sequence

from .automation_rules import ValidationRule
from .errors import RowError
from .saves import Save


def validate(rules: Sequence[ValidationRule], save: Save) -> None:
    """Raises RowError with the messages of all rules that the record breaks (jsforce's issue 861 quotes such a body)."""
    broken = [
        RowError(rule.code, rule.message, [rule.field] if rule.field else [])
        for rule in rules
        if all(condition.holds(save.row, save.before) for condition in rule.when)
    ]
    if broken:
        first, *others = broken
        first.others = others
        raise first
