"""A tree of yes and no questions over the same futures: what a reader can follow branch by branch (scikit-learn)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray
from sim.study.discover.points import Measure, Points, measured

DEPTH = 3
"""Questions at most between the root and a leaf."""

LEAST = 0.05
"""The part of all futures that a leaf holds at least."""


@dataclass(frozen=True)
class Question:
    """One answer on the way to a leaf: a number above or at most a ``limit``, or a ``word`` that it is or is not."""

    dimension: int
    above: bool
    limit: float = np.nan
    word: str | None = None


@dataclass(frozen=True)
class Leaf:
    """The futures that give the same answers, among those searched and fresh ones."""

    questions: tuple[Question, ...]
    found: Measure
    fresh: Measure


def grown(points: Points, cases: BoolArray, fresh: Points, fresh_cases: BoolArray) -> tuple[Leaf, ...]:
    """The leaves of a classification tree, those with the largest share of cases first."""
    from sklearn.tree import DecisionTreeClassifier

    columns, meaning = _columns(points)
    leaf_size = max(1, round(LEAST * len(cases)))
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=leaf_size, min_impurity_decrease=0.002, random_state=0
    )
    tree.fit(columns, cases)
    at, at_fresh = tree.apply(columns), tree.apply(_columns(fresh)[0])
    leaves = [
        Leaf(questions, measured(at == node, cases), measured(at_fresh == node, fresh_cases))
        for node, questions in _walk(tree.tree_, 0, (), meaning)
    ]
    return tuple(sorted(leaves, key=lambda leaf: -leaf.found.density))


def _columns(points: Points) -> tuple[Array, list[tuple[int, str | None]]]:
    """Numbers as they are, and a column of zeros and ones for each word; and what each column means."""
    columns, meaning = [], []
    for at, levels in enumerate(points.levels):
        for place, word in enumerate(levels) if levels is not None else [(0, None)]:
            column = points.values[:, at]
            columns.append(column if word is None else (column == place).astype(np.float64))
            meaning.append((at, word))
    return np.column_stack(columns), meaning


def _walk(
    tree: Any, node: int, before: tuple[Question, ...], meaning: list[tuple[int, str | None]]
) -> list[tuple[int, tuple[Question, ...]]]:
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    if left == right:
        return [(node, before)]
    dimension, word = meaning[int(tree.feature[node])]
    limit = float(tree.threshold[node])
    found = []
    for child, above in ((left, False), (right, True)):
        found += _walk(tree, child, (*before, Question(dimension, above, limit, word)), meaning)
    return found
