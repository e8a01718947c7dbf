"""What every study gives back: a folder of results, the words in it, and figures that a notebook shows."""

import html
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.inputs import InputError, nearest
from sim.report.answer.files import ANSWER_TEXT

PAGES: dict[str, tuple[str, ...]] = {
    "compare": ("comparison.txt",),
    "project": ("comparison.txt",),
    "stress": ("stress.txt",),
    "levers": ("levers.txt",),
    "reverse": ("reverse.txt",),
    "decompose": ("parts.txt",),
    "two_by_two": ("parts.txt",),
    "sweep": ("sweep.txt",),
    "check_formula": ("bill.txt",),
    "bridge": ("bridge.txt",),
    "explain": ("explain.txt",),
    "district": ("district.txt",),
    "hindcast": ("hindcast.txt", "track_record.txt"),
    "probes": ("probes.txt",),
    "verify_brief": ("verify_brief.txt",),
    "explore": ("explore.txt",),
    "sensitivity": ("sensitivity.txt",),
    "discover": ("discover.txt",),
    "calibrate": ("calibration.txt",),
    "assess": ("assessment.txt",),
    "alternatives": ("alternatives.txt",),
}
"""The texts that each study writes, the first of them always."""


ANSWERED: tuple[str, ...] = (
    "bridge", "decompose", "two_by_two", "sweep", "hindcast", "verify_brief", "sensitivity",
)  # fmt: skip
"""Studies whose page begins with the answer, which ends at the first empty line."""


@dataclass(frozen=True)
class Plot:
    """A figure of a study as a PNG file. A notebook shows it; ``save`` copies it."""

    name: str
    path: Path
    _kept: TemporaryDirectory[str] | None = None

    def save(self, path: Path | str) -> Path:
        """Copy the figure to a file whose name ends in .png, and say where it is."""
        target = Path(path)
        if target.suffix.lower() != ".png":
            raise InputError(f"{target}: is not allowed: a figure is a .png file")
        return Path(shutil.copyfile(self.path, target))

    def _repr_png_(self) -> bytes:
        return self.path.read_bytes()

    def __fspath__(self) -> str:
        return str(self.path)


class Result:
    """The results of a study in ``folder``.

    A folder that the caller did not name lies among the temporary files and goes when the result does.
    """

    def __init__(self, folder: Path, study: str, kept: TemporaryDirectory[str] | None = None) -> None:
        self.folder = folder
        self.study = study
        self._kept = kept

    @property
    def text(self) -> str:
        """The study's page, which the command line prints. Raises InputError if the folder does not hold it."""
        first, *others = PAGES[self.study]
        page = self._read(first, "the study has not written its report; the same command again does")
        return "\n".join([page, *(self._read(name, "") for name in others if (self.folder / name).is_file())])

    def answer(self) -> str:
        """The answer in words, where the study has one. Raises InputError, one line, where it has none."""
        if self.study in ANSWERED:
            return f"{self.text.partition(chr(10) * 2)[0]}\n"
        return self._read(ANSWER_TEXT, f"study={self.study} wrote no answer in words here; .text has what it found")

    def _read(self, name: str, otherwise: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise InputError(f"{self.folder}: there is no {name}: {otherwise}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{self.folder / name}: cannot be read") from error

    def _headline(self) -> str:
        return f"study={self.study}"

    def _offers(self) -> str:
        return ".text"

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {self._headline()}\nin {self.folder} (see {self._offers()})"

    def _repr_html_(self) -> str:
        try:
            body = f"<pre>{html.escape(self.text)}</pre>"
        except InputError:
            body = ""
        return f"<p>{html.escape(repr(self))}</p>{body}"


def one_of(what: str, name: str, names: tuple[str, ...]) -> str:
    """The name, if it is one of those that there are. Raises InputError, one line."""
    if name in names:
        return name
    if not names:
        raise InputError(f"{what}: '{name}' is not there: the study has none")
    raise InputError(f"{what}: '{name}' is not there; {nearest(str(name), names)}")
