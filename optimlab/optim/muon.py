"""Muon: momentum made a nearly orthogonal matrix, so that every direction moves by about the same amount."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import option
from optimlab.optim.options import number, whole

COEFFICIENTS = (3.4445, -4.7750, 2.0315)


class Muon(Optimizer):
    """Muon, in PyTorch's form.

        m = momentum * m + (1 - momentum) * G
        O = newton_schulz((1 - momentum) * G + momentum * m)        newton_schulz(m) without nesterov
        W = W - lr * weight_decay * W - lr * sqrt(max(1, rows / columns)) * O

    Args:
        params: a float matrix, or a list of them, shaped as in the model: rows are outputs, as in torch's
            Linear. An array of more axes is a stack of matrices in its last two; a convolution's kernel is
            one matrix only as kernel.reshape(len(kernel), -1), a view that you make. Vectors and scalars are
            refused: give them, embeddings and the last layer to AdamW. Changed in place.
        lr: learning rate, at least 0: about the largest singular value of one step of a wide matrix.
        weight_decay: decoupled decay, at least 0, with the lr from before the ratio of sides.
        momentum: how much of m a step keeps, in [0, 1).
        nesterov: look one step of momentum ahead.
        ns_coefficients: (a, b, c) of newton_schulz, three numbers.
        eps: the least norm that G is divided by, at least 0.
        ns_steps: how many rounds of newton_schulz, at least 0.
        adjust_lr_fn: None or "original" as above; "match_rms_adamw" takes 0.2 * sqrt(max(rows, columns))
            instead, so that a step is about as long as AdamW's and its lr and weight_decay can be kept
            (Liu and others 2025).
        form: "torch" as above, but in the precision of params; PyTorch itself rounds G to bfloat16 first,
            which moves a step by some 1e-2. "optax" divides m by 1 - momentum**(t + 1) and G by
            1 - momentum**t before it mixes them, adds eps to the norm, and has matrices the other way up:
            sqrt(max(1, columns / rows)). (Keras accumulates m = momentum * m + G: the same step, as
            newton_schulz ignores the scale.)

    State: momentum_buffer (m), of the shape of the array. A step needs memory besides: about 7
    matrices of the size of a square array.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for vectors and for unknown options.

    >>> W = np.zeros((2, 2))
    >>> opt = Muon(W, lr=0.1)
    >>> opt.step(np.diag([100.0, 1.0]))                             # both directions move, the small one too
    >>> W.round(3)
    array([[-0.07,  0.  ],
           [ 0.  , -0.07]])

    Source: Jordan, Jin, Boza, You, Cesista, Newhouse and Bernstein (2024).
    """

    elementwise = False

    def __init__(self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True,
                 ns_coefficients=COEFFICIENTS, eps=1e-7, ns_steps=5, adjust_lr_fn=None, form="torch"):
        self.nesterov = nesterov
        self.ns_coefficients = _three(ns_coefficients)
        self.ns_steps = whole("ns_steps", ns_steps, lowest=0)
        self.adjust_lr_fn = option("adjust_lr_fn", adjust_lr_fn, None, "original", "match_rms_adamw")
        self.form = option("form", form, "torch", "optax")
        super().__init__(params, lr=lr, weight_decay=weight_decay, momentum=momentum, eps=eps)
        if not callable(self.momentum) and np.any(np.asarray(self.momentum) >= 1):
            raise ValueError(f"momentum: numbers from 0 and below 1 are needed, got {momentum!r}")

    def init(self, p):
        if p.ndim < 2:
            raise ValueError(f"params: Muon needs matrices, got shape {p.shape}; give vectors to AdamW")
        return {"momentum_buffer": np.zeros(p.shape, p.dtype)}

    def rule(self, p, g, state, t, lr, weight_decay, momentum, eps):
        m = state["momentum_buffer"]
        m *= momentum
        m += (1 - momentum) * g
        ahead, here = m, g
        if self.form == "optax":
            ahead = m / (1 - momentum ** (t + self.nesterov))
            here = g / (1 - momentum**t)
        if self.nesterov:
            ahead = momentum * ahead + (1 - momentum) * here
        O = newton_schulz(ahead, self.ns_steps, self.ns_coefficients, eps, self.form)  # noqa: E741
        return lr * self._ratio(*p.shape[-2:]) * O + lr * weight_decay * p

    def _ratio(self, rows, columns):
        if self.adjust_lr_fn == "match_rms_adamw":
            return 0.2 * max(rows, columns) ** 0.5
        return max(1, rows / columns if self.form == "torch" else columns / rows) ** 0.5


def newton_schulz(G, steps=5, coefficients=COEFFICIENTS, eps=1e-7, form="torch"):
    """A matrix with the singular vectors of G and singular values near 1.

        X = G / ||G||
        X = a * X + (b * X X' + c * (X X')**2) X        `steps` times, on the side that makes X X' small

    Args:
        G: a matrix, or a stack of them in the last two axes; not changed.
        steps: how many rounds, at least 0. After 5, what was between 0.01 and 1 of ||G|| is between 0.68 and
            1.14; it never converges to 1, the coefficients are chosen to lift small values fast.
        coefficients: (a, b, c).
        eps: the least norm G is divided by; with form="optax" it is added to the norm.

    >>> newton_schulz(np.diag([100.0, 1.0])).round(2)
    array([[0.7, 0. ],
           [0. , 0.7]])

    Source: Jordan and others (2024).
    """
    a, b, c = coefficients
    X = np.swapaxes(G, -1, -2) if G.shape[-2] > G.shape[-1] else G
    length = np.sqrt(np.sum(X * X, axis=(-2, -1), keepdims=True))
    X = X / (np.maximum(length, eps) if form == "torch" else length + eps)
    for _ in range(steps):
        A = X @ np.swapaxes(X, -1, -2)
        X = a * X + (b * A + c * A @ A) @ X
    return np.swapaxes(X, -1, -2) if G.shape[-2] > G.shape[-1] else X


def _three(coefficients):
    if not isinstance(coefficients, (tuple, list)) or len(coefficients) != 3:
        raise TypeError(f"ns_coefficients: three numbers in a tuple are needed, got {coefficients!r}")
    return tuple(number("ns_coefficients", c, lowest=-1e300) for c in coefficients)
