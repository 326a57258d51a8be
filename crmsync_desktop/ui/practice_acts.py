"""What a person does to the records of a pane: each act, its undoing, and what the org says where it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from crmsync_desktop.domain.errors import CrmSyncError
from crmsync_desktop.ports.practice import PracticeRecord
from crmsync_desktop.ui.band import Band
from crmsync_desktop.ui.practice_words import SYSTEMS, many_of, refused_words, short, title_of

if TYPE_CHECKING:
    from crmsync_desktop.ui.practice_pane import PracticePane

Cell = tuple[str, str]
MOST_UNDONE = 50
"""Edits of cells that can be taken back, one after the other."""


class Edit(NamedTuple):
    """A cell that was written: what it held before, and what it held right after, which need not be what was typed."""

    type: str
    id: str
    field: str
    before: str
    after: str


Actions = tuple[tuple[str, Callable[[], object]], ...]


class Acts:
    def __init__(self, pane: PracticePane) -> None:
        self._pane = pane
        self._desk = pane.desk
        self._refusals: dict[Cell, Band] = {}
        self._edits: list[Edit] = []

    # Cells

    def change(self, record: PracticeRecord, field: str, text: str) -> None:
        pane = self._pane
        self._settled(record.id, field)

        def saved(newer: PracticeRecord) -> None:
            edit = Edit(record.type, record.id, field, record.values.get(field) or "", newer.values.get(field) or "")
            self._edits = [*self._edits[1 - MOST_UNDONE :], edit]
            pane.list.records.saved(newer, field)
            pane.details.fields.saved(newer, field)
            self._show_newer(newer)

        def refused(error: CrmSyncError) -> None:
            self._refused(record, field, text, error)

        self._desk.bridge.run(
            self._desk.engine.practice_change(pane.system, record.type, record.id, {field: text}), saved, refused, pane
        )

    def undo(self) -> None:
        """Give the cell that was written last its former value, unless somebody else has written it since."""
        pane, engine = self._pane, self._desk.engine
        if not self._edits:
            pane.bar.say("No edit to undo")
            return
        edit = self._edits.pop()
        label = next((each.label for each in pane.fields_of(edit.type) if each.name == edit.field), edit.field)

        async def take_back() -> PracticeRecord | None:
            found = await engine.practice_record(pane.system, edit.type, edit.id)
            if found.state != "live" or (found.values.get(edit.field) or "") != edit.after:
                return None
            return await engine.practice_change(pane.system, edit.type, edit.id, {edit.field: edit.before})

        def taken_back(newer: PracticeRecord | None) -> None:
            if newer is None:
                pane.bands.say("warn", "Not undone.", f"{label} was changed again since.")
                return
            pane.list.records.replace(newer)
            self._show_newer(newer)
            again = f"is “{short(edit.before)}” again" if edit.before else "is empty again"
            self._tell("Undone.", f"{label} of {short(title_of(newer))} {again}.")

        self._desk.bridge.run(take_back(), taken_back, self._say("Not undone."), pane)

    def _show_newer(self, newer: PracticeRecord) -> None:
        pane = self._pane
        if pane.details.record is not None and pane.details.record.id == newer.id and pane.kind is not None:
            pane.details.show_record(pane.kind, newer)
        pane.list.keep_order()

    def _refused(self, record: PracticeRecord, field: str, text: str, error: CrmSyncError) -> None:
        pane = self._pane
        why, code = refused_words(error)
        pane.list.records.refuse(record.id, field, text, why)
        pane.details.fields.refuse(record.id, field, text, why)
        cell = (record.id, field)

        def edit_again() -> None:
            shown = pane.details.fields.record
            if pane.details.isVisible() and shown is not None and shown.id == record.id:
                pane.details.edit_field(field)
            elif pane.list.records.row_of(record.id) is not None:
                pane.table.edit_cell(*cell)
            else:
                pane.choose_kind(record.type, record.id, record.id)

        def discard() -> None:
            pane.list.records.forget(*cell)
            pane.details.fields.forget(*cell)
            self._settled(*cell)

        self._refusals[cell] = pane.bands.say(
            "bad", "Not saved.", why, (("Edit again", edit_again), ("Discard", discard)), lasting=True, hover=code
        )

    def forget(self) -> None:
        """Another object is shown: nothing of this one is being written any more."""
        for cell in list(self._refusals):
            self._settled(*cell)

    def _settled(self, id: str, field: str) -> None:
        band = self._refusals.pop((id, field), None)
        if band is not None:
            self._pane.bands.take_away(band)

    # Records

    def create(self) -> None:
        pane, form = self._pane, self._pane.new_form
        kind = form.kind
        if kind is None:
            return

        def made(record: PracticeRecord) -> None:
            form.set_busy(False)
            form.empty()
            pane.head.show_search("")
            pane.list.show_kind(kind, "", record.id)
            pane.details.show_record(kind, record)
            pane.open_drawer(pane.details)
            pane.table.setFocus()
            pane.touched.emit()

        form.set_busy(True)
        self._desk.bridge.run(
            self._desk.engine.practice_create(pane.system, kind.name, form.values()),
            made,
            form.refused,
            pane,
        )

    def delete(self) -> None:
        records = [record for record in self._pane.table.chosen_records() if record.state == "live"]
        pane = self._pane
        if not records or pane.list.bin_shown:
            return
        ids = [record.id for record in records]
        said = list[Band]()

        def undo() -> None:
            for band in said:
                pane.bands.take_away(band)
            self._restore(records[0].type, ids)

        def deleted(_: None) -> None:
            pane.close_drawer()
            said.append(self._tell("Deleted.", f"{self._named(records)} can be restored.", (("Undo", undo),)))
            pane.list.reload()
            pane.touched.emit()

        self._desk.bridge.run(
            self._desk.engine.practice_delete(pane.system, records[0].type, ids),
            deleted,
            self._say("Not deleted."),
            pane,
        )

    def restore(self) -> None:
        records = [record for record in self._pane.table.chosen_records() if record.state == "deleted"]
        if records:
            self._restore(records[0].type, [record.id for record in records])

    def _restore(self, kind: str, ids: list[str]) -> None:
        pane = self._pane

        def restored(_: None) -> None:
            if pane.list.bin_shown:
                count = self._desk.words.count(len(ids), "record")
                self._tell("Restored.", f"{count} left the recycle bin.")
            else:
                pane.list.show_chosen(ids, ids[0])
            pane.list.reload()
            pane.touched.emit()

        self._desk.bridge.run(
            self._desk.engine.practice_undelete(pane.system, kind, ids), restored, self._say("Not restored."), pane
        )

    def merge(self) -> None:
        pane, form = self._pane, self._pane.merge_form
        master = form.master
        losers = [record.id for record in form.records if record.id != master.id]

        def merged(id: str) -> None:
            form.set_busy(False)
            pane.close_drawer()
            text = f"{short(title_of(master))} is what is left" + (f", as {id}." if id != master.id else ".")
            self._tell("Merged.", text)
            pane.list.show_chosen([id], id)
            pane.list.reload()
            pane.touched.emit()

        form.set_busy(True)
        self._desk.bridge.run(
            self._desk.engine.practice_merge(pane.system, master.type, master.id, losers),
            merged,
            form.refused,
            pane,
        )

    def convert(self) -> None:
        pane, form = self._pane, self._pane.convert_form
        lead = form.lead
        if lead is None:
            return

        def converted(made: dict[str, str]) -> None:
            form.set_busy(False)
            pane.close_drawer()
            contact = made.get("contact", "")
            actions = (("Show contact", lambda: pane.choose_kind("Contact", contact, contact)),) if contact else ()
            what = ", ".join(kind for kind, id in made.items() if id)
            self._tell("Converted.", f"{short(title_of(lead))} is now: {what}.", actions)
            pane.list.reload()
            pane.touched.emit()

        form.set_busy(True)
        self._desk.bridge.run(
            self._desk.engine.practice_convert(lead.id, form.opportunity.text().strip()),
            converted,
            form.refused,
            pane,
        )

    def _tell(self, title: str, text: str, actions: Actions = ()) -> Band:
        """What was done last; what was done before is no news any more."""
        bands = self._pane.bands
        for old in [band for band in bands.shown if band.key[0] == "good"]:
            bands.take_away(old)
        return bands.say("good", title, text, actions)

    def _say(self, title: str) -> Callable[[CrmSyncError], None]:
        def say(error: CrmSyncError) -> None:
            why, code = refused_words(error)
            self._pane.bands.say("bad", title, why, hover=code)

        return say

    def _named(self, records: list[PracticeRecord]) -> str:
        if len(records) == 1:
            return short(title_of(records[0]))
        kind = self._pane.kind
        return f"{self._desk.words.number(len(records))} {many_of(kind) if kind else SYSTEMS[self._pane.system]}"
