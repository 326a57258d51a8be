"""The portal's ways of saying no, with the bodies that HubSpot answers.

Shapes: HubSpot's error-handling page (`status`, `message`, `correlationId`, `category`, `errors[]`, `context`). The
wording of "Property values were not valid: [JSON]" and "Contact already exists. Existing ID: N" is that of real
answers quoted by client libraries. Codes for booleans, over-long values and unique properties are unverified.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """One property value that the portal won't take. `code` is HubSpot's detail code (INVALID_EMAIL, …)."""

    property: str
    code: str
    message: str

    def detail(self) -> dict[str, object]:
        return {"message": self.message, "code": self.code, "context": {"propertyName": [self.property]}}

    def legacy(self) -> dict[str, object]:
        return {"isValid": False, "message": self.message, "error": self.code, "name": self.property}


class Refusal(Exception):
    """A request, or one input of a batch, that is refused. `status` is the HTTP status it has when it stands alone."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        errors: Sequence[dict[str, object]] = (),
        context: dict[str, list[str]] | None = None,
        extra: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.errors = list(errors)
        self.context = context
        self.extra = extra or {}

    def body(self) -> dict[str, object]:
        """The whole answer of a request that is refused."""
        body: dict[str, object] = {
            "status": "error",
            "message": self.message,
            "correlationId": str(uuid.uuid4()),
            "category": self.category,
        }
        if self.errors:
            body["errors"] = self.errors
        if self.context:
            body["context"] = self.context
        body.update(self.extra)
        return body

    def item(self, context: dict[str, list[str]]) -> dict[str, object]:
        """One element of `errors` in a 207."""
        item: dict[str, object] = {"status": "error", "category": self.category, "message": self.message}
        if self.errors:
            item["errors"] = self.errors
        item["context"] = {**(self.context or {}), **context}
        return item


def invalid(message: str, *, context: dict[str, list[str]] | None = None) -> Refusal:
    return Refusal(400, "VALIDATION_ERROR", message, context=context)


def invalid_values(problems: Sequence[ValueProblem]) -> Refusal:
    described = orjson.dumps([problem.legacy() for problem in problems]).decode()
    return Refusal(
        400,
        "VALIDATION_ERROR",
        f"Property values were not valid: {described}",
        errors=[problem.detail() for problem in problems],
    )


def invalid_json(detail: str) -> Refusal:
    return invalid(f"Invalid input JSON: {detail}")


def not_found(message: str = "resource not found", *, context: dict[str, list[str]] | None = None) -> Refusal:
    return Refusal(404, "OBJECT_NOT_FOUND", message, context=context)


def missing_objects(label: str, ids: list[str]) -> Refusal:
    """What a 207 says of ids that stand for nothing."""
    message = f"Could not get some {label} objects, they may be deleted or not exist. Check that ids are valid."
    return Refusal(404, "OBJECT_NOT_FOUND", message, context={"ids": ids})


def email_taken(existing_id: int) -> Refusal:
    return Refusal(409, "CONFLICT", f"Contact already exists. Existing ID: {existing_id}")


def unique_value_taken(portal_id: int, property_name: str, value: str, record_id: int, holder: int) -> Refusal:
    """Unverified wording: a second record with the value of a property that is unique."""
    message = (
        f"Cannot set PropertyValueCoordinates{{portalId={portal_id}, propertyName={property_name}, value={value}}} "
        f"on {record_id}. {holder} already has that value."
    )
    problem = ValueProblem(property_name, "CONFLICTING_UNIQUE_VALUE", message)
    return Refusal(400, "VALIDATION_ERROR", message, errors=[problem.detail()])


def unauthenticated() -> Refusal:
    message = "Authentication credentials not found or invalid. Send the access token as a Bearer token."
    return Refusal(401, "INVALID_AUTHENTICATION", message)


def too_many(policy: str, message: str) -> Refusal:
    """429, without Retry-After, as the published example has it. `policy`: TEN_SECONDLY_ROLLING, SECONDLY or DAILY."""
    extra: dict[str, object] = {"errorType": "RATE_LIMIT", "policyName": policy, "requestId": str(uuid.uuid4())}
    return Refusal(429, "RATE_LIMITS", message, extra=extra)
