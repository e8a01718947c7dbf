"""Folders are named by what they hold, never shared, and the last finished run is found without looking for it."""

import os
import re
from pathlib import Path

import pytest

import sim.cli
import sim.verbs.opening
from sim.composition import compose
from sim.inputs import InputError
from sim.latest import latest_of, note_latest
from sim.verbs.words import understood

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "examples" / "my_bill.yaml").read_text(encoding="utf-8")
    for name in ("my_bill.yaml", "HB 12.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (["compare"], "compare"),
        (["compare", "my_bill.yaml"], "compare_my_bill"),
        (["compare", "shipped", "HB 12.yaml"], "compare_HB_12"),
        (["compare", "my_bill.yaml", "texas", "ohio", "utah", "kansas"], "compare_my_bill_texas_ohio_and_2_more"),
        (["price", "my_bill.yaml"], "price_my_bill"),
        (["project", "aligned"], "project_aligned"),
        (["library"], "library"),
        (["library", "my_bill.yaml"], "library_my_bill"),
        (["stress", "oil_slump"], "stress"),
        (["explain", "gallup", "my_bill.yaml"], "explain_gallup_my_bill"),
        (["sensitivity"], "sensitivity"),
        (["hindcast", "ohio"], "hindcast"),
        (["study=project", "formula_file=my_bill.yaml"], "project_my_bill"),
        (["study.formulas=[status_quo,aligned]"], "compare_aligned"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_folder_is_named_by_date_time_study_and_bill(typed: list[str], name: str) -> None:
    folder = compose(understood(typed).settings).folder("run.dir")
    assert folder.parent == Path("outputs")
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d_\d{{4}}_{name}", folder.name)


def test_a_run_has_a_folder_of_its_own_and_the_last_one_is_found(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        assert sim.cli.run(["price", "my_bill.yaml", "draws=1"]) == 0
    outputs = place / "outputs"
    first, second = sorted(path for path in outputs.iterdir() if path.name != "latest")
    assert latest_of(outputs) == max((first, second), key=lambda path: path.stat().st_mtime_ns)
    assert sim.cli.run(["price", "my_bil.yaml"]) == 2
    assert sim.cli.run(["list", "formulas"]) == 0
    assert sorted(path for path in outputs.iterdir() if path.name != "latest") == [first, second]
    capsys.readouterr()
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert sim.cli.run(["open"]) == 0
    shown = capsys.readouterr().out
    assert str(latest_of(outputs)) in shown
    assert "A bill in ten lines" in shown
    assert sim.cli.run(["verify", str(second)]) == 0
    (second / "bill.txt").unlink()
    assert sim.cli.run(["verify", str(second)]) == 1
    assert "bill.txt is missing" in capsys.readouterr().err


def test_bills_that_are_priced_together_have_a_folder_each_within_one(place: Path) -> None:
    assert sim.cli.run(["price", "my_bill.yaml", "aligned", "draws=1"]) == 0
    folder = latest_of(place / "outputs")
    assert folder.name.endswith("_price")
    assert sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != ".") == [
        "0_my_bill", "1_aligned",
    ]  # fmt: skip
    assert all((folder / name / "bill.txt").is_file() for name in ("0_my_bill", "1_aligned"))


def test_the_word_out_names_the_folder_and_the_command_is_kept_as_it_was_typed(place: Path) -> None:
    assert sim.cli.run(["price", "my_bill.yaml", "draws=1", "out=mine"]) == 0
    assert (place / "mine" / "bill.txt").is_file()
    assert (place / "mine" / ".hydra" / "overrides.yaml").read_text() == (
        "- price\n- my_bill.yaml\n- draws=1\n- out=mine\n"
    )
    assert not (place / "outputs").exists()


def test_where_there_are_no_links_a_text_file_leads_to_the_last_run(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*arguments: object, **named: object) -> None:
        raise NotImplementedError

    for name in ("one", "two"):
        (place / "outputs" / name).mkdir(parents=True)
    note_latest(place / "outputs" / "one")
    assert os.readlink(place / "outputs" / "latest") == "one"
    monkeypatch.setattr(Path, "symlink_to", none)
    note_latest(place / "outputs" / "two")
    assert not (place / "outputs" / "latest").is_symlink()
    assert latest_of(place / "outputs") == place / "outputs" / "two"
    note_latest(place / "outputs" / "one")
    assert latest_of(place / "outputs") == place / "outputs" / "one"
    assert sorted(os.listdir(place / "outputs")) == ["latest", "one", "two"]


def test_a_folder_of_ones_own_called_latest_stays(place: Path) -> None:
    (place / "outputs" / "latest").mkdir(parents=True)
    (place / "outputs" / "latest" / "mine.txt").touch()
    note_latest(place)
    assert os.listdir(place / "outputs" / "latest") == ["mine.txt"]
    with pytest.raises(InputError, match="leads to no finished run"):
        latest_of(place / "outputs")


def test_a_page_is_opened_with_the_program_of_the_system_where_there_is_a_screen(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "mine").mkdir()
    for name in ("a.html", "report.html"):
        (place / "mine" / name).touch()
    started: list[list[str]] = []
    monkeypatch.setattr(sim.verbs.opening.sys, "platform", "linux")
    monkeypatch.setattr(sim.verbs.opening.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(sim.verbs.opening.subprocess, "Popen", lambda words, **options: started.append(words))
    monkeypatch.setenv("DISPLAY", ":0")
    assert sim.verbs.opening.open_folder(Path("mine")) == "mine/report.html"
    assert started == [["/bin/xdg-open", str(place / "mine" / "report.html")]]
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert sim.verbs.opening.open_folder(Path("mine")) == "mine/report.html"
    assert len(started) == 1
