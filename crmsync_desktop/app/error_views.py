"""What screens and terminals show of errors at work (S5). Times are ISO 8601 UTC; texts are plain text."""

from __future__ import annotations

import msgspec

from crmsync_desktop.domain.records import Category, Side


class ErrorLineView(msgspec.Struct, frozen=True):
    """One error with everything that is known of it: a line of a report. `url`: where its record is shown, "" where it isn't.
    `ignored_at`: since when it is ignored, "" if it isn't."""

    id: int
    category: Category
    title: str
    """The card's."""
    pair: str
    side: Side
    object: str
    record_id: str
    label: str
    field: str
    code: str
    message: str
    hint: str
    notice: bool
    first_at: str
    last_at: str
    count: int
    ignored_at: str
    ignored_why: str
    url: str


class PageView(msgspec.Struct, frozen=True):
    """A record's page in its own system. Where it has none, `url` is "" and `why` says so, and where to look instead."""

    side: Side
    object: str
    id: str
    url: str
    why: str


class PagesView(msgspec.Struct, frozen=True):
    """The record that an error stands at, and behind it its counterpart, if it is linked."""

    error: int
    label: str
    pages: tuple[PageView, ...]


class AutoRetryView(msgspec.Struct, frozen=True):
    """The next automatic retry: how many errors, and not before when; what keeps it off just now, "" for nothing."""

    errors: int
    at: str
    waits_for: str = ""
