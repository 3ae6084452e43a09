"""Lesson 12: the references against theory, right answers in other styles, arguments for the mutants."""

import math

import numpy as np
import pytest
from collecting import collector, mistaken

from optimlab.exercises import REGISTRY, check


def curved(w):
    """The gradient of a loss on weights of any shape that is no quadratic."""
    return np.sin(w) * 2 + 0.3 * np.sum(w) + 0.2 * w**3


def random_arguments(id, rng):
    """Arguments of the kind that the docstring of exercise `id` promises."""
    shape = ((3,), (2, 2), ())[rng.integers(3)]
    w = rng.normal(size=shape)
    if id == "12.1":
        return curved, w, rng.normal(size=shape), rng.uniform(0.1, 1)
    if id == "12.2":
        Q, _ = np.linalg.qr(rng.normal(size=(4, 4)))
        H = (Q * [rng.choice([-6.0, 6.0]), 2.5, -1.0, 0.5]) @ Q.T
        w = rng.normal(size=((4,), (2, 2))[rng.integers(2)])
        return (lambda w: (H @ w.ravel()).reshape(w.shape)), w, 25, np.random.default_rng(rng.integers(99))
    if id == "12.3":
        flat = rng.random() < 0.2
        return w, (lambda p: 2 * (p - w)) if flat else curved, rng.uniform(0.01, 0.5), rng.uniform(0, 1)
    raise KeyError(id)


def reference(id):
    return REGISTRY[id].reference


def test_the_product_is_that_of_the_hessian_and_its_error_falls_like_h_squared():
    rng = np.random.default_rng(1)
    w, v = rng.normal(size=5), rng.normal(size=5)
    exact = (np.diag(2 * np.cos(w) + 0.6 * w**2) + 0.3) @ v
    errors = [np.linalg.norm(reference("12.1")(curved, w, v, h) - exact) for h in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.02)
    np.testing.assert_allclose(reference("12.1")(curved, w, v, 1e-5), exact, rtol=1e-8)


@pytest.mark.parametrize("turn", [1, -1])
def test_the_sharpness_is_an_eigenvalue_with_its_sign(turn):
    rng = np.random.default_rng(2)
    B = rng.normal(size=(30, 30))
    H = turn * (B @ B.T)
    values = np.linalg.eigvalsh(H)
    wanted = values[np.argmax(np.abs(values))]
    assert wanted * turn > 0
    got = reference("12.2")(lambda w: H @ w, rng.normal(size=30), 300, np.random.default_rng(3))
    assert isinstance(got, float) and got == pytest.approx(wanted, rel=1e-3)


def test_gradient_descent_is_stable_below_two_over_the_sharpness_only():
    H = np.diag([5.0, 1.0, 0.2])
    edge = 2 / reference("12.2")(lambda w: H @ w, np.ones(3), 50, np.random.default_rng(4))
    for factor, grows in ((0.99, False), (1.01, True)):
        w = np.ones(3)
        for _ in range(500):
            w = w - factor * edge * H @ w
        assert (np.linalg.norm(w) > 10) == grows


def test_sam_asks_at_the_distance_rho_uphill_and_steps_from_w():
    asked, w = [], np.array([[1.0, -0.5], [2.0, 0.25]])
    new = reference("12.3")(w, lambda p: asked.append(p) or curved(p), 0.1, 0.3)
    climb = asked[1] - asked[0]
    assert np.linalg.norm(climb) == pytest.approx(0.3)
    assert np.sum(climb * curved(w)) == pytest.approx(0.3 * np.linalg.norm(curved(w)))
    np.testing.assert_allclose((w - new) / 0.1, curved(asked[1]), rtol=1e-12)


def test_sam_leaves_a_sharp_valley_that_gradient_descent_stays_in():
    """On f(x) = |x|-like slopes a radius larger than the valley's width makes the step point outwards."""

    def grad_fn(x):
        return np.sin(3 * x) + 0.1 * (x - 4)

    sam = plain = np.array([0.15])
    for _ in range(400):
        plain = plain - 0.05 * grad_fn(plain)
        sam = reference("12.3")(sam, grad_fn, 0.05, 1.2)
    assert abs(plain[0]) < 0.2 and abs(sam[0] - plain[0]) > 0.3


RIGHT, right = collector()


@right("12.1")
def two_lines(grad_fn, w, v, h):
    up, down = grad_fn(w + h * v), grad_fn(w - h * v)
    return 0.5 * (up - down) / h


@right("12.1")
def down_first(grad_fn, w, v, h):
    down = grad_fn(w - v * h)
    up = grad_fn(w + v * h)
    return (up - down) / 2 / h


@right("12.1")
def numpy_words(grad_fn, w, v, h):
    step = np.multiply(h, v)
    return np.divide(np.subtract(grad_fn(np.add(w, step)), grad_fn(np.subtract(w, step))), h + h)


@right("12.1")
def turned_twice(grad_fn, w, v, h):
    return -(grad_fn(w - h * v) - grad_fn(w + h * v)) / (2 * h)


@right("12.1")
def a_list_comes_back(grad_fn, w, v, h):
    return ((grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)).tolist()


@right("12.1")
def entry_by_entry(grad_fn, w, v, h):
    up, down = np.asarray(grad_fn(w + h * v)), np.asarray(grad_fn(w - h * v))
    out = np.empty(w.shape)
    for index in np.ndindex(w.shape):
        out[index] = (up[index] - down[index]) / (2 * h)
    return out


@right("12.1")
def on_copies(grad_fn, w, v, h):
    ahead, behind = w.astype(float), w.astype(float)
    ahead += h * v
    behind -= h * v
    return (grad_fn(ahead) - grad_fn(behind)) / (2 * h)


@right("12.1")
def mean_of_both_sides(grad_fn, w, v, h):
    here = grad_fn(w)
    forward, backward = (grad_fn(w + h * v) - here) / h, (here - grad_fn(w - h * v)) / h
    return (forward + backward) / 2


@right("12.1")
def by_a_loop_over_signs(grad_fn, w, v, h):
    return sum(sign * grad_fn(w + sign * h * v) for sign in (1, -1)) / (2 * h)


@right("12.2")
def the_length_first_and_then_the_sign(grad_fn, w, iters, rng):
    v, h = rng.standard_normal(w.shape), 1e-3
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)
        size, sign = np.linalg.norm(Hv), np.sign(np.sum(v * Hv))
        v = Hv
    return sign * size


@right("12.2")
def quotient_after_the_loop(grad_fn, w, iters, rng):
    def product(v):
        return (grad_fn(w + 1e-5 * v) - grad_fn(w - 1e-5 * v)) / 2e-5

    v = rng.uniform(-1, 1, size=w.shape)
    for _ in range(iters):
        v = product(v)
        v /= np.sqrt((v**2).sum())
    return np.vdot(v, product(v)) / np.vdot(v, v)


@right("12.2")
def forward_difference(grad_fn, w, iters, rng):
    here, v = grad_fn(w), rng.normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-6 * v) - here) / 1e-6
        value, v = np.sum(v * Hv), Hv
    return value


@right("12.2")
def whole_hessian(grad_fn, w, iters, rng):
    columns = []
    for i in range(w.size):
        e = np.zeros(w.size)
        e[i] = 1e-5
        e = e.reshape(w.shape)
        columns.append((grad_fn(w + e) - grad_fn(w - e)).ravel() / 2e-5)
    values = np.linalg.eigvals(np.array(columns)).real
    return values[np.argmax(abs(values))]


@right("12.2")
def flat_inside(grad_fn, w, iters, rng):
    shape, flat = w.shape, w.reshape(-1)
    v = rng.random(flat.size) - 0.5
    for _ in range(iters):
        v = v / np.sqrt(v @ v)
        up = grad_fn((flat + 0.001 * v).reshape(shape)).ravel()
        down = grad_fn((flat - 0.001 * v).reshape(shape)).ravel()
        Hv = (up - down) / 0.002
        value = v @ Hv
        v = Hv
    return float(value)


@right("12.2")
def its_own_seed(grad_fn, w, iters, rng):
    v = np.random.default_rng(0).normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        value, v = np.sum(v * Hv), Hv
    return np.array(value)


@right("12.2")
def largest_entry_and_a_full_quotient(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    for _ in range(iters):
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        value = np.sum(v * Hv) / np.sum(v * v)
        v = Hv / np.abs(Hv).max()
    return value


@right("12.2")
def guarded_and_stopping_early(grad_fn, w, iters, rng):
    v, last = rng.normal(size=w.shape), math.inf
    v /= np.linalg.norm(v) + 1e-12
    for _ in range(max(iters, 200)):
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        value = (v * Hv).sum().item()
        v = Hv / (np.linalg.norm(Hv) + 1e-12)
        if abs(value - last) < 1e-9 * abs(value):
            break
        last = value
    return value


@right("12.3")
def in_four_lines(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.linalg.norm(g)
    e = rho * g / n if n else np.zeros_like(g)
    return w - lr * grad_fn(w + e)


@right("12.3")
def by_np_where(w, grad_fn, lr, rho):
    g = np.asarray(grad_fn(w))
    n = np.sqrt((g * g).sum())
    scale = np.where(n > 0, rho / np.where(n > 0, n, 1), 0)
    return w - np.multiply(lr, grad_fn(w + (scale * g).astype(g.dtype)))


@right("12.3")
def a_floor_below_the_length(w, grad_fn, lr, rho):
    g = grad_fn(w)
    return w - lr * grad_fn(w + rho * g / max(np.linalg.norm(g), 1e-12))


@right("12.3")
def an_invisible_eps(w, grad_fn, lr, rho):
    g = grad_fn(w)
    return w - lr * grad_fn(w + rho * g / (np.linalg.norm(g) + 1e-20))


@right("12.3")
def two_cases(w, grad_fn, lr, rho):
    g = grad_fn(w)
    if not np.any(g):
        return w - lr * g
    return w - lr * grad_fn(w + g * (rho / np.linalg.norm(g)))


@right("12.3")
def there_and_back_on_a_copy(w, grad_fn, lr, rho):
    w = np.array(w, np.result_type(w, np.float32) if w.dtype.kind == "f" else float)
    g = grad_fn(w)
    n = np.sqrt(np.vdot(g, g))
    e = 0 * g if n == 0 else rho / n * g
    start = w.copy()
    w += e
    up = grad_fn(w)
    return start - lr * up


@right("12.3")
def as_a_list(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = math.sqrt(float(np.sum(np.square(g))))
    up = grad_fn(w + (rho / n) * g) if n > 0 else g
    return (w - lr * up).tolist()


@right("12.3")
def unit_gradient_first(w, grad_fn, lr, rho):
    g = grad_fn(w)
    unit = np.nan_to_num(g / np.linalg.norm(g))
    return w + -lr * grad_fn(w + rho * unit)


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


def test_another_seed_of_the_reference_has_the_same_verdict():
    for seed in range(30):
        verdict = check("12.2", lambda g, w, iters, rng, s=seed: other_start(g, w, iters, s))
        assert verdict.passed, verdict.text


def other_start(grad_fn, w, iters, seed):
    return reference("12.2")(grad_fn, w, iters, np.random.default_rng(seed))


WRONG, wrong = mistaken()


@wrong("12.1", "EOS-HVP")
def forgot_to_divide(grad_fn, w, v, h):
    gp = grad_fn(w + h * v)
    gm = grad_fn(w - h * v)
    return gp - gm


@wrong("12.1", "HVP-HALF")
def divided_by_one_h(grad_fn, w, v, h):
    eps = h
    return (grad_fn(w + eps * v) - grad_fn(w - eps * v)) * (1 / eps)


@wrong("12.1", "LOSS-ONESIDED")
def from_a_forum(grad_fn, w, v, h):
    g0 = grad_fn(w)
    w_new = w + h * v
    return (grad_fn(w_new) - g0) / h


@wrong("12.1", "HVP-PRECEDENCE")
def brackets_lost(grad_fn, w, v, h):
    return (grad_fn(w + h * v) - grad_fn(w - h * v)) / 2 * h


@wrong("12.1", "HVP-BRACKET")
def brackets_lost_in_the_difference(grad_fn, w, v, h):
    return grad_fn(w + h * v) - grad_fn(w - h * v) / (2 * h)


@wrong("12.1", "HVP-DIAGONAL")
def gradient_check_of_cs231n(grad_fn, w, v, h):
    out = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        e = np.zeros(w.shape)
        e[index] = h
        out[index] = (grad_fn(w + e) - grad_fn(w - e))[index] / (2 * h) * v[index]
    return out


@wrong("12.1", "HVP-ELEMENT")
def derivative_times_v(grad_fn, w, v, h):
    second = (grad_fn(w + h) - grad_fn(w - h)) / (2 * h)
    return np.multiply(v, second)


@wrong("12.1", "HVP-UNIT")
def normalised_without_return(grad_fn, w, v, h):
    v = v / np.linalg.norm(v)
    return (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)


@wrong("12.1", "HVP-DOT")
def quadratic_form(grad_fn, w, v, h):
    Hv = (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)
    return (v * Hv).sum()


@wrong("12.1", "HVP-OWNH")
def overwrites_h(grad_fn, w, v, h):
    h = 0.00001
    return (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)


@wrong("12.1", "HVP-ONESIDED-HALF")
def walks_back_to_w(grad_fn, w, v, h):
    x = w.copy().astype(float)
    x += h * v
    plus = grad_fn(x)
    x -= h * v
    minus = grad_fn(x)
    return (plus - minus) / (2 * h)


@wrong("12.1", "HVP-TURNED")
def minus_first(grad_fn, w, v, h):
    return (grad_fn(w - h * v) - grad_fn(w + h * v)) / (2.0 * h)


@wrong("12.1", "HVP-SECOND")
def formula_of_the_second_derivative(grad_fn, w, v, h):
    return (grad_fn(w + h * v) + grad_fn(w - h * v) - 2 * grad_fn(w)) / h**2


@wrong("12.1", None)
def curvature_times_v(grad_fn, w, v, h):
    Hv = (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)
    return np.sum(v * Hv) * v


@wrong("12.1", "HVP-AROUND-ZERO")
def w_forgotten(grad_fn, w, v, h):
    return (grad_fn(h * v) - grad_fn(-(h * v))) / 2 / h


@wrong("12.1", "HVP-NOSTEP")
def h_only_below(grad_fn, w, v, h):
    return (grad_fn(w + v) - grad_fn(w - v)) / (2 * h)


@wrong("12.1", None)
def sum_of_the_change(grad_fn, w, v, h):
    change = (grad_fn(w + h * v) - grad_fn(w - h * v)) / (2 * h)
    return np.full(w.shape, np.mean(change))


@wrong("12.1", "GD-INPLACE")
def moves_the_callers_w(grad_fn, w, v, h):
    w += h * v
    plus = grad_fn(w)
    w -= 2 * h * v
    minus = grad_fn(w)
    return (plus - minus) / (2 * h)


@wrong("12.1", "HVP-MEAN")
def average_gradient(grad_fn, w, v, h):
    return 0.5 * (grad_fn(w + h * v) + grad_fn(w - h * v))


@wrong("12.2", "EOS-PI")
def absolute_quotient(grad_fn, w, iters, rng):
    v = rng.random(w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-3 * v) - grad_fn(w)) / 1e-3
        lam = np.abs((v * Hv).sum())
        v = Hv
    return float(lam)


@wrong("12.2", "EOS-VNORM")
def never_normalised(grad_fn, w, iters, rng):
    v = rng.standard_normal(w.shape)
    for _ in range(iters):
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        v = Hv
    return np.sum(v * Hv)


@wrong("12.2", "HVP-HALF")
def twice_too_large(grad_fn, w, iters, rng):
    v = rng.standard_normal(w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-3 * v) - grad_fn(w - 1e-3 * v)) / 1e-3
        lam = (v * Hv).sum()
        v = Hv
    return lam


@wrong("12.2", "EOS-HVP")
def no_division(grad_fn, w, iters, rng):
    v = rng.normal(0, 1, w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = grad_fn(w + 1e-3 * v) - grad_fn(w - 1e-3 * v)
        lam, v = np.sum(v * Hv), Hv
    return lam


@wrong("12.2", "EOS-LARGEST")
def eigvalsh_max(grad_fn, w, iters, rng):
    n = w.size
    H = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = 1e-4
        e = e.reshape(w.shape)
        H[:, i] = ((grad_fn(w + e) - grad_fn(w - e)) / 2e-4).ravel()
    return np.linalg.eigvalsh((H + H.T) / 2)[-1]


@wrong("12.2", "EOS-PI")
def spectral_norm(grad_fn, w, iters, rng):
    H = [
        ((grad_fn(w + e) - grad_fn(w - e)) / 2e-4).ravel()
        for e in 1e-4 * np.eye(w.size).reshape(-1, *w.shape)
    ]
    return np.linalg.norm(np.array(H), 2)


@wrong("12.2", "EOS-ONES")
def starts_with_ones(grad_fn, w, iters, rng):
    v = np.ones_like(w)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        lam, v = np.sum(v * Hv), Hv
    return lam


@wrong("12.2", "EOS-ONCE")
def returns_inside_the_loop(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    v = v / np.linalg.norm(v)
    for _ in range(iters):
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        v_new = Hv / np.linalg.norm(Hv)
        return np.sum(v * Hv) + 0 * np.sum(v_new)


@wrong("12.2", "EOS-RATE")
def the_rate(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        lam, v = np.sum(v * Hv), Hv
    return 2.0 / lam


@wrong("12.2", "EOS-MATRIX")
def at_sign(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        lam, v = v @ Hv, Hv
    return lam


@wrong("12.2", "EOS-GRADIENT")
def gradient_as_product(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = grad_fn(v)
        lam, v = np.sum(v * Hv), Hv
    return lam


@wrong("12.2", "EOS-HTINY")
def machine_epsilon_and_less(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    v = v / np.linalg.norm(v)
    for _ in range(iters):
        Hv = (grad_fn(w + 1e-18 * v) - grad_fn(w - 1e-18 * v)) / 2e-18
        lam = (v * Hv).sum()
        v = Hv / np.linalg.norm(Hv)
    return lam


@wrong("12.2", "EOS-OTHER-RNG")
def global_random(grad_fn, w, iters, rng):
    v = np.random.randn(*w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        lam, v = np.sum(v * Hv), Hv
    return lam


@wrong("12.2", "EOS-TURNED")
def wrong_way_round(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w - 1e-4 * v) - grad_fn(w + 1e-4 * v)) / 2e-4
        lam, v = np.sum(v * Hv), Hv
    return lam


@wrong("12.2", "EOS-TRACE")
def hutchinson_with_axes(grad_fn, w, iters, rng):
    total = 0.0
    for i in range(w.size):
        v = np.zeros(w.size)
        v[i] = 1
        v = v.reshape(w.shape)
        total += np.sum(v * (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4)
    return total


@wrong("12.2", "EOS-VECTOR")
def returns_the_direction(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        v = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
    return v


@wrong("12.2", "EOS-PAIR")
def returns_both(grad_fn, w, iters, rng):
    v = rng.normal(size=w.shape)
    for _ in range(iters):
        v = v / np.linalg.norm(v)
        Hv = (grad_fn(w + 1e-4 * v) - grad_fn(w - 1e-4 * v)) / 2e-4
        lam, v = np.sum(v * Hv), Hv
    return lam, v


@wrong("12.2", "EOS-FLATTEST")
def smallest_in_size(grad_fn, w, iters, rng):
    H = np.array(
        [
            ((grad_fn(w + e) - grad_fn(w - e)) / 2e-4).ravel()
            for e in 1e-4 * np.eye(w.size).reshape(-1, *w.shape)
        ]
    )
    values, _ = np.linalg.eig(H)
    return min(values.real, key=abs)


@wrong("12.3", "SAM-NOCLIMB")
def second_gradient_not_used(w, grad_fn, lr, rho):
    g = grad_fn(w)
    eps = rho * g / (np.linalg.norm(g) + 1e-12)
    grad_fn(w + eps)
    return w - lr * g


@wrong("12.3", "SAM-STAYS")
def forgets_to_come_back(w, grad_fn, lr, rho):
    g = grad_fn(w)
    w = w + rho * g / (np.linalg.norm(g) + 1e-12)
    return w - lr * grad_fn(w)


@wrong("12.3", "SAM-NONORM")
def no_norm(w, grad_fn, lr, rho):
    return w - lr * grad_fn(w + rho * grad_fn(w))


@wrong("12.3", "SAM-NAN")
def as_in_the_paper(w, grad_fn, lr, rho):
    g = grad_fn(w)
    e_w = g * (rho / np.linalg.norm(g))
    return w - lr * grad_fn(w + e_w)


@wrong("12.3", "SAM-DOWN")
def downhill(w, grad_fn, lr, rho):
    g = grad_fn(w)
    return w - lr * grad_fn(w - rho * g / max(np.linalg.norm(g), 1e-12))


@wrong("12.3", "SAM-SQNORM")
def forgot_the_root(w, grad_fn, lr, rho):
    g = grad_fn(w)
    s = (g**2).sum()
    return w - lr * grad_fn(w + (rho * g / s if s > 0 else 0))


@wrong("12.3", "SAM-SIGN")
def sign_of_each(w, grad_fn, lr, rho):
    return w - lr * grad_fn(w + rho * np.sign(grad_fn(w)))


@wrong("12.3", "SAM-SIGN")
def divided_by_absolute_values(w, grad_fn, lr, rho):
    g = grad_fn(w)
    return w - lr * grad_fn(w + rho * g / np.where(g == 0, 1, np.abs(g)))


@wrong("12.3", "SAM-BOTH")
def sgd_and_sam(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.linalg.norm(g)
    up = grad_fn(w + rho * g / n) if n else g
    w = w - lr * g
    return w - lr * up


@wrong("12.3", "SAM-SWAP")
def swapped(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.linalg.norm(g)
    return w - rho * grad_fn(w + (lr * g / n if n else 0.0))


@wrong("12.3", "SAM-LRCLIMB")
def extragradient(w, grad_fn, lr, rho):
    return w - lr * grad_fn(w + lr * grad_fn(w))


@wrong("12.3", None)
def look_ahead_like_nesterov(w, grad_fn, lr, rho):
    return w - lr * grad_fn(w - lr * grad_fn(w))


@wrong("12.3", "SAM-COLUMNS")
def norm_over_the_last_axis(w, grad_fn, lr, rho):
    g = np.asarray(grad_fn(w))
    n = np.linalg.norm(g, axis=-1, keepdims=True) if g.ndim else np.abs(g)
    return w - lr * grad_fn(w + rho * g / np.where(n == 0, 1, n))


@wrong("12.3", "GD-SIGN")
def ascends(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.sqrt(np.sum(g * g))
    adv = w + rho * g / n if n > 0 else w
    return w + lr * grad_fn(adv)


@wrong("12.3", "GD-DELTA")
def only_the_update(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.sqrt(np.sum(g * g))
    return -lr * grad_fn(w + (rho / n * g if n > 0 else 0))


@wrong("12.3", "SAM-UNITSTEP")
def both_normalised(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.linalg.norm(g) or 1.0
    up = grad_fn(w + rho * g / n)
    return w - lr * up / (np.linalg.norm(up) or 1.0)


@wrong("12.3", "SAM-DIFFERENCE")
def gradient_of_the_sharpness_only(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.linalg.norm(g) or 1.0
    return w - lr * (grad_fn(w + rho * g / n) - g)


@wrong("12.3", "GD-INPLACE")
def like_a_torch_optimizer(w, grad_fn, lr, rho):
    g = grad_fn(w)
    e = rho * g / (np.linalg.norm(g) + 1e-12)
    w += e
    up = grad_fn(w)
    w -= e
    w -= lr * up
    return w


@wrong("12.3", "SAM-RMS")
def mean_of_the_squares(w, grad_fn, lr, rho):
    g = grad_fn(w)
    n = np.sqrt(np.mean(np.square(g)))
    return w - lr * grad_fn(w + (rho * g / n if n else 0.0))


@pytest.mark.parametrize("id, mistake, answer", WRONG)
def test_a_wrong_answer_is_rejected_and_named(id, mistake, answer):
    verdict = check(id, answer)
    assert not verdict.passed and verdict.mistake == mistake, verdict.text
