"""Why? (P3): what is known of a record, what was decided about it and by which rule, and what would make it sync. All from
the memory: it costs no call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from crmsync_desktop.app import why_words
from crmsync_desktop.app.known_layout import arranged, known_layout
from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.app.reports import change_view, error_view
from crmsync_desktop.app.runner import PAUSED
from crmsync_desktop.app.why_views import WhyEventView, WhyFieldView, WhyRecordView, WhyView
from crmsync_desktop.domain.errors import SetupError
from crmsync_desktop.domain.layout import Layout
from crmsync_desktop.domain.mapping import Pair, Rule
from crmsync_desktop.domain.planner import Doors, LinkPlan, Look, plan_create, plan_link
from crmsync_desktop.domain.records import UNSEEN, Cell, Presence, Side
from crmsync_desktop.domain.reference import Addresses, Reference, parse_reference
from crmsync_desktop.domain.settings import active_pairs, all_pairs, pair_with, rules_of
from crmsync_desktop.domain.standing import let_stand
from crmsync_desktop.engine.action_rules import action_rules
from crmsync_desktop.engine.activities import UNPLACED, WAITING
from crmsync_desktop.engine.guarding import kept_plan
from crmsync_desktop.engine.metadata import kept_schemas
from crmsync_desktop.engine.stamps import edited_at
from crmsync_desktop.ports.store import Entry, Known, Link, LinkState, RecordState, Store

SHOWN = 50
"""Writes of a record's history that are shown, the newest."""


class _Subject(msgspec.Struct):
    """What was asked about: the records that are known under that name, and the link of the first that has one."""

    reference: Reference
    records: list[Known]
    link: Link | None
    pair: Pair | None

    def of(self, side: Side) -> Known | None:
        return next((known for known in self.records if known.side is side), None)

    @property
    def ids(self) -> list[str]:
        ids = {known.id for known in self.records} | ({self.reference.id} - {""})
        if self.link is not None:
            ids |= {self.link.salesforce_id, self.link.hubspot_id}
        return sorted(ids)


class Why:
    def __init__(self, store: Store, mappings: Mapping[str, Mappings]) -> None:
        self._store, self._mappings = store, mappings

    def explain(self, asked: str, property: str | None, addresses: Addresses) -> WhyView:
        """Raises SetupError for what names no record, and for a property that isn't one of the pair's."""
        subject = self._find(parse_reference(asked, addresses))
        history = self._store.history(subject.ids, [subject.link.link] if subject.link else [], limit=1_000)
        if not subject.records:
            return self._unknown(asked, subject, history)
        decisions, field = self._decide(subject, property)
        errors = self._store.errors_of([(known.side, known.object, known.id) for known in subject.records])
        chosen = [entry for entry in history if property is None or _changed(entry, property)]
        return WhyView(
            asked=asked,
            known=True,
            headline=_headline(subject, any(not error.ignored_at for error in errors)),
            pair=subject.pair.name if subject.pair else "",
            records=tuple(self._record(known, subject) for known in subject.records),
            link=_link_words(subject),
            facts=tuple(self._facts(subject)),
            decisions=tuple(decisions),
            would=tuple(dict.fromkeys([*self._would(subject), *(error.hint for error in errors if error.hint)])),
            errors=tuple(error_view(error) for error in errors),
            history=tuple(self._events(chosen[:SHOWN], property)),
            field=field,
            actions=tuple(why_words.fired(self._store.firings_of(subject.ids, SHOWN), action_rules(self._store))),
        )

    def _find(self, reference: Reference) -> _Subject:
        store = self._store
        found: dict[int, Known] = {}
        pairs = all_pairs(store.settings())
        for pair in pairs.values():
            if reference.email:
                found.update({known.row: known for _, known in store.records_by_keys(pair.name, [reference.email])})
                continue
            for side in Side if reference.side is None else (reference.side,):
                for object in (pair.hubspot,) if side is Side.HUBSPOT else pair.salesforce:
                    if reference.object in ("", object):
                        found.update({k.row: k for k in store.records_by_id(side, object, [reference.id])})
        numbers = [known.link for known in found.values() if known.link is not None]
        links = store.links(numbers[:1])
        for records in store.counterparts([link.link for link in links]).values():
            found.update({known.row: known for known in records})
        object = next((known.object for known in found.values()), reference.object)
        records = sorted(found.values(), key=lambda known: (known.side is Side.HUBSPOT, known.row))
        return _Subject(reference, records, links[0] if links else None, pair_with(pairs, object))

    def _unknown(self, asked: str, subject: _Subject, history: Sequence[Entry]) -> WhyView:
        settings = self._store.settings()
        active = subject.pair is None or subject.pair in active_pairs(settings)
        would = why_words.missing_words(subject.reference, subject.pair, settings, active)
        return WhyView(
            asked=asked,
            known=False,
            headline="No such record is known.",
            pair=subject.pair.name if subject.pair else "",
            records=(),
            link="",
            facts=(),
            decisions=(),
            would=tuple(would),
            errors=(),
            history=tuple(self._events(history[:SHOWN], None)),
            looked=tuple(why_words.looked_for(subject.reference, active_pairs(settings))),
            actions=tuple(why_words.fired(self._store.firings_of(subject.ids, SHOWN), action_rules(self._store))),
        )

    def _record(self, known: Known, subject: _Subject) -> WhyRecordView:
        cells = self._stored(known, subject)
        layout = known_layout(self._store, self._mappings[subject.pair.name], subject.pair) if subject.pair else None
        label = known.id
        if layout is not None:
            label = layout.label(arranged(layout, self._store.layout(layout.pair.name), cells), known.keys, known.id)
        state, edited = why_words.state_of(known), edited_at(known.version)
        return WhyRecordView(known.side, known.object, known.id, label, known.presence.value, state, edited)

    def _stored(self, known: Known, subject: _Subject) -> Sequence[Cell]:
        if known.cells is not None or subject.link is None or known.link != subject.link.link:
            return known.cells or ()
        return subject.link.base_salesforce if known.side is Side.SALESFORCE else subject.link.base_hubspot

    def _facts(self, subject: _Subject) -> list[str]:
        """What decides about the record."""
        found: list[str] = []
        pair = subject.pair
        if pair is None:
            return found
        settings = self._store.settings()
        if pair not in active_pairs(settings):
            found.append(f"{pair.label} are switched off: pairs on {pair.name}")
        found += why_words.closed_doors(pair, rules_of(settings, pair), self._listed(subject))
        if subject.link is not None:
            for each in self._store.undone([subject.link.link]):
                what = each.property or "the record that was created"
                found.append(f"{what} stands as undo {each.pass_id} left it ({each.at}), until either side is edited.")
            held = [each for each in self._store.conflicts(1, subject.link.link - 1) if each.link == subject.link.link]
            found += [f"{each.property} is held since {each.since}: both sides edited it." for each in held]
        return found

    def _listed(self, subject: _Subject) -> bool | None:
        """Whether its HubSpot contact is on the inclusion list; None where there is none, of the list or of the contact."""
        hubspot = subject.of(Side.HUBSPOT)
        if subject.pair is None or hubspot is None:
            return None
        list_id = rules_of(self._store.settings(), subject.pair).inclusion_list
        return None if list_id is None else hubspot.id in self._store.members(list_id, [hubspot.id])

    def _decide(self, subject: _Subject, property: str | None) -> tuple[list[str], WhyFieldView | None]:
        """What the next pass would do about it, as far as the memory can tell, and the same of one field."""
        pair = subject.pair
        layout = known_layout(self._store, self._mappings[pair.name], pair) if pair is not None else None
        if pair is None or layout is None:
            return [], None
        _check_property(self._mappings[pair.name], property)
        if subject.link is None:
            return self._decide_alone(subject, layout), None
        if subject.link.state is not LinkState.LIVE:
            return ["One of the two was deleted: nothing is written to the other."], None
        looks = self._looks(subject, subject.link, layout)
        plan = self._plan(subject, subject.link, layout, looks)
        words = why_words.plan_words(plan, layout.properties) or ["Nothing: both sides agree, or differ as they may."]
        field = None
        if property is not None:
            field = self._field(self._mappings[pair.name], layout, subject.link, looks, plan, property)
        return words, field

    def _decide_alone(self, subject: _Subject, layout: Layout) -> list[str]:
        record = subject.records[0]
        rules = rules_of(self._store.settings(), layout.pair)
        if record.presence is not Presence.LIVE:
            return ["Nothing: it isn't there, and has no counterpart."]
        if len(subject.records) > 1:
            return ["Several records have that address; each is matched or created as its notices say."]
        listed = self._listed(subject)
        if not (rules.to_hubspot if record.side is Side.SALESFORCE else rules.to_salesforce and listed is not False):
            return ["Nothing: a setting or the inclusion list keeps it from being created on the other side."]
        schemas = kept_schemas(layout.pair, self._store)
        target = layout.pair.hubspot if record.side is Side.SALESFORCE else rules.created_as
        if target not in schemas:
            return []
        waits = [
            error.message
            for error in self._store.errors_of([(record.side, record.object, record.id)])
            if error.code in (UNPLACED, WAITING)
        ]
        if waits:
            return ["It waits, and isn't created until there is a linked record for it to belong to:", *waits]
        cells = arranged(layout, self._store.layout(layout.pair.name), record.cells)
        words = why_words.create_words(plan_create(layout, record.side, cells, schemas[target], record.object))
        return ["Unless a record with the same address or id is found to be its counterpart:", *words]

    def _looks(self, subject: _Subject, link: Link, layout: Layout) -> tuple[Look, Look]:
        stored = self._store.layout(layout.pair.name)
        looks: list[Look] = []
        for side, object, base in (
            (Side.SALESFORCE, link.salesforce_object, link.base_salesforce),
            (Side.HUBSPOT, layout.pair.hubspot, link.base_hubspot),
        ):
            known = next((each for each in subject.records if each.side is side and each.link == link.link), None)
            cells = self._stored(known, subject) if known is not None else base
            version = edited_at(known.version) if known is not None else ""
            looks.append(Look(object, version, arranged(layout, stored, cells), arranged(layout, stored, base)))
        return looks[0], looks[1]

    def _plan(self, subject: _Subject, link: Link, layout: Layout, looks: tuple[Look, Look]) -> LinkPlan:
        settings = self._store.settings()
        rules, listed = rules_of(settings, layout.pair), self._listed(subject) is not False
        doors = Doors(to_salesforce=listed and rules.to_salesforce, to_hubspot=listed and rules.to_hubspot)
        plan = plan_link(layout, *looks, doors, settings.on_conflict)
        places = {column.property: column.place for column in layout.columns}
        stood = {
            places[each.property]: (each.salesforce, each.hubspot, each.pass_id)
            for each in self._store.undone([link.link])
            if each.property in places
        }
        let_stand(plan, layout.columns, stood, looks[0].cells, looks[1].cells)
        return plan

    def _field(
        self,
        mappings: Mappings,
        layout: Layout,
        link: Link,
        looks: tuple[Look, Look],
        plan: LinkPlan,
        property: str,
    ) -> WhyFieldView:
        mapping = next(each for each in mappings.all() if each.property == property)
        column = next((each for each in layout.columns if each.property == property), None)
        field = mapping.salesforce.get(link.salesforce_object, "")
        if column is None:
            off = mapping.rule is Rule.DONT_SYNC
            problem = "Its rule is Don't sync." if off else dict(layout.problems).get(property, "It isn't synced now.")
            return WhyFieldView(property, field, mapping.rule.label, None, None, None, None, problem)
        s, h = (look.cells[column.place] for look in looks)
        bs, bh = (look.base[column.place] for look in looks)
        decision = why_words.field_words(plan, column.place, s, h)
        about = [fault.message for _, fault in plan.faults if {property, field} & set(fault.fields)]
        return WhyFieldView(
            property,
            field,
            column.rule.label,
            _text(s),
            _text(h),
            _text(bs),
            _text(bh),
            " ".join([*about[:1]] or [decision]),
        )

    def _would(self, subject: _Subject) -> list[str]:
        """What would make it sync."""
        found: list[str] = []
        if self._store.document(PAUSED):
            found.append("Syncing by itself is paused: resume, or sync once by hand.")
        if (plan := kept_plan(self._store)) is not None:
            found.append(f"A plan waits for a person's word: changes {plan.pass_id}, then approve {plan.pass_id}")
        if any(known.state is RecordState.STAGED for known in subject.records):
            found.append("The next pass looks at it: sync")
        if self._listed(subject) is False:
            found.append("Put its HubSpot contact on the inclusion list, or choose none: contacts.inclusion_list")
        if any(known.state is RecordState.PARKED for known in subject.records):
            found.append("An edit on either side, or: retry")
        return found

    def _events(self, entries: Sequence[Entry], property: str | None) -> list[WhyEventView]:
        passes = {number: self._store.pass_row(number) for number in {entry.pass_id for entry in entries}}
        events: list[WhyEventView] = []
        for entry in entries:
            row = passes[entry.pass_id]
            view = change_view(entry)
            changes = zip(entry.changes, view.fields, strict=True)
            fields = tuple(shown for change, shown in changes if property in (None, change.property))
            occasion = row.reason if row is not None else ""
            if row is not None and row.preview and occasion != "preview":
                occasion = f"{occasion} (preview)"
            events.append(
                WhyEventView(
                    entry.pass_id, entry.at, occasion, entry.side, entry.object, entry.record_id or "",
                    view.op, view.state, view.reason, fields, view.note,
                )
            )  # fmt: skip
        return events


def _headline(subject: _Subject, errors: bool) -> str:
    link = subject.link
    if link is None:
        return "It is known, and has no counterpart."
    if link.state is not LinkState.LIVE:
        return "It was linked; one of the two was deleted since."
    if errors:
        return "It is linked, and something about it needs a look."
    if any(known.state is RecordState.STAGED for known in subject.records):
        return "It is linked; a change of it hasn't been dealt with yet."
    return "It is linked, and dealt with."


def _link_words(subject: _Subject) -> str:
    link = subject.link
    if link is None or subject.pair is None:
        return ""
    salesforce, hubspot = f"{link.salesforce_object} {link.salesforce_id}", f"{subject.pair.noun} {link.hubspot_id}"
    return why_words.link_words(link.state, salesforce, hubspot)


def _changed(entry: Entry, property: str) -> bool:
    return any(change.property == property for change in entry.changes)


def _check_property(mappings: Mappings, property: str | None) -> None:
    names = [mapping.property for mapping in mappings.all()]
    if property is not None and property not in names:
        raise SetupError(f"“{property[:80]}” isn't mapped.", "", "Properties are named as mappings list shows them.")


def _text(cell: Cell) -> str | None:
    return None if cell is UNSEEN else cell or ""
