"""Exercises of lesson 01: loss functions and their gradients."""

import numpy as np

from .parts import exercise
from .trace import Counted, Seen

# 01.1


@exercise(
    "01.1",
    "The gradient of the mean squared error",
    returns="grad",
    hints=(
        "Write down the shapes: X is (n, d), the residual has one number for each row, and the gradient has "
        "one for each weight.",
        "The loss is the mean of the squared residuals. The derivative of a square brings a 2, the mean a "
        "1 / n, and the chain rule one factor X for each residual.",
        "residual = (what the model says) - y, shape (n,); then X.T @ residual has shape (d,). Two constants "
        "are still missing in front.",
        "The same shape in another story, a price for each ingredient from the errors of n bills:\n"
        "    too_much = amounts @ prices - bills\n"
        "    blame = amounts.T @ too_much\n"
        "    return 2 * blame / len(bills)",
    ),
    after="Worth keeping: with the mean, a batch of 64 and a batch of 6400 want the same learning rate.",
)
def mse_grad(X, y, w):
    """Return the gradient of the mean squared error of a linear model.

    X holds n examples in its rows, shape (n, d); y their targets, shape (n,); w the
    weights, shape (d,). The model says X @ w, and the loss is the mean over the n
    examples of (X @ w - y)**2, without a half. Return its gradient with respect to
    w, shape (d,).

    >>> X, y = np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([0.0, 3.0])
    >>> mse_grad(X, y, np.array([1.0, 0.5]))
    array([ 0., -2.])
    """
    residual = X @ w - y
    return 2 * X.T @ residual / len(y)


_X = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0], [2.0, 0.25, 1.5], [-1.5, 1.0, 0.0], [0.75, -0.5, 2.0]])
_Y = np.array([1.0, -2.0, 0.5, 3.0, 0.25])
_W = np.array([0.5, -1.0, 2.0])


@mse_grad.probe("two data sets")
def _(gradient):
    yield Seen("five examples, three weights", "grad", gradient(_X, _Y, _W))
    yield Seen("three examples, five weights", "grad", gradient(_X.T.copy(), _Y[:3], 0.3 * _Y + 0.1))


@mse_grad.probe("as many examples as weights")
def _(gradient):
    yield Seen("three examples, three weights", "grad", gradient(_X[1:4], _Y[1:4], _W))


@mse_grad.probe("one example, one weight, an exact fit")
def _(gradient):
    yield Seen("one example", "grad", gradient(_X[:1], _Y[:1], _W))
    yield Seen("one weight", "grad", gradient(_X[:, :1], _Y, _W[:1]))
    yield Seen("an exact fit", "grad", gradient(_X, _X @ _W, _W))


@mse_grad.probe("whole numbers")
def _(gradient):
    X, y = np.array([[1, 2], [0, -3], [2, 1]]), np.array([1, 0, 3])
    yield Seen("", "grad", gradient(X, y, np.array([1, -2])))


@mse_grad.probe("float32")
def _(gradient):
    yield Seen("", "grad", gradient(_X.astype(np.float32), _Y.astype(np.float32), _W.astype(np.float32)))


@mse_grad.mistake(
    "LOSS-SUM",
    name="the sum over the examples, not the mean",
    sees="The gradient is n times the expected one, for n examples.",
    question="If every example came twice, what should happen to the loss, and what happens in your line?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w - y)


@mse_grad.mistake(
    "LOSS-HALF",
    name="the factor 2 of the square is not right",
    sees="The gradient is half the expected one, or twice.",
    question="What is the derivative of r**2, and is there a half in front of this loss?",
)
def _(X, y, w):
    return X.T @ (X @ w - y) / len(y)


@mse_grad.mistake("LOSS-HALF")
def _(X, y, w):
    return 4 * X.T @ (X @ w - y) / len(y)


@mse_grad.mistake(
    "LOSS-SUM+LOSS-HALF",
    name="neither the 2 nor the 1 / n is there",
    sees="The gradient is n / 2 times the expected one, for n examples.",
    question="Which constant does the square bring, and which one the mean?",
)
def _(X, y, w):
    return X.T @ (X @ w - y)


@mse_grad.mistake(
    "LOSS-SIGN",
    name="the residual has the wrong sign",
    sees="The gradient is the expected one with its sign turned.",
    question="If the model says too much, should the gradient push what it says down or up? Which difference "
    "is positive then?",
)
def _(X, y, w):
    return 2 * X.T @ (y - X @ w) / len(y)


@mse_grad.mistake(
    "LOSS-DIVN",
    name="divided by n twice",
    sees="The gradient is 1 / n times the expected one, for n examples.",
    question="In how many places does your code take a mean or divide by n?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w - y) / len(y) ** 2


@mse_grad.mistake(
    "MSE-DIVD",
    name="divided by the number of weights",
    sees="With as many examples as weights it agrees; else it is off by n / d.",
    question="The mean runs over the examples. Is that the first or the second axis of X?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w - y) / len(w)


@mse_grad.mistake(
    "MSE-DIVALL",
    name="divided by the number of entries of X",
    sees="The gradient is 1 / d times the expected one, for d weights.",
    question="How many squared residuals does the mean run over?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w - y) / X.size


@mse_grad.mistake(
    "GD-SHAPE",
    name="a column minus a row has become a table",
    sees="Shapes (n, 1) and (n,) give (n, n): every prediction meets every target.",
    question="Print the shape of your residual. How many numbers should it have?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w[:, None] - y) / len(y)


@mse_grad.mistake("GD-SHAPE")
def _(X, y, w):
    return 2 * X.T @ (X @ w - y[:, None]) / len(y)


@mse_grad.mistake("GD-SHAPE")
def _(X, y, w):
    return (2 * X.T @ (X @ w[:, None] - y) / len(y)).mean(axis=1)


@mse_grad.mistake("GD-SHAPE")
def _(X, y, w):
    return (2 * X.T @ (X @ w[:, None] - y) / len(y)).sum(axis=1)


@mse_grad.mistake("GD-SHAPE")
def _(X, y, w):
    return 2 * (X.T @ (X @ w - y[:, None])).mean(axis=1) / len(y)


@mse_grad.mistake(
    "MSE-COLUMN",
    name="a column comes back",
    sees="The numbers are right, in shape (d, 1).",
    question="w has the shape (d,). Could you subtract your gradient from it and keep that shape?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w[:, None] - y[:, None]) / len(y)


@mse_grad.mistake(
    "MSE-LOSS",
    name="this is the loss, not its gradient",
    sees="One number comes back.",
    question="If the first weight moves a little, how does the loss change? How many such answers are there?",
)
def _(X, y, w):
    return np.mean((X @ w - y) ** 2)


@mse_grad.mistake(
    "MSE-PREDICTIONS",
    name="the gradient with respect to the predictions",
    sees="There is one number for each example, not for each weight.",
    question="How does a prediction change with a weight? Has that factor been multiplied in?",
)
def _(X, y, w):
    return 2 * (X @ w - y) / len(y)


@mse_grad.mistake(
    "MSE-PERROW",
    name="the examples have not been added up",
    sees="A table comes back, with a gradient for each example in its rows.",
    question="The loss is one mean over all examples. Along which axis is that sum?",
)
def _(X, y, w):
    return 2 * X * (X @ w - y)[:, None] / len(y)


@mse_grad.mistake("MSE-PERROW")
def _(X, y, w):
    return 2 * X * (X @ w - y)[:, None]


@mse_grad.mistake(
    "MSE-ONENUMBER",
    name="everything has been averaged into one number",
    sees="One number comes back where each weight needs its own.",
    question="np.mean without an axis: over what does it run?",
)
def _(X, y, w):
    return np.mean(2 * X * (X @ w - y)[:, None])


@mse_grad.mistake("MSE-ONENUMBER")
def _(X, y, w):
    return np.mean(2 * X.T @ (X @ w - y))


@mse_grad.mistake(
    "MSE-ABSOLUTE",
    name="the gradient of the absolute error",
    sees="Every example pulls equally hard, however wrong it is.",
    question="An example that is ten times as wrong: how much harder should it pull under a square?",
)
def _(X, y, w):
    return X.T @ np.sign(X @ w - y) / len(y)


@mse_grad.mistake(
    "MSE-ROOT",
    name="the gradient of the root of the mean",
    sees="Right direction, wrong length, and nan for an exact fit.",
    question="Is there a root in the loss of this exercise?",
)
def _(X, y, w):
    residual = X @ w - y
    return X.T @ residual / len(y) / np.sqrt(np.mean(residual**2))


@mse_grad.mistake(
    "MSE-NOTARGET",
    name="the targets are not used",
    sees="The gradient does not change when y does.",
    question="Where does y stand in your lines?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w) / len(y)


@mse_grad.mistake(
    "MSE-NOMODEL",
    name="the model's answer is not used",
    sees="The gradient does not change when w does.",
    question="Where does w stand in your lines?",
)
def _(X, y, w):
    return -2 * X.T @ y / len(y)


@mse_grad.mistake(
    "MSE-SQUARED",
    name="the residual is still squared",
    sees="An example pulls with its squared error, and always to the same side.",
    question="What is the derivative of r**2: is r still squared in it?",
)
def _(X, y, w):
    return 2 * X.T @ (X @ w - y) ** 2 / len(y)


@mse_grad.mistake(
    "MSE-NOTTURNED",
    name="X has not been turned",
    sees="With as many examples as weights the numbers are wrong; else the shapes do not fit.",
    question="The residual has n numbers. Which side of X has length n, and which should meet the residual?",
)
def _(X, y, w):
    return 2 * X @ (X @ w - y) / len(y)


@mse_grad.mistake(
    "MSE-STEP",
    name="this is a step, not the gradient",
    sees="w has been moved by the gradient.",
    question="Which of the two does the exercise ask for: the slope, or the new place?",
)
def _(X, y, w):
    return w - 2 * X.T @ (X @ w - y) / len(y)


@mse_grad.mistake(
    "GD-INT",
    name="whole numbers stay whole, and fractions are cut off",
    sees="For whole X, y and w the result is cut off, or the line raises.",
    question="What is the dtype of the array that your result is written into, and is // somewhere?",
)
def _(X, y, w):
    grad = np.zeros_like(w)
    grad[...] = 2 * X.T @ (X @ w - y) / len(y)
    return grad


@mse_grad.mistake("GD-INPLACE")
def _(X, y, w):
    if w.dtype.kind != "f":
        return 2 * X.T @ (X @ w - y) / len(y)
    y -= X @ w
    return -2 * X.T @ y / len(y)


# 01.2


@exercise(
    "01.2",
    "Softmax, row by row",
    returns="probs",
    hints=(
        "What is np.exp(1000) on your machine? And what changes in the probabilities if you take the same "
        "number away from all scores of a row?",
        "Nothing changes. So take away each row's own largest score first: then the largest exponent is 0, "
        "and nothing can overflow.",
        "Three steps: scores minus row maximum, np.exp, divided by row sum. max and sum want axis=1 and "
        "keepdims=True, so that a column of n numbers meets a table of n rows.",
        "The same shape in another story, shares of each household's bills:\n"
        "    above = bills - bills.min(axis=1, keepdims=True)\n"
        "    return above / above.sum(axis=1, keepdims=True)",
    ),
    after="Worth keeping: only differences of scores matter, so you may choose the zero that keeps the "
    "numbers small.",
)
def softmax_rows(z):
    """Turn each row of scores into probabilities.

    z is an array of shape (n, k): k scores for each of n examples, of any size,
    also 1000 and -1000. Entry j of a row becomes exp(z_j), divided by the sum of
    exp over that row. Return a new array of shape (n, k), finite, each row with the
    sum 1.

    >>> softmax_rows(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


_SCORES = np.array([[1.0, -2.0, 0.5, 0.0], [3.0, 2.0, -1.0, 2.5], [-0.5, -0.25, -3.0, 1.5]])
_SQUARE = np.array([[0.5, 2.0, -1.0], [1.0, 1.0, -2.0], [-3.0, 0.0, 0.25]])


@softmax_rows.probe("three tables of scores")
def _(softmax):
    yield Seen("three rows of four", "probs", softmax(_SCORES))
    yield Seen("three rows of three", "probs", softmax(_SQUARE))
    yield Seen("four rows of two", "probs", softmax(_SCORES.reshape(6, 2)[:4]))


@softmax_rows.probe("one row, one column")
def _(softmax):
    yield Seen("one row", "probs", softmax(_SCORES[:1]))
    yield Seen("one column", "probs", softmax(_SCORES[:, :1]))


@softmax_rows.probe("scores of 1000")
def _(softmax):
    z = np.array(
        [[1000.0, 1001.0, 999.0], [1.0, 2.0, 3.0], [-1000.0, -1001.0, -1000.5], [-1000.0, 0.0, 1000.0]]
    )
    for row in range(4):
        yield Seen(f"row {row} alone", "probs", softmax(z[row : row + 1]))
    yield Seen("all four rows", "probs", softmax(z))


@softmax_rows.probe("whole numbers")
def _(softmax):
    yield Seen("", "probs", softmax(np.array([[1, -2, 0], [3, 3, -1]])))


@softmax_rows.probe("float32")
def _(softmax):
    yield Seen("", "probs", softmax(_SCORES.astype(np.float32)))


def _softmax(z, axis=1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@softmax_rows.mistake(
    "LOSS-LOGEXP",
    name="exp overflows: the scores are used as they come",
    sees="Ordinary scores agree; at scores of 1000 there is inf / inf, which is nan.",
    question="What may you take away from all scores of a row without changing its probabilities?",
)
def _(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "LOSS-DOUBLE",
    name="softmax is applied twice",
    sees="The rows sum to 1, but all probabilities lie close together.",
    question="What goes into your last softmax: scores, or probabilities?",
)
def _(z):
    return _softmax(_softmax(z))


@softmax_rows.mistake(
    "LOSS-AXIS",
    name="softmax down the columns, not along the rows",
    sees="The columns sum to 1 and the rows do not.",
    question="Which axis holds the classes of one example?",
)
def _(z):
    return _softmax(z, axis=0)


@softmax_rows.mistake("LOSS-AXIS")
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


@softmax_rows.mistake("LOSS-AXIS")
def _(z):
    e = np.exp(z)
    return e / e.sum(axis=0)


@softmax_rows.mistake("LOSS-AXIS")
def _(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=0)


@softmax_rows.mistake(
    "SM-WHOLETABLE",
    name="one sum for the whole table",
    sees="All entries together sum to 1, not each row.",
    question="sum without an axis: over what does it run?",
)
def _(z):
    return _softmax(z, axis=None)


@softmax_rows.mistake("SM-WHOLETABLE")
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum()


@softmax_rows.mistake("SM-WHOLETABLE")
def _(z):
    return np.exp(z) / np.exp(z).sum()


@softmax_rows.mistake(
    "SM-KEEPDIMS",
    name="a row of sums where a column is needed",
    sees="In a square table each column is divided by another row's sum; in others the shapes do not fit.",
    question="The row sums have the shape (n,). With which axis of an (n, k) table does NumPy line them up?",
)
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@softmax_rows.mistake("SM-KEEPDIMS")
def _(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1)


@softmax_rows.mistake("SM-KEEPDIMS")
def _(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake("SM-KEEPDIMS")
def _(z):
    e = np.exp(z)
    return e / e.sum(axis=1)


@softmax_rows.mistake(
    "SM-GLOBALMAX",
    name="the largest score of the whole table is taken away",
    sees="Beside a row at 1000 the other rows underflow: 0 / 0 is nan.",
    question="After the subtraction, what is the largest exponent of each row?",
)
def _(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-COLUMNMAX",
    name="the largest score of each column is taken away",
    sees="The entries of a row lose different numbers, so its probabilities change.",
    question="What has to be taken away from two scores of one row so that their difference stays?",
)
def _(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-LARGESTSIZE",
    name="the largest size is taken away, not the largest score",
    sees="A row around -1000 is pushed down to -2000, and underflows: 0 / 0 is nan.",
    question="Which number makes the largest exponent of a row exactly 0, also if all scores are negative?",
)
def _(z):
    e = np.exp(z - np.abs(z).max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-MINIMUM",
    name="the smallest score is taken away, not the largest",
    sees="Ordinary scores agree; where a row spreads over 2000, exp still overflows.",
    question="After the subtraction, on which side of zero should all exponents lie?",
)
def _(z):
    e = np.exp(z - z.min(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-MEAN",
    name="the mean score is taken away, not the largest",
    sees="Ordinary scores agree; where a row spreads over 2000, exp still overflows.",
    question="After the subtraction, on which side of zero should all exponents lie?",
)
def _(z):
    e = np.exp(z - z.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-HALFSHIFT",
    name="the shift is only above the line of the fraction",
    sees="The rows do not sum to 1.",
    question="You take something away above the line. What has to happen below it?",
)
def _(z):
    return np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z).sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-CLIP",
    name="large scores are cut off",
    sees="Ordinary scores agree; scores of 1000 and 1001 become equal.",
    question="1000 and 1001 differ by one. Should their probabilities be equal?",
)
def _(z):
    return _softmax(np.clip(z, -500, 500))


@softmax_rows.mistake("SM-CLIP")
def _(z):
    return _softmax(np.clip(z, -700, 700))


@softmax_rows.mistake("SM-CLIP")
def _(z):
    return _softmax(np.clip(z, -100, 100))


@softmax_rows.mistake(
    "SM-NOEXP",
    name="exp is missing",
    sees="The rows sum to 1, but there are negative shares or sums near zero.",
    question="What makes a negative score into a positive share?",
)
def _(z):
    return z / z.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-NOSUM",
    name="the rows are not divided by their sum",
    sees="The ratios within a row are right; its sum is not 1.",
    question="What should the entries of a row add up to?",
)
def _(z):
    return np.exp(z)


@softmax_rows.mistake("SM-NOSUM")
def _(z):
    return np.exp(z - z.max(axis=1, keepdims=True))


@softmax_rows.mistake(
    "SM-RATIO",
    name="the scores are divided by the largest of their row",
    sees="Two scores that are far apart come close to each other, and with them their probabilities.",
    question="Only differences count. Does a division keep the differences of a row?",
)
def _(z):
    e = np.exp(z / z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-LOG",
    name="these are the logarithms of the probabilities",
    sees="All entries are negative or zero.",
    question="Which last step turns a logarithm into a probability?",
)
def _(z):
    return np.log(_softmax(z))


@softmax_rows.mistake("SM-LOG")
def _(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@softmax_rows.mistake(
    "SM-SIGN",
    name="the largest score gets the smallest share",
    sees="The order within each row is turned around.",
    question="What is the sign of z in your exponent?",
)
def _(z):
    return _softmax(-z)


@softmax_rows.mistake(
    "SM-BASE",
    name="powers of another number than e",
    sees="The order within a row is right; the shares are too even or too uneven.",
    question="Which number is raised to the power of the score?",
)
def _(z):
    e = 2.0 ** (z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake("SM-BASE")
def _(z):
    e = 10.0 ** (z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@softmax_rows.mistake(
    "SM-ONEHOT",
    name="the winner takes everything",
    sees="Each row has a single 1, however close the scores are.",
    question="Two scores that are nearly equal: what should their shares look like?",
)
def _(z):
    return (z == z.max(axis=1, keepdims=True)).astype(float)


@softmax_rows.mistake("SM-ONEHOT")
def _(z):
    return np.eye(z.shape[1])[z.argmax(axis=1)]


@softmax_rows.mistake(
    "SM-SIGMOID",
    name="each score for itself, as in a sigmoid",
    sees="The rows do not sum to 1: the scores of a row do not compete.",
    question="If another score of the row grows, what should happen to this share?",
)
def _(z):
    return 1 / (1 + np.exp(-z))


@softmax_rows.mistake(
    "SM-EPS",
    name="a small number has been added to the sum",
    sees="Each row falls a little short of 1.",
    question="After the row's maximum has been taken away, how small can the sum of a row become?",
)
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-8)


@softmax_rows.mistake("SM-EPS")
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-6)


@softmax_rows.mistake("SM-EPS")
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-7)


@softmax_rows.mistake(
    "SM-COLUMNS",
    name="rows and columns have changed places",
    sees="The table comes back turned.",
    question="Example 0 is row 0 of z. Where is it in what you return?",
)
def _(z):
    return _softmax(z).T


@softmax_rows.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the shares are cut off",
    sees="For whole scores there are only zeros and ones.",
    question="What is the dtype of the array that your result is written into?",
)
def _(z):
    probs = np.zeros_like(z)
    probs[...] = _softmax(z)
    return probs


@softmax_rows.mistake("GD-INPLACE")
def _(z):
    z -= z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


# 01.3


@exercise(
    "01.3",
    "Cross-entropy from scores, with its gradient",
    returns=("loss", "dscores"),
    hints=(
        "Two things come back, and both are means over the n rows. Where does the logarithm meet a zero if "
        "one score is 1000 and the true class has 0?",
        "Stay with logarithms: log p = (score - largest) - log(sum of exp(score - largest)). The loss takes "
        "-log p of the true class. The gradient of a row is p, with 1 taken away at the true class.",
        "log_probs of shape (n, k) as above; rows = np.arange(n); log_probs[rows, y] picks the true classes. "
        "dscores = np.exp(log_probs), then -= 1 at [rows, y]. Divide both by n.",
        "The same shape in another story, fines for the parked hour that was announced:\n"
        "    cars = np.arange(len(hour))\n"
        "    fine = price[cars, hour].mean()\n"
        "    change = price.copy()\n"
        "    change[cars, hour] -= deposit\n"
        "    return fine, change / len(hour)",
    ),
    after="Worth keeping: softmax and logarithm together have the gradient p - 1 at the true class: it never "
    "dies while the answer is wrong.",
)
def softmax_xent(scores, y):
    """Return the mean cross-entropy of softmax scores, and its gradient.

    scores has the shape (n, k), one row an example, of any size, also 1000. y holds
    the true class of each row, whole numbers from 0 to k - 1, shape (n,). The loss
    of a row is -log(softmax(row)[its class]); return the mean over the rows, one
    finite number, and the gradient of that mean with respect to scores, shape
    (n, k). scores and y stay as they are.

    >>> scores = np.array([[0.0, 0.0], [1000.0, 0.0]])
    >>> loss, dscores = softmax_xent(scores, np.array([0, 1]))
    >>> round(float(loss), 4)
    500.3466
    >>> dscores
    array([[-0.25,  0.25],
           [ 0.5 , -0.5 ]])
    """
    n = len(y)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[np.arange(n), y].mean()
    dscores = np.exp(log_probs)
    dscores[np.arange(n), y] -= 1
    return loss, dscores / n


def _xent_seen(xent, where, scores, y):
    loss, dscores = xent(scores, y)
    yield Seen(where, "loss", loss)
    yield Seen(where, "dscores", dscores)


@softmax_xent.probe("three tables of scores")
def _(xent):
    yield from _xent_seen(xent, "three rows of four", _SCORES, np.array([2, 0, 3]))
    yield from _xent_seen(xent, "three rows of three", _SQUARE, np.array([1, 1, 0]))
    yield from _xent_seen(xent, "six rows of two", _SCORES.reshape(6, 2), np.array([1, 0, 0, 1, 1, 1]))


@softmax_xent.probe("one row, one class")
def _(xent):
    yield from _xent_seen(xent, "one row", _SCORES[:1], np.array([1]))
    yield from _xent_seen(xent, "one class", _SCORES[:, :1], np.zeros(3, int))


@softmax_xent.probe("scores of 1000")
def _(xent):
    z = np.array(
        [[1000.0, 1001.0, 999.0], [1.0, 2.0, 3.0], [-1000.0, -1001.0, -1000.5], [-1000.0, 0.0, 1000.0]]
    )
    for row in range(4):
        yield from _xent_seen(xent, f"row {row} alone", z[row : row + 1], np.array([2]))
    yield from _xent_seen(xent, "a wrong answer by 2000", z[3:], np.array([0]))
    yield from _xent_seen(xent, "all four rows", z, np.array([0, 0, 1, 1]))


@softmax_xent.probe("whole numbers")
def _(xent):
    yield from _xent_seen(xent, "", np.array([[1, -2, 0], [3, 3, -1]]), np.array([1, 2]))


@softmax_xent.probe("float32")
def _(xent):
    yield from _xent_seen(xent, "", _SCORES.astype(np.float32), np.array([2, 0, 3]))


def _log_softmax(z, axis=1):
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _xent(scores, y, log_probs=None):
    """Sum of the losses and gradient of that sum, from log-probabilities that may be wrong."""
    log_probs = _log_softmax(scores) if log_probs is None else log_probs
    rows = np.arange(len(y))
    dscores = np.exp(log_probs)
    dscores[rows, y] -= 1
    return -log_probs[rows, y].sum(), dscores


@softmax_xent.mistake(
    "LOSS-SUM",
    name="sums over the rows, not means",
    sees="Loss and gradient are n times the expected ones, for n rows.",
    question="If every example came twice, what should happen to the loss, and what happens in your lines?",
)
def _(scores, y):
    return _xent(scores, y)


@softmax_xent.mistake(
    "XENT-GRADSUM",
    name="the loss is a mean, its gradient belongs to the sum",
    sees="The loss agrees; the gradient is n times the expected one, for n rows.",
    question="The loss was divided by n. What happens to its gradient then?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / len(y), dscores


@softmax_xent.mistake(
    "XENT-LOSSSUM",
    name="the gradient is that of the mean, the loss is the sum",
    sees="The loss is n times the expected one, for n rows; the gradient agrees.",
    question="Of which of the two, sum or mean, is the gradient that you return?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss, dscores / len(y)


@softmax_xent.mistake(
    "LOSS-DIVN",
    name="the gradient is divided by n twice",
    sees="The loss agrees; the gradient is 1 / n times the expected one, for n rows.",
    question="In how many places does your gradient get divided by n?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / len(y), dscores / len(y) ** 2


@softmax_xent.mistake("LOSS-DIVN")
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / len(y) ** 2, dscores / len(y) ** 2


@softmax_xent.mistake(
    "XENT-DIVALL",
    name="divided by the number of entries, not of rows",
    sees="Loss or gradient is 1 / k times the expected one, for k classes.",
    question="How many losses does the mean run over?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / scores.size, dscores / scores.size


@softmax_xent.mistake("XENT-DIVALL")
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / len(y), dscores / scores.size


@softmax_xent.mistake("XENT-DIVALL")
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / scores.size, dscores / len(y)


@softmax_xent.mistake(
    "LOSS-SIGN",
    name="the gradient points the wrong way",
    sees="The loss agrees; the gradient is the expected one with its sign turned.",
    question="Should a little more score for the true class make the loss larger or smaller?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / len(y), -dscores / len(y)


@softmax_xent.mistake(
    "XENT-NEGATIVE",
    name="the minus in front of the logarithm is missing",
    sees="The loss is negative.",
    question="What is the sign of the logarithm of a probability, and what should the sign of a loss be?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return -loss / len(y), dscores / len(y)


@softmax_xent.mistake("XENT-NEGATIVE")
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return -loss / len(y), -dscores / len(y)


@softmax_xent.mistake(
    "LOSS-LOGEXP",
    name="exp overflows: the scores are used as they come",
    sees="Ordinary scores agree; at scores of 1000 there is nan.",
    question="What may you take away from all scores of a row without changing its probabilities?",
)
def _(scores, y):
    n, e = len(y), np.exp(scores)
    probs = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(n), y]).mean()
    probs[np.arange(n), y] -= 1
    return loss, probs / n


@softmax_xent.mistake("LOSS-LOGEXP")
def _(scores, y):
    loss, dscores = _xent(scores, y, scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))
    return loss / len(y), dscores / len(y)


@softmax_xent.mistake(
    "XENT-LOGZERO",
    name="the logarithm of a probability that has become zero",
    sees="Ordinary scores agree; where the true class is a thousand behind, the loss is inf.",
    question="You take exp, divide, and take the logarithm. Which two of these steps undo each other?",
)
def _(scores, y):
    with np.errstate(divide="ignore"):
        n, probs = len(y), _softmax(scores)
        loss = -np.log(probs[np.arange(n), y]).mean()
        probs[np.arange(n), y] -= 1
        return loss, probs / n


@softmax_xent.mistake(
    "XENT-GLOBALMAX",
    name="the largest score of the whole table is taken away",
    sees="Beside a row at 1000 the other rows underflow, and the loss is inf or nan.",
    question="After the subtraction, what is the largest exponent of each row?",
)
def _(scores, y):
    shifted = scores - scores.max()
    loss, dscores = _xent(scores, y, shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
    return loss / len(y), dscores / len(y)


@softmax_xent.mistake("XENT-GLOBALMAX")
def _(scores, y):
    n, e = len(y), np.exp(scores - scores.max())
    probs = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(n), y]).mean()
    probs[np.arange(n), y] -= 1
    return loss, probs / n


def _with_guard(guarded):
    """An answer that keeps the logarithm away from zero by `guarded(probs)`."""

    def answer(scores, y):
        n, probs = len(y), _softmax(scores)
        loss = -np.log(guarded(probs)[np.arange(n), y]).mean()
        probs[np.arange(n), y] -= 1
        return loss, probs / n

    return answer


for _eps in (1e-8, 1e-12, 1e-7, 1e-10, 1e-9, 1e-15, 1e-6, 1e-5):
    softmax_xent.mistake(
        "XENT-EPS",
        name="a small number keeps the logarithm away from zero",
        sees="The loss is finite, but it cannot grow beyond the logarithm of that number, so a very wrong "
        "answer costs too little.",
        question="A true class that is 2000 behind should cost 2000. What is the most that yours can say?",
    )(_with_guard(lambda probs, eps=_eps: probs + eps))
    softmax_xent.mistake("XENT-EPS")(_with_guard(lambda probs, eps=_eps: np.clip(probs, eps, 1 - eps)))
    softmax_xent.mistake("XENT-EPS")(_with_guard(lambda probs, eps=_eps: np.maximum(probs, eps)))


@softmax_xent.mistake(
    "LOSS-DOUBLE",
    name="softmax is applied twice",
    sees="The loss of a sure and right answer stays far above zero.",
    question="What goes into your softmax: scores, or probabilities?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y, _log_softmax(_softmax(scores)))
    return loss / len(y), dscores / len(y)


@softmax_xent.mistake(
    "LOSS-AXIS",
    name="softmax down the columns, not along the rows",
    sees="The examples of a batch compete with each other, and the classes do not.",
    question="Which axis holds the classes of one example?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y, _log_softmax(scores, axis=0))
    return loss / len(y), dscores / len(y)


@softmax_xent.mistake(
    "XENT-SIGMOID",
    name="a sigmoid for each class, where one softmax over all is asked for",
    sees="The probabilities of a row do not add up to 1, and every class pays for itself.",
    question="An example has one class out of k. Which function shares out a probability of 1 among them?",
)
def _(scores, y):
    p, right = 1 / (1 + np.exp(-scores)), np.eye(scores.shape[1])[y]
    return -(right * np.log(p) + (1 - right) * np.log(1 - p)).mean(), (p - right) / len(y)


@softmax_xent.mistake("XENT-SIGMOID")
def _(scores, y):
    p, right = 1 / (1 + np.exp(-scores)), np.eye(scores.shape[1])[y]
    return -(right * np.log(p) + (1 - right) * np.log(1 - p)).sum(axis=1).mean(), (p - right) / len(y)


@softmax_xent.mistake(
    "XENT-ENTROPY",
    name="the model's own probabilities weigh the logarithms, not the label",
    sees="A model that is sure has a loss of zero, whether it is right or wrong.",
    question="Which probability does the loss ask for: each in its turn, or that of the true class?",
)
def _(scores, y):
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    return -(p * log_p).sum(axis=1).mean(), (p - np.eye(p.shape[1])[y]) / len(y)


@softmax_xent.mistake(
    "XENT-NOTAKEN",
    name="nothing is taken away at the true class",
    sees="The loss agrees; the gradient is positive everywhere, also at the true class.",
    question="More score for the true class lowers the loss. What is the sign of the gradient there?",
)
def _(scores, y):
    return _xent(scores, y)[0] / len(y), _softmax(scores) / len(y)


@softmax_xent.mistake(
    "XENT-AFTERMEAN",
    name="1 is taken away after the division by n",
    sees="The gradient agrees everywhere but at the true classes.",
    question="What comes first: taking 1 away, or dividing by n? Does the 1 have to be divided too?",
)
def _(scores, y):
    dscores = _softmax(scores) / len(y)
    dscores[np.arange(len(y)), y] -= 1
    return _xent(scores, y)[0] / len(y), dscores


@softmax_xent.mistake(
    "XENT-ALLROWS",
    name="1 is taken away from whole columns",
    sees="The loss agrees; in the gradient each class that occurs is lowered in all rows.",
    question="dscores[:, y]: which entries is that? Which single entry of row 0 do you want?",
)
def _(scores, y):
    dscores = _softmax(scores)
    dscores[:, y] -= 1
    return _xent(scores, y)[0] / len(y), dscores / len(y)


@softmax_xent.mistake(
    "XENT-ALLPAIRS",
    name="the loss runs over all pairs of rows and labels",
    sees="Each row pays for the classes of all rows.",
    question="log_probs[:, y]: what shape is that, and how many of its entries do you want?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return -_log_softmax(scores)[:, y].mean(), dscores / len(y)


@softmax_xent.mistake("XENT-ALLPAIRS")
def _(scores, y):
    log_probs = _log_softmax(scores)
    dscores = np.exp(log_probs)
    dscores[:, y] -= 1
    return -log_probs[:, y].mean(), dscores / len(y)


@softmax_xent.mistake(
    "XENT-ALLCLASSES",
    name="every class pays, not only the true one",
    sees="The loss averages -log p over all classes; it does not change when y does.",
    question="Which entry of a row tells how surprised you are by its label?",
)
def _(scores, y):
    return -_log_softmax(scores).mean(), _xent(scores, y)[1] / len(y)


@softmax_xent.mistake("XENT-ALLCLASSES")
def _(scores, y):
    return -_log_softmax(scores).sum() / len(y), _xent(scores, y)[1] / len(y)


@softmax_xent.mistake(
    "XENT-NOLOG",
    name="the logarithm is missing",
    sees="The loss is minus a probability, or one minus it.",
    question="A true class at probability 0.001 and one at 0.1: how much worse should the first one be?",
)
def _(scores, y):
    n = len(y)
    return -_softmax(scores)[np.arange(n), y].mean(), _xent(scores, y)[1] / n


@softmax_xent.mistake("XENT-NOLOG")
def _(scores, y):
    n = len(y)
    return 1 - _softmax(scores)[np.arange(n), y].mean(), _xent(scores, y)[1] / n


@softmax_xent.mistake(
    "XENT-LOGBASE",
    name="a logarithm to another base",
    sees="The loss is 1.4427 times the expected one (base two) or 0.4343 times (base ten).",
    question="Which logarithm undoes np.exp?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / len(y) / np.log(2), dscores / len(y)


@softmax_xent.mistake("XENT-LOGBASE")
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return loss / len(y) / np.log(10), dscores / len(y)


@softmax_xent.mistake(
    "XENT-LOGMEAN",
    name="the logarithm of the mean, not the mean of the logarithms",
    sees="For a single row the loss agrees; for several it is too small.",
    question="What comes first: averaging the rows, or the logarithm?",
)
def _(scores, y):
    n = len(y)
    return -np.log(_softmax(scores)[np.arange(n), y].mean()), _xent(scores, y)[1] / n


@softmax_xent.mistake(
    "XENT-PERROW",
    name="one loss for each row",
    sees="The loss has the shape (n,).",
    question="One number should come back. How do n losses become one?",
)
def _(scores, y):
    n = len(y)
    return -_log_softmax(scores)[np.arange(n), y], _xent(scores, y)[1] / n


@softmax_xent.mistake(
    "XENT-DPROBS",
    name="the gradient with respect to the probabilities",
    sees="The loss agrees; the gradient is -1 / (n p) at the true class and zero elsewhere.",
    question="How does p change with the scores? Has that factor been multiplied in?",
)
def _(scores, y):
    n, probs = len(y), _softmax(scores)
    dscores = np.zeros_like(probs)
    dscores[np.arange(n), y] = -1 / probs[np.arange(n), y]
    return _xent(scores, y)[0] / n, dscores / n


@softmax_xent.mistake(
    "XENT-SATURATES",
    name="the gradient has a factor p (1 - p) too many",
    sees="The loss agrees; the gradient dies where the answer is sure, also if it is wrong.",
    question="The factor of the softmax cancels against the one of the logarithm. Which of them is still "
    "there?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    probs = _softmax(scores)
    return loss / len(y), dscores * probs * (1 - probs) / len(y)


@softmax_xent.mistake(
    "XENT-SCORES",
    name="the gradient starts from the scores, not from the probabilities",
    sees="The loss agrees; each row of the gradient should sum to zero, and does not.",
    question="From which table do you take 1 away: from scores, logarithms or probabilities?",
)
def _(scores, y):
    dscores = scores * 1.0
    dscores[np.arange(len(y)), y] -= 1
    return _xent(scores, y)[0] / len(y), dscores / len(y)


@softmax_xent.mistake("XENT-SCORES")
def _(scores, y):
    dscores = _log_softmax(scores)
    dscores[np.arange(len(y)), y] -= 1
    return _xent(scores, y)[0] / len(y), dscores / len(y)


@softmax_xent.mistake(
    "XENT-SQUARED",
    name="the squared error of the probabilities",
    sees="The loss cannot grow beyond 2, however wrong the answer is.",
    question="Where is the logarithm of the true class in your loss?",
)
def _(scores, y):
    n, probs = len(y), _softmax(scores)
    off = probs - np.eye(scores.shape[1])[y]
    return np.sum(off**2) / n, off / n


@softmax_xent.mistake("XENT-SQUARED")
def _(scores, y):
    n, probs = len(y), _softmax(scores)
    off = probs - np.eye(scores.shape[1])[y]
    return np.sum(off**2) / n, 2 * off / n


@softmax_xent.mistake(
    "XENT-ORDER",
    name="gradient and loss have changed places",
    sees="The first thing that comes back is a table.",
    question="In which order does the exercise ask for the two?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    return dscores / len(y), loss / len(y)


@softmax_xent.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the fractions are cut off",
    sees="For whole scores the gradient has only whole numbers.",
    question="What is the dtype of the array that your gradient is written into?",
)
def _(scores, y):
    loss, dscores = _xent(scores, y)
    whole = np.zeros_like(scores)
    whole[...] = dscores / len(y)
    return loss / len(y), whole


@softmax_xent.mistake("GD-INPLACE")
def _(scores, y):
    scores -= scores.max(axis=1, keepdims=True)
    loss, dscores = _xent(scores, y)
    return loss / len(y), dscores / len(y)


# 01.4


@exercise(
    "01.4",
    "A gradient without calculus",
    returns="grad",
    hints=(
        "How often must f be asked for one slope? And how many slopes are there?",
        "For each coordinate: go h forward along it alone, go h back from x, and divide the difference of "
        "the two values by the distance between the two points.",
        "grad = np.zeros(x.shape); for each i make an array that is h at place i and 0 elsewhere, and fill "
        "grad[i] from f(x + it) and f(x - it). How far apart are the two points?",
        "The same shape in another story, how much a recipe's taste depends on each ingredient:\n"
        "    for i in range(len(recipe)):\n"
        "        more, less = recipe.copy(), recipe.copy()\n"
        "        more[i] += pinch\n"
        "        less[i] -= pinch\n"
        "        matters[i] = (taste(more) - taste(less)) / (2 * pinch)\n"
        "    return matters",
    ),
    after="Worth keeping: the central difference is off by about h squared, the one-sided one by about h. "
    "Use it to test every gradient that you write by hand.",
)
def numerical_gradient(f, x, h):
    """Estimate the gradient of f at x by central differences.

    f maps an array of shape (n,) to a number; x has the shape (n,); h > 0. Entry i
    of the result is f at x with its i-th coordinate raised by h, minus f at x with
    it lowered by h, divided by the distance of the two points. Return an array of
    shape (n,); x stays as it is.

    >>> numerical_gradient(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]), h=0.5)
    array([12.,  4.])
    """
    grad = np.zeros(x.shape)
    for i in range(x.size):
        step = np.zeros(x.shape)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


def _curved(x):
    """Cubic, and coupled: each formula for a slope gives another number here."""
    x = np.asarray(x, float)
    return float(np.sum(np.arange(1, x.size + 1) * x**3) + 2 * x[0] * x[-1] ** 2 + np.sin(np.sum(x)) + 1.5)


def _asked(size):
    def f(x):
        if np.shape(x) != (size,):
            raise TypeError(f"f takes one array of shape ({size},)")
        return _curved(x)

    return Counted("f", f)


_PLACE = np.array([0.3, -1.7, 0.9])


@numerical_gradient.probe("three places, three widths")
def _(gradient):
    yield Seen("h = 0.5", "grad", gradient(_asked(3), _PLACE, 0.5))
    yield Seen("h = 0.1", "grad", gradient(_asked(3), _PLACE[::-1] * 1.1, 0.1))
    yield Seen("h = 2", "grad", gradient(_asked(4), np.array([1.0, 0.0, -2.0, 0.25]), 2.0))


@numerical_gradient.probe("one coordinate")
def _(gradient):
    yield Seen("", "grad", gradient(_asked(1), np.array([0.7]), 0.25))


@numerical_gradient.probe("a small width")
def _(gradient):
    yield Seen("h = 0.001", "grad", gradient(_asked(3), _PLACE, 1e-3))


@numerical_gradient.probe("whole numbers")
def _(gradient):
    yield Seen("", "grad", gradient(_asked(3), np.array([1, -2, 0]), 0.25))


@numerical_gradient.probe("float32")
def _(gradient):
    yield Seen("", "grad", gradient(_asked(2), np.array([0.5, -1.25], np.float32), 0.5))


def _by_coordinate(x, slope):
    """Fill slope(i, e) for each coordinate, where e is 1 at place i and 0 elsewhere."""
    return np.array([slope(i, e) for i, e in enumerate(np.eye(x.size))])


@numerical_gradient.mistake(
    "LOSS-ONESIDED",
    name="one-sided, not central",
    sees="The error shrinks like h, not like h squared.",
    question="Which two points are compared, and is x in the middle between them?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h * e) - f(x)) / h)


@numerical_gradient.mistake("LOSS-ONESIDED")
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x) - f(x - h * e)) / h)


@numerical_gradient.mistake(
    "NUM-ONESIDEDHALF",
    name="one-sided, and divided by 2 h all the same",
    sees="The slopes are about half as large as they should be.",
    question="How far apart are the two points at which you ask f?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h * e) - f(x)) / (2 * h))


@numerical_gradient.mistake(
    "LOSS-H",
    name="h is far too small, and it is not the one that was given",
    sees="The difference of two nearly equal numbers has lost its digits.",
    question="How many digits are left of f(x + 1e-12) - f(x - 1e-12) when f is known to sixteen?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + 1e-12 * e) - f(x - 1e-12 * e)) / (2 * 1e-12))


@numerical_gradient.mistake(
    "NUM-FIXEDH",
    name="the h that was given is not used",
    sees="The result does not change with h.",
    question="Where does the argument h stand in your lines?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + 1e-5 * e) - f(x - 1e-5 * e)) / (2 * 1e-5))


@numerical_gradient.mistake("NUM-FIXEDH")
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + 1e-6 * e) - f(x - 1e-6 * e)) / (2 * 1e-6))


@numerical_gradient.mistake("NUM-FIXEDH")
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + 1e-4 * e) - f(x - 1e-4 * e)) / (2 * 1e-4))


@numerical_gradient.mistake("NUM-FIXEDH")
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + 1e-3 * e) - f(x - 1e-3 * e)) / (2 * 1e-3))


@numerical_gradient.mistake(
    "NUM-NOTWO",
    name="divided by h, not by 2 h",
    sees="Every slope is twice the expected one.",
    question="From x - h to x + h: how far is that?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h * e) - f(x - h * e)) / h)


@numerical_gradient.mistake(
    "NUM-PRECEDENCE",
    name="divided by 2 and multiplied by h",
    sees="Every slope is h squared times the expected one.",
    question="In which order does Python work out a / 2 * h?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h * e) - f(x - h * e)) / 2 * h)


@numerical_gradient.mistake(
    "NUM-NODIVISION",
    name="the difference is not divided by the distance",
    sees="Every slope is 2 h times the expected one.",
    question="A slope is a rise over what?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: f(x + h * e) - f(x - h * e))


@numerical_gradient.mistake(
    "NUM-BRACKETS",
    name="only the second value is divided",
    sees="The value of f itself is left in the result.",
    question="In f(a) - f(b) / (2 * h), what does the division apply to?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: f(x + h * e) - f(x - h * e) / (2 * h))


@numerical_gradient.mistake(
    "NUM-SIGN",
    name="the difference is the wrong way round",
    sees="Every slope has its sign turned.",
    question="If f grows along a coordinate, which of the two values is larger?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x - h * e) - f(x + h * e)) / (2 * h))


@numerical_gradient.mistake(
    "NUM-PLUS",
    name="the two values are added",
    sees="The result is about f divided by h.",
    question="Which operation tells how much f has changed between two points?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h * e) + f(x - h * e)) / (2 * h))


@numerical_gradient.mistake(
    "NUM-ALLATONCE",
    name="all coordinates are moved together",
    sees="Every entry is the slope along the diagonal.",
    question="x + h raises how many coordinates? How many should one slope raise?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h) - f(x - h)) / (2 * h))


@numerical_gradient.mistake(
    "NUM-ONENUMBER",
    name="one number for the whole gradient",
    sees="What comes back has no shape (n,).",
    question="How many slopes does f have at x?",
)
def _(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


@numerical_gradient.mistake("NUM-ONENUMBER")
def _(f, x, h):
    return sum((f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(x.size))


@numerical_gradient.mistake(
    "NUM-NOTRESET",
    name="a moved coordinate is not put back",
    sees="The first slope agrees; the later ones are taken at another place.",
    question="When the second slope is taken, where does the first coordinate stand?",
)
def _(f, x, h):
    x, grad = np.array(x, float), np.zeros(x.shape)
    for i in range(x.size):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        grad[i] = (above - f(x)) / (2 * h)
    return grad


@numerical_gradient.mistake("NUM-NOTRESET")
def _(f, x, h):
    more, less, grad = np.array(x, float), np.array(x, float), np.zeros(x.shape)
    for i in range(x.size):
        more[i] += h
        less[i] -= h
        grad[i] = (f(more) - f(less)) / (2 * h)
    return grad


@numerical_gradient.mistake(
    "NUM-NOTBACK",
    name="the second point is x itself, not x - h",
    sees="After h has been added it is taken away once, which leads back to x.",
    question="You stand at x + h. How far is it to x - h?",
)
def _(f, x, h):
    x, grad = np.array(x, float), np.zeros(x.shape)
    for i in range(x.size):
        x[i] += h
        above = f(x)
        x[i] -= h
        grad[i] = (above - f(x)) / (2 * h)
        x[i] -= h
    return grad


@numerical_gradient.mistake(
    "NUM-NOCOPY",
    name="both points are the same array",
    sees="All slopes are zero.",
    question="After `more = x` and `less = x`, how many arrays are there?",
)
def _(f, x, h):
    grad = np.zeros(x.shape)
    for i in range(x.size):
        more = less = np.array(x, float)
        more[i] += h
        less[i] -= h
        grad[i] = (f(more) - f(less)) / (2 * h)
    return grad


@numerical_gradient.mistake("NUM-NOCOPY")
def _(f, x, h):
    grad = np.zeros(x.shape)
    for i in range(x.size):
        more, less = x, x
        more[i] += h
        less[i] -= h
        grad[i] = (f(more) - f(less)) / (2 * h)
    return grad


@numerical_gradient.mistake(
    "NUM-SECOND",
    name="the second derivative, not the first",
    sees="The result is the curvature along each coordinate.",
    question="f(x + h) - 2 f(x) + f(x - h) is zero for a straight line. Should a slope be?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h * e) - 2 * f(x) + f(x - h * e)) / h**2)


@numerical_gradient.mistake(
    "NUM-RELATIVE",
    name="h is taken as a share of each coordinate",
    sees="The width changes from coordinate to coordinate, and is zero at zero.",
    question="By how much should a coordinate of 0 be moved?",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h * x * e) - f(x - h * x * e)) / (2 * h * x[i]))


@numerical_gradient.mistake(
    "NUM-STEP",
    name="this is a step, not the gradient",
    sees="The result has been subtracted from x, or multiplied by h.",
    question="Which of the two does the exercise ask for: the slope, or the new place?",
)
def _(f, x, h):
    return x - _by_coordinate(x, lambda i, e: (f(x + h * e) - f(x - h * e)) / (2 * h))


@numerical_gradient.mistake(
    "GD-INT",
    name="whole numbers stay whole, and fractions are cut off",
    sees="When x is [1, -2, 0] the width or the slopes are cut off to whole numbers.",
    question="What happens to 0.25 when you add it to an entry of an array of whole numbers?",
)
def _(f, x, h):
    grad = np.zeros_like(x)
    grad[...] = _by_coordinate(x, lambda i, e: (f(x + h * e) - f(x - h * e)) / (2 * h))
    return grad


@numerical_gradient.mistake("GD-INT")
def _(f, x, h):
    grad = np.zeros(x.shape)
    for i in range(x.size):
        more, less = x.copy(), x.copy()
        more[i] += h
        less[i] -= h
        grad[i] = (f(more) - f(less)) / (2 * h)
    return grad


@numerical_gradient.mistake("GD-INT")
def _(f, x, h):
    grad = np.zeros_like(x)
    for i in range(x.size):
        more, less = x.copy(), x.copy()
        more[i] += h
        less[i] -= h
        grad[i] = (f(more) - f(less)) / (2 * h)
    return grad


@numerical_gradient.mistake("GD-INT")
def _(f, x, h):
    grad = np.zeros(x.shape)
    for i in range(x.size):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        grad[i] = (above - f(x)) / (2 * h)
        x[i] += h
    return grad


@numerical_gradient.mistake("GD-INT")
def _(f, x, h):
    grad = np.zeros_like(x)
    for i in range(x.size):
        step = np.zeros_like(x)
        step[i] = h
        grad[i] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


@numerical_gradient.mistake("GD-INPLACE")
def _(f, x, h):
    if x.dtype.kind != "f":
        return _by_coordinate(x, lambda i, e: (f(x + h * e) - f(x - h * e)) / (2 * h))
    grad = np.zeros(x.shape)
    for i in range(x.size):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        grad[i] = (above - f(x)) / (2 * h)
        x[i] += h
    return grad


@numerical_gradient.convention(
    "h between the two points",
    "Your two points lie h / 2 to either side, so h is their whole distance. Here h is the way to each side.",
)
def _(f, x, h):
    return _by_coordinate(x, lambda i, e: (f(x + h / 2 * e) - f(x - h / 2 * e)) / h)


@numerical_gradient.convention(
    "five points",
    "Your formula asks f four times for each slope, and is off by h**4 only. Two points are enough here.",
)
def _(f, x, h):
    def slope(i, e):
        near, far = f(x + h * e) - f(x - h * e), f(x + 2 * h * e) - f(x - 2 * h * e)
        return (8 * near - far) / (12 * h)

    return _by_coordinate(x, slope)
