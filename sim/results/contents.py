"""What lies in a results folder: chunks that are finished, files that are damaged, and files that are none of it."""

import os
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sim.inputs import InputError
from sim.results.files import entries_in
from sim.results.layout import Layout
from sim.results.manifest import Manifest
from sim.results.records import SHARDS, ChunkRecord, read_record, record_path, shard_path, torn_shards
from sim.results.schema import TABLES

_OURS = re.compile(rf"({'|'.join(TABLES)})-(.*)\.parquet|(chunk)-(.*)\.json", re.DOTALL)


@dataclass(frozen=True)
class Contents:
    """``finished``: the records of chunks that count, by number. ``torn``: of other chunks, the files that are damaged
    or gone, each with what is wrong if it is a record; they are to be run again. ``strange``: files that a reader would
    take for results of the study and that it never wrote, each with why."""

    finished: dict[int, ChunkRecord] = field(default_factory=dict)
    torn: dict[int, list[str]] = field(default_factory=dict)
    strange: dict[str, str] = field(default_factory=dict)


def contents_of(
    folder: Path,
    manifest: Manifest,
    layout: Layout,
    *,
    checksums: bool = True,
    only: Container[int] | None = None,
) -> Contents:
    """Look at the chunks of a folder, or at those in ``only``.

    A chunk is finished if its record says what this chunk of the design would, and its shards are what the record says.
    ``checksums=False`` trusts size, footer, columns and row count, and reads no data. Raises InputError, one line, if
    the folder of shards cannot be read.
    """
    entries = entries_in(folder / SHARDS)
    found = Contents()
    for chunk in range(layout.chunks):
        path = record_path(folder, chunk)
        if path.name not in entries or (only is not None and chunk not in only):
            continue
        try:
            record = read_record(folder, chunk, manifest, layout)
        except ValueError as fault:
            found.torn[chunk] = [f"{path.name} ({fault})"]
            continue
        if broken := torn_shards(folder, record, manifest, checksums=checksums):
            found.torn[chunk] = broken
        else:
            found.finished[chunk] = record
    for name, entry in entries.items():
        if why := _strange(folder, entry, layout, found):
            found.strange[name] = why
    return found


def _strange(folder: Path, entry: "os.DirEntry[str]", layout: Layout, found: Contents) -> str | None:
    """Why a file is none of the study's, if its name looks like one of them."""
    parts = _OURS.fullmatch(entry.name)
    if parts is None:
        return None
    table, number = parts[1] or parts[3], parts[2] or parts[4] or ""
    chunk = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else layout.chunks
    own = record_path(folder, chunk) if table == "chunk" else shard_path(folder, table, chunk)
    if entry.name != own.name or chunk >= layout.chunks:
        return f"the study has chunks 0 to {layout.chunks - 1}"
    if not entry.is_symlink() and not entry.is_file():
        return "is not a file"  # a link is replaced when its chunk is run again, wherever it leads
    record = found.finished.get(chunk)
    if record is not None and table != "chunk" and table not in record.shards:
        return f"chunk {chunk} has no such table"
    return None


def refuse_strange(folder: Path, strange: Mapping[str, str]) -> None:
    """Raise InputError, one line, if the folder holds files that would be taken for results of the study."""
    for name, why in strange.items():
        more = f" (and {len(strange) - 1} more)" if len(strange) > 1 else ""
        shown = name if name.isprintable() else repr(name)
        raise InputError(f"{folder / SHARDS}/{shown}: {why}; remove it{more}, then try again")
