"""What every optimizer promises, whatever its rule."""

import copy
import math
import pickle
import re

import numpy as np
import pytest
from parity import Problem, sample_values, take_step
from parity.rows import ROWS

from optimlab.optim import hyper

SETTINGS = [
    pytest.param(row, settings, id=f"{row.name}-{settings or 'defaults'}")
    for row in ROWS
    for settings in row.settings()
]
EACH = [pytest.param(row, id=row.name) for row in ROWS]
PARTS = [
    pytest.param(row, name, dtype, id=f"{row.name}-{name}-{dtype.__name__}")
    for row in ROWS
    for name in row.make([np.zeros((2, 2))]).hyper_parameters
    for dtype in (np.float64, np.float32)
]
SHAPES = ((4, 3), (2, 2))


def make(row, problem, **settings):
    return row.make([p.copy() for p in problem.start], **settings)


def walk(optimizer, problem, steps, first=1):
    for t in range(first, first + steps):
        take_step(optimizer, problem, t)


def snapshot(optimizer):
    """Everything that a step may change."""
    return frozen([optimizer.params, optimizer.state, optimizer.t, optimizer.hyper_parameters])


def frozen(tree):
    """A copy of nested lists and dicts that compares to the bit."""
    if isinstance(tree, dict):
        return {key: frozen(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [frozen(value) for value in tree]
    return (tree.dtype, tree.shape, tree.tobytes()) if isinstance(tree, np.ndarray) else tree


def assert_same(these, those):
    for a, b in zip(these, those, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


def numeric(row):
    """The hyper-parameters of a row's first setting that are numbers, by name."""
    optimizer = make(row, Problem(SHAPES), **row.settings()[0])
    return {name: value for name, value in optimizer.hyper_parameters.items() if value is not None}


class Batch(Problem):
    """The same problem three times, along a new first axis."""

    def __init__(self, single, copies=3):
        self.start = [np.stack([p] * copies) for p in single.start]
        self.center = [np.stack([p] * copies) for p in single.center]
        self.curvature = [np.stack([p] * copies) for p in single.curvature]
        self.noise = [np.stack([p] * copies, axis=1) for p in single.noise]
        self.alive = [np.stack([p] * copies, axis=1) for p in single.alive]
        self.single, self.copies = single, copies

    def loss(self, params, t):
        return np.array([self.single.loss([p[i] for p in params], t) for i in range(self.copies)])


def as_batch(values, ndim):
    """Three values of a hyper-parameter as arrays that vary along the first of ndim + 1 axes."""
    if isinstance(values[0], tuple):
        return tuple(as_batch(list(column), ndim) for column in zip(*values, strict=True))
    return np.reshape(values, (3,) + (1,) * ndim)


@pytest.mark.parametrize("row, name, dtype", PARTS)
def test_one_batched_run_equals_its_separate_runs(row, name, dtype):
    for settings in row.settings():
        single = Problem(((4, 4),), dtype=dtype)
        value = make(row, single, **settings).hyper_parameters[name]
        if value is None or callable(value):
            continue
        values = sample_values(row, name, value)
        if settings.get("nesterov") and name == "dampening":
            continue  # refused together, as test_sgd.py says
        together = make(row, Batch(single), **{**settings, name: as_batch(values, 2)})
        walk(together, Batch(single), 12)
        for i, one in enumerate(values):
            alone = make(row, single, **{**settings, name: one})
            walk(alone, single, 12)
            np.testing.assert_array_equal(row.read(together)[0][i], row.read(alone)[0])


@pytest.mark.parametrize("row, settings", SETTINGS)
def test_resumes_to_the_bit(row, settings):
    problem = Problem(SHAPES)
    whole = make(row, problem, **settings)
    walk(whole, problem, 7)
    saved = pickle.loads(pickle.dumps(whole.state_dict()))
    later = row.make([p.copy() for p in whole.params], **settings)
    later.load_state_dict(saved)
    walk(whole, problem, 6, first=8)
    walk(later, problem, 6, first=8)
    assert_same(later.params, whole.params)
    assert later.t == whole.t == 13
    assert snapshot(later) == snapshot(whole)


@pytest.mark.parametrize("row", EACH)
def test_a_batch_resumes_to_the_bit(row):
    problem = Batch(Problem(((4, 4),)))
    lr = np.reshape([0.1, 0.01, 0.001], (3, 1, 1))
    whole = make(row, problem, lr=lr)
    walk(whole, problem, 4)
    later = row.make([p.copy() for p in whole.params], lr=lr / 2)
    later.load_state_dict(pickle.loads(pickle.dumps(whole.state_dict())))
    walk(whole, problem, 3, first=5)
    walk(later, problem, 3, first=5)
    assert snapshot(later) == snapshot(whole)


@pytest.mark.parametrize("row", EACH)
def test_a_state_dict_is_a_copy(row):
    problem = Problem(SHAPES)
    optimizer = make(row, problem)
    walk(optimizer, problem, 3)
    saved = optimizer.state_dict()
    before = frozen(saved)
    walk(optimizer, problem, 3, first=4)
    assert frozen(saved) == before
    optimizer.load_state_dict(saved)
    walk(optimizer, problem, 3, first=4)
    assert frozen(saved) == before


@pytest.mark.parametrize("row", EACH)
def test_state_set_by_name_is_used(row):
    problem = Problem(SHAPES)
    first, second = make(row, problem, **row.settings()[-1]), make(row, problem, **row.settings()[-1])
    walk(first, problem, 5)
    for i, state in enumerate(first.state):
        for name, value in state.items():
            second.state[i][name] = value
    for p, q in zip(second.params, first.params, strict=True):
        p[...] = q
    second.t = first.t
    walk(first, problem, 3, first=6)
    walk(second, problem, 3, first=6)
    assert_same(second.params, first.params)


@pytest.mark.parametrize("row", EACH)
def test_state_of_another_name_or_shape_is_refused(row):
    optimizer = make(row, Problem(((4, 3),)))
    with pytest.raises(ValueError, match="there is no 'exp_avgs'"):
        optimizer.state[0]["exp_avgs"] = np.zeros((4, 3))
    for name, value in optimizer.state[0].items():
        if isinstance(value, np.ndarray) and value.ndim:
            with pytest.raises(ValueError, match="shape"):
                optimizer.state[0][name] = np.zeros((7, 1, 7))


@pytest.mark.parametrize("row", EACH)
def test_a_constant_schedule_is_its_number(row):
    problem = Problem(SHAPES)
    for settings in row.settings():
        for name, value in make(row, problem, **settings).hyper_parameters.items():
            if value is None or (settings.get("nesterov") and name == "dampening"):
                continue
            schedules = [lambda step, value=value: value]
            if isinstance(value, tuple):
                schedules.append(tuple((lambda step, v=v: v) for v in value))
            plain = make(row, problem, **settings)
            walk(plain, problem, 4)
            for schedule in schedules:
                scheduled = make(row, problem, **{**settings, name: schedule})
                walk(scheduled, problem, 4)
                assert_same(scheduled.params, plain.params)


@pytest.mark.parametrize("row", EACH)
def test_a_schedule_is_asked_once_a_step_from_0(row):
    problem = Problem(SHAPES)
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1 / (1 + step)

    scheduled = make(row, problem, lr=schedule)
    plain = make(row, problem, lr=0.1)
    asked.clear()
    for t in range(1, 6):
        plain.lr = 0.1 / t
        take_step(plain, problem, t)
    walk(scheduled, problem, 5)
    assert_same(scheduled.params, plain.params)
    assert sorted(set(asked)) == [0, 1, 2, 3, 4]
    assert asked == sorted(asked)


@pytest.mark.parametrize("row, settings", SETTINGS)
def test_repr_shows_every_argument(row, settings):
    optimizer = make(row, Problem(SHAPES), **settings)
    text = repr(optimizer)
    assert text.startswith(f"{type(optimizer).__name__}(")
    for name in optimizer.hyper_parameters:
        assert f"{name}=" in text
    for name, value in settings.items():
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            shown = re.search(rf"\b{name}=([^,)]*)", text)[1]
            assert shown.strip("'") == value if isinstance(value, str) else float(shown) == value


@pytest.mark.parametrize("row, settings", SETTINGS)
def test_params_change_in_place_and_grads_never(row, settings):
    problem = Problem(SHAPES)
    arrays = [p.copy() for p in problem.start]
    optimizer = row.make(arrays, **settings)
    grads = problem.grads(arrays, 1)
    for g in grads:
        g.flags.writeable = False
    before = [g.copy() for g in grads]
    for _ in range(3):
        optimizer.step(grads, closure=lambda: (problem.loss(arrays, 1), grads))
    assert all(p is q for p, q in zip(optimizer.params, arrays, strict=True))
    assert_same(grads, before)
    assert all(np.any(p != start) for p, start in zip(arrays, problem.start, strict=True))


@pytest.mark.parametrize("row, settings", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(row, settings, dtype):
    problem = Problem(SHAPES, dtype=dtype)
    optimizer = make(row, problem, **settings)
    inside = getattr(optimizer, "optimizer", optimizer)
    rule, seen = inside.rule, []

    def recorded(*arguments, **hyper_parameters):
        step = rule(*arguments, **hyper_parameters)
        seen.extend(s.dtype for s in (step if isinstance(step, (list, tuple)) else [step]))
        return step

    inside.rule = recorded
    walk(optimizer, problem, 3)
    assert set(seen) <= {np.dtype(dtype)}
    assert all(p.dtype == dtype for p in optimizer.params)
    for state in optimizer.state:
        for value in state.values():
            # A number kept beside the arrays is a double, as a Python float would be.
            if isinstance(value, np.ndarray) and not isinstance(value, hyper.Numbers) and value.ndim:
                assert value.dtype == dtype


@pytest.mark.parametrize("row, settings", SETTINGS)
def test_a_single_number_and_no_number_at_all(row, settings):
    for shape in ((), (0,), (3, 0), (1,), (1, 1)):
        if len(shape) < row.least_axes:
            continue
        problem = Problem((shape,))
        optimizer = make(row, problem, **settings)
        walk(optimizer, problem, 3)
        assert optimizer.params[0].shape == shape
        assert np.isfinite(optimizer.params[0]).all()
    optimizer = row.make([], **settings)
    optimizer.step([], closure=lambda: (0.0, []))


@pytest.mark.parametrize("row, settings", SETTINGS)
def test_memory_layout_does_not_matter(row, settings):
    problem = Problem(((5, 4),))
    plain = make(row, problem, **settings)
    walk(plain, problem, 4)
    big = np.zeros((10, 12))
    for view in (
        big[::2, ::3],
        big[5:, 8:],
        np.zeros((4, 5)).T,
        np.zeros((5, 4), order="F"),
        big[::-2, 11:7:-1],
    ):
        view[...] = problem.start[0]
        optimizer = row.make(view, **settings)
        walk(optimizer, problem, 4)
        np.testing.assert_allclose(view, plain.params[0], rtol=0, atol=1e-13)


@pytest.mark.parametrize("row", EACH)
def test_a_list_is_as_good_as_an_array(row):
    problem = Problem(((4, 3),))
    settings = row.settings()[-1]
    alone, listed = row.make(problem.start[0].copy(), **settings), make(row, problem, **settings)
    for t in range(1, 4):
        g = problem.grads(alone.params, t)
        alone.step(g[0], closure=lambda t=t: (problem.loss(alone.params, t), problem.grads(alone.params, t)))
    walk(listed, problem, 3)
    assert_same(alone.params, listed.params)


@pytest.mark.parametrize("row", EACH)
def test_deep_copies_go_their_own_way(row):
    problem = Problem(SHAPES)
    optimizer = make(row, problem)
    walk(optimizer, problem, 2)
    twin = copy.deepcopy(optimizer)
    before = snapshot(optimizer)
    walk(twin, problem, 2, first=3)
    assert snapshot(optimizer) == before
    walk(optimizer, problem, 2, first=3)
    assert_same(optimizer.params, twin.params)


# Bad input


def wrong_grads(good):
    """(grads, error, words of its message) for grads of two arrays, (4, 3) and (2, 2)."""
    first, second = good
    broken = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
    yield [first], ValueError, "2 are needed"
    yield first, ValueError, "2 are needed"
    yield None, TypeError, "NoneType"
    yield [first, second.tolist()], TypeError, "list"
    yield [first, second[0]], ValueError, r"grads\[1\].*\(2,\)"
    yield [first, second[None]], ValueError, r"grads\[1\].*\(1, 2, 2\)"
    yield [first, second.astype(np.float32)], TypeError, r"grads\[1\].*float32"
    yield [first.astype(int), second], TypeError, r"grads\[0\].*int64"
    for word, value in broken.items():
        bad = second.copy()
        bad[1, 0] = value
        yield [first, bad], ValueError, rf"grads\[1\].*{word}.*\(1, 0\)"


@pytest.mark.parametrize("row", EACH)
def test_bad_grads_change_nothing(row):
    problem = Problem(SHAPES)
    optimizer = make(row, problem, **row.settings()[-1])
    walk(optimizer, problem, 2)
    before = snapshot(optimizer)
    for grads, error, words in wrong_grads(problem.grads(optimizer.params, 3)):
        if grads is None and row.optimizer == "LBFGS":
            continue  # it asks the closure
        with pytest.raises(error, match=f"^(?=grads).*{words}"):
            optimizer.step(grads, closure=lambda: (0.0, problem.grads(optimizer.params, 3)))
        assert snapshot(optimizer) == before


@pytest.mark.parametrize("row", EACH)
def test_bad_hyper_parameters_are_refused_by_name_and_value(row):
    problem = Problem(SHAPES)
    for name, value in numeric(row).items():
        for bad in (
            math.nan,
            -math.inf,
            "0.1",
            None,
            True,
            1j,
            [0.1],
            np.array([0.1, math.nan]),
            np.array(["a"]),
        ):
            if bad is None and name in hyper.OPTIONAL:
                continue
            values = (*value[:-1], bad) if isinstance(value, tuple) else bad
            with pytest.raises((TypeError, ValueError), match=f"^{name}: ") as caught:
                make(row, problem, **{name: values})
            assert "\n" not in str(caught.value) and len(str(caught.value)) < 250
            optimizer = make(row, problem)
            with pytest.raises((TypeError, ValueError), match=f"^{name}: "):
                setattr(optimizer, name, values)
            assert repr(optimizer) == repr(make(row, problem))
    for name in {"lr", "eps", "weight_decay", "momentum"} & set(numeric(row)):
        if isinstance(numeric(row)[name], float):
            with pytest.raises(ValueError, match=f"^{name}: .*-0.1"):
                make(row, problem, **{name: -0.1})
    if "betas" in numeric(row):
        count = len(numeric(row)["betas"])
        for bad in (1.0, -0.1, 1.5):
            with pytest.raises(ValueError, match=f"^betas: .*{bad:g}"):
                make(row, problem, betas=(0.5,) * (count - 1) + (bad,))
        with pytest.raises(TypeError, match="^betas: "):
            make(row, problem, betas=(0.5,) * (count + 1))


@pytest.mark.parametrize("row", EACH)
def test_a_bad_schedule_changes_nothing(row):
    problem = Problem(SHAPES)
    for bad, error in ((math.nan, ValueError), (-1.0, ValueError), ("fast", TypeError), (None, TypeError)):
        optimizer = make(row, problem)
        optimizer.lr = lambda step, bad=bad: 0.01 if step < 2 else bad
        walk(optimizer, problem, 2)
        before = snapshot(optimizer)
        with pytest.raises(error, match="^lr: .* at step 2"):
            take_step(optimizer, problem, 3)
        assert snapshot(optimizer) == before


@pytest.mark.parametrize("row", EACH)
def test_a_foreign_state_dict_changes_nothing(row):
    problem = Problem(SHAPES)
    optimizer = make(row, problem)
    walk(optimizer, problem, 2)
    before = snapshot(optimizer)
    good = optimizer.state_dict()
    others = [
        ({**good, "optimizer": "Adamant"}, "Adamant"),
        ({**good, "state": good["state"][:1]}, "1"),
        ({key: value for key, value in good.items() if key != "t"}, "'t'"),
        ({**good, "hyper_parameters": {**good["hyper_parameters"], "lr": -3.0}}, "-3"),
        ({**good, "hyper_parameters": {**good["hyper_parameters"], "speed": 1.0}}, "speed"),
        ({**good, "t": -1}, "-1"),
        ({**good, "state": [{**state, "extra": np.zeros(2)} for state in good["state"]]}, "extra"),
    ]
    if any(isinstance(value, np.ndarray) and value.ndim for value in good["state"][0].values()):
        others.append((row.make([np.zeros((3, 7)), np.zeros((2, 2))]).state_dict(), "shape"))
    for saved, words in others:
        with pytest.raises((TypeError, ValueError), match=words):
            optimizer.load_state_dict(saved)
        assert snapshot(optimizer) == before
    with pytest.raises(TypeError, match="saved"):
        optimizer.load_state_dict(None)


@pytest.mark.parametrize("row", EACH)
def test_bad_params_are_refused(row):
    shared = np.zeros((4, 4))
    read_only = np.zeros((2, 2))
    read_only.flags.writeable = False
    for bad, error, words in (
        (np.zeros((2, 2), int), TypeError, "int"),
        ([np.zeros((2, 2)), np.zeros((2, 2), complex)], TypeError, r"params\[1\].*complex"),
        (read_only, ValueError, "read-only"),
        ([shared[:3], shared[2:]], ValueError, r"params\[1\].*memory"),
        ([[1.0, 2.0]], TypeError, "array"),
        (3.0, TypeError, "float"),
    ):
        with pytest.raises(error, match=words):
            row.make(bad)
