"""The bug museum of lesson 07: three Adams as they once shipped, rebuilt in our own words and code.

Each room is wrong. Exercise 07.5 asks for the mended ones.
"""

import numpy as np


def room_1(params, grads, lr, beta1, beta2, eps):
    """The busy clock. It shipped among the examples of a maker of graphics cards.

    The more arrays a model has, the sooner its correction for the start at zero is
    gone. params is a dict of arrays with the keys "W" and "b", grads a list of such
    dicts, one for each step; it returns the final params.
    """
    params = {name: w.copy() for name, w in params.items()}
    m = {name: np.zeros(w.shape) for name, w in params.items()}
    v = {name: np.zeros(w.shape) for name, w in params.items()}
    t = 0
    for grad in grads:
        for name in params:
            t = t + 1
            m[name] = beta1 * m[name] + (1 - beta1) * grad[name]
            v[name] = beta2 * v[name] + (1 - beta2) * grad[name] ** 2
            m_hat = m[name] / (1 - beta1**t)
            v_hat = v[name] / (1 - beta2**t)
            params[name] = params[name] - lr * m_hat / (np.sqrt(v_hat) + eps)
    return params


def room_2(w, grad, m, v, count, lr, beta1, beta2, eps):
    """The stopped clock. It shipped in a library that trains open language models.

    With betas 0.9 and 0.95 and steady gradients a step is in the long run 2.24 times
    as long as lr says, and tuning lr hides it. count is the number of steps before
    this one; it returns (w, m, v, count) for the next call.
    """
    t = count + 1
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, m, v, count


def room_3(w, grad, m, v, t, lr, beta1, beta2, eps):
    """The double correction. A library for quantum computing had one half in its text, one in its code.

    The first gradient was taken whole, and the correction was made in two places.
    t counts from 1; it returns (w, m, v).
    """
    if t == 1:
        m, v = 1.0 * grad, grad**2
    else:
        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - rate * m_hat / (np.sqrt(v_hat) + eps)
    return w, m, v
