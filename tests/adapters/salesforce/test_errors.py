"""The one door: what each kind of failure becomes."""

from __future__ import annotations

import pytest
import requests
import urllib3.exceptions
from simple_salesforce import exceptions as vendor

from crmsync_desktop.adapters.salesforce.codes import category_of, fault_of, hint_of
from crmsync_desktop.adapters.salesforce.errors import answered, translate
from crmsync_desktop.domain.errors import BugError, CrmSyncError, LimitReached, SetupError, SignInNeeded, Unreachable
from crmsync_desktop.domain.records import Category


def entry(code: str, message: str = "words") -> list[dict[str, str]]:
    return [{"errorCode": code, "message": message}]


@pytest.mark.parametrize(
    ("status", "body", "error", "stored", "temporary"),
    [
        (401, entry("INVALID_SESSION_ID"), SignInNeeded, False, False),
        (401, "<html>", SignInNeeded, False, False),
        (403, "Bad_OAuth_Token", SignInNeeded, False, False),
        (403, entry("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), LimitReached, False, False),
        (403, entry("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded."), LimitReached, False, True),
        (403, entry("API_DISABLED_FOR_ORG"), SetupError, False, False),
        (403, entry("INSUFFICIENT_ACCESS"), SetupError, False, False),
        (404, entry("NOT_FOUND"), SetupError, False, False),
        (404, "<html><h1>Not here</h1></html>", SetupError, False, False),
        (400, entry("MALFORMED_QUERY"), BugError, False, False),
        (400, entry("INVALID_QUERY_LOCATOR"), Unreachable, False, False),
        (400, entry("UNABLE_TO_LOCK_ROW"), Unreachable, False, True),
        (400, entry("QUERY_TIMEOUT"), Unreachable, False, True),
        (414, "<html>URI Too Long</html>", SetupError, False, False),
        (302, "", SetupError, False, False),
        (500, entry("UNKNOWN_EXCEPTION"), Unreachable, True, True),
        (503, "<html>Down for maintenance</html>", Unreachable, True, True),
    ],
)
def test_answers(status: int, body: object, error: type[CrmSyncError], stored: bool, temporary: bool) -> None:
    failed = answered(status, body)
    assert type(failed.error) is error
    assert (failed.status, failed.stored, failed.temporary) == (status, stored, temporary)
    assert failed.error.title
    assert "<" not in failed.error.detail


def test_vendor_errors_are_answers() -> None:
    error = vendor.SalesforceExpiredSession("http://x", 401, "query", entry("INVALID_SESSION_ID"))  # type: ignore[arg-type]
    assert isinstance(translate(error).error, SignInNeeded)


def refused() -> requests.exceptions.ConnectionError:
    reason = urllib3.exceptions.NewConnectionError(object(), "refused")  # type: ignore[arg-type]
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(object(), "/q?secret", reason))  # type: ignore[arg-type]


def test_what_never_left_can_not_be_stored() -> None:
    assert not translate(refused()).stored
    assert not translate(requests.exceptions.ConnectTimeout()).stored
    assert "secret" not in translate(refused()).error.detail


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ReadTimeout("read timed out"),
        requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("aborted", ConnectionResetError())),
        requests.exceptions.ChunkedEncodingError("cut off"),
        ValueError("no JSON"),
    ],
)
def test_a_lost_answer_may_be_of_something_stored(error: Exception) -> None:
    failed = translate(error)
    assert isinstance(failed.error, Unreachable)
    assert (failed.stored, failed.temporary) == (True, True)


def test_a_broken_certificate_needs_a_person() -> None:
    failed = translate(requests.exceptions.SSLError("certificate verify failed"))
    assert isinstance(failed.error, SetupError)
    assert not failed.temporary


def test_our_own_faults_are_not_taken_for_salesforces() -> None:
    with pytest.raises(KeyError):
        translate(KeyError("ours"))


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("INVALID_CROSS_REFERENCE_KEY", Category.ASSOCIATIONS),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", Category.CUSTOM_CODE),
        ("DUPLICATES_DETECTED", Category.DUPLICATES),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", Category.PERMISSIONS),
        ("STRING_TOO_LONG", Category.PROPERTY_VALUES),
        ("INACTIVE_OWNER_OR_USER", Category.OWNERS),
        ("ENTITY_IS_DELETED", Category.RECORD_GONE),
        ("UNABLE_TO_LOCK_ROW", Category.TEMPORARY),
        ("STORAGE_LIMIT_EXCEEDED", Category.LIMITS),
        ("INVALID_SESSION_ID", Category.CONNECTION),
        ("SOMETHING_NEW", Category.OTHER),
    ],
)
def test_codes_have_their_card(code: str, category: Category) -> None:
    assert category_of(code) is category
    assert category is Category.OTHER or hint_of(category, code)


def test_a_lock_inside_a_trigger_is_temporary() -> None:
    message = (
        "T: execution of AfterUpdate caused by: System.DmlException: Update failed: UNABLE_TO_LOCK_ROW, unable to…"
    )
    assert category_of("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message) is Category.TEMPORARY
    assert category_of("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "other") is Category.CUSTOM_CODE


def test_the_record_that_is_there_already_is_named() -> None:
    unique = {
        "statusCode": "DUPLICATE_VALUE",
        "message": "duplicate value found: X__c duplicates value on record with id: 0015500001QdRaY",
        "fields": [],
    }
    assert fault_of(unique).existing_id == "0015500001QdRaYAAV"
    rule = {
        "errorCode": "DUPLICATES_DETECTED",
        "message": "Use one of these records?",
        "duplicateResult": {"matchResults": [{"matchRecords": [{"record": {"Id": "003000000000001AAA"}}]}]},
    }
    assert fault_of(rule).existing_id == "003000000000001AAA"
    as_sent = {"duplicateResut" if name == "duplicateResult" else name: value for name, value in rule.items()}
    assert fault_of(as_sent).existing_id == "003000000000001AAA"
    assert fault_of({"statusCode": "REQUIRED_FIELD_MISSING", "message": "m", "fields": ["LastName"]}).fields == (
        "LastName",
    )
    assert fault_of({}).code == "UNKNOWN"
