"""The facade's methods for errors at work (S5): listed, retried, ignored with a reason, opened in their CRM."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmsync_desktop.app import reports
from crmsync_desktop.app.error_views import AutoRetryView, ErrorLineView, PagesView, PageView
from crmsync_desktop.app.suggesting import nearest
from crmsync_desktop.app.views import Changed, ErrorGroupView, Event
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.mapping import plain_object
from crmsync_desktop.domain.record_pages import Hosts, page_of
from crmsync_desktop.domain.records import Category, Side
from crmsync_desktop.domain.remedies import TITLES
from crmsync_desktop.domain.retrying import MOST_USED, room_for_retries
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.domain.values import stamp
from crmsync_desktop.engine import mapping_problems, shut_pairs
from crmsync_desktop.engine.auto_retry import rounds
from crmsync_desktop.engine.history import forget_flapping
from crmsync_desktop.engine.metadata import OUTDATED
from crmsync_desktop.engine.retry import chosen_errors, stage_rows
from crmsync_desktop.ports.budget import Usage
from crmsync_desktop.ports.clock import Clock
from crmsync_desktop.ports.profiles import Profile
from crmsync_desktop.ports.store import ErrorFilter, ErrorRow, Store

LONGEST_REASON = 500
NO_RECORDS = {mapping_problems.OBJECT: "mappings list {}", shut_pairs.OBJECT: "pairs list"}
"""What some errors stand at instead of a record, and the command that shows it."""
SEE = "See what there is: errors"


class ErrorWork:
    """Implements its part of app.facade.Facade."""

    def __init__(self, store: Store, clock: Clock, profile: Profile, emit: Callable[[Event], None]) -> None:
        self.__store, self.__clock, self.__profile, self.__emit = store, clock, profile, emit

    async def errors(
        self, category: Category, pair: str = "", ignored: bool = False, shown: int = reports.SHOWN_RECORDS
    ) -> list[ErrorGroupView]:
        self.__check_pair(pair)
        return reports.error_groups(chosen_errors(self.__store, ErrorFilter(category, pair, "", ignored)), shown)

    async def error_lines(
        self, category: Category | None, pair: str, ignored: bool, after: int, limit: int
    ) -> list[ErrorLineView]:
        self.__check_pair(pair)
        rows = self.__store.chosen_errors(ErrorFilter(category, pair, "", ignored), after, limit)
        hosts = None if self.__profile.practice else hosts_of(self.__profile)
        return [_line(row, hosts) for row in rows]

    async def retry_errors(self, category: Category | None, ids: list[int] | None, pair: str = "") -> int:
        rows = self.__chosen(ids, ErrorFilter(category, pair, "", False))
        with self.__store.together():
            staged = stage_rows(self.__store, rows)
            forget_flapping(self.__store, self.__clock.now())
            # What was refused may be allowed by now, and that shows in the schemas.
            self.__store.save_document(OUTDATED, True)
        self.__emit(Changed(("errors", "status")))
        return staged

    async def ignore_errors(
        self, reason: str, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        why = " ".join(reason.split())
        if not why or not why.isprintable():
            raise SetupError("Ignoring takes a reason.", "", "Say in a few words why nothing is to be done about it.")
        if len(why) > LONGEST_REASON:
            raise SetupError("That reason is too long.", "", f"It takes up to {LONGEST_REASON} characters.")
        rows = self.__chosen(ids, ErrorFilter(category, pair, code, False), some=True)
        return self.__ignore(rows, why, stamp(self.__clock.now()))

    async def unignore_errors(
        self, category: Category | None, ids: list[int] | None, pair: str = "", code: str = ""
    ) -> int:
        rows = self.__chosen(ids, ErrorFilter(category, pair, code, True), some=True)
        return self.__ignore(rows, "", "")

    async def error_pages(self, error: int) -> PagesView:
        (row,) = self.__by_id([error])
        if row.object in NO_RECORDS:
            raise SetupError(
                f"Error {error} is about a {row.object}, not about a record.",
                row.label,
                f"See it with: {NO_RECORDS[row.object].format(row.pair)}",
            )
        places = [(row.side, row.object, row.record_id), *self.__counterpart(row)]
        return PagesView(error, row.label, tuple(self.__page(*place) for place in places))

    def __ignore(self, rows: Sequence[ErrorRow], why: str, at: str) -> int:
        count = self.__store.ignore_errors([row.id for row in rows], why, at)
        self.__emit(Changed(("errors", "status")))
        return count

    def __chosen(self, ids: list[int] | None, chosen: ErrorFilter, some: bool = False) -> list[ErrorRow]:
        """The errors that a person names, by id or by what they are. `some`: raise SetupError where there are none."""
        if ids is not None:
            return self.__by_id(ids)
        self.__check_pair(chosen.pair)
        rows = chosen_errors(self.__store, chosen)
        if not rows and chosen.code:
            self.__check_code(chosen.code)
        if not rows and some:
            hint = f"{SEE} --ignored" if chosen.ignored else SEE
            raise SetupError("There is no such error.", "", hint)
        return rows

    def __by_id(self, ids: Sequence[int]) -> list[ErrorRow]:
        rows = self.__store.errors_by_id(ids)
        there = {row.id for row in rows}
        if missing := sorted({id for id in ids if id not in there}):
            told = ", ".join(str(id) for id in missing[:10]) + (" …" if len(missing) > 10 else "")
            what = f"is no error {told}" if len(missing) == 1 else f"are no errors {told}"
            raise SetupError(f"There {what}.", "It may have cleared by itself.", SEE)
        return rows

    def __check_pair(self, name: str) -> None:
        names = list(all_pairs(self.__store.settings()))
        if name and name not in names:
            raise SetupError(f"There is no pair “{name[:80]}”.", "", nearest(name, names, "Pairs"))

    def __check_code(self, code: str) -> None:
        codes = sorted({row.code for row in chosen_errors(self.__store, ErrorFilter()) if row.code})
        if code not in codes:
            raise SetupError(f"No error has the code “{code[:80]}”.", "", nearest(code, codes, "Codes"))

    def __counterpart(self, row: ErrorRow) -> list[tuple[Side, str, str]]:
        known = self.__store.records_by_id(row.side, row.object, [row.record_id])
        links = self.__store.links([each.link for each in known if each.link is not None])
        pairs = all_pairs(self.__store.settings())
        return [
            (Side.HUBSPOT, pairs[link.pair].hubspot, link.hubspot_id)
            if row.side is Side.SALESFORCE
            else (Side.SALESFORCE, link.salesforce_object, link.salesforce_id)
            for link in links
            if link.pair in pairs
        ]

    def __page(self, side: Side, object: str, id: str) -> PageView:
        if self.__profile.practice:
            name = plain_object(object) if side is Side.SALESFORCE else object
            why = f"The practice orgs have no pages: practice get {side.value} {name} {id}"
            return PageView(side, object, id, "", why)
        page = page_of(side, object, id, hosts_of(self.__profile))
        return PageView(page.side, page.object, page.id, page.url, page.why)


def hosts_of(profile: Profile) -> Hosts:
    """Where this connection's records are shown."""
    hubspot = profile.hubspot
    return Hosts(
        profile.salesforce_url, hubspot.ui_host if hubspot is not None else "", hubspot.account_id if hubspot else ""
    )


def next_retry(store: Store, usage: Usage, now: float) -> AutoRetryView | None:
    """The next automatic retry; None where nothing is to be tried. `usage`: Salesforce's; `now`: seconds since the epoch."""
    waiting = rounds(store, now)
    if not waiting:
        return None
    first = waiting[0]
    room = room_for_retries(usage.used, usage.allocation)
    waits_for = "" if room else f"fewer than {MOST_USED:.0%} of the allocated calls are used"
    return AutoRetryView(first.errors, stamp(max(first.at, now)), waits_for)


def _line(row: ErrorRow, hosts: Hosts | None) -> ErrorLineView:
    has_page = hosts is not None and row.object not in NO_RECORDS
    return ErrorLineView(
        id=row.id,
        category=row.category,
        title=TITLES[row.category],
        pair=row.pair,
        side=row.side,
        object=row.object,
        record_id=row.record_id,
        label=row.label,
        field=row.field,
        code=row.code,
        message=row.message,
        hint=row.hint,
        notice=row.notice,
        first_at=row.first_at,
        last_at=row.last_at,
        count=row.count,
        ignored_at=row.ignored_at,
        ignored_why=row.ignored_why,
        url=page_of(row.side, row.object, row.record_id, hosts).url if has_page and hosts is not None else "",
    )
