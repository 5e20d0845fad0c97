"""Opens CSV, XLSX and Parquet files and yields the mapped columns of every row, as they stand there."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

ENCODINGS = ("utf-8-sig", "cp1256")
DELIMITERS = ",;\t|"
HEADER_WITHIN = 20
CELL_MOST = 10_000
XLSX_RATIO_MOST = 200
XLSX_BYTES_MOST = 2_000_000_000

Row = tuple[int, Sequence[Any]]


def rows_read(path: Path, columns: Sequence[str], *, sheet: str = "") -> Iterator[Row]:
    """Yield (row number in the file, values of these columns in this order).

    The kind of file is told by its ending. CSV may be UTF-8 or cp1256, with commas, semicolons, tabs or bars;
    the header of a sheet is found by its content. Refuses with ``file_missing``, ``file_kind_unknown``,
    ``file_unreadable`` or ``column_missing`` (422).
    """
    if not path.is_file():
        raise _refusal("file_missing", _("There is no file {name}."), name=path.name)
    match path.suffix.lower():
        case ".csv" | ".txt" | ".tsv":
            return _csv(path, columns)
        case ".xlsx" | ".xlsm":
            return _xlsx(path, columns, sheet)
        case ".parquet":
            return _parquet(path, columns)
    raise _refusal("file_kind_unknown", _("A file ends with .csv, .xlsx or .parquet."))


def rows_count(path: Path) -> int:
    """About how many rows the file has, for a progress bar; 0 where only reading it would tell."""
    suffix = path.suffix.lower()
    if suffix == ".parquet" and importlib.util.find_spec("pyarrow"):
        return int(_parquet_file(path).metadata.num_rows)
    if suffix in (".csv", ".txt", ".tsv"):
        with path.open("rb") as file:
            return max(0, sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1)
    return 0


def _csv(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(64_000)
        file.seek(0)
        delimiter = max(DELIMITERS, key=lambda each: min(_widths(head, each)))
        rows = csv.reader(_without_nul(file), delimiter=delimiter)
        places = None
        try:
            for number, row in enumerate(rows, start=1):
                if places is None:
                    places = _places(row, columns)
                    if places is None and number >= HEADER_WITHIN:
                        break
                    continue
                if any(row):
                    yield number, _picked(row, places)
        except csv.Error as error:
            raise _refusal(
                "file_unreadable", _("The file cannot be read: {reason}"), reason=str(error)
            ) from None
    if places is None:
        raise _no_columns(columns)


def _widths(head: str, delimiter: str) -> list[int]:
    return [line.count(delimiter) for line in head.splitlines()[:HEADER_WITHIN] if line.strip()] or [0]


def _without_nul(lines: Iterator[str]) -> Iterator[str]:
    """NUL would end the reading; the row that has one is seen by the cleansing instead."""
    for line in lines:
        yield line.replace("\x00", "\ufffd") if "\x00" in line else line


def _encoding(path: Path) -> str:
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding) as file:
                for _line in iter(lambda: file.read(1 << 20), ""):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise _refusal("file_unreadable", _("The file is neither UTF-8 nor Windows-1256 text."))


def _xlsx(path: Path, columns: Sequence[str], sheet: str) -> Iterator[Row]:
    import zipfile

    import openpyxl

    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > XLSX_BYTES_MOST or unpacked > XLSX_RATIO_MOST * max(path.stat().st_size, 50_000):
            raise _refusal("file_unreadable", _("The file unpacks to far more than it should."))
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _unreadable(error) from None
    if sheet and sheet not in book.sheetnames:
        raise _refusal("sheet_missing", _("The file has no sheet “{sheet}”."), sheet=sheet)
    pages = book[sheet] if sheet else book.worksheets[0]
    places = None
    for number, row in enumerate(pages.iter_rows(values_only=True), start=1):
        if places is None:
            places = _places(row, columns)
            if places is None and number >= HEADER_WITHIN:
                break
            continue
        if any(value not in (None, "") for value in row):
            yield number, _picked(row, places)
    book.close()
    if places is None:
        raise _no_columns(columns)


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    if importlib.util.find_spec("pyarrow") is None:
        raise _refusal(
            "reader_missing", _("Reading Parquet needs the extra “insights”: pip install bashgah[insights]")
        )
    file = _parquet_file(path)
    if not set(columns) <= set(file.schema_arrow.names):
        raise _no_columns([name for name in columns if name not in file.schema_arrow.names])
    nested = [name for name in columns if file.schema_arrow.field(name).type.num_fields]
    if nested:
        raise _refusal("column_nested", _("These columns hold lists, not values: {columns}."), columns=nested)
    number = 0
    for batch in file.iter_batches(batch_size=20_000, columns=list(dict.fromkeys(columns))):
        values = [batch.column(name).to_pylist() for name in columns]
        for row in zip(*values, strict=True):
            number += 1
            yield number, row


def _parquet_file(path: Path) -> Any:
    import pyarrow
    import pyarrow.parquet

    try:
        return pyarrow.parquet.ParquetFile(path)
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise _unreadable(error) from None


def _places(header: Sequence[Any], columns: Sequence[str]) -> list[int] | None:
    """Where each wanted column stands, or nothing if this row is not the header."""
    names: Mapping[str, int] = {
        str(name).strip().casefold(): place for place, name in enumerate(header) if name is not None
    }
    wanted = [column.strip().casefold() for column in columns]
    return [names[column] for column in wanted] if all(column in names for column in wanted) else None


def _picked(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    return [row[place] if place < len(row) else None for place in places]


def _no_columns(columns: Sequence[str]) -> Refusal:
    return _refusal("column_missing", _("The file lacks columns: {columns}."), columns=list(columns))


def _unreadable(error: Exception) -> Refusal:
    return _refusal("file_unreadable", _("The file cannot be read: {reason}"), reason=str(error))


def _refusal(code: str, msgid: str, **params: object) -> Refusal:
    return Refusal(code, Phrase(msgid, params), status=422, field="/file")
