"""Right answers in unusual style pass: loops, lists, float32, Python scalars, other but equal formulas."""

import math

import numpy as np
import pytest
from collecting import collector

from optimlab.exercises import check

RIGHT, right = collector()


@right("02.1")
def rows_of_zeros(grad_fn, w, lr, steps):
    path = np.zeros((steps + 1, w.size))
    path[0] = w
    for k in range(1, steps + 1):
        path[k] = path[k - 1] - lr * grad_fn(path[k - 1])
    return path


@right("02.1")
def list_of_arrays(grad_fn, w, lr, steps):
    path = [w]
    while len(path) <= steps:
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return path


@right("02.1")
def list_of_lists(grad_fn, w, lr, steps):
    path = [list(w)]
    for _ in range(steps):
        grad = grad_fn(np.array(path[-1]))
        path.append([float(wi) - lr * float(gi) for wi, gi in zip(path[-1], grad, strict=True)])
    return path


@right("02.1")
def recursive(grad_fn, w, lr, steps):
    if steps == 0:
        return w[None].copy()
    return np.vstack([w, recursive(grad_fn, w - lr * grad_fn(w), lr, steps - 1)])


@right("02.1")
def in_place_on_a_copy(grad_fn, w, lr, steps):
    w = w.astype(float)
    path = [w.copy()]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w.copy())
    return np.stack(path)


@right("02.1")
def gradient_asked_twice(grad_fn, w, lr, steps):
    path = (w,)
    for _ in range(steps):
        grad_fn(w)
        w = w - np.multiply(grad_fn(w), lr)
        path += (w,)
    return np.vstack(path)


@right("02.2")
def largest_singular_value(A):
    return 2 / np.linalg.svd(A, compute_uv=False)[0]


@right("02.2")
def unsorted_eigenvalues(A):
    return float(2.0 / max(np.linalg.eigvals(A).real))


@right("02.2")
def spectral_norm(A):
    return 2 * np.linalg.norm(A, 2) ** -1


@right("02.2")
def power_iteration(A):
    v = np.ones(len(A)) + 0.1 * np.arange(len(A))
    for _ in range(3000):
        v = A @ v
        v = v / np.linalg.norm(v)
    return 2 / (v @ A @ v)


@right("02.2")
def as_an_array_of_no_dimension(A):
    return np.array(2 / np.linalg.eigvalsh(A).max())


@right("02.3")
def counting(kappa, tol):
    rate, error, n = (kappa - 1) / (kappa + 1), 1.0, 0
    while error > tol:
        error *= rate
        n += 1
    return n


@right("02.3")
def powers(kappa, tol):
    n = 1
    while ((kappa - 1) / (kappa + 1)) ** n > tol:
        n += 1
    return n


@right("02.3")
def numpy_float(kappa, tol):
    if kappa == 1:
        return np.int64(1)
    return np.ceil(np.log(1 / tol) / np.log((kappa + 1) / (kappa - 1)))


@right("02.3")
def base_two(kappa, tol):
    return 1 if kappa <= 1 else math.ceil(math.log2(tol) / math.log2((kappa - 1) / (kappa + 1)))


@right("02.3")
def base_ten(kappa, tol):
    rate = (kappa - 1) / (kappa + 1)
    return max(1, math.ceil(math.log10(tol) / math.log10(rate))) if rate > 0 else 1


@right("02.3")
def log1p(kappa, tol):
    return 1 if kappa == 1 else -int(np.floor(-np.log(tol) / np.log1p(-2 / (kappa + 1))))


@right("02.4")
def while_true(f, x, fx, g, d, alpha0, rho, c):
    alpha = alpha0
    while True:
        if f(x + alpha * d) <= fx + c * alpha * np.dot(g, d):
            return alpha
        alpha *= rho


@right("02.4")
def counting_the_rounds(f, x, fx, g, d, alpha0, rho, c):
    k = 0
    while f(x + alpha0 * rho**k * d) - fx - c * alpha0 * rho**k * sum(g * d) > 0:
        k += 1
    return np.float64(alpha0 * rho**k)


@right("02.4")
def with_a_limit(f, x, fx, g, d, alpha0, rho, c):
    for k in range(200):
        alpha = alpha0 * rho**k
        if f(np.add(x, alpha * d)) <= f(x) + c * alpha * (d.T @ g):
            break
    return alpha


@right("04.1")
def one_line(w, grad, velocity, lr, momentum):
    return w - lr * (momentum * velocity + grad), grad + velocity * momentum


@right("04.1")
def loops(w, grad, velocity, lr, momentum):
    new_w, new_v = [], []
    for i in range(len(w)):
        v = momentum * velocity[i] + grad[i]
        new_v.append(v)
        new_w.append(w[i] - lr * v)
    return new_w, new_v


@right("04.1")
def loops_over_flat_arrays(w, grad, velocity, lr, momentum):
    new_w, new_v = np.empty(w.shape), np.empty(w.shape)
    for i in range(w.size):
        new_v.flat[i] = momentum * velocity.flat[i] + grad.flat[i]
        new_w.flat[i] = w.flat[i] - lr * new_v.flat[i]
    return new_w, new_v


@right("04.1")
def loops_over_numbers(w, grad, velocity, lr, momentum):
    v = [momentum * float(vi) + float(gi) for vi, gi in zip(velocity, grad, strict=True)]
    return [float(wi) - lr * vi for wi, vi in zip(w, v, strict=True)], v


@right("04.1")
def single_precision(w, grad, velocity, lr, momentum):
    velocity = np.float32(momentum) * velocity.astype(np.float32) + grad.astype(np.float32)
    return w.astype(np.float32) - np.float32(lr) * velocity, velocity


@right("04.1")
def list_of_two(w, grad, velocity, lr, momentum):
    velocity = np.add(np.multiply(velocity, momentum), grad)
    return [np.subtract(w, np.multiply(lr, velocity)), velocity]


@right("04.1")
def lr_inside_and_out_again(w, grad, velocity, lr, momentum):
    scaled = momentum * (lr * velocity) + lr * grad
    return w - scaled, scaled / lr


@right("04.1")
def in_place_on_copies(w, grad, velocity, lr, momentum):
    w, velocity = w.astype(float), velocity.astype(float)
    velocity *= momentum
    velocity += grad
    w -= lr * velocity
    return w, velocity


@right("04.2")
def by_looking_twice(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    ahead = momentum * velocity + grad
    return w - lr * ahead, velocity


@right("04.2")
def multiplied_out(w, grad, velocity, lr, momentum):
    move = (1 + momentum) * grad + momentum**2 * velocity
    return w - lr * move, momentum * velocity + grad


@right("04.2")
def difference_of_velocities(w, grad, velocity, lr, momentum):
    old, velocity = velocity, momentum * velocity + grad
    return w - lr * ((1 + momentum) * velocity - momentum * old), velocity


@right("04.3")
def by_condition_number(mu, L):
    root = np.sqrt(L / mu)
    return (2 / (np.sqrt(L) + np.sqrt(mu))) ** 2, ((root - 1) / (root + 1)) ** 2


@right("04.3")
def as_an_array(mu, L):
    momentum = (1 - 2 / (1 + (L / mu) ** 0.5)) ** 2
    return np.array([(1 + momentum**0.5) ** 2 / L, momentum])


@right("04.4")
def as_a_series(lr, momentum):
    return sum(lr * momentum**k for k in range(5000))


@right("04.4")
def numpy_number(lr, momentum):
    return np.divide(lr, 1.0 - momentum)


@right("04.5")
def moving_the_look_ahead(grad_fn, params, lr, momentum, steps):
    """From the look-ahead point on, the rest of the step is a gradient step."""
    params = [np.array(w) for w in params]
    velocities = [0 * w for w in params]
    paths = [[w.copy()] for w in params]
    for _ in range(steps):
        ahead = [w - lr * momentum * v for w, v in zip(params, velocities, strict=True)]
        grads = grad_fn(ahead)
        new = [a - lr * g for a, g in zip(ahead, grads, strict=True)]
        velocities = [(w - n) / lr for w, n in zip(params, new, strict=True)]
        params = new
        for path, w in zip(paths, params, strict=True):
            path.append(w)
    return [np.stack(path) for path in paths]


@right("04.5")
def arrays_made_first(grad_fn, params, lr, momentum, steps):
    paths = [np.zeros((steps + 1, *w.shape)) for w in params]
    velocities = [np.zeros(w.shape) for w in params]
    for path, w in zip(paths, params, strict=True):
        path[0] = w
    for t in range(steps):
        grads = grad_fn([path[t] - lr * momentum * v for path, v in zip(paths, velocities, strict=True)])
        for i in range(2):
            velocities[i] *= momentum
            velocities[i] += grads[i]
            paths[i][t + 1] = paths[i][t] - lr * velocities[i]
    return tuple(paths)


@right("04.5")
def by_the_form_of_the_step(grad_fn, params, lr, momentum, steps):
    """PyTorch's form walks through the look-ahead points; the path is found again behind them."""
    ahead = [np.array(w) for w in params]
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        grads = grad_fn(ahead)
        velocities = [momentum * v + g for v, g in zip(velocities, grads, strict=True)]
        ahead = [a - lr * (g + momentum * v) for a, g, v in zip(ahead, grads, velocities, strict=True)]
        for path, a, v in zip(paths, ahead, velocities, strict=True):
            path.append(a + lr * momentum * v)
    return paths


@right("04.5")
def gradient_asked_for_each(grad_fn, params, lr, momentum, steps):
    a, b = params
    va, vb = np.zeros_like(a), np.zeros_like(b)
    path_a, path_b = [a], [b]
    for _ in range(steps):
        look = [a - lr * momentum * va, b - lr * momentum * vb]
        ga, gb = grad_fn(look)[0], grad_fn(look)[1]
        va, vb = momentum * va + ga, momentum * vb + gb
        a, b = a - lr * va, b - lr * vb
        path_a += [a]
        path_b += [b]
    return np.array(path_a), np.array(path_b)


@right("04.6")
def loops_and_pairs(values_by_method, tol):
    found = []
    for place, (name, values) in enumerate(values_by_method.items()):
        step = float("inf")
        for n, value in enumerate(values):
            if value <= tol * values[0]:
                step = n
                break
        found.append((step, place, name))
    return tuple(name for _, _, name in sorted(found))


@right("04.6")
def array_of_names(values_by_method, tol):
    names = np.array(list(values_by_method))
    steps = []
    for values in values_by_method.values():
        there = np.flatnonzero(values / values[0] <= tol)
        steps.append(there[0] if there.size else 10**9)
    return names[np.argsort(steps, kind="stable")]


@pytest.mark.parametrize("id, answer", RIGHT)
def test_it_passes(id, answer):
    verdict = check(id, answer)
    assert verdict.status == "passed", verdict.text


def test_a_loop_that_cannot_take_a_single_number_is_told_so_and_passes():
    text = check("04.1", loops).text
    assert text.startswith("04.1 passed\n")
    assert "It stops with TypeError in the extra trial with other shapes; that is not counted." in text


def test_a_little_off_is_wrong_with_its_ratio():
    def almost(w, grad, velocity, lr, momentum):
        velocity = momentum * velocity + grad
        return w - 1.5 * lr * velocity, velocity

    verdict = check("04.1", almost)
    assert verdict.text.split("\n")[0] == "04.1 wrong: w is the first to differ, run 1, step 1"
    assert "each move is 1.5 times the expected one" in verdict.text


@pytest.mark.parametrize("off", [1e-8, 1e-6, 1e-3])
def test_wrong_in_the_ninth_digit_is_wrong(off):
    def almost(w, grad, velocity, lr, momentum):
        velocity = momentum * velocity + grad
        return w - lr * velocity * (1 + 1e3 * off), velocity

    assert check("04.1", almost).status == "wrong"


def test_where_the_gradient_was_asked_is_shown():
    def heavy_ball(grad_fn, params, lr, momentum, steps):
        velocities = [np.zeros_like(w) for w in params]
        paths = [[w] for w in params]
        for _ in range(steps):
            grads = grad_fn(params)
            velocities = [momentum * v + g for v, g in zip(velocities, grads, strict=True)]
            params = [w - lr * v for w, v in zip(params, velocities, strict=True)]
            for path, w in zip(paths, params, strict=True):
                path.append(w)
        return paths

    verdict = check("04.5", heavy_ball)
    assert verdict.mistake == "NAG-NOLOOK"
    assert "run 1, step 2: the point where the gradient of array 0 is taken" in verdict.text
