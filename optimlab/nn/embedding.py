"""Embedding: a learned vector for each word or character."""

import numpy as np

from optimlab.nn import init as start
from optimlab.nn.layer import Layer, whole


class Embedding(Layer):
    """Row i of weight for each whole number i, PyTorch's Embedding.

    Args:
        num_embeddings: how many rows; the input counts from 0 to one less.
        embedding_dim: how long each is.
        init: "default" for standard normal numbers, as in PyTorch; else as in Linear.
        rng, dtype: as in Linear.

    Shapes: input any shape of integers; output (*input shape, embedding_dim);
        weight (num_embeddings, embedding_dim). The input has no gradient: backward returns None.

    Raises:
        TypeError: input that is no array of integers.
        ValueError: a number out of range.

    >>> layer = Embedding(3, 2, dtype=np.float64)
    >>> layer.weight = np.array([[0.0, 0.0], [1.0, 10.0], [2.0, 20.0]])
    >>> layer.forward(np.array([2, 1, 2]))
    array([[ 2., 20.], [ 1., 10.], [ 2., 20.]])
    >>> layer.backward(np.ones((3, 2)))
    >>> layer.grad_views["weight"]
    array([[0., 0.], [1., 1.], [2., 2.]])

    Source: Bengio, Ducharme, Vincent and Jauvin (2003).
    """

    def __init__(self, num_embeddings, embedding_dim, *, init="default", rng=None, dtype=np.float32):
        self.num_embeddings = whole("num_embeddings", num_embeddings)
        self.embedding_dim = whole("embedding_dim", embedding_dim)
        self.init = init
        super().__init__({"weight": (self.num_embeddings, self.embedding_dim)}, dtype)
        self.reset_parameters(rng)

    def reset_parameters(self, rng=None):
        if self.init == "default":
            self.weight = np.random.default_rng(rng).standard_normal(self.weight.shape)
        else:
            start.fill(self, rng, 0)

    def forward(self, x):
        if not isinstance(x, np.ndarray) or x.dtype.kind not in "iu":
            got = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
            raise TypeError(f"{self._who()}: an array of integers is needed as input, got {got}")
        if x.size and (x.min() < 0 or x.max() >= self.num_embeddings):
            wrong = x[(x < 0) | (x >= self.num_embeddings)][0]
            raise ValueError(
                f"{self._who()}: numbers from 0 to {self.num_embeddings - 1} are needed, got {wrong}"
            )
        return self._keep(self.weight[x], _x=x)

    def backward(self, dout, input_grad=True):
        rows = self._gradient(dout).reshape(-1, self.embedding_dim)
        used, first, order = runs(self._x.ravel())
        grad = self.grad_views["weight"]
        grad[...] = 0
        if len(used):
            grad[used] = np.add.reduceat(rows[order], first)
        return None


def runs(numbers):
    """(each number once, where its run starts, the order that sorts them), to sum the rows of equal numbers.

    >>> used, first, order = runs(np.array([2, 1, 2]))
    >>> used.tolist(), first.tolist(), order.tolist()
    ([1, 2], [0, 1], [1, 0, 2])
    """
    order = np.argsort(numbers, kind="stable")
    used, first = np.unique(numbers[order], return_index=True)
    return used, first, order
