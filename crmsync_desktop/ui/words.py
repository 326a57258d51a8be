"""Numbers, times and counts as a person of this locale reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from PySide6.QtCore import QDate, QDateTime, QLocale, QTimeZone


class Words:
    """`now` gives the present moment (aware); times come in as ISO 8601 UTC and go out in the local time zone."""

    def __init__(self, locale: QLocale | None = None, now: Callable[[], datetime] | None = None) -> None:
        system = locale or QLocale.system()
        # The "C" locale of a bare machine writes 41207 and 12/31/99; people don't.
        self.locale = QLocale("en_GB") if system.language() == QLocale.Language.C else system
        self.now = now or (lambda: datetime.now(UTC))

    def number(self, value: int) -> str:
        return self.locale.toString(value)

    def count(self, value: int, one: str, many: str = "") -> str:
        """ "1 record", "1,204 records"."""
        return f"{self.number(value)} {one if value == 1 else many or one + 's'}"

    def time(self, iso: str) -> str:
        """14:02:11."""
        return self.locale.toString(self._local(iso).time(), "HH:mm:ss")

    def short_time(self, iso: str) -> str:
        return self.locale.toString(self._local(iso).time(), QLocale.FormatType.ShortFormat)

    def date(self, day: str) -> str:
        """A calendar day, "2026-03-10", which is the same in every time zone. Raises ValueError for another text."""
        parsed = date.fromisoformat(day)
        return self.locale.toString(QDate(parsed.year, parsed.month, parsed.day), QLocale.FormatType.ShortFormat)

    def exact(self, iso: str) -> str:
        """Date and time in full: what a hover shows."""
        return self.locale.toString(self._local(iso), QLocale.FormatType.LongFormat)

    def moment(self, iso: str) -> str:
        """A time of today as such, an older one with its date."""
        local = self._local(iso)
        if local.date() == self._local(self.now().isoformat()).date():
            return self.time(iso)
        date = self.locale.toString(local.date(), QLocale.FormatType.ShortFormat)
        return f"{date} {self.short_time(iso)}"

    def ago(self, iso: str) -> str:
        seconds = (self.now() - parse(iso)).total_seconds()
        if seconds < 10:
            return "just now"
        if seconds < 60:
            return f"{int(seconds)} s ago"
        if seconds < 3600:
            return f"{int(seconds // 60)} min ago"
        if seconds < 86_400:
            return f"{int(seconds // 3600)} h ago"
        return self.count(int(seconds // 86_400), "day") + " ago"

    def until(self, iso: str) -> str:
        """ "0:48", "1:02:10"; "now" when it is past."""
        seconds = int((parse(iso) - self.now()).total_seconds())
        if seconds <= 0:
            return "now"
        hours, rest = divmod(seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    def duration(self, seconds: float) -> str:
        if seconds < 10:
            return f"{self.locale.toString(max(seconds, 0.0), 'f', 1)} s"
        if seconds < 60:
            return f"{int(seconds)} s"
        minutes, rest = divmod(int(seconds), 60)
        if minutes < 60:
            return f"{minutes} min {rest} s" if rest else f"{minutes} min"
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min"

    def between(self, start: str, end: str) -> str:
        """The time from one stamp to another; stamps are to the second, so no tenth of one is claimed."""
        seconds = round((parse(end) - parse(start)).total_seconds())
        if seconds < 1:
            return "under 1 s"
        return f"{seconds} s" if seconds < 10 else self.duration(seconds)

    def _local(self, iso: str) -> QDateTime:
        milliseconds = round(parse(iso).timestamp() * 1000)
        return QDateTime.fromMSecsSinceEpoch(milliseconds, QTimeZone.utc()).toLocalTime()


def parse(iso: str) -> datetime:
    """An ISO 8601 time as an aware datetime; one without a zone is UTC."""
    moment = datetime.fromisoformat(iso)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def sentence(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
