"""HubSpot's refusals as faults, in whatever shape they come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync_desktop.adapters.hubspot.errors import Refused, ScopeMissing, faults_of, parsed, refusal, subjects_of
from crmsync_desktop.adapters.hubspot.exchange import failure_of
from crmsync_desktop.domain.errors import CrmSyncError, LimitReached, SignInNeeded
from crmsync_desktop.domain.records import Category


def body(category: str, message: str = "No.", **more: Any) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message, **more}


def detail(code: str, *names: str, message: str = "Wrong.") -> dict[str, Any]:
    return {"message": message, "code": code, "context": {"propertyName": list(names)}}


@pytest.mark.parametrize(
    ("status", "answer", "category", "code"),
    [
        (400, body("VALIDATION_ERROR", errors=[detail("INVALID_EMAIL", "email")]), "PROPERTY_VALUES", "INVALID_EMAIL"),
        (400, body("VALIDATION_ERROR", errors=[detail("INVALID_OPTION", "industry")]), "PROPERTY_VALUES", "INVALID_OPTION"),
        (400, body("VALIDATION_ERROR", errors=[detail("INVALID_OPTION", "hubspot_owner_id")]), "OWNERS", "INVALID_OPTION"),
        (400, body("VALIDATION_ERROR", errors=[detail("PROPERTY_DOESNT_EXIST", "x")]), "FIELD_MAPPING", "PROPERTY_DOESNT_EXIST"),
        (400, body("VALIDATION_ERROR", errors=[detail("READ_ONLY_VALUE", "x")]), "FIELD_MAPPING", "READ_ONLY_VALUE"),
        (400, body("VALIDATION_ERROR", errors=[detail("CONFLICTING_UNIQUE_VALUE", "x")]), "DUPLICATES", "CONFLICTING_UNIQUE_VALUE"),
        (400, body("VALIDATION_ERROR", "It breaks a validation rule of the property."), "CUSTOM_CODE", "VALIDATION_ERROR"),
        (409, body("CONFLICT", "Contact already exists. Existing ID: 12345"), "DUPLICATES", "CONFLICT"),
        (404, body("OBJECT_NOT_FOUND"), "RECORD_GONE", "OBJECT_NOT_FOUND"),
        (403, body("MISSING_SCOPES"), "PERMISSIONS", "MISSING_SCOPES"),
        (400, body("VALIDATION_ERROR", "Too many."), "PROPERTY_VALUES", "VALIDATION_ERROR"),
        (404, {}, "RECORD_GONE", "404"),
        (502, {}, "TEMPORARY", "502"),
        (418, {}, "OTHER", "418"),
    ],
)  # fmt: skip
def test_each_refusal_gets_its_card(status: int, answer: dict[str, Any], category: str, code: str) -> None:
    (fault,) = faults_of(answer, status)
    assert (fault.category.name, fault.code) == (category, code)
    assert fault.message


def test_the_existing_record_is_named() -> None:
    (fault,) = faults_of(body("CONFLICT", "Contact already exists. Existing ID: 12345"), 409)
    assert fault.existing_id == "12345"


def test_details_written_as_json_inside_the_message_are_read() -> None:
    inside = '[{"isValid":false,"message":"x was not one of the options","error":"INVALID_OPTION","name":"industry"},'
    inside += '{"isValid":false,"message":"not a number","error":"INVALID_INTEGER","name":"amount"}]'
    faults = faults_of(body("VALIDATION_ERROR", f"Property values were not valid: {inside}"), 400)
    assert [(fault.code, fault.fields) for fault in faults] == [
        ("INVALID_OPTION", ("industry",)),
        ("INVALID_INTEGER", ("amount",)),
    ]


def test_a_message_that_only_looks_like_json_is_kept_as_words() -> None:
    (fault,) = faults_of(body("VALIDATION_ERROR", "Use one of [a, b"), 400)
    assert fault.message == "Use one of [a, b"


def test_a_missing_scope_is_named_to_the_person() -> None:
    told = refusal(403, body("MISSING_SCOPES", errors=[{"context": {"requiredGranularScopes": ["crm.lists.read"]}}]))
    assert isinstance(told, ScopeMissing)
    assert "crm.lists.read" in str(told)
    assert told.hint


def test_a_refused_key_asks_to_sign_in() -> None:
    assert isinstance(refusal(401, {}), SignInNeeded)


@pytest.mark.parametrize("text", [b"<html>Bad gateway</html>", b'{"status":"err', b"", b"[1]", b"\xff\xfe", None])
def test_bodies_that_are_no_json_object_count_as_empty(text: bytes | None) -> None:
    assert parsed(text) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["message", "errors", "context", "category", "code", "name", "propertyName", "ids", "error"]), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.integers(400, 599))
def test_no_shape_of_a_body_breaks_the_door(value: Any, status: int) -> None:
    error = value if isinstance(value, dict) else {"message": value, "errors": value, "context": value}
    assert faults_of(error, status)
    assert all(isinstance(name, str) for name in subjects_of(error, "ids"))
    assert isinstance(refusal(status, error), CrmSyncError)


class ApiException(Exception):
    """Shaped like the client's, of which it has one class per package."""

    def __init__(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, answer, headers


@pytest.mark.parametrize(
    ("policy", "wait"), [("SECONDLY", 1.0), ("TEN_SECONDLY_ROLLING", 10.0), ("SOMETHING_NEW", 10.0)]
)
def test_a_429_waits_as_its_policy_says(policy: str, wait: float) -> None:
    failure = failure_of(ApiException(429, f'{{"policyName": "{policy}", "message": "Slow down."}}'), 0.0)
    assert (failure.wait, failure.surely_undone) == (wait, True)
    assert isinstance(failure.error, LimitReached)


def test_a_search_429_which_names_no_policy_waits_a_second() -> None:
    for message, wait in (("secondly", 1.0), ("ten_secondly_rolling", 10.0)):
        failure = failure_of(ApiException(429, f'{{"message": "You have reached your {message} limit."}}'), 0.0)
        assert failure.wait == wait


def test_a_daily_429_is_not_waited_for() -> None:
    failure = failure_of(ApiException(429, '{"policyName": "DAILY"}'), 0.0)
    assert failure.wait is None
    assert isinstance(failure.error, LimitReached)


def test_a_477_tells_when_to_go_on() -> None:
    failure = failure_of(ApiException(477, "", {"Retry-After": "7200"}), 1_800_000_000.0)
    assert failure.wait is None
    assert isinstance(failure.error, LimitReached)
    assert failure.error.resume_at == "2027-01-15T10:00:00Z"
    assert failure_of(ApiException(477, "", {"retry-after": "20"}), 0.0).wait == 20.0


def test_a_refusal_without_a_body_says_its_status() -> None:
    failure = failure_of(ApiException(400, None), 0.0)
    assert isinstance(failure.error, Refused)
    (fault,) = failure.error.faults
    assert (fault.category, fault.code) == (Category.OTHER, "400")
    assert "400" in fault.message


def test_a_failed_handshake_is_a_matter_for_a_person() -> None:
    """The client answers one with status 0 and then stumbles over the body that it doesn't have."""
    try:
        try:
            raise ApiException(0, None)
        except ApiException as vendor:
            vendor.body.decode("utf-8")
    except AttributeError as error:
        failure = failure_of(error, 0.0)
    assert failure.error.title == "HubSpot's certificate can't be verified."
    assert failure.surely_undone
