"""A report appears whole or not at all, whatever it is that cannot be written."""

from pathlib import Path

import pytest
import xlsxwriter

from sim.inputs import InputError
from sim.report.shared.staging import staged


def write(place: Path, text: str) -> None:
    (place / "figures").mkdir()
    (place / "table.txt").write_text(text)
    (place / "figures" / "one.png").write_text(text)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_report_takes_the_place_of_the_older_one_and_leaves_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "run"
    for text in ("first", "second"):
        with staged(folder) as place:
            write(place, text)
            (folder / "mine.txt").write_text("kept")
            assert text not in [path.read_text() for path in folder.glob("table.txt")]
    assert names(folder) == {"table.txt", "figures", "figures/one.png", "mine.txt"}
    assert (folder / "table.txt").read_text() == (folder / "figures" / "one.png").read_text() == "second"


def full_disk(place: Path) -> None:
    raise OSError(28, "No space left on device", str(place / "run_sheet.xlsx"))


def full_disk_under_a_workbook(place: Path) -> None:
    book = xlsxwriter.Workbook(place / "nowhere" / "run_sheet.xlsx")
    book.add_worksheet()
    book.close()


def failing(folder: Path, fail: object) -> None:
    with staged(folder, "make space, then the same command") as place:
        (place / "table.txt").write_text("half")
        fail(place)  # type: ignore[operator]


def test_a_full_disk_leaves_the_older_report_and_says_how_to_go_on(tmp_path: Path) -> None:
    with staged(tmp_path) as place:
        write(place, "old")
    before = names(tmp_path)
    with pytest.raises(OSError, match="No space left") as raised:
        failing(tmp_path, full_disk)
    assert raised.value.__notes__ == ["make space, then the same command"]
    assert names(tmp_path) == before
    assert (tmp_path / "table.txt").read_text() == "old"


def test_a_workbook_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file") as raised:
        failing(tmp_path, full_disk_under_a_workbook)
    assert "\n" not in str(raised.value)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("blocked", ["figures", "table.txt"])
def test_another_thing_in_the_place_of_a_file_is_told_in_one_line(tmp_path: Path, blocked: str) -> None:
    if blocked == "figures":
        (tmp_path / blocked).write_text("a file of mine")
    else:
        (tmp_path / blocked / "mine").mkdir(parents=True)
    with (
        pytest.raises(InputError, match=rf"cannot be written: .*{blocked}.*choose another folder"),
        staged(tmp_path) as place,
    ):
        write(place, "new")
    assert not list(tmp_path.glob(".report-*"))


def test_an_error_of_the_program_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="lines"), staged(tmp_path):
        raise KeyError("lines")
    assert names(tmp_path) == set()
