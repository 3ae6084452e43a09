"""Lesson 14: the references against theory, answers in other styles, arguments for the mutants."""

import math

import numpy as np
import pytest
from collecting import collector, mistaken

from optimlab import clipping
from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    shape = ((3,), (2, 2), ())[rng.integers(3)]
    if id == "14.1":
        grads = [rng.normal(size=((3,), (2, 2), (1,))[rng.integers(3)]) for _ in range(rng.integers(1, 4))]
        if rng.random() < 0.2:
            return [0 * g for g in grads], 1.0
        return grads, rng.choice([0.5, 2.0, 5.0])
    if id == "14.2":
        grad = rng.normal(size=shape) * rng.choice([0, 1, 1, 10])
        return rng.normal(size=shape), grad, rng.uniform(0.01, 1), rng.choice([0.5, 2.0, 5.0])
    if id == "14.3":
        return rng.integers(0, 5, size=rng.integers(1, 7)).astype(float), float(rng.integers(1, 4))
    if id == "14.4":
        N, T, D, H = rng.integers(1, 4, size=4)
        sizes = [(N, T, D), (N, H), (D, H), (H, H), (H,), (N, T, H)]
        return tuple(rng.normal(size=size) for size in sizes)
    raise KeyError(id)


def reference(id):
    return REGISTRY[id].reference


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def test_clipping_keeps_the_direction_and_the_library_agrees():
    rng = np.random.default_rng(1)
    for _ in range(20):
        grads = [rng.normal(size=(3, 2)), rng.normal(size=4)]
        for limit in (0.1, 1.0, 100.0):
            clipped = reference("14.1")(grads, limit)
            before, after = flat(grads), flat(clipped)
            assert np.linalg.norm(after) == pytest.approx(min(limit, np.linalg.norm(before)))
            assert after @ before == pytest.approx(np.linalg.norm(after) * np.linalg.norm(before))
            np.testing.assert_allclose(after, flat(clipping.clip_global_norm(grads, limit)), rtol=1e-12)


def test_no_clipped_step_is_longer_than_lr_times_max_norm():
    rng = np.random.default_rng(2)
    for scale in 10.0 ** np.arange(-3, 8):
        w, grad = rng.normal(size=6), scale * rng.normal(size=6)
        move = reference("14.2")(w, grad, 0.25, 2.0) - w
        assert np.linalg.norm(move) == pytest.approx(0.25 * min(2.0, np.linalg.norm(grad)))


def test_the_fraction_counts_the_steps_that_14_1_changes():
    rng = np.random.default_rng(3)
    grads = [rng.normal(size=3) * s for s in rng.uniform(0, 2, 200)]
    changed = [not np.array_equal(reference("14.1")([g], 1.5)[0], g) for g in grads]
    assert 0.1 < np.mean(changed) < 0.9
    assert reference("14.3")([np.linalg.norm(g) for g in grads], 1.5) == np.mean(changed)


def test_the_way_back_agrees_with_differences_of_the_loss():
    rng = np.random.default_rng(4)
    arrays = [rng.normal(size=s) * 0.6 for s in ((2, 5, 3), (2, 4), (3, 4), (4, 4), (4,))]
    dh = rng.normal(size=(2, 5, 4))

    def loss(x, h, Wx, Wh, b):
        total = 0.0
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
            total += np.sum(h * dh[:, t])
        return total

    for i, got in enumerate(reference("14.4")(*arrays, dh)):
        for index in np.ndindex(got.shape):
            moved = [a.copy() for a in arrays]
            moved[i][index] += 1e-6
            up = loss(*moved)
            moved[i][index] -= 2e-6
            assert got[index] == pytest.approx((up - loss(*moved)) / 2e-6, abs=1e-7)


@pytest.mark.parametrize("rho", [0.9, 1.1])
def test_a_gradient_changes_by_the_factor_rho_in_each_step(rho):
    """With an h of zero tanh has slope 1: after 50 steps 0.9 leaves 0.005, and 1.1 makes 117."""
    dh = np.zeros((1, 50, 1))
    dh[:, -1] = 1
    _, dh0, *_ = reference("14.4")(
        np.zeros((1, 50, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.full((1, 1), rho), np.zeros(1), dh
    )
    assert dh0.item() == pytest.approx({0.9: 0.00515, 1.1: 117.4}[rho], rel=1e-3)


RIGHT, right = collector()


@right("14.1")
def a_loop_and_a_list(grads, max_norm):
    total = 0
    for g in grads:
        total += (g * g).sum()
    norm = total**0.5
    out = []
    for g in grads:
        out.append(g * max_norm / norm if norm > max_norm else g.copy())
    return out


@right("14.1")
def norms_of_norms(grads, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads])
    return [np.multiply(g, min(1, max_norm / max(norm, 1e-300))) for g in grads]


@right("14.1")
def one_long_arrow(grads, max_norm):
    arrow = np.concatenate([g.ravel() for g in grads])
    norm = np.sqrt(arrow @ arrow)
    if norm > max_norm:
        arrow = arrow / (norm / max_norm)
    ends = np.cumsum([g.size for g in grads])[:-1]
    return [part.reshape(g.shape).copy() for part, g in zip(np.split(arrow, ends), grads, strict=True)]


@right("14.1")
def a_tuple_of_lists(grads, max_norm):
    norm = math.sqrt(sum(float(x) ** 2 for g in grads for x in g.flat))
    factor = max_norm / norm if norm > max_norm else 1
    return tuple((g * factor).tolist() for g in grads)


@right("14.1")
def divided_by_the_larger(grads, max_norm):
    norm = np.sqrt(np.sum([np.sum(np.square(g)) for g in grads]))
    return [g * max_norm / max(norm, max_norm) for g in grads]


@right("14.1")
def numpy_division_by_zero(grads, max_norm):
    norm = np.sqrt(sum(np.vdot(g, g) for g in grads))
    return [g * np.minimum(1.0, np.float64(max_norm) / norm) for g in grads]


@right("14.1")
def through_copies(grads, max_norm):
    grads = [np.array(g, float) for g in grads]
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    if norm > max_norm:
        for g in grads:
            g *= max_norm / norm
    return grads


@right("14.1")
def compared_by_squares(grads, max_norm):
    squares = sum(np.einsum("i,i->", g.ravel(), g.ravel()) for g in grads)
    scale = 1.0 if squares <= max_norm**2 else max_norm * squares**-0.5
    return list(map(lambda g: scale * g, grads))


@right("14.2")
def linalg_norm(w, grad, lr, max_norm):
    norm = np.linalg.norm(grad)
    if norm > max_norm:
        grad = grad * (max_norm / norm)
    return w - lr * grad


@right("14.2")
def larger_below(w, grad, lr, max_norm):
    return w - lr * grad * max_norm / max(max_norm, np.linalg.norm(grad))


@right("14.2")
def limit_of_the_move(w, grad, lr, max_norm):
    move = lr * grad
    length = np.sqrt((move**2).sum())
    return w - move * min(1.0, lr * max_norm / length) if length > 0 else w - move


@right("14.2")
def as_a_list(w, grad, lr, max_norm):
    norm = math.sqrt(float(np.sum(grad * grad)))
    scale = min(1.0, max_norm / norm) if norm else 1.0
    return (w - lr * scale * grad).tolist()


@right("14.2")
def with_14_1(w, grad, lr, max_norm):
    (clipped,) = reference("14.1")([grad], max_norm)
    return w - lr * clipped


@right("14.2")
def by_np_where(w, grad, lr, max_norm):
    norm = np.sqrt(np.sum(grad**2))
    return w - lr * np.where(norm > max_norm, grad * max_norm / norm, grad)


@right("14.2")
def guarded_by_a_tiny_number(w, grad, lr, max_norm):
    norm = np.linalg.norm(grad.ravel())
    return np.subtract(w, grad * (lr * min(1, max_norm / (norm + 1e-300))))


@right("14.2")
def entry_by_entry(w, grad, lr, max_norm):
    norm = np.sqrt(sum(g * g for g in grad.flat))
    out = np.empty(w.shape)
    for index in np.ndindex(w.shape):
        out[index] = w[index] - lr * grad[index] / max(1.0, norm / max_norm)
    return out


@right("14.3")
def counting(norms, max_norm):
    count = 0
    for n in norms:
        if n > max_norm:
            count += 1
    return count / len(norms)


@right("14.3")
def a_sum_of_truths(norms, max_norm):
    return sum(n > max_norm for n in norms) / len(norms)


@right("14.3")
def the_numpy_mean(norms, max_norm):
    return (np.array(norms) > max_norm).mean()


@right("14.3")
def count_nonzero(norms, max_norm):
    return np.count_nonzero(np.array(norms) > max_norm) / np.size(norms)


@right("14.3")
def one_minus_the_others(norms, max_norm):
    return 1 - np.mean(np.less_equal(norms, max_norm))


@right("14.3")
def by_filtering(norms, max_norm):
    return len([n for n in norms if n > max_norm]) / len(norms)


@right("14.3")
def by_sorting(norms, max_norm):
    ordered = np.sort(norms)
    return (len(ordered) - np.searchsorted(ordered, max_norm, side="right")) / len(ordered)


@right("14.3")
def as_an_array_of_no_dimension(norms, max_norm):
    return np.array(np.where(np.asarray(norms) > max_norm, 1.0, 0.0).sum() / len(norms))


@right("14.3")
def factors_below_one(norms, max_norm):
    return np.average([float(n / max_norm > 1) for n in norms])


@right("14.4")
def gradients_of_h_in_one_array(x, h0, Wx, Wh, b, dh):
    N, T, D = x.shape
    h = np.zeros((N, T + 1, h0.shape[1]))
    h[:, 0] = h0
    for t in range(T):
        h[:, t + 1] = np.tanh(x[:, t] @ Wx + h[:, t] @ Wh + b)
    da, later = np.zeros(dh.shape), np.zeros(h0.shape)
    for t in range(T - 1, -1, -1):
        da[:, t] = (1 - h[:, t + 1]) * (1 + h[:, t + 1]) * (dh[:, t] + later)
        later = da[:, t] @ Wh.T
    dWx, dWh = np.einsum("ntd,nth->dh", x, da), np.einsum("ntg,nth->gh", h[:, :-1], da)
    return da @ Wx.T, later, dWx, dWh, da.sum((0, 1))


@right("14.4")
def example_by_example(x, h0, Wx, Wh, b, dh):
    dx, dh0 = np.zeros(x.shape), np.zeros(h0.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    for n in range(len(x)):
        hs = [h0[n]]
        for row in x[n]:
            hs.append(np.tanh(Wx.T @ row + Wh.T @ hs[-1] + b))
        back = np.zeros(h0.shape[1])
        for t in range(len(x[n]) - 1, -1, -1):
            a = (dh[n, t] + back) * (1 - hs[t + 1] ** 2)
            dx[n, t] = Wx @ a
            dWx += np.outer(x[n, t], a)
            dWh += np.outer(hs[t], a)
            db += a
            back = Wh @ a
        dh0[n] = back
    return dx, dh0, dWx, dWh, db


@right("14.4")
def in_the_style_of_cs231n(x, h0, Wx, Wh, b, dh):
    def step_forward(x, prev_h):
        next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
        return next_h, (x, prev_h, next_h)

    def step_backward(dnext, cache):
        x, prev_h, next_h = cache
        d = dnext * (1 - next_h * next_h)
        return d.dot(Wx.T), d.dot(Wh.T), x.T.dot(d), prev_h.T.dot(d), d.sum(axis=0)

    h, caches = h0, []
    for t in range(x.shape[1]):
        h, cache = step_forward(x[:, t, :], h)
        caches.append(cache)
    dx, dprev, dWx, dWh, db = np.zeros(x.shape), 0, 0, 0, 0
    for t in reversed(range(x.shape[1])):
        dx[:, t, :], dprev, dwx, dwh, dbias = step_backward(dh[:, t, :] + dprev, caches[t])
        dWx, dWh, db = dWx + dwx, dWh + dwh, db + dbias
    return dx, dprev, dWx, dWh, db


@right("14.4")
def recursive(x, h0, Wx, Wh, b, dh):
    h1 = np.tanh(x[:, 0] @ Wx + h0 @ Wh + b)
    if x.shape[1] > 1:
        dx, came, dWx, dWh, db = recursive(x[:, 1:], h1, Wx, Wh, b, dh[:, 1:])
        dx = list(np.moveaxis(dx, 1, 0))
    else:
        dx, came, dWx, dWh, db = [], 0.0, 0.0, 0.0, 0.0
    a = (dh[:, 0] + came) * (1 - h1**2)
    dx = np.stack([a @ Wx.T, *dx], axis=1)
    return dx, a @ Wh.T, dWx + x[:, 0].T @ a, dWh + h0.T @ a, db + a.sum(0)


@right("14.4")
def lists_come_back(x, h0, Wx, Wh, b, dh):
    return [part.tolist() for part in reference("14.4")(x, h0, Wx, Wh, b, dh)]


@right("14.4")
def cosh_for_the_slope(x, h0, Wx, Wh, b, dh):
    T, a, h = x.shape[1], [], [h0]
    for t in range(T):
        a.append(np.add(x[:, t] @ Wx, h[-1] @ Wh) + b)
        h.append(np.tanh(a[-1]))
    grads = [None] * T
    came = np.zeros_like(h0, dtype=float)
    for t in reversed(range(T)):
        grads[t] = (dh[:, t] + came) / np.cosh(a[t]) ** 2
        came = np.matmul(grads[t], Wh.transpose())
    dWx = sum(x[:, t].T @ grads[t] for t in range(T))
    dWh = sum(h[t].T @ grads[t] for t in range(T))
    dx = np.swapaxes(np.array([g @ Wx.T for g in grads]), 0, 1)
    return dx, came, dWx, dWh, np.sum(grads, axis=(0, 1))


@right("14.4")
def one_weight_matrix(x, h0, Wx, Wh, b, dh):
    D, W = len(Wx), np.vstack([Wx, Wh, b])
    ins, outs, h = [], [], h0
    for t in range(x.shape[1]):
        ins.append(np.hstack([x[:, t], h, np.ones((len(h), 1))]))
        h = np.tanh(ins[-1] @ W)
        outs.append(h)
    dW, dxs, came = np.zeros(W.shape), [], 0
    for t in reversed(range(x.shape[1])):
        a = (dh[:, t] + came) * (1 - outs[t] ** 2)
        dW += ins[t].T @ a
        back = a @ W.T
        dxs.insert(0, back[:, :D])
        came = back[:, D:-1]
    return np.stack(dxs, 1), came, dW[:D], dW[D:-1], dW[-1]


@right("14.4")
def dh_on_a_copy(x, h0, Wx, Wh, b, dh):
    dh = dh.copy()
    hs = [h0]
    for t in range(x.shape[1]):
        hs += [np.tanh(x[:, t] @ Wx + hs[t] @ Wh + b)]
    dx, dh0 = np.empty(x.shape), None
    dWx, dWh, db = 0 * Wx, 0 * Wh, 0 * b
    for t in range(x.shape[1])[::-1]:
        a = dh[:, t] * (1 - hs[t + 1] ** 2)
        dx[:, t], dWx, dWh, db = a @ Wx.T, dWx + x[:, t].T @ a, dWh + hs[t].T @ a, db + a.sum(0)
        if t:
            dh[:, t - 1] += a @ Wh.T
        else:
            dh0 = a @ Wh.T
    return dx, dh0, dWx, dWh, db


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


def test_the_torch_factor_passes_with_its_name():
    def as_in_torch(grads, max_norm):
        norm = np.linalg.norm([np.linalg.norm(g) for g in grads])
        coef = max_norm / (norm + 1e-6)
        return [g * min(coef, 1.0) for g in grads]

    def if_too_long(grads, max_norm):
        norm = np.linalg.norm([np.linalg.norm(g) for g in grads])
        return [g * max_norm / (norm + 1e-6) if norm > max_norm else g.copy() for g in grads]

    assert check("14.1", as_in_torch).convention == "1e-6 is added to the length"
    assert check("14.1", if_too_long).convention == "1e-6 is added to the length, where it is above max_norm"


WRONG, wrong = mistaken()


@wrong("14.1", "CLIP-ELEM")
def np_clip_as_in_coursera(grads, max_norm):
    return [np.clip(g, a_min=-max_norm, a_max=max_norm) for g in grads]


@wrong("14.1", "CLIP-ELEM")
def maximum_and_minimum(grads, max_norm):
    return [np.maximum(np.minimum(g, max_norm), -max_norm) for g in grads]


@wrong("14.1", "CLIP-ALWAYS")
def no_condition(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return [max_norm * g / norm for g in grads]


@wrong("14.1", "CLIP-ALWAYS")
def no_condition_with_eps(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return [g * (max_norm / (norm + 1e-6)) for g in grads]


@wrong("14.1", "CLIP-SQ")
def no_root(grads, max_norm):
    norm = sum(np.sum(g**2) for g in grads)
    if norm > max_norm:
        return [g * max_norm / norm for g in grads]
    return [g.copy() for g in grads]


@wrong("14.1", "CLIP-NOOP")
def result_thrown_away(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    if norm > max_norm:
        for g in grads:
            g = g * max_norm / norm
    return [g.copy() for g in grads]


@wrong("14.1", "GD-INPLACE")
def as_in_d2l(grads, theta):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > theta:
        for g in grads:
            g[:] = g * theta / norm
    return grads


@wrong("14.1", "GD-ALIAS")
def returns_the_list_itself(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    if norm < max_norm:
        return grads
    return [g / norm * max_norm for g in grads]


@wrong("14.1", "CLIP-SUMNORMS")
def sum_of_norms(grads, max_norm):
    norm = sum(np.linalg.norm(g) for g in grads)
    return [g * min(1.0, max_norm / max(norm, 1e-12)) for g in grads]


@wrong("14.1", "CLIP-LAST")
def overwritten_total(grads, max_norm):
    for g in grads:
        total = np.sum(g**2)
    norm = np.sqrt(total)
    return [g * (max_norm / norm) if norm > max_norm else g + 0 for g in grads]


@wrong("14.1", "CLIP-INVERSE")
def norm_over_max(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    scale = norm / max_norm
    return [g * scale if norm > max_norm else g * 1.0 for g in grads]


@wrong("14.1", "CLIP-ZERO")
def math_sqrt(grads, max_norm):
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in grads))
    return [g * min(max_norm / norm, 1) for g in grads]


@wrong("14.1", "CLIP-PAIR")
def as_torch_returns_the_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * min(1.0, max_norm / (norm + 1e-12)) for g in grads], norm


@wrong("14.1", None)
def only_the_norm(grads, max_norm):
    return np.sqrt(sum(np.sum(g**2) for g in grads))


@wrong("14.1", "CLIP-MAX")
def infinity_norm(grads, max_norm):
    largest = max(np.abs(g).max() for g in grads)
    return [g * max_norm / largest if largest > max_norm else g.copy() for g in grads]


@wrong("14.1", "CLIP-UNIT")
def normalised(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g / norm if norm > max_norm else g.copy() for g in grads]


@wrong("14.1", None)
def nothing_returned(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    [g * min(1, max_norm / norm) for g in grads]


@wrong("14.1", "CLIP-RMS")
def mean_of_squares(grads, max_norm):
    norm = np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads]) ** 2))
    return [g * max_norm / norm if norm > max_norm else g * 1.0 for g in grads]


@wrong("14.2", "CLIP-AFTER")
def clip_the_update(w, grad, lr, max_norm):
    update = lr * grad
    n = np.linalg.norm(update)
    if n > max_norm:
        update = update * max_norm / n
    return w - update


@wrong("14.2", "CLIP-ALWAYS")
def normalised_gradient(w, grad, lr, max_norm):
    return w - lr * max_norm * grad / np.linalg.norm(grad)


@wrong("14.2", "CLIP-WEIGHTS")
def clips_the_weights(w, grad, lr, max_norm):
    w = w - lr * grad
    n = np.linalg.norm(w)
    return w * max_norm / n if n > max_norm else w


@wrong("14.2", "CLIP-NOOP")
def forgot_the_result(w, grad, lr, max_norm):
    n = np.linalg.norm(grad)
    if n > max_norm:
        grad * max_norm / n
    return w - lr * grad


@wrong("14.2", "CLIP-SQ")
def squares_only(w, grad, lr, max_norm):
    n = (grad * grad).sum()
    return w - lr * (grad * max_norm / n if n > max_norm else grad)


@wrong("14.2", "CLIP-SQ-CONDITION")
def half_a_root(w, grad, lr, max_norm):
    n2 = (grad * grad).sum()
    return w - lr * (grad * max_norm / np.sqrt(n2) if n2 > max_norm else grad)


@wrong("14.2", "GD-SIGN")
def uphill(w, grad, lr, max_norm):
    return w + lr * grad * min(1, max_norm / max(np.linalg.norm(grad), 1e-12))


@wrong("14.2", "GD-NOLR")
def lr_forgotten(w, grad, lr, max_norm):
    n = np.linalg.norm(grad)
    return w - (grad / n * max_norm if n > max_norm else grad)


@wrong("14.2", "GD-INPLACE")
def in_place(w, grad, lr, max_norm):
    n = np.linalg.norm(grad)
    if n > max_norm:
        grad = grad / n * max_norm
    w -= lr * grad
    return w


@wrong("14.2", "GD-DELTA")
def the_move(w, grad, lr, max_norm):
    n = np.linalg.norm(grad)
    return -lr * (grad / n * max_norm if n > max_norm else grad)


@wrong("14.2", "CLIP-SPECTRAL")
def ord_two(w, grad, lr, max_norm):
    n = np.linalg.norm(grad, ord=2) if grad.ndim else abs(grad)
    return w - lr * (grad / n * max_norm if n > max_norm else grad)


@wrong("14.2", "CLIP-COLUMNS")
def per_column(w, grad, lr, max_norm):
    n = np.linalg.norm(grad, axis=0) if grad.ndim else np.abs(grad)
    return w - lr * grad * np.minimum(1.0, max_norm / np.maximum(n, 1e-12))


@wrong("14.2", "CLIP-ZERO")
def zero_over_zero(w, grad, lr, max_norm):
    return w - lr * grad * min(1.0, max_norm / float(np.linalg.norm(grad)))


@wrong("14.2", "CLIP-REVERSED")
def less_than(w, grad, lr, max_norm):
    n = np.linalg.norm(grad)
    return w - lr * (grad * max_norm / n if 0 < n < max_norm else grad)


@wrong("14.2", "CLIP-UNIT")
def unit_gradient(w, grad, lr, max_norm):
    n = np.linalg.norm(grad)
    return w - lr * (grad / n if n > max_norm else grad)


@wrong("14.2", "CLIP-L1")
def absolute_sum(w, grad, lr, max_norm):
    n = np.abs(grad).sum()
    return w - lr * (grad * max_norm / n if n > max_norm else grad)


@wrong("14.2", "CLIP-ZEROED")
def skips_the_step(w, grad, lr, max_norm):
    if np.linalg.norm(grad) > max_norm:
        return w.copy()
    return w - lr * grad


@wrong("14.3", "CLIP-EQUAL")
def or_equal(norms, max_norm):
    return sum(1 for n in norms if n >= max_norm) / len(norms)


@wrong("14.3", "CLIP-COUNT")
def a_count(norms, max_norm):
    return float(sum(n > max_norm for n in norms))


@wrong("14.3", "CLIP-OTHERS")
def below(norms, max_norm):
    return np.mean([n < max_norm for n in norms])


@wrong("14.3", "CLIP-PERCENT")
def percent(norms, max_norm):
    return 100.0 * sum(n > max_norm for n in norms) / len(norms)


@wrong("14.3", "CLIP-INTDIV")
def floor(norms, max_norm):
    return sum(n > max_norm for n in norms) // len(norms)


@wrong("14.3", "CLIP-LIST")
def comparison_with_a_list(norms, max_norm):
    return np.sum(norms > max_norm) / len(norms)


@wrong("14.3", "CLIP-MASK")
def truths(norms, max_norm):
    return [n > max_norm for n in norms]


@wrong("14.3", "CLIP-WEIGHTED")
def share_of_length(norms, max_norm):
    return sum(n for n in norms if n > max_norm) / sum(norms)


@wrong("14.3", "CLIP-CUTOFF")
def average_reduction(norms, max_norm):
    return float(np.mean([max(0, 1 - max_norm / n) if n else 0 for n in norms]))


@wrong("14.3", "CLIP-LEFT")
def average_factor(norms, max_norm):
    return float(np.mean([min(1, max_norm / n) if n else 1 for n in norms]))


@wrong("14.3", "CLIP-ANY")
def any_of_them(norms, max_norm):
    return float(max(norms) > max_norm)


@wrong("14.3", "CLIP-NMINUS1")
def sample_share(norms, max_norm):
    return np.sum(np.array(norms) > max_norm) / np.float64(len(norms) - 1)


@wrong("14.3", "CLIP-ROUND")
def two_digits(norms, max_norm):
    return round(sum(n > max_norm for n in norms) / len(norms), 2)


@wrong("14.3", "CLIP-ODDS")
def against_the_rest(norms, max_norm):
    over = np.sum(np.asarray(norms) > max_norm)
    return over / (len(norms) - over)


@wrong("14.3", "CLIP-SQ")
def squared_norms(norms, max_norm):
    return float(np.mean(np.square(norms) > max_norm))


@wrong("14.3", "CLIP-FIRST")
def returns_in_the_loop(norms, max_norm):
    count = 0
    for n in norms:
        count += n > max_norm
        return count / len(norms)


@wrong("14.3", None)
def standard_deviation(norms, max_norm):
    return np.std(np.asarray(norms) > max_norm)


def forward(x, h0, Wx, Wh, b):
    hs = [h0]
    for t in range(x.shape[1]):
        hs.append(np.tanh(x[:, t] @ Wx + hs[-1] @ Wh + b))
    return hs


def backward(x, h0, Wx, Wh, b, dh, hs=None, tanh=None, carry=None):
    """A way back in the style of a class assignment, with places to go wrong."""
    hs = forward(x, h0, Wx, Wh, b) if hs is None else hs
    tanh = tanh or (lambda h: 1 - h**2)
    dx, dWx, dWh, db = np.zeros(x.shape), np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(b.shape)
    dprev = np.zeros(h0.shape)
    for t in range(x.shape[1] - 1, -1, -1):
        dnext = dh[:, t] + dprev
        draw = dnext * tanh(hs[t + 1])
        dx[:, t] = draw @ Wx.T
        dprev = carry(draw, dnext) if carry else draw @ Wh.T
        dWx += x[:, t].T @ draw
        dWh += hs[t].T @ draw
        db += draw.sum(0)
    return dx, dprev, dWx, dWh, db


@wrong("14.4", "RNN-TRUNC")
def ignores_the_future(x, h0, Wx, Wh, b, dh):
    hs = forward(x, h0, Wx, Wh, b)
    a = [dh[:, t] * (1 - hs[t + 1] ** 2) for t in range(x.shape[1])]
    dWx = sum(x[:, t].T @ a[t] for t in range(len(a)))
    dWh = sum(hs[t].T @ a[t] for t in range(len(a)))
    return np.stack([g @ Wx.T for g in a], 1), a[0] @ Wh.T, dWx, dWh, sum(a).sum(0)


@wrong("14.4", "RNN-NOTANH")
def linear_way_back(x, h0, Wx, Wh, b, dh):
    return backward(x, h0, Wx, Wh, b, dh, tanh=lambda h: np.ones(h.shape))


@wrong("14.4", "RNN-WHPLAIN")
def not_transposed(x, h0, Wx, Wh, b, dh):
    return backward(x, h0, Wx, Wh, b, dh, carry=lambda draw, dnext: draw.dot(Wh))


@wrong("14.4", "RNN-SKIPTANH")
def carried_before_tanh(x, h0, Wx, Wh, b, dh):
    return backward(x, h0, Wx, Wh, b, dh, carry=lambda draw, dnext: dnext @ Wh.T)


@wrong("14.4", "RNN-NOWH")
def carried_without_weights(x, h0, Wx, Wh, b, dh):
    return backward(x, h0, Wx, Wh, b, dh, carry=lambda draw, dnext: draw)


@wrong("14.4", "RNN-SIGMOID")
def sigmoid_slope(x, h0, Wx, Wh, b, dh):
    return backward(x, h0, Wx, Wh, b, dh, tanh=lambda h: (1 - h) * h)


@wrong("14.4", "RNN-TANHTWICE")
def tanh_of_h(x, h0, Wx, Wh, b, dh):
    return backward(x, h0, Wx, Wh, b, dh, tanh=lambda h: 1 - np.square(np.tanh(h)))


@wrong("14.4", "RNN-SAMEH")
def h_of_its_own_step(x, h0, Wx, Wh, b, dh):
    hs, results = forward(x, h0, Wx, Wh, b), list(backward(x, h0, Wx, Wh, b, dh))
    da = recover(x, h0, Wx, Wh, b, dh)
    results[3] = sum(hs[t + 1].T @ da[t] for t in range(x.shape[1]))
    return results


def recover(x, h0, Wx, Wh, b, dh):
    hs, da, came = forward(x, h0, Wx, Wh, b), [], 0
    for t in reversed(range(x.shape[1])):
        da.insert(0, (dh[:, t] + came) * (1 - hs[t + 1] ** 2))
        came = da[0] @ Wh.T
    return da


@wrong("14.4", "RNN-DIVN")
def mean_over_the_batch(x, h0, Wx, Wh, b, dh):
    dx, dh0, dWx, dWh, db = backward(x, h0, Wx, Wh, b, dh)
    return dx, dh0, dWx / len(x), dWh / len(x), db / len(x)


@wrong("14.4", "RNN-ASSIGN")
def not_added_up(x, h0, Wx, Wh, b, dh):
    hs, da = forward(x, h0, Wx, Wh, b), recover(x, h0, Wx, Wh, b, dh)
    for t in reversed(range(x.shape[1])):
        dWx = x[:, t].T @ da[t]
        dWh = hs[t].T @ da[t]
        db = da[t].sum(0)
    return np.stack([a @ Wx.T for a in da], 1), da[0] @ Wh.T, dWx, dWh, db


@wrong("14.4", "RNN-XREVERSED")
def appended_backwards(x, h0, Wx, Wh, b, dh):
    dx, *others = backward(x, h0, Wx, Wh, b, dh)
    rows = [dx[:, t] for t in reversed(range(x.shape[1]))]
    return np.stack(rows, axis=1), *others


@wrong("14.4", "RNN-LASTDH")
def loss_at_the_end(x, h0, Wx, Wh, b, dh):
    last = np.zeros(dh.shape)
    last[:, -1] = dh[:, -1]
    return backward(x, h0, Wx, Wh, b, last)


@wrong("14.4", "GD-INPLACE")
def adds_to_dh(x, h0, Wx, Wh, b, dh):
    hs = forward(x, h0, Wx, Wh, b)
    dx, dWx, dWh, db = np.zeros(x.shape), 0, 0, 0
    for t in reversed(range(x.shape[1])):
        a = dh[:, t] * (1 - hs[t + 1] ** 2)
        dx[:, t], dWx, dWh, db = a @ Wx.T, dWx + x[:, t].T @ a, dWh + hs[t].T @ a, db + a.sum(0)
        if t > 0:
            dh[:, t - 1] += a @ Wh.T
    return dx, a @ Wh.T, dWx, dWh, db


@wrong("14.4", "RNN-NOH0")
def starts_from_zeros(x, h0, Wx, Wh, b, dh):
    return backward(x, np.zeros_like(h0), Wx, Wh, b, dh)


@wrong("14.4", "RNN-ORDER")
def weights_first(x, h0, Wx, Wh, b, dh):
    dx, dh0, dWx, dWh, db = backward(x, h0, Wx, Wh, b, dh)
    return dWx, dWh, db, dx, dh0


@wrong("14.4", None)
def no_dh0(x, h0, Wx, Wh, b, dh):
    dx, dh0, dWx, dWh, db = backward(x, h0, Wx, Wh, b, dh)
    return dx, dWx, dWh, db


@wrong("14.4", "RNN-DBKEPT")
def bias_of_each_example(x, h0, Wx, Wh, b, dh):
    dx, dh0, dWx, dWh, db = backward(x, h0, Wx, Wh, b, dh)
    return dx, dh0, dWx, dWh, sum(recover(x, h0, Wx, Wh, b, dh))


@pytest.mark.parametrize("id, mistake, answer", WRONG)
def test_a_wrong_answer_is_rejected_and_named(id, mistake, answer):
    verdict = check(id, answer)
    assert not verdict.passed and verdict.mistake == mistake, verdict.text
