"""The page of the public Python surface: every name of ``import sim`` with its signature and what it says of itself."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import sim

WIDTH = 110
"""Letters of a signature that stand on one line."""


def surface_page() -> str:
    """Every public name with its signature and text, in Markdown. Raises ValueError for one that says nothing."""
    names = [name for name in sim.__all__ if not name.startswith("__")]
    functions = [name for name in names if not isinstance(getattr(sim, name), type)]
    lines = [
        "# The Python surface",
        "",
        "<!-- This page is written by docs/refresh.py. -->",
        "",
        "Every name of `import sim`, as the code tells of it. How they are used together: [From Python](python.md).",
        "",
        "## Functions",
        "",
    ]
    for name in functions:
        lines += [f"### sim.{name}", "", *_told(getattr(sim, name), f"sim.{name}")]
    for name in sorted(set(names) - set(functions)):
        lines += [f"## sim.{name}", "", *_told_of_class(getattr(sim, name), name)]
    return "\n".join(lines).rstrip() + "\n"


def _told_of_class(of: Any, name: str) -> Iterator[str]:
    yield from _text(of, name)
    for key, member in _public_members(of):
        yield from (f"### {name}.{key}", "")
        if isinstance(member, property):
            yield from _text(member, f"{name}.{key}")
        else:
            yield from _told(getattr(of, key), f"{name.lower()}.{key}")


def _public_members(of: type) -> Iterator[tuple[str, Any]]:
    """Members by their names, those of the classes of this package that it is made of too."""
    seen: dict[str, Any] = {}
    for one in reversed(of.__mro__):
        if one.__module__.startswith("sim."):
            seen |= {key: member for key, member in vars(one).items() if not key.startswith("_")}
    for key, member in seen.items():
        if isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member):
            yield key, member


def _told(of: Any, name: str) -> Iterator[str]:
    yield from ("```python", _signature(of, name), "```", "")
    yield from _text(of, name)


def _signature(of: Any, name: str) -> str:
    """A call as the code writes it, one argument a line if it is long."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(of))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.args.args = [argument for argument in tree.args.args if argument.arg not in ("self", "cls")]
    arguments = _apart(ast.unparse(tree.args).replace("'", ""))
    gives = f" -> {ast.unparse(tree.returns)}".replace("'", "") if tree.returns else ""
    line = f"{name}({', '.join(arguments)}){gives}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {argument}," for argument in arguments), f"){gives}"])


def _apart(arguments: str) -> list[str]:
    """Arguments one by one: commas within brackets part none."""
    found, depth = [""], 0
    for letter in arguments:
        depth += (letter in "[({") - (letter in "])}")
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += " = " if letter == "=" and depth == 0 else letter
    return [argument.strip() for argument in found if argument.strip()]


def _text(of: Any, name: str) -> Iterator[str]:
    said = inspect.getdoc(of)
    if not said:
        raise ValueError(f"{name}: has no text")
    said = re.sub(r"\bdocs/reference/(\w+)\.md", r"[\1](\1.md)", said)
    said = re.sub(r"\bdocs/(\w+)/(\w+)\.md", r"[\2](../\1/\2.md)", said)
    yield from (said.replace("``", "`"), "")
