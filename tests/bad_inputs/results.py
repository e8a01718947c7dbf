"""Results folders that are damaged or edited, made from one small real study and from the keys of its own records.

``cases(folder)`` gives each with a name that begins with what the answer must name (a file of the results folder) and a
call that must raise InputError with one line: the study is collected, which refuses what is not complete, and where
nothing is missing its status must say what is not as it should be. Each call also makes sure that status, opening and
collecting agree. What the system does not allow here (named pipes, links) is left out.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sweeping import run

import sim.results
from sim.inputs import InputError
from sim.results.collect import collected
from sim.results.records import record_path, shard_path
from sim.results.schema import TABLES
from sim.results.status import read_status, status_text

Case = tuple[str, Callable[[], object]]
Damage = Callable[[Path], object]

STUDY: dict[str, Any] = {
    "study": {"name": "compare", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"},
    "design": None, "draws": 4, "chunk": 2, "horizon": 2, "keep": ["state", "lines", "clusters", "districts"],
}  # fmt: skip
"""Eight runs; small studies are cut into one chunk, so the precise one below is cut into more."""

PRECISE: dict[str, Any] = {
    **STUDY, "draws": 40, "chunk": 10, "horizon": 1, "keep": ["state"],
    "precision": {"outcome": "concentrators", "share": 1.0},
}  # fmt: skip
"""Stops after 30 of 40 draws, three chunks of four."""

NO_COUNTS: tuple[Any, ...] = (None, {}, "", True, -1, 1.5, "1", [1], 10**30, 1e400)
NO_WORDS: tuple[Any, ...] = (None, [], 1, ["a"])
NO_HASHES: tuple[Any, ...] = (None, 1, "", "0" * 64, "G" * 64)
NO_NAMES: tuple[str, ...] = (
    "", ".", "..", "../manifest.json", "../../../../etc/passwd", "/etc/passwd", "state-00000.parquet\0", "a/b",
    "chunk-00000.json", "state-00001.parquet", "lines-00000.parquet", "STATE-00000.parquet", "~", "C:\\state.parquet",
    "x" * 300, "état-00000.parquet", "state-00000.parquet\n", " state-00000.parquet", "state-0.parquet",
)  # fmt: skip
SHOWN = ("state", "districts")
"""Tables whose shards are damaged in every way."""

TEXTS: dict[str, bytes] = {
    "empty": b"", "a number": b"5", "null": b"null", "a list": b"[]", "a word": b'"abc"', "no JSON": b"{chunk: 1}",
    "a brace": b"{", "brackets": b"[" * 200_000, "objects": b'{"a":' * 100_000, "not UTF-8": b"\xff\xfe\x00{",
    "zeros": bytes(300), "a long number": b'{"chunk": ' + b"9" * 5_000 + b"}", "two": b"{}{}",
}  # fmt: skip


@dataclass(frozen=True)
class Damaged:
    """A copy of a whole study, damaged when one asks how it is answered. What the answer must name begins its name."""

    name: str
    whole: Path
    place: Path
    settings: Mapping[str, Any]
    damage: Damage

    def answer(self) -> object:
        """Collect it. Raises InputError with what is said, and AssertionError if nothing is, if the wrong file is
        named, or if status and opening do not agree with it."""
        named = self.name.partition(":")[0]
        with self._made() as place:
            try:
                status = read_status(place)
            except InputError as refusal:
                if named in str(refusal):
                    raise
                raise AssertionError(f"{named} is not named: {refusal}") from refusal
            text = status_text(status)
            said = _refused(lambda: collected(status))
            if said is None:
                assert status.complete, text
                said = InputError(f"{place}: {'; '.join(status.notes)}")
            elif not status.complete:
                assert not _reads_other_numbers(place, self.whole), "other numbers can be read"
            else:
                assert "collected" in named, f"complete, and yet: {said}"
            assert named in f"{said} {text}", f"{named} is not named: {said} | {text}"
            raise said

    def start_again(self) -> bool:
        """Start the study again: whether it was accepted, and the folder then is complete and holds the numbers of the
        whole one. Raises InputError if it is refused, AssertionError if it is neither."""
        with self._made() as place:
            run(place, **self.settings)
            assert read_status(place).complete, "accepted, and not complete"
            return not _reads_other_numbers(place, self.whole)

    @contextmanager
    def _made(self) -> Iterator[Path]:
        shutil.copytree(self.whole, self.place, symlinks=True)
        try:
            self.damage(self.place)
            yield self.place
        finally:
            shutil.rmtree(self.place, ignore_errors=True)


def cases(folder: Path) -> Iterator[Case]:
    """Every damaged folder by its name, with a call that must raise InputError. The folders are made in ``folder``."""
    for damaged in damaged_folders(folder):
        yield damaged.name, damaged.answer


def damaged_folders(folder: Path) -> Iterator[Damaged]:
    """Every damaged folder, to be made in ``folder``."""
    number = 0
    for name, settings, damages in (("whole", STUDY, _of_any_study), ("precise", PRECISE, _of_a_stop)):
        run(folder / name, **settings)
        for what, damage in damages(folder / name):
            number += 1
            yield Damaged(what, folder / name, folder / f"case-{number:04d}", settings, damage)


def _refused(call: Callable[[], object]) -> InputError | None:
    try:
        call()
    except InputError as refusal:
        return refusal
    return None


def _reads_other_numbers(place: Path, whole: Path) -> bool:
    """Whether the folder opens and some table of it is not that of the whole study. Opening does not look at every
    byte, but what is read is held against the checksum of its page."""
    right = _tables_of(whole)
    try:
        results = sim.results.open(place)
        return any(not results.read(name).equals(table) for name, table in right.items())
    except InputError:
        return False


@cache
def _tables_of(whole: Path) -> dict[str, pd.DataFrame]:
    results = sim.results.open(whole)
    return {name: results.read(name) for name in TABLES if results.keeps(name)}


def _of_any_study(whole: Path) -> Iterator[tuple[str, Damage]]:
    yield from _manifests(whole)
    yield from _designs()
    yield from _records(whole)
    yield from _shards()
    yield from _folders()
    yield from _strangers()
    yield from _remarks()


def _manifests(whole: Path) -> Iterator[tuple[str, Damage]]:
    name = "manifest.json"
    content = json.loads((whole / name).read_text())
    yield from _files(name, TEXTS)
    for keys in _keys(content, deep=("environment", "formulas")):
        yield f"{name}: {'.'.join(keys)} is missing", partial(_edit, name=name, keys=keys)
        for value in _other_values(_at(content, keys)):
            yield f"{name}: {'.'.join(keys)}: {value!r:.40}", partial(_edit, name=name, keys=keys, value=value)
    for key, value in (
        ("draws", 3),
        ("horizon", 3),
        ("seed", 7),
        ("chunk_size", 1),
        ("chunk_size", 0),
        ("base_year", 1),
    ):
        yield f"{name}: {key}: {value}", partial(_edit, name=name, keys=(key,), value=value)
    for key, value in (("draws", 5), ("horizon", 1), ("keep", ["state"]), ("precision", {"outcome": "credentials"})):
        yield f"{name}: config.{key}: {value}", partial(_edit, name=name, keys=("config", key), value=value)
    yield f"{name}: a key too many", partial(_edit, name=name, keys=("happiness",), value=1)
    yield f"{name}: schema_version: 2", partial(_edit, name=name, keys=("schema_version",), value=2)
    yield f"{name}: schema_version: 99", partial(_edit, name=name, keys=("schema_version",), value=99)


def _designs() -> Iterator[tuple[str, Damage]]:
    name = "design.parquet"
    yield from _files(
        name, {"empty": b"", "no Parquet": b"PAR1 torn", "a table of words": b"run_id,formula\n0,aligned\n"}
    )
    yield f"{name}: a byte is flipped", partial(_flip, name=name)
    yield f"{name}: a shard", lambda folder: shutil.copy(shard_path(folder, "state", 0), folder / name)
    for column in ("run_id", "formula", "scenario", "replicate"):
        yield f"{name}: {column} is missing", partial(_design, change=lambda frame, c=column: frame.drop(columns=c))
        yield (
            f"{name}: {column} has another name",
            partial(_design, change=lambda f, c=column: f.rename(columns={c: "x"})),
        )
    yield f"{name}: no runs", partial(_design, change=lambda frame: frame.iloc[:0])
    yield f"{name}: a run less", partial(_design, change=lambda frame: frame.iloc[:-1])
    yield f"{name}: a run twice", partial(_design, change=lambda frame: frame.iloc[[*range(len(frame)), 0]])
    yield f"{name}: in another order", partial(_design, change=lambda frame: frame.iloc[::-1])
    yield f"{name}: other runs", partial(_design, change=lambda frame: frame.assign(run_id=frame["run_id"] + 1))
    yield (
        f"{name}: runs as words",
        partial(_design, change=lambda frame: frame.assign(run_id=frame["run_id"].astype(str))),
    )
    yield f"{name}: another formula", partial(_design, change=lambda frame: frame.assign(formula="texas"))
    yield f"{name}: one formula", partial(_design, change=lambda frame: frame.assign(formula="aligned"))
    yield f"{name}: more draws", partial(_design, change=lambda frame: frame.assign(point=0))


def _records(whole: Path) -> Iterator[tuple[str, Damage]]:
    name = "chunk-00000.json"
    path = f"results/{name}"
    content = json.loads((whole / path).read_text())
    yield from _files(path, TEXTS, gone=False)
    for keys in _keys(content, deep=("shards", "environment")):
        if len(keys) == 3 and keys[1] not in SHOWN:
            continue
        edit = partial(_edit, name=path, keys=keys)
        yield f"{name}: {'.'.join(keys)} is missing", edit
        for value in _other_values(_at(content, keys)):
            of = content["shards"][keys[1]]["file"] if value == "0" * 64 else name
            yield f"{of}: {'.'.join(keys)}: {value!r:.40}", partial(edit, value=value)
    for table in SHOWN:
        for file in NO_NAMES:
            if file != content["shards"][table]["file"]:
                change = partial(_edit, name=path, keys=("shards", table, "file"), value=file)
                yield f"{name}: shards.{table}.file: {file!r:.40}", change
        for key, more in (("rows", 1), ("rows", -1), ("size", 1), ("size", -1)):
            number = content["shards"][table][key] + more
            yield (
                f"{table}-00000.parquet: {key} {more:+d}",
                partial(_edit, name=path, keys=("shards", table, key), value=number),
            )
    runs: list[int] = content["run_ids"]
    for what, chosen in (
        ("a run less", runs[:-1]), ("a run more", [*runs, 8]), ("a run twice", [*runs, runs[0]]), ("no runs", []),
        ("others", [one + 8 for one in runs]), ("a negative run", [-1, *runs[1:]]), ("a huge run", [2**70, *runs[1:]]),
    ):  # fmt: skip
        yield f"{name}: run_ids: {what}", partial(_edit, name=path, keys=("run_ids",), value=chosen)
    yield f"{name}: a run has failed", partial(_failed, name=path, runs=runs[:1])
    yield f"{name}: every run has failed", partial(_failed, name=path, runs=runs)
    yield (
        f"{name}: a table more",
        partial(_edit, name=path, keys=("shards", "schools"), value=content["shards"]["state"]),
    )
    yield f"{name}: a key too many", partial(_edit, name=path, keys=("happiness",), value=1)
    yield "chunks 0: the record is missing", lambda folder: record_path(folder, 0).unlink()


def _shards() -> Iterator[tuple[str, Damage]]:
    for table in (*SHOWN, "static"):
        name = f"{table}-00000.parquet"
        path = f"results/{name}"
        yield from _files(path, {"empty": b"", "no Parquet": b"PAR1 torn", "zeros": bytes(5_000)})
        yield f"{name}: a byte is flipped", partial(_flip, name=path)
        yield f"{name}: a byte more", partial(_append, name=path)
        yield f"{name}: a row less", partial(_table, name=path, change=lambda found: found.slice(1))
        yield (
            f"{name}: a row twice",
            partial(_table, name=path, change=lambda found: pa.concat_tables([found, found[:1]])),
        )
        yield (
            f"{name}: a column less",
            partial(_table, name=path, change=lambda found: found.drop(found.column_names[-1:])),
        )
        other = "lines" if table == "state" else "state"
        yield f"{name}: another table", partial(_copy, name=f"results/{other}-00000.parquet", to=path)


def _folders() -> Iterator[tuple[str, Damage]]:
    yield "chunks 0 to 1: all are gone", lambda folder: shutil.rmtree(folder / "results")
    yield "results: is a file", partial(_instead, name="results", make=lambda path: path.write_bytes(b"x"))
    yield "results: is a link to itself", partial(_instead, name="results", make=lambda path: path.symlink_to(path))
    for name in ("collected", "collected/state.parquet", "collected/SHA256SUMS"):
        is_folder = name != "collected"
        make = (lambda path: (path / "x").mkdir(parents=True)) if is_folder else (lambda path: path.write_bytes(b"x"))
        yield f"collected: {name} is another thing", partial(_instead, name=f"results/{name}", make=make)


def _strangers() -> Iterator[tuple[str, Damage]]:
    for name in (
        "chunk-00099.json", "chunk-1.json", "chunk-.json", "chunk-abc.json", "chunk-00000 (copy).json",
        "chunk--0001.json",
        "chunk-٠٠٠٠٠.json", "state-00099.parquet", "state-copy.parquet", "state-00000 (1).parquet", "lines-0.parquet",
        "districts-99999999999999999999.parquet", "failures-00000.parquet", "static-00099.parquet",
    ):  # fmt: skip
        of = "results/chunk-00000.json" if name.startswith("chunk") else "results/state-00000.parquet"
        yield f"{name}: is none of the study's", partial(_copy, name=of, to=f"results/{name}")
    for name in ("chunk-00000.json", "state-00000.parquet"):
        yield f"{name}: is a folder", partial(_instead, name=f"results/{name}", make=lambda path: path.mkdir())


def _remarks() -> Iterator[tuple[str, Damage]]:
    """What does no harm to the results, and is told by the status."""
    for what, content in {**TEXTS, "a stop": b'{"size": 4, "rows": 1, "replicates": 1}'}.items():
        yield f"stopped.json: {what}", partial(_write, name="stopped.json", content=content)
    for what, content in TEXTS.items():
        yield f".writers: a claim: {what}", partial(_write, name="results/.writers/a.json", content=content)
    yield ".writers: is a file", partial(_instead, name="results/.writers", make=lambda path: path.write_bytes(b"x"))


def _of_a_stop(whole: Path) -> Iterator[tuple[str, Damage]]:
    name = "stopped.json"
    content = json.loads((whole / name).read_text())
    yield from _files(name, TEXTS, gone=False)
    yield "chunks 3: nothing says that it is not needed", lambda folder: (folder / name).unlink()
    for key, right in content.items():
        yield f"{name}: {key} is missing", partial(_edit, name=name, keys=(key,))
        for value in (*NO_COUNTS, 0, right + 1, right - 1, 2 * right):
            yield f"{name}: {key}: {value!r:.40}", partial(_edit, name=name, keys=(key,), value=value)
    for replicates in (1, 10, 20, 29, 31, 35, 39, 41):
        stop = json.dumps({"size": 40, "rows": replicates, "replicates": replicates}).encode()
        yield f"{name}: after {replicates} replicates", partial(_write, name=name, content=stop)
    for chunk in range(3):
        damage: Damage = lambda folder, at=chunk: record_path(folder, at).unlink()  # noqa: E731
        yield f"chunks {chunk}: a chunk before the stop is gone", damage
        yield f"state-0000{chunk}.parquet: is torn", partial(_flip, name=f"results/state-0000{chunk}.parquet")


def _files(path: str, texts: dict[str, bytes], *, gone: bool = True) -> Iterator[tuple[str, Damage]]:
    """A file that is missing, torn, another kind of thing, or holds something else."""
    name = path.rpartition("/")[2]
    if gone:
        yield f"{name}: is missing", lambda folder: (folder / path).unlink()
    for kept in (0.5, 0.99):
        yield f"{name}: is cut at {kept:.0%}", partial(_cut, name=path, kept=kept)
    for what, content in texts.items():
        yield f"{name}: {what}", partial(_write, name=path, content=content)
    yield f"{name}: is a folder", partial(_instead, name=path, make=lambda at: at.mkdir())
    if hasattr(os, "mkfifo"):
        yield f"{name}: is a pipe", partial(_instead, name=path, make=os.mkfifo)
    if os.name == "posix":
        yield f"{name}: is a link to nothing", partial(_instead, name=path, make=lambda at: at.symlink_to("gone"))
        yield f"{name}: is a link to itself", partial(_instead, name=path, make=lambda at: at.symlink_to(at))
        yield f"{name}: is a link to a device", partial(_instead, name=path, make=lambda at: at.symlink_to("/dev/zero"))
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        yield f"{name}: may not be read", lambda folder: (folder / path).chmod(0)


def _keys(content: dict[str, Any], deep: Sequence[str], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of a record, and those below the ``deep`` ones, two levels down."""
    for key, value in content.items():
        if above[-1:] == ("packages",):
            continue
        yield (*above, key)
        if isinstance(value, dict) and (above or key in deep) and len(above) < 2 and "content" not in value:
            yield from _keys(value, deep, (*above, key))


def _other_values(right: Any) -> Iterator[Any]:
    """Values of the wrong type, or out of range, in place of the right one."""
    if isinstance(right, bool) or right is None:
        values: tuple[Any, ...] = (1, [])
    elif isinstance(right, int):
        values = NO_COUNTS
    elif isinstance(right, str):
        values = NO_HASHES if len(right) == 64 else NO_WORDS
    else:
        values = (None, "abc", 1, [1], {"a": 1})
    yield from (value for value in values if value != right or type(value) is not type(right))


def _at(content: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        content = content[key]
    return content


MISSING = object()


def _edit(folder: Path, name: str, keys: Sequence[str], value: Any = MISSING) -> None:
    path = folder / name
    content = json.loads(path.read_text())
    inside = _at(content, keys[:-1])
    if value is MISSING:
        del inside[keys[-1]]
    else:
        inside[keys[-1]] = value
    path.write_text(json.dumps(content))


def _failed(folder: Path, name: str, runs: list[int]) -> None:
    _edit(folder, name, ("failed",), runs)
    content = json.loads((folder / name).read_text())
    _edit(folder, name, ("run_ids",), [one for one in content["run_ids"] if one not in runs])


def _write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def _cut(folder: Path, name: str, kept: float) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(len(content) * kept)])


def _flip(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 3] ^= 1
    (folder / name).write_bytes(content)


def _append(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\0")


def _copy(folder: Path, name: str, to: str) -> None:
    shutil.copy(folder / name, folder / to)


def _instead(folder: Path, name: str, make: Callable[[Path], object]) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    make(path)


def _table(folder: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(change(pq.read_table(folder / name)), folder / name)


def _design(folder: Path, change: Callable[[Any], Any]) -> None:
    path = folder / "design.parquet"
    frame = change(pq.read_table(path).to_pandas())
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
