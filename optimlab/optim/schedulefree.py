"""Schedule-Free: averaging in place of a schedule, so that no run needs to know its end."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.blocks import walk
from optimlab.optim.hyper import each, nonzero


class ScheduleFreeSGD(Optimizer):
    """Schedule-Free SGD, as in its authors' package. Three points instead of one:

        y = momentum * x + (1 - momentum) * z         where the gradient g is taken
        z = z - lr * (g + weight_decay * y)           the fast point
        x = (1 - c) * x + c * z                       its average, where the model is good

    with c = weight / (sum of weights so far), weight = t**r * (largest lr so far)**weight_lr_power: 1/t at a
    constant lr. params hold y; `eval()` puts x there and `train()` puts y back.

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0; often larger than SGD's. A schedule is only needed to warm up.
        momentum: where between z and x the gradient is taken, above 0 and below 1.
        weight_decay: strength of the L2 penalty, at least 0, taken at y.
        r: later steps weigh t**r in the average.
        weight_lr_power: steps at a larger lr weigh more in the average, so that warm-up counts little.

    State: z, of the shape of the array; lr_max, weight_sum and c, numbers, or
    arrays of the settings.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for a step after `eval()`.

    >>> w = np.array([1.0])
    >>> opt = ScheduleFreeSGD(w, lr=0.5)
    >>> for _ in range(100):
    ...     opt.step(w.copy())                            # the gradient of w**2 / 2, at y
    >>> opt.eval()
    >>> abs(float(w[0])) < 0.02
    True

    The gradient of a step belongs to the params in training mode. The authors' package counts a warm-up
    itself; here give lr a schedule. optax has the same form.

    Source: Defazio, Yang, Mehta, Mishchenko, Khaled and Cutkosky (2024).
    """

    def __init__(self, params, lr=1.0, momentum=0.9, weight_decay=0, r=0, weight_lr_power=2):
        self.training = True
        super().__init__(params, lr=lr, momentum=momentum, weight_decay=weight_decay, r=r,
                         weight_lr_power=weight_lr_power)
        _check_between("momentum", self.now("momentum"))

    def init(self, p):
        return {"z": p.copy(), **_no_weight(self)}

    def once(self, p, g, state, t, lr, r, weight_lr_power, **others):
        _weigh(state, t, lr, r, weight_lr_power)
        return {}

    def rule(self, p, g, state, t, lr, momentum, weight_decay, r, weight_lr_power):
        y, z, c = p, state["z"], state["c"]
        if nonzero(weight_decay):
            g = g + weight_decay * y
        change = c * (y - z) + lr * (1 - momentum * (1 - c)) * g
        z -= lr * g
        return change

    def step(self, grads, closure=None):
        _check_training(self)
        super().step(grads, closure)

    def eval(self):
        """Put x, the average, into params, to test or save the model. Does nothing if it is there."""
        if self.training:
            _check_between("momentum", self.now("momentum"))
            _move(self, 1 - 1 / self.now("momentum"))
            self.training = False

    def train(self):
        """Put y, where gradients are taken, back into params. Does nothing if it is there."""
        if not self.training:
            _move(self, 1 - self.now("momentum"))
            self.training = True

    def state_dict(self):
        return {**super().state_dict(), "training": self.training}

    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self.training = saved.get("training", True)


class ScheduleFreeAdamW(Optimizer):
    """Schedule-Free AdamW, as in its authors' package. Three points instead of one:

        y = beta1 * x + (1 - beta1) * z                            where the gradient g is taken
        v = beta2 * v + (1 - beta2) * g**2                         v_hat = v / (1 - beta2**t)
        z = z - lr * (g / (sqrt(v_hat) + eps) + weight_decay * y)  the fast point
        x = (1 - c) * x + c * z                                    its average, where the model is good

    with c = weight / (sum of weights so far), weight = t**r * (largest lr so far)**weight_lr_power: 1/t at a
    constant lr. params hold y; `eval()` puts x there and `train()` puts y back.

    Args:
        params: a float array of any shape, or a list of them; changed in place.
        lr: learning rate, at least 0: about the largest change of z in one step. A schedule is only needed to
            warm up.
        betas: (beta1, beta2), each in [0, 1), beta1 above 0: where between z and x the gradient is taken, and
            how much of v a step keeps.
        eps: added to the root, outside it; at least 0, in units of the gradient.
        weight_decay: decoupled decay, at least 0, taken at y.
        r: later steps weigh t**r in the average.
        weight_lr_power: steps at a larger lr weigh more in the average, so that warm-up counts little.

    State: z and exp_avg_sq (v), of the shape of the array; lr_max, weight_sum and c, numbers, or
    arrays of the settings.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for a step after `eval()`.

    >>> w = np.array([1.0])
    >>> opt = ScheduleFreeAdamW(w, lr=0.1)
    >>> for _ in range(100):
    ...     opt.step(w.copy())                            # the gradient of w**2 / 2, at y
    >>> opt.eval()
    >>> abs(float(w[0])) < 0.1
    True

    The gradient of a step belongs to the params in training mode. The authors' package counts a warm-up
    itself; here give lr a schedule. optax has the same form.

    Source: Defazio, Yang, Mehta, Mishchenko, Khaled and Cutkosky (2024).
    """

    def __init__(self, params, lr=0.0025, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, r=0,
                 weight_lr_power=2):
        self.training = True
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, r=r,
                         weight_lr_power=weight_lr_power)
        _check_between("betas", self.now("betas")[0])

    def init(self, p):
        return {"z": p.copy(), "exp_avg_sq": np.zeros(p.shape, p.dtype), **_no_weight(self)}

    def once(self, p, g, state, t, lr, r, weight_lr_power, **others):
        _weigh(state, t, lr, r, weight_lr_power)
        return {}

    def rule(self, p, g, state, t, lr, betas, eps, weight_decay, r, weight_lr_power):
        y, z, v, c = p, state["z"], state["exp_avg_sq"], state["c"]
        beta1, beta2 = betas
        v *= beta2
        v += (1 - beta2) * g * g
        v_hat = v / (1 - beta2**t)
        d = g / (np.sqrt(v_hat) + eps) + weight_decay * y
        change = c * (y - z) + lr * (1 - beta1 * (1 - c)) * d
        z -= lr * d
        return change

    def step(self, grads, closure=None):
        _check_training(self)
        super().step(grads, closure)

    def eval(self):
        """Put x, the average, into params, to test or save the model. Does nothing if it is there."""
        if self.training:
            _check_between("betas", self.now("betas")[0])
            _move(self, 1 - 1 / self.now("betas")[0])
            self.training = False

    def train(self):
        """Put y, where gradients are taken, back into params. Does nothing if it is there."""
        if not self.training:
            _move(self, 1 - self.now("betas")[0])
            self.training = True

    def state_dict(self):
        return {**super().state_dict(), "training": self.training}

    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self.training = saved.get("training", True)


def _no_weight(optimizer):
    nothing = 0 * optimizer.now("lr") * optimizer.now("r") * optimizer.now("weight_lr_power")
    return {"lr_max": nothing, "weight_sum": nothing, "c": nothing}


def _weigh(state, t, lr, r, weight_lr_power):
    """Give the newest z its share c in the average: 0 while every lr was 0."""
    state["lr_max"] = each(max, state["lr_max"], lr)
    weight = float(t) ** r * state["lr_max"] ** weight_lr_power
    state["weight_sum"] = state["weight_sum"] + weight
    state["c"] = each(lambda part, total: part / total if total else 0.0, weight, state["weight_sum"])


def _move(optimizer, share):
    for p, state in zip(optimizer.params, optimizer.state, strict=True):
        for y, _, here, values in walk(p, p, {"z": state["z"]}, {"share": share}):
            y += values["share"] * (here["z"] - y)


def _check_training(optimizer):
    if not optimizer.training:
        name = type(optimizer).__name__
        raise ValueError(f"{name}: params hold the average since eval(); call train() before step()")


def _check_between(name, value):
    if np.any((np.asarray(value) <= 0) | (np.asarray(value) >= 1)):
        raise ValueError(f"{name}: numbers above 0 and below 1 are needed, to find x again, got {value!r}")
