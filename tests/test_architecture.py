"""What the code must not do: rules that hold generators or read files, workers that load what they do not need."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import numpy as np
import pytest

import sim
from sim.streams import Stream, generator, replicate_key

PACKAGE = Path(sim.__file__).parent
RULES = ("funding", "behavior", "students")
READERS = ("loading.py", "reading.py", "bill_schema.py")
"""The modules beside the rules that may touch files, or tell what stands in them."""

GENERATOR_NAMES = {"default_rng", "Generator", "BitGenerator", "RandomState", "SeedSequence", "PCG64", "Philox"}
GENERATOR_ARGUMENTS = {"rng", "generator", "random_state", "random"}
NOT_FOR_RULES = {"pandas", "pyarrow", "mesa", "hydra", "omegaconf", "matplotlib", "seaborn", "rich", "scipy"}
FILE_MODULES = {"csv", "io", "json", "os", "pathlib", "shutil", "tempfile", "yaml"}
BLAS = {"dot", "vdot", "matmul", "einsum", "inner", "tensordot", "linalg"}
POWERS = {"power", "float_power"}
"""Like BLAS, powers may differ in the last bit with the shape of the array, and so between the two drivers."""
UNFILLED = {"empty", "empty_like"}
MOST_LINES = 400


def problems(source: str, reader: bool = False) -> list[str]:
    """What a rule module does that rules must not do, each with its line. ``reader`` modules may touch files."""
    return [f"line {line}: {what}" for line, what in sorted(set(_problems(ast.parse(source), reader)))]


def _problems(tree: ast.Module, reader: bool) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield from _bad_import(node.lineno, name.name, reader)
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield from _bad_import(node.lineno, f"{node.module}.{name.name}", reader)
        elif isinstance(node, ast.Attribute):
            yield from _bad_name(node.lineno, node.attr)
            if node.attr == "random":
                yield node.lineno, "random"
        elif isinstance(node, ast.Name):
            if node.id in GENERATOR_NAMES:
                yield node.lineno, node.id
            elif node.id == "open" and not reader:
                yield node.lineno, "open"
        elif isinstance(node, ast.arg) and node.arg in GENERATOR_ARGUMENTS:
            yield node.lineno, f"argument {node.arg}"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            yield node.lineno, "matrix product"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            yield node.lineno, "power"


def _bad_import(line: int, name: str, reader: bool) -> Iterator[tuple[int, str]]:
    parts = name.split(".")
    banned = {"random", "secrets"} | NOT_FOR_RULES | (set() if reader else FILE_MODULES)
    reads_files = parts[0] == "sim" and {"loading", "reading"} & set(parts) and not reader
    if parts[0] in banned or name.startswith("numpy.random") or reads_files:
        yield line, f"import {name}"
    yield from _bad_name(line, parts[-1])


def _bad_name(line: int, name: str) -> Iterator[tuple[int, str]]:
    if name in GENERATOR_NAMES | BLAS | POWERS | UNFILLED:
        yield line, name


def rule_modules() -> list[Path]:
    return sorted(path for folder in RULES for path in (PACKAGE / folder).rglob("*.py"))


def test_no_file_of_the_package_is_longer_than_can_be_read_in_one_sitting() -> None:
    lengths = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert len(lengths) > 200
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph("sim")
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert "sim.pathways" in imports["sim.behavior.deciding"]
    assert imports["sim.pathways"] == {"sim.arrays"}
    TopologicalSorter(imports).prepare()


def test_every_folder_of_rules_is_looked_at() -> None:
    assert {path.relative_to(PACKAGE).parts[0] for path in rule_modules()} == set(RULES)


@pytest.mark.parametrize("path", rule_modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_rules_are_pure_functions_of_arrays(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8"), reader=path.name in READERS) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import random", "line 1: import random"),
        ("import numpy.random as r", "line 1: import numpy.random"),
        ("from numpy import random", "line 1: import numpy.random"),
        ("from numpy.random import default_rng as d", "line 1: import numpy.random.default_rng"),
        ("import numpy as np\nx = np.random.random(3)", "line 2: random"),
        ("def launch(cash, rng): return cash", "line 1: argument rng"),
        ("def launch(cash, *, draws: 'x', rng=None): return cash", "line 1: argument rng"),
        ("import numpy as np\ndef launch(draws: np.random.Generator): pass", "line 2: Generator"),
        ("def launch():\n    import pandas as pd", "line 2: import pandas"),
        ("from pathlib import Path", "line 1: import pathlib.Path"),
        ("text = open('a').read()", "line 1: open"),
        ("from sim.parameters.loading import parameters", "line 1: import sim.parameters.loading.parameters"),
        ("from sim.world import loading", "line 1: import sim.world.loading"),
        ("import numpy as np\nx = np.empty((3, 4))", "line 2: empty"),
        ("from numpy import empty_like", "line 1: empty_like"),
        ("c = a @ b", "line 1: matrix product"),
        ("a @= b", "line 1: matrix product"),
        ("import numpy as np\nc = np.einsum('ij,jk', a, b)", "line 2: einsum"),
        ("c = a.dot(b)", "line 1: dot"),
        ("c = (1 + rate) ** years", "line 1: power"),
    ],
)
def test_the_check_of_rules_finds(source: str, problem: str) -> None:
    assert problem in problems(source)


def test_the_check_lets_readers_read_but_not_draw() -> None:
    assert problems("from pathlib import Path\ntext = open('a').read()", reader=True) == []
    assert problems("import random", reader=True) != []
    assert problems("import numpy as np\nx = np.zeros((2, 1)) * np.exp(draws.launch)") == []


def test_no_array_of_the_model_starts_unfilled() -> None:
    unfilled = [
        f"{path.relative_to(PACKAGE)}, line {node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in UNFILLED and ast.unparse(node.value) in ("np", "numpy")
    ]
    assert unfilled == []


def test_the_engine_draws_in_one_module() -> None:
    drawing = {
        path.name
        for path in (PACKAGE / "engine").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).split(".")[-1] in GENERATOR_NAMES
    }
    assert drawing <= {"draws.py", "mesa_model.py"}


def test_every_stream_of_a_study_comes_from_the_one_table() -> None:
    making = {"default_rng", "SeedSequence", "spawn_key", "RandomState", "PCG64"}
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in making)
        or (isinstance(node, ast.keyword) and node.arg in making)
        or (isinstance(node, ast.Name) and node.id in making)
    }
    assert found == {"streams.py"}


def test_no_two_streams_have_one_key_and_none_has_that_of_a_replicate() -> None:
    keys = [stream.value for stream in Stream.__members__.values()]
    assert len(set(keys)) == len(Stream.__members__)
    assert all(len(key) != 1 for key in keys)
    # A stream that is drawn part by part has a key of three numbers, so it meets none of two either.
    several = [(stream, part) for stream in Stream for part in ((), (0,), (1,)) if len((*stream.value, *part)) != 1]
    starts = {int(generator(7, stream, *part).integers(2**63)) for stream, part in several}
    replicates = {int(np.random.default_rng(replicate_key(7, replicate)).integers(2**63)) for replicate in range(9)}
    assert len(starts | replicates) == len(several) + 9
    with pytest.raises(ValueError, match="belongs to a replicate"):
        generator(7, Stream.SYNTHETIC_WORLD, 0)


def loaded_by(*modules: str) -> set[str]:
    """Top-level packages in memory after a fresh interpreter has imported ``modules``."""
    code = f"import {', '.join(modules)}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


def worker_modules() -> list[str]:
    folders = ("engine", "study", "results", "parameters", "world", *RULES)
    paths = (path for folder in folders for path in (PACKAGE / folder).rglob("*.py"))
    names = (".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in paths)
    return sorted(name.removesuffix(".__init__") for name in names if name != "sim.engine.mesa_model")


def test_workers_load_neither_mesa_nor_plotting_nor_hydra() -> None:
    assert loaded_by(*worker_modules()) & {"mesa", "matplotlib", "seaborn", "hydra", "networkx", "solara"} == set()


def test_rules_and_engine_load_no_data_frames() -> None:
    names = [name for name in worker_modules() if not name.startswith(("sim.study", "sim.results"))]
    assert loaded_by(*names) & {"pandas", "pyarrow"} == set()


def test_the_command_line_loads_no_plotting_before_it_is_needed() -> None:
    assert loaded_by("sim.cli") & {"mesa", "matplotlib", "seaborn"} == set()


def test_help_and_lists_wait_for_no_library_that_they_do_without() -> None:
    slow = {"hydra", "omegaconf", "numpy", "scipy", "pandas", "pyarrow", "rich", "mesa", "matplotlib"}
    assert loaded_by("sim.command_line", "sim.verbs.help", "sim.verbs.new_bill") & slow == set()
    assert loaded_by("sim.command_line", "sim.verbs.listing", "sim.world.loading") & (slow - {"numpy"}) == set()


def test_what_is_run_is_said_before_data_frames_are_loaded() -> None:
    asked = ("composition", "job", "commands.runs", "run_folder", "report.shared.progress")
    read = ("study.setup.inputs", "study.compare.fairness", "study.compare.reference", "study.running.memory")
    assert loaded_by(*(f"sim.{name}" for name in (*asked, *read))) & {"pandas", "pyarrow", "matplotlib"} == set()


def test_a_first_answer_waits_for_nothing_that_draws_or_writes_books() -> None:
    writing = {"matplotlib", "seaborn", "xlsxwriter", "docx", "jinja2"}
    assert loaded_by("sim.commands.first_look", "sim.report.compare.at_a_glance") & writing == set()
