"""The portal's ways of saying no, with the bodies that HubSpot answers.

Shapes: HubSpot's error-handling page (`status`, `message`, `correlationId`, `category`, `errors[]`, `context`). The
wording of "Property values were not valid: [JSON]" and "Contact already exists. Existing ID: N" is that of real
answers quoted by client libraries.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import orjson

SCOPES_PAGE = "https://developers.hubspot.com/scopes"
AGES = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


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
    """A request, or one input of a batch, that is refused.

    `status` is the HTTP status it has when it stands alone; `category` "" leaves the category out, as some answers do.
    """

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
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, object]:
        """The whole answer of a request that is refused."""
        body: dict[str, object] = {
            "status": "error",
            "message": self.message,
            "correlationId": str(uuid.uuid4()),
        }
        if self.category:
            body["category"] = self.category
        if self.errors:
            body["errors"] = self.errors
        if self.context:
            body["context"] = self.context
        body.update(self.extra)
        return body

    def item(self, context: dict[str, list[str]], *, bare: bool = False) -> dict[str, object]:
        """One element of `errors` in a 207; a bare one says only what recorded ones do."""
        item: dict[str, object] = {"status": "error", "category": self.category, "message": self.message}
        if bare:
            return item
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


def missing_properties(label: str, problems: Sequence[ValueProblem]) -> Refusal:
    """400 for a record without what the account's rules require of its type."""
    names = ", ".join(problem.property for problem in problems)
    message = f"The {label} lacks required properties: {names}"
    return Refusal(400, "VALIDATION_ERROR", message, errors=[problem.detail() for problem in problems])


def invalid_json(detail: str, *, line: int = 1, column: int = 1) -> Refusal:
    """400 in the words of HubSpot's JSON reader, as quoted from real answers."""
    return invalid(f"Invalid input JSON on line {line}, column {column}: {detail}")


def required_fields(names: Sequence[str]) -> Refusal:
    """400 for JSON without something that it must have, in the words of real answers."""
    return invalid(f"Invalid input JSON on line 1, column 2. Some required fields were not set: [{', '.join(names)}]")


def wrong_shape(expected: str, given: object) -> Refusal:
    """400 for JSON of another type than the API reads there.

    Unverified: the column that HubSpot names for a value of the wrong JSON type is not reproduced; it is always 1.
    """
    kind = {dict: "Object", list: "Array", str: "String", bool: "Boolean", int: "Integer", float: "Floating-point"}
    shown = kind.get(type(given), "null")
    return invalid_json(f"Cannot deserialize value: expected {expected}, got {shown} value")


def unsupported_media_type() -> Refusal:
    """415. Unverified: the body of a 415, and that its category is empty."""
    return Refusal(415, "", "HTTP 415 Unsupported Media Type")


def too_large() -> Refusal:
    """413. Unverified: the size from which HubSpot refuses a body with 413, and the body of that answer."""
    return Refusal(413, "", "HTTP 413 Request Entity Too Large")


def unknown_parameter(name: str) -> Refusal:
    """400. Unverified: a query parameter that the API doesn't know is refused and not ignored."""
    return invalid(f'Unknown query parameter "{name}".')


def not_found(message: str = "resource not found", *, context: dict[str, list[str]] | None = None) -> Refusal:
    return Refusal(404, "OBJECT_NOT_FOUND", message, context=context)


def unknown_type(name: str) -> Refusal:
    """400 for an object type that there isn't: as measured on the live API, without a category."""
    if re.fullmatch(r"\d+-\d+", name):
        return Refusal(400, "", f"Invalid object or event type id: {name}")
    return Refusal(400, "", f"Unable to infer object type from: {name}")


def missing_objects(label: str, ids: list[str]) -> Refusal:
    """What a 207 says of ids that stand for nothing."""
    message = f"Could not get some {label} objects, they may be deleted or not exist. Check that ids are valid."
    return Refusal(404, "OBJECT_NOT_FOUND", message, context={"ids": ids})


def email_taken(existing_id: int) -> Refusal:
    return Refusal(409, "CONFLICT", f"Contact already exists. Existing ID: {existing_id}")


def unique_value_taken(portal_id: int, property_name: str, value: str, record_id: int, holder: int) -> Refusal:
    """400 for a second record with the value of a property that is unique.

    Unverified: the wording and the code of the refusal of a value that another record has for a unique property.
    """
    message = (
        f"Cannot set PropertyValueCoordinates{{portalId={portal_id}, propertyName={property_name}, value={value}}} "
        f"on {record_id}. {holder} already has that value."
    )
    problem = ValueProblem(property_name, "CONFLICTING_UNIQUE_VALUE", message)
    return Refusal(400, "VALIDATION_ERROR", message, errors=[problem.detail()])


def unauthenticated() -> Refusal:
    """401 for a token that is absent, unknown or revoked, in HubSpot's words."""
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return Refusal(401, "INVALID_AUTHENTICATION", message)


def expired_token(expired_at: str, seconds: int) -> Refusal:
    """401 for an access token that ended `seconds` ago, at `expired_at` (ISO 8601); body as quoted from real answers."""
    size, unit = next((size, unit) for size, unit in AGES if seconds >= size or size == 1)
    message = f"The OAuth token used to make this call expired {seconds // size} {unit}(s) ago."
    return Refusal(401, "EXPIRED_AUTHENTICATION", message, context={"expire time": [expired_at]})


def missing_scopes(scopes: Sequence[str]) -> Refusal:
    """403 for a token without any one of `scopes`; body as quoted from real answers."""
    detail: dict[str, object] = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    return Refusal(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        f"{SCOPES_PAGE}.",
        errors=[detail],
        extra={"links": {"scopes": SCOPES_PAGE}},
    )


def missing_permission(name: str) -> Refusal:
    """403 for a user-level token whose user may not do this.

    Unverified: the category and the wording of a user's missing right to edit associations on 2026-09.
    """
    return Refusal(403, "MISSING_PERMISSIONS", f"The user does not have the required permission: {name}.")


def locked() -> Refusal:
    """423. Unverified: the body of 423; HubSpot's error page gives the status and asks for a pause of two seconds."""
    return Refusal(423, "LOCKED", "The resource is locked: wait at least 2 seconds before the next request.")


def migrating(seconds: float) -> Refusal:
    """477, with Retry-After. Unverified: the body of 477; HubSpot's error page gives the status and its Retry-After."""
    message = "A HubSpot account migration between data centres is in progress."
    refusal = Refusal(477, "MIGRATION_IN_PROGRESS", message)
    refusal.headers["retry-after"] = str(ceil(seconds))
    return refusal


def too_many(policy: str, message: str) -> Refusal:
    """429, without Retry-After, as the published example has it. `policy`: TEN_SECONDLY_ROLLING or DAILY.

    Unverified: a 429 carries no Retry-After header.
    """
    extra: dict[str, object] = {"errorType": "RATE_LIMIT", "policyName": policy, "requestId": str(uuid.uuid4())}
    return Refusal(429, "RATE_LIMITS", message, extra=extra)


def too_many_searches() -> Refusal:
    """429 of the search limit: real answers carry neither policyName nor errorType."""
    return Refusal(429, "RATE_LIMITS", "You have reached your secondly limit.")
