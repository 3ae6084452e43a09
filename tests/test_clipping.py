"""Clipping beside torch.nn.utils and optax: live where they are installed, stored values everywhere.

`python tests/test_clipping.py` makes the stored values again.
"""

import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from optimlab.clipping import (
    adaptive_grad_clip,
    clip_by_norm,
    clip_by_value,
    clip_global_norm,
    clip_grad_norm_,
    clip_grad_value_,
    global_norm,
)

STORED = Path(__file__).parent / "references" / "clipping.json"
# The same numbers with every NumPy: the stream of RandomState never changes.
DRAW = np.random.RandomState(0).uniform
SHAPES = [(5, 3), (4,), (), (2, 3, 2), (2, 2, 1, 3), (1, 6), (2, 1, 2, 2, 2)]
GRADS = [DRAW(-1, 1, shape) for shape in SHAPES]
PARAMS = [DRAW(-1, 1, shape) * (i != 3) for i, shape in enumerate(SHAPES)]


def flat(grads):
    return np.concatenate([np.ravel(g) for g in grads]).tolist()


def torch_clip(name, *args, **kwargs):
    def values():
        import torch

        params = [torch.nn.Parameter(torch.from_numpy(np.array(g))) for g in GRADS]
        for p, g in zip(params, GRADS, strict=True):
            p.grad = torch.from_numpy(np.array(g))
        norm = getattr(torch.nn.utils, name)(params, *args, **kwargs)
        return flat([p.grad.numpy() for p in params]) + ([] if norm is None else [norm.item()])

    return "torch", f"{name} {args} {kwargs}", values


def optax_clip(name, *args, **kwargs):
    def values():
        import jax
        import optax

        jax.config.update("jax_enable_x64", True)
        transformation = getattr(optax, name)(*args, **kwargs)
        params, grads = ([jax.numpy.asarray(a) for a in arrays] for arrays in (PARAMS, GRADS))
        updates, _ = transformation.update(grads, transformation.init(params), params)
        return flat(updates)

    return "optax", f"{name} {args} {kwargs}", values


def in_place(clip, *args):
    grads = [g.copy() for g in GRADS]
    norm = clip(grads, *args)
    return flat(grads) + ([] if norm is None else [norm])


CASES = [
    (lambda: in_place(clip_grad_value_, 0.3), torch_clip("clip_grad_value_", 0.3)),
    *(
        (lambda a=a: in_place(clip_grad_norm_, *a), torch_clip("clip_grad_norm_", *a))
        for a in ((1.0,), (100.0,), (0.5, math.inf), (0.5, 1.0), (0.5, 3.0))
    ),
    (lambda: flat(clip_by_value(GRADS, 0.3)), optax_clip("clip", 0.3)),
    (lambda: flat(clip_global_norm(GRADS, 1.0)), optax_clip("clip_by_global_norm", 1.0)),
    (lambda: flat(clip_global_norm(GRADS, 100.0)), optax_clip("clip_by_global_norm", 100.0)),
    (lambda: flat(adaptive_grad_clip(GRADS, PARAMS)), optax_clip("adaptive_grad_clip", 0.01)),
    (
        lambda: flat(adaptive_grad_clip(GRADS, PARAMS, 0.9, eps=0.5)),
        optax_clip("adaptive_grad_clip", 0.9, eps=0.5),
    ),
]
NAMED = [pytest.param(*case, id=case[1][1]) for case in CASES]


@pytest.mark.parametrize("ours, theirs", NAMED)
def test_equals_the_stored_values(ours, theirs):
    np.testing.assert_allclose(ours(), json.loads(STORED.read_text())[theirs[1]], rtol=1e-12, atol=1e-14)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("ours, theirs", NAMED)
def test_equals_the_live_values(ours, theirs):
    library, _, values = theirs
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} not installed: the stored values were compared instead")
    np.testing.assert_allclose(ours(), values(), rtol=1e-12, atol=1e-14)


FLOATS = st.floats(-1e6, 1e6)
LISTS = st.lists(
    arrays.arrays(np.float64, arrays.array_shapes(max_dims=2, max_side=3), elements=FLOATS),
    min_size=1,
    max_size=3,
)


@given(LISTS, st.floats(1e-3, 1e6))
def test_the_global_norm_keeps_the_direction_and_never_enlarges(grads, max_norm):
    clipped = clip_global_norm(grads, max_norm)
    before, after = np.array(flat(grads)), np.array(flat(clipped))
    length = math.sqrt(math.fsum(before**2))
    assert np.linalg.norm(after) <= max_norm * (1 + 1e-12)
    factor = min(1, max_norm / length) if length else 1
    np.testing.assert_allclose(after, factor * before, rtol=1e-12, atol=1e-300)
    if length <= max_norm * (1 - 1e-12):
        np.testing.assert_array_equal(after, before)


@given(LISTS, st.floats(1e-3, 1e6))
def test_each_array_by_its_own_norm(grads, max_norm):
    for g, clipped in zip(grads, clip_by_norm(grads, max_norm), strict=True):
        np.testing.assert_array_equal(clipped, clip_global_norm(g, max_norm))


@given(LISTS, st.floats(0, 1e6))
def test_every_element_by_its_value(grads, clip_value):
    before, after = np.array(flat(grads)), np.array(flat(clip_by_value(grads, clip_value)))
    np.testing.assert_array_equal(after, np.sign(before) * np.minimum(np.abs(before), clip_value))


@pytest.mark.parametrize("axis, unit", [(1, 0), (0, 1)])
def test_adaptive_clipping_takes_the_axes_of_a_unit(axis, unit):
    w = np.array([[3.0, 4.0], [0.0, 0.0]])
    g = np.array([[30.0, 40.0], [1.0, 0.0]])
    clipped = adaptive_grad_clip(g, w, clipping=0.1, eps=0.01, axis=axis)
    for k in range(2):
        mine, own = np.take(clipped, k, axis=unit), np.take(w, k, axis=unit)
        assert np.linalg.norm(mine) == pytest.approx(0.1 * max(np.linalg.norm(own), 0.01))
    if axis == 1:
        np.testing.assert_allclose(clipped, [[0.3, 0.4], [0.001, 0.0]], rtol=1e-12)


def test_grads_are_left_alone_and_dtypes_kept():
    for clip in (
        lambda g: clip_by_value(g, 0.1),
        lambda g: clip_by_norm(g, 0.1),
        lambda g: clip_global_norm(g, 0.1),
        lambda g: adaptive_grad_clip(g, g, 0.1),
    ):
        for dtype in (np.float32, np.float64):
            for g in (np.full((2, 3), 5, dtype), np.full((), 5, dtype)):
                clipped = clip(g)
                assert np.all(g == 5) and clipped is not g and isinstance(clipped, np.ndarray)
                assert (clipped.shape, clipped.dtype) == (g.shape, g.dtype)
                assert isinstance(clip([g]), list)


def test_zeros_stay_zeros():
    zeros = [np.zeros(3), np.zeros((0, 2))]
    for clipped in (
        clip_by_value(zeros, 1.0),
        clip_by_norm(zeros, 1.0),
        clip_global_norm(zeros, 0.0),
        adaptive_grad_clip(zeros, zeros),
    ):
        assert [c.shape for c in clipped] == [(3,), (0, 2)] and not np.any(clipped[0])
    assert global_norm(zeros) == 0 and global_norm([]) == 0


def test_infinite_gradients():
    bad = [np.array([math.inf, 1.0])]
    with pytest.raises(ValueError, match="^grads: .*inf"):
        clip_global_norm(bad, 1.0)
    with pytest.raises(ValueError, match="^grads: .*inf"):
        clip_grad_norm_(bad, 1.0, error_if_nonfinite=True)
    np.testing.assert_array_equal(bad[0], [math.inf, 1.0])
    assert clip_grad_norm_(bad, 1.0) == math.inf
    np.testing.assert_array_equal(bad[0], [math.nan, 0.0])


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: clip_by_value(GRADS, -1.0), ValueError, "clip_value: .*-1"),
        (lambda: clip_by_value([1.0], 1.0), TypeError, r"grads\[0\]: .*1.0"),
        (lambda: clip_by_norm("grads", 1.0), TypeError, "grads: .*str"),
        (lambda: clip_global_norm(GRADS, math.nan), ValueError, "max_norm: .*nan"),
        (lambda: clip_global_norm(GRADS, "1"), TypeError, "max_norm: .*'1'"),
        (lambda: clip_global_norm(GRADS, 1.0, norm_type=0), ValueError, "norm_type: .*0"),
        (lambda: clip_grad_norm_([np.zeros(2, int)], 1.0), TypeError, r"grads\[0\]: .*int64"),
        (lambda: adaptive_grad_clip(np.zeros(2), np.zeros(3)), ValueError, r"params: .*\(3,\)"),
        (lambda: adaptive_grad_clip(np.zeros(2), np.zeros(2), clipping=None), TypeError, "clipping: .*None"),
        (lambda: adaptive_grad_clip(np.ones((2,) * 6), np.ones((2,) * 6)), ValueError, "axis: .*6"),
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
