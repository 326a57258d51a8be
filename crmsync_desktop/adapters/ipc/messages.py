"""What travels over the pipe: MessagePack of the structs below, one message per send.

An empty message is a goodbye: the sender sends nothing more. It lets the other side tell an end from a death.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from crmsync_desktop.app.views import CallMade, Changed, Notice, PassFinished, PassProgress
from crmsync_desktop.domain import errors
from crmsync_desktop.domain.errors import BugError, CrmSyncError, ItemError, LimitReached
from crmsync_desktop.domain.records import Fault

GOODBYE: Final = b""


class Request(msgspec.Struct, frozen=True, array_like=True):
    """Window → engine. `args` is the MessagePack of a list; `method` one of the facade's."""

    id: int
    method: str
    args: msgspec.Raw


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """The facade stands; requests sent before are answered from now on."""


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer"):
    id: int
    result: msgspec.Raw


class Failure(msgspec.Struct, frozen=True, array_like=True, tag="failure"):
    """A request that failed; `id` 0: the engine itself could not start. `kind` is the class's name."""

    id: int
    kind: str
    title: str
    detail: str = ""
    hint: str = ""
    resume_at: str | None = None
    fault: Fault | None = None


class Pushed(msgspec.Struct, frozen=True, array_like=True, tag="event"):
    event: CallMade | PassProgress | PassFinished | Changed | Notice


Reply = Ready | Answer | Failure | Pushed

encode = msgspec.msgpack.Encoder().encode
decode_request = msgspec.msgpack.Decoder(Request).decode
decode_reply = msgspec.msgpack.Decoder(Ready | Answer | Failure | Pushed).decode

_CLASSES: dict[str, type[CrmSyncError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, CrmSyncError)
}


def failure_of(request_id: int, error: BaseException) -> Failure:
    """Any exception as a message; one that isn't a CrmSyncError is ours to mend and becomes a BugError."""
    if not isinstance(error, CrmSyncError):
        return Failure(
            request_id,
            BugError.__name__,
            "Something went wrong inside the sync engine",
            f"{type(error).__name__}: {error}",
            "Nothing in either system is lost. Please report it with the log file.",
        )
    kind = next(cls for cls in type(error).__mro__ if cls.__name__ in _CLASSES)
    return Failure(
        request_id,
        kind.__name__,
        error.title,
        error.detail,
        error.hint,
        error.resume_at if isinstance(error, LimitReached) else None,
        error.fault if isinstance(error, ItemError) else None,
    )


def error_of(failure: Failure) -> CrmSyncError:
    """The exception that `failure_of` was given, in the same class with the same words."""
    kind = _CLASSES.get(failure.kind, CrmSyncError)
    if issubclass(kind, ItemError) and failure.fault is not None:
        return kind(failure.fault, failure.hint)
    if issubclass(kind, LimitReached):
        return kind(failure.title, failure.detail, failure.hint, failure.resume_at)
    return kind(failure.title, failure.detail, failure.hint)


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(encode(value))
