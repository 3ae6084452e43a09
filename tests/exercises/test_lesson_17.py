"""Lesson 17: the references against theory, right answers in other styles, arguments for the mutants."""

import math
import statistics

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import REGISTRY, check


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    if id == "17.1":
        finals = rng.normal(size=int(rng.integers(1, 9)))
        bad = rng.random(finals.size) < rng.choice([0.0, 0.3, 0.8])
        return (np.where(bad, rng.choice([np.inf, np.nan], finals.size), finals),)
    if id == "17.2":
        times = rng.integers(1, 9, size=rng.integers(1, 5, 2)).astype(float)
        times[rng.random(times.shape) < 0.4] = np.inf
        return times, rng.choice([1.0, 1.5, 2.0, 4.0, np.inf], size=int(rng.integers(1, 4)))
    if id == "17.3":
        d = np.cumsum(rng.uniform(0.5, 2.0, int(rng.choice([1, 7, 9, 11])))) - 3.0
        rng.shuffle(d)
        b = rng.normal(size=d.size) * 10
        return b + d, b, np.random.default_rng(int(rng.integers(1000))), int(rng.choice([1, 3000]))
    if id == "17.4":
        a = rng.uniform(-0.5, 0.5)
        return np.array([[1.0, a], [a, 2.0]]), rng.normal(size=2), rng.normal(size=2) * 3
    raise KeyError(id)


def plain_function(id, answer):
    """For the mutants: what must hold of an answer where many different ones are right."""
    if id == "17.3":

        def interval(a, b, rng, n):
            lo, hi = answer(a, b, rng, n)
            if n == 1:
                return lo == hi, np.isclose(a - b, lo).any()
            low, high = exact_limits(a - b, 0.025, 0.016)
            return low[0] <= lo + 1e-9 <= low[1] + 1e-6, high[0] <= hi + 1e-9 <= high[1] + 1e-6

        return interval
    if id == "17.4":

        def optimizer(hessian, bottom, start):
            def last(lr, steps):
                w, state = bottom + start, {}
                for _ in range(steps):
                    w, state = answer(w, hessian @ (w - bottom), dict(state), lr)
                return float((w - bottom) @ hessian @ (w - bottom) / (start @ hessian @ start))

            best = min(x for x in (last(lr, 100) for lr in (0.01, 0.05, 0.2)) if x == x)
            moves = [np.abs(answer(bottom, start, {}, lr)[0] - bottom).max() for lr in (1e-3, 1e-2)]
            return best < 0.05, last(1e-4, 5) < 1, moves[1] > moves[0] > 0

        return optimizer
    return answer


def exact_limits(d, share, slack):
    """Between which differences the ends of the interval may lie, from the binomial distribution."""
    d, k = np.sort(d), len(d)
    need = k // 2 + 1
    at_most = [
        sum(math.comb(k, i) * (j / k) ** i * (1 - j / k) ** (k - i) for i in range(need, k + 1))
        for j in range(1, k + 1)
    ]

    def quantile(q):
        return d[next(j for j in range(k) if at_most[j] >= q - 1e-12)]

    low = quantile(max(share - slack, 1e-9)), quantile(share + slack)
    return low, (quantile(1 - share - slack), quantile(min(1 - share + slack, 1.0)))


def reference(id):
    return REGISTRY[id].reference


def test_the_summary_is_numpys_where_all_is_finite():
    rng = np.random.default_rng(1)
    for n in range(1, 20):
        finals = rng.normal(size=n)
        np.testing.assert_allclose(
            reference("17.1")(finals), np.quantile(finals, [0.5, 0.25, 0.75]), rtol=1e-12, atol=1e-14
        )
        assert reference("17.1")(finals)[0] == pytest.approx(statistics.median(finals.tolist()))


def test_the_summary_with_inf_is_the_limit_of_larger_and_larger_losses():
    rng = np.random.default_rng(2)
    for n in range(1, 12):
        for bad in range(n + 1):
            finals = rng.normal(size=n)
            finals[:bad] = np.inf
            large = np.quantile(np.where(np.isinf(finals), 1e300, finals), [0.5, 0.25, 0.75])
            limit = np.where(large > 1e200, np.inf, large)
            np.testing.assert_allclose(reference("17.1")(finals), limit, rtol=1e-12, atol=1e-14)


def test_the_profile_by_counting():
    rng = np.random.default_rng(3)
    for _ in range(40):
        times, taus = random_arguments("17.2", rng)
        got = reference("17.2")(times, taus)
        for s, row in enumerate(times):
            for j, tau in enumerate(taus):
                near = 0
                for p, time in enumerate(row):
                    if time != np.inf and time <= tau * min(times[:, p]):
                        near += 1
                assert got[s, j] == near / times.shape[1]


def test_the_interval_agrees_with_the_binomial_distribution():
    rng = np.random.default_rng(4)
    for k in (7, 9, 11, 15):
        d = np.sort(rng.normal(size=k))
        b = rng.normal(size=k)
        lo, hi = reference("17.3")(b + d, b, rng, 20_000)
        low, high = exact_limits(d, 0.025, 0.006)
        assert low[0] - 1e-9 <= lo <= low[1] + 1e-9 and high[0] - 1e-9 <= hi <= high[1] + 1e-9


def test_the_interval_covers_the_true_median_about_as_often_as_it_says():
    rng, hits = np.random.default_rng(5), 0
    for _ in range(200):
        b = rng.normal(size=15) * 3
        lo, hi = reference("17.3")(b + rng.normal(size=15) + 0.7, b, rng, 300)
        hits += lo <= 0.7 <= hi
    assert 0.88 <= hits / 200 <= 0.99


def test_the_optimizer_is_the_heavy_ball():
    w, state, v, x = np.array([3.0, -1.0]), {}, np.zeros(2), np.array([3.0, -1.0])
    for _ in range(6):
        w, state = reference("17.4")(w, 2 * w, state, 0.05)
        v = 0.9 * v + 2 * x
        x = x - 0.05 * v
    np.testing.assert_allclose(w, x, rtol=1e-12)


RIGHT, right = collector()


@right("17.1")
def by_a_sorted_list(finals):
    xs = sorted(x if x == x else math.inf for x in (float(f) for f in finals))

    def part(q):
        i = int(q * (len(xs) - 1))
        f = q * (len(xs) - 1) - i
        if f == 0:
            return xs[i]
        return math.inf if xs[i + 1] == math.inf else xs[i] * (1 - f) + xs[i + 1] * f

    return [part(0.5), part(0.25), part(0.75)]


@right("17.1")
def by_a_huge_number(finals):
    a = np.array(finals, dtype=float)
    a[~np.isfinite(a)] = 1e200
    q = np.quantile(a, [0.5, 0.25, 0.75])
    q[q > 1e100] = np.inf
    return tuple(q)


@right("17.1")
def by_numpy_and_a_mend(finals):
    a = np.where(np.isnan(finals), np.inf, np.asarray(finals, float))
    lower = np.quantile(a, [0.5, 0.25, 0.75], method="lower")
    higher = np.quantile(a, [0.5, 0.25, 0.75], method="higher")
    place = np.array([0.5, 0.25, 0.75]) * (len(a) - 1)
    with np.errstate(all="ignore"):
        mixed = lower + (place - np.floor(place)) * (higher - lower)
    return np.where(lower == higher, lower, mixed)


@right("17.1")
def by_the_statistics_module(finals):
    a = sorted(1e250 if math.isnan(x) or math.isinf(x) else float(x) for x in finals)
    if len(a) == 1:
        a = a * 2
    q25, median, q75 = statistics.quantiles(a, n=4, method="inclusive")
    return tuple(math.inf if x > 1e200 else x for x in (median, q25, q75))


@right("17.1")
def by_nan_to_num(finals):
    a = np.sort(np.nan_to_num(finals, nan=np.inf, posinf=np.inf))
    out = {}
    for q in (25, 50, 75):
        at, rest = divmod(q * (len(a) - 1), 100)
        out[q] = a[at] if rest == 0 or a[at] == a[at + 1] else a[at] + rest / 100 * (a[at + 1] - a[at])
    return out[50], out[25], out[75]


@right("17.1")
def by_interp_of_the_finite(finals):
    a = np.sort(np.where(np.isnan(finals), np.inf, finals))
    good = np.isfinite(a).sum()

    def at(place):
        if place > good - 1:
            return np.inf
        return np.interp(place, np.arange(good), a[:good])

    return at((len(a) - 1) / 2), at((len(a) - 1) / 4), at((len(a) - 1) * 3 / 4)


@right("17.1")
def as_an_array(finals):
    return np.array(reference("17.1")(list(finals)))


@right("17.1")
def by_a_comparison(finals):
    xs = sorted(finals, key=lambda x: math.inf if x != x else x)
    xs = [math.inf if x != x else x for x in xs]
    result = []
    for num in (2, 1, 3):
        i, r = divmod(num * (len(xs) - 1), 4)
        low, high = xs[i], xs[min(i + 1, len(xs) - 1)]
        result.append(low if r == 0 or math.isinf(low) else low + (high - low) * r / 4)
    return tuple(result)


@right("17.2")
def by_three_loops(times, taus):
    S, P = len(times), len(times[0])
    out = np.zeros((S, len(taus)))
    for p in range(P):
        best = min(times[s][p] for s in range(S))
        for s in range(S):
            for j, tau in enumerate(taus):
                if times[s][p] < np.inf and times[s][p] <= tau * best:
                    out[s][j] += 1 / P
    return out


@right("17.2")
def by_ratios(times, taus):
    times = np.array(times, float)
    ratios = np.where(np.isfinite(times), times / times.min(axis=0), np.nan)
    return np.array([[np.mean(row <= tau) for tau in taus] for row in ratios])


@right("17.2")
def by_searching(times, taus):
    times = np.array(times, float)
    rows = []
    for row in times:
        solved = np.isfinite(row)
        ratios = np.sort(row[solved] / times.min(axis=0)[solved])
        rows.append(np.searchsorted(ratios, taus, side="right") / times.shape[1])
    return np.array(rows)


@right("17.2")
def best_of_the_others(times, taus):
    times = np.array(times, float)
    out = []
    for i, row in enumerate(times):
        others = np.delete(times, i, axis=0).min(axis=0, initial=np.inf)
        out.append([np.mean((row <= tau * others) & (row < np.inf)) for tau in taus])
    return out


@right("17.2")
def by_einsum(times, taus):
    times, taus = np.asarray(times, float), np.asarray(taus, float)
    limit = np.einsum("t,p->tp", taus, np.where(np.isinf(times.min(0)), 0.0, times.min(0)))
    ok = (times[:, None] <= limit[None]) & (times[:, None] != np.inf)
    return ok.sum(-1) / times.shape[1]


@right("17.2")
def by_sums_of_lists(times, taus):
    best = [min(column) for column in zip(*times, strict=True)]


    def share(row, tau):
        return sum(t <= tau * b and not math.isinf(t) for t, b in zip(row, best, strict=True)) / len(best)

    return [[share(row, tau) for tau in taus] for row in times]


@right("17.2")
def with_nan_for_unsolved(times, taus):
    t = np.array(times, dtype=np.float64)
    t[np.isinf(t)] = np.nan
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = np.nanmin(t, axis=0)
    return np.stack([(t <= tau * best).mean(1) if np.isfinite(tau) else (t > 0).mean(1) for tau in taus], 1)


@right("17.2")
def by_broadcasting_at_the_end(times, taus):
    times = np.asarray(times, float)
    ratio = times / times.min(axis=0, keepdims=True)
    near = (ratio[..., None] <= np.asarray(taus)) & np.isfinite(times)[..., None]
    return near.mean(axis=1)


@right("17.3")
def by_a_loop(a, b, rng, n):
    d = [x - y for x, y in zip(a, b, strict=True)]
    medians = []
    for _ in range(n):
        medians.append(statistics.median(d[i] for i in rng.integers(0, len(d), len(d))))
    return np.quantile(medians, 0.025), np.quantile(medians, 0.975)


@right("17.3")
def by_choice(a, b, rng, n):
    d = np.array(a) - np.array(b)
    m = np.median(rng.choice(d, size=(n, d.size), replace=True), axis=1)
    return np.percentile(m, 2.5), np.percentile(m, 97.5)


@right("17.3")
def by_pairs(a, b, rng, n):
    a, b = np.asarray(a), np.asarray(b)
    medians = np.empty(n)
    for r in range(n):
        i = rng.integers(len(a), size=len(a))
        medians[r] = np.median(a[i] - b[i])
    return list(np.percentile(medians, (2.5, 97.5)))


@right("17.3")
def by_uniform_numbers(a, b, rng, n):
    d = np.asarray(a, float) - np.asarray(b, float)
    rows = (rng.random((len(d), n)) * len(d)).astype(int)
    return tuple(np.quantile(np.median(d[rows], axis=0), [0.025, 0.975]))


@right("17.3")
def by_sorting(a, b, rng, n):
    d = np.asarray(a, float) - np.asarray(b, float)
    medians = np.sort(np.median(d[rng.integers(0, len(d), (n, len(d)))], axis=1))
    return medians[int(0.025 * n)], medians[min(math.ceil(0.975 * n), n) - 1]


@right("17.3")
def by_counts(a, b, rng, n):
    d = np.asarray(a, float) - np.asarray(b, float)
    order, k = np.argsort(d), len(d)
    counts = rng.multinomial(k, np.full(k, 1 / k), size=n)[:, order]
    place = np.cumsum(counts, axis=1)
    low = np.argmax(place >= (k + 1) // 2, axis=1)
    high = np.argmax(place >= k // 2 + 1, axis=1)
    medians = (d[order][low] + d[order][high]) / 2
    return np.percentile(medians, 2.5), np.percentile(medians, 97.5)


@right("17.3")
def by_column_stack(a, b, rng, n):
    pairs = np.column_stack([a, b])
    draws = [rng.choice(pairs, len(pairs), axis=0) for _ in range(n)]
    medians = [np.median(draw[:, 0] - draw[:, 1]) for draw in draws]
    return np.percentile(medians, [2.5, 97.5])


@right("17.3")
def minus_the_other_way(a, b, rng, n):
    d = np.subtract(b, a)
    m = -np.median(d[rng.integers(0, len(d), (n, len(d)))], axis=1)
    return np.quantile(m, 0.025), np.quantile(m, 0.975)


@right("17.4")
def plain_gradient_descent(w, grad, state, lr):
    return w - lr * grad, {}


@right("17.4")
def adam(w, grad, state, lr):
    t = state.get("t", 0) + 1
    m = 0.9 * state.get("m", 0 * grad) + 0.1 * grad
    v = 0.99 * state.get("v", 0 * grad) + 0.01 * grad**2
    step = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return w - lr / np.sqrt(t) * step, {"t": t, "m": m, "v": v}


@right("17.4")
def adagrad(w, grad, state, lr):
    cache = state.get("cache", 0) + grad * grad
    return w - lr * grad / (np.sqrt(cache) + 1e-10), dict(cache=cache)


@right("17.4")
def fading_signs(w, grad, state, lr):
    t = state.get("t", 0)
    return w - lr * 0.95**t * np.sign(grad), {"t": t + 1}


@right("17.4")
def nesterov(w, grad, state, lr):
    v = 0.8 * state.get("v", np.zeros_like(grad)) + grad
    return [w - lr * (grad + 0.8 * v), {"v": v}]


@right("17.4")
def clipped(w, grad, state, lr):
    norm = np.sqrt(np.sum(grad**2))
    return w - lr * grad * min(1.0, 5.0 / (norm + 1e-12)), state


@right("17.4")
def averaged_gradients(w, grad, state, lr):
    last = state["last"] if "last" in state else [grad]
    last = (list(last) + [grad])[-3:]
    return w - lr * sum(last) / len(last), {"last": last}


@right("17.4")
def with_a_little_decay(w, grad, state, lr):
    m = 0.7 * state.get("m", 0.0) + 0.3 * grad
    return w - lr * (m + 1e-4 * w), {"m": m, "steps": state.get("steps", 0) + 1}


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text
