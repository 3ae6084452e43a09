"""Loss functions: (output, target) -> (loss, gradient), a mean over the batch and its slope at the output."""

import numpy as np


def mse(output, target):
    """Mean squared error, PyTorch's mse_loss: the mean of (output - target)**2 over all elements.

    Args:
        output: float array of any shape.
        target: array of the same shape.

    Returns:
        (loss, gradient): a float, and an array like output.

    Raises:
        TypeError: arrays that are not of floats.
        ValueError: shapes that differ, or an empty batch.

    >>> mse(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]]))
    (5.0, array([[1.], [3.]]))

    Source: Legendre (1805).
    """
    target = _same_shape("mse", output, target)
    error = output - target
    return float(np.vdot(error, error)) / error.size, error * error.dtype.type(2 / error.size)


def half_mse(output, target):
    """Half the mean squared error: its gradient is the mean of error times slope, with no 2 in it.

    Arguments, results and errors as in mse.

    >>> half_mse(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]]))
    (2.5, array([[0.5],
           [1.5]]))

    Source: Legendre (1805) for the squares.
    """
    loss, gradient = mse(output, target)
    return loss / 2, gradient / 2


def mae(output, target):
    """Mean absolute error, PyTorch's l1_loss: the mean of |output - target|. The slope at 0 is taken as 0.

    Args, returns and raises as in mse.

    >>> mae(np.array([1.0, -3.0]), np.array([0.0, 0.0]))
    (2.0, array([ 0.5, -0.5]))

    Source: Laplace (1774).
    """
    target = _same_shape("mae", output, target)
    error = output - target
    return float(np.abs(error).mean()), np.sign(error) / error.dtype.type(error.size)


def huber(output, target, delta=1.0):
    """Squared where the error is below delta, straight beyond: PyTorch's huber_loss.

    Args:
        output, target: as in mse.
        delta: where the two pieces meet, above 0, in units of the output.

    Returns:
        (loss, gradient): as in mse.

    Raises:
        TypeError, ValueError: as in mse, and for a delta that is not above 0.

    >>> huber(np.array([0.5, 3.0]), np.array([0.0, 0.0]))
    (1.3125, array([0.25, 0.5 ]))

    Source: Huber (1964).
    """
    target = _same_shape("huber", output, target)
    if not delta > 0:
        raise ValueError(f"huber: delta above 0 is needed, got {delta}")
    error = output - target
    near = np.clip(error, -delta, delta)
    loss = (near * (error - near / 2)).mean()
    return float(loss), near / error.dtype.type(error.size)


def cross_entropy(output, target):
    """Softmax and cross-entropy in one, PyTorch's cross_entropy: the mean of -log softmax(output)[target].

    Args:
        output: one score for each class, shape (N, classes); any numbers, the softmax is taken here.
        target: the right classes, integers from 0 to classes - 1, shape (N,).

    Returns:
        (loss, gradient): a float in nats, and (softmax - one-hot) / N of shape (N, classes).

    Raises:
        TypeError: scores that are not floats, or labels that are not integers.
        ValueError: wrong shapes, an empty batch, or a label out of range.

    >>> loss, gradient = cross_entropy(np.array([[2.0, 0.0], [0.0, 0.0]]), np.array([0, 1]))
    >>> round(loss, 4)
    0.41
    >>> gradient.round(2)
    array([[-0.06,  0.06], [ 0.25, -0.25]])

    Source: Bridle (1990).
    """
    _float("cross_entropy", output)
    if output.ndim != 2:
        raise ValueError(f"cross_entropy: output of shape (N, classes) is needed, got {output.shape}")
    _not_empty("cross_entropy", output)
    n, classes = output.shape
    _check_labels(target, n, classes)
    right = np.arange(n), target
    shifted = output - output.max(axis=1, keepdims=True)
    gradient = np.exp(shifted)
    total = gradient.sum(axis=1, keepdims=True)
    loss = (np.log(total).sum() - shifted[right].sum()) / n
    gradient /= n * total
    gradient[right] -= 1 / n
    return float(loss), gradient


def binary_cross_entropy(output, target):
    """Sigmoid and cross-entropy for yes or no, PyTorch's binary_cross_entropy_with_logits.

    Args:
        output: scores before the sigmoid, float array of any shape.
        target: the wanted probabilities, 0 to 1, of the same shape.

    Returns:
        (loss, gradient): a float in nats, and (sigmoid(output) - target) / size.

    Raises:
        TypeError, ValueError: as in mse, and for targets outside 0 to 1.

    >>> loss, gradient = binary_cross_entropy(np.array([0.0, 0.0]), np.array([1.0, 0.0]))
    >>> round(loss, 4), gradient.tolist()
    (0.6931, [-0.25, 0.25])

    Source: Cox (1958).
    """
    target = _same_shape("binary_cross_entropy", output, target)
    outside = (target < 0) | (target > 1)
    if outside.any():
        raise ValueError(f"binary_cross_entropy: targets from 0 to 1 are needed, got {target[outside][0]}")
    # log(1 + e^z) without overflow; target * z is the part of the score that the label takes back.
    loss = np.maximum(output, 0) + np.log1p(np.exp(-np.abs(output))) - target * output
    probability = (1 + np.tanh(output / 2)) / 2
    return float(loss.mean()), (probability - target) / output.dtype.type(output.size)


def hinge(output, target):
    """The mean of max(0, 1 - target * output): zero beyond a margin of 1, straight before it.

    Args:
        output: scores, float array of any shape.
        target: -1 or 1, of the same shape.

    Returns:
        (loss, gradient): as in mse. The slope at the corner is taken as 0.

    Raises:
        TypeError, ValueError: as in mse, and for targets other than -1 and 1.

    >>> hinge(np.array([0.5, 3.0]), np.array([-1.0, 1.0]))
    (0.75, array([0.5, 0. ]))

    Source: Cortes and Vapnik (1995).
    """
    target = _same_shape("hinge", output, target)
    other = np.abs(target) != 1
    if other.any():
        raise ValueError(f"hinge: targets of -1 and 1 are needed, got {target[other][0]}")
    margin = 1 - target * output
    slope = np.where(margin > 0, -target, 0) / output.dtype.type(output.size)
    return float(np.maximum(margin, 0).mean()), slope.astype(output.dtype, copy=False)


def _same_shape(name, output, target):
    _float(name, output)
    if not isinstance(target, np.ndarray):
        raise TypeError(f"{name}: a NumPy array is needed as target, got {type(target).__name__}")
    if target.dtype.kind not in "fiub":
        raise TypeError(f"{name}: a target of numbers is needed, got {target.dtype}")
    if target.shape != output.shape:
        raise ValueError(
            f"{name}: target of shape {output.shape} is needed, that of the output, got {target.shape}"
        )
    _not_empty(name, output)
    return target.astype(output.dtype, copy=False)


def _float(name, output):
    if not isinstance(output, np.ndarray) or output.dtype.kind != "f":
        got = output.dtype if isinstance(output, np.ndarray) else type(output).__name__
        raise TypeError(f"{name}: a float array is needed as output, got {got}")


def _not_empty(name, output):
    if output.size == 0:
        raise ValueError(
            f"{name}: at least one example is needed, got an empty batch of shape {output.shape}"
        )


def _check_labels(target, n, classes):
    if not isinstance(target, np.ndarray) or target.dtype.kind not in "iu":
        got = target.dtype if isinstance(target, np.ndarray) else type(target).__name__
        raise TypeError(f"cross_entropy: an array of integer labels is needed as target, got {got}")
    if target.shape != (n,):
        raise ValueError(
            f"cross_entropy: labels of shape ({n},) are needed, one for each example, got {target.shape}"
        )
    if target.min() < 0 or target.max() >= classes:
        i = int(np.argmax((target < 0) | (target >= classes)))
        raise ValueError(
            f"cross_entropy: labels from 0 to {classes - 1} are needed, got {target[i]} at index {i}"
        )
