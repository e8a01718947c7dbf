"""``cte-sim serve``: what it is given, the start, and its end."""

import contextlib
import ipaddress
import json
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.inputs import InputError, shown
from sim.run_folder import study_in
from sim.serve.bills import text_of_record, title_in, with_title, write_bill
from sim.serve.pages import Pages, Reported
from sim.serve.safety import new_token
from sim.serve.sessions import Named, Sessions
from sim.serve.warm import Common, Warm
from sim.states.folder import law_folder, state_folder, words_of
from sim.study.explore.bill_file import filled
from sim.study.setup.asked import is_file
from sim.study.setup.known import formula_names

LOOPBACK = "127.0.0.1"
PORT = 8765
"""Asked for first; the next that is free is taken where nobody named one."""

NEXT = 20
EVERYWHERE = ("0.0.0.0", "::")
"""Addresses that stand for all of a computer."""

OPTIONS: tuple[str, ...] = ("host", "port", "world")
"""Settings of this verb."""

UNASKED = "aligned"
"""The bill where none is named and no run is there, of the default state."""


@dataclass(frozen=True)
class Given:
    """What the start was given: settings that all runs share, tables, bills, and results whose page is shown."""

    common: Common
    tables: str | None
    named: tuple[Named, ...]
    reported: Reported | None = None
    data: str = ""


def serve(words: Sequence[str], options: Mapping[str, str]) -> None:
    """Serve until Ctrl-C. Raises InputError, one line, before anything is served."""
    import uvicorn

    from sim.serve.application import Desk, application
    from sim.serve.studies import Studies
    from sim.serve.study_process import load_ahead

    host = options.get("host", LOOPBACK)
    with contextlib.ExitStack() as ends:
        place = ends.enter_context(tempfile.TemporaryDirectory(prefix="cte-sim-serve-", ignore_cleanup_errors=True))
        folder = Path(place)
        listening = ends.enter_context(contextlib.closing(listen(host, options.get("port"))))
        port = listening.getsockname()[1]
        load_ahead()
        print("Reading tables and the first draws ...", flush=True)
        pages = ready(words, folder, options.get("world"))
        desk = Desk(pages, Studies(folder))
        config = uvicorn.Config(
            application(desk, hosts(host, port)), log_level="critical", access_log=False, server_header=False,
            timeout_graceful_shutdown=1, limit_concurrency=64, ws="none",
        )  # fmt: skip
        name = socket.gethostname() if host in EVERYWHERE else f"[{host}]" if ":" in host else host
        if not is_loopback(host):
            print(
                f"cte-sim: warning: host={host} lets everyone who reaches this computer there open the page, run the "
                "model and send files to it, unencrypted and without a password; Ctrl-C ends it",
                file=sys.stderr, flush=True,
            )  # fmt: skip
        print(f"Open http://{name}:{port}/ in a browser. Ctrl-C ends it; what was sent is then removed.", flush=True)
        server = uvicorn.Server(config)
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt as stop:
            if hasattr(stop, "number"):
                raise
            print("\nEnded.", flush=True)


def ready(words: Sequence[str], folder: Path, world: str | None = None) -> Pages:
    """The pages, with the tables and the first draws in memory; ``world`` names the state or the folder of tables for
    bills. Raises InputError, one line."""
    given = read_given(words, folder, world)
    own = Warm(given.common, given.tables)
    if given.data and own.inputs.world.fingerprint != given.data:
        where = "the bundled tables" if given.tables is None else given.tables
        raise InputError(f"{words[0]}: is of other tables than {where} now holds; run the study again")
    sessions = Sessions(given.common, folder, own, given.named)
    for one in given.named:
        sessions.bill(one.key)
    own.warm_up()
    return Pages(sessions, new_token(), given.reported)


def read_given(words: Sequence[str], folder: Path, world: str | None = None) -> Given:
    """Folders of results and bills, as they were named; results are of tables of their own, bills of those of
    ``world``. Without a word: the last finished run, or a bill of the default state's."""
    from sim.latest import OUTPUTS, latest_of

    law = law_folder(state_folder(world))
    if not words and world is None:
        with contextlib.suppress(InputError):
            return _of_folder(latest_of(Path(OUTPUTS)), folder)
    if not words and law is not None:
        raise InputError(f"serve: name a bill; no bill of {words_of(world).name} is meant where none is named")
    words = words or [UNASKED]
    folders = [word for word in words if Path(word).is_dir()]
    bills = [word for word in words if word not in folders]
    if folders and world is not None:
        raise InputError(f"serve: world: {folders[0]} has tables of its own; name bills alone with world=...")
    given = _joined([_of_folder(Path(word), folder) for word in folders]) if folders else Given(Common(), world, ())
    law = law_folder(state_folder(given.tables))
    named = [_named(word, folder, law) for word in bills]
    keys = [one.key for one in (*given.named, *named)]
    for key in keys:
        if keys.count(key) > 1:
            raise InputError(f"serve: {shown(key)} stands twice; give the files different names")
    return Given(given.common, given.tables, (*given.named, *named), given.reported, given.data)


def _joined(found: Sequence[Given]) -> Given:
    """What several folders give: one with sliders and one with a report, of the same tables. Raises InputError."""
    sliders = [one for one in found if one.reported is None]
    reports = [one for one in found if one.reported is not None]
    if len(sliders) > 1 or len(reports) > 1:
        raise InputError("serve: name one comparison's folder and one explorer's at most, and any number of bills")
    if len(found) == 1:
        return found[0]
    first, report = sliders[0], reports[0]
    if first.data != report.data:
        raise InputError("serve: the two folders are of other tables; name one")
    mine = {one.key for one in first.named}
    others = [one for one in report.named if one.key not in mine]
    return Given(first.common, first.tables, (*first.named, *others), report.reported, first.data)


def _named(word: str, folder: Path, law: Path | None) -> Named:
    if is_file(word):
        path = Path(word)
        if not path.is_file():
            raise InputError(f"{word}: there is no such file")
        # A copy: what the pages show and what studies run stay one bill while its file is worked on.
        title_in(path)
        return Named(path.stem, write_bill(folder, path.stem, path.read_text(encoding="utf-8-sig")))
    if word in formula_names(law):
        return Named(word, word)
    if Path(word).is_file():
        raise InputError(f"{word}: the file of a bill ends in .yaml")
    raise InputError(f"serve: {shown(word)} is no folder, no bill's file and no shipped formula")


def _of_folder(place: Path, folder: Path) -> Given:
    """The results in a folder: an explorer's, or a comparison's. Raises InputError, one line, for any other."""
    from sim.commands.request import command_of
    from sim.report.explore.files import read_content
    from sim.results.results import open_results

    content = read_content(place)
    if content is not None:
        return _of_explorer(place, content, folder)
    study = study_in(place)
    if study not in ("compare", "project"):
        raise InputError(f"{place}: holds no comparison and no explorer; name a bill, or make one: cte-sim compare")
    results = open_results(place)
    manifest = results.manifest
    tables = (manifest.config.get("world") or {}).get("path")
    law = law_folder(state_folder(tables))
    named = [
        _of_record(name, record, folder, law) for name, record in manifest.formulas.items() if name != manifest.baseline
    ]
    if not named:
        raise InputError(f"{place}: holds current law alone; name a bill")
    common = _common(manifest.config, manifest.horizon, manifest.seed)
    reported = Reported(results, place, command_of(place) or "")
    return Given(common, tables, tuple(named), reported, manifest.world_fingerprint)


def _of_record(name: str, record: Mapping[str, Any], folder: Path, law: Path | None) -> Named:
    if name in formula_names(law) and not record.get("changed"):
        return Named(name, name)
    try:
        return Named(name, write_bill(folder, name, text_of_record(record)))
    except InputError as error:
        raise InputError(f"formula {name}: {error}; name its file instead of the folder") from error


def _of_explorer(place: Path, content: Mapping[str, Any], folder: Path) -> Given:
    of = content["provenance"]
    if content["file"] is None:
        raise InputError(f"{place}: its bill is made of lines of current law and cannot be run from here; name a bill")
    own = [float(knob["own"]) for knob in content["knobs"]]
    name = str(content["bill"]["name"])
    word = write_bill(folder, name, with_title(filled(content["file"], own), str(content["bill"]["title"])))
    config: Mapping[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        config = json.loads((place / "manifest.json").read_text(encoding="utf-8"))["config"]
    common = _common({**config, "uncertainty": of["uncertainty"]}, len(content["years"]), int(of["seed"]))
    tables = (config.get("world") or {}).get("path")
    return Given(common, tables, (Named(name, word, content),), None, str(of["data"]))


def _common(config: Mapping[str, Any], horizon: int, seed: int) -> Common:
    return Common(
        seed=seed,
        horizon=min(horizon, 10),
        uncertainty=str(config.get("uncertainty", "posterior")),
        parameters=config.get("parameters") or {},
    )


def listen(host: str, port: str | None) -> socket.socket:
    """A socket of that address. Raises InputError, one line, if it cannot be had."""
    if port is not None and not (port.isdecimal() and int(port) < 65536):
        raise InputError(f"serve: port: {shown(port)} is not allowed: a number from 0 to 65535")
    tried: Iterator[int] = iter([int(port)] if port is not None else range(PORT, PORT + NEXT))
    why = ""
    for number in tried:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
            made = socket.socket(family, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise InputError(f"serve: host: {shown(host)} is no address of this computer") from error
        try:
            if sys.platform != "win32":
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(64)
        except OSError as error:
            made.close()
            why = error.strerror or str(error)
            continue
        return made
    where = f"port: {port}" if port is not None else f"ports {PORT} to {PORT + NEXT - 1}"
    raise InputError(f"serve: {where} of {host} cannot be had: {why}; write another: port=9000")


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this computer alone."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def hosts(host: str, port: int) -> frozenset[str]:
    """The names by which a browser may ask: this computer's own of the loopback, or those that it was told to have."""
    names = {"127.0.0.1", "localhost", "[::1]"}
    if not is_loopback(host):
        names |= {host.lower(), f"[{host.lower()}]", socket.gethostname().lower()}
        if host in EVERYWHERE:
            with contextlib.suppress(OSError):
                names |= {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None)}
    return frozenset({f"{name}:{port}" for name in names} | (set(names) if port == 80 else set()))
