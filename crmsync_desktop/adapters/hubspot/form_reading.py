"""Reading what was filled in, in as few calls as HubSpot allows.

HubSpot has no query across forms and no figure of a form that tells of news: each form has to be asked, a call each. A
contact's `recent_conversion_date`, though, moves with each submission that HubSpot knows the contact of. So a quiet look is
one search among contacts. Only where that finds one are all forms asked, after a rest of ten seconds for each form, five
minutes at most; and once an hour they are in any case, since the index may lag, and a submission without an address moves no
contact. Forms are listed once an hour, and where a contact came in through none of those that are known.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final

import msgspec

from crmsync_desktop.adapters.hubspot import form_cursor, paths
from crmsync_desktop.adapters.hubspot.account import next_after
from crmsync_desktop.adapters.hubspot.associations import CONTACTS
from crmsync_desktop.adapters.hubspot.batches import BATCH, PAGE, batch_read, pieces, results_of, told
from crmsync_desktop.adapters.hubspot.errors import Refused, ScopeMissing
from crmsync_desktop.adapters.hubspot.form_cursor import Form, FormsPosition
from crmsync_desktop.adapters.hubspot.form_submissions import (
    FORM_SUBMISSIONS,
    email_of,
    form_of,
    id_of,
    observed,
    submitted_ms,
)
from crmsync_desktop.adapters.hubspot.transport import Transport, iso
from crmsync_desktop.domain.records import UNSEEN, Cell, Observed, Presence, Side
from crmsync_desktop.domain.values import keys_of
from crmsync_desktop.ports.crm import Page, Want

LIST_EVERY: Final = 3_600.0
ASK_EVERY: Final = 300.0
SECONDS_A_FORM: Final = 10.0
SWEEP_EVERY: Final = 3_600.0
LAG: Final = 600.0
"""Seconds before the last look that contacts are looked at again, whose index lags; what was heard then is known."""
CONVERTED: Final = "recent_conversion_date"
FORMS_PAGE: Final = 100
SUBMISSIONS_PAGE: Final = 50
"""The most that one page holds (references of forms and submissions)."""
AT_ONCE: Final = 8
"""Forms whose first pages are asked for before any is dealt with."""
MOST_COUNTED: Final = 10_000
DEEPEST: Final = 1_000
"""So many submissions of each form are looked through for one that is asked for by its id."""
_AREA: Final = {"object": FORM_SUBMISSIONS}
Rows = list[tuple[str, dict[str, Any]]]
"""Form id and submission."""


class FormReader:
    """Reads for one connection."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def changes(self, want: Want) -> AsyncIterator[Page]:
        """Newest first, form by form; a page for each hundred. Raises SetupError where the key may not see forms."""
        before = form_cursor.load(want.cursor)
        position = await self._opened(before)
        unexplained = bool(position.heard) and position.asked != before.asked and position.swept == before.swept
        listed_before = position.listed == before.listed
        held: Rows = []
        while position.waiting or (unexplained and listed_before):
            if not position.waiting:
                listed_before, position = False, await self._relisted(position)
                continue
            asked = position.waiting[:AT_ONCE]
            pages = await self._pages([(form, position.places.get(form, form_cursor.Place()).after) for form in asked])
            for form, page in zip(asked, pages, strict=True):
                position, fresh = _taken(position, form, page)
                held += fresh
                unexplained = unexplained and not fresh
            if len(held) >= BATCH and position.waiting:
                yield await self._page(want, position, held, last=False)
                held = []
        if unexplained:  # the contact may be told of a moment before the submission: it is no old news yet
            position = msgspec.structs.replace(position, heard=before.heard)
        yield await self._page(want, position, held, last=True)

    async def _opened(self, before: FormsPosition) -> FormsPosition:
        """The look that is to be made now: an unfinished one, or a new one at the forms that may have news."""
        if before.waiting:
            return before
        now = self._transport.server_now()
        swept = before.swept is None or now - before.swept >= SWEEP_EVERY
        rest = min(ASK_EVERY, SECONDS_A_FORM * len(before.forms))
        rested = before.asked is None or now - before.asked >= rest
        if not swept and not rested:
            return before
        heard = await self._heard(now if before.looked is None else before.looked)
        now = self._transport.server_now()  # which HubSpot has told by now
        if not swept and heard is not None and set(heard) <= set(before.heard):
            return msgspec.structs.replace(before, looked=now, heard=heard)
        listed = before.listed is not None and now - before.listed < LIST_EVERY
        forms = before.forms if listed else await self._forms()
        return msgspec.structs.replace(
            before,
            forms=forms,
            listed=before.listed if listed else now,
            asked=now,
            swept=now if swept else before.swept,
            looked=now,
            heard=heard or (),
            waiting=tuple(forms),
        )

    async def _relisted(self, before: FormsPosition) -> FormsPosition:
        """With the forms that were made since they were listed still to be asked."""
        forms = await self._forms()
        new = tuple(form for form in forms if form not in before.forms)
        return msgspec.structs.replace(before, forms=forms, listed=self._transport.server_now(), waiting=new)

    async def _heard(self, looked: float) -> tuple[str, ...] | None:
        """Which contacts were heard of through a form, and when, since shortly before the last look: one search. None where
        it can't be told: an account without that property, a key that may not see contacts, or too many."""
        recent = {"propertyName": CONVERTED, "operator": "GTE", "value": str(int((looked - LAG) * 1000))}
        body = {"filterGroups": [{"filters": [recent]}], "properties": [CONVERTED], "limit": PAGE}
        try:
            answer = await self._transport.send(paths.CONVERTED, "read", places=_AREA, body=body)
        except (Refused, ScopeMissing):
            return None
        found = results_of(told(answer.data))
        told_by = tuple(sorted(_mark(str(each["id"]), each["properties"].get(CONVERTED)) for each in found))
        return told_by if len(found) < PAGE else None

    async def _forms(self) -> dict[str, Form]:
        """All that aren't archived, by id: one call per 100."""
        forms: dict[str, Form] = {}
        after: str | None = ""
        while after is not None:
            query = {"limit": str(FORMS_PAGE), "formTypes": "all", **({"after": after} if after else {})}
            answer = await self._transport.send(paths.FORMS, "read", places=_AREA, query=query)
            given = [each for each in told(answer.data)["results"] if isinstance(each, dict) and each.get("id")]
            forms.update({str(each["id"]): form_of(each) for each in given if not each.get("archived")})
            after = next_after(answer.data)
        return forms

    async def _pages(self, asked: Sequence[tuple[str, str]]) -> list[dict[str, Any] | None]:
        """A page of each form; None for a form that there isn't any more, or that HubSpot keeps no submissions of."""

        async def page(form: str, after: str) -> dict[str, Any] | None:
            query = {"limit": str(SUBMISSIONS_PAGE), **({"after": after} if after else {})}
            try:
                answer = await self._transport.send(
                    paths.SUBMISSIONS, "read", places={**_AREA, "form": form}, query=query
                )
            except Refused as refused:
                if refused.status not in (400, 404):
                    raise
                return None
            told(answer.data)
            return answer.data

        return await self._transport.together([lambda each=each: page(*each) for each in asked])  # type: ignore[misc]

    async def _page(self, want: Want, position: FormsPosition, held: Rows, *, last: bool) -> Page:
        records = await self._observed(want, position.forms, held, "read")
        server_time = iso(self._transport.server_now())
        return Page(FORM_SUBMISSIONS, records, position.dump(), last, server_time)

    async def _observed(self, want: Want, forms: dict[str, Form], rows: Rows, purpose: str) -> list[Observed]:
        """With their contacts, where these are asked for: one call per 100 addresses, and none for none."""
        of_email: dict[str, Cell] = {}
        emails = list(dict.fromkeys(email for _, row in rows if (email := email_of(row))))
        if CONTACTS in want.fields and emails:
            of_email = await self._contacts(emails, purpose)
        return [
            observed(want, form, forms.get(form, Form(form)), row, of_email.get(email_of(row))) for form, row in rows
        ]

    async def _contacts(self, emails: list[str], purpose: str) -> dict[str, Cell]:
        names = ("email", "hs_additional_emails")
        try:
            found = await batch_read(self._transport, "contacts", emails, names, purpose, id_property="email")
        except ScopeMissing:
            return dict.fromkeys(emails, UNSEEN)
        of_email: dict[str, Cell] = {}
        for record in found.records:
            for email in keys_of(tuple(str(record["properties"].get(name) or "") for name in names)):
                of_email[email] = str(record["id"])
        return of_email

    async def read(self, want: Want, ids: Sequence[str]) -> list[Observed]:
        """HubSpot gives no submission by its id: the newest of each form are looked through, and one that isn't among them
        is unseen. It never changes, so there is seldom a reason to ask."""
        left = set(ids)
        found: Rows = []
        forms = await self._forms() if left else {}
        async with aclosing(self._walked(list(forms), DEEPEST)) as walk:
            async for form, rows in walk:
                mine = [row for row in rows if id_of(form, row) in left]
                found += [(form, row) for row in mine]
                left -= {id_of(form, row) for row in mine}
                if not left:
                    break
        seen = {each.id: each for each in await self._observed(want, forms, found, "check")}
        unseen = Presence.UNSEEN
        return [seen.get(id) or Observed(Side.HUBSPOT, FORM_SUBMISSIONS, id, "", unseen, []) for id in ids]

    async def count(self, since: str | None) -> int:
        """Paged through: a call per 50, and one per form at least."""
        bound = 0 if since is None else int(datetime.fromisoformat(since).timestamp() * 1000)
        counted = 0
        forms = list(await self._forms())
        async with aclosing(self._walked(forms, MOST_COUNTED, bound)) as walk:
            async for _, rows in walk:
                counted += len(rows)
                if counted >= MOST_COUNTED:
                    break
        return min(counted, MOST_COUNTED)

    async def _walked(
        self, forms: list[str], most: int, bound: int = 0
    ) -> AsyncGenerator[tuple[str, list[dict[str, Any]]]]:
        """Form by form, the newest first, down to `bound` (milliseconds): at most so many of each."""
        for part in pieces(forms, AT_ONCE):
            for form, first in zip(part, await self._pages([(each, "") for each in part]), strict=True):
                page, met = first, 0
                while page is not None and met < most:
                    rows = [each for each in page["results"] if isinstance(each, dict)]
                    young = [each for each in rows if submitted_ms(each) >= bound]
                    met += len(rows)
                    yield form, young
                    after = next_after(page)
                    (page,) = await self._pages([(form, after)]) if after and len(young) == len(rows) else [None]


def _mark(contact: str, moment: object) -> str:
    """Short, since up to two hundred are kept."""
    return hashlib.sha256(f"{contact} {moment}".encode()).hexdigest()[:12]


def _taken(position: FormsPosition, form: str, page: dict[str, Any] | None) -> tuple[FormsPosition, Rows]:
    """The position after a page of a form, and what is news in it."""
    if page is None:
        return position.without(form), []
    rows = [each for each in page["results"] if isinstance(each, dict)]
    bound, known = position.bound(form), position.known(form)
    young = {id_of(form, each): each for each in rows if bound is None or submitted_ms(each) >= bound}
    older = bound is not None and any(0 < submitted_ms(each) < bound for each in rows)
    after = next_after(page) if rows and not older else None
    fresh = [(form, each) for id, each in young.items() if id not in known]
    return position.read(form, {id: submitted_ms(each) for id, each in young.items()}, after), fresh
