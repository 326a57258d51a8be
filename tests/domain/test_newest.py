"""Whose edit of a field is the newer: by histories where there are any, else by the records' stamps."""

from __future__ import annotations

import pytest

from crmsync_desktop.domain.newest import By, Edit, newest_edit
from crmsync_desktop.domain.records import Side

EARLY, LATE = "2026-03-01T12:00:00Z", "2026-03-01T12:00:07.250Z"
S, H = Side.SALESFORCE, Side.HUBSPOT


def edit(at: str, by: By = By.PERSON) -> Edit:
    return Edit(at, by, "CEO")


@pytest.mark.parametrize(
    ("stamps", "edits", "newer", "how"),
    [
        ((EARLY, LATE), (None, None), H, ""),
        ((LATE, EARLY), (None, None), S, ""),
        ((EARLY, EARLY), (None, None), None, ""),
        ((EARLY, ""), (None, None), None, ""),
        ((LATE, EARLY), (edit(EARLY), edit(LATE)), H, " (by the field's history)"),
        ((EARLY, LATE), (edit(LATE), edit(EARLY)), S, " (by the field's history)"),
        (
            (EARLY, EARLY),
            (None, edit(LATE)),
            H,
            " (by HubSpot's history of the field and Salesforce's stamp of the record)",
        ),
        (
            (EARLY, EARLY),
            (edit(LATE), None),
            S,
            " (by Salesforce's history of the field and HubSpot's stamp of the record)",
        ),
        ((LATE, EARLY), (edit(EARLY), edit(EARLY)), None, " (by the field's history)"),
    ],
)
def test_the_fields_history_comes_before_the_records_stamp(
    stamps: tuple[str, str], edits: tuple[Edit | None, Edit | None], newer: Side | None, how: str
) -> None:
    assert newest_edit(*stamps, *edits, based=True) == (newer, how)


def test_what_this_app_wrote_is_nobodys_edit() -> None:
    ours, theirs = edit(LATE, By.US), edit(EARLY)
    assert newest_edit("", "", ours, theirs, based=False) == (H, " (Salesforce's value was written by this app)")
    assert newest_edit("", "", theirs, ours, based=False) == (S, " (HubSpot's value was written by this app)")
    assert newest_edit("", "", ours, edit(EARLY, By.US), based=False)[0] is S


def test_what_differs_from_its_base_is_an_edit_though_it_was_made_through_our_user() -> None:
    assert newest_edit("", "", edit(LATE, By.US), edit(EARLY), based=True)[0] is S
