"""Averages beside torch.optim.swa_utils and optax: live where they are installed, stored values everywhere.

`python tests/test_averaging.py` makes the stored values again.
"""

import importlib.util
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimlab.averaging import EMA, SWA, PolyakRuppert, ema_update, running_mean_update

STORED = Path(__file__).parent / "references" / "averaging.json"
STEPS = 40
# The same numbers with every NumPy: the stream of RandomState never changes.
WALK = np.random.RandomState(0).uniform(-1, 1, (STEPS, 4)).cumsum(axis=0)


def torch_average(start=0, every=1, decay=None):
    def values():
        import torch

        average = torch.optim.swa_utils.get_ema_multi_avg_fn(decay) if decay else None
        model = torch.nn.Linear(3, 1).double()
        averaged = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=average)
        path = []
        for t, point in enumerate(WALK):
            with torch.no_grad():
                model.weight.copy_(torch.from_numpy(point[:3]))
                model.bias.copy_(torch.from_numpy(point[3:]))
            if t >= start and (t - start) % every == 0:
                averaged.update_parameters(model)
                path.append([*averaged.module.weight[0].tolist(), *averaged.module.bias.tolist()])
        return path

    return "torch", f"AveragedModel {start} {every} {decay}", values


def optax_average(decay, debias):
    def values():
        import jax
        import optax

        jax.config.update("jax_enable_x64", True)
        transformation = optax.ema(decay, debias=debias, accumulator_dtype=jax.numpy.float64)
        state = transformation.init(jax.numpy.zeros(4))
        path = []
        for point in WALK:
            average, state = transformation.update(jax.numpy.asarray(point), state)
            path.append(average.tolist())
        return path

    return "optax", f"ema {decay} {debias}", values


CASES = [
    (lambda w: SWA(w), torch_average()),
    (lambda w: SWA(w, start=7, every=5), torch_average(7, 5)),
    (lambda w: PolyakRuppert(w), torch_average()),
    (lambda w: PolyakRuppert(w, start=11), torch_average(11)),
    (lambda w: EMA(w, decay=0.9, correction=False), torch_average(decay=0.9)),
    (lambda w: EMA(w, decay=0.9), optax_average(0.9, True)),
    (lambda w: EMA(w, decay=0.5), optax_average(0.5, True)),
]
NAMED = [pytest.param(*case, id=f"{number} {case[1][1]}") for number, case in enumerate(CASES)]


def our_path(make):
    """The average after each update that counted."""
    weight, bias = np.zeros((1, 3)), np.zeros(1)
    average = make([weight, bias])
    path, counted = [], 0
    for point in WALK:
        weight[...], bias[...] = point[:3], point[3:]
        average.update()
        if average.n_averaged > counted:
            counted = average.n_averaged
            path.append(np.concatenate([a.ravel() for a in average.params]))
    return path


@pytest.mark.parametrize("make, theirs", NAMED)
def test_equals_the_stored_values(make, theirs):
    np.testing.assert_allclose(
        our_path(make), json.loads(STORED.read_text())[theirs[1]], rtol=1e-12, atol=1e-13
    )


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("make, theirs", NAMED)
def test_equals_the_live_values(make, theirs):
    library, _, values = theirs
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} not installed: the stored values were compared instead")
    np.testing.assert_allclose(our_path(make), values(), rtol=1e-12, atol=1e-13)


# Closed forms


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(0, 0.99))
def test_a_corrected_ema_is_a_weighted_mean(values, decay):
    w = np.zeros(1)
    average = EMA(w, decay=decay)
    for value in values:
        w[...] = value
        average.update()
    weights = decay ** np.arange(len(values))[::-1]
    assert average.params[0][0] == pytest.approx(weights @ values / weights.sum(), rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.integers(0, 5), st.integers(1, 4))
def test_means(values, start, every):
    w = np.zeros(1)
    tail, cycles = PolyakRuppert(w, start=start), SWA(w, start=start, every=every)
    for value in values:
        w[...] = value
        tail.update()
        cycles.update()
    for average, counted in ((tail, values[start:]), (cycles, values[start::every])):
        assert average.n_averaged == len(counted)
        expected = np.mean(counted) if counted else values[-1]
        assert average.params[0][0] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_schedule_of_decays_is_corrected_by_their_product():
    w = np.zeros(1)
    average = EMA(w, decay=lambda step: [0.5, 0.8, 0.9][step])
    for value in (1.0, 2.0, 3.0):
        w[...] = value
        average.update()
    expected = (0.9 * 0.8 * 0.5 * 1.0 + 0.9 * 0.2 * 2.0 + 0.1 * 3.0) / (1 - 0.5 * 0.8 * 0.9)
    assert average.params[0][0] == pytest.approx(expected, rel=1e-14)


def test_an_array_of_decays_is_as_many_averages():
    w = np.zeros((3, 2))
    together = EMA(w, decay=np.array([[0.0], [0.5], [0.9]]))
    alone = [EMA(row, decay=decay) for row, decay in zip(w, (0.0, 0.5, 0.9), strict=True)]
    for value in (1.0, 5.0, 2.0):
        w[...] = value
        for average in (together, *alone):
            average.update()
    for row, average in zip(together.params[0], alone, strict=True):
        np.testing.assert_array_equal(row, average.params[0])


def test_the_functions_of_lesson_10_change_nothing():
    avg, w = np.array([1.0, 2.0]), np.array([3.0, 6.0])
    np.testing.assert_array_equal(ema_update(avg, w, 0.75), [1.5, 3.0])
    np.testing.assert_array_equal(running_mean_update(avg, w, 3), [1.5, 3.0])
    np.testing.assert_array_equal([avg, w], [[1.0, 2.0], [3.0, 6.0]])


def test_the_variance_of_lesson_10():
    """x = a x + noise: an EMA of decay d has (1 - d) / (1 + d) * (1 + d a) / (1 - d a) of its variance."""
    lr, decay = 0.4, 0.99
    a = 1 - lr
    theory = (1 - decay) / (1 + decay) * (1 + decay * a) / (1 - decay * a)
    assert 1 / theory == pytest.approx(50.7, abs=0.1)
    noise = np.random.default_rng(0).standard_normal((4000, 2000))
    w = np.zeros(2000)
    average = EMA(w, decay=decay)
    for draw in noise:
        w[...] = a * w + lr * draw
        average.update()
    assert np.var(w) / np.var(average.params[0]) == pytest.approx(1 / theory, rel=0.15)


# Promises

MAKERS = [EMA, SWA, PolyakRuppert, lambda w: EMA(w, correction=False), lambda w: SWA(w, start=2, every=3)]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_params_are_watched_and_left_alone(make, dtype):
    w = [np.ones((2, 3), dtype), np.ones((), dtype)]
    average = make(w)
    for p, a in zip(w, average.params, strict=True):
        np.testing.assert_array_equal(p, a)
    for value in range(5):
        for p in w:
            p[...] = value
        average.update()
    assert all((p == 4).all() for p in w)
    assert [(a.shape, a.dtype) for a in average.params] == [(p.shape, p.dtype) for p in w]
    average.params[0][...] = 77
    assert not np.any(average.params[0] == 77)


@pytest.mark.parametrize("make", MAKERS)
def test_in_place_puts_the_average_in_and_takes_it_out(make):
    w = np.array([1.0])
    average = make(w)
    for value in (1.0, 3.0, 9.0):
        w[...] = value
        average.update()
    with average.in_place():
        np.testing.assert_array_equal(w, average.params[0])
    assert w == 9
    with pytest.raises(KeyError), average.in_place():
        raise KeyError
    assert w == 9


@pytest.mark.parametrize("make", MAKERS)
def test_resumes_to_the_bit(make):
    w, v = np.zeros(3), np.zeros(3)
    whole, later = make(w), make(v)
    for point in WALK[:20, :3]:
        w[...] = point
        whole.update()
    later.load_state_dict(pickle.loads(pickle.dumps(whole.state_dict())))
    v[...] = w
    for point in WALK[20:, :3]:
        w[...] = v[...] = point
        whole.update()
        later.update()
    np.testing.assert_array_equal(whole.params, later.params)
    before = pickle.dumps(later.state_dict())
    for bad in ({}, None, {**whole.state_dict(), "averages": [np.zeros(2)]}):
        with pytest.raises(ValueError, match="^saved: "):
            later.load_state_dict(bad)
    assert pickle.dumps(later.state_dict()) == before


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: EMA(np.zeros(2), decay=1.0), ValueError, "decay: .*1"),
        (lambda: EMA(np.zeros(2), decay="slow"), TypeError, "decay: .*'slow'"),
        (lambda: EMA(np.zeros(2), decay=np.zeros(3)), ValueError, "decay: .*3"),
        (lambda: EMA(np.zeros(2), decay=lambda step: np.nan).update(), ValueError, "decay: .*nan"),
        (lambda: EMA([1.0]), TypeError, "params: .*1.0"),
        (lambda: SWA(np.zeros(2, int)), TypeError, "params: "),
        (lambda: SWA(np.zeros(2), start=-1), ValueError, "start: .*-1"),
        (lambda: SWA(np.zeros(2), every=0), ValueError, "every: .*0"),
        (lambda: PolyakRuppert(np.zeros(2), start=0.5), TypeError, "start: .*0.5"),
    ],
)
def test_bad_arguments_are_named(make, error, words):
    with pytest.raises(error, match=f"^{words}") as caught:
        make()
    assert "\n" not in str(caught.value)


if __name__ == "__main__":
    STORED.parent.mkdir(exist_ok=True)
    values = {label: make() for _, (_, label, make) in CASES}
    STORED.write_text(
        "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in values.items()) + "\n}\n"
    )
