"""How the practice org says no: error bodies in Salesforce's own shape.

`ApiError` refuses a whole request, `RowError` one record (in collections it becomes an entry of `errors`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ApiError(Exception):
    """A refused request: HTTP status and the body `[{"message", "errorCode"[, "fields"]}]`; `more` goes before these,
    `others` are entries that follow."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: list[str] | None = None,
        more: dict[str, Any] | None = None,
        others: Sequence[ApiError] = (),
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
        self.more = more or {}
        self.others = others

    def body(self) -> list[dict[str, Any]]:
        entry: dict[str, Any] = {**self.more, "message": self.message, "errorCode": self.code}
        if self.fields is not None:
            entry["fields"] = self.fields
        return [entry, *(found for other in self.others for found in other.body())]


class RowError(Exception):
    """One record that was not written; `others` are further reasons."""

    def __init__(
        self, code: str, message: str, fields: list[str] | None = None, others: Sequence[RowError] = ()
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields or []
        self.others = others

    def entries(self) -> list[dict[str, Any]]:
        """What `errors` holds in a collections answer."""
        own = {"statusCode": self.code, "message": self.message, "fields": self.fields}
        return [own, *(entry for other in self.others for entry in other.entries())]

    def as_api_error(self) -> ApiError:
        """The same refusal where the record was the whole request.

        Unverified: a single row that the user may not change is refused with 403, and so is one that finds the org full.

        Unverified: "fields" is left out of a single row's refusal when the field's name itself is unknown.
        """
        status = _STATUSES.get(self.code, 400)
        fields = None if self.code in ("INVALID_FIELD", "NOT_FOUND") else self.fields
        others = [other.as_api_error() for other in self.others]
        return ApiError(status, self.code, self.message, fields, others=others)


_STATUSES = {
    "ENTITY_IS_DELETED": 404,
    "NOT_FOUND": 404,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": 403,
    "STORAGE_LIMIT_EXCEEDED": 403,
}


class DuplicateError(RowError):
    """DUPLICATES_DETECTED. A single row's body has what was found under `duplicateResut`: real answers of API 50 to 52
    are spelled so, and have no `fields`.

    Unverified: DUPLICATES_DETECTED in a collection's results doesn't say which records were found.
    """

    def __init__(self, message: str, result: dict[str, Any]) -> None:
        super().__init__("DUPLICATES_DETECTED", message)
        self.result = result

    def as_api_error(self) -> ApiError:
        return ApiError(400, self.code, self.message, more={"duplicateResut": self.result})


def not_found() -> ApiError:
    """An unknown path, version, object or id (body as recorded from a real org)."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def method_not_allowed(method: str, allowed: list[str]) -> ApiError:
    """In the words and the order of real answers ("Allowed are HEAD,GET,PATCH,DELETE")."""
    named = ["HEAD"] * ("GET" in allowed) + sorted(allowed, key=["GET", "POST", "PUT", "PATCH", "DELETE"].index)
    message = f"HTTP Method '{method}' not allowed. Allowed are {','.join(named)}"
    return ApiError(405, "METHOD_NOT_ALLOWED", message)


def unknown_parameter(name: str) -> ApiError:
    return ApiError(400, "INVALID_QUERY_PARAMETER", f"The parameter '{name}' is not known to this resource")


def json_error(message: str) -> ApiError:
    return ApiError(400, "JSON_PARSER_ERROR", message)


def entity_is_deleted() -> RowError:
    return RowError("ENTITY_IS_DELETED", "entity is deleted")


def rolled_back() -> RowError:
    """What every good record of an allOrNone call says when another one was bad."""
    return RowError(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
    )
