"""What became of each record of an import (I1), told from the memory, the errors and the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmsync_desktop.domain.mapping import Pair
from crmsync_desktop.domain.records import Op, Presence, Side
from crmsync_desktop.engine.chosen import Note
from crmsync_desktop.engine.context import Context
from crmsync_desktop.ports.imports import Became, ImportItem, ImportRow, Outcome
from crmsync_desktop.ports.store import Entry, JournalState, Known, Link, NewError, RecordState, Store

CHUNK = 2_000
_LOST = "Its answer was lost. The next pass looks for it."


def note_findings(context: Context, number: int) -> Note:
    """In a preview, nothing of what matching found is stored but this."""

    def note(links: Sequence[Link], errors: Sequence[NewError]) -> None:
        became = [Became(link.salesforce_id, Outcome.MATCHED, "", link.hubspot_id) for link in links]
        became += [
            Became(error.record_id, Outcome.SKIPPED, _told(error.fault.message, error.hint), over=Outcome.PENDING)
            for error in errors
            if error.side is Side.SALESFORCE
        ]
        context.store.settle_imported(number, became)

    return note


def conclude(store: Store, row: ImportRow, pair: Pair, passes: Sequence[int], preview: bool, ended: bool) -> None:
    """Settle every item. May be done again at any time: it goes by what is there. `passes`: whose writes count. `ended`: nothing
    more is to come, so that what is still staged waits for something else (an edit that came from HubSpot)."""
    after = 0
    while items := store.import_items(row.number, after, CHUNK):
        after = items[-1].row
        due = [item for item in items if item.known is not None]
        if preview:
            due = [item for item in due if item.outcome is Outcome.PENDING]
        store.settle_imported(row.number, _standing(store, pair, due, ended))
    states = [JournalState.PLANNED] if preview else [JournalState.DONE, JournalState.SENT, JournalState.UNKNOWN]
    for number in passes:
        after = 0
        while entries := store.entries(number, states, Side.HUBSPOT, None, after, CHUNK, row.pair):
            after = entries[-1].row
            store.settle_imported(row.number, _written(entries))


def _standing(store: Store, pair: Pair, items: Sequence[ImportItem], ended: bool) -> Iterable[Became]:
    """What the memory has of them."""
    known = {each.row: each for each in store.records([item.known for item in items if item.known is not None])}
    links = {link.link: link for link in store.links([each.link for each in known.values() if each.link is not None])}
    errors = _errors(store, pair, known.values(), links)
    gone, kept = _gone(store, pair, links.values()), _kept(store, links)
    for item in items:
        record = known.get(item.known or 0)
        link = links.get(record.link) if record is not None and record.link is not None else None
        reason = errors.get(item.record_id, "")
        if link is not None and link.hubspot_id in gone:
            yield Became(item.record_id, Outcome.SKIPPED, gone[link.hubspot_id], link.hubspot_id)
        elif link is not None:
            outcome = Outcome.UNCHANGED if item.linked else Outcome.MATCHED
            if record is not None and record.state is RecordState.STAGED and not ended:
                outcome = Outcome.PENDING
            yield Became(item.record_id, outcome, reason or kept.get(link.link, ""), link.hubspot_id)
        elif reason:
            yield Became(item.record_id, Outcome.SKIPPED, reason)
        else:
            yield _left(item.record_id, record)


def _errors(store: Store, pair: Pair, known: Iterable[Known], links: Mapping[int, Link]) -> dict[str, str]:
    """What stands against them, on either side, by the Salesforce id."""
    if not any(store.error_totals()):
        return {}
    troubled = [each for each in known if each.link is None or each.state is RecordState.PARKED]
    places = {(Side.SALESFORCE, each.id): (each.object, each.id) for each in troubled}
    for each in troubled:
        link = links.get(each.link or 0)
        if link is not None:
            places[Side.HUBSPOT, link.hubspot_id] = (pair.hubspot, each.id)
    found: dict[str, dict[str, None]] = {}
    for error in store.errors_of([(side, object, id) for (side, id), (object, _) in places.items()]):
        _, salesforce_id = places[error.side, error.record_id]
        found.setdefault(salesforce_id, {})[_told(error.message, error.hint)] = None
    return {id: " ".join(texts) for id, texts in found.items()}


def _gone(store: Store, pair: Pair, links: Iterable[Link]) -> dict[str, str]:
    """By HubSpot id, those that were deleted there and aren't made anew: by a person or an undo, who meant it."""
    known = store.records_by_id(Side.HUBSPOT, pair.hubspot, [link.hubspot_id for link in links])
    return {
        each.id: f"HubSpot's record {each.id} was deleted there. Restore it in HubSpot, or edit the record in Salesforce: "
        "then it is made anew."
        for each in known
        if each.presence is Presence.DELETED and each.successor is None
    }


def _kept(store: Store, links: Mapping[int, Link]) -> dict[int, str]:
    """By link, why its two records differ although nothing is written."""
    found: dict[int, list[str]] = {}
    for each in store.undone(list(links)):
        text = f"{each.property} stays as undo {each.pass_id} left it, until somebody edits it on either side."
        found.setdefault(each.link, []).append(text)
    after = min(links, default=0) - 1
    while store.conflict_count() and (held := store.conflicts(CHUNK, after)):
        for one in held:
            if one.link in links:
                found.setdefault(one.link, []).append(f"{one.property} was edited on both sides. Settle it: conflicts")
        after = held[-1].link
        if after >= max(links, default=0):
            break
    return {link: " ".join(texts) for link, texts in found.items()}


def _left(id: str, record: Known | None) -> Became:
    if record is None or record.presence is not Presence.LIVE:
        return Became(id, Outcome.SKIPPED, "It was deleted meanwhile.")
    if record.state is RecordState.STAGED:
        return Became(id, Outcome.PENDING)
    return Became(id, Outcome.SKIPPED, f"It has no counterpart. See why: why {id}")


def _written(entries: Iterable[Entry]) -> Iterable[Became]:
    for entry in entries:
        if entry.origin_id is None:
            continue
        if entry.state in (JournalState.SENT, JournalState.UNKNOWN):
            yield Became(entry.origin_id, Outcome.PENDING, _LOST, over=Outcome.PENDING)
        elif entry.op is Op.CREATE:
            yield Became(entry.origin_id, Outcome.CREATED, None, entry.record_id or "")
        else:
            yield Became(entry.origin_id, Outcome.UPDATED, None, over=Outcome.UNCHANGED)


def _told(message: str, remedy: str) -> str:
    return " ".join(part for part in (message, remedy) if part)
