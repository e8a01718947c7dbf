"""The command ``cte-sim``: its beginning and its end. What is between them is imported when there is room for it."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import sim
from sim import slurm_wait
from sim.arguments import open_key, read_arguments
from sim.printing import no_one_reads, one_short_line, prepare_streams, unsay

__all__ = ["main", "open_key", "run"]

LEAST_ROOM = 2.4e9
"""Bytes of addresses. With fewer, libraries fail to load, or wait for ever for memory that does not come."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end by a signal: SIGTERM, as by a batch system at its time limit, or SIGHUP."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def main() -> None:
    """The console script. A mistake of the user, or a study that cannot go on, ends with one line on standard error."""
    prepare_streams()
    sys.path[:] = _without_the_working_folder(sys.path)
    os.environ["MPLBACKEND"] = "agg"  # figures are files here, whatever the user's notebooks draw with
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup has SIGHUP ignored
            signal.signal(number, _terminate)
    raise SystemExit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Do what a command line asks for; the exit status. Errors of the program are raised."""
    if lacking := _lacking_room():
        return _tell([lacking], 1)
    try:
        from sim.command_line import carry_out
        from sim.endings import ending_of
    except (ImportError, MemoryError, OSError) as error:
        return _tell([f"cannot be started: {one_short_line(str(error))}"], 1)
    try:
        arguments = read_arguments(argv)
        unsay()
        endings = [ending_of(error) for error in carry_out(arguments)]
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        if slurm_wait.report:
            return _tell([slurm_wait.report[0]], 1)
        notes = "".join(f"; {note}" for note in getattr(stop, "__notes__", ()))
        number = stop.number if isinstance(stop, Terminated) else signal.SIGINT
        return _tell([f"stopped{notes}"], 128 + number)
    except Exception as error:
        if isinstance(error, BrokenPipeError) and no_one_reads():
            return 141  # as a shell has it for a program that a closed pipe has ended
        endings = [ending_of(error)]
        if endings == [None]:
            raise
    told = list(dict.fromkeys(ending for ending in endings if ending is not None))  # jobs end alike
    status = min((ending.status for ending in told), default=0)
    for ending in told:
        _tell([ending.line], status)
        for number, detail in enumerate(ending.details, start=1):
            print(f"  {number}. {detail}", file=sys.stderr)
    return status


def _without_the_working_folder(searched: Sequence[str]) -> list[str]:
    """Where modules are searched for, without the folder of the user's files: those are data, whatever their names.

    ``python -m`` puts it first. It stays where the project itself lies in it.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it has been removed, and holds no module
        return list(searched)
    if Path(sim.__file__).resolve().parent.parent == here.resolve():
        return list(searched)
    return [place for place in searched if place and Path(place).resolve() != here.resolve()]


def _lacking_room() -> str | None:
    """What to say if the shell has limited the addresses of this process to fewer than it needs."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return None
    room = resource.getrlimit(resource.RLIMIT_AS)[0]
    if not 0 <= room < LEAST_ROOM:
        return None
    return (
        f"there is not enough memory: this shell allows {room / 1e9:.1f} GB of addresses (ulimit -v), and at least "
        f"{LEAST_ROOM / 1e9:.1f} GB are needed"
    )


def _tell(lines: Sequence[str], status: int) -> int:
    unsay()
    for line in lines:
        print(f"cte-sim: {line}", file=sys.stderr)
    return status


def _terminate(number: int, frame: Any) -> NoReturn:
    raise Terminated(number)


if __name__ == "__main__":
    main()
