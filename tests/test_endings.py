"""How a command ends and what it prints: one short line for whatever gives out, in any encoding, into any pipe."""

import errno
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hydra.errors import HydraException
from starts import call, environment, started, until
from xlsxwriter.exceptions import FileCreateError

import sim
import sim.cli
from sim import command_line, printing
from sim.arguments import folder_setting
from sim.endings import ending_of
from sim.inputs import InputError
from sim.printing import LONGEST, one_short_line
from sim.results.manifest import model_fingerprint
from sim.study.running.stopping import StoppedError

QUICK = ("workers=1", "study=project", "formula=pilot_sunset")
SHORT = (*QUICK, "draws=2", "horizon=1", "report=false")

WHOLE, PART = "factors.parameters.staffing=prior", "factors.parameters.staffing.turnover=[0,1]"


def system_error(number: int, *paths: str) -> OSError:
    return OSError(number, os.strerror(number), paths[0] if paths else None, None, paths[1] if len(paths) > 1 else None)


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (InputError("a.csv, row 3: no"), 2, "a.csv, row 3: no"),
        (StoppedError("the Dask scheduler has ended"), 1, "the Dask scheduler has ended"),
        (system_error(errno.EACCES, "a/b"), 2, "a/b: Permission denied"),
        (system_error(errno.ENOENT, "a/b"), 2, "a/b: No such file or directory"),
        (system_error(errno.EROFS, "a/b"), 2, "a/b: Read-only file system"),
        (system_error(errno.ELOOP, "a"), 2, "a: Too many levels of symbolic links"),
        (system_error(errno.ENAMETOOLONG, "a"), 2, "a: File name too long"),
        (system_error(errno.EISDIR, "a", "b"), 2, "a to b: Is a directory"),
        (system_error(errno.EMFILE, "a"), 1, "a: Too many open files"),
        (system_error(errno.EMFILE), 1, "the system refused something that is needed: Too many open files"),
        (system_error(errno.EIO, "a"), 1, "a: Input/output error"),
        (system_error(errno.EPIPE), 1, "the system refused something that is needed: Broken pipe"),
        (system_error(errno.ENOSPC, "a"), 1, "results cannot be written: No space left on device: a"),
        (OSError("odd"), 1, "the system refused something that is needed: odd"),
        (FileCreateError(system_error(errno.ENOSPC)), 1, "results cannot be written: No space left on device"),
        (MemoryError(), 1, "there is not enough memory; take fewer workers, a smaller chunk or fewer draws"),
        (
            ImportError("libarrow.so: failed to map segment from shared object"), 1,
            "there is not enough memory; take fewer workers, a smaller chunk or fewer draws",
        ),
        (RuntimeError("can't start new thread"), 1, "the system starts no further threads; take fewer workers"),
        (RecursionError("maximum"), 2, "what was written is nested too deeply to be read"),
        (
            UnicodeEncodeError("ascii", "ñ", 0, 1, "no"), 2,
            "a name cannot be written in this encoding (ascii); set PYTHONUTF8=1",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)  # fmt: skip
def test_what_gives_out_is_told_in_one_line(error: BaseException, status: int, line: str) -> None:
    ending = ending_of(error)
    assert ending is not None
    assert (ending.status, ending.line) == (status, line)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), ImportError("No module named x"), RuntimeError("x")])
def test_an_error_of_the_program_keeps_its_traceback(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: object) -> list[Exception]:
        raise error

    assert ending_of(error) is None
    monkeypatch.setattr(command_line, "carry_out", fail)
    with pytest.raises(type(error)):
        sim.cli.run(["study=parameters"])


def test_a_phrase_of_a_library_is_never_passed_on() -> None:
    ending = ending_of(HydraException("See https://hydra.cc for LexerNoViableAltException"))
    assert ending is not None
    assert "hydra" not in ending.line.lower()
    assert "Lexer" not in ending.line


def test_how_to_go_on_is_told_behind_the_reason_and_is_not_shortened() -> None:
    error = system_error(errno.EACCES, "x" * 1000)
    error.add_note("the same command with " + "hydra.run.dir=" + "y" * 500)
    ending = ending_of(error)
    assert ending is not None
    assert ending.line.endswith("Permission denied; the same command with hydra.run.dir=" + "y" * 500)


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "word " * 1000, f"a.csv: '{'x' * 5000}' is not allowed: a number", f"{'a' * 400} {'b' * 400}: no"],
)
def test_a_message_is_short_and_keeps_its_beginning_and_its_end(text: str) -> None:
    short = one_short_line(text)
    assert len(short) <= LONGEST
    assert short[:10] == text[:10]
    assert short[-3:] == text.strip()[-3:]
    assert "..." in short


def test_a_message_is_one_line_without_signs_that_move_the_cursor() -> None:
    assert one_short_line("a\nb\x1b[31m\tc\u202ed\x00") == "a b [31m c d"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437", "utf-8"])
def test_any_text_can_be_printed_in_any_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "±1 – 2 × 3 ─ Española 日本 \udcff 🎓 ≤"
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    printing.prepare_streams()
    print(text)
    sys.stdout.flush()
    shown = raw.getvalue().decode(encoding)
    assert shown.startswith("±1" if encoding != "ascii" else "+-1")
    assert ("Española" if encoding != "ascii" else "Espanola") in shown


@pytest.mark.parametrize(("encoding", "sign"), [("ascii", b"+-"), ("cp1252", b"\xb1")])
def test_a_study_ends_well_in_an_encoding_that_lacks_signs(tmp_path: Path, encoding: str, sign: bytes) -> None:
    command = [sys.executable, "-m", "sim", *SHORT]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(PYTHONIOENCODING=encoding), capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert b" by up to " + sign in done.stdout


@pytest.mark.parametrize("words", [["study=parameters"], ["--help"], ["list", "districts"]], ids=" ".join)
def test_a_closed_pipe_ends_quietly(words: list[str], tmp_path: Path) -> None:
    with started(tmp_path, *words) as command:
        command.stdout.close()
        assert command.stderr.read() == ""
        assert command.wait(60) == 141


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_error(tmp_path: Path, closed: str) -> None:
    command = f"{sys.executable} -m sim study=parameters {closed}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_study_in_one_line(tmp_path: Path, name: str) -> None:
    number = getattr(signal, name)
    with started(tmp_path, *QUICK, "draws=4000", "report=false", "hydra.run.dir=here") as command:
        until((tmp_path / "here" / ".hydra" / "config.yaml").exists, "the study to begin")
        command.send_signal(number)
        _, err = command.communicate(timeout=60)
    assert command.returncode == 128 + number
    assert [line.startswith("cte-sim: stopped") for line in err.splitlines()].count(True) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize("room", [300_000_000, 600_000_000, 2_000_000_000])
@pytest.mark.parametrize("module", ["sim", "sim.cli"])
def test_too_little_room_for_the_libraries_is_told_at_once(tmp_path: Path, room: int, module: str) -> None:
    resource = pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-m", module, *SHORT],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (room, room)),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cte-sim: there is not enough memory")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_figures_are_drawn_whatever_backend_is_asked_for(tmp_path: Path) -> None:
    done = call(tmp_path, *QUICK, "draws=2", "horizon=1", "hydra.run.dir=here", env=environment(MPLBACKEND="nonsense"))
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "here" / "figures").glob("*.png"))


def test_the_version_is_the_programs_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim.cli.run(["--version"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"cte-sim {sim.__version__}, model {model_fingerprint()[:8]}"
    assert re.fullmatch("data [0-9a-f]{8} of new_mexico: CTE counts of .*, brought to FY2026", second)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["compar"], "'compar' is not a verb; did you mean 'compare'?"),
        (["check_formula"], "write cte-sim price"),
        (["my_bill.yaml"], "cte-sim price my_bill.yaml"),
        (["compare", "x" * 100_000], "is no bill that is known"),
        (["study=explain", "district=españo"], "put the value in quotes: 'district=\"españo\"'"),
        (["district=Doña Ana"], "put the value in quotes: 'district=\"Doña Ana\"'"),
        (["formula.title=it's"], "put the value in quotes: 'formula.title=\"it'\"'\"'s\"'"),
        (["hydra.run.dir=out/x [/draft]"], "put the value in quotes: 'hydra.run.dir=\"out/x [/draft]\"'"),
        (["draws="], "draws"),
        (["a b=3"], "'a b' is not a setting"),
        (["=3"], "has no setting before '='"),
        (["study.formulas=[a,"], "look at its brackets, commas and quotes"),
        (["seed=1,2"], "several values need -m"),
        (["seed=range(1,3)"], "several values need -m"),
        (["-m", "seed=range(3,1)"], "there is no job to do"),
        (["-m", "hydra.run.dir=a,b"], "takes one value"),
        (["draws=" + "9" * 5000], "draws=999"),
        (["parameters.a.b=" + "[" * 3000], "parameters.a.b="),
        (["study=" + "x" * 100_000], "unknown choice"),
        (["formula=null"], "settings: formula: null is not allowed: write a name"),
        (["formula=[aligned,texas]"], "study.formulas=[aligned,texas]"),
        (["formula=docs/x.yaml"], "docs/x.yaml"),
        (["executor.jobs=2"], "executor.jobs: is not a setting of executor=local"),
        (["draws.x=2"], "draws.x: unknown setting"),
        (["world.pth=x"], "world.pth: unknown setting; did you mean 'path'?"),
        (["++world.pth=x"], "world.pth: unknown setting; did you mean 'path'?"),
        (["+horizn=3"], "horizn: unknown setting; did you mean 'horizon'?"),
        ([WHOLE, PART], "would replace the other"),
        ([PART, WHOLE], "would replace the other"),
        (["study=project", "formula=aligned", "formula.components.9.dollars=1"], "there is no entry 9"),
        (["study=project", "formula=aligned", "formula.title.x=1"], "there is nothing below"),
        (["~draws"], "cannot be left out"),
        (["--foo"], "--foo"),
        (["--config-dir=nowhere"], "nowhere: there is no such folder"),
        (["-cd"], "--config-dir"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)  # fmt: skip
def test_a_word_that_cannot_be_used_is_told_with_what_to_write(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sim.cli.run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert len(err) <= LONGEST + len("cte-sim: \n")
    assert told in err
    for phrase in ("hydra.cc", "pydantic", "antlr", "omegaconf", "override", "Lexer", "mismatched"):
        assert phrase.lower() not in err.lower().replace(" ".join(words).lower(), "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "setting"),
    [
        ("outputs/night", "folder=outputs/night"),
        ("out/x [/draft]", 'folder="out/x [/draft]"'),
        ("2026", 'folder="2026"'),
        ('it\'s "x"', 'folder="it\'s \\"x\\""'),
        ("año", 'folder="año"'),
    ],
)
def test_a_folder_is_told_as_it_is_to_be_typed(folder: str, setting: str, read: Callable[[str], str]) -> None:
    assert folder_setting("folder", Path(folder)) == setting
    assert read(setting) == folder


@pytest.fixture
def read() -> Callable[[str], str]:
    """What a typed setting means."""
    from sim.setting_words import read_words

    return lambda setting: str(read_words([setting])[0].value)
