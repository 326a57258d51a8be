"""CSV as Bulk API 2.0 reads and writes it: UTF-8, one header row, a delimiter and a line ending named by the job.

Facts: the "Prepare CSV Files" chapter of Salesforce's Bulk API 2.0 guide.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
NULL = "#N/A"
"""What empties a field; an empty value leaves it as it is."""
_LONGEST_FIELD = 32_000
_MOST_COLUMNS = 5_000


class CsvError(Exception):
    """The uploaded data can't be read; the text is the job's `errorMessage`."""


def parse(content: bytes, delimiter: str, line_ending: str) -> tuple[list[str], list[list[str]]]:
    """The header and the rows; `delimiter` and `line_ending` as the job names them. Raises CsvError.

    Unverified: a row with another number of columns than the header, unreadable UTF-8 and unbalanced quotes fail the
    whole job with an InvalidBatch message.
    Unverified: a byte order mark at the start of the data is skipped.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError("InvalidBatch : The data is not encoded in UTF-8") from error
    first = text.find("\n")
    if first >= 0 and (text[first - 1 : first] == "\r") != (line_ending == "CRLF"):
        # The message as the command line of Salesforce shows it for a job with the wrong setting.
        message = f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {line_ending}"
        raise CsvError(message)
    if not text.strip():
        raise CsvError("InvalidBatch : The data has no header row")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[delimiter], strict=True))
    except csv.Error as error:
        raise CsvError(f"InvalidBatch : The data can not be read as CSV: {error}") from error
    header, *rest = rows
    if len(header) > _MOST_COLUMNS:
        raise CsvError(f"InvalidBatch : The number of fields in a record exceeds the limit of {_MOST_COLUMNS}")
    records = [row for row in rest if row]
    for index, row in enumerate(records, 1):
        if len(row) != len(header):
            raise CsvError(f"InvalidBatch : Record {index} has {len(row)} columns where the header has {len(header)}")
        if sum(map(len, row)) > _LONGEST_FIELD and max(map(len, row)) > _LONGEST_FIELD:
            raise CsvError(f"InvalidBatch : A field of record {index} is longer than {_LONGEST_FIELD} characters")
    return [name.strip() for name in header], records


def lines(rows: Iterable[Sequence[str | None]], delimiter: str, line_ending: str) -> str:
    """Rows as text, every value in quotes; None is an empty value."""
    quote = f'"{DELIMITERS[delimiter]}"'
    end = f'"{LINE_ENDINGS[line_ending]}'
    return "".join([line(row, quote, end) for row in rows])


def line(row: Sequence[str | None], quote: str, end: str) -> str:
    joined = quote.join([value.replace('"', '""') if value and '"' in value else value or "" for value in row])
    return f'"{joined}{end}'
