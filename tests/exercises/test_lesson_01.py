"""Lesson 01: right answers in unusual style, theory, and arguments for the mutants."""

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    n, k = rng.integers(1, 5, size=2)
    if id == "01.1":
        return rng.normal(size=(n, k)), rng.normal(size=n), rng.normal(size=k)
    scores = rng.normal(size=(n, k)) * rng.choice([1.0, 1000.0])
    if id == "01.2":
        return (scores,)
    if id == "01.3":
        return scores, rng.integers(0, k, size=n)
    if id == "01.4":
        return (lambda x: float(np.sum(x**3) + np.sin(x[0] * x[-1]))), rng.normal(size=n), rng.uniform(0.1, 1)
    raise KeyError(id)


RIGHT, right = collector()


@right("01.1")
def loops(X, y, w):
    grad = [0.0] * len(w)
    for row, target in zip(X, y, strict=True):
        off = sum(float(a) * float(b) for a, b in zip(row, w, strict=True)) - float(target)
        for j in range(len(w)):
            grad[j] += 2 * off * float(row[j]) / len(y)
    return grad


@right("01.1")
def mean_of_rows(X, y, w):
    return np.mean(2 * (X.dot(w) - y)[:, None] * X, axis=0)


@right("01.1")
def multiplied_out(X, y, w):
    return (2 / X.shape[0]) * (X.T @ X @ w - X.T @ y)


@right("01.1")
def minus_twice(X, y, w):
    return -2 / len(X) * np.einsum("nd,n->d", X, y - X @ w)


@right("01.2")
def row_by_row(z):
    probs = []
    for row in z:
        e = [np.exp(float(score) - float(max(row))) for score in row]
        probs.append([x / sum(e) for x in e])
    return probs


@right("01.2")
def turned(z):
    e = np.exp(z.T - z.max(axis=1))
    return (e / e.sum(axis=0)).T


@right("01.2")
def by_logarithms(z):
    shifted = z - np.max(z, 1)[:, None]
    return np.exp(shifted - np.log(np.sum(np.exp(shifted), axis=1))[:, None])


@right("01.2")
def by_differences(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)


@right("01.3")
def with_one_hot(scores, y):
    top = scores.max(axis=1, keepdims=True)
    log_sum = top + np.log(np.sum(np.exp(scores - top), axis=1, keepdims=True))
    target = np.eye(scores.shape[1])[y]
    loss = np.sum(target * (log_sum - scores)) / len(scores)
    return loss, (np.exp(scores - log_sum) - target) / len(scores)


@right("01.3")
def with_logaddexp(scores, y):
    log_probs = scores - np.logaddexp.reduce(scores, axis=1)[:, None]
    dscores = np.exp(log_probs) / len(y)
    for i in range(len(y)):
        dscores[i, y[i]] -= 1 / len(y)
    return float(np.mean([-log_probs[i, y[i]] for i in range(len(y))])), dscores


@right("01.3")
def as_a_list(scores, y):
    loss, dscores = with_one_hot(scores, y)
    return [np.array(loss), dscores.tolist()]


@right("01.4")
def copies(f, x, h):
    grad = np.empty(len(x))
    for i in range(len(x)):
        more, less = x.astype(float), x.astype(float)
        more[i] += h
        less[i] -= h
        grad[i] = (f(more) - f(less)) / h / 2
    return grad


@right("01.4")
def rows_of_the_identity(f, x, h):
    return [f(x + e) / (2 * h) - f(x - e) / (2 * h) for e in h * np.eye(len(x))]


@right("01.4")
def mean_of_both_sides(f, x, h):
    here = f(x)
    moves = h * np.eye(x.size)
    return np.array([((f(x + e) - here) / h + (here - f(x - e)) / h) / 2 for e in moves])


@right("01.4")
def put_back_exactly(f, x, h):
    x, grad = np.array(x, dtype=float), np.zeros(len(x))
    for i in range(len(x)):
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        grad[i] = (above - f(x)) / (2 * h)
        x[i] = old
    return grad


@pytest.mark.parametrize("id, answer", RIGHT)
def test_right_answers_pass(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


def reference(id):
    return REGISTRY[id].reference


def test_both_gradients_agree_with_differences():
    rng = np.random.default_rng(1)
    X, y, w = rng.normal(size=(6, 3)), rng.normal(size=6), rng.normal(size=3)
    estimate = reference("01.4")(lambda w: np.mean((X @ w - y) ** 2), w, 1e-5)
    np.testing.assert_allclose(reference("01.1")(X, y, w), estimate, rtol=1e-7)
    scores, labels = rng.normal(size=(4, 3)), np.array([2, 0, 1, 1])

    def loss(flat):
        return reference("01.3")(flat.reshape(4, 3), labels)[0]

    estimate = reference("01.4")(loss, scores.ravel(), 1e-5).reshape(4, 3)
    np.testing.assert_allclose(reference("01.3")(scores, labels)[1], estimate, atol=1e-9)


def test_the_loss_starts_at_the_logarithm_of_the_number_of_classes():
    loss, _ = reference("01.3")(np.zeros((5, 10)), np.arange(5))
    assert np.isclose(loss, np.log(10), rtol=1e-12)


def test_two_softmaxes_cannot_go_below_a_floor():
    """Even a sure and right answer costs ln(1 + 9 / e) = 1.4612 with ten classes."""
    sure = np.zeros((1, 10))
    sure[0, 3] = 1000.0
    twice, _ = reference("01.3")(reference("01.2")(sure), np.array([3]))
    assert np.isclose(twice, np.log(1 + 9 / np.e), rtol=1e-12)
    assert round(float(twice), 4) == 1.4612


def test_the_central_error_shrinks_with_the_square_of_h():
    errors = [
        abs(reference("01.4")(lambda x: np.exp(x[0]), np.array([0.3]), h)[0] - np.exp(0.3))
        for h in (1e-1, 1e-2, 1e-3)
    ]
    assert np.allclose(np.diff(np.log10(errors)), -2, atol=0.01)


def test_a_summed_loss_is_told_with_its_factor():
    verdict = check("01.1", lambda X, y, w: 2 * X.T @ (X @ w - y))
    assert verdict.mistake == "LOSS-SUM"
    assert "each number is 5 times the expected one" in verdict.text
