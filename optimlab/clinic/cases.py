"""Twelve runs that go wrong, each as it was written: `patient_1` to `patient_12`.

Each trains `model` in place, on the examples x with the classes y, in plain NumPy. Their docstrings do not
say what is wrong, since a lesson shows them; the mended ones are the solutions of exercises 16.1 to 16.12.
"""

import numpy as np


def patient_1(model, x, y, rng):
    """Plain gradient descent on digits, 12 epochs of 15 batches."""
    lr = 8.0
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


def patient_2(model, x, y, rng):
    """Digits. `backward` takes the slope of the loss at the scores to the network."""
    lr = 0.5
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            scores = model.forward(x[rows])
            p = np.exp(scores - scores.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            p[np.arange(len(rows)), y[rows]] -= 1
            model.backward(p)
            model.params -= lr * model.grads


def patient_3(model, x, y, rng):
    """Digits, from a file in which all zeros come first, then all ones, and so on."""
    lr = 0.3
    for _ in range(12):
        for rows in np.array_split(np.arange(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


def patient_4(model, x, y, rng):
    """Digits. Like PyTorch's .grad, `grads` is an array that every batch adds to."""
    lr, grads = 0.3, np.zeros_like(model.params)
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            grads += model.grads
            model.params -= lr * grads


def patient_5(model, x, y, rng):
    """Digits. `criterion(scores, y)` gives the loss and its slope at the scores."""
    cross_entropy = model.criterion

    def criterion(scores, y):
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss, slope = cross_entropy(p, y)
        return loss, p * (slope - (p * slope).sum(axis=1, keepdims=True))

    lr, model.criterion = 0.5, criterion
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


def patient_6(model, x, y, rng):
    """A recurrent network reads 20 numbers: was the first one above zero?"""
    lr = 0.2
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


def patient_7(model, x, y, rng):
    """Digits. The hidden units are ReLUs, and the biases get a start of their own."""
    lr = 0.3
    model.views["1.bias"][...] = -4.0
    model.views["3.bias"][...] = 0.0
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads


def patient_8(model, x, y, rng):
    """Digits, with weight decay."""
    lr, weight_decay = 0.3, 0.5
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * (model.grads + weight_decay * model.params)


def patient_9(model, x, y, rng):
    """Digits, four layers, Adam; the learning rate falls in a straight line."""
    m, v, step = np.zeros_like(model.params), np.zeros_like(model.params), 0
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            lr = 0.1 * (1 - step / 180)
            model.loss(x[rows], y[rows])
            step += 1
            m = 0.9 * m + 0.1 * model.grads
            v = 0.999 * v + 0.001 * model.grads**2
            m_hat, v_hat = m / (1 - 0.9**step), v / (1 - 0.999**step)
            model.params -= lr * m_hat / (np.sqrt(v_hat) + 1e-8)


def patient_10(model, x, y, rng):
    """Digits. `views` maps the names of the network's arrays to the arrays."""
    lr, params = 0.3, {name: model.views[name] for name in ("3.weight", "3.bias")}
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            for name, w in params.items():
                w -= lr * model.grad_views[name]


def patient_11(model, x, y, rng):
    """Digits. A schedule takes a quarter off the learning rate after each epoch."""
    lr = 0.5
    for _ in range(12):
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            model.params -= lr * model.grads
            lr = 0.75 * lr


def patient_12(model, x, y, rng):
    """Digits, momentum, a falling rate. Saved after ten epochs, and taken up again."""
    v, step = np.zeros_like(model.params), 0
    for epoch in range(12):
        if epoch == 10:
            saved = {"params": model.params.copy()}
            model.params[...] = saved["params"]
            v = saved.get("v", np.zeros_like(v))
            step = saved.get("step", 0)
        for rows in np.array_split(rng.permutation(len(x)), 15):
            model.loss(x[rows], y[rows])
            v = 0.9 * v + model.grads
            model.params -= 0.5 * 0.97**step * v
            step += 1
