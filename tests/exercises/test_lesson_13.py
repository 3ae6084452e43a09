"""Lesson 13: the references against theory, answers in other styles, arguments for the mutants."""

import math

import numpy as np
import pytest
from collecting import collector, mistaken
from numpy.lib.stride_tricks import sliding_window_view

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    shape = ((3,), (2, 2), (), (2, 1, 2))[rng.integers(4)]
    if id == "13.1":
        return rng.normal(size=shape) * rng.choice([0.0, 0.01, 1.0]), rng.normal(size=shape)
    if id == "13.2":
        return rng.uniform(0.001, 2), rng.normal(size=shape)
    N, C, F, kh, kw, stride = rng.integers(1, 4, size=6)
    pad = int(rng.integers(0, 2)) if id == "13.3" else 0
    H, W = kh + rng.integers(0, 4), kw + rng.integers(0, 4)
    HO, WO = 1 + (H + 2 * pad - kh) // stride, 1 + (W + 2 * pad - kw) // stride
    x = rng.normal(size=(N, C, H, W))
    if id == "13.3":
        return rng.normal(size=(N, F, HO, WO)), x, rng.normal(size=(F, C, kh, kw)), int(stride), pad
    if id == "13.4":
        return rng.normal(size=(N, C, HO, WO)), x, int(kh), int(kw), int(stride)
    raise KeyError(id)


def reference(id):
    return REGISTRY[id].reference


def test_the_ratio_has_no_unit_and_no_axes():
    rng = np.random.default_rng(1)
    u, w = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    ratio = reference("13.1")(u, w)
    assert ratio == pytest.approx(np.linalg.norm(u.ravel()) / np.linalg.norm(w.ravel()))
    Q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    assert reference("13.1")(7 * Q @ u, 7 * Q @ w) == pytest.approx(ratio)
    assert reference("13.1")(3 * u, w) == pytest.approx(3 * ratio)


def test_directions_of_any_length_move_alike_at_the_same_effective_rate():
    """The loss -cos(angle to a) does not see the length of w; its gradient is at right angles to w."""
    a = np.array([1.0, 2.0, -1.0]) / math.sqrt(6)

    def direction_after_a_step(w, lr):
        n = np.linalg.norm(w)
        gradient = -(a - (a @ w) * w / n**2) / n
        w = w - lr * gradient
        return w / np.linalg.norm(w)

    w = np.array([0.3, -0.4, 1.2])
    rate = reference("13.2")(0.5, w)
    unit = w / np.linalg.norm(w)
    np.testing.assert_allclose(direction_after_a_step(w, 0.5), direction_after_a_step(unit, rate), rtol=1e-12)
    assert reference("13.2")(0.5 * 16, 4 * w) == pytest.approx(rate)


def convolved(x, w, b, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,fcij->nfhw", windows, w) + b[:, None, None]


def pooled(x, ph, pw, stride):
    return sliding_window_view(x, (ph, pw), axis=(2, 3))[:, :, ::stride, ::stride].max(axis=(4, 5))


def differences(loss, array):
    slope = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + 1e-5
        up = loss()
        array[index] = kept - 1e-5
        slope[index], array[index] = (up - loss()) / 2e-5, kept
    return slope


@pytest.mark.parametrize("stride, pad", [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2)])
def test_the_convolution_agrees_with_differences_of_the_loss(stride, pad):
    rng = np.random.default_rng(3)
    x, w, b = rng.normal(size=(2, 2, 4, 5)), rng.normal(size=(3, 2, 3, 2)), rng.normal(size=3)
    dout = rng.normal(size=convolved(x, w, b, stride, pad).shape)
    grads = reference("13.3")(dout, x, w, stride, pad)
    for got, array in zip(grads, (x, w, b), strict=True):
        wanted = differences(lambda: np.sum(dout * convolved(x, w, b, stride, pad)), array)
        np.testing.assert_allclose(got, wanted, atol=1e-8)


@pytest.mark.parametrize("ph, pw, stride", [(2, 2, 2), (3, 3, 1), (2, 3, 1), (1, 2, 3), (4, 5, 1)])
def test_the_pooling_agrees_with_differences_of_the_loss(ph, pw, stride):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(2, 2, 4, 5))
    dout = rng.normal(size=pooled(x, ph, pw, stride).shape)
    wanted = differences(lambda: np.sum(dout * pooled(x, ph, pw, stride)), x)
    np.testing.assert_allclose(reference("13.4")(dout, x, ph, pw, stride), wanted, atol=1e-8)


def test_no_probe_of_the_pooling_holds_a_tie():
    def counting(dout, x, ph, pw, stride):
        assert len(np.unique(x)) == x.size
        return reference("13.4")(dout, x, ph, pw, stride)

    assert check("13.4", counting).passed


RIGHT, right = collector()


@right("13.1")
def by_linalg(update, weights):
    return np.linalg.norm(update) / np.linalg.norm(weights)


@right("13.1")
def as_in_cs231n(update, weights):
    param_scale = np.linalg.norm(weights.ravel())
    update_scale = np.linalg.norm(update.ravel())
    return update_scale / param_scale


@right("13.1")
def one_root(update, weights):
    return np.sqrt((update**2).sum() / (weights**2).sum())


@right("13.1")
def root_mean_squares(update, weights):
    return np.sqrt(np.mean(np.square(update))) / np.sqrt(np.mean(np.square(weights)))


@right("13.1")
def in_plain_python(update, weights):
    top = math.sqrt(sum(float(u) ** 2 for u in update.flat))
    return top / math.sqrt(sum(float(w) ** 2 for w in weights.flat))


@right("13.1")
def by_hypot(update, weights):
    return math.hypot(*map(float, update.ravel())) / math.hypot(*map(float, weights.ravel()))


@right("13.1")
def by_dot_products(update, weights):
    u, w = update.ravel(), weights.ravel()
    return np.array((u.dot(u) / w.dot(w)) ** 0.5)


@right("13.1")
def with_a_case_for_zero_weights(update, weights):
    size = np.linalg.norm(weights)
    return float(np.linalg.norm(update) / size) if size > 0 else float("inf")


@right("13.2")
def linalg_norm_squared(lr, w):
    return lr / np.linalg.norm(w) ** 2


@right("13.2")
def divided_twice(lr, w):
    n = np.linalg.norm(w)
    return lr / n / n


@right("13.2")
def by_vdot(lr, w):
    return float(lr / np.vdot(w, w))


@right("13.2")
def plain_python(lr, w):
    return lr / sum(float(x) * float(x) for x in np.ravel(w))


@right("13.2")
def negative_power(lr, w):
    return lr * np.sum(np.abs(w).astype(float) ** 2) ** -1.0


@right("13.2")
def by_einsum(lr, w):
    flat = np.asarray(w).reshape(-1)
    return np.array(lr / np.einsum("i,i", flat, flat))


@right("13.2")
def mean_times_size(lr, w):
    return lr / (np.mean(w**2) * w.size)


@right("13.2")
def flat_matmul(lr, w):
    return lr / (w.ravel() @ w.ravel())


@right("13.3")
def seven_loops(dout, x, w, stride, pad):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(F)
    for n, f, i, j in np.ndindex(dout.shape):
        d = dout[n, f, i, j]
        db[f] += d
        for c in range(C):
            for a in range(HH):
                for b in range(WW):
                    row, column = i * stride + a - pad, j * stride + b - pad
                    if 0 <= row < H and 0 <= column < W:
                        dx[n, c, row, column] += d * w[f, c, a, b]
                        dw[f, c, a, b] += d * x[n, c, row, column]
    return dx, dw, db


@right("13.3")
def naive_as_in_cs231n(dout, x, w, stride, pad):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    N, F, H_out, W_out = dout.shape
    x_pad = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode="constant")
    dx_pad, dw, db = np.zeros_like(x_pad, dtype=float), np.zeros_like(w), np.zeros(F)
    for n in range(N):
        for f in range(F):
            db[f] += np.sum(dout[n, f])
            for i in range(H_out):
                for j in range(W_out):
                    rows = slice(i * stride, i * stride + HH)
                    cols = slice(j * stride, j * stride + WW)
                    dw[f] += x_pad[n, :, rows, cols] * dout[n, f, i, j]
                    dx_pad[n, :, rows, cols] += w[f] * dout[n, f, i, j]
    return dx_pad[:, :, pad : pad + H, pad : pad + W].copy(), dw, db


@right("13.3")
def strided_views(dout, x, w, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    dw = np.einsum("nfhw,nchwij->fcij", dout, windows)
    d = np.zeros(padded.shape)
    for a in range(w.shape[2]):
        for b in range(w.shape[3]):
            rows = slice(a, a + stride * dout.shape[2], stride)
            cols = slice(b, b + stride * dout.shape[3], stride)
            part = np.einsum("nfhw,fc->nchw", dout, w[:, :, a, b])
            d[:, :, rows, cols][:, :, : dout.shape[2], : dout.shape[3]] += part
    end = slice(pad, -pad) if pad else slice(None)
    return d[:, :, end, end], dw, np.einsum("nfhw->f", dout)


@right("13.3")
def im2col(dout, x, w, stride, pad):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    HO, WO = dout.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    i = np.arange(HO)[:, None, None, None] * stride + np.arange(HH)[None, None, :, None]
    j = np.arange(WO)[None, :, None, None] * stride + np.arange(WW)[None, None, None, :]
    columns = padded[:, :, i, j].transpose(0, 2, 3, 1, 4, 5).reshape(N * HO * WO, -1)
    flat = dout.transpose(0, 2, 3, 1).reshape(-1, F)
    dw = (flat.T @ columns).reshape(w.shape)
    dcolumns = (flat @ w.reshape(F, -1)).reshape(N, HO, WO, C, HH, WW).transpose(0, 3, 1, 2, 4, 5)
    d = np.zeros(padded.shape)
    np.add.at(d, (slice(None), slice(None), i, j), dcolumns)
    return d[:, :, pad : pad + H, pad : pad + W], dw, flat.sum(axis=0)


@right("13.3")
def by_tensordot(dout, x, w, stride, pad):
    (HH, WW), (H, W) = w.shape[2:], x.shape[2:]
    padded = np.zeros((*x.shape[:2], H + 2 * pad, W + 2 * pad))
    padded[:, :, pad : H + pad, pad : W + pad] = x
    d, dw = 0 * padded, 0.0
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            dw = dw + np.tensordot(dout[:, :, i, j], padded[at], axes=(0, 0))
            d[at] += np.tensordot(dout[:, :, i, j], w, axes=(1, 0))
    return [d[:, :, pad : H + pad, pad : W + pad], dw, dout.sum(3).sum(2).sum(0)]


@right("13.3")
def lists_come_back(dout, x, w, stride, pad):
    return [part.tolist() for part in reference("13.3")(dout, x, w, stride, pad)]


@right("13.3")
def image_by_image(dout, x, w, stride, pad):
    parts = [reference("13.3")(dout[n : n + 1], x[n : n + 1], w, stride, pad) for n in range(len(x))]
    return (
        np.concatenate([p[0] for p in parts]),
        np.sum([p[1] for p in parts], axis=0),
        np.sum([p[2] for p in parts], axis=0),
    )


@right("13.3")
def spread_out_and_full(dout, x, w, stride, pad):
    """dx as a full correlation of the spread-out dout with the turned kernel."""
    (HH, WW), (H, W) = w.shape[2:], x.shape[2:]
    N, F, HO, WO = dout.shape
    wide = np.zeros((N, F, H + 2 * pad + HH - 1, W + 2 * pad + WW - 1))
    wide[:, :, HH - 1 :: stride, WW - 1 :: stride][:, :, :HO, :WO] = dout
    windows = sliding_window_view(wide, (HH, WW), axis=(2, 3))
    d = np.einsum("nfhwij,fcij->nchw", windows, w[:, :, ::-1, ::-1])
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    dw = np.tensordot(dout, views, axes=((0, 2, 3), (0, 2, 3)))
    return d[:, :, pad : pad + H, pad : pad + W], dw, np.array([dout[:, f].sum() for f in range(F)])


@right("13.4")
def mask_as_in_cs231n(dout, x, ph, pw, stride):
    N, C, H, W = x.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    r, s = i * stride, j * stride
                    window = x[n, c, r : r + ph, s : s + pw]
                    dx[n, c, r : r + ph, s : s + pw] += (window == window.max()) * dout[n, c, i, j]
    return dx


@right("13.4")
def shared_among_equals(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        at = np.s_[n, c, i * stride : i * stride + ph, j * stride : j * stride + pw]
        mask = x[at] == np.amax(x[at])
        dx[at] += mask / mask.sum() * dout[n, c, i, j]
    return dx


@right("13.4")
def divmod_of_argmax(dout, x, ph, pw, stride):
    dx = np.zeros_like(x, dtype=np.float64)
    for (n, c, i, j), d in np.ndenumerate(dout):
        row, column = divmod(int(x[n, c, i * stride :, j * stride :][:ph, :pw].argmax()), pw)
        dx[n, c, i * stride + row, j * stride + column] += d
    return dx


@right("13.4")
def by_add_at(dout, x, ph, pw, stride):
    windows = sliding_window_view(x, (ph, pw), axis=(2, 3))[:, :, ::stride, ::stride]
    flat = windows.reshape(*dout.shape, ph * pw).argmax(axis=-1)
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, c, i * stride + flat // pw, j * stride + flat % pw), dout)
    return dx


@right("13.4")
def by_shifts(dout, x, ph, pw, stride):
    HO, WO = dout.shape[2:]
    windows = sliding_window_view(x, (ph, pw), axis=(2, 3))[:, :, ::stride, ::stride]
    largest = windows.max(axis=(-1, -2))
    dx = np.zeros(x.shape)
    for a in range(ph):
        for b in range(pw):
            part = dx[:, :, a::stride, b::stride][:, :, :HO, :WO]
            part += (windows[..., a, b] == largest) * dout
    return dx


@right("13.4")
def places_over_all_images_at_once(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + ph, j * stride : j * stride + pw]
            largest = x[at].max(axis=(2, 3), keepdims=True)
            dx[at] += np.where(x[at] == largest, dout[:, :, i, j][:, :, None, None], 0)
    return dx


@right("13.4")
def as_nested_lists(dout, x, ph, pw, stride):
    return reference("13.4")(dout, x, ph, pw, stride).tolist()


@right("13.4")
def by_comparing_pixels(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n, c, i, j in np.ndindex(dout.shape):
        best = None
        for r in range(i * stride, i * stride + ph):
            for s in range(j * stride, j * stride + pw):
                if best is None or x[n, c, r, s] > x[n, c, best[0], best[1]]:
                    best = (r, s)
        dx[n, c, best[0], best[1]] += dout[n, c, i, j]
    return dx


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


def test_a_small_number_below_passes_with_its_name():
    def ratio(update, weights):
        return np.linalg.norm(update) / (np.linalg.norm(weights) + 1e-8)

    assert check("13.1", ratio).convention == "1e-8 is added to the length of the weights"


WRONG, wrong = mistaken()


@wrong("13.1", "UPD-STD")
def standard_deviations(update, weights):
    return update.std() / weights.std()


@wrong("13.1", "UPD-LOG")
def log10_of_the_ratio(update, weights):
    return np.log10(np.linalg.norm(update) / np.linalg.norm(weights))


@wrong("13.1", "UPD-MEANELEMENT")
def mean_of_ratios(update, weights):
    return np.abs(update / weights).mean()


@wrong("13.1", "UPD-L1")
def mean_absolute_values(update, weights):
    return np.abs(update).mean() / np.abs(weights).mean()


@wrong("13.1", "UPD-INVERSE")
def weights_over_update(update, weights):
    return np.linalg.norm(weights) / np.linalg.norm(update)


@wrong("13.1", "UPD-ELEMENT")
def elementwise(update, weights):
    return update / weights


@wrong("13.1", "UPD-SPECTRAL")
def matrix_norm(update, weights):
    if update.ndim == 0:
        return abs(update) / abs(weights)
    return np.linalg.norm(update, ord=2) / np.linalg.norm(weights, ord=2)


@wrong("13.1", "UPD-FRO")
def frobenius(update, weights):
    return np.linalg.norm(update, ord="fro") / np.linalg.norm(weights, ord="fro")


@wrong("13.1", "UPD-ROWS")
def column_norms(update, weights):
    if update.ndim < 2:
        return np.linalg.norm(update) / np.linalg.norm(weights)
    return np.linalg.norm(update, axis=0) / np.linalg.norm(weights, axis=0)


@wrong("13.1", "UPD-AFTER")
def relative_to_the_new_weights(update, weights):
    new = weights + update
    return np.linalg.norm(update) / np.linalg.norm(new)


@wrong("13.1", "UPD-MAX")
def largest_entries(update, weights):
    return np.abs(update).max() / np.abs(weights).max()


@wrong("13.1", "UPD-SIGNED")
def sums(update, weights):
    return update.sum() / weights.sum()


@wrong("13.1", "UPD-PERCENT")
def percent(update, weights):
    return 100 * np.linalg.norm(update) / np.linalg.norm(weights)


@wrong("13.1", "UPD-NEWWEIGHTS")
def difference(update, weights):
    return np.linalg.norm(weights - update) / np.linalg.norm(weights)


@wrong("13.1", "UPD-SIZE")
def per_weight(update, weights):
    return np.linalg.norm(update) / np.linalg.norm(weights) / weights.size


@wrong("13.1", None)
def thousandth(update, weights):
    return 1e-3


@wrong("13.1", "UPD-DOT")
def cosine(update, weights):
    return (update * weights).sum() / (np.linalg.norm(update) * np.linalg.norm(weights))


@wrong("13.2", "EFF-TIMES")
def multiplied(lr, w):
    return lr * np.linalg.norm(w) ** 2


@wrong("13.2", "EFF-MEAN")
def mean_square(lr, w):
    return lr / np.mean(np.square(w))


@wrong("13.2", "EFF-ELEMENT")
def adagrad_like(lr, w):
    return lr / (w * w)


@wrong("13.2", "EFF-MATMUL")
def at_sign(lr, w):
    return lr / (w.T @ w)


@wrong("13.2", "EFF-SUM")
def squared_sum(lr, w):
    return lr / np.sum(w) ** 2


@wrong("13.2", "EFF-LR")
def precedence(lr, w):
    return lr / np.linalg.norm(w) * np.linalg.norm(w)


@wrong("13.2", "EFF-FOURTH")
def squared_twice(lr, w):
    return lr / np.sum(w**2) ** 2


@wrong("13.2", "EFF-SPECTRAL")
def spectral(lr, w):
    return lr / (np.linalg.norm(w, 2) if w.ndim else np.abs(w)) ** 2


@wrong("13.2", "EFF-VARIANCE")
def variance(lr, w):
    return lr / w.var()


@wrong("13.2", "EFF-SQLR")
def brackets(lr, w):
    return (lr / np.linalg.norm(w)) ** 2


@wrong("13.2", "EFF-NOLR")
def no_lr(lr, w):
    return 1.0 / np.sum(w * w)


@wrong("13.2", "EFF-ROWS")
def per_filter(lr, w):
    if w.ndim < 2:
        return lr / np.sum(w**2)
    return lr / np.sum(w**2, axis=tuple(range(1, w.ndim)))


@wrong("13.2", "EFF-L1")
def absolute_sum(lr, w):
    return lr / np.abs(w).sum() ** 2


@wrong("13.2", "EFF-ONEPLUS")
def one_plus(lr, w):
    return lr / (1.0 + np.sum(w**2))


@wrong("13.2", "EFF-HALF")
def from_half_the_square(lr, w):
    return lr / (2 * np.sum(w**2))


@wrong("13.2", None)
def cosine_decay(lr, w):
    return lr * (1 - np.sum(w**2))


def conv(dout, x, w, stride, pad, crop=None, flip=False, step=None):
    """A way back in the style of a class assignment, with places to go wrong."""
    F, C, HH, WW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    s = stride if step is None else step
    for n, f, i, j in np.ndindex(dout.shape):
        kernel = w[f, :, ::-1, ::-1] if flip else w[f]
        dw[f] += xp[n, :, i * s : i * s + HH, j * s : j * s + WW] * dout[n, f, i, j]
        dxp[n, :, i * s : i * s + HH, j * s : j * s + WW] += kernel * dout[n, f, i, j]
    dx = crop(dxp) if crop else dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    return dx, dw, dout.sum((0, 2, 3))


@wrong("13.3", "CONV-PADSLICE")
def minus_pad(dout, x, w, stride, pad):
    return conv(dout, x, w, stride, pad, crop=lambda d: d[:, :, pad:-pad, pad:-pad])


@wrong("13.3", "CONV-PADDED")
def border_left_on(dout, x, w, stride, pad):
    return conv(dout, x, w, stride, pad, crop=lambda d: d)


@wrong("13.3", "CONV-FLIP")
def turned_kernel(dout, x, w, stride, pad):
    return conv(dout, x, w, stride, pad, flip=True)


@wrong("13.3", "CONV-NOSTRIDE")
def stride_forgotten(dout, x, w, stride, pad):
    return conv(dout, x, w, stride, pad, step=1)


@wrong("13.3", "CONV-CROP")
def wrong_corner(dout, x, w, stride, pad):
    return conv(dout, x, w, stride, pad, crop=lambda d: d[:, :, : x.shape[2], : x.shape[3]])


@wrong("13.3", "CONV-DBSHAPE")
def bias_per_image(dout, x, w, stride, pad):
    dx, dw, _ = conv(dout, x, w, stride, pad)
    return dx, dw, np.sum(dout, axis=(2, 3))


@wrong("13.3", "CONV-DBMEAN")
def bias_mean(dout, x, w, stride, pad):
    dx, dw, _ = conv(dout, x, w, stride, pad)
    return dx, dw, dout.mean(axis=(0, 2, 3))


@wrong("13.3", "CONV-DIVN")
def batch_mean(dout, x, w, stride, pad):
    dx, dw, db = conv(dout, x, w, stride, pad)
    return dx, dw / x.shape[0], db / x.shape[0]


@wrong("13.3", "CONV-ASSIGN")
def not_added(dout, x, w, stride, pad):
    _, dw, db = conv(dout, x, w, stride, pad)
    d = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows = slice(i * stride, i * stride + w.shape[2])
            cols = slice(j * stride, j * stride + w.shape[3])
            d[:, :, rows, cols] = np.tensordot(dout[:, :, i, j], w, 1)
    return d[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


@wrong("13.3", "CONV-DWASSIGN")
def filters_overwritten(dout, x, w, stride, pad):
    dx, dw, db = conv(dout, x, w, stride, pad)
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = xp[:, :, i * stride :, j * stride :][:, :, : w.shape[2], : w.shape[3]]
            dw = np.tensordot(dout[:, :, i, j].T, window, 1)
    return dx, dw, db


@wrong("13.3", "CONV-ORDER")
def weights_first(dout, x, w, stride, pad):
    dx, dw, db = conv(dout, x, w, stride, pad)
    return dw, db, dx


@wrong("13.3", "CONV-SIGN")
def minus(dout, x, w, stride, pad):
    return tuple(-part for part in conv(dout, x, w, stride, pad))


@wrong("13.3", "CONV-DBSHAPE")
def bias_as_a_column(dout, x, w, stride, pad):
    dx, dw, db = conv(dout, x, w, stride, pad)
    return dx, dw, db.reshape(-1, 1)


@wrong("13.3", "CONV-SQUARE")
def kernel_of_one_size(dout, x, w, stride, pad):
    k = w.shape[2]
    dx, dw, db = conv(dout, x, np.zeros((*w.shape[:2], k, k)) + w, stride, pad)
    return dx, dw, db


@wrong("13.3", "GD-INT")
def zeros_like_the_pixels(dout, x, w, stride, pad):
    dx = np.zeros_like(x)
    full, dw, db = conv(dout, x, w, stride, pad)
    dx[:] = full
    return dx, dw, db


@wrong("13.3", "CONV-LASTIMAGE")
def assigned_in_the_loop_of_images(dout, x, w, stride, pad):
    dx, _, db = conv(dout, x, w, stride, pad)
    for n in range(len(x)):
        _, dw, _ = conv(dout[n : n + 1], x[n : n + 1], w, stride, pad)
    return dx, dw, db


@wrong("13.3", "CONV-NODOUT")
def of_the_sum_of_outputs(dout, x, w, stride, pad):
    return conv(np.ones_like(dout), x, w, stride, pad)


@wrong("13.3", None)
def no_bias(dout, x, w, stride, pad):
    return conv(dout, x, w, stride, pad)[:2]


def pool(dout, x, ph, pw, stride, write):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        at = np.s_[n, c, i * stride : i * stride + ph, j * stride : j * stride + pw]
        write(dx[at], x[at], dout[n, c, i, j])
    return dx


@wrong("13.4", "POOL-ASSIGN")
def mask_assigned(dout, x, ph, pw, stride):
    def write(d, window, value):
        d[:] = (window == np.max(window)) * value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-ASSIGN")
def pixel_assigned(dout, x, ph, pw, stride):
    def write(d, window, value):
        d[np.unravel_index(window.argmax(), window.shape)] = value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-EVENLY")
def average(dout, x, ph, pw, stride):
    def write(d, window, value):
        d += value / (ph * pw)

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-EVERY")
def to_all(dout, x, ph, pw, stride):
    def write(d, window, value):
        d += value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-NODOUT")
def mask_only(dout, x, ph, pw, stride):
    def write(d, window, value):
        d += window == window.max()

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-VALUE")
def mask_times_window(dout, x, ph, pw, stride):
    def write(d, window, value):
        d += np.multiply(window == window.max(), window) * value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-MIN")
def smallest(dout, x, ph, pw, stride):
    def write(d, window, value):
        d += (window == window.min()) * value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-ABS")
def largest_in_size(dout, x, ph, pw, stride):
    def write(d, window, value):
        d += (np.abs(window) == np.abs(window).max()) * value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-LOCAL")
def corner_of_the_image(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + ph, j * stride : j * stride + pw]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, row, column] += dout[n, c, i, j]
    return dx


@wrong("13.4", "POOL-NOSTRIDE")
def without_stride(dout, x, ph, pw, stride):
    return pool(dout, x, ph, pw, 1, lambda d, window, value: np.add.at(d, window == window.max(), value))


@wrong("13.4", "POOL-SWAPPED")
def width_first(dout, x, ph, pw, stride):
    return pool(dout, x, pw, ph, stride, lambda d, window, value: np.add.at(d, window == window.max(), value))


@wrong("13.4", "POOL-SQUARE")
def square_windows(dout, x, ph, pw, stride):
    return pool(dout, x, ph, ph, stride, lambda d, window, value: np.add.at(d, window == window.max(), value))


@wrong("13.4", "POOL-ZERO")
def starts_its_search_at_zero(dout, x, ph, pw, stride):
    def write(d, window, value):
        best, place = 0, None
        for index, pixel in np.ndenumerate(window):
            if pixel > best:
                best, place = pixel, index
        if place is not None:
            d[place] += value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-SIGN")
def minus_the_gradient(dout, x, ph, pw, stride):
    def write(d, window, value):
        d -= (window == window.max()) * value

    return pool(dout, x, ph, pw, stride, write)


@wrong("13.4", "POOL-FIRSTIMAGE")
def returns_too_early(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for n in range(len(x)):
        dx[n] = pool(
            dout[n : n + 1],
            x[n : n + 1],
            ph,
            pw,
            stride,
            lambda d, window, value: np.add.at(d, window == window.max(), value),
        )[0]
        return dx


@wrong("13.4", "GD-INT")
def zeros_like(dout, x, ph, pw, stride):
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + ph, j * stride : j * stride + pw]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * stride + row, j * stride + column] += dout[n, c, i, j]
    return dx


@wrong("13.4", "POOL-SIZESTRIDE")
def moves_by_the_window(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * ph : (i + 1) * ph, j * pw : (j + 1) * pw]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * ph + row, j * pw + column] += dout[n, c, i, j]
    return dx


@wrong("13.4", "POOL-ALLX")
def global_maximum(dout, x, ph, pw, stride):
    return pool(dout, x, ph, pw, stride, lambda d, window, value: np.add.at(d, window == x.max(), value))


@wrong("13.4", "POOL-DIVMOD")
def divided_by_the_height(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * stride : i * stride + ph, j * stride : j * stride + pw]
        at = window.argmax()
        dx[n, c, i * stride + at // ph, j * stride + at % ph] += dout[n, c, i, j]
    return dx


@wrong("13.4", "POOL-CHANNELS")
def maximum_over_channels(dout, x, ph, pw, stride):
    dx = np.zeros(x.shape)
    for n in range(len(x)):
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                at = np.s_[n, :, i * stride : i * stride + ph, j * stride : j * stride + pw]
                dx[at] += (x[at] == x[at].max()) * dout[n, :, i, j][:, None, None]
    return dx


@pytest.mark.parametrize("id, mistake, answer", WRONG)
def test_a_wrong_answer_is_rejected_and_named(id, mistake, answer):
    verdict = check(id, answer)
    assert not verdict.passed and verdict.mistake == mistake, verdict.text
