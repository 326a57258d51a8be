"""Validation rules: saves that the admin doesn't want."""

from __future__ import annotations

from collections.abc import Sequence

from .automation_rules import ValidationRule
from .errors import RowError
from .saves import Save


def validate(rules: Sequence[ValidationRule], save: Save) -> None:
    """Raises RowError FIELD_CUSTOM_VALIDATION_EXCEPTION with the message of the first rule that the record breaks.

    Unverified: of several broken rules only the first is reported.
    """
    for rule in rules:
        if all(condition.holds(save.row, save.before) for condition in rule.when):
            raise RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, [rule.field] if rule.field else [])
