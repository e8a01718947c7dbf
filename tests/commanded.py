"""Carrying out what a command line asks for in this process: composed, read, checked and run."""

import io
import os
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import sim.cli
from sim.commands.request import Request
from sim.commands.table import COMMANDS
from sim.composition import compose
from sim.run_folder import RunFolder
from sim.study.setup.reads import settings_for


def asked(folder: Path, *words: str) -> Request:
    """What the words of a command line ask for, with results in ``folder``. Raises InputError as the command does."""
    composed = compose(words)
    settings = settings_for(composed.plain, composed.choices)
    own = RunFolder(folder, settings.study.name, True, list(words), composed.plain)
    return Request(settings, composed.plain, composed.choices, own, own, composed.sources, composed.typed)


def carried_out(folder: Path, *words: str) -> Request:
    """Carry out a command, and give what was asked for."""
    request = asked(folder, *words)
    COMMANDS[request.settings.study.name](request)
    return request


def called(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What ``cte-sim`` prints in ``folder`` and how it ends, without the seconds that a process of its own takes to
    begin. What only a process shows (signals, pipes, encodings) is looked at in test_endings.py."""
    told, said = io.StringIO(), io.StringIO()
    surroundings = mock.patch.dict(os.environ, {"COLUMNS": "200", "MPLBACKEND": "agg"})
    with chdir(folder), surroundings, redirect_stdout(told), redirect_stderr(said):
        status = sim.cli.run(words)
    return subprocess.CompletedProcess(words, status, told.getvalue(), said.getvalue())
