"""Which parameters, tables and state variables a part of the model reads, found in its source.

A field counts as read where the source takes it from an expression whose type is known: an argument or a local name
with a type, a field of one, or what a function or method returns. Nothing is run.
"""

import ast
import importlib
import inspect
from collections.abc import Mapping
from dataclasses import is_dataclass
from functools import cache
from types import ModuleType
from typing import Any, Self, get_type_hints

Read = tuple[type, str]
"""A class and one of its fields: (Staffing, "turnover")."""


def dependencies_of(place: str) -> frozenset[Read]:
    """Every field that a module, or one function of it, reads of a dataclass of the model.

    ``place`` is a module ('sim.behavior.staffing') or a function ('sim.engine.offers.announce'). Raises ValueError if
    there is no such thing.
    """
    found = functions_of(place)
    return frozenset(read for function in found.values() for read in function)


@cache
def functions_of(place: str) -> Mapping[str, frozenset[Read]]:
    """The same by the full name of each function of a module; of one function, itself alone."""
    try:
        module = importlib.import_module(place)
    except ModuleNotFoundError:
        parent, _, name = place.rpartition(".")
        if not parent:
            raise ValueError(f"{place}: no such module") from None
        inside = {full: read for full, read in functions_of(parent).items() if full == place}
        if not inside:
            raise ValueError(f"{place}: {parent} has no function {name}") from None
        return inside
    tree = ast.parse(inspect.getsource(module))
    return {
        f"{place}.{owner}{node.name}": _dependencies(node, module, owner.rstrip("."))
        for owner, node in _functions(tree)
    }


def _functions(tree: ast.Module) -> list[tuple[str, ast.FunctionDef]]:
    """The functions of a module and the methods of its classes, these with 'Class.' before them; a function inside
    another belongs to it."""
    owned = [(f"{node.name}.", node.body) for node in tree.body if isinstance(node, ast.ClassDef)]
    return [
        (owner, node) for owner, body in [("", tree.body), *owned] for node in body if isinstance(node, ast.FunctionDef)
    ]


def _dependencies(function: ast.FunctionDef, module: ModuleType, owner: str) -> frozenset[Read]:
    known: dict[str, type] = {}
    of_class = _model_class(getattr(module, owner, None)) if owner else None
    if of_class is not None:
        known["self"] = of_class
    for inner in (node for node in ast.walk(function) if isinstance(node, ast.FunctionDef)):
        for argument in (*inner.args.posonlyargs, *inner.args.args, *inner.args.kwonlyargs):
            kind = _named(argument.annotation, module)
            if kind is not None:
                known[argument.arg] = kind
    for assigned in (node for node in ast.walk(function) if isinstance(node, ast.Assign)):
        for target, value in _pairs(assigned):
            kind = _type_of(value, known, module)
            if isinstance(target, ast.Name) and kind is not None:
                known[target.id] = kind
    read = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            kind = _type_of(node.value, known, module)
            if kind is not None and node.attr in _fields(kind):
                read.add((kind, node.attr))
    return frozenset(read)


def _pairs(assigned: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    target, value = assigned.targets[0], assigned.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _type_of(node: ast.expr, known: Mapping[str, type], module: ModuleType) -> type | None:
    """The dataclass that an expression gives, where its source says so."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        kind = _type_of(node.value, known, module)
        return None if kind is None else _fields(kind).get(node.attr)
    if isinstance(node, ast.Call):
        called, owner = _object(node.func, module), None
        if isinstance(node.func, ast.Attribute) and called is None:
            owner = _type_of(node.func.value, known, module)
            called = getattr(owner, node.func.attr, None)
        given = get_type_hints(called).get("return") if inspect.isfunction(called) else None
        return owner if given is Self else _model_class(given)
    return None


def _object(node: ast.expr | None, module: ModuleType) -> Any:
    """What a dotted name stands for in a module."""
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute):
        return getattr(_object(node.value, module), node.attr, None)
    return None


def _named(annotation: ast.expr | None, module: ModuleType) -> type | None:
    return _model_class(_object(annotation, module))


def _model_class(kind: Any) -> type | None:
    return kind if isinstance(kind, type) and is_dataclass(kind) and kind.__module__.startswith("sim.") else None


@cache
def _fields(kind: type) -> Mapping[str, type | None]:
    """The fields of a dataclass, and for those that hold a dataclass themselves, which."""
    return {name: _model_class(hint) for name, hint in get_type_hints(kind).items()}
