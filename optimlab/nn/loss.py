"""Losses as layers, for those who put a network together by hand; the formulas are in optimlab.losses."""

from optimlab import losses


class Loss:
    """`forward(output, target)` returns the loss, `backward()` its gradient at the output."""

    def __init__(self):
        self._gradient = None

    def forward(self, output, target):
        loss, self._gradient = self.formula(output, target)
        return loss

    def backward(self):
        if self._gradient is None:
            raise RuntimeError(f"{type(self).__name__}: backward needs a forward before it")
        return self._gradient

    def __call__(self, output, target):
        return self.forward(output, target)

    def __repr__(self):
        return f"{type(self).__name__}()"


class CrossEntropyLoss(Loss):
    """Softmax and cross-entropy in one, PyTorch's CrossEntropyLoss. See optimlab.losses.cross_entropy.

    Shapes: output (N, classes), target (N,) of integers; the gradient is like output.

    Raises:
        TypeError, ValueError: see optimlab.losses.cross_entropy.

    >>> import numpy as np
    >>> loss = CrossEntropyLoss()
    >>> round(loss.forward(np.array([[0.0, 0.0]]), np.array([1])), 4)
    0.6931
    >>> loss.backward()
    array([[ 0.5, -0.5]])

    Source: Bridle (1990).
    """

    formula = staticmethod(losses.cross_entropy)


class MSELoss(Loss):
    """Mean squared error, PyTorch's MSELoss. See optimlab.losses.mse.

    Shapes: output and target alike; the gradient too.

    Raises:
        TypeError, ValueError: see optimlab.losses.mse.

    >>> import numpy as np
    >>> loss = MSELoss()
    >>> loss.forward(np.array([3.0]), np.array([1.0]))
    4.0
    >>> loss.backward()
    array([4.])

    Source: Legendre (1805).
    """

    formula = staticmethod(losses.mse)
