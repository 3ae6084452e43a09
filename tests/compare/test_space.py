"""What is tried: grids and quasi-random points."""

import numpy as np
import pytest

from optimlab import compare
from optimlab.compare.space import PRIMES, mirrored


def test_a_log_grid_has_one_factor_between_neighbours():
    values = [setting["lr"] for setting in compare.lrs(1e-3, 10, 9)]
    assert values[0] == 1e-3 and values[-1] == 10
    np.testing.assert_allclose(np.diff(np.log10(values)), 0.5, atol=1e-5)


def test_mirrored_digits_are_those_of_scipy():
    qmc = pytest.importorskip("scipy.stats").qmc
    ours = np.stack([mirrored(np.arange(200), base) for base in PRIMES], axis=1)
    np.testing.assert_allclose(ours, qmc.Halton(len(PRIMES), scramble=False).random(200), atol=1e-14)


def test_quasi_random_points_fill_every_tenth_of_every_axis():
    space = compare.quasi_random(40, seed=3, lr=(1e-4, 1.0), momentum=(0.5, 0.9))
    tenths = {int(10 * (np.log10(setting["lr"]) + 4) / 4 - 1e-9) for setting in space}
    assert tenths == set(range(10))
    assert all(0.5 <= setting["momentum"] <= 0.9 for setting in space)
    assert list(space) == list(compare.quasi_random(40, seed=3, lr=(1e-4, 1.0), momentum=(0.5, 0.9)))


@pytest.mark.parametrize("make, words", [
    (lambda: compare.lrs(1e-3, 1, 0), "empty grid"),
    (lambda: compare.lrs(0, 1, 3), "0 < low"),
    (lambda: compare.grid(lr=[]), "lr: at least one value"),
    (lambda: compare.grid(lr=[0.1], betas=[]), "betas: at least one value"),
    (lambda: compare.quasi_random(5, lr=(1, 0.1)), "low < high"),
    (lambda: compare.quasi_random(5), "at least one range"),
])
def test_what_tries_nothing_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
