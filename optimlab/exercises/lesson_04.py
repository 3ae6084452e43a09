"""Exercises of lesson 04: momentum and Nesterov."""

import math

import numpy as np

from .parts import exercise
from .probing import GRADS, START, VELOCITY, other_shapes, run_of_steps
from .trace import Counted, Seen

# 04.1


@exercise(
    "04.1",
    "One step with momentum",
    returns=("w", "velocity"),
    hints=(
        "Two things come back. Which of them has to be known before the other can be computed?",
        "The velocity is a running sum of gradients that fades: each step keeps a share `momentum` of it and "
        "adds "
        "the whole new gradient. The weights then follow the velocity, not the gradient.",
        "Two lines: velocity = (a share of velocity) + (the gradient); w = w - lr * (which velocity?). "
        "Make new arrays with `=`; `+=` would write into the caller's.",
        "The same shape in another story, a bank account that keeps a share of its balance each month:\n"
        "    balance = keep * balance + deposit\n"
        "    debt = debt - rate * balance\n"
        "    return debt, balance",
    ),
    after="Worth keeping: a gradient of 1, once, moves you by lr now and by lr / (1 - momentum) in the long "
    "run.",
)
def momentum_step(w, grad, velocity, lr, momentum):
    """Take one step of gradient descent with momentum, in PyTorch's form.

    w, grad and velocity are arrays of one shape, any shape; velocity starts as
    zeros. lr > 0, 0 <= momentum < 1. The new velocity is momentum times the old
    one plus the gradient; w moves against the new velocity by lr. Return
    (w, velocity), two new arrays; the arguments stay as they are.

    >>> one, two, ten = np.array([1.0]), np.array([2.0]), np.array([10.0])
    >>> momentum_step(one, two, ten, lr=0.1, momentum=0.5)
    (array([0.3]), array([7.]))
    """
    velocity = momentum * velocity + grad
    w = w - lr * velocity
    return w, velocity


def _probe_steps(exercise):
    @exercise.probe("two runs of five steps, and momentum 0")
    def _(step):
        zero = np.zeros(4)
        yield from run_of_steps(step, "run 1, ", START, GRADS, [zero], ["velocity"], lr=0.1, momentum=0.9)
        yield from run_of_steps(
            step, "run 2, ", START, GRADS, [VELOCITY], ["velocity"], lr=0.05, momentum=0.5
        )
        yield from run_of_steps(
            step, "momentum 0, ", START, GRADS[:2], [zero], ["velocity"], lr=0.1, momentum=0.0
        )

    @exercise.probe("whole numbers as a start")
    def _(step):
        whole, zero = np.array([1, -2, 0, 3]), np.zeros(4, int)
        yield from run_of_steps(step, "", whole, GRADS[:3], [zero], ["velocity"], lr=0.1, momentum=0.9)

    @exercise.probe("float32")
    def _(step):
        start, grads, velocity = (array.astype(np.float32) for array in (START, GRADS[:4], VELOCITY))
        yield from run_of_steps(step, "", start, grads, [velocity], ["velocity"], lr=0.1, momentum=0.9)

    @exercise.probe("other shapes", lenient=True)
    def _(step):
        for label, start, grads in other_shapes():
            zero = np.zeros_like(start)
            yield from run_of_steps(
                step, f"{label}, ", start, grads, [zero], ["velocity"], lr=0.1, momentum=0.9
            )


_probe_steps(momentum_step)


@momentum_step.mistake(
    "GD-SIGN",
    name="it walks uphill",
    sees="Every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w + lr * velocity, velocity


@momentum_step.mistake(
    "MOM-EMA",
    name="only a part of the gradient enters the velocity, as in an average",
    sees="From a velocity of zero, both velocity and move are (1 - momentum) times the expected ones.",
    question="This is the averaged form, and other books use it. How much of the new gradient does this form "
    "add?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-SCALED",
    name="the step is made smaller by (1 - momentum)",
    sees="The velocity is right, and each move is (1 - momentum) times the expected one.",
    question="In this form the velocity may grow to many gradients. Does anything shrink it again before the "
    "step?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (1 - momentum) * velocity, velocity


@momentum_step.mistake(
    "MOM-FLIP",
    name="momentum and 1 - momentum have changed places",
    sees="At momentum 0.9 the velocity forgets nearly everything after one step; at momentum 0 nothing "
    "moves.",
    question="If momentum is 0, what should be left of the old velocity, and what of the gradient?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = (1 - momentum) * velocity + momentum * grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-MISPLACED",
    name="momentum multiplies the gradient, not the old velocity",
    sees="The velocity never fades, and at momentum 0 nothing moves at all.",
    question="Which of the two should fade with time: what you remember, or what you measured now?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = velocity + momentum * grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-OLDV",
    name="the step uses the velocity from before the update",
    sees="The first step from rest does not move, and every later move is one step late.",
    question="When w moves, has the new gradient reached the velocity yet?",
)
def _(w, grad, velocity, lr, momentum):
    return w - lr * velocity, momentum * velocity + grad


@momentum_step.mistake(
    "MOM-OLDRETURN",
    name="w is right, but the velocity that comes back is the old one",
    sees="The first w agrees; the velocity is still what it was before the call.",
    question="The next call gets the velocity that you return. Which one does it need?",
)
def _(w, grad, velocity, lr, momentum):
    new = momentum * velocity + grad
    return w - lr * new, velocity.copy()


@momentum_step.mistake(
    "MOM-VSIGN",
    name="the gradient enters the velocity with a minus, and the step subtracts once more",
    sees="From rest, velocity and moves are the expected ones with their signs turned: it climbs.",
    question="Two minus signs meet on the way from the gradient to w. How many should there be?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity - grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-LR2",
    name="the learning rate is used twice",
    sees="It enters the velocity and the step, so at lr 0.1 a first move is a tenth of the expected one.",
    question="Follow one gradient from the argument into w. How often is it multiplied by lr?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + lr * grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-LRIN",
    name="the learning rate is inside the velocity",
    sees="As long as lr stays the same and the velocity starts at zero, w agrees; the velocity is lr times "
    "ours.",
    question="This is the older form. If a schedule halves lr tomorrow, which form slows down at once?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + lr * grad
    return w - velocity, velocity


@momentum_step.mistake(
    "MOM-KERAS",
    name="the velocity holds minus lr times the gradient, as in Keras",
    sees="As long as lr stays the same and the velocity starts at zero, w agrees; the velocity is -lr times "
    "ours.",
    question="That form is right in its own book. What does the velocity hold in the form asked for here?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity - lr * grad
    return w + velocity, velocity


@momentum_step.mistake(
    "MOM-NODECAY",
    name="the velocity never fades",
    sees="With equal gradients the moves would grow as 1, 2, 3, ... and never level off.",
    question="What is the argument momentum for, and where is it used?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = velocity + grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-RESET",
    name="the old velocity is not used",
    sees="From rest the first step is right; after it every move is a plain gradient step.",
    question="Does the velocity that you were given appear on the right-hand side of any line?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = grad * 1.0
    return w - lr * velocity, velocity


@momentum_step.mistake("MOM-RESET")
def _(w, grad, velocity, lr, momentum):
    velocity = np.zeros_like(w, dtype=float)
    velocity = momentum * velocity + grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-NONE",
    name="the velocity does nothing: this is plain gradient descent",
    sees="Each move is lr times the gradient, and the velocity that comes back is the one that came in.",
    question="Which line of yours changes the velocity, and which one uses it?",
)
def _(w, grad, velocity, lr, momentum):
    return w - lr * grad, velocity * 1.0


@momentum_step.mistake(
    "MOM-FORGETS",
    name="the velocity that comes back is zero",
    sees="Each w is right for the velocity it got, but the next call is given zeros.",
    question="Between two calls nobody but you keeps the velocity. What do you hand back?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * velocity, velocity * 0.0


@momentum_step.mistake(
    "MOM-NOUSE",
    name="the velocity is kept, but w follows the gradient",
    sees="The velocity agrees at the first step; w makes plain gradient steps.",
    question="Which of the two arrays on the right-hand side of w's line was computed for this line?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * grad, velocity


@momentum_step.mistake(
    "MOM-NAG",
    name="this is Nesterov's step, not heavy ball",
    sees="The velocity agrees, and a first move from rest is (1 + momentum) times the expected one.",
    question="The look ahead comes later, in 04.2. Which part of your line would be left out without it?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (grad + momentum * velocity), velocity


@momentum_step.mistake(
    "MOM-BETA2",
    name="the step multiplies the new velocity by momentum once more",
    sees="The velocity agrees, and each move is momentum times the expected one.",
    question="Momentum fades the past. Is the new gradient part of the past yet?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * momentum * velocity, velocity


@momentum_step.mistake(
    "MOM-BRACKET",
    name="momentum multiplies the old velocity and the gradient together",
    sees="Velocity and move are momentum times the expected ones; at momentum 0 nothing moves.",
    question="What would this do at momentum 0, where momentum should change nothing about gradient descent?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * (velocity + grad)
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-EXTRAG",
    name="the gradient is in the step twice",
    sees="The velocity agrees, and a first move from rest is twice the expected one.",
    question="The new velocity already holds the gradient. What does the step add to it?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (velocity + grad), velocity


@momentum_step.mistake(
    "MOM-INITG",
    name="a velocity of zero is filled with the gradient, and then the gradient is added again",
    sees="The first velocity from rest is (1 + momentum) times the expected one; later steps follow the "
    "rule.",
    question="With a velocity of zeros, what does the ordinary rule give? Does it need a special case?",
)
def _(w, grad, velocity, lr, momentum):
    if not np.any(velocity):
        velocity = grad
    velocity = momentum * velocity + grad
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-NOGRAD",
    name="the gradient never enters the velocity",
    sees="From rest nothing ever moves; a velocity that is there only fades.",
    question="Where does the argument grad appear in your lines?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-LRGRAD",
    name="the learning rate reaches the gradient, but not the remembered part",
    sees="From rest the first step is right; then the old velocity pushes with its full length.",
    question="Of the two parts of the velocity, which ones does lr have to shorten?",
)
def _(w, grad, velocity, lr, momentum):
    new = momentum * velocity + grad
    return w - lr * grad - momentum * velocity, new


@momentum_step.mistake(
    "MOM-WDECAY",
    name="momentum multiplies w",
    sees="w shrinks towards zero at every step, even where the gradient is zero.",
    question="What keeps a share of itself from step to step: the place, or the speed?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return momentum * w - lr * velocity, velocity


@momentum_step.mistake(
    "MOM-ARGS",
    name="lr and momentum have changed places",
    sees="The velocity fades at the rate of lr, and the step is as long as momentum.",
    question="Of the two numbers you were given, which one says how much is remembered?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = lr * velocity + grad
    return w - momentum * velocity, velocity


@momentum_step.mistake(
    "MOM-SWAP",
    name="the two results come back in the wrong order",
    sees="What stands first is the velocity, and what stands second is w.",
    question="In which order does the exercise name what it wants back?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return velocity, w - lr * velocity


@momentum_step.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="Each move is as long as the velocity itself, whatever lr is.",
    question="If lr is halved, what should happen to the move, and what happens in your lines?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - velocity, velocity


@momentum_step.mistake(
    "GD-LR2",
    name="the learning rate is squared in the step",
    sees="The velocity agrees; each move is lr times the expected one.",
    question="If lr is halved, the move should be halved. What does yours do?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * lr * velocity, velocity


@momentum_step.mistake(
    "GD-DELTA",
    name="it returns the move, not the new w",
    sees="What stands first is small and forgets where w was.",
    question="After the call, where is the ball? Does your first result say that?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return -lr * velocity, velocity


@momentum_step.mistake("GD-DELTA")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return lr * velocity, velocity


@momentum_step.mistake(
    "GD-NORM",
    name="the gradient is brought to length one first",
    sees="A small gradient and a large one push equally hard.",
    question="Near the bottom the gradient gets small. What should the step do there?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad / np.linalg.norm(grad)
    return w - lr * velocity, velocity


@momentum_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return (w - lr * velocity).astype(w.dtype), velocity


@momentum_step.mistake("GD-INT")
def _(w, grad, velocity, lr, momentum):
    new_w, new_velocity = np.zeros_like(w), np.zeros_like(velocity)
    new_velocity[...] = momentum * velocity + grad
    new_w[...] = w - lr * new_velocity
    return new_w, new_velocity


@momentum_step.mistake("GD-INT")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    new_w = w.copy()
    new_w -= lr * velocity
    return new_w, velocity


@momentum_step.mistake("GD-INT")
def _(w, grad, velocity, lr, momentum):
    new_velocity = velocity.copy()
    new_velocity *= momentum
    new_velocity += grad
    return w - lr * new_velocity, new_velocity


@momentum_step.mistake(
    "MOM-EMA+MOM-OLDV",
    name="only a part of the gradient enters the velocity, and the step uses the old velocity",
    sees="The first step from rest does not move, and the velocity is (1 - momentum) times the expected one.",
    question="Two things at once. First: how much of the gradient is added? Then: which velocity does w "
    "follow?",
)
def _(w, grad, velocity, lr, momentum):
    return w - lr * velocity, momentum * velocity + (1 - momentum) * grad


@momentum_step.mistake(
    "GD-SIGN+MOM-EMA",
    name="it walks uphill, and only a part of the gradient enters the velocity",
    sees="The velocity is (1 - momentum) times the expected one, and the move has the wrong sign besides.",
    question="Two things at once. First: which way is downhill? Then: how much of the gradient is added?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return w + lr * velocity, velocity


@momentum_step.mistake("GD-INPLACE")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    if w.dtype.kind == "i":
        return w - lr * velocity, velocity
    w -= lr * velocity
    return w.copy(), velocity


@momentum_step.mistake("GD-INPLACE")
def _(w, grad, velocity, lr, momentum):
    if velocity.dtype.kind == "i":
        velocity = velocity.astype(float)
    velocity *= momentum
    velocity += grad
    return w - lr * velocity, velocity.copy()


@momentum_step.mistake("GD-ALIAS")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad if np.any(velocity) else grad
    return w - lr * velocity, velocity


@momentum_step.mistake("MOM-CLASSVAR")
def _(w, grad, velocity, lr, momentum, kept={}):  # noqa: B006
    kept["velocity"] = momentum * kept.get("velocity", np.zeros_like(grad)) + grad
    return w - lr * kept["velocity"], kept["velocity"] * 1.0


# 04.2


@exercise(
    "04.2",
    "One step with Nesterov's momentum",
    returns=("w", "velocity"),
    hints=(
        "The velocity is updated exactly as in 04.1. Only the line for w is another one.",
        "Heavy ball follows the new velocity. Nesterov follows where the velocity will be one step later, if "
        "the "
        "same gradient came again: it fades once more and takes the gradient in once more.",
        "w = w - lr * (grad + momentum * velocity), with one question left to you: the velocity from before "
        "the "
        "update, or the one from after it?",
        "The same shape in another story, a shopkeeper who orders for tomorrow:\n"
        "    stock = keep * stock + delivery\n"
        "    forecast = delivery + keep * stock\n"
        "    cash = cash - price * forecast\n"
        "    return cash, stock",
    ),
    after="Worth keeping: with the old velocity inside the bracket this would be heavy ball, to the last "
    "digit.",
)
def nesterov_step(w, grad, velocity, lr, momentum):
    """Take one step of gradient descent with Nesterov's momentum, in PyTorch's form.

    w, grad and velocity are arrays of one shape, any shape; velocity starts as
    zeros. lr > 0, 0 <= momentum < 1. The new velocity is momentum times the old
    one plus the gradient. w moves by lr against the gradient plus momentum times
    the new velocity. Return (w, velocity), two new arrays; the arguments stay as
    they are.

    >>> one, two, ten = np.array([1.0]), np.array([2.0]), np.array([10.0])
    >>> nesterov_step(one, two, ten, lr=0.1, momentum=0.5)
    (array([0.45]), array([7.]))
    """
    velocity = momentum * velocity + grad
    w = w - lr * (grad + momentum * velocity)
    return w, velocity


_probe_steps(nesterov_step)


@nesterov_step.mistake(
    "NAG-HEAVY",
    name="this is the heavy-ball step, without a look ahead",
    sees="The velocity agrees, and a first move from rest is lr times the gradient, without the extra "
    "momentum.",
    question="Write your step with the old velocity put in. What does heavy ball give? Which velocity looks "
    "further?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * velocity, velocity


@nesterov_step.mistake("NAG-HEAVY")
def _(w, grad, velocity, lr, momentum):
    return w - lr * (grad + momentum * velocity), momentum * velocity + grad


@nesterov_step.mistake(
    "NAG-DOUBLE",
    name="the look ahead is taken twice",
    sees="The velocity agrees; each move holds momentum times the velocity once too often.",
    question="How many times does the velocity appear in the line for w, and how many times in the rule?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (grad + momentum * velocity) - lr * momentum * velocity, velocity


@nesterov_step.mistake(
    "NAG-FULLSTEP",
    name="the look ahead is added to a full step",
    sees="The velocity agrees; a first move from rest is (1 + momentum) times the gradient, later ones are "
    "too long.",
    question="Inside the bracket, what stands beside momentum times the velocity: the gradient, or the "
    "velocity again?",
)
def _(w, grad, velocity, lr, momentum):
    new = momentum * velocity + grad
    return w - lr * (new + momentum * new), new


@nesterov_step.mistake(
    "NAG-LOOKSTEP",
    name="it looks ahead before it steps",
    sees="The velocity agrees; the step begins at w - lr * momentum * velocity, with the old velocity.",
    question="In this form w is the looking point already. Where did the gradient that you got come from?",
)
def _(w, grad, velocity, lr, momentum):
    look = w - lr * momentum * velocity
    velocity = momentum * velocity + grad
    return look - lr * velocity, velocity


@nesterov_step.mistake(
    "NAG-NOBETA",
    name="inside the step the velocity has lost its momentum",
    sees="The velocity agrees; a first move from rest is twice the gradient, whatever momentum is.",
    question="The velocity of one step later has faded once more. By which factor?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (grad + velocity), velocity


@nesterov_step.mistake(
    "NAG-LOOKSIGN",
    name="it looks back instead of ahead",
    sees="The velocity agrees; the part with momentum has the wrong sign, so a first move is too short.",
    question="Where will the velocity carry w: the same way as the gradient step, or against it?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (grad - momentum * velocity), velocity


@nesterov_step.mistake(
    "NAG-BETA2",
    name="momentum is in the look ahead twice",
    sees="The velocity agrees; the part with the velocity is momentum times too short.",
    question="The velocity has already faded once when it was updated. How often does it fade until one step "
    "later?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (grad + momentum * momentum * velocity), velocity


@nesterov_step.mistake(
    "NAG-BRACKET",
    name="momentum multiplies the gradient and the velocity together",
    sees="The velocity agrees; at momentum 0 nothing moves.",
    question="At momentum 0 this should be gradient descent. Which factor goes to zero too much?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * momentum * (grad + velocity), velocity


@nesterov_step.mistake(
    "NAG-NOG",
    name="the step has lost the gradient",
    sees="The velocity agrees; at momentum 0 nothing moves.",
    question="Two things stand in the bracket of the rule. Which one is missing in your line?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * momentum * velocity, velocity


@nesterov_step.mistake(
    "NAG-AVERAGED",
    name="gradient and velocity are averaged inside the step",
    sees="The velocity agrees; the gradient's part of the move is (1 - momentum) times the expected one.",
    question="How much of the gradient stands in the bracket of this form?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * ((1 - momentum) * grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "NAG-DIRECTION",
    name="w is right, but the velocity that comes back has been updated twice",
    sees="w agrees at the first step; the velocity returned is the one that looked ahead.",
    question="You look ahead to choose the step. Which velocity has really been reached?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    velocity = momentum * velocity + grad
    return w - lr * velocity, velocity


@nesterov_step.mistake(
    "MOM-OLDRETURN",
    name="w is right, but the velocity that comes back is the old one",
    sees="The first w agrees; the velocity is still what it was before the call.",
    question="The next call gets the velocity that you return. Which one does it need?",
)
def _(w, grad, velocity, lr, momentum):
    new = momentum * velocity + grad
    return w - lr * (grad + momentum * new), velocity.copy()


@nesterov_step.mistake(
    "MOM-FORGETS",
    name="the velocity that comes back is zero",
    sees="Each w is right for the velocity it got, but the next call is given zeros.",
    question="Between two calls nobody but you keeps the velocity. What do you hand back?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * (grad + momentum * velocity), velocity * 0.0


@nesterov_step.mistake(
    "GD-SIGN",
    name="it walks uphill",
    sees="Every move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w + lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-EMA",
    name="only a part of the gradient enters the velocity, as in an average",
    sees="From a velocity of zero, the velocity is (1 - momentum) times the expected one.",
    question="This is the averaged form, and other books use it. How much of the new gradient does this form "
    "add?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake("MOM-EMA")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return w - lr * ((1 - momentum) * grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-NODECAY",
    name="the velocity never fades",
    sees="With equal gradients the velocity would grow as 1, 2, 3, ... and never level off.",
    question="Momentum is used twice in this rule. Is it in the line for the velocity?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = velocity + grad
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-RESET",
    name="the old velocity is not used",
    sees="From rest the first step is right; the velocity is never more than the last gradient.",
    question="Does the velocity that you were given appear on the right-hand side of any line?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = grad * 1.0
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-NOUSE",
    name="the velocity is kept, but w follows the gradient alone",
    sees="The velocity agrees at the first step; w makes plain gradient steps.",
    question="What would your w be if the velocity had never been computed?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * grad, velocity


@nesterov_step.mistake(
    "MOM-VSIGN",
    name="the gradient enters the velocity with a minus",
    sees="From rest the velocity is the expected one with its sign turned, and it works against the "
    "gradient.",
    question="Gradient and velocity are added inside the step. Do they point the same way in your lines?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity - grad
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-FLIP",
    name="momentum and 1 - momentum have changed places in the velocity",
    sees="At momentum 0.9 the velocity forgets nearly everything after one step.",
    question="If momentum is 0, what should be left of the old velocity, and what of the gradient?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = (1 - momentum) * velocity + momentum * grad
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-MISPLACED",
    name="momentum multiplies the gradient, not the old velocity",
    sees="The velocity never fades, and at momentum 0 it stays as it is.",
    question="Which of the two should fade with time: what you remember, or what you measured now?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = velocity + momentum * grad
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-LR2",
    name="the learning rate is used twice on the velocity's part",
    sees="The velocity is lr times the expected one from rest, and in the step it is multiplied by lr again.",
    question="Follow one gradient through the velocity into w. How often is it multiplied by lr?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + lr * grad
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-LRIN",
    name="the learning rate is inside the velocity",
    sees="As long as lr stays the same and the velocity starts at zero, w agrees; the velocity is lr times "
    "ours.",
    question="This is the older form. If a schedule halves lr tomorrow, which form slows down at once?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + lr * grad
    return w - (lr * grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "MOM-KERAS",
    name="the velocity holds minus lr times the gradient, as in Keras",
    sees="As long as lr stays the same and the velocity starts at zero, w agrees; the velocity is -lr times "
    "ours.",
    question="That form is right in its own book. What does the velocity hold in the form asked for here?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity - lr * grad
    return w + momentum * velocity - lr * grad, velocity


@nesterov_step.mistake(
    "MOM-LRGRAD",
    name="the learning rate reaches the gradient, but not the velocity",
    sees="The velocity agrees; the part of the move that comes from it is not shortened by lr.",
    question="What does lr have to multiply: the gradient, the velocity, or both?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * grad - momentum * velocity, velocity


@nesterov_step.mistake(
    "MOM-ARGS",
    name="lr and momentum have changed places",
    sees="The velocity fades at the rate of lr, and the step is as long as momentum.",
    question="Of the two numbers you were given, which one says how much is remembered?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = lr * velocity + grad
    return w - momentum * (grad + lr * velocity), velocity


@nesterov_step.mistake(
    "MOM-SWAP",
    name="the two results come back in the wrong order",
    sees="What stands first is the velocity, and what stands second is w.",
    question="In which order does the exercise name what it wants back?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return velocity, w - lr * (grad + momentum * velocity)


@nesterov_step.mistake(
    "GD-NOLR",
    name="the learning rate is not used",
    sees="Each move is 1 / lr times the expected one.",
    question="If lr is halved, what should happen to the move, and what happens in your lines?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "GD-LR2",
    name="the learning rate is squared in the step",
    sees="The velocity agrees; each move is lr times the expected one.",
    question="If lr is halved, the move should be halved. What does yours do?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "GD-DELTA",
    name="it returns the move, not the new w",
    sees="What stands first is small and forgets where w was.",
    question="After the call, where is the ball? Does your first result say that?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return -lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake(
    "GD-INT",
    name="whole numbers stay whole, and the step is cut off",
    sees="When w starts as [1, -2, 0, 3] the fractions of each step are lost, or the line raises.",
    question="What is the dtype of the array that your result is written into?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return (w - lr * (grad + momentum * velocity)).astype(w.dtype), velocity


@nesterov_step.mistake("GD-INT")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    new_w = w.copy()
    new_w -= lr * (grad + momentum * velocity)
    return new_w, velocity


@nesterov_step.mistake(
    "GD-SIGN+NAG-HEAVY",
    name="it walks uphill, and without looking ahead",
    sees="The velocity agrees; the move is heavy ball's with its sign turned.",
    question="Two things at once. First: which way is downhill? Then: what does Nesterov add to 04.1?",
)
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    return w + lr * velocity, velocity


@nesterov_step.mistake("GD-INPLACE")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad
    if w.dtype.kind == "i":
        w = w.astype(float)
    w -= lr * (grad + momentum * velocity)
    return w.copy(), velocity


@nesterov_step.mistake("GD-ALIAS")
def _(w, grad, velocity, lr, momentum):
    velocity = momentum * velocity + grad if np.any(velocity) else grad
    return w - lr * (grad + momentum * velocity), velocity


@nesterov_step.mistake("MOM-CLASSVAR")
def _(w, grad, velocity, lr, momentum, kept={}):  # noqa: B006
    kept["velocity"] = momentum * kept.get("velocity", np.zeros_like(grad)) + grad
    return w - lr * (grad + momentum * kept["velocity"]), kept["velocity"] * 1.0


# 04.3


@exercise(
    "04.3",
    "The best heavy ball for a valley",
    returns=("lr", "momentum"),
    hints=(
        "Both numbers are made of the same two roots.",
        "Heavy ball behaves as if the valley had curvatures sqrt(mu) and sqrt(L). Take what you know of "
        "gradient "
        "descent, 2 / (mu + L) and (L - mu) / (L + mu), put the roots in, and square.",
        "lr = (2 over the sum of the roots) squared; momentum = (difference of the roots over their sum) "
        "squared.",
        "The same shape with other letters: a resonance between a weak spring p and a strong one q.\n"
        "    low, high = math.sqrt(p), math.sqrt(q)\n"
        "    contrast = (high - low) / (high + low)\n"
        "    return (2 / (high + low)) ** 2, contrast ** 2",
    ),
    after="Worth keeping: the condition number enters as a root, so 10,000 costs what 100 cost before.",
)
def optimal_heavy_ball(mu, L):
    """Return the best (lr, momentum) for the heavy ball on a quadratic.

    Its curvatures lie from mu to L, 0 < mu <= L. Best means: in the long run the
    error shrinks as fast as it can in the slowest direction. At mu = L momentum
    is 0 and lr is 1 / L. (Polyak, 1964)

    >>> optimal_heavy_ball(1.0, 9.0)
    (0.25, 0.25)
    """
    low, high = mu**0.5, L**0.5
    lr = 4 / (high + low) ** 2
    momentum = ((high - low) / (high + low)) ** 2
    return lr, momentum


@optimal_heavy_ball.probe("five valleys")
def _(best):
    for mu, L in ((1, 100), (1, 10), (2, 50), (4, 9), (1, 10000)):
        lr, momentum = best(float(mu), float(L))
        yield Seen(f"mu = {mu}, L = {L}", "lr", lr)
        yield Seen(f"mu = {mu}, L = {L}", "momentum", momentum)


@optimal_heavy_ball.probe("a round bowl, mu = L")
def _(best):
    lr, momentum = best(3.0, 3.0)
    yield Seen("mu = 3, L = 3", "lr", lr)
    yield Seen("mu = 3, L = 3", "momentum", momentum)


@optimal_heavy_ball.mistake(
    "BALL-GDLR",
    name="the learning rate is gradient descent's best",
    sees="lr is 2 / (mu + L), which is best where there is no velocity.",
    question="With momentum the ball may take longer steps than 2 / L. Which curvatures does it feel?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 2 / (mu + L), ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake("BALL-GDLR")
def _(mu, L):
    return 2 / (mu + L), ((L - mu) / (L + mu)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-1L",
    name="the learning rate is 1 / L",
    sees="momentum agrees; lr is what Nesterov's method uses, a quarter of heavy ball's on a narrow valley.",
    question="What is 4 / (sqrt L + sqrt mu)^2 when mu is tiny? How far is 1 / L from it?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 1 / L, ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-NESTEROV",
    name="these are Nesterov's numbers",
    sees="lr is 1 / L, and momentum is the root of the expected one.",
    question="Which of the two methods of this lesson uses (sqrt k - 1) / (sqrt k + 1) as it stands?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 1 / L, (high - low) / (high + low)


@optimal_heavy_ball.mistake(
    "BALL-NOSQUARE",
    name="momentum has not been squared",
    sees="lr agrees; momentum is the root of the expected one.",
    question="The error shrinks by the root of momentum per step. What is momentum, then?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (high + low) ** 2, (high - low) / (high + low)


@optimal_heavy_ball.mistake(
    "BALL-NOROOT",
    name="momentum is made of the curvatures, not of their roots",
    sees="lr agrees; momentum is too close to 1.",
    question="In which form does the condition number enter here, and in which did it for gradient descent?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (high + low) ** 2, ((L - mu) / (L + mu)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-GDRATE",
    name="momentum is gradient descent's shrink factor",
    sees="lr agrees; momentum is (L - mu) / (L + mu).",
    question="Two things are missing on the way from there to heavy ball. Which two?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (high + low) ** 2, (L - mu) / (L + mu)


@optimal_heavy_ball.mistake(
    "BALL-LRNOROOT",
    name="the learning rate is made of the curvatures, not of their roots",
    sees="momentum agrees; lr is far too small.",
    question="What is the unit of lr, if curvature has the unit 1? And of 4 / (mu + L)^2?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (L + mu) ** 2, ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-NOROOTS",
    name="there are no roots at all",
    sees="lr is far too small and momentum too close to 1.",
    question="Heavy ball feels the valley as if it were less narrow than it is. What does that to mu and L?",
)
def _(mu, L):
    return 4 / (L + mu) ** 2, ((L - mu) / (L + mu)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-PLAINGD",
    name="this is gradient descent: its best rate, and its shrink factor as momentum",
    sees="lr is 2 / (mu + L), and momentum is (L - mu) / (L + mu).",
    question="What changes in both formulas when a ball with momentum rolls, instead of a point that steps?",
)
def _(mu, L):
    return 2 / (L + mu), (L - mu) / (L + mu)


@optimal_heavy_ball.mistake(
    "BALL-LRNOSQUARE",
    name="the sum of the roots has not been squared in the learning rate",
    sees="momentum agrees; lr is too large by the sum of the roots.",
    question="Take mu = L. The best lr is then 1 / L. What does your formula give?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (high + low), ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-HALF",
    name="the learning rate is half the expected one",
    sees="momentum agrees; lr has a 2 where a 4 belongs.",
    question="Take mu = L. The best lr is then 1 / L. What does your formula give?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 2 / (high + low) ** 2, ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-QUARTER",
    name="the learning rate is a quarter of the expected one",
    sees="momentum agrees; lr has a 1 where a 4 belongs.",
    question="Take mu = L. The best lr is then 1 / L. What does your formula give?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 1 / (high + low) ** 2, ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-EDGE",
    name="the learning rate is the largest stable one, not the best",
    sees="momentum agrees; lr is (2 + 2 momentum) / L, where the ball no longer settles.",
    question="At the edge the steepest direction swings for ever. Where does every direction shrink equally "
    "fast?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    momentum = ((high - low) / (high + low)) ** 2
    return (2 + 2 * momentum) / L, momentum


@optimal_heavy_ball.mistake(
    "BALL-AVERAGED",
    name="the learning rate is that of the averaged form",
    sees="momentum agrees; lr is the expected one divided by (1 - momentum).",
    question="Which velocity goes with your lr: the sum of 04.1, or an average?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    momentum = ((high - low) / (high + low)) ** 2
    return 4 / (high + low) ** 2 / (1 - momentum), momentum


@optimal_heavy_ball.mistake(
    "BALL-UPSIDE",
    name="the fraction of momentum is upside down",
    sees="lr agrees; momentum is above 1, so the ball would gain speed for ever.",
    question="Momentum has to be below 1. Is the sum of the roots larger than their difference, or smaller?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (high + low) ** 2, ((high + low) / (high - low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-DIFFERENCE",
    name="the learning rate divides by the difference of the roots",
    sees="momentum agrees; lr is too large, and at mu = L there is nothing to divide by.",
    question="Take mu = L, a round bowl. Which of sum and difference is still a sensible divisor?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (high - low) ** 2, ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-COMPLEMENT",
    name="momentum is one minus the shrink factor",
    sees="lr agrees; momentum is small where it should be large.",
    question="On a very narrow valley, should the ball remember more, or less?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return 4 / (high + low) ** 2, 1 - ((high - low) / (high + low)) ** 2


@optimal_heavy_ball.mistake(
    "BALL-SWAP",
    name="the two results come back in the wrong order",
    sees="What stands first is momentum, and what stands second is lr.",
    question="In which order does the exercise name what it wants back?",
)
def _(mu, L):
    low, high = math.sqrt(mu), math.sqrt(L)
    return ((high - low) / (high + low)) ** 2, 4 / (high + low) ** 2


# 04.4


@exercise(
    "04.4",
    "The learning rate of the averaged form",
    returns="lr",
    hints=(
        "Let the gradient be 1 for ever. How large does each velocity become in the end?",
        "The sum form settles at 1 / (1 - momentum), the average at 1. The step is lr times the velocity, so "
        "the two "
        "learning rates have to make up for that factor.",
        "One division. At momentum 0.9 the answer is 10 times lr, at momentum 0 it is lr.",
        "The same shape in another story: a pump whose pressure settles at 1 / (1 - leak) is replaced by one "
        "that "
        "settles at 1.\n"
        "    opening = old_opening / (1 - leak)",
    ),
    after="Worth keeping: the same word momentum, the same 0.9, and learning rates that differ by ten.",
)
def lr_for_averaged_momentum(lr, momentum):
    """Return the lr that makes averaged momentum move like the sum form does at lr.

    The sum form is v = momentum*v + g, the averaged one
    v = momentum*v + (1 - momentum)*g; in both, w = w - (learning rate)*v, and v
    starts at 0. lr > 0, 0 <= momentum < 1; the result is one number.

    >>> lr_for_averaged_momentum(0.25, 0.5)
    0.5
    """
    return lr / (1 - momentum)


@lr_for_averaged_momentum.probe("four settings")
def _(convert):
    for trial, (lr, momentum) in enumerate(((0.1, 0.9), (0.02, 0.5), (0.3, 0.99), (4.0, 0.25)), start=1):
        yield Seen(f"setting {trial}", "lr", convert(lr, momentum))


@lr_for_averaged_momentum.probe("momentum 0")
def _(convert):
    yield Seen("momentum 0", "lr", convert(0.3, 0.0))


@lr_for_averaged_momentum.mistake(
    "AVG-TIMES",
    name="multiplied where it should be divided",
    sees="At momentum 0.9 the answer is a hundred times too small.",
    question="The averaged velocity is the smaller of the two. Does its learning rate have to be larger or "
    "smaller?",
)
def _(lr, momentum):
    return lr * (1 - momentum)


@lr_for_averaged_momentum.mistake(
    "AVG-SAME",
    name="the learning rate is left as it is",
    sees="The answer is lr itself: right at momentum 0 only.",
    question="At lr 0.1 and momentum 0.9, how far does each form go on a slope of 1 after a hundred steps?",
)
def _(lr, momentum):
    return lr


@lr_for_averaged_momentum.mistake(
    "AVG-TEN",
    name="it is always ten times lr",
    sees="The first setting, at momentum 0.9, agrees; the others do not.",
    question="Where does the ten come from, and what is it at momentum 0.5?",
)
def _(lr, momentum):
    return 10 * lr


@lr_for_averaged_momentum.mistake(
    "AVG-BETA",
    name="divided by momentum instead of by what is missing to 1",
    sees="At momentum 0.9 the answer is a little above lr.",
    question="Which share of the new gradient does the average take in?",
)
def _(lr, momentum):
    return lr / momentum


@lr_for_averaged_momentum.mistake(
    "AVG-TIMESBETA",
    name="multiplied by momentum",
    sees="The answer is below lr, and 0 at momentum 0.",
    question="At momentum 0 both forms are gradient descent. What should the answer be there?",
)
def _(lr, momentum):
    return lr * momentum


@lr_for_averaged_momentum.mistake(
    "AVG-PLUS",
    name="a plus where a minus belongs",
    sees="The answer is below lr.",
    question="The sum 1 + b + b^2 + ... has a closed form. What stands under its fraction line?",
)
def _(lr, momentum):
    return lr / (1 + momentum)


@lr_for_averaged_momentum.mistake(
    "AVG-ONEPLUS",
    name="only the first echo of a gradient is counted",
    sees="The answer is (1 + momentum) times lr, at most double.",
    question="A gradient stays in the sum for more than one further step. How many echoes are there?",
)
def _(lr, momentum):
    return lr * (1 + momentum)


@lr_for_averaged_momentum.mistake(
    "AVG-SQUARED",
    name="the factor is there twice",
    sees="At momentum 0.9 the answer is a hundred times lr.",
    question="How many times does (1 - momentum) stand in the averaged rule?",
)
def _(lr, momentum):
    return lr / (1 - momentum) ** 2


@lr_for_averaged_momentum.mistake(
    "AVG-BETASQ",
    name="momentum has been squared",
    sees="The answer is too small, by (1 + momentum).",
    question="Sums of gradients, or sums of squares: which does the velocity hold?",
)
def _(lr, momentum):
    return lr / (1 - momentum**2)


@lr_for_averaged_momentum.mistake(
    "AVG-ROOT",
    name="a root too many",
    sees="At momentum 0.99 the answer is ten times lr, not a hundred.",
    question="Nothing here is random, so nothing adds up like a noise. Where does the root come from?",
)
def _(lr, momentum):
    return lr / math.sqrt(1 - momentum)


@lr_for_averaged_momentum.mistake(
    "AVG-NEGATIVE",
    name="the difference is the wrong way round",
    sees="The answer is the expected one with its sign turned.",
    question="Momentum is below 1. What sign has your divisor?",
)
def _(lr, momentum):
    return lr / (momentum - 1)


@lr_for_averaged_momentum.mistake(
    "AVG-NOLR",
    name="the given learning rate is not used",
    sees="The answer is the factor alone.",
    question="Which of the two arguments is missing in your line?",
)
def _(lr, momentum):
    return 1 / (1 - momentum)


@lr_for_averaged_momentum.mistake(
    "AVG-PRECEDENCE",
    name="the division ends before the minus",
    sees="The answer is lr - momentum, often negative.",
    question="In which order does Python work through lr / 1 - momentum?",
)
def _(lr, momentum):
    return lr / 1 - momentum


# 04.5


@exercise(
    "04.5",
    "Nesterov's path, looking ahead",
    returns=["paths[0]", "paths[1]"],
    hints=(
        "Before anything moves in a step, ask for the gradient once, at the right place, for both arrays "
        "together.",
        "The right place is where the velocity alone would carry you: w - lr * momentum * velocity, for each "
        "array "
        "with its own velocity. From there on it is 04.1: velocity first, then w, and w starts from where it "
        "was.",
        "velocities = [zeros like each array]; then in each of `steps` rounds: a list of look-ahead points, "
        "grads = grad_fn(that list), and for each array its velocity, its w, and one more row for its path. "
        "New arrays with `=`, so that earlier rows stay as they were.",
        "The same shape in another story, two buses that ask for the traffic where they will be, not where "
        "they are:\n"
        "    ahead = [place + minutes * speed for place, speed in zip(places, speeds)]\n"
        "    jams = traffic(ahead)\n"
        "    for i in range(2):\n"
        "        speeds[i] = keep * speeds[i] - jams[i]\n"
        "        places[i] = places[i] + minutes * speeds[i]\n"
        "        logs[i].append(places[i])",
    ),
    after="Worth keeping: the velocity is spent in any case, so ask for the slope where it takes you.",
)
def nesterov_path(grad_fn, params, lr, momentum, steps):
    """Run Nesterov's method in its look-ahead form on two arrays; return both paths.

    params is a list of two float arrays of different shape. grad_fn takes such a
    list and returns the list of their gradients. Each array has its own velocity,
    zero at the start. In every step the gradient is taken at
    w - lr*momentum*velocity, for both arrays at once; then
    velocity = momentum*velocity + gradient and w = w - lr*velocity. Return a list
    of two arrays of shape (steps + 1, *shape of the array), the start first;
    params stays as it is.

    >>> start = [np.array([1.0]), np.ones((2, 1))]
    >>> a, b = nesterov_path(lambda ps: [2 * p for p in ps], start, 0.25, 0.5, 2)
    >>> a.ravel(), b.shape
    (array([1.   , 0.5  , 0.125]), (3, 2, 1))
    """
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        ahead = [w - lr * momentum * v for w, v in zip(params, velocities, strict=True)]
        grads = grad_fn(ahead)
        velocities = [momentum * v + g for v, g in zip(velocities, grads, strict=True)]
        params = [w - lr * v for w, v in zip(params, velocities, strict=True)]
        for path, w in zip(paths, params, strict=True):
            path.append(w)
    return [np.array(path) for path in paths]


def _coupled_gradient(params):
    """Gradients of two arrays that depend on each other, so that the order of updates shows."""
    a, b = (np.asarray(p, float) for p in params)
    pull = np.sum(a) - 0.5 * np.sum(b)
    grad_a = a * np.linspace(0.5, 3.0, a.size).reshape(a.shape) + 0.2 * pull + 0.1 * a**3
    grad_b = b * np.linspace(2.0, 0.25, b.size).reshape(b.shape) - 0.1 * pull
    return [grad_a, grad_b]


def _recorded(shapes, queries):
    def grad_fn(params):
        if not isinstance(params, (list, tuple)) or [np.shape(p) for p in params] != list(shapes):
            raise TypeError(f"grad_fn takes a list of two arrays, of the shapes {shapes[0]} and {shapes[1]}")
        queries.append([np.array(p, float) for p in params])
        return _coupled_gradient(params)

    return Counted("grad_fn", grad_fn)


def _walk_of_two(walk, where, params, lr, momentum, steps):
    queries, shapes = [], [p.shape for p in params]
    paths = walk(_recorded(shapes, queries), params, lr, momentum, steps)
    asked = list(queries)
    wanted = [(steps + 1, *shape) for shape in shapes]
    for i in range(2):
        yield Seen(where.rstrip(", "), f"the shape of paths[{i}]", np.array(paths[i].shape))
    if [path.shape for path in paths] != wanted:
        for i in range(2):
            yield Seen(where.rstrip(", "), f"paths[{i}]", paths[i])
        return
    for step in range(steps + 1):
        here = "the start" if step == 0 else f"step {step}"
        for i in range(2):
            if step and len(asked) == steps:
                clue = asked[step - 1][i]
                yield Seen(
                    f"{where}{here}", f"the point where the gradient of array {i} is taken", clue, clue=True
                )
        for i in range(2):
            start = paths[i][step - 1] if step else None
            yield Seen(f"{where}{here}", f"paths[{i}]", paths[i][step], start=start)


_PARAMS = [np.array([1.0, -2.0, 0.5]), np.array([[2.0, -1.0], [0.25, 3.0]])]


@nesterov_path.probe("two runs on two arrays of different shape")
def _(walk):
    yield from _walk_of_two(walk, "run 1, ", _PARAMS, lr=0.1, momentum=0.9, steps=5)
    yield from _walk_of_two(walk, "run 2, ", _PARAMS, lr=0.05, momentum=0.5, steps=4)


@nesterov_path.probe("two arrays of one shape")
def _(walk):
    yield from _walk_of_two(walk, "", [_PARAMS[0], _PARAMS[0][::-1] * 2], lr=0.1, momentum=0.9, steps=4)


@nesterov_path.probe("no step at all, and one step")
def _(walk):
    yield from _walk_of_two(walk, "no step, ", _PARAMS, lr=0.1, momentum=0.9, steps=0)
    yield from _walk_of_two(walk, "one step, ", _PARAMS, lr=0.1, momentum=0.0, steps=1)


@nesterov_path.mistake(
    "NAG-LOOKSIGN",
    name="it looks back instead of ahead",
    sees="The first step agrees; from the second on the gradient is taken behind w.",
    question="If the velocity alone acted now, where would w be? Compare its sign with the line that moves "
    "w.",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, look=lambda w, v: w + lr * momentum * v)


def _nesterov_variant(grad_fn, params, lr, momentum, steps, look=None, velocity=None, move=None, record=None):
    """The reference with one rule exchanged: where it looks, the velocity, the move, or the row it keeps."""
    look = look or (lambda w, v: w - lr * momentum * v)
    velocity = velocity or (lambda v, g: momentum * v + g)
    move = move or (lambda w, ahead, v, old, g: w - lr * v)
    record = record or (lambda w, ahead, v, g: w)
    params = [np.array(w) for w in params]
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        ahead = [look(w, v) for w, v in zip(params, velocities, strict=True)]
        grads = grad_fn(ahead)
        for i in range(2):
            old = velocities[i]
            velocities[i] = velocity(old, grads[i])
            params[i] = move(params[i], ahead[i], velocities[i], old, grads[i])
            paths[i].append(record(params[i], ahead[i], velocities[i], grads[i]))
    return [np.array(path) for path in paths]


@nesterov_path.mistake(
    "NAG-NOLOOK",
    name="it does not look ahead",
    sees="The first step agrees; from the second on the gradient is taken at w itself, so this is heavy "
    "ball.",
    question="At which point does your grad_fn get asked? Does the velocity appear in that point?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, look=lambda w, v: w)


@nesterov_path.mistake(
    "NAG-LOOKLR",
    name="the look ahead is shortened by lr twice",
    sees="The first step agrees; then the gradient is taken too close to w.",
    question="Your velocity is a sum of gradients. How often has it met lr when you look ahead?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, look=lambda w, v: w - lr * lr * momentum * v
    )


@nesterov_path.mistake(
    "NAG-LOOKNOLR",
    name="the look ahead is not shortened by lr",
    sees="The first step agrees; then the gradient is taken far beyond the next w.",
    question="How far will w move in this step? Does your look ahead use the same unit?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, look=lambda w, v: w - momentum * v)


@nesterov_path.mistake(
    "NAG-LOOKFULL",
    name="it looks ahead by the whole velocity, before it has faded",
    sees="The first step agrees; then the gradient is taken 1 / momentum times too far ahead.",
    question="Which share of the old velocity survives into this step?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, look=lambda w, v: w - lr * v)


@nesterov_path.mistake(
    "NAG-LOOKBETA2",
    name="momentum is in the look ahead twice",
    sees="The first step agrees; then the gradient is taken too close to w.",
    question="How often does the old velocity fade within one step?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, look=lambda w, v: w - lr * momentum**2 * v)


@nesterov_path.mistake(
    "NAG-DOUBLE",
    name="the full step starts from the look-ahead point",
    sees="The first step agrees; then each move holds the old velocity twice.",
    question="The new velocity already holds the part that you looked ahead by. From where does w step?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, move=lambda w, ahead, v, old, g: ahead - lr * v
    )


@nesterov_path.mistake(
    "NAG-PYTORCH",
    name="this is the other form of the method, with the gradient at w",
    sees="Already the first move is (1 + momentum) times the expected one.",
    question="The form of 04.2 walks through the look-ahead points. Which points does this exercise ask for?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn,
        params,
        lr,
        momentum,
        steps,
        look=lambda w, v: w,
        move=lambda w, ahead, v, old, g: w - lr * (g + momentum * v),
    )


@nesterov_path.mistake(
    "NAG-BOTHFORMS",
    name="it looks ahead in both ways at once",
    sees="Already the first move is (1 + momentum) times the expected one, and the gradient is taken ahead "
    "as well.",
    question="Two forms of one method: the gradient from ahead, or the longer step. Which one is this "
    "exercise?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, move=lambda w, ahead, v, old, g: w - lr * (g + momentum * v)
    )


@nesterov_path.mistake(
    "NAG-LOOKONE",
    name="only the first array looks ahead",
    sees="The gradient of both arrays is taken at a point where the second has not moved yet.",
    question="grad_fn gets a list. Which entries of it have been carried ahead by their velocity?",
)
def _(grad_fn, params, lr, momentum, steps):
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        grads = grad_fn([params[0] - lr * momentum * velocities[0], params[1]])
        velocities = [momentum * v + g for v, g in zip(velocities, grads, strict=True)]
        params = [w - lr * v for w, v in zip(params, velocities, strict=True)]
        paths = [[*path, w] for path, w in zip(paths, params, strict=True)]
    return [np.array(path) for path in paths]


@nesterov_path.mistake("NAG-LOOKONE")
def _(grad_fn, params, lr, momentum, steps):
    params = list(params)
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        grads = []
        for i in range(2):
            ahead = list(params)
            ahead[i] = params[i] - lr * momentum * velocities[i]
            grads.append(grad_fn(ahead)[i])
        for i in range(2):
            velocities[i] = momentum * velocities[i] + grads[i]
            params[i] = params[i] - lr * velocities[i]
            paths[i].append(params[i])
    return [np.array(path) for path in paths]


@nesterov_path.mistake(
    "GD-SEQ",
    name="the first array moves before the gradient of the second is taken",
    sees="The first step of the first array agrees; the second array reacts to a first one that has moved "
    "on.",
    question="For how many gradients is grad_fn asked in one step, and where does the first array stand each "
    "time?",
)
def _(grad_fn, params, lr, momentum, steps):
    params = list(params)
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        for i in range(2):
            ahead = [w - lr * momentum * v for w, v in zip(params, velocities, strict=True)]
            grad = grad_fn(ahead)[i]
            velocities[i] = momentum * velocities[i] + grad
            params[i] = params[i] - lr * velocities[i]
            paths[i].append(params[i])
    return [np.array(path) for path in paths]


@nesterov_path.mistake("GD-SEQ")
def _(grad_fn, params, lr, momentum, steps):
    params = list(params)
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        for i in range(2):
            ahead = list(params)
            ahead[i] = params[i] - lr * momentum * velocities[i]
            velocities[i] = momentum * velocities[i] + grad_fn(ahead)[i]
            params[i] = params[i] - lr * velocities[i]
            paths[i].append(params[i])
    return [np.array(path) for path in paths]


@nesterov_path.mistake("GD-SEQ")
def _(grad_fn, params, lr, momentum, steps):
    params = list(params)
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        ahead = [w - lr * momentum * v for w, v in zip(params, velocities, strict=True)]
        for i in range(2):
            velocities[i] = momentum * velocities[i] + grad_fn(ahead)[i]
            params[i] = params[i] - lr * velocities[i]
            ahead[i] = params[i]
            paths[i].append(params[i])
    return [np.array(path) for path in paths]


@nesterov_path.mistake(
    "MOM-SHARED",
    name="both arrays use one velocity",
    sees="Arrays of different shape do not fit together; with equal shapes one array pushes the other.",
    question="How many velocities are there after your first step, and how many arrays?",
)
def _(grad_fn, params, lr, momentum, steps):
    params = list(params)
    velocity = 0.0
    paths = [[w] for w in params]
    for _ in range(steps):
        grads = grad_fn([w - lr * momentum * velocity for w in params])
        for i in range(2):
            velocity = momentum * velocity + grads[i]
            params[i] = params[i] - lr * velocity
            paths[i].append(params[i])
    return [np.array(path) for path in paths]


@nesterov_path.mistake("MOM-SHARED")
def _(grad_fn, params, lr, momentum, steps):
    params = list(params)
    velocity = np.zeros_like(params[0])
    paths = [[w] for w in params]
    for _ in range(steps):
        grads = grad_fn([w - lr * momentum * velocity for w in params])
        for i in range(2):
            velocity = momentum * velocity + grads[i]
            params[i] = params[i] - lr * velocity
            paths[i].append(params[i])
    return [np.array(path) for path in paths]


@nesterov_path.mistake(
    "MOM-RESET",
    name="the velocities start at zero again in every step",
    sees="The first step agrees; after it every step is a plain gradient step.",
    question="Which line sets the velocities to zero, and how often does it run?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, look=lambda w, v: w, velocity=lambda v, g: g * 1.0
    )


@nesterov_path.mistake(
    "MOM-NODECAY",
    name="the velocity never fades",
    sees="The first step agrees; then the moves grow too fast.",
    question="Momentum is used twice in this rule. Is it in the line for the velocity?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, velocity=lambda v, g: v + g)


@nesterov_path.mistake(
    "MOM-EMA",
    name="only a part of the gradient enters the velocity, as in an average",
    sees="The first move is (1 - momentum) times the expected one.",
    question="How much of the new gradient does this form add?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, velocity=lambda v, g: momentum * v + (1 - momentum) * g
    )


@nesterov_path.mistake(
    "MOM-OLDV",
    name="the step uses the velocity from before the update",
    sees="The first step does not move, and every later move is one step late.",
    question="When w moves, has the new gradient reached the velocity yet?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, move=lambda w, ahead, v, old, g: w - lr * old
    )


@nesterov_path.mistake(
    "MOM-NOUSE",
    name="w follows the gradient instead of the velocity",
    sees="The first step agrees; after it w makes plain gradient steps, with gradients taken ahead.",
    question="Two arrays could stand in the line that moves w. Which one was computed for it?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, move=lambda w, ahead, v, old, g: w - lr * g
    )


@nesterov_path.mistake(
    "MOM-LR2",
    name="the learning rate is used twice",
    sees="The first move is lr times the expected one.",
    question="Follow one gradient through the velocity into w. How often is it multiplied by lr?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, velocity=lambda v, g: momentum * v + lr * g
    )


@nesterov_path.mistake("MOM-LR2")
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn,
        params,
        lr,
        momentum,
        steps,
        look=lambda w, v: w - momentum * v,
        velocity=lambda v, g: momentum * v + lr * g,
    )


@nesterov_path.mistake(
    "GD-NOLR",
    name="the learning rate is not used in the step",
    sees="The first move is 1 / lr times the expected one.",
    question="If lr is halved, what should happen to the first move, and what happens in your lines?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, move=lambda w, ahead, v, old, g: w - v)


@nesterov_path.mistake(
    "GD-SIGN",
    name="it walks uphill",
    sees="The first move is the expected one with its sign turned.",
    question="The gradient points uphill. On which side of it do you want to go?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn, params, lr, momentum, steps, move=lambda w, ahead, v, old, g: w + lr * v
    )


@nesterov_path.mistake("GD-SIGN")
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(
        grad_fn,
        params,
        lr,
        momentum,
        steps,
        look=lambda w, v: w + lr * momentum * v,
        move=lambda w, ahead, v, old, g: w + lr * v,
    )


@nesterov_path.mistake("GD-SIGN")
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, velocity=lambda v, g: momentum * v - g)


@nesterov_path.mistake(
    "GD-STALE",
    name="the gradient is taken once, before the loop",
    sees="The first step agrees; after it the gradient never changes.",
    question="How often is grad_fn asked in five steps?",
)
def _(grad_fn, params, lr, momentum, steps):
    grads = grad_fn(params)
    return _nesterov_variant(lambda ahead: grads, params, lr, momentum, steps)


@nesterov_path.mistake(
    "NAG-PATHLOOK",
    name="the path holds the look-ahead points",
    sees="The rows are the points where the gradient was taken, not where w came to stand.",
    question="There are two points in every step. At which of them is w when the step is over?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, record=lambda w, ahead, v, g: ahead)


@nesterov_path.mistake(
    "NAG-PATHVELOCITY",
    name="the path holds the velocities",
    sees="After the start, the rows are the velocities.",
    question="Which array do you append at the end of a step?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps, record=lambda w, ahead, v, g: v)


@nesterov_path.mistake(
    "GD-PATHALIAS",
    name="all rows of the path are one and the same array",
    sees="Every row equals the last one, the start included.",
    question="`w -= ...` changes the array itself. How many different arrays have you put into the path?",
)
def _(grad_fn, params, lr, momentum, steps):
    params = [w.copy() for w in params]
    velocities = [np.zeros_like(w) for w in params]
    paths = [[w] for w in params]
    for _ in range(steps):
        grads = grad_fn([w - lr * momentum * v for w, v in zip(params, velocities, strict=True)])
        for i in range(2):
            velocities[i] = momentum * velocities[i] + grads[i]
            params[i] -= lr * velocities[i]
            paths[i].append(params[i])
    return [np.array(path) for path in paths]


@nesterov_path.mistake(
    "GD-OFF1",
    name="the start is missing from the path",
    sees="Each path has `steps` rows, and the first of them is already one step old.",
    question="Where was w before the first step? Which row says so?",
)
def _(grad_fn, params, lr, momentum, steps):
    return [path[1:] for path in _nesterov_variant(grad_fn, params, lr, momentum, steps)]


@nesterov_path.mistake(
    "GD-SHORT",
    name="the last step is missing from the path",
    sees="Each path has `steps` rows: the start, and one step too few.",
    question="A fence with five fields has how many posts?",
)
def _(grad_fn, params, lr, momentum, steps):
    return [path[:steps] for path in _nesterov_variant(grad_fn, params, lr, momentum, steps)]


@nesterov_path.mistake(
    "GD-LONG",
    name="it takes one step too many",
    sees="Each path has steps + 2 rows.",
    question="How many times does your loop run for steps = 1?",
)
def _(grad_fn, params, lr, momentum, steps):
    return _nesterov_variant(grad_fn, params, lr, momentum, steps + 1)


@nesterov_path.mistake(
    "GD-LASTONLY",
    name="only the final arrays come back, not the path",
    sees="Each result has the shape of the array itself.",
    question="What has happened to the places where w stood on the way?",
)
def _(grad_fn, params, lr, momentum, steps):
    return [path[-1] for path in _nesterov_variant(grad_fn, params, lr, momentum, steps)]


@nesterov_path.mistake(
    "NAG-STEPSFIRST",
    name="one list of pairs instead of a pair of paths",
    sees="What comes back has one entry for each step, and each entry holds both arrays.",
    question="The two arrays have different shapes. Which index has to come first, so that each path is one "
    "array?",
)
def _(grad_fn, params, lr, momentum, steps):
    return list(zip(*_nesterov_variant(grad_fn, params, lr, momentum, steps), strict=True))


@nesterov_path.mistake("GD-INPLACE")
def _(grad_fn, params, lr, momentum, steps):
    paths = _nesterov_variant(grad_fn, params, lr, momentum, steps)
    for i in range(2):
        params[i][...] = paths[i][-1]
    return paths


# 04.6


@exercise(
    "04.6",
    "Which ruler? Rank methods by the steps they need",
    returns="names",
    hints=(
        "For each method there is one number to find first: the step at which it is there.",
        "A method is there at the first step n with values[n] <= tol * values[0]. One that never gets there "
        "has to "
        "count as slower than all the others, and nan is never there.",
        "A dict from name to first step, with np.inf for never; then sort the names by it. "
        "np.argmax of a row of False is 0, so ask np.any first. `sorted` keeps the given order where steps "
        "are equal.",
        "The same shape in another story, runners and the lap in which each is first under a minute:\n"
        "    first = {}\n"
        "    for name, laps in times.items():\n"
        "        fast = [i for i, t in enumerate(laps) if t < 60]\n"
        "        first[name] = fast[0] if fast else np.inf\n"
        "    return sorted(first, key=first.get)",
    ),
    after="Now measure the same four runs with two rulers, distance and loss, and look who is first.",
)
def rank(values_by_method, tol):
    """Return the names of the methods as a list, fastest first.

    values_by_method maps a name to a one-dimensional array: what the ruler shows
    after 0, 1, 2, ... steps, all values >= 0. A method is there at the first step
    n with values[n] <= tol * values[0]; nan is never there. Methods that never get
    there come last. Methods that need equally many steps keep the order in which
    they were given.

    >>> a, b, c = np.array([4.0, 3.0, 2.0]), np.array([9.0, 2.0, 2.0]), np.ones(3)
    >>> rank({"a": a, "b": b, "c": c}, tol=0.5)
    ['b', 'a', 'c']
    """
    steps = {}
    for name, values in values_by_method.items():
        there = values <= tol * values[0]
        steps[name] = np.argmax(there) if np.any(there) else np.inf
    return sorted(steps, key=steps.get)


def _shrinking(start, factor, count=12):
    return start * factor ** np.arange(count)


@rank.probe("runs that shrink at different rates")
def _(order):
    runs = {
        "slow": _shrinking(2.0, 0.75),
        "from afar": _shrinking(512.0, 0.25),
        "quick": _shrinking(1.0, 0.125, count=4),
        "steady": _shrinking(0.5, 0.5, count=20),
    }
    yield Seen("trial 1", "the order", order(runs, 0.03))
    yield Seen("trial 2", "the order", order(runs, 0.3))
    turned = {name: runs[name] for name in ("steady", "quick", "slow", "from afar")}
    yield Seen("trial 3", "the order", order(turned, 0.03))
    yield Seen("trial 4", "the order", order(turned, 0.3))
    two = {"late": np.array([8.0, 7.0, 6.0, 0.1, 0.001]), "early": np.array([8.0, 1.9, 1.8, 1.7, 1.6])}
    yield Seen("trial 5", "the order", order(two, 0.25))
    two = {"dips": np.array([8.0, 0.5, 5.0, 4.0]), "falls": np.array([8.0, 6.0, 3.0, 1.0])}
    yield Seen("trial 6", "the order", order(two, 0.1))


@rank.probe("a run that bounces, or climbs first")
def _(order):
    runs = {
        "smooth": np.array([1.0, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05]),
        "bouncing": np.array([1.0, 0.5, 0.15, 0.6, 0.3, 0.5, 0.04]),
        "climbing": np.array([1.0, 6.0, 3.0, 0.22, 0.11, 0.1, 0.09]),
    }
    yield Seen("trial 1", "the order", order(runs, 0.25))
    yield Seen("trial 2", "the order", order(runs, 0.125))
    runs = {
        "twice below": np.array([1.0, 0.1, 0.7, 0.1, 0.7, 0.1, 0.1]),
        "falling": np.array([1.0, 0.8, 0.7, 0.6, 0.1, 0.1, 0.1]),
    }
    yield Seen("trial 3", "the order", order(runs, 0.25))
    turned = {name: runs[name] for name in ("falling", "twice below")}
    yield Seen("trial 4", "the order", order(turned, 0.25))


@rank.probe("a value exactly on the line")
def _(order):
    runs = {
        "above": np.array([1.0, 0.75, 0.75, 0.125]),
        "on the line": np.array([4.0, 2.0, 1.0, 0.75]),
        "equally late": np.array([1.0, 0.5, 0.25, 0.25]),
        "below": np.array([2.0, 1.0, 1.0, 0.75, 0.25]),
    }
    yield Seen("trial 1", "the order", order(runs, 0.25))


@rank.probe("equally many steps")
def _(order):
    runs = {"zebra": _shrinking(1.0, 0.5), "ape": _shrinking(4.0, 0.5), "mole": _shrinking(1.0, 0.1)}
    yield Seen("trial 1", "the order", order(runs, 0.2))


@rank.probe("runs that never get there")
def _(order):
    runs = {
        "stuck": np.array([1.0, 0.9, 0.9, 0.9]),
        "fine": np.array([1.0, 0.6, 0.3, 0.1]),
        "hovering": np.array([1.0, 0.5, 0.5, 0.5]),
        "better": np.array([1.0, 0.1, 0.05, 0.01]),
        "stopped early": np.array([1.0, 0.5]),
    }
    yield Seen("trial 1", "the order", order(runs, 0.2))


@rank.probe("runs that blow up to nan")
def _(order):
    runs = {
        "blown up": np.array([1.0, 9.0, np.inf, np.nan, np.nan]),
        "fine": np.array([1.0, 0.6, 0.3, 0.1, 0.05]),
    }
    yield Seen("trial 1", "the order", order(runs, 0.2))


@rank.mistake(
    "RANK-ABS",
    name="tol is taken as a length, not as a share of the start",
    sees="Methods that started from a large value come out slower than they are.",
    question="One run starts at 512 and one at 0.5. What does 'a thousandth of the way left' mean for each?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(values <= tol))


def _first(there):
    return int(np.argmax(there)) if np.any(there) else math.inf


def _ranked(values_by_method, steps_of, reverse=False):
    steps = {name: steps_of(np.asarray(values)) for name, values in values_by_method.items()}
    return sorted(steps, key=steps.get, reverse=reverse)


@rank.mistake(
    "RANK-REVERSE",
    name="slowest first",
    sees="The list runs the other way.",
    question="Fewer steps is faster. Which end of your list has the fewest?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(values <= tol * values[0]), reverse=True)


@rank.mistake("RANK-REVERSE")
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(values <= tol * values[0]))[::-1]


@rank.mistake(
    "RANK-FINAL",
    name="ranked by the last value, not by steps",
    sees="Who ends lowest comes first, however late it got there.",
    question="The runs have different lengths. What does the last value say about the number of steps?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: values[-1])


@rank.mistake(
    "RANK-SHARE",
    name="ranked by the share that is left at the end, not by steps",
    sees="Who ends lowest, against its start, comes first, however late it got there.",
    question="Where does tol appear in your lines?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: values[-1] / values[0])


@rank.mistake(
    "RANK-LOWEST",
    name="ranked by the lowest value, not by steps",
    sees="Who gets lowest comes first, however late.",
    question="Where does tol appear in your lines?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: values.min())


@rank.mistake(
    "RANK-LAST",
    name="it waits until the value stays below the line",
    sees="A run that bounces above the line once more is counted by its last crossing.",
    question="The ruler here is the first step. What do your lines do with a run that comes back up?",
)
def _(values_by_method, tol):
    def settled(values):
        above = np.flatnonzero(~(values <= tol * values[0]))
        last = above[-1] + 1 if above.size else 0
        return last if last < len(values) else math.inf

    return _ranked(values_by_method, settled)


@rank.mistake(
    "RANK-COUNT",
    name="it counts the values above the line",
    sees="For a run that only falls this is the first step; for one that bounces it is more.",
    question="A run is below at step 2 and above again at step 3. Which step counts?",
)
def _(values_by_method, tol):
    def count(values):
        there = values <= tol * values[0]
        return int(np.sum(~there)) if np.any(there) else math.inf

    return _ranked(values_by_method, count)


@rank.mistake(
    "RANK-MAXIMUM",
    name="tol is a share of the largest value, not of the start",
    sees="A run that climbs first gets an easier line to reach.",
    question="By which value does the exercise measure a run: where it began, or its worst?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(values <= tol * values.max()))


@rank.mistake(
    "RANK-STRICT",
    name="exactly on the line does not count",
    sees="A run that meets tol * values[0] exactly is counted one or more steps late.",
    question="Is values[n] = tol * values[0] there, or not yet? Look at the sign in the exercise.",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(values < tol * values[0]))


@rank.mistake(
    "RANK-ALPHABET",
    name="equal steps are put in the order of the alphabet",
    sees="Two methods with equally many steps have changed places.",
    question="When you sort pairs, what decides if the first parts are equal?",
)
def _(values_by_method, tol):
    pairs = [(_first(values <= tol * values[0]), name) for name, values in values_by_method.items()]
    return [name for _, name in sorted(pairs)]


@rank.mistake(
    "RANK-NEVER",
    name="a run that never gets there comes first",
    sees="np.argmax of nothing but False is 0, and 0 steps looks like the fastest of all.",
    question="What does your search give when no value is below the line?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: np.argmax(values <= tol * values[0]))


@rank.mistake(
    "RANK-NEVERLENGTH",
    name="a run that never gets there counts by its length",
    sees="A short run that never arrives comes before a long one that does.",
    question="Which number is larger than every number of steps, however long a run is?",
)
def _(values_by_method, tol):
    def steps(values):
        there = values <= tol * values[0]
        return np.argmax(there) if np.any(there) else len(values)

    return _ranked(values_by_method, steps)


@rank.mistake(
    "RANK-DROPPED",
    name="runs that never get there are left out",
    sees="The list is shorter than the number of methods.",
    question="Every method should be in the list. Where do those belong that never arrive?",
)
def _(values_by_method, tol):
    steps = {name: _first(values <= tol * values[0]) for name, values in values_by_method.items()}
    return sorted((name for name in steps if steps[name] < math.inf), key=steps.get)


@rank.mistake(
    "RANK-NAN",
    name="nan counts as arrived",
    sees="A run that blew up is placed before one that arrived later.",
    question="Every comparison with nan is False. What does `not (values > line)` say about nan?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(~(values > tol * values[0])))


@rank.mistake(
    "RANK-STEPS",
    name="it returns the steps, not the names",
    sees="There are numbers in the list.",
    question="What should stand in the list: how many steps, or who needed them?",
)
def _(values_by_method, tol):
    return sorted(_first(values <= tol * values[0]) for values in values_by_method.values())


@rank.mistake("RANK-STEPS")
def _(values_by_method, tol):
    return [_first(values <= tol * values[0]) for values in values_by_method.values()]


@rank.mistake(
    "RANK-UNSORTED",
    name="the names come back as they were given",
    sees="The order of the list never changes.",
    question="Which line of yours puts anything in order?",
)
def _(values_by_method, tol):
    return list(values_by_method)


@rank.mistake(
    "RANK-NAMES",
    name="the names are sorted, not the methods",
    sees="The list is in the order of the alphabet.",
    question="By which key does `sorted` compare two names?",
)
def _(values_by_method, tol):
    return sorted(values_by_method)


@rank.mistake(
    "RANK-TOL2",
    name="tol is squared",
    sees="The line is too low, so runs that end early count as never arrived.",
    question="Squares come in when you turn a distance into a loss. Is that asked for here?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(values <= tol**2 * values[0]))


@rank.mistake(
    "RANK-DISTANCE",
    name="tol is subtracted from the start",
    sees="The line is at values[0] - tol, which nearly every run passes at once.",
    question="A share of the start is left: is that a product or a difference?",
)
def _(values_by_method, tol):
    return _ranked(values_by_method, lambda values: _first(values <= values[0] - tol))
