"""`PracticeRecords` over the practice orgs' admin API."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync_desktop.adapters.practice_records.client import AdminClient
from crmsync_desktop.ports.practice import Place, PracticePage, PracticeRecord, PracticeType


class AdminRecords(AdminClient):
    """See ports/practice.py."""

    def types(self) -> tuple[PracticeType, ...]:
        return self.get_json("/practice/types", {}, tuple[PracticeType, ...])

    def page(
        self, system: Place, type: str, *, search: str = "", deleted: bool = False, offset: int = 0, limit: int = 50
    ) -> PracticePage:
        query = {"search": search, "deleted": "true" if deleted else "false", "offset": offset, "limit": limit}
        return self.get_json("/practice/records", {"system": system, "type": type, **query}, PracticePage)

    def get(self, system: Place, type: str, id: str) -> PracticeRecord:
        return self.get_json("/practice/record", {"system": system, "type": type, "id": id}, PracticeRecord)

    def create(self, system: Place, type: str, values: dict[str, str]) -> PracticeRecord:
        return self.post_json("/practice/create", {"system": system, "type": type, "values": values}, PracticeRecord)

    def change(self, system: Place, type: str, id: str, values: dict[str, str]) -> PracticeRecord:
        return self.post_json(
            "/practice/set", {"system": system, "type": type, "id": id, "values": values}, PracticeRecord
        )

    def delete(self, system: Place, type: str, ids: Sequence[str]) -> None:
        self.post_json("/practice/delete", {"system": system, "type": type, "ids": list(ids)}, dict[str, str])

    def undelete(self, system: Place, type: str, ids: Sequence[str]) -> None:
        self.post_json("/practice/undelete", {"system": system, "type": type, "ids": list(ids)}, dict[str, str])

    def merge(self, system: Place, type: str, master: str, losers: Sequence[str]) -> str:
        body = {"system": system, "type": type, "master": master, "losers": list(losers)}
        return self.post_json("/practice/merge", body, dict[str, str])["id"]

    def convert(self, lead: str, opportunity: str = "") -> dict[str, str]:
        return self.post_json("/practice/convert", {"lead": lead, "opportunity": opportunity}, dict[str, str])

    def submit_form(self, form: str, values: dict[str, str], page: str = "") -> PracticeRecord:
        return self.post_json("/practice/submit-form", {"form": form, "values": values, "page": page}, PracticeRecord)
