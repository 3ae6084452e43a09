"""What no other library runs: the forms of papers, closed forms, and the edges of settings."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import Problem

from optimlab.optim import (
    ASGD,
    LAMB,
    LARS,
    SAM,
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lookahead,
    NAdam,
    Prodigy,
    RAdam,
    RMSprop,
    Rprop,
    blocks,
)


def feed(optimizer, gradients):
    for g in gradients:
        optimizer.step(np.full(optimizer.params[0].shape, g, optimizer.params[0].dtype))
    return optimizer.params[0]


# Closed forms


def test_gradient_descent_on_a_quadratic_is_a_power():
    w = np.array([1.0, 1.0])
    optimizer = SGD(w, lr=0.1)
    curvature = np.array([1.0, 5.0])
    for _ in range(30):
        optimizer.step(curvature * w)
    np.testing.assert_allclose(w, (1 - 0.1 * curvature) ** 30, rtol=1e-13)


def test_momentum_adds_up_to_a_learning_rate_over_one_minus_momentum():
    w = np.zeros(1)
    optimizer = SGD(w, lr=0.1, momentum=0.5)
    feed(optimizer, [1.0] * 3)
    assert w[0] == pytest.approx(-0.1 * (1 + 1.5 + 1.75), rel=1e-15)


def test_dampening_leaves_the_first_gradient_whole():
    w = np.zeros(1)
    feed(SGD(w, lr=1.0, momentum=0.5, dampening=0.75), [8.0, 8.0])
    assert w[0] == -(8 + (4 + 2))


def test_dampening_does_nothing_without_momentum_in_a_batch_too():
    momentum = np.array([[0.0], [0.9]])
    together = SGD(np.zeros((2, 1)), lr=1.0, momentum=momentum, dampening=0.5)
    alone = [SGD(np.zeros(1), lr=1.0, momentum=m, dampening=0.5) for m in (0, 0.9)]
    feed(together, [1.0, 2.0, 4.0])
    np.testing.assert_array_equal(together.params[0], [feed(one, [1.0, 2.0, 4.0]) for one in alone])
    assert together.params[0][0] == -7


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize(
    "make, size",
    [
        (lambda w: Adam(w, lr=0.1, eps=0), 0.1),
        (lambda w: AdamW(w, lr=0.1, eps=0, weight_decay=0), 0.1),
        (lambda w: Adamax(w, lr=0.1, eps=0), 0.1),
        (lambda w: Adagrad(w, lr=0.1, eps=0), 0.1),
        (lambda w: RMSprop(w, lr=0.1, alpha=0.75, eps=0), 0.2),
        (lambda w: Rprop(w, lr=0.1), 0.1),
        (lambda w: NAdam(w, lr=0.1, eps=0, momentum_decay=math.inf), 0.1 * (1 + 0.9 / 1.9)),
    ],
)
def test_the_first_step_does_not_know_the_size_of_the_gradient(make, size, scale):
    w = np.zeros(3)
    make(w).step(scale * np.array([1.0, -2.0, 0.5]))
    np.testing.assert_allclose(w, size * np.array([-1, 1, -1]), rtol=1e-12)


def test_adagrads_steps_fall_with_the_root_of_their_number():
    w = np.zeros(1)
    feed(Adagrad(w, lr=0.1, eps=0), [3.0] * 50)
    assert w[0] == pytest.approx(-0.1 * sum(1 / math.sqrt(k) for k in range(1, 51)), rel=1e-13)


def test_adadeltas_first_step_has_the_size_of_eps():
    w = np.zeros(1)
    feed(Adadelta(w, rho=0.75, eps=1e-6), [1.0])
    assert w[0] == pytest.approx(-math.sqrt(1e-6) / math.sqrt(0.25 + 1e-6), rel=1e-14)


def test_a_spike_after_silence_moves_adam_by_the_papers_bound():
    w = np.zeros(1)
    optimizer = Adam(w, lr=1.0, eps=0)
    optimizer.t = 10**6
    feed(optimizer, [1.0])
    assert -w[0] == pytest.approx((1 - 0.9) / math.sqrt(1 - 0.999), rel=1e-9)


def test_radam_is_momentum_until_the_variance_can_be_trusted():
    w = np.zeros(1)
    optimizer = RAdam(w, lr=0.1)
    for t in range(1, 6):
        feed(optimizer, [7.0])
        assert w[0] == pytest.approx(-0.1 * 7 * t, rel=1e-12)
    before = w[0]
    feed(optimizer, [7.0])
    rho_inf = 2 / (1 - 0.999) - 1
    rho = rho_inf - 2 * 6 * 0.999**6 / (1 - 0.999**6)
    r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
    assert before - w[0] == pytest.approx(0.1 * r, rel=1e-6)


def test_asgd_averages_what_it_visits():
    w = np.zeros(1)
    optimizer = ASGD(w, lr=1.0, lambd=0, t0=2)
    visited = []
    for g in (1.0, -3.0, 2.0, 5.0, -1.0):
        feed(optimizer, [g])
        visited.append(w[0])
    assert optimizer.state[0]["ax"][0] == pytest.approx(np.mean(visited[3:]), rel=1e-14)


def test_rprop_leaves_out_the_step_after_a_turn():
    w = np.zeros(1)
    optimizer = Rprop(w, lr=0.1, etas=(0.5, 1.5))
    path = []
    for g in (1.0, 1.0, -1.0, -1.0, -1.0):
        feed(optimizer, [g])
        path.append(float(w[0]))
    np.testing.assert_allclose(np.diff([0.0, *path]), [-0.1, -0.15, 0.0, 0.075, 0.1125], atol=1e-15)


@pytest.mark.parametrize("dtype, constant", [(np.float32, 0.3), (np.float64, 0.7)])
def test_centered_rmsprop_survives_a_constant_gradient(dtype, constant):
    w = np.zeros(1, dtype)
    optimizer = RMSprop(w, lr=1e-3, alpha=0.5, centered=True)
    feed(optimizer, [constant] * 60)  # v - a**2 comes out below 0 here
    assert np.isfinite(w).all()


# Reddi, Kale and Kumar (2018), section 3: gradients C, -1, -1, C, -1, -1, ... on [-1, 1], where -1 is best.


def reddi(optimizer, steps, C=3.0):
    w = optimizer.params[0]
    for t in range(steps):
        optimizer.step(np.array([C if t % 3 == 0 else -1.0]))
        np.clip(w, -1, 1, out=w)
    return w[0]


@pytest.mark.parametrize("amsgrad", [True, "corrected", "paper"])
def test_amsgrad_converges_where_adam_does_not(amsgrad):
    def falling(step):
        return 0.5 / math.sqrt(step + 1)

    betas = (0.0, 1 / (1 + 3.0**2))
    assert reddi(Adam(np.zeros(1), lr=falling, betas=betas), 3000) > 0.9
    assert reddi(Adam(np.zeros(1), lr=falling, betas=betas, amsgrad=amsgrad), 3000) < -0.9


def test_the_papers_amsgrad_corrects_nothing():
    w = np.zeros(1)
    feed(Adam(w, lr=1.0, betas=(0.5, 0.75), eps=0, amsgrad="paper"), [2.0, 0.0])
    # m: 1, 0.5; v: 1, 0.75; the largest v is 1
    assert w[0] == pytest.approx(-(1 / 1 + 0.5 / 1), rel=1e-15)


def test_keras_adds_epsilon_before_the_correction():
    w = np.zeros(1)
    feed(Adam(w, lr=1.0, betas=(0.5, 0.75), eps=0.5, eps_hat=True), [2.0])
    # m_hat = 2, sqrt(v) = 1, the correction of v is 1/4
    assert w[0] == pytest.approx(-2 * math.sqrt(0.25) / (1 + 0.5), rel=1e-15)


def test_keras_nadam_is_momentum_decay_one():
    w = np.zeros(1)
    feed(NAdam(w, lr=1.0, betas=(0.5, 0.75), eps=0, momentum_decay=1), [1.0])
    mu1, mu2 = (0.5 * (1 - 0.5 * 0.96**t) for t in (1, 2))
    assert w[0] == pytest.approx(-(mu2 * 0.5 / (1 - mu1 * mu2) + (1 - mu1) / (1 - mu1)), rel=1e-14)


def test_adamws_fixed_decay_follows_its_own_schedule():
    w = np.ones(1)
    optimizer = AdamW(w, lr=0.1, weight_decay=lambda step: 0.5 / (1 + step), fixed_decay=True)
    for g in (0.0, 0.0):
        feed(optimizer, [g])
    assert w[0] == pytest.approx(0.5 * 0.75, rel=1e-15)


# Settings


def test_nesterov_needs_momentum_and_no_dampening():
    for wrong in (
        {"momentum": 0},
        {"momentum": 0.9, "dampening": 0.1},
        {"momentum": 0.9, "dampening": np.array([0.0, 0.1])},
    ):
        with pytest.raises(ValueError, match="^nesterov"):
            SGD(np.zeros(2), nesterov=True, **wrong)
    SGD(np.zeros(2), nesterov=True, momentum=lambda step: 0.9)


@pytest.mark.parametrize(
    "make, name, allowed",
    [
        (SGD, "nesterov", "False or True"),
        (Adam, "amsgrad", "'corrected' or 'paper'"),
        (Adam, "eps_hat", "False or True"),
        (AdamW, "amsgrad", "'corrected'"),
        (AdamW, "fixed_decay", "True"),
        (RMSprop, "centered", "True"),
        (RMSprop, "eps_in_sqrt", "True"),
        (Adagrad, "eps_in_sqrt", "True"),
        (NAdam, "decoupled_weight_decay", "True"),
        (RAdam, "decoupled_weight_decay", "True"),
        (RAdam, "eps_hat", "True"),
    ],
)
def test_options_are_refused_by_name_and_value(make, name, allowed):
    for bad in ("yes", 1, None, np.zeros(3)):
        with pytest.raises(ValueError, match=f"^{name}: .*{allowed}"):
            make(np.zeros(2), **{name: bad})


@pytest.mark.parametrize("etas", [(0.5, 0.9), (1.0, 1.2), (-0.1, 1.2), (0.5, math.inf)])
def test_rprops_etas_have_ranges_of_their_own(etas):
    with pytest.raises(ValueError, match="^etas: "):
        Rprop(np.zeros(2), etas=etas)


def test_hyper_parameters_may_change_between_steps():
    w = np.zeros(1)
    optimizer = SGD(w, lr=1.0)
    feed(optimizer, [1.0])
    optimizer.lr = 0.25
    feed(optimizer, [1.0])
    assert w[0] == -1.25
    optimizer.lr = lambda step: 10.0**step
    feed(optimizer, [1.0])
    assert w[0] == -101.25
    optimizer.lr = np.array([0.5])
    feed(optimizer, [1.0])
    assert w[0] == -101.75
    with pytest.raises(ValueError, match=r"^lr: .*\(3,\).*\(1,\)"):
        optimizer.lr = np.zeros(3)
        feed(optimizer, [1.0])


def test_a_schedule_may_return_a_tuple_or_an_array():
    problem = Problem(((2, 3),))
    first, second = (Adam(problem.start[0].copy()) for _ in range(2))
    first.betas = lambda step: (0.5, 0.9 + step / 100)
    second.lr = lambda step: np.array([[0.1], [0.2]])
    for t in range(1, 4):
        first.step(problem.grads(first.params, t))
        second.step(problem.grads(second.params, t))
    assert first.now("betas") == (0.5, 0.93)
    rows = [Adam(problem.start[0].copy(), lr=lr) for lr in (0.1, 0.2)]
    for t in range(1, 4):
        for row in rows:
            row.step(problem.grads(row.params, t))
    np.testing.assert_array_equal(second.params[0], [rows[0].params[0][0], rows[1].params[0][1]])


def test_a_batch_of_running_products_resumes_to_the_bit():
    problem = Problem(((2, 3),))
    betas = (np.array([[0.5], [0.9]]), 0.99)
    whole = NAdam(problem.start[0].copy(), betas=betas)
    for t in range(1, 4):
        whole.step(problem.grads(whole.params, t))
    later = NAdam(whole.params[0].copy(), betas=betas)
    later.load_state_dict(whole.state_dict())
    for optimizer in (whole, later):
        optimizer.step(problem.grads(optimizer.params, 4))
    np.testing.assert_array_equal(later.params[0], whole.params[0])
    assert whole.state[0]["mu_product"].shape == (2, 1)


# Blocks: an array is cut only to save time, so the cuts must not show.

FAMILY = [SGD, ASGD, Rprop, Adagrad, RMSprop, Adadelta, Adam, Adamax, NAdam, RAdam, AdamW]


@pytest.mark.parametrize("make", FAMILY)
@pytest.mark.parametrize(
    "shape, order",
    [
        ((1000,), "C"),
        ((20, 50), "C"),
        ((20, 50), "F"),
        ((2, 500), "C"),
        ((3, 2, 150), "C"),
        ((1, 1, 700), "F"),
    ],
)
def test_blocks_do_not_show(make, shape, order, monkeypatch):
    rng = np.random.default_rng(0)
    start, gradients = rng.standard_normal(shape), rng.standard_normal((3, *shape))
    lr = np.full((shape[0],) + (1,) * (len(shape) - 1), 0.01)
    ends = []
    for whole, block, rate in ((2**30, 1, 0.01), (100, 64 * 8, 0.01), (100, 7 * 8, 0.01), (100, 64 * 8, lr)):
        monkeypatch.setattr(blocks, "WHOLE", whole)
        monkeypatch.setattr(blocks, "BLOCK", block)
        p = np.array(start, order=order)
        optimizer = make(p, lr=rate)
        for g in gradients:
            optimizer.step(np.array(g, order="C"))
        ends.append(p)
    for end in ends[1:]:
        np.testing.assert_array_equal(end, ends[0])


BY_SUMS = [
    lambda p, **settings: LARS(p, weight_decay=0.1, trust_coefficient=0.1, **settings),
    lambda p, **settings: LARS(p, weight_decay=0.1, form="pytorch_optimizer", **settings),
    lambda p, **settings: LAMB(p, weight_decay=0.1, **settings),
    lambda p, **settings: LAMB(p, weight_decay=0.1, form="pytorch_optimizer", **settings),
    lambda p, **settings: Adafactor(p, weight_decay=0.1, **settings),
    lambda p, **settings: Adafactor(p, form="optax", **settings),
    lambda p, **settings: Prodigy(p, weight_decay=0.1, d0=0.1, **settings),
    lambda p, **settings: SAM(SGD(p, **settings), rho=0.1),
    lambda p, **settings: SAM(SGD(p, **settings), rho=0.1, adaptive=True),
    lambda p, **settings: Lookahead(SGD(p, **settings), k=2, alpha=0.3),
]


def descend_bowl(optimizer, steps=5):
    p = optimizer.params[0]
    weights = np.linspace(1, 2, p[0].size).reshape(p.shape[1:])
    for _ in range(steps):
        optimizer.step(weights * p, closure=lambda: (0.0, weights * p))
    return p


@pytest.mark.parametrize("shape", [(90,), (6, 15), (3, 5, 6), (2, 45)])
@pytest.mark.parametrize("make", BY_SUMS)
def test_sums_over_blocks_are_those_of_the_whole(make, shape, monkeypatch):
    start = np.random.default_rng(0).standard_normal((1, *shape))
    ends = []
    for size, block, order in ((2**30, 1, "C"), (100, 20 * 8, "C"), (100, 7 * 8, "C"), (100, 7 * 8, "F")):
        monkeypatch.setattr(blocks, "WHOLE", size)
        monkeypatch.setattr(blocks, "BLOCK", block)
        ends.append(descend_bowl(make(np.array(start, order=order), lr=0.1)))
    assert np.any(ends[0] != start)
    for end in ends[1:]:
        np.testing.assert_allclose(end, ends[0], rtol=1e-12, atol=1e-14)


def test_sam_may_be_given_its_own_params_as_the_gradient():
    ends = []
    for answer in (lambda p: p, lambda p: p.copy(), lambda p: p[::-1][::-1]):
        w = np.array([3.0, 4.0])
        SAM(SGD(w, lr=0.1), rho=5).step(w.copy(), closure=lambda w=w, answer=answer: (0.0, answer(w)))
        ends.append(w)
    np.testing.assert_allclose(ends, [[2.4, 3.2]] * 3, rtol=1e-12)


@pytest.mark.parametrize("block", [20, 7])
@pytest.mark.parametrize("make", BY_SUMS)
def test_a_batch_in_blocks_equals_its_separate_runs(make, block, monkeypatch):
    monkeypatch.setattr(blocks, "WHOLE", 100)
    monkeypatch.setattr(blocks, "BLOCK", block * 8)
    start = np.random.default_rng(0).standard_normal((1, 6, 15))
    rates = (0.1, 0.2, 0.4)
    together = descend_bowl(make(np.repeat(start, 3, axis=0), lr=np.reshape(rates, (3, 1, 1))))
    for run, lr in zip(together, rates, strict=True):
        np.testing.assert_array_equal(run, descend_bowl(make(start.copy(), lr=lr))[0])


@pytest.mark.parametrize(
    "shape, part",
    [((10,), 3), ((4, 5), 7), ((2, 3, 4), 5), ((2, 3, 4), 1), ((7, 1), 2), ((), 1), ((0, 3), 2), ((3, 0), 2)],
)
def test_cuts_cover_everything_once(shape, part, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", part * 8)
    counts = np.zeros(shape)
    for k in blocks.cuts(counts):
        assert counts[k].size <= max(part, 1)
        counts[k] += 1
    assert (counts == 1).all()


def test_finite_is_told_from_overflow():
    for dtype, large in ((np.float16, 6e4), (np.float32, 3e38), (np.float64, 1e308)):
        g = np.full((40, 30), large, dtype)
        assert blocks.all_finite(g) and blocks.all_finite(g.T) and blocks.all_finite(g[::2, ::3])
        for bad in (np.nan, np.inf, -np.inf):
            g[-2, -3] = bad
            assert (
                not blocks.all_finite(g)
                and not blocks.all_finite(g.T)
                and not blocks.all_finite(g[-2::-2, -3::-3][:1])
            )
        g[-2, -3] = 0
    assert blocks.all_finite(np.float64(1)) and not blocks.all_finite(np.float64("nan"))


# Hypothesis: the same run, written again in plain Python floats, one number at a time.


def adam_by_hand(w, gradients, lr, betas, eps, weight_decay):
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        g = g + weight_decay * w
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        w -= lr * (m / (1 - betas[0] ** t)) / (math.sqrt(v / (1 - betas[1] ** t)) + eps)
    return w


def adamw_by_hand(w, gradients, lr, betas, eps, weight_decay):
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        w -= lr * weight_decay * w
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        w -= lr * (m / (1 - betas[0] ** t)) / (math.sqrt(v / (1 - betas[1] ** t)) + eps)
    return w


def sgd_by_hand(w, gradients, lr, momentum, dampening, weight_decay):
    v = None
    for g in gradients:
        g = g + weight_decay * w
        v = g if v is None else momentum * v + (1 - dampening) * g
        w -= lr * (v if momentum else g)
    return w


def rmsprop_by_hand(w, gradients, lr, alpha, eps, momentum):
    v = b = 0.0
    for g in gradients:
        v = alpha * v + (1 - alpha) * g * g
        b = momentum * b + g / (math.sqrt(v) + eps)
        w -= lr * b
    return w


def adagrad_by_hand(w, gradients, lr, lr_decay, eps, initial_accumulator_value):
    s = initial_accumulator_value
    for t, g in enumerate(gradients):
        s += g * g
        w -= lr / (1 + t * lr_decay) * g / (math.sqrt(s) + eps)
    return w


def adamax_by_hand(w, gradients, lr, betas, eps):
    m = u = 0.0
    for t, g in enumerate(gradients, 1):
        m = betas[0] * m + (1 - betas[0]) * g
        u = max(betas[1] * u, abs(g) + eps)
        w -= lr * (m / (1 - betas[0] ** t)) / u
    return w


share = st.floats(0, 0.999)
small = st.floats(1e-10, 1e-2)
unit = st.floats(0, 1)
BY_HAND = {
    Adam: (adam_by_hand, {"lr": unit, "betas": st.tuples(share, share), "eps": small, "weight_decay": unit}),
    AdamW: (
        adamw_by_hand,
        {"lr": unit, "betas": st.tuples(share, share), "eps": small, "weight_decay": unit},
    ),
    SGD: (sgd_by_hand, {"lr": unit, "momentum": share, "dampening": share, "weight_decay": unit}),
    RMSprop: (rmsprop_by_hand, {"lr": unit, "alpha": share, "eps": small, "momentum": share}),
    Adagrad: (
        adagrad_by_hand,
        {"lr": unit, "lr_decay": unit, "eps": small, "initial_accumulator_value": unit},
    ),
    Adamax: (adamax_by_hand, {"lr": unit, "betas": st.tuples(share, share), "eps": small}),
}


@pytest.mark.parametrize("make", BY_HAND, ids=lambda make: make.__name__)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_equals_the_same_rule_by_hand(make, data):
    by_hand, strategies = BY_HAND[make]
    chosen = data.draw(st.fixed_dictionaries(strategies))
    shape = data.draw(st.sampled_from([(), (1,), (3,), (2, 3), (2, 1, 2), (0,), (5, 0)]))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    scale = 10.0 ** data.draw(st.integers(-4, 4))
    steps = data.draw(st.integers(1, 8))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    w = rng.uniform(-1, 1, shape).astype(dtype) if shape else np.array(rng.uniform(-1, 1), dtype)
    gradients = (scale * rng.uniform(0.1, 1, (steps, *shape)) * rng.choice([-1, 1], (steps, *shape))).astype(
        dtype
    )
    wanted = np.array(
        [by_hand(float(w[k]), [float(g[k]) for g in gradients], **chosen) for k in np.ndindex(shape)]
    )
    optimizer = make(w, **chosen)
    for g in gradients:
        optimizer.step(g)
    tolerance = 1e-12 if dtype == np.float64 else 2e-4
    size = max(1.0, np.max(np.abs(wanted), initial=0), float(np.abs(gradients).max(initial=0)))
    np.testing.assert_allclose(w.reshape(-1), wanted, rtol=0, atol=tolerance * size)
    assert w.dtype == dtype
