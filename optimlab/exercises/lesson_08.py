"""Exercises of lesson 08: weight decay and AdamW."""

import numpy as np

from .parts import exercise
from .probing import GRADS, START, VELOCITY, other_shapes
from .trace import Seen

# 08.1


@exercise(
    "08.1",
    "An L2 penalty, in the loss and in the gradient",
    returns=("loss", "dw"),
    hints=(
        "Two things come back, and the penalty has to reach both of them.",
        "The penalty is one number made of all weights: half of reg times the sum of their squares. Its "
        "slope with respect to one weight is what you get when you differentiate that weight's term.",
        "loss + (half of reg) * (the sum over every entry of w**2), and dw + (the derivative of "
        "reg / 2 * w**2). Make new arrays with `=`; `dw += ...` would write into the caller's.",
        "The same shape in another story, springs of stiffness k that are stretched by s, with a load on "
        "each:\n"
        "    energy = energy + 0.5 * k * np.sum(s**2)\n"
        "    force = force + k * s\n"
        "    return energy, force",
    ),
    after="Worth keeping: the half is there so that the gradient reads reg * w, with no factor to remember.",
)
def l2_loss_grad(loss, dw, w, reg):
    """Add an L2 penalty to a loss and to its gradient.

    loss is a number, dw its gradient with respect to w; w and dw are arrays of one
    shape, any shape. The penalty is reg / 2 times the sum of the squares of all
    entries of w, reg >= 0. Return (loss, dw) with the penalty in both: a number
    and a new array; the arguments stay as they are.

    >>> l2_loss_grad(1.0, np.array([0.5, 0.0]), np.array([3.0, -4.0]), reg=0.1)
    (2.25, array([ 0.8, -0.4]))
    """
    loss = loss + reg / 2 * np.sum(w**2)
    dw = dw + reg * w
    return float(loss), dw


@l2_loss_grad.probe("a vector and a matrix at several reg")
def _(penalise):
    matrix = np.array([[0.3, -2.0, 1.5], [-0.15, 1.0, 0.75], [0.6, -4.0, 3.0]])
    slopes = np.outer([0.2, 1.0, -3.0], [1.0, 0.5, -1.0])
    trials = ((1.5, GRADS[1], START, 0.1), (0.2, GRADS[3], 3 * START, 0.75), (2.0, slopes, matrix, 0.4))
    for trial, (loss, dw, w, reg) in enumerate(trials, start=1):
        total, slope = penalise(loss, dw, w, reg)
        yield Seen(f"trial {trial}", "loss", total)
        yield Seen(f"trial {trial}", "dw", slope)


@l2_loss_grad.probe("reg 0")
def _(penalise):
    total, slope = penalise(1.5, GRADS[1], START, 0.0)
    yield Seen("", "loss", total)
    yield Seen("", "dw", slope)


@l2_loss_grad.probe("whole numbers")
def _(penalise):
    total, slope = penalise(2, np.array([1, 0, -3]), np.array([2, -1, 4]), 0.3)
    yield Seen("", "loss", total)
    yield Seen("", "dw", slope)


@l2_loss_grad.probe("float32")
def _(penalise):
    total, slope = penalise(np.float32(1.5), GRADS[1].astype(np.float32), START.astype(np.float32), 0.3)
    yield Seen("", "loss", np.asarray(total, np.float32))
    yield Seen("", "dw", slope)


@l2_loss_grad.probe("other shapes", lenient=True)
def _(penalise):
    for label, start, grads in other_shapes():
        total, slope = penalise(0.5, grads[0], start, 0.2)
        yield Seen(label, "loss", total)
        yield Seen(label, "dw", slope)


@l2_loss_grad.mistake(
    "LOSS-HALF",
    name="the half is missing in the penalty",
    sees="dw agrees; what the penalty adds to the loss is twice too much.",
    question="Differentiate your penalty. Does it give reg * w, or twice that?",
)
def _(loss, dw, w, reg):
    return loss + reg * np.sum(w**2), dw + reg * w


@l2_loss_grad.mistake(
    "L2-DOUBLE",
    name="the half is missing in the penalty and in its slope",
    sees="Loss and gradient fit each other, but both penalties are twice the expected ones.",
    question="Your pair belongs to reg times the sum of squares. Which penalty does the exercise name?",
)
def _(loss, dw, w, reg):
    return loss + reg * np.sum(w**2), dw + 2 * reg * w


@l2_loss_grad.mistake(
    "L2-GRADDOUBLE",
    name="the slope of the penalty is twice too large",
    sees="The loss agrees; what is added to dw is 2 * reg * w.",
    question="The square brings down a 2. Which factor in the penalty is waiting for it?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw + 2 * reg * w


@l2_loss_grad.mistake(
    "L2-GRADHALF",
    name="the slope of the penalty is half the expected one",
    sees="The loss agrees; what is added to dw is reg / 2 * w.",
    question="What is the derivative of w**2 / 2: w, or half of it?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw + reg / 2 * w


@l2_loss_grad.mistake(
    "L2-LOSSONLY",
    name="the penalty reaches the loss, but not the gradient",
    sees="The loss agrees; dw comes back as it went in, so training would not notice the penalty.",
    question="A step uses dw and never looks at the loss. How would it learn of the penalty?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw * 1.0


@l2_loss_grad.mistake(
    "L2-GRADONLY",
    name="the penalty reaches the gradient, but not the loss",
    sees="dw would agree; the loss comes back as it went in.",
    question="If you test dw with differences of the loss, what will they say?",
)
def _(loss, dw, w, reg):
    return loss * 1.0, dw + reg * w


@l2_loss_grad.mistake(
    "LOSS-SIGN",
    name="the penalty is subtracted",
    sees="Large weights make the loss smaller, so descent would make them larger still.",
    question="Which weights shall be dear, and which cheap?",
)
def _(loss, dw, w, reg):
    return loss - reg / 2 * np.sum(w**2), dw - reg * w


@l2_loss_grad.mistake(
    "L2-GRADSIGN",
    name="the slope of the penalty has the wrong sign",
    sees="The loss agrees; reg * w is taken away from dw.",
    question="dw is a gradient, not yet a step. Does the penalty grow or fall when a positive weight grows?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw - reg * w


@l2_loss_grad.mistake(
    "L2-NOSQ",
    name="the norm has not been squared",
    sees="dw agrees; the penalty is reg / 2 times the length of w.",
    question="np.linalg.norm gives a root. What stands under it?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sqrt(np.sum(w**2)), dw + reg * w


@l2_loss_grad.mistake(
    "L2-ABS",
    name="this is the L1 penalty",
    sees="The penalty adds up sizes instead of squares, and its slope is the sign of each weight.",
    question="What is the 2 in L2?",
)
def _(loss, dw, w, reg):
    return loss + reg * np.sum(np.abs(w)), dw + reg * np.sign(w)


@l2_loss_grad.mistake(
    "L2-MEAN",
    name="the squares are averaged instead of added up",
    sees="What is added to the loss is smaller by the number of weights.",
    question="If one more weight joins the net, does the penalty for the others change?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2) / max(w.size, 1), dw + reg * w


@l2_loss_grad.mistake("L2-MEAN")
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2) / max(w.size, 1), dw + reg * w / max(w.size, 1)


@l2_loss_grad.mistake("L2-MEAN")
def _(loss, dw, w, reg):
    rows = len(w) if w.ndim else 1
    return loss + reg / 2 * np.sum(w**2) / max(rows, 1), dw + reg * w / max(rows, 1)


@l2_loss_grad.mistake(
    "L2-NEITHER",
    name="loss and gradient come back as they were",
    sees="The penalty reaches neither of the two.",
    question="At reg 1 and large weights, should the loss not be larger than at reg 0?",
)
def _(loss, dw, w, reg):
    return loss * 1.0, dw * 1.0


@l2_loss_grad.mistake(
    "L2-ROWS",
    name="only one axis of a matrix is summed",
    sees="For a vector all agrees; for a matrix the loss is an array.",
    question="The loss is one number. Over which axes does your sum go?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2, axis=0), dw + reg * w


@l2_loss_grad.mistake(
    "L2-MATMUL",
    name="w @ w is a matrix product once w is a matrix",
    sees="For a vector all agrees; for a matrix the loss is an array, or the line raises.",
    question="What does @ do with two matrices, and what with two vectors?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * (w @ w), dw + reg * w


@l2_loss_grad.mistake(
    "L2-SPECTRAL",
    name="of a matrix only the largest singular value is taken",
    sees="For a vector all agrees; for a matrix the loss is too small.",
    question="What does np.linalg.norm(w, 2) give for a vector, and what for a matrix?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.linalg.norm(w, 2) ** 2, dw + reg * w


@l2_loss_grad.mistake(
    "L2-NOSUM",
    name="the squares are not added up",
    sees="The loss that comes back is an array, one number for each weight.",
    question="How many numbers is a loss?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * w**2, dw + reg * w


@l2_loss_grad.mistake(
    "L2-NORM",
    name="the length is penalised, not its square",
    sees="Each weight is pulled by a share of one and the same force, however small all of them are.",
    question="The exercise has w**2 in its penalty. What is its slope?",
)
def _(loss, dw, w, reg):
    return loss + reg * np.linalg.norm(w), dw + reg * w / np.linalg.norm(w)


@l2_loss_grad.mistake(
    "L2-REGSQ",
    name="reg is squared",
    sees="Both penalties are reg times the expected ones.",
    question="If reg doubles, by how much should the penalty grow?",
)
def _(loss, dw, w, reg):
    return loss + reg**2 / 2 * np.sum(w**2), dw + reg**2 * w


@l2_loss_grad.mistake(
    "L2-DWSUM",
    name="every weight is pulled by the sum of all weights",
    sees="The loss agrees; the same number is added to all entries of dw.",
    question="The slope in one weight: which weights appear in it?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw + reg * np.sum(w)


@l2_loss_grad.mistake(
    "L2-MINUSDW",
    name="the gradient that was given is subtracted",
    sees="The loss agrees; dw comes back with its sign turned, and the penalty's slope added.",
    question="The gradient of a sum is what, of the two gradients?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), reg * w - dw


@l2_loss_grad.mistake(
    "L2-DWLOSS",
    name="the penalty is made of the gradient, not of the weights",
    sees="The squares of dw are added to the loss.",
    question="Which of the two arrays shall stay small?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(dw**2), dw + reg * w


@l2_loss_grad.mistake(
    "L2-SUMSQ",
    name="the sum is squared, not the squares summed",
    sees="dw agrees; weights of opposite sign cancel in the penalty.",
    question="For w = (1, -1), what should the penalty be, and what does yours say?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w) ** 2, dw + reg * w


@l2_loss_grad.mistake(
    "L2-GRADSQ",
    name="the slope of the penalty still has the square",
    sees="The loss agrees; what is added to dw is never negative.",
    question="Towards which side should the penalty pull a negative weight?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw + reg * w**2


@l2_loss_grad.mistake(
    "L2-NOREG",
    name="reg is missing in the slope",
    sees="The loss agrees; what is added to dw is w itself.",
    question="At reg 0 the gradient should come back as it was. What does yours do?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw + w


@l2_loss_grad.mistake(
    "L2-ONLYPENALTY",
    name="what comes back is the penalty alone",
    sees="The loss and the gradient that were given are lost.",
    question="At reg 0, what should come back?",
)
def _(loss, dw, w, reg):
    return reg / 2 * np.sum(w**2), reg * w


@l2_loss_grad.mistake(
    "L2-SWAP",
    name="the two results come back in the wrong order",
    sees="What stands first is the gradient, and what stands second is the loss.",
    question="In which order does the exercise name what it wants back?",
)
def _(loss, dw, w, reg):
    return dw + reg * w, loss + reg / 2 * np.sum(w**2)


@l2_loss_grad.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the penalty is cut off",
    sees="When dw is given as whole numbers the fractions of reg * w are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), (dw + reg * w).astype(dw.dtype)


@l2_loss_grad.mistake("GD-INT")
def _(loss, dw, w, reg):
    slope = dw.copy()
    slope += reg * w
    return loss + reg / 2 * np.sum(w**2), slope


@l2_loss_grad.mistake("GD-INPLACE")
def _(loss, dw, w, reg):
    slope = dw + reg * w
    if dw.dtype.kind == "f":
        dw[...] = slope
    return loss + reg / 2 * np.sum(w**2), slope


@l2_loss_grad.mistake("GD-ALIAS")
def _(loss, dw, w, reg):
    return loss + reg / 2 * np.sum(w**2), dw + reg * w if reg else dw


# 08.2


@exercise(
    "08.2",
    "One step with AdamW",
    returns=("w", "m", "v"),
    hints=(
        "Write the whole step of 07.2 first. The decay is one term more in one line: which line?",
        "The decay must not meet the gradient. If wd * w were added to grad, it would be divided by "
        "sqrt(v_hat) like everything else, and a weight with large gradients would hardly decay.",
        "m and v and their corrections are Adam's, made of grad alone. Then "
        "w = w - lr * (what Adam follows + the decay); the decay is wd times the w from before the step.",
        "The same shape in another story, a tank that is steered by a smoothed error and leaks besides:\n"
        "    smooth = keep * smooth + (1 - keep) * error\n"
        "    steady = smooth / (1 - keep**day)\n"
        "    level = level - rate * (steady / (spread + tiny) + leak * level)\n"
        "    return level, smooth",
    ),
    after="Worth keeping: every weight decays by the same share, lr * wd, whatever its gradients are.",
)
def adamw_step(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    """Take one step of AdamW, with decoupled weight decay in PyTorch's form.

    w, grad, m and v are arrays of one shape, any shape; m and v start as zeros, t
    counts from 1. m and v are running averages of grad and of its square; m_hat and
    v_hat are those divided by 1 - beta1**t and 1 - beta2**t. Then
    w - lr * (m_hat / (sqrt(v_hat) + eps) + wd * w), with the old w in the bracket.
    Return (w, m, v), three new arrays, m and v without the correction; the
    arguments stay as they are. (Loshchilov and Hutter, 2019)

    >>> w, g, m, v = np.array([1.0]), np.array([3.0]), np.zeros(1), np.zeros(1)
    >>> w, m, v = adamw_step(w, g, m, v, 1, 0.1, 0.5, 0.75, 0.0, 0.2)
    >>> w.round(6), m, v
    (array([0.88]), array([1.5]), array([2.25]))
    """
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * (m_hat / (np.sqrt(v_hat) + eps) + wd * w)
    return w, m, v


def _run(step, where, start, grads, m, v, *settings, first=1):
    """Walk with AdamW from t = first and yield m, v and w of every step."""
    w = start
    for t, grad in enumerate(grads, start=first):
        before = w
        w, m, v = step(w, grad, m, v, t, *settings)
        label = f"{where}step {t}"
        yield Seen(label, "m", m)
        yield Seen(label, "v", v)
        yield Seen(label, "w", w, start=before)


@adamw_step.probe("three runs of five steps, and no decay")
def _(step):
    zero = np.zeros(4)
    yield from _run(step, "run 1, ", START, GRADS, zero, zero, 0.1, 0.7, 0.9, 0.05, 0.3)
    yield from _run(step, "run 2, ", START, GRADS, zero, zero, 0.02, 0.9, 0.995, 1e-8, 0.5)
    later = np.array([0.2, 0.01, 1.0, 3.0])
    yield from _run(step, "run 3, ", START, GRADS, VELOCITY, later, 0.1, 0.6, 0.95, 0.05, 0.2, first=7)
    yield from _run(step, "no decay, ", START, GRADS[1:3], zero, zero, 0.1, 0.0, 0.5, 0.05, 0.0)


@adamw_step.probe("gradients of a millionth")
def _(step):
    zero = np.zeros(4)
    yield from _run(step, "", START, 1e-6 * GRADS, zero, zero, 0.1, 0.8, 0.99, 1e-8, 0.1)


@adamw_step.probe("whole numbers as a start")
def _(step):
    whole, zero = np.array([1, -2, 0, 3]), np.zeros(4, int)
    yield from _run(step, "", whole, GRADS[:3], zero, zero, 0.1, 0.7, 0.9, 0.05, 0.3)


@adamw_step.probe("float32")
def _(step):
    start, grads, zero = (array.astype(np.float32) for array in (START, GRADS[:4], np.zeros(4)))
    yield from _run(step, "", start, grads, zero, zero, 0.1, 0.7, 0.9, 0.05, 0.3)


@adamw_step.probe("other shapes", lenient=True)
def _(step):
    for label, start, grads in other_shapes():
        zero = np.zeros_like(start)
        yield from _run(step, f"{label}, ", start, grads, zero, zero, 0.1, 0.7, 0.9, 0.05, 0.3)


def _with(m=None, v=None, correct=None, follow=None, move=None, back=None):
    """AdamW with one of its lines exchanged.

    m(m, g, b) and v(v, g, b, new_m) are the averages, correct(m, v, t, b1, b2) gives the corrected pair,
    follow(m_hat, v_hat, eps, g) what Adam follows, move(w, follow, lr, wd) the new w, and
    back(w, m, v, m_hat, v_hat, old) what is returned.
    """
    average_m = m or (lambda m, g, b: b * m + (1 - b) * g)
    average_v = v or (lambda v, g, b, m: b * v + (1 - b) * g**2)
    correct = correct or (lambda m, v, t, b1, b2: (m / (1 - b1**t), v / (1 - b2**t)))
    follow = follow or (lambda m, v, eps, g: m / (np.sqrt(v) + eps))
    move = move or (lambda w, u, lr, wd: w - lr * (u + wd * w))
    back = back or (lambda w, m, v, m_hat, v_hat, old: (w, m, v))

    def answer(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
        old = (w, m, v)
        m = average_m(m, grad, beta1)
        v = average_v(v, grad, beta2, m)
        m_hat, v_hat = correct(m, v, t, beta1, beta2)
        w = move(w, follow(m_hat, v_hat, eps, grad), lr, wd)
        return back(w, m, v, m_hat, v_hat, old)

    return answer


def _l2(gradient_m, gradient_v, outside):
    """Adam with wd * w added to the gradients of m and v, and `outside` times wd * w in the step."""

    def answer(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
        full = grad + wd * w
        m = beta1 * m + (1 - beta1) * (full if gradient_m else grad)
        v = beta2 * v + (1 - beta2) * (full if gradient_v else grad) ** 2
        follow = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
        return w - lr * (follow + outside * wd * w), m, v

    return answer


adamw_step.mistake(
    "WD-L2",
    name="the decay is in the gradient: this is Adam with L2",
    sees="m and v already differ at the first step, for wd * w has entered both.",
    question="A weight with gradients a hundred times larger: by how much would it decay less in your lines?",
)(_l2(True, True, 0))

adamw_step.mistake(
    "WD-INV",
    name="the decay enters m, but not v",
    sees="m is no longer an average of gradients alone; v agrees.",
    question="What should m be, if all gradients were zero?",
)(_l2(True, False, 0))

adamw_step.mistake(
    "WD-DOUBLE",
    name="the weights decay twice, in the gradient and in the step",
    sees="m and v differ at the first step, and the step has the decay besides.",
    question="In how many of your lines does wd appear?",
)(_l2(True, True, 1))

adamw_step.mistake(
    "WD-INM",
    name="the decay is in the average m and in the step",
    sees="v agrees; m differs at the first step, and the step has the decay besides.",
    question="In how many of your lines does wd appear?",
)(_l2(True, False, 1))

adamw_step.mistake(
    "WD-INSIDE",
    name="the decay stands in the numerator, and is divided along with m_hat",
    sees="m and v agree; a weight with large gradients hardly decays.",
    question="Which part of your fraction should be divided by sqrt(v_hat), and which should not?",
)(
    lambda w, grad, m, v, t, lr, beta1, beta2, eps, wd: _with(
        follow=lambda m_hat, v_hat, eps, g: (m_hat + wd * w) / (np.sqrt(v_hat) + eps),
        move=lambda w, u, lr, wd: w - lr * u,
    )(w, grad, m, v, t, lr, beta1, beta2, eps, wd)
)

adamw_step.mistake(
    "WD-NOLR",
    name="the decay is not multiplied by lr",
    sees="m and v agree; each move holds wd * w in full, so the weights shrink 1 / lr times too fast.",
    question="If lr falls to zero, should the weights still shrink? This is the paper's form: which one is "
    "asked?",
)(_with(move=lambda w, u, lr, wd: w - lr * u - wd * w))

adamw_step.mistake(
    "WD-PLUS",
    name="the decay makes the weights grow",
    sees="m and v agree; the decay has the wrong sign.",
    question="Let the gradient be zero. Does w come nearer to zero in your line?",
)(_with(move=lambda w, u, lr, wd: w - lr * (u - wd * w)))

adamw_step.mistake(
    "WD-AFTER",
    name="the decay uses the w from after the step",
    sees="m and v agree; w is off by lr * wd times the step, a small number.",
    question="Two lines change w. What does the second one find, and what should it find?",
)(_with(move=lambda w, u, lr, wd: (w - lr * u) * (1 - lr * wd)))

adamw_step.mistake(
    "WD-NONE",
    name="nothing decays: this is Adam",
    sees="m and v agree, and w makes Adam's step.",
    question="Where does the argument wd appear in your lines?",
)(_with(move=lambda w, u, lr, wd: w - lr * u))

adamw_step.mistake(
    "WD-LR2",
    name="lr is in the decay twice",
    sees="m and v agree; the weights shrink by lr * lr * wd.",
    question="Take the bracket away. How often does lr multiply wd * w?",
)(_with(move=lambda w, u, lr, wd: w - lr * (u + lr * wd * w)))

adamw_step.mistake(
    "WD-SIGN",
    name="every weight decays by the same amount, as with L1",
    sees="m and v agree; the decay holds the sign of w and not its size.",
    question="By which share should a weight of 3 shrink, and by which a weight of 0.5?",
)(_with(move=lambda w, u, lr, wd: w - lr * (u + wd * np.sign(w))))

adamw_step.mistake(
    "WD-SQ",
    name="the decay holds the square of w",
    sees="m and v agree; negative weights grow in size.",
    question="Towards which side should a negative weight be pulled?",
)(_with(move=lambda w, u, lr, wd: w - lr * (u + wd * w**2)))

adamw_step.mistake(
    "WD-TWO",
    name="the decay is twice as strong",
    sees="m and v agree; a factor of 2 stands in the decay.",
    question="The decay is no gradient of a loss here. Where does your 2 come from?",
)(_with(move=lambda w, u, lr, wd: w - lr * (u + 2 * wd * w)))

adamw_step.mistake(
    "WD-TIMES",
    name="the decay shrinks the step, not the weights",
    sees="m and v agree; each step is shorter by lr * wd, and w is not.",
    question="What does 1 - lr * wd multiply in your line?",
)(_with(move=lambda w, u, lr, wd: w - lr * u * (1 - lr * wd)))

adamw_step.mistake(
    "WD-SHARE",
    name="the weights are multiplied by wd instead of by what is left",
    sees="m and v agree; w falls to a fraction at once.",
    question="At wd 0 the weights should stay. What does your factor do at wd 0?",
)(_with(move=lambda w, u, lr, wd: lr * wd * w - lr * u))

adamw_step.mistake(
    "WD-SGD",
    name="this is gradient descent with decay: m and v are kept and not used",
    sees="m and v agree; each weight moves in proportion to its gradient.",
    question="m_hat and v_hat are computed for whom?",
)(_with(follow=lambda m, v, eps, g: g))

adamw_step.mistake(
    "WD-GRADIENT",
    name="wd multiplies the gradient, not the weight",
    sees="m and v agree; the weights do not shrink, and large gradients count twice.",
    question="Let the gradient be zero. What should still happen to w?",
)(
    lambda w, grad, m, v, t, lr, beta1, beta2, eps, wd: (
        _with(move=lambda w, u, lr, wd: w - lr * (u + wd * grad))(
            w, grad, m, v, t, lr, beta1, beta2, eps, wd
        )
    )
)

adamw_step.mistake(
    "WD-NOW",
    name="the decay does not hold w",
    sees="m and v agree; every weight is moved down by lr * wd, a negative one away from zero.",
    question="How much should a weight of 0 decay?",
)(_with(move=lambda w, u, lr, wd: w - lr * (u + wd)))

adamw_step.mistake(
    "WD-POWER",
    name="the decay of all t steps is taken in one",
    sees="m, v and the first w agree; from the second step on the weights shrink too fast.",
    question="The w that you are given has decayed t - 1 times already. How often should this step do it?",
)(
    lambda w, grad, m, v, t, lr, beta1, beta2, eps, wd: (
        _with(move=lambda w, u, lr, wd: w * (1 - lr * wd) ** t - lr * u)(
            w, grad, m, v, t, lr, beta1, beta2, eps, wd
        )
    )
)

adamw_step.mistake(
    "ADM-SIGNSTEP",
    name="only the sign of m_hat is followed",
    sees="m and v agree; every weight moves by lr, sure or unsure.",
    question="What does v_hat tell that a sign does not?",
)(_with(follow=lambda m, v, eps, g: np.sign(m)))

adamw_step.mistake(
    "ADM-NOBC",
    name="there is no bias correction",
    sees="m and v agree; the first moves are too long or too short, later ones nearly right.",
    question="After one step, which share of the gradient is in m, and which share of its square in v?",
)(_with(correct=lambda m, v, t, b1, b2: (m, v)))

adamw_step.mistake(
    "ADM-NOBCM",
    name="m is not corrected",
    sees="m and v agree; Adam's part of the first move is (1 - beta1) times the expected one.",
    question="Two averages start at zero. Which of them do you correct?",
)(_with(correct=lambda m, v, t, b1, b2: (m, v / (1 - b2**t))))

adamw_step.mistake(
    "ADM-NOBCV",
    name="v is not corrected",
    sees="m and v agree; the first moves are too long.",
    question="Two averages start at zero. Which of them do you correct?",
)(_with(correct=lambda m, v, t, b1, b2: (m / (1 - b1**t), v)))

adamw_step.mistake(
    "ADM-TM1",
    name="the correction uses t - 1",
    sees="The first step divides by zero.",
    question="t counts from 1 here. What is 1 - beta1**t at the first step, and what is yours?",
)(
    _with(
        correct=lambda m, v, t, b1, b2: (
            m / np.float64(1 - b1 ** (t - 1)),
            v / np.float64(1 - b2 ** (t - 1)),
        )
    )
)

adamw_step.mistake(
    "ADM-TP1",
    name="the correction uses t + 1",
    sees="m and v agree; the correction is one step ahead, so the first move is not lr long.",
    question="t counts from 1 here. What is 1 - beta1**t at the first step, and what is yours?",
)(_with(correct=lambda m, v, t, b1, b2: (m / (1 - b1 ** (t + 1)), v / (1 - b2 ** (t + 1)))))

adamw_step.mistake(
    "ADM-TFROZEN",
    name="the correction is always that of the first step",
    sees="The first step agrees; from the second on, m_hat and v_hat are too large.",
    question="Where does t appear in your lines?",
)(_with(correct=lambda m, v, t, b1, b2: (m / (1 - b1), v / (1 - b2))))

adamw_step.mistake(
    "ADM-BCTIMES",
    name="beta is multiplied by t instead of raised to it",
    sees="The first step agrees; from the second on the correction is wrong, and soon negative.",
    question="After t steps, which share of the zero that m began with is left?",
)(
    _with(
        correct=lambda m, v, t, b1, b2: (m / np.float64(1 - b1 * t), v / np.float64(1 - b2 * t)),
    )
)

adamw_step.mistake(
    "ADM-BCSQ",
    name="beta is squared instead of raised to t",
    sees="Only the second step agrees.",
    question="In 1 - beta**t, what changes from step to step?",
)(_with(correct=lambda m, v, t, b1, b2: (m / (1 - b1**2), v / (1 - b2**2))))

adamw_step.mistake(
    "ADM-BCSWAP",
    name="m is corrected with beta2, and v with beta1",
    sees="m and v agree; both corrections are those of the other one.",
    question="Which beta decides how slowly m forgets its zero?",
)(_with(correct=lambda m, v, t, b1, b2: (m / (1 - b2**t), v / (1 - b1**t))))

adamw_step.mistake(
    "ADM-BCMUL",
    name="the correction multiplies where it should divide",
    sees="m and v agree; the averages are made smaller still.",
    question="m starts at zero and is too small at first. Which way must the correction push it?",
)(_with(correct=lambda m, v, t, b1, b2: (m * (1 - b1**t), v * (1 - b2**t))))

adamw_step.mistake(
    "ADM-STOREHAT",
    name="the corrected averages are returned",
    sees="The first w agrees; m and v come back larger, and the next call corrects them once more.",
    question="The next step goes on from m. Should it find the average, or the corrected one?",
)(_with(back=lambda w, m, v, m_hat, v_hat, old: (w, m_hat, v_hat)))

adamw_step.mistake(
    "ADM-EPSIN",
    name="eps stands inside the root",
    sees="m and v agree; where the gradient is small the move is too short.",
    question="Other books write it so. In the form asked for here, which comes first, the root or eps?",
)(_with(follow=lambda m, v, eps, g: m / np.sqrt(v + eps)))

adamw_step.mistake(
    "ADM-EPSIN2",
    name="the square of eps stands inside the root",
    sees="m and v agree; with a zero gradient all is right, elsewhere eps counts for less.",
    question="Is sqrt(a + b) the same as sqrt(a) + sqrt(b)?",
)(_with(follow=lambda m, v, eps, g: m / np.sqrt(v + eps**2)))

adamw_step.mistake(
    "ADM-PREC",
    name="eps is added to the quotient, not to the root",
    sees="m and v agree; a weight without gradient drifts by lr * eps in every step.",
    question="In which order does Python work through a / b + c?",
)(
    _with(
        follow=lambda m, v, eps, g: np.divide(m, np.sqrt(v), out=np.zeros_like(m), where=v > 0) + eps
    )
)


@adamw_step.mistake("ADM-PREC")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * (m_hat / np.sqrt(v_hat) + eps + wd * w), m, v


adamw_step.mistake(
    "ADM-NOEPS",
    name="eps is not used",
    sees="Where no gradient has been seen yet, w becomes nan: 0 / 0.",
    question="What stands in the divisor of a weight whose gradients were all zero?",
)(_with(follow=lambda m, v, eps, g: m / np.sqrt(v)))


@adamw_step.mistake(
    "ADM-EPSHAT",
    name="eps is added before v is corrected, the eps-hat form",
    sees="m and v agree; eps counts for more at first, and for the same in the long run.",
    question="The paper names this form too. Which of sqrt(v) and sqrt(v_hat) stands beside eps here?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    rate = np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - lr * (rate * m / (np.sqrt(v) + eps) + wd * w), m, v


@adamw_step.mistake(
    "ADM-EPSSCALE",
    name="eps is corrected along with v",
    sees="m and v agree; eps is divided by the root of 1 - beta2**t, or by all of it.",
    question="Which terms stand under your correction, and which ones should?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    return w - lr * (m_hat / (np.sqrt(v / (1 - beta2**t)) + eps / (1 - beta2**t)) + wd * w), m, v


@adamw_step.mistake("ADM-EPSSCALE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    return w - lr * (m_hat / (np.sqrt(v / (1 - beta2**t)) + lr * eps) + wd * w), m, v


adamw_step.mistake(
    "ADM-NOSQRT",
    name="the root is missing",
    sees="m and v agree; small gradients make huge moves.",
    question="If all gradients were ten times larger, what should happen to the step?",
)(_with(follow=lambda m, v, eps, g: m / (v + eps)))


@adamw_step.mistake(
    "ADM-SQRTFIRST",
    name="the root is taken before the correction",
    sees="m and v agree; sqrt(v) is divided by 1 - beta2**t instead of by its root.",
    question="Is v_hat under the root, or only v?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    return w - lr * (m_hat / (np.sqrt(v) / (1 - beta2**t) + eps) + wd * w), m, v


adamw_step.mistake(
    "ADM-MUL",
    name="it multiplies by the root where it should divide",
    sees="m and v agree; large gradients make moves that grow with their square.",
    question="If all gradients were ten times larger, what should happen to the step?",
)(_with(follow=lambda m, v, eps, g: m * (np.sqrt(v) + eps)))

adamw_step.mistake(
    "ADM-NOLR",
    name="Adam's part of the step is not multiplied by lr",
    sees="m and v agree; the decay is right, the rest of each move is 1 / lr times too long.",
    question="Where is the bracket that lr multiplies?",
)(_with(move=lambda w, u, lr, wd: w - u - lr * wd * w))

adamw_step.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="m and v agree; each move is 1 / lr times the expected one.",
    question="If lr is halved, what should happen to the move, and what happens in your lines?",
)(_with(move=lambda w, u, lr, wd: w - (u + wd * w)))


@adamw_step.mistake(
    "ADM-BSWAP",
    name="beta1 and beta2 have changed places",
    sees="m takes in the share that belongs to v, and the other way round.",
    question="Which of the two averages has the longer memory, and which beta is the larger one?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    return _with()(w, grad, m, v, t, lr, beta2, beta1, eps, wd)


adamw_step.mistake(
    "ADM-FLIPM",
    name="in m, beta1 and 1 - beta1 have changed places",
    sees="m takes in beta1 of the new gradient, and v agrees.",
    question="If beta1 is 0, what should be left of the old m?",
)(_with(m=lambda m, g, b: (1 - b) * m + b * g))

adamw_step.mistake(
    "ADM-FLIPV",
    name="in v, beta2 and 1 - beta2 have changed places",
    sees="m agrees; v takes in beta2 of the new square.",
    question="If beta2 is near 1, does v change fast or slowly?",
)(_with(v=lambda v, g, b, m: (1 - b) * v + b * g**2))

adamw_step.mistake(
    "ADM-FLIPBOTH",
    name="in m and in v, beta and 1 - beta have changed places",
    sees="Both averages take in beta of what is new.",
    question="If beta is 0, what should be left of the old average?",
)(_with(m=lambda m, g, b: (1 - b) * m + b * g, v=lambda v, g, b, m: (1 - b) * v + b * g**2))

adamw_step.mistake(
    "ADM-NOM",
    name="the step follows the gradient instead of m_hat",
    sees="m and v agree, and so does the first w; after it the momentum is missing.",
    question="m is computed. Which of your lines uses it?",
)(_with(follow=lambda m, v, eps, g: g / (np.sqrt(v) + eps)))

adamw_step.mistake(
    "ADM-MSUM",
    name="m adds the whole gradient",
    sees="m is a sum that fades, 1 / (1 - beta1) times too large.",
    question="An average of equal numbers is that number. What is your m after many gradients of 1?",
)(_with(m=lambda m, g, b: b * m + g))

adamw_step.mistake(
    "ADM-VSUM",
    name="v adds the whole square",
    sees="m agrees; v is a sum that fades, 1 / (1 - beta2) times too large.",
    question="An average of equal numbers is that number. What is your v after many gradients of 1?",
)(_with(v=lambda v, g, b, m: b * v + g**2))

adamw_step.mistake(
    "ADM-VADAGRAD",
    name="v never forgets, as in Adagrad",
    sees="m agrees; v only grows.",
    question="Which share of the old v is kept in your line?",
)(_with(v=lambda v, g, b, m: v + g**2))

adamw_step.mistake(
    "ADM-VG",
    name="v averages the gradient, not its square",
    sees="m agrees; v becomes negative where gradients are, and its root nan.",
    question="What has to happen to a negative gradient before it goes under a root?",
)(_with(v=lambda v, g, b, m: b * v + (1 - b) * g))

adamw_step.mistake(
    "ADM-VABS",
    name="v averages sizes, not squares",
    sees="m agrees; v holds |grad| where its square belongs.",
    question="A root is still to come. What unit must v have, so that its root is a gradient?",
)(_with(v=lambda v, g, b, m: b * v + (1 - b) * np.abs(g)))

adamw_step.mistake(
    "ADM-VNORM",
    name="v is one number for all weights",
    sees="m agrees; v holds the squared length of the whole gradient in every place.",
    question="What is the point of v: one rate for all, or one for each weight?",
)(_with(v=lambda v, g, b, m: b * v + (1 - b) * np.sum(g**2)))

adamw_step.mistake(
    "ADM-VMEAN",
    name="v is one average for all weights",
    sees="m agrees; v holds the mean of the squares in every place.",
    question="What is the point of v: one rate for all, or one for each weight?",
)(_with(v=lambda v, g, b, m: b * v + (1 - b) * np.sum(g**2) / max(g.size, 1)))

adamw_step.mistake(
    "ADM-VCENTRED",
    name="v averages the distance from m, as in AdaBelief",
    sees="m agrees; v is too small where gradients are steady.",
    question="What is squared in the rule: the gradient, or how far it is from m?",
)(_with(v=lambda v, g, b, m: b * v + (1 - b) * (g - m) ** 2))

adamw_step.mistake(
    "ADM-VM",
    name="v averages the square of m",
    sees="m agrees; v holds the square of the averaged gradient.",
    question="What is squared in the rule: the gradient, or its average?",
)(_with(v=lambda v, g, b, m: b * v + (1 - b) * m**2))

adamw_step.mistake(
    "ADM-VPREC",
    name="1 - beta2 is squared along with the gradient",
    sees="m agrees; v takes in (1 - beta2)**2 of the new square.",
    question="Where do the brackets of your square begin?",
)(_with(v=lambda v, g, b, m: b * v + ((1 - b) * g) ** 2))


@adamw_step.mistake(
    "ADM-VAFTER",
    name="the step uses the v from before the update",
    sees="m and v agree; the first step divides by eps alone.",
    question="When w moves, has the new gradient reached v yet?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    new_m = beta1 * m + (1 - beta1) * grad
    follow = new_m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * (follow + wd * w), new_m, beta2 * v + (1 - beta2) * grad**2


@adamw_step.mistake(
    "ADM-MAFTER",
    name="the step uses the m from before the update",
    sees="m and v agree; the first step only decays.",
    question="When w moves, has the new gradient reached m yet?",
)
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    v = beta2 * v + (1 - beta2) * grad**2
    follow = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * (follow + wd * w), beta1 * m + (1 - beta1) * grad, v


adamw_step.mistake(
    "ADM-SIGN",
    name="Adam's part of the step goes uphill",
    sees="m and v agree; the decay is right, and the rest has its sign turned.",
    question="m_hat points uphill. On which side of it do you want to go?",
)(_with(move=lambda w, u, lr, wd: w + lr * u - lr * wd * w))

adamw_step.mistake(
    "GD-SIGN",
    name="the whole step is added instead of taken away",
    sees="m and v agree; w climbs, and grows besides.",
    question="Gradient and decay both point away from where you want to be. What sign stands before lr?",
)(_with(move=lambda w, u, lr, wd: w + lr * (u + wd * w)))

adamw_step.mistake(
    "ADM-RESET",
    name="the old averages are not used",
    sees="The first step agrees; after it m and v know only the last gradient.",
    question="Do the m and v that you were given appear on the right-hand side of any line?",
)(_with(m=lambda m, g, b: (1 - b) * g, v=lambda v, g, b, m: (1 - b) * g**2))

adamw_step.mistake(
    "ADM-OLDRETURN",
    name="w is right, but the m and v that come back are the old ones",
    sees="The averages are still what they were before the call.",
    question="The next call gets the m and v that you return. Which ones does it need?",
)(_with(back=lambda w, m, v, m_hat, v_hat, old: (w, old[1].copy(), old[2].copy())))

adamw_step.mistake(
    "ADM-SWAP",
    name="m and v come back in the wrong order",
    sees="What stands second is v, and what stands third is m.",
    question="In which order does the exercise name what it wants back?",
)(_with(back=lambda w, m, v, m_hat, v_hat, old: (w, v, m)))

adamw_step.mistake(
    "ADM-WLAST",
    name="w stands last instead of first",
    sees="The averages come first, and w comes after them.",
    question="In which order does the exercise name what it wants back?",
)(_with(back=lambda w, m, v, m_hat, v_hat, old: (m, v, w)))

adamw_step.mistake(
    "ADM-RETURNSDELTA",
    name="it returns the move, not the new w",
    sees="m and v agree; what stands first is small and forgets where w was.",
    question="After the call, where are the weights? Does your first result say that?",
)(_with(move=lambda w, u, lr, wd: -lr * (u + wd * w)))

adamw_step.mistake("ADM-RETURNSDELTA")(_with(move=lambda w, u, lr, wd: lr * (u + wd * w)))

adamw_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)(_with(back=lambda w, m, v, m_hat, v_hat, old: (w.astype(old[0].dtype), m, v)))


@adamw_step.mistake("GD-INT")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    new_w, m, v = _with()(w, grad, m, v, t, lr, beta1, beta2, eps, wd)
    moved = w.copy()
    moved -= w - new_w
    return moved, m, v


@adamw_step.mistake("GD-INT")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    new_w, new_m, new_v = _with()(w, grad, m, v, t, lr, beta1, beta2, eps, wd)
    kept = np.zeros_like(m)
    kept += new_m
    return new_w, kept, new_v


@adamw_step.mistake("GD-INPLACE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    results = _with()(w, grad, m, v, t, lr, beta1, beta2, eps, wd)
    if w.dtype.kind == "f":
        w *= 1 - lr * wd
    return results


@adamw_step.mistake("GD-INPLACE")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    m, v = (m, v) if m.dtype.kind == "f" else (m.astype(float), v.astype(float))
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * grad**2
    follow = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * (follow + wd * w), m.copy(), v.copy()


@adamw_step.mistake("GD-ALIAS")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd):
    w, m, v = _with()(w, grad, m, v, t, lr, beta1, beta2, eps, wd)
    return w, grad if beta1 == 0 else m, v


@adamw_step.mistake("MOM-CLASSVAR")
def _(w, grad, m, v, t, lr, beta1, beta2, eps, wd, kept=[]):  # noqa: B006
    kept.append(t)
    return _with()(w, grad, m, v, len(kept), lr, beta1, beta2, eps, wd)


# 08.3


@exercise(
    "08.3",
    "Which tensors decay",
    returns=("decay", "no_decay"),
    hints=(
        "Names can mislead: a norm has a `weight` too. What else do you know of each tensor?",
        "Matrices and convolution kernels mix many inputs, and large entries there make a net touchy. Biases "
        "and scales are vectors or single numbers, one entry for each output, and are left alone.",
        "Walk through shapes.items(). len(shape) is the number of dimensions: two or more decay. Each name "
        "goes on exactly one of two lists.",
        "The same shape in another story, parcels that go by van once they have three sides to measure:\n"
        "    van, post = [], []\n"
        "    for name, sides in parcels.items():\n"
        "        (van if len(sides) >= 3 else post).append(name)\n"
        "    return van, post",
    ),
    after="Worth keeping: these two lists become the two parameter groups of the optimizer.",
)
def decay_groups(shapes):
    """Split a net's tensors into those that decay and those that do not.

    shapes is a dict from a tensor's name to its shape, a tuple. A tensor decays if
    it has two or more dimensions; vectors and single numbers, of shape (n,) and
    (), do not. Return (decay, no_decay): two lists of names, each in the order in
    which shapes gives them; a list may be empty.

    >>> decay_groups({"fc.weight": (8, 3), "fc.bias": (8,), "scale": ()})
    (['fc.weight'], ['fc.bias', 'scale'])
    """
    decay, no_decay = [], []
    for name, shape in shapes.items():
        if len(shape) >= 2:
            decay.append(name)
        else:
            no_decay.append(name)
    return decay, no_decay


_NET = {
    "norm.weight": (16,),
    "conv.kernel": (8, 3, 5, 5),
    "conv.bias": (8,),
    "fc.weight": (16, 8),
    "fc.bias": (16,),
    "embedding": (100, 16),
    "attention.bias": (4, 1),
    "gain": (1,),
    "temperature": (),
    "stack": (2, 3, 4),
}


@decay_groups.probe("three nets")
def _(split):
    turned = dict(reversed(_NET.items()))
    small = {"b": (3,), "W": (3, 1), "a": (), "V": (1, 1)}
    for label, shapes in (("a net", _NET), ("the net in reverse order", turned), ("a small net", small)):
        decay, no_decay = split(shapes)
        yield Seen(label, "decay", decay)
        yield Seen(label, "no_decay", no_decay)


@decay_groups.probe("a list that stays empty")
def _(split):
    for label, shapes in (
        ("matrices only", {"A": (2, 2), "B": (3, 2)}),
        ("vectors only", {"b": (2,), "c": (3,)}),
        ("no tensor", {}),
    ):
        decay, no_decay = split(shapes)
        yield Seen(label, "decay", decay)
        yield Seen(label, "no_decay", no_decay)


def _split_by(decays, keep=lambda name, shape: True):
    def answer(shapes):
        kept = {name: shape for name, shape in shapes.items() if keep(name, shape)}
        return (
            [name for name, shape in kept.items() if decays(name, shape)],
            [name for name, shape in kept.items() if not decays(name, shape)],
        )

    return answer


decay_groups.mistake(
    "WD-BIAS",
    name="everything decays, biases and scales too",
    sees="All names are on the first list.",
    question="What does a norm do to the net when its scale is pulled to zero?",
)(_split_by(lambda name, shape: True))

decay_groups.mistake(
    "GROUP-NONE",
    name="nothing decays",
    sees="All names are on the second list.",
    question="Which tensors shall the decay keep small?",
)(_split_by(lambda name, shape: False))

decay_groups.mistake(
    "GROUP-SWAP",
    name="the two lists have changed places",
    sees="Biases and scales stand first, matrices second.",
    question="In which order does the exercise name what it wants back?",
)(_split_by(lambda name, shape: len(shape) < 2))

decay_groups.mistake(
    "GROUP-NOBIAS",
    name="everything decays that is not called bias",
    sees="The scale of the norm decays, and a bias of two dimensions does not.",
    question="Which of your tensors is a vector, and has no bias in its name?",
)(_split_by(lambda name, shape: "bias" not in name))

decay_groups.mistake(
    "GROUP-WEIGHT",
    name="everything decays that is called weight",
    sees="The scale of the norm decays; the kernel and the embedding do not.",
    question="Is every tensor with weight in its name a matrix?",
)(_split_by(lambda name, shape: "weight" in name))

decay_groups.mistake(
    "GROUP-BIASNORM",
    name="everything decays that is not called bias or norm",
    sees="gain and temperature decay, which are no matrices.",
    question="What would your names say about a net that somebody else has named?",
)(_split_by(lambda name, shape: "bias" not in name and "norm" not in name))

decay_groups.mistake(
    "GROUP-BOTH",
    name="only what is called weight and has two dimensions decays",
    sees="The convolution kernel and the embedding are on the second list.",
    question="What would your names say about a net that somebody else has named?",
)(_split_by(lambda name, shape: "weight" in name and len(shape) >= 2))

decay_groups.mistake(
    "GROUP-TWO",
    name="only tensors of exactly two dimensions decay",
    sees="The convolution kernel, of four dimensions, is on the second list.",
    question="How many dimensions does a kernel have, and is it a weight?",
)(_split_by(lambda name, shape: len(shape) == 2))

decay_groups.mistake(
    "GROUP-MORE",
    name="matrices do not decay, only tensors of three and more dimensions",
    sees="The matrix fc.weight is on the second list.",
    question="Two or more: does your comparison let 2 through?",
)(_split_by(lambda name, shape: len(shape) > 2))

decay_groups.mistake(
    "GROUP-ONE",
    name="vectors decay too",
    sees="Only the tensor without dimensions is left on the second list.",
    question="How many dimensions does a bias of shape (16,) have?",
)(_split_by(lambda name, shape: len(shape) >= 1))

decay_groups.mistake(
    "GROUP-NOTONE",
    name="a single number decays like a matrix",
    sees="Vectors are left alone, and the tensor of shape () is on the first list.",
    question="How many dimensions does () have, and is that two or more?",
)(_split_by(lambda name, shape: len(shape) != 1))

decay_groups.mistake(
    "GROUP-SIZE",
    name="it counts entries, not dimensions",
    sees="Every vector with more than one entry decays.",
    question="A bias of shape (16,) has 16 entries. Along how many axes?",
)(_split_by(lambda name, shape: int(np.prod(shape)) > 1))

decay_groups.mistake(
    "GROUP-WIDE",
    name="axes of length 1 do not count",
    sees="A tensor of shape (4, 1) is taken for a vector.",
    question="How many dimensions has an array of shape (4, 1)?",
)(_split_by(lambda name, shape: sum(n > 1 for n in shape) >= 2))

decay_groups.mistake(
    "GROUP-LOST",
    name="tensors without dimensions are on neither list",
    sees="The single number temperature has vanished, so no optimizer would train it.",
    question="Count the names that come back. Are they as many as went in?",
)(_split_by(lambda name, shape: len(shape) >= 2, keep=lambda name, shape: len(shape) >= 1))


@decay_groups.mistake(
    "GROUP-SORTED",
    name="the names are sorted",
    sees="Each list holds the right names in the order of the alphabet.",
    question="In which order does the net give its tensors, and who relies on it?",
)
def _(shapes):
    decay, no_decay = _split_by(lambda name, shape: len(shape) >= 2)(shapes)
    return sorted(decay), sorted(no_decay)


@decay_groups.mistake(
    "GROUP-SHAPES",
    name="the lists hold shapes, not names",
    sees="Tuples come back where names are asked for.",
    question="What do you get when you walk through shapes.values(), and what through shapes.items()?",
)
def _(shapes):
    return (
        [shape for shape in shapes.values() if len(shape) >= 2],
        [shape for shape in shapes.values() if len(shape) < 2],
    )


@decay_groups.mistake(
    "GROUP-ALL",
    name="the second list holds all names",
    sees="What decays is on both lists, so the optimizer would step it twice.",
    question="On how many of the two lists should each name stand?",
)
def _(shapes):
    return [name for name, shape in shapes.items() if len(shape) >= 2], list(shapes)


@decay_groups.mistake(
    "GROUP-DICTS",
    name="two dicts come back, where two lists of names are asked for",
    sees="The right tensors are in each, together with their shapes.",
    question="What does list(...) make of a dict?",
)
def _(shapes):
    return (
        {name: shape for name, shape in shapes.items() if len(shape) >= 2},
        {name: shape for name, shape in shapes.items() if len(shape) < 2},
    )


@decay_groups.mistake(
    "GROUP-PAIRS",
    name="the lists hold names together with shapes",
    sees="Pairs come back where names are asked for.",
    question="shapes.items() gives two things at a time. Which of them belongs on a list?",
)
def _(shapes):
    return (
        [(name, shape) for name, shape in shapes.items() if len(shape) >= 2],
        [(name, shape) for name, shape in shapes.items() if len(shape) < 2],
    )


@decay_groups.mistake("GD-INPLACE")
def _(shapes):
    vectors = [name for name, shape in shapes.items() if len(shape) < 2]
    for name in vectors:
        shapes.pop(name)
    return list(shapes), vectors
