"""Shampoo: full-matrix Adagrad for each axis of an array, joined."""

import numpy as np

from optimlab.optim.base import Optimizer
from optimlab.optim.hyper import option
from optimlab.optim.options import whole


class Shampoo(Optimizer):
    """Shampoo. For a matrix W with gradient G:

        L = L + G G'                  R = R + G' G
        D = (L + matrix_eps * I)^(-1/4)  G  (R + matrix_eps * I)^(-1/4)
        V = momentum * V + D
        W = W - lr * V

    An array of k axes has one such matrix for each axis, and the root is 1 / (2 k): a vector is full-matrix
    Adagrad, a scalar moves by lr * g.

    Args:
        params: a float array, or a list of them, in the shapes they have in the model: an axis of length n
            costs an n x n matrix and its eigenvectors, so give long vectors to another optimizer. Changed in
            place.
        lr: learning rate, at least 0.
        momentum: how much of the velocity V a step keeps, at least 0.
        weight_decay: strength of the L2 penalty weight_decay * ||W||^2 / 2, at least 0.
        matrix_eps: what every eigenvalue starts from, at least 0, in units of the squared gradient.
        preconditioning_compute_steps: compute the roots every so many steps, at least 1; the matrices grow in
            every step. Before the first time the step is 0.
        form: "paper" as above; "pytorch_optimizer" mixes the direction of the step before into the gradient
            instead, G = (1 - momentum) * G + momentum * D, and shows that to L and R.

    State: pre_cond_0, pre_cond_1, ... (L, R, without matrix_eps), inv_pre_cond_0, ... (their roots), one for
    each axis, and momentum_buffer, of the shape of the array.

    A step needs memory besides its state: about 7 matrices of the size of a square array.

    Raises:
        TypeError, ValueError: see Optimizer; ValueError for an unknown form.

    >>> W = np.zeros((2, 2))
    >>> opt = Shampoo(W, lr=0.1, matrix_eps=1e-12)
    >>> opt.step(np.diag([100.0, 1.0]))                    # the first step is orthogonal
    >>> W.round(4)
    array([[-0.1,  0. ],
           [ 0. , -0.1]])
    >>> opt
    Shampoo(lr=0.1, momentum=0, weight_decay=0, matrix_eps=1e-12, preconditioning_compute_steps=1,
    form='paper')

    Source: Gupta, Koren and Singer (2018).
    """

    elementwise = False

    def __init__(self, params, lr=1e-3, momentum=0, weight_decay=0, matrix_eps=1e-6,
                 preconditioning_compute_steps=1, form="paper"):
        self.preconditioning_compute_steps = whole(
            "preconditioning_compute_steps", preconditioning_compute_steps)
        self.form = option("form", form, "paper", "pytorch_optimizer")
        super().__init__(params, lr=lr, momentum=momentum, weight_decay=weight_decay, matrix_eps=matrix_eps)

    def init(self, p):
        state = {"momentum_buffer": np.zeros(p.shape, p.dtype)}
        for axis, n in enumerate(p.shape):
            state[f"pre_cond_{axis}"] = np.zeros((n, n), p.dtype)
            state[f"inv_pre_cond_{axis}"] = np.zeros((n, n), p.dtype)
        return state

    def rule(self, p, g, state, t, lr, momentum, weight_decay, matrix_eps):
        V = state["momentum_buffer"]
        feeds_back = self.form == "pytorch_optimizer" and momentum > 0
        if feeds_back and t > 1:
            g = (1 - momentum) * g + momentum * V
        G = g + weight_decay * p
        D = G
        for axis, n in enumerate(p.shape):
            L, root = state[f"pre_cond_{axis}"], state[f"inv_pre_cond_{axis}"]
            unfolded = np.moveaxis(G, axis, 0).reshape(n, -1)
            L += unfolded @ unfolded.T
            if t % self.preconditioning_compute_steps == 0:
                root[...] = inverse_root(L + matrix_eps * np.eye(n, dtype=L.dtype), 2 * p.ndim)
            D = along(root, D, axis)
        V *= 0 if feeds_back else momentum
        V += D
        return lr * V


def inverse_root(A, k):
    """A**(-1/k) of a symmetric matrix with eigenvalues above 0.

    >>> inverse_root(np.diag([16.0, 81.0]), 4).round(6)
    array([[0.5     , 0.      ],
           [0.      , 0.333333]])
    """
    eigenvalues, Q = np.linalg.eigh(A)
    # Rounding leaves an eigenvalue near 0 slightly negative.
    floor = np.finfo(A.dtype).eps * max(eigenvalues[-1], np.finfo(A.dtype).tiny)
    return (Q * np.maximum(eigenvalues, floor) ** (-1 / k)) @ Q.T


def along(matrix, x, axis):
    """Multiply a matrix into an array along one axis: `matrix @ x` for axis 0, `x @ matrix.T` for axis 1."""
    return np.moveaxis(np.tensordot(matrix, x, axes=(1, axis)), 0, axis)
