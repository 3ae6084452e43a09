"""Lesson 15: the references against theory, right answers in other styles, arguments for the mutants."""

import struct

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    if id == "15.1":
        shape, k = ((3,), (2, 2), ())[rng.integers(3)], int(rng.integers(1, 5))
        return [rng.normal(size=shape) for _ in range(k)], [int(size) for size in rng.integers(1, 9, k)]
    if id == "15.2":
        bits = rng.integers(0, 2**32, size=6, dtype=np.uint64).astype(np.uint32)
        ties = (bits & 0xFFFF0000) | 0x8000
        x = np.concatenate([bits, ties, [0x7FFFFFFF, 0x7F7FFFFF]]).astype(np.uint32).view(np.float32)
        with np.errstate(invalid="ignore"):
            return (x.astype(float) if rng.integers(2) else x,)
    if id == "15.3":
        return int(rng.integers(0, 1000)), str(rng.choice(["SGD", "Momentum", "Adam"])), bool(rng.integers(2))
    if id == "15.4":
        return rng.uniform(0.001, 1), int(rng.integers(1, 500)), int(rng.integers(1, 500))
    raise KeyError(id)


def reference(id):
    return REGISTRY[id].reference


def test_accumulated_gradients_are_the_gradient_of_the_whole_batch():
    rng = np.random.default_rng(1)
    X, y, w = rng.normal(size=(50, 4)), rng.normal(size=50), rng.normal(size=4)

    def grad(rows):
        return 2 * X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)

    cuts = np.split(np.arange(50), [7, 10, 39, 40])
    together = reference("15.1")([grad(rows) for rows in cuts], [len(rows) for rows in cuts])
    np.testing.assert_allclose(together, grad(np.arange(50)), rtol=1e-12)


def test_bfloat16_is_the_nearest_of_all_65536():
    every = (np.arange(2**16, dtype=np.uint32) << 16).view(np.float32)
    finite = np.unique(every[np.isfinite(every)]).astype(float)
    rng = np.random.default_rng(2)
    bits = rng.integers(0, 2**32, size=5000, dtype=np.uint64).astype(np.uint32)
    bits[:1000] = (bits[:1000] & 0xFFFF0000) | 0x8000
    x = bits.view(np.float32)
    x = x[np.isfinite(x)].astype(float)
    x = x[np.abs(x) < finite[-1]]
    above = np.clip(np.searchsorted(finite, x), 1, len(finite) - 1)
    low, high = finite[above - 1], finite[above]
    even = (high.astype(np.float32).view(np.uint32) >> 16) % 2 == 0
    wanted = np.where((x - low > high - x) | ((x - low == high - x) & even), high, low)
    np.testing.assert_array_equal(reference("15.2")(x), wanted)


def test_a_thousand_steps_do_nothing():
    w, avg = np.float32(1), np.float32(1)
    for _ in range(1000):
        w = reference("15.2")(w + np.float32(1e-3))
    for _ in range(5000):
        avg = reference("15.2")(np.float32(0.999) * avg)
    assert (w, avg) == (1, 1)
    assert 0.999**5000 == pytest.approx(0.0067, abs=5e-5)


def test_memory_of_known_models():
    assert reference("15.3")(7 * 10**9, "Adam", True) == 112 * 10**9
    assert {reference("15.3")(1, name, mixed) for name in ["Adam"] for mixed in (True, False)} == {16}
    one = np.zeros(1, np.float32)
    for name, kept in (("SGD", 0), ("Momentum", 1), ("Adam", 2)):
        assert reference("15.3")(1, name, False) == (2 + kept) * one.nbytes


def test_under_adam_the_sum_of_a_unit_moves_alike_at_every_width():
    for width in (64, 256, 1024):
        move = reference("15.4")(0.01, 64, width) * np.ones(width)
        assert move.sum() == pytest.approx(0.64)


RIGHT, right = collector()


@right("15.1")
def by_np_average(grads, sizes):
    return np.average(grads, axis=0, weights=sizes)


@right("15.1")
def by_shares(grads, sizes):
    n = sum(sizes)
    return sum((size / n) * grad for grad, size in zip(grads, sizes, strict=True))


@right("15.1")
def by_a_running_mean(grads, sizes):
    mean, seen = 0.0 * grads[0], 0
    for i in range(len(grads)):
        seen += sizes[i]
        mean = mean + (grads[i] - mean) * sizes[i] / seen
    return mean


@right("15.1")
def by_tensordot(grads, sizes):
    return np.tensordot(np.asarray(sizes) / np.sum(sizes), np.stack(grads), axes=1)


@right("15.1")
def by_repeating(grads, sizes):
    return np.repeat(np.array(grads), sizes, axis=0).mean(axis=0)


@right("15.1")
def in_place_on_its_own(grads, sizes):
    total = np.zeros_like(grads[0], dtype=np.float64)
    for g, s in zip(grads, sizes, strict=True):
        total += s * g
    total /= np.sum(sizes)
    return total


@right("15.1")
def by_einsum(grads, sizes):
    return np.einsum("i,i...->...", np.array(sizes, float), np.array(grads)) / sum(sizes)


@right("15.1")
def as_a_list(grads, sizes):
    return (sum(map(lambda pair: pair[0] * pair[1], zip(grads, sizes, strict=True))) / sum(sizes)).tolist()


@right("15.2")
def by_a_bias(x):
    x = np.array(x, dtype=np.float32)
    bits = x.view(np.uint32).astype(np.uint64)
    bits += 0x7FFF + ((bits >> 16) & 1)
    out = ((bits >> 16) << 16).astype(np.uint32).view(np.float32)
    return np.where(np.isnan(x), np.float32(np.nan), out)


@right("15.2")
def by_remainder(x):
    x = np.asarray(x, np.float32)
    bits = x.view("<u4") if x.dtype.byteorder != ">" else x.view(np.uint32)
    low, high = bits % 65536, bits // 65536
    up = (low > 32768) | ((low == 32768) & (high % 2 == 1))
    up = up & np.isfinite(x)
    return np.where(np.isnan(x), x, ((high + up).astype(np.uint32) * np.uint32(65536)).view(np.float32))


@right("15.2")
def by_exponents(x):
    x = np.asarray(x, np.float32)
    wide = x.astype(np.float64)
    _, exponent = np.frexp(wide)
    step = np.ldexp(1.0, np.maximum(exponent, -125) - 8)
    with np.errstate(all="ignore"):
        out = (np.rint(wide / step) * step).astype(np.float32)
        out = np.where(np.abs(out) > np.float32(3.39e38), np.copysign(np.float32(np.inf), x), out)
    return np.where(np.isfinite(x), out, x)


@right("15.2")
def by_struct(x):
    x = np.asarray(x, np.float32)

    def one(value):
        if value != value:
            return value
        (bits,) = struct.unpack("<I", struct.pack("<f", value))
        bits = bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000
        return struct.unpack("<f", struct.pack("<I", bits))[0]

    return np.array([one(value) for value in x.ravel().tolist()], np.float32).reshape(x.shape)


@right("15.2")
def by_searching_the_neighbours(x):
    x = np.asarray(x, np.float32)
    with np.errstate(all="ignore"):
        bits = x.view(np.uint32) & np.uint32(0xFFFF0000)
        low = bits.view(np.float32).astype(float)
        high = (bits + np.uint32(0x10000)).view(np.float32).astype(float)
        top = np.float64(2.0**128)
        high = np.where(np.isinf(high), np.copysign(top, x), high)
        near = np.abs(x - low) - np.abs(high - x)
        odd = (bits >> 16) & 1 == 1
        out = np.where((near > 0) | ((near == 0) & odd), high, low).astype(np.float32)
    return np.where(np.isfinite(x), out, x)


@right("15.2")
def with_halves(x):
    x = np.ascontiguousarray(x, dtype=np.float32) if np.ndim(x) else np.asarray(x, np.float32)
    bits = x.view(np.uint32)
    half = np.uint32(0x8000)
    even_tie = (bits & np.uint32(0x1FFFF)) == half
    out = np.where(even_tie, bits, bits + half) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(x), np.nan, out.view(np.float32)).astype(np.float32)


@right("15.2")
def as_float64(x):
    return reference("15.2")(x).astype(np.float64)


@right("15.2")
def only_what_is_no_nan(x):
    out = np.array(x, np.float32)
    fine = ~np.isnan(out)
    bits = out[fine].view(np.uint32)
    out[fine] = ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).view(np.float32)
    return out


@right("15.3")
def with_if(n, optimizer, mixed):
    total = 8 * n
    if optimizer == "Momentum":
        total += 4 * n
    elif optimizer == "Adam":
        total += 8 * n
    return total


@right("15.3")
def from_a_table(n, optimizer, mixed):
    return {"SGD": 8, "Momentum": 12, "Adam": 16}[optimizer] * n


@right("15.3")
def by_index(n, optimizer, mixed):
    return 4 * n * (2 + ["SGD", "Momentum", "Adam"].index(optimizer))


@right("15.3")
def by_parts(n, optimizer, mixed):
    low, full = n * 2, n * 4
    state = full * ("SGD", "Momentum", "Adam").index(optimizer)
    return low + low + full + state if mixed else full + full + state


@right("15.3")
def as_a_float(n, optimizer, mixed):
    return n * {"SGD": 8.0, "Momentum": 12.0, "Adam": 16.0}[optimizer]


@right("15.3")
def by_itemsize(n, optimizer, mixed):
    f2, f4 = np.dtype(np.float16).itemsize, np.dtype(np.float32).itemsize
    parts = [f2, f2, f4] if mixed else [f4, f4]
    parts += {"SGD": [], "Momentum": [f4], "Adam": [f4, f4]}[optimizer]
    return n * sum(parts)


@right("15.3")
def by_match(n, optimizer, mixed):
    match optimizer:
        case "Adam":
            per = 16
        case "Momentum":
            per = 12
        case _:
            per = 8
    return np.int64(n) * per


@right("15.3")
def by_letters(n, optimizer, mixed):
    kept = ("M" in optimizer) + 2 * ("A" in optimizer)
    return n * ((8 if mixed is False else 2 * 2 + 4) + kept * 4)


@right("15.4")
def by_the_factor(lr, base_width, width):
    return lr / (width / base_width)


@right("15.4")
def by_the_share(lr, base_width, width):
    return (base_width / width) * lr


@right("15.4")
def by_a_power(lr, base_width, width):
    return lr * (width / base_width) ** -1


@right("15.4")
def by_logs(lr, base_width, width):
    return np.exp(np.log(lr) + np.log(base_width) - np.log(width))


@right("15.4")
def as_an_array(lr, base_width, width):
    return np.array(lr * base_width / width)


@right("15.4")
def by_two_lines(lr, base_width, width):
    total = lr * base_width
    return total / width


@right("15.4")
def by_multiply(lr, base_width, width):
    return np.multiply(lr, np.true_divide(base_width, width))


@right("15.4")
def by_fractions(lr, base_width, width):
    from fractions import Fraction

    return float(Fraction(lr) * Fraction(base_width, width))


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text
