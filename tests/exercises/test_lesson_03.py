"""Lesson 03: right answers in unusual style, theory, and arguments for the mutants."""

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    n = int(rng.integers(1, 9))
    if id in ("03.1", "03.2"):
        X, Y = rng.normal(size=(n, int(rng.integers(1, 4)))), rng.integers(0, 5, size=n)
        generator = np.random.default_rng(int(rng.integers(1000)))
        return (X, Y, generator) if id == "03.1" else (X, Y, int(rng.integers(1, 6)), generator)
    if id == "03.3":
        curvature = rng.uniform(0.1, 5)
        return rng.uniform(0.05, 1.9) / curvature, int(rng.integers(1, 100)), rng.uniform(0.1, 3), curvature
    if id == "03.4":
        small = int(rng.integers(1, 10))
        return rng.uniform(1, 9), rng.uniform(0.1, 1), small, small + int(rng.integers(1, 50))
    if id == "03.5":
        lo = rng.uniform(1e-4, 1e-1)
        return lo, lo * rng.uniform(2, 1000), int(rng.integers(2, 9))
    if id == "03.6":
        finals = rng.choice([0.5, 1.0, 2.0, -1.0, np.nan, np.inf], size=n)
        finals[rng.integers(n)] = rng.choice([0.25, 1.0])
        return np.geomspace(0.01, 1.0, n), finals
    raise KeyError(id)


RIGHT, right = collector()


@right("03.1")
def sorting_random_keys(X, Y, rng):
    order = np.argsort(rng.random(len(X)))
    return X[order], Y[order]


@right("03.1")
def shuffling_numbers_in_place(X, Y, rng):
    order = np.arange(X.shape[0])
    rng.shuffle(order)
    return np.take(X, order, axis=0), np.take(Y, order, axis=0)


@right("03.1")
def exchanging_rows_by_hand(X, Y, rng):
    X, Y = X.copy(), Y.copy()
    for i in range(len(X) - 1, 0, -1):
        j = rng.integers(0, i + 1)
        X[[i, j]], Y[[i, j]] = X[[j, i]], Y[[j, i]]
    return X, Y


@right("03.1")
def choosing_without_replacement(X, Y, rng):
    order = rng.choice(len(X), size=len(X), replace=False)
    return X[order], Y[order]


@right("03.1")
def lists_of_pairs(X, Y, rng):
    pairs = list(zip(X.tolist(), Y.tolist(), strict=True))
    rng.shuffle(pairs)
    return [x for x, _ in pairs], [y for _, y in pairs]


@right("03.1")
def its_own_generator_seeded_by_rng(X, Y, rng):
    seed = int(rng.integers(2**31))
    new_X = np.random.default_rng(seed).permutation(X)
    return new_X, np.random.default_rng(seed).permutation(Y)


@right("03.2")
def array_split_at_places(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    cuts = list(range(batch_size, len(X), batch_size))
    return [(X[rows], Y[rows]) for rows in np.split(order, cuts)]


@right("03.2")
def shuffled_first_then_views(X, Y, batch_size, rng):
    order = np.argsort(rng.random(len(X)))
    X, Y = X[order], Y[order]
    return [(X[i : i + batch_size], Y[i : i + batch_size]) for i in range(0, len(X), batch_size)]


@right("03.2")
def counting_down_what_is_left(X, Y, batch_size, rng):
    left, batches = list(rng.permutation(len(X))), []
    while left:
        rows, left = left[:batch_size], left[batch_size:]
        batches.append([X[rows], Y[rows]])
    return tuple(batches)


@right("03.2")
def with_a_case_for_the_rest(X, Y, batch_size, rng):
    order, full = rng.permutation(len(X)), len(X) // batch_size
    batches = []
    for k in range(full):
        rows = order[k * batch_size : (k + 1) * batch_size]
        batches.append((X[rows, :], Y[rows]))
    if len(X) % batch_size != 0:
        rows = order[full * batch_size :]
        batches.append((X[rows, :], Y[rows]))
    return batches


@right("03.3")
def root_of_the_variance(lr, batch_size, sigma, curvature):
    keep = 1 - lr * curvature
    return (lr**2 * sigma**2 / batch_size / (1 - keep**2)) ** 0.5


@right("03.3")
def waiting_for_the_variance(lr, batch_size, sigma, curvature):
    V = 0.0
    for _ in range(2000):
        V = (1 - lr * curvature) ** 2 * V + lr**2 * sigma**2 / batch_size
    return np.sqrt(V)


@right("03.4")
def solving_two_equations(sq_small, sq_big, b_small, b_big):
    A = np.array([[1, 1 / b_small], [1, 1 / b_big]])
    true_sq, trace = np.linalg.solve(A, [sq_small, sq_big])
    return trace / true_sq


@right("03.4")
def in_one_fraction(sq_small, sq_big, b_small, b_big):
    return (sq_small - sq_big) * b_small * b_big / (b_big * sq_big - b_small * sq_small)


@right("03.5")
def geomspace(lo, hi, n):
    return np.geomspace(lo, hi, n)


@right("03.5")
def by_logarithms(lo, hi, n):
    return np.exp(np.linspace(np.log(lo), np.log(hi), n))


@right("03.5")
def logspace(lo, hi, n):
    return np.logspace(np.log10(lo), np.log10(hi), num=n)


@right("03.5")
def a_list(lo, hi, n):
    ratio, grid = (hi / lo) ** (1 / (n - 1)), [float(lo)]
    while len(grid) < n:
        grid.append(grid[-1] * ratio)
    return grid


@right("03.6")
def loop(lrs, finals):
    best = None
    for i in range(len(lrs)):
        if np.isfinite(finals[i]) and (best is None or finals[i] < finals[best]):
            best = i
    return float(lrs[best]), best == 0 or best == len(lrs) - 1


@right("03.6")
def nanargmin(lrs, finals):
    i = np.nanargmin(finals)
    return [lrs[i], bool(lrs[i] == lrs.min() or lrs[i] == lrs.max())]


@right("03.6")
def filtered_together(lrs, finals):
    good = np.isfinite(finals)
    lr = lrs[good][finals[good].argmin()]
    return lr, int(lr in (lrs[0], lrs[-1]))


@pytest.mark.parametrize("id, answer", RIGHT)
def test_right_answers_pass(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


@pytest.mark.parametrize(
    "result",
    [
        3,
        "words",
        [],
        [1, 2],
        [(1, 2)],
        np.zeros(3),
        {"X": 1},
        [(np.zeros(()), np.zeros(()))],
        [(np.zeros((4, 9)), np.zeros(4))] * 3,
        [(np.array(["a"] * 4), np.array(["b"] * 4))] * 3,
        [(np.zeros((0, 3)), np.zeros(0))],
        [(np.full((4, 3), None), np.full(4, None))] * 3,
    ],
)
def test_whatever_comes_back_is_judged(result):
    """An odd result is the learner's mistake, never a failure of the check."""
    for verdict in (
        check("03.1", lambda X, Y, rng: result),
        check("03.1", lambda X, Y, rng: (result, result)),
        check("03.2", lambda X, Y, batch_size, rng: result),
        check("03.6", lambda lrs, finals: (result, result)),
    ):
        assert verdict.status in ("mistake", "wrong", "error")
        assert "our fault" not in verdict.text, verdict.text


def test_a_shape_that_changes_from_rng_to_rng_is_seen():
    def sometimes_short(X, Y, rng):
        order = rng.permutation(len(X))
        order = order[: len(order) - (order[0] > 10)] if len(X) == 20 else order
        return X[order], Y[order]

    assert check("03.1", sometimes_short).status in ("mistake", "wrong")

    def sometimes_merged(X, Y, batch_size, rng):
        batches = array_split_at_places(X, Y, batch_size, rng)
        if len(batches) > 1 and batches[0][1][0] % 2:
            pair = [np.concatenate(parts) for parts in zip(*batches[:2], strict=True)]
            batches = [tuple(pair), *batches[2:]]
        return batches

    assert check("03.2", sometimes_merged).status in ("mistake", "wrong")


def reference(id):
    return REGISTRY[id].reference


@pytest.mark.parametrize("batch_size, variance", [(1, 0.0526), (64, 0.00082)])
def test_the_noise_of_the_lesson(batch_size, variance):
    assert round(reference("03.3")(0.1, batch_size, 1.0, 1.0) ** 2, 5) == pytest.approx(variance, abs=5e-5)


def test_the_noise_by_simulation():
    """Twenty thousand runs of noisy descent, each step the mean of B noisy gradients."""
    lr, batch_size, sigma, curvature = 0.3, 5, 2.0, 1.5
    rng, x = np.random.default_rng(0), np.zeros(20_000)
    for _ in range(60):
        x = x - lr * (curvature * x + sigma * rng.normal(size=x.size) / np.sqrt(batch_size))
    assert np.std(x) == pytest.approx(reference("03.3")(lr, batch_size, sigma, curvature), rel=0.02)


def test_the_noise_scale_from_sampled_gradients():
    """|G|**2 = 9 and trace = 3 * 16 by construction, so B is 48 / 9."""
    rng, G, s, draws = np.random.default_rng(2), np.array([1.0, -2.0, 2.0]), 4.0, 200_000

    def mean_square(b):
        return np.mean(np.sum((G + s / np.sqrt(b) * rng.normal(size=(draws, 3))) ** 2, axis=1))

    estimate = reference("03.4")(mean_square(2), mean_square(32), 2, 32)
    assert estimate == pytest.approx(48 / 9, rel=0.02)


def test_neighbours_of_the_grid_have_one_ratio():
    grid = reference("03.5")(3e-4, 0.7, 6)
    np.testing.assert_allclose(grid[1:] / grid[:-1], (0.7 / 3e-4) ** 0.2, rtol=1e-12)
    assert grid[0] == pytest.approx(3e-4) and grid[-1] == pytest.approx(0.7)


def test_sampling_with_replacement_sees_about_63_percent():
    rng, n = np.random.default_rng(1), 10_000
    assert len(set(rng.integers(0, n, n).tolist())) / n == pytest.approx(1 - np.exp(-1), abs=0.01)
