"""The modern optimizers where no library runs what they do: papers' forms, closures, batches of vectors."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from parity import Problem

from optimlab import descend, landscapes, schedules
from optimlab.optim import (
    LAMB,
    LARS,
    LBFGS,
    SAM,
    SGD,
    SOAP,
    Adafactor,
    Adam,
    Group,
    Lion,
    Lookahead,
    Muon,
    Prodigy,
    RMSprop,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    Shampoo,
    Sophia,
    Yogi,
    muon,
    shampoo,
)

RNG = np.random.RandomState(0)


def walk(optimizer, gradients):
    for g in gradients:
        optimizer.step(g)
    return optimizer.params[0].copy()


# What the lessons ask a learner to write


def test_lion_of_lesson_11():
    gradients = RNG.uniform(-1, 1, (20, 3))
    w, m = np.ones(3), np.zeros(3)
    for g in gradients:
        w = w - 0.1 * (np.sign(0.9 * m + 0.1 * g) + 0.3 * w)
        m = 0.99 * m + 0.01 * g
    ours = walk(Lion(np.ones(3), lr=0.1, betas=(0.9, 0.99), weight_decay=0.3), gradients)
    np.testing.assert_allclose(ours, w, rtol=1e-14)


@given(
    arrays.arrays(
        np.float64, arrays.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(-10, 10)
    )
)
def test_newton_schulz_maps_each_singular_value_by_itself(G):
    """Lesson 11.2: X = G / ||G||; then p(s) = a s + b s**3 + c s**5 acts on each singular value."""
    if np.linalg.norm(G) < 1e-3:
        return
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    s = s / np.linalg.norm(G)
    for _ in range(5):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    np.testing.assert_allclose(muon.newton_schulz(G, 5), (U * s) @ Vt, atol=1e-9)


def test_newton_schulz_lifts_a_gaussian_into_a_band():
    for seed in range(3):
        G = np.random.RandomState(seed).standard_normal((64, 64))
        s = np.linalg.svd(muon.newton_schulz(G), compute_uv=False)
        assert np.median(s) > 0.68 and s.max() < 1.21
        assert s.max() / s.min() < np.linalg.cond(G) / 10


def test_newton_schulz_keeps_the_band_that_its_docstring_promises():
    for start in np.geomspace(0.01, 0.9999, 400):
        s = np.diag(muon.newton_schulz(np.diag([start, math.sqrt(1 - start**2)])))
        assert 0.68 < s[0] < 1.14


def test_newton_schulz_of_a_stack_is_a_stack():
    stack = RNG.standard_normal((3, 4, 2))
    np.testing.assert_allclose(muon.newton_schulz(stack), [muon.newton_schulz(G) for G in stack], rtol=1e-13)
    assert not np.any(muon.newton_schulz(np.zeros((3, 2))))


def test_shampoo_direction_of_lesson_11():
    G = RNG.standard_normal((4, 3))
    left, right = G @ G.T + 0.1 * np.eye(4), G.T @ G + 0.1 * np.eye(3)

    def root(A):
        values, vectors = np.linalg.eigh(A)
        return vectors @ np.diag(values**-0.25) @ vectors.T

    W = np.zeros((4, 3))
    Shampoo(W, lr=1.0, matrix_eps=0.1).step(G)
    np.testing.assert_allclose(-W, root(left) @ G @ root(right), rtol=1e-12)
    A = shampoo.inverse_root(left, 4)
    np.testing.assert_allclose(A @ A @ A @ A @ left, np.eye(4), atol=1e-12)


def test_schedule_free_of_lesson_10():
    gradients = RNG.uniform(-1, 1, (20, 3))
    z = x = np.ones(3)
    for t, g in enumerate(gradients, start=1):
        z = z - 0.2 * g
        x = (1 - 1 / t) * x + z / t
    opt = ScheduleFreeSGD(np.ones(3), lr=0.2, momentum=0.9)
    y = walk(opt, gradients)
    np.testing.assert_allclose(y, 0.9 * x + 0.1 * z, rtol=1e-13)
    opt.eval()
    opt.eval()
    np.testing.assert_allclose(opt.params[0], x, rtol=1e-13)
    opt.train()
    opt.train()
    np.testing.assert_allclose(opt.params[0], y, rtol=1e-13)


def test_sam_of_lesson_12():
    valley = landscapes.valley(10)
    w = np.array([1.0, 0.5])
    g = valley.grad(w)
    expected = w - 0.05 * valley.grad(w + 0.3 * g / np.linalg.norm(g))
    SAM(SGD(w, lr=0.05), rho=0.3).step(g, closure=lambda: (valley.value(w), valley.grad(w)))
    np.testing.assert_allclose(w, expected, rtol=1e-11)


# Forms and recurrences written out


def test_shampoo_with_momentum_is_heavy_ball_on_its_direction():
    gradients = RNG.standard_normal((6, 3, 2))
    plain = np.zeros((3, 2))
    opt = Shampoo(plain, lr=1.0, matrix_eps=0.1)
    directions = []
    for g in gradients:
        before = plain.copy()
        opt.step(g)
        directions.append(before - plain)
    w, v = np.zeros((3, 2)), 0
    for d in directions:
        v = 0.7 * v + d
        w = w - 0.1 * v
    ours = walk(Shampoo(np.zeros((3, 2)), lr=0.1, momentum=0.7, matrix_eps=0.1), gradients)
    np.testing.assert_allclose(ours, w, rtol=1e-12)


def test_shampoo_on_a_vector_is_full_matrix_adagrad():
    gradients = RNG.standard_normal((6, 3))
    w, A = np.zeros(3), 0.1 * np.eye(3)
    for g in gradients:
        A = A + np.outer(g, g)
        values, vectors = np.linalg.eigh(A)
        w = w - 0.5 * (vectors / np.sqrt(values)) @ vectors.T @ g
    np.testing.assert_allclose(walk(Shampoo(np.zeros(3), lr=0.5, matrix_eps=0.1), gradients), w, rtol=1e-12)


def test_adafactor_of_the_paper():
    """Algorithm 4 with the constants of section 8, for a matrix."""
    gradients = RNG.standard_normal((8, 4, 3))
    W = np.full((4, 3), 0.5)
    R, C = np.zeros(4), np.zeros(3)
    for t, G in enumerate(gradients, start=1):
        beta2 = 1 - t**-0.8
        R = beta2 * R + (1 - beta2) * (G**2 + 1e-30) @ np.ones(3)
        C = beta2 * C + (1 - beta2) * np.ones(4) @ (G**2 + 1e-30)
        U = G / np.sqrt(np.outer(R, C) / R.sum())
        U = U / max(1, np.sqrt(np.mean(U**2)) / 1.0)
        W = W - max(1e-3, np.sqrt(np.mean(W**2))) * min(1e-2, 1 / np.sqrt(t)) * U
    ours = walk(Adafactor(np.full((4, 3), 0.5), form="paper"), gradients)
    np.testing.assert_allclose(ours, W, rtol=1e-13)


def test_yogi_of_the_paper():
    gradients = RNG.uniform(-1, 1, (20, 3))
    w, m, v = np.ones(3), np.zeros(3), gradients[0] ** 2
    for g in gradients:
        m = 0.9 * m + 0.1 * g
        v = v - 0.001 * np.sign(v - g**2) * g**2
        w = w - 0.1 * m / (np.sqrt(v) + 1e-3)
    opt = Yogi(np.ones(3), lr=0.1, initial_accumulator_value=0, bias_correction=False)
    opt.state[0]["exp_avg_sq"] = gradients[0] ** 2
    np.testing.assert_allclose(walk(opt, gradients), w, rtol=1e-13)


def test_soap_on_a_diagonal_problem_is_adam_one_step_late():
    """Where L and R are diagonal the bases are the axes: SOAP is Adam, but for its first step."""
    gradients = [np.diag([3.0, -2.0, 1.0]) * (1 + 0.3 * np.sin(k)) for k in range(30)]
    soap = SOAP(
        np.zeros((3, 3)), lr=0.1, betas=(0.9, 0.95), eps=1e-30, weight_decay=0, precondition_frequency=4
    )
    adam = Adam(np.zeros((3, 3)), lr=0.1, betas=(0.9, 0.95), eps=1e-30)
    np.testing.assert_allclose(walk(soap, gradients), walk(adam, gradients[1:]), rtol=1e-12)


def test_trust_ratios_ignore_the_scale_of_the_gradient():
    gradients = RNG.standard_normal((5, 4))
    for make in (LARS, lambda w: LAMB(w, eps=0)):
        one, two = (walk(make(np.ones(4)), [scale * g for g in gradients]) for scale in (1.0, 1e3))
        np.testing.assert_allclose(one, two, rtol=1e-12)


def test_prodigy_finds_the_scale_of_the_distance():
    for distance in (1.0, 100.0):
        w = np.zeros(1)
        opt = Prodigy(w)
        for _ in range(400):
            opt.step(np.sign(w - distance))
        assert 0.1 * distance < float(opt.state[0]["d"]) <= 1.01 * distance


def test_sophia_estimates_a_diagonal_hessian_exactly_and_any_other_on_average():
    A = np.array([[3.0, 1.0], [1.0, 2.0]])
    for hessian, spread in ((np.diag([3.0, 2.0]), 0), (A, 1)):
        seen = []
        for seed in range(200):
            w = np.array([0.3, -0.2])
            opt = Sophia(w, betas=(0.9, 0.0), seed=seed)
            opt.step(hessian @ w, closure=lambda w=w, hessian=hessian: (w @ hessian @ w / 2, hessian @ w))
            seen.append(opt.state[0]["hessian"].copy())
        np.testing.assert_allclose(np.abs(np.array(seen) - np.diag(hessian)), spread, atol=1e-8)
        np.testing.assert_allclose(np.mean(seen, axis=0), np.diag(hessian), atol=0.25)


# L-BFGS


def rosenbrock(w):
    a, b = 1 - w[0], w[1] - w[0] ** 2
    return a**2 + 100 * b**2, np.array([-2 * a - 400 * w[0] * b, 200 * b])


def test_lbfgs_on_rosenbrock_as_torch_does_it():
    """torch.optim.LBFGS 2.13 in float64: 35 iterations, 43 evaluations, and these last digits."""
    w = np.array([-1.2, 1.0])
    opt = LBFGS(w, max_iter=100, line_search_fn="strong_wolfe")
    opt.step(closure=lambda: rosenbrock(w))
    np.testing.assert_allclose(w - 1, [-1.85789209e-05, -3.80348189e-05], rtol=1e-7)
    assert (opt.state[0]["n_iter"], opt.state[0]["func_evals"]) == (35, 43)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_lbfgs_solves_a_quadratic_in_few_iterations(seed, n):
    draw = np.random.RandomState(seed)
    B = draw.standard_normal((n, n))
    A, c = B @ B.T + np.eye(n), draw.standard_normal(n)
    w = draw.standard_normal(n)
    opt = LBFGS(w, max_iter=100, line_search_fn="strong_wolfe")
    opt.step(closure=lambda: (float(w @ A @ w / 2 - c @ w), A @ w - c))
    np.testing.assert_allclose(A @ w, c, atol=1e-3)


def test_a_batch_of_lbfgs_is_its_separate_runs():
    starts, rates = np.array([[-1.2, 1.0], [0.5, -1.0], [2.0, 2.0]]), [1.0, 0.5, 0.1]
    together = starts.copy()

    def closure():
        looks = [rosenbrock(w) for w in together]
        return np.array([loss for loss, _ in looks]), np.array([g for _, g in looks])

    opt = LBFGS(together, lr=np.reshape(rates, (3, 1)), line_search_fn="strong_wolfe", max_iter=7)
    for _ in range(3):
        opt.step(closure=closure)
    for start, rate, w in zip(starts.copy(), rates, together, strict=True):
        alone = LBFGS(start, lr=rate, line_search_fn="strong_wolfe", max_iter=7)
        for _ in range(3):
            alone.step(closure=lambda start=start: rosenbrock(start))
        np.testing.assert_array_equal(w, start)
    with pytest.raises(ValueError, match="^closure: a loss with 1 axes"):
        opt.step(closure=lambda: (1.0, closure()[1]))


# Batches where a rule sees whole arrays


@pytest.mark.parametrize(
    "make",
    [
        lambda w, lr: LARS(w, lr=lr),
        lambda w, lr: LAMB(w, lr=lr),
        lambda w, lr: Adafactor(w, lr=lr),
        lambda w, lr: Shampoo(w, lr=lr),
        lambda w, lr: SOAP(w, lr=lr, precondition_1d=True, precondition_frequency=2),
        lambda w, lr: Prodigy(w, lr=lr),
        lambda w, lr: ScheduleFreeAdamW(w, lr=lr),
        lambda w, lr: SAM(SGD(w, lr=lr), rho=0.5),
        lambda w, lr: SAM(Adam(w), rho=lr),
        lambda w, lr: Lookahead(SGD(w, lr=lr), k=2),
        lambda w, lr: Lookahead(SAM(SGD(w, lr=lr)), alpha=0.5),
        lambda w, lr: Sophia(w, lr=lr, update_interval=2),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_batch_of_vectors_is_its_separate_runs(make, last):
    """Settings along the first axis, or along the last: each run is a vector, not a row of a matrix."""
    rates = [0.1, 0.2, 0.7]
    starts = RNG.standard_normal((3, 4))
    together = np.ascontiguousarray(starts.T) if last else starts.copy()
    opt = make(together, np.array(rates) if last else np.reshape(rates, (3, 1)))
    curvature = np.array([1.0, 2.0, 5.0, 0.1])
    full = curvature[:, None] if last else curvature
    for _ in range(7):
        opt.step(full * together, closure=lambda: (0.0, full * together))
    for i, rate in enumerate(rates):
        w = starts[i].copy()
        alone = make(w, rate)
        for _ in range(7):
            alone.step(curvature * w, closure=lambda w=w: (0.0, curvature * w))
        np.testing.assert_array_equal(together[:, i] if last else together[i], w)


# Closures


NEED = [
    lambda w: SAM(SGD(w, lr=0.1)),
    lambda w: LBFGS(w),
    lambda w: LBFGS(w, line_search_fn="strong_wolfe"),
    lambda w: Sophia(w, update_interval=1),
    lambda w: Sophia(w, update_interval=1, form="paper"),
    lambda w: Lookahead(SAM(SGD(w, lr=0.1)), k=1),
]


def third_call(bad):
    """A closure that is right twice and then wrong."""
    calls = []

    def make(w):
        def closure():
            calls.append(1)
            return (float(w @ w) / 2, w.copy()) if len(calls) < 3 else bad(w)

        return closure

    return make


def broken(w):
    raise KeyError("the data ran out")


@pytest.mark.parametrize("make", NEED)
@pytest.mark.parametrize(
    "closure, error, words",
    [
        (None, TypeError, "closure: .*None"),
        (3, TypeError, "closure: .*3"),
        (lambda w: lambda: None, TypeError, "closure: .*None"),
        (lambda w: lambda: 0.5, TypeError, "closure: .*0.5"),
        (lambda w: lambda: w, TypeError, r"closure: .*array\("),
        (lambda w: lambda: ("low", w), TypeError, "closure: .*'low'"),
        (lambda w: lambda: (0.5, w[:2]), ValueError, r"closure: .*\(2,\)"),
        (lambda w: lambda: (0.5, w.tolist()), TypeError, "closure: "),
        (lambda w: lambda: (0.5, w.astype(np.float32)), TypeError, "closure: .*float64"),
        (lambda w: lambda: (0.5, [w, w]), TypeError, "closure: .*1 gradients"),
        (lambda w: lambda: broken(w), KeyError, "data ran out"),
    ],
)
def test_a_bad_closure_changes_nothing(make, closure, error, words):
    w = np.array([1.0, -2.0, 0.5])
    opt = make(w)
    good = lambda: (float(w @ w) / 2, w.copy())  # noqa: E731
    opt.step(w.copy(), closure=good)
    before = pickle.dumps((w, opt.state_dict()))
    with pytest.raises(error, match=words):
        opt.step(w.copy(), closure=closure(w) if callable(closure) else closure)
    assert pickle.dumps((w, opt.state_dict())) == before
    opt.step(w.copy(), closure=good)


def test_a_closure_that_breaks_in_the_middle_changes_nothing():
    for line_search_fn in (None, "strong_wolfe"):
        w = np.array([-1.2, 1.0])
        opt = LBFGS(w, line_search_fn=line_search_fn, lr=1e-3)
        before = pickle.dumps((w, opt.state_dict()))
        with pytest.raises(KeyError):
            opt.step(closure=third_call(broken)(w))
        assert pickle.dumps((w, opt.state_dict())) == before


def test_a_gradient_that_is_not_finite_uphill_changes_nothing():
    for opt in (SAM(SGD(np.ones(2), lr=0.1)), Sophia(np.ones(2))):
        before = pickle.dumps((opt.params, opt.state_dict()))
        with pytest.raises(ValueError, match="^closure: finite"):
            opt.step(np.ones(2), closure=lambda: (0.0, np.array([1.0, math.inf])))
        assert pickle.dumps((opt.params, opt.state_dict())) == before


# Wrappers and the rest


def test_a_wrapper_shows_and_sets_what_is_inside():
    w = np.ones(2)
    opt = Lookahead(SAM(Adam(w, lr=0.1), rho=schedules.linear(0.1, 0.0, 10)), k=3, alpha=0.8)
    assert (opt.lr, opt.alpha, opt.rho(0)) == (0.1, 0.8, 0.1)
    opt.lr = 0.3
    opt.rho = 0.2
    assert (opt.optimizer.optimizer.lr, opt.optimizer.rho) == (0.3, 0.2)
    assert (opt.now("lr"), opt.now("rho"), opt.now("alpha")) == (0.3, 0.2, 0.8)
    assert set(opt.state[0]) == {"exp_avg", "exp_avg_sq", "slow_params"}
    with pytest.raises(ValueError, match="^alpha: .*1.5"):
        opt.alpha = 1.5
    with pytest.raises(AttributeError, match="speed"):
        opt.speed  # noqa: B018
    own = Lookahead(RMSprop(w, alpha=0.9), alpha=0.5)
    assert (own.alpha, own.optimizer.alpha) == (0.5, 0.9)
    for bad in (SGD, 3, None):
        with pytest.raises(TypeError, match="^optimizer: "):
            SAM(bad)
    with pytest.raises(ValueError, match="^rho: .*-1"):
        SAM(SGD(w), rho=-1)
    with pytest.raises(ValueError, match=r"^rho: .*\(3,\)"):
        SAM(SGD(w), rho=np.ones(3))
    with pytest.raises(ValueError, match="^k: .*0"):
        Lookahead(SGD(w), k=0)


def test_wrappers_around_a_group_are_wrappers_around_everything():
    """SAM's norm is that of all arrays, whichever optimizer has them."""
    matrix, vector = RNG.standard_normal((2, 3)), RNG.standard_normal(4)
    a, b = matrix.copy(), vector.copy()
    opt = Lookahead(SAM(Group(Muon(a, lr=0.1), SGD(b, lr=0.2)), rho=0.5), k=2)
    ones = [matrix.copy(), vector.copy()]
    length = np.sqrt(np.sum(matrix**2) + np.sum(vector**2))
    opt.step([a.copy(), b.copy()], closure=lambda: (0.0, [a.copy(), b.copy()]))
    np.testing.assert_allclose(b, vector - 0.2 * (1 + 0.5 / length) * vector, rtol=1e-11)
    Muon(ones[0], lr=0.1).step((1 + 0.5 / length) * matrix)
    np.testing.assert_allclose(a, ones[0], rtol=1e-11)
    saved = pickle.loads(pickle.dumps(opt.state_dict()))
    opt.step([a.copy(), b.copy()], closure=lambda: (0.0, [a.copy(), b.copy()]))
    np.testing.assert_array_equal(opt.state[1]["slow_params"], b)
    assert opt.t == 2
    opt.load_state_dict(saved)
    assert opt.t == 1
    with pytest.raises(ValueError, match="^grads: 2 are needed"):
        opt.step([a.copy()], closure=lambda: (0.0, [a, b]))


def test_schedule_free_steps_only_where_it_trains():
    w = np.ones(2)
    opt = ScheduleFreeSGD(w)
    opt.step(np.ones(2))
    opt.eval()
    before = pickle.dumps((w, opt.state_dict()))
    with pytest.raises(ValueError, match=r"call train\(\)"):
        opt.step(np.ones(2))
    assert pickle.dumps((w, opt.state_dict())) == before
    other = ScheduleFreeSGD(w.copy())
    other.load_state_dict(opt.state_dict())
    assert not other.training
    for make in (
        lambda: ScheduleFreeSGD(w, momentum=0),
        lambda: ScheduleFreeSGD(w, momentum=1.0),
        lambda: ScheduleFreeAdamW(w, betas=(0, 0.9)),
        lambda: Muon(np.ones((2, 2)), momentum=1.0),
    ):
        with pytest.raises(ValueError, match=r"^(momentum|betas): .*[01]\.0$"):
            make()


def test_schedule_free_weighs_a_warm_up_little():
    opt = ScheduleFreeSGD(np.zeros(1), lr=schedules.linear(0.0, 1.0, 4))
    seen = []
    for _ in range(6):
        opt.step(np.ones(1))
        seen.append(opt.state[0]["c"])
    weights = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.0]) ** 2
    np.testing.assert_allclose(seen[1:], weights[1:] / weights.cumsum()[1:])
    assert seen[0] == 0


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda w: Muon(np.ones(3)), r"params: Muon needs matrices, got shape \(3,\)"),
        (lambda w: Muon(w, form="keras"), "form: .*'keras'"),
        (lambda w: Muon(w, adjust_lr_fn="best"), "adjust_lr_fn: .*'best'"),
        (lambda w: Muon(w, ns_coefficients=(1.0, 2.0)), r"ns_coefficients: .*1.0, 2.0"),
        (lambda w: LAMB(w, form="torch"), "form: .*'torch'"),
        (lambda w: LARS(w, form=None), "form: .*None"),
        (lambda w: Adafactor(w, beta2_decay=0.5), "beta2_decay: .*0.5"),
        (lambda w: Adafactor(w, eps=1e-3), "eps: .*0.001"),
        (lambda w: Shampoo(w, preconditioning_compute_steps=0), "preconditioning_compute_steps: .*0"),
        (lambda w: SOAP(w, precondition_frequency=2.5), "precondition_frequency: .*2.5"),
        (lambda w: Sophia(w, update_interval=0), "update_interval: .*0"),
        (lambda w: Sophia(w, difference=0), "difference: .*0"),
        (lambda w: Prodigy(w, d0=0), "d0: .*0"),
        (lambda w: Prodigy(w, growth_rate=0.5), "growth_rate: .*0.5"),
        (lambda w: LBFGS(w, line_search_fn="armijo"), "line_search_fn: .*'armijo'"),
        (lambda w: LBFGS(w, history_size=0), "history_size: .*0"),
        (lambda w: Yogi(w, initial_accumulator_value=-1), "initial_accumulator_value: .*-1"),
    ],
)
def test_bad_options_are_named(make, words):
    with pytest.raises((TypeError, ValueError), match=f"^{words}") as caught:
        make(np.ones((2, 2)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda w: LBFGS(w, max_iter=1, max_eval=20, line_search_fn="strong_wolfe"),
        lambda w: SAM(SGD(w, lr=0.1), rho=0.01),
        lambda w: Lookahead(SGD(w, lr=0.15)),
        lambda w: Sophia(w, lr=0.1, betas=(0.5, 0.5), gamma=1, weight_decay=0, update_interval=1),
        lambda w: Prodigy(w, d0=0.01),
        lambda w: ScheduleFreeSGD(w, lr=0.15),
        lambda w: Shampoo(w, lr=0.3),
    ],
)
def test_walks_down_a_landscape(make):
    history = descend(landscapes.valley(10), make(np.array([1.0, 1.0])), steps=100)
    assert not history.diverged
    assert history.loss[-1] < 1e-2 * history.loss[0]


def test_float32_runs_stay_near_float64():
    for make in (Adafactor, Shampoo, SOAP, Muon, LARS, LAMB, Prodigy):
        ends = []
        for dtype in (np.float32, np.float64):
            problem = Problem(((4, 4),), dtype=dtype, zeros=0)
            params = [p.copy() for p in problem.start]
            opt = make(params)
            for t in range(1, 11):
                opt.step(problem.grads(params, t))
            ends.append(params[0])
        np.testing.assert_allclose(*ends, atol=2e-4)
