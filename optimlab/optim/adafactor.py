"""Adafactor: Adam's second moment of a matrix from its row means and column means alone."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.blocks import square, totals
from optimlab.optim.hyper import Numbers, option
from optimlab.optim.options import whole

FORMS = ("torch", "paper", "optax")


class Adafactor(Optimizer):
    """Adafactor, in PyTorch's form. Of an n x m matrix it keeps n + m numbers.

        beta2 = 1 - t**beta2_decay                         0 in the first step
        R = beta2 * R + (1 - beta2) * row means of g**2
        C = beta2 * C + (1 - beta2) * column means of g**2
        v = R C / mean(R)                                  for a vector: v itself, as in RMSprop
        u = g / sqrt(v)                                    v is at least eps[0]**2
        u = u / max(1, rms(u) / d)
        rho = min(lr, 1 / sqrt(t))
        w = w - lr * weight_decay * w - max(eps[1], rms(w)) * rho * u

    Args:
        params: a float array, or a list of them, in the shapes they have in the model: matrices are factored,
            vectors and scalars are not, and an array of more axes is a stack of matrices in its last two.
            Changed in place.
        lr: the largest relative change of an array in one step, at least 0.
        beta2_decay: the exponent of the decay, at most 0.
        eps: two numbers of at least 0. eps[0] keeps v away from 0; None is the machine epsilon of the
            (first) array of params, and 1e-30 in the other two forms. eps[1] is the length, root mean square,
            from which an array is treated as no smaller.
        d: the root mean square above which a step is clipped, above 0.
        weight_decay: decoupled decay, at least 0.
        min_dim_size_to_factor: factor only where both axes are at least this long (optax's default is 128).
        form: "torch" as above. In "paper" eps[0] is added to g**2. "optax" does that too, uses lr itself for
            rho, and takes weight_decay without lr; it computes beta2 in float32, we do not.

    State: row_var (R) and col_var (C), of the shape of the array but for a last, or last but one, axis of 1;
    or variance (v), of the shape of the array.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for an unknown form.

    >>> w = np.ones((3, 2))
    >>> opt = Adafactor(w, lr=0.1)
    >>> opt.step(np.outer([1.0, 10.0, 100.0], [1.0, 2.0]))
    >>> w.round(4)
    array([[0.9, 0.9],
           [0.9, 0.9],
           [0.9, 0.9]])
    >>> [opt.state[0][name].shape for name in ("row_var", "col_var")]
    [(3, 1), (1, 2)]

    Source: Shazeer and Stern (2018).
    """

    elementwise = False
    blocks = True
    counts = {"eps": 2}

    def __init__(self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0,
                 min_dim_size_to_factor=1, form="torch"):
        self.form = option("form", form, *FORMS)
        self.min_dim_size_to_factor = whole("min_dim_size_to_factor", min_dim_size_to_factor)
        if isinstance(eps, (tuple, list)) and len(eps) == 2 and eps[0] is None:
            eps = (_machine_eps(params) if form == "torch" else 1e-30, eps[1])
        super().__init__(params, lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay)

    def init(self, p):
        if p.ndim < 2 or min(p.shape[-2:]) < self.min_dim_size_to_factor:
            return {"variance": np.zeros(p.shape, p.dtype)}
        *stack, rows, columns = p.shape
        return {
            "row_var": np.zeros((*stack, rows, 1), p.dtype),
            "col_var": np.zeros((*stack, 1, columns), p.dtype),
        }

    def once(self, p, g, state, t, beta2_decay, eps, d, **others):
        """Update the averages of g**2; return the size of p, what u is divided by, and mean(R)."""
        one_minus_beta2 = float(t) ** beta2_decay
        inside = 0 if self.form == "torch" else eps[0]
        rows_and_columns = p.shape[-2:]
        for average in state.values():
            average *= 1 - one_minus_beta2

        def update(p, g, state):
            g2 = g * g + inside
            if "variance" in state:
                v = state["variance"]
                v += one_minus_beta2 * g2
            else:
                R, C = state["row_var"], state["col_var"]
                rows, columns = rows_and_columns
                R += one_minus_beta2 / columns * g2.sum(axis=-1, keepdims=True)
                C += one_minus_beta2 / rows * g2.sum(axis=-2, keepdims=True)
            return [square(p)]

        of_p = totals(update, p, g, state)[0]
        mean = None if "variance" in state else Numbers(state["row_var"].mean(axis=-2, keepdims=True))
        of_u = totals(lambda p, g, state: [square(self._direction(g, state, eps))],
                      p, g, {**state, "mean": mean})[0]
        rms_p, rms_u = (of_p / p.size) ** 0.5, (of_u / p.size) ** 0.5
        return {"size": max(eps[1], rms_p), "clip": max(1.0, rms_u / d), "mean": mean}

    def rule(self, p, g, state, t, lr, beta2_decay, eps, d, weight_decay, size, clip, mean):
        u = self._direction(g, {**state, "mean": mean}, eps) / clip
        if self.form == "optax":
            return size * lr * u + weight_decay * p
        rho = min(lr, 1 / t**0.5)
        return size * rho * u + lr * weight_decay * p

    def _direction(self, g, state, eps):
        if "variance" in state:
            v = state["variance"]
        else:
            mean = np.maximum(state["mean"], eps[0]) if self.form == "torch" else state["mean"]
            v = state["row_var"] * state["col_var"] / mean
        return g / np.sqrt(np.maximum(v, eps[0] * eps[0]) if self.form == "torch" else v)


def _machine_eps(params):
    """That of the first array; 0 for what is refused afterwards."""
    first = params[0] if isinstance(params, (list, tuple)) and len(params) else params
    is_float = isinstance(first, np.ndarray) and first.dtype.kind == "f"
    return float(np.finfo(first.dtype).eps) if is_float else 0.0
