"""The Gaussian process of the explorer: against its textbook formula, known functions and numerical slopes."""

import numpy as np
import pytest

from sim.study.explore import gaussian_process as gp


def points(number, inputs, seed=0):
    return np.random.default_rng(seed).random((number, inputs))


def wavy(x):
    return np.sin(3.0 * x[:, 0]) + x[:, 1] ** 2 - 2.0 * x[:, 2]


def test_it_predicts_as_the_dense_formula_of_universal_kriging():
    x, z = points(40, 3), points(7, 3, seed=1)
    y = wavy(x) + 0.1 * np.random.default_rng(2).standard_normal(40)
    found = gp.fit(x, y)

    def correlation(one, other):
        far = np.sqrt(5.0 * sum((one[:, None, k] - other[None, :, k]) ** 2 / found.lengths[k] ** 2 for k in range(3)))
        return (1.0 + far + far**2 / 3.0) * np.exp(-far)

    inverse = np.linalg.inv(correlation(x, x) + found.nugget * np.eye(40))
    design, ahead = (np.column_stack([np.ones(len(at)), at]) for at in (x, z))
    mean = np.linalg.inv(design.T @ inverse @ design) @ design.T @ inverse @ y
    expected = ahead @ mean + correlation(z, x) @ inverse @ (y - design @ mean)
    np.testing.assert_allclose(found.at(z, x), expected, rtol=1e-7)


def test_a_smooth_function_is_found_between_its_points():
    x, z = points(100, 3), points(300, 3, seed=1)
    assert np.abs(gp.fit(x, wavy(x)).at(z, x) - wavy(z)).max() < 0.01


def test_an_input_that_moves_nothing_gets_a_long_length_scale():
    x = points(80, 2)
    lengths = gp.fit(x, np.sin(6.0 * x[:, 0])).lengths
    assert lengths[1] > 5.0 * lengths[0]


def test_a_plane_is_a_plane_outside_its_points_too():
    x = points(30, 2)
    found = gp.fit(x, 3.0 + 2.0 * x[:, 0] - x[:, 1])
    np.testing.assert_allclose(found.at(np.array([[2.0, -1.0]]), x), [8.0], atol=1e-4)


def test_noise_is_not_followed():
    x = points(200, 1)
    noise = np.random.default_rng(3).standard_normal(200)
    found = gp.fit(x, x[:, 0] + 0.3 * noise)
    assert np.abs(found.at(x, x) - x[:, 0]).std() < 0.1


def test_one_value_everywhere_is_that_value():
    x = points(20, 2)
    np.testing.assert_array_equal(gp.fit(x, np.full(20, 7.0)).at(points(3, 2, 1), x), np.full(3, 7.0))


def test_slopes_of_the_likelihood_are_those_of_small_steps():
    x = points(50, 3)
    y = wavy(x) + 0.01 * np.random.default_rng(1).standard_normal(50)
    squares, design = (x[:, None] - x[None]) ** 2, gp.trend(x)
    at, step = np.log([0.5, 0.7, 2.0, 1e-3]), 1e-5

    def loss(place):
        return gp._loss(place, squares, design, y)[0]

    slopes = [(loss(at + step * way) - loss(at - step * way)) / (2 * step) for way in np.eye(4)]
    np.testing.assert_allclose(gp._loss(at, squares, design, y)[1], slopes, rtol=1e-5)


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="5 points are too few for 2 inputs"):
        gp.fit(points(5, 2), np.arange(5.0))
