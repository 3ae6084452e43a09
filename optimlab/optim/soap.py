"""SOAP: Adam in the eigenbasis of Shampoo's matrices."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.options import whole


class SOAP(Optimizer):
    """SOAP, as in its authors' code. For a matrix W with gradient G:

        m = beta1 * m + (1 - beta1) * G
        g = Q_L' G Q_R                                     the gradient in the eigenbases
        v = beta2 * v + (1 - beta2) * g**2
        N = Q_L [(Q_L' m Q_R) / (sqrt(v) + eps)] Q_R'      Adam there, and back
        W = W - lr * sqrt(1 - beta2**t) / (1 - beta1**t) * N, then W = W - lr * weight_decay * W
        L = shampoo_beta * L + (1 - shampoo_beta) * G G'   R the same with G' G
        Q_L, Q_R: eigenvectors of L and R, refreshed every precondition_frequency steps by one power iteration

    The first call of step() only makes the bases, from the first gradient, and changes nothing else: t counts
    the steps after it. An array of more axes has one basis for each.

    Args:
        params: a float array, or a list of them, in the shapes they have in the model; changed in place.
            Vectors and scalars have no basis, for them SOAP is Adam.
        lr: learning rate, at least 0.
        betas: (beta1, beta2), each in [0, 1): how much of m and of v a step keeps.
        shampoo_beta: how much of L and R a step keeps, in [0, 1); None is beta2.
        eps: added to the root, outside it and before the correction; at least 0, in units of the gradient.
        weight_decay: decoupled decay, at least 0, after the step.
        precondition_frequency: refresh the bases every so many steps, at least 1.
        max_precondition_dim: an axis longer than this keeps the basis it has.
        precondition_1d: give vectors a basis too.
        correct_bias: multiply lr by sqrt(1 - beta2**t) / (1 - beta1**t).

    State: exp_avg (m, in the basis of the model), exp_avg_sq (v, in the eigenbasis), each of the shape of the
    array; GG_0, GG_1, ... (L, R) and Q_0, Q_1, ..., for each axis that has a basis. A step needs memory
    besides: about 5 matrices of the size of a square array.

    Raises:
        TypeError, ValueError: see Optimizer.

    >>> W = np.zeros((2, 2))
    >>> opt = SOAP(W, lr=0.1)
    >>> for _ in range(2):
    ...     opt.step(np.array([[1.0, 2.0], [2.0, 1.0]]))      # its eigenvalues are 3 and -1
    >>> np.abs(W).round(2)                                    # both directions moved by lr
    array([[0. , 0.1],
           [0.1, 0. ]])

    The same step whichever way the eigenvectors point. Where a gradient has a null space its basis there is
    arbitrary, so two programs agree only while the gradients have full rank. pytorch_optimizer refreshes in
    float32.

    Source: Vyas, Morwani, Zhao, Kwun, Shapira, Brandfonbrener, Janson and Kakade (2024).
    """

    elementwise = False

    def __init__(self, params, lr=3e-3, betas=(0.95, 0.95), shampoo_beta=None, eps=1e-8, weight_decay=1e-2,
                 precondition_frequency=10, max_precondition_dim=10000, precondition_1d=False,
                 correct_bias=True):
        self.precondition_frequency = whole("precondition_frequency", precondition_frequency)
        self.max_precondition_dim = whole("max_precondition_dim", max_precondition_dim)
        self.precondition_1d = precondition_1d
        self.correct_bias = correct_bias
        super().__init__(params, lr=lr, betas=betas, shampoo_beta=shampoo_beta, eps=eps,
                         weight_decay=weight_decay)

    def init(self, p):
        state = {name: np.zeros(p.shape, p.dtype) for name in ("exp_avg", "exp_avg_sq")}
        for axis in self._axes_with_basis(p):
            state[f"GG_{axis}"] = np.zeros((p.shape[axis], p.shape[axis]), p.dtype)
            state[f"Q_{axis}"] = np.eye(p.shape[axis], dtype=p.dtype)
        return state

    def rule(self, p, g, state, t, lr, betas, shampoo_beta, eps, weight_decay):
        m, v = state["exp_avg"], state["exp_avg_sq"]
        beta1, beta2 = betas
        shampoo_beta = beta2 if shampoo_beta is None else shampoo_beta
        if t == 1:
            self._remember(g, state, shampoo_beta)
            for axis in self._axes_with_basis(p):
                state[f"Q_{axis}"][...] = np.linalg.eigh(state[f"GG_{axis}"])[1][:, ::-1]
            return np.zeros_like(p)
        t -= 1
        m *= beta1
        m += (1 - beta1) * g
        rotated = self._rotate(g, state)
        v *= beta2
        v += (1 - beta2) * rotated * rotated
        N = self._rotate(self._rotate(m, state) / (np.sqrt(v) + eps), state, back=True)
        step = lr * ((1 - beta2**t) ** 0.5 / (1 - beta1**t) if self.correct_bias else 1) * N
        self._remember(g, state, shampoo_beta)
        if t % self.precondition_frequency == 0:
            self._refresh(state)
        return step + lr * weight_decay * (p - step)

    def _axes_with_basis(self, p):
        if p.ndim == 1 and not self.precondition_1d:
            return []
        return [axis for axis, n in enumerate(p.shape) if n <= self.max_precondition_dim]

    def _remember(self, g, state, shampoo_beta):
        for axis in self._axes_with_basis(g):
            unfolded = np.moveaxis(g, axis, 0).reshape(g.shape[axis], -1)
            L = state[f"GG_{axis}"]
            L *= shampoo_beta
            L += (1 - shampoo_beta) * (unfolded @ unfolded.T)

    def _rotate(self, x, state, back=False):
        for axis in self._axes_with_basis(x):
            Q = state[f"Q_{axis}"]
            x = np.moveaxis(np.tensordot(Q if back else Q.T, x, axes=(1, axis)), 0, axis)
        return x

    def _refresh(self, state):
        """One power iteration: multiply the basis by L, largest first, and make it orthogonal again."""
        v = state["exp_avg_sq"]
        for axis in self._axes_with_basis(v):
            L, Q = state[f"GG_{axis}"], state[f"Q_{axis}"]
            LQ = L @ Q
            order = np.argsort(-np.sum(Q * LQ, axis=0), kind="stable")
            v[...] = np.take(v, order, axis=axis)
            Q[...] = np.linalg.qr(LQ[:, order])[0]
