"""Adam, opened up: two weights, the gradients that reach them, and all that Adam makes of these."""

import math
from functools import lru_cache

import numpy as np

from optimlab.live.interactive import Interactive
from optimlab.live.learners import walk
from optimlab.live.marks import INK, Frame, Line, Picture, Points, Rule, Text, notice, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating, seed, toggle
from optimlab.live.parts import floating as real
from optimlab.live.parts import numbers as listed
from optimlab.looks import look
from optimlab.questions.question import Question

STEPS = 1000
STREAMS = ("constant", "alternating", "noise", "rare spike", "typed")
TYPED = (1.0, 1.0, 1.0, -5.0)
GRADIENT, MEAN, ROOT = "#767676", "#0B5CAD", "#5B3FB5"
ADAM, YOURS = look("adam"), look("yours")
SUBSCRIPTS = ("₁", "₂")


def _row(name, title, ylabel, ylim, height, xlabel=""):
    """One strip for each of the two weights, side by side."""
    return tuple(
        Panel(f"{name}{i + 1}", f"{title}{SUBSCRIPTS[i]}", (0, 20), ylim, xlabel, ylabel, height=height)
        for i in range(2)
    )


PANELS = (
    *_row("gradient", "The gradient of w", "÷ its scale", (-1.45, 1.45), 120),
    *_row("root", "The typical size of a gradient of w", "÷ its scale", (0.0, 1.45), 100),
    *_row("update", "The update of w", "update / lr", (-1.5, 1.5), 130, "step t"),
)
CONTROLS = (
    choice("stream", "gradients", STREAMS[0], STREAMS),
    log_floating("scale", "scale for w₁", 1000.0, 1e-4, 1e4),
    toggle("correct", "bias correction", True),
    integer("steps", "steps", 1, 1, STEPS, more=True),
    log_floating("scale2", "scale for w₂", 0.001, 1e-4, 1e4, more=True),
    real("beta1", "β₁", 0.9, 0.0, 0.99, 0.01, nudge=0.01, more=True),
    real("beta2", "β₂", 0.999, 0.0, 0.9999, 0.0001, nudge=0.001, more=True),
    log_floating("eps", "eps", 1e-8, 1e-12, 1e2, more=True),
    integer("silence", "zeros before the spike", 100, 0, STEPS - 1, more=True),
    listed("typed", "typed gradients, again and again", TYPED, -1000, 1000, more=True),
    seed(more=True),
)


@lru_cache(maxsize=8)
def pattern(stream, silence, typed, seed):
    """All 1000 gradients of a stream before they are scaled, (1000, 2): the same for both weights, but for
    noise."""
    t = np.arange(STEPS)
    if stream == "noise":
        return np.random.default_rng(seed).standard_normal((STEPS, 2))
    one = {
        "constant": np.ones(STEPS),
        "alternating": 1.0 - 2 * (t % 2),
        "rare spike": (t == silence) * 1.0,
        "typed": np.resize(typed, STEPS),
    }[stream]
    return np.column_stack([one, one])


def simulate(
    stream="constant", scale=1000.0, correct=True, steps=1, scale2=0.001, beta1=0.9, beta2=0.999, eps=1e-8,
    silence=100, typed=TYPED, seed=0, own=None,
):  # fmt: skip
    """Adam's update of two weights, whose gradients are handed to it one after the other.

    stream: "constant", "alternating", "noise", "rare spike" (zeros but for one 1, after `silence` of them) or
    "typed" (the numbers in `typed`, again and again). scale, scale2: what it is multiplied by for the first
    and for the second weight. correct: whether m and v are corrected for their start at zero. own: a
    learner's rule to compare with, as learners.own_optimizer takes it.
    -> dict, arrays of shape (steps, 2): grads; m, v, the averages; m_hat, v_hat, corrected, or m and v again
    without correction; update, how far the weights move, in units of lr, against the gradient. Also
    effective (2,), the lr of each weight at the last step, in units of lr; rms (2,), of the update over the
    last half of the steps; peak, the largest gradient of the stream before it is scaled; yours (at most
    steps, 2), the update by the learner's rule, or None; trouble, what is wrong with that, or "".

    >>> simulate()["update"].round(5)
    array([[1.     , 0.99999]])
    >>> simulate(correct=False, steps=12)["update"][[0, 11], 0].round(2)
    array([3.16, 6.57])
    """
    shape = pattern(stream, silence, typed, seed)
    grads = shape[:steps] * (scale, scale2)
    m, v = average(grads, beta1), average(grads**2, beta2)
    t = np.arange(1, steps + 1)[:, None]
    m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if correct else (m, v)
    divisor = np.sqrt(v_hat) + eps
    update = m_hat / divisor
    yours, trouble = by_own(own, grads, beta1, beta2, eps)
    return {
        "grads": grads, "m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "update": update,
        "effective": 1 / divisor[-1], "rms": np.sqrt(np.mean(update[steps // 2 :] ** 2, axis=0)),
        "peak": float(np.abs(shape).max()), "yours": yours, "trouble": trouble,
    }  # fmt: skip


def average(values, beta):
    """The exponential moving average of each column, from zero: (n, 2) -> (n, 2)."""
    columns = []
    for column in values.T.tolist():
        now, column_averages = 0.0, []
        for value in column:
            now = beta * now + (1 - beta) * value
            column_averages.append(now)
        columns.append(column_averages)
    return np.array(columns).T


def by_own(own, grads, beta1, beta2, eps):
    """The updates that a learner's rule makes of the same gradients, in units of lr, and its trouble."""
    if own is None:
        return None, ""
    settings = {"lr": 1.0, "momentum": beta1, "betas": (beta1, beta2), "eps": eps, "alpha": beta2}
    went = walk(own, lambda w, t: grads[t - 1], [0.0, 0.0], len(grads), **settings)
    return -np.diff(went.params, axis=0), went.trouble


def horizon(steps):
    """Where the strips end: the first round number that the steps do not pass."""
    return next(end for end in (20, 50, 100, 200, 500, STEPS) if steps <= end)


def view(values, result):
    steps = values["steps"]
    end, peak = (0, horizon(steps)), 1.45 * result["peak"]
    longest = max(1.4, 1.1 * float(np.abs(result["update"]).max()))
    pictures = {}
    for i in range(2):
        scale = values["scale" if i == 0 else "scale2"]
        pictures[f"gradient{i + 1}"] = Picture(
            gradient_title(values, result, i), gradient_marks(values, result, i, scale), end, (-peak, peak)
        )
        pictures[f"root{i + 1}"] = Picture(
            root_title(values, result, i), root_marks(values, result, i, scale), end, (0.0, peak)
        )
        pictures[f"update{i + 1}"] = Picture(
            update_title(result, i), update_marks(result, i), end, (-longest, longest)
        )
    return Frame(readout(values, result), pictures, numbers(values, result))


def first_look(values):
    """The gradients that are coming, and nothing of what Adam makes of them."""
    names = ("stream", "silence", "typed", "seed")
    shape = pattern(*(values[name] for name in names))[: values["steps"]]
    peak = 1.45 * max(1.0, float(np.abs(shape).max()))
    end = (0, horizon(values["steps"]))
    pictures = {}
    for i in range(2):
        pictures[f"gradient{i + 1}"] = Picture(
            PANELS[i].title, strip(shape[:, i], GRADIENT, 1.0), end, (-peak, peak)
        )
        for panel in (PANELS[2 + i], PANELS[4 + i]):
            pictures[panel.name] = Picture(panel.title, [], end)
    first, second = shape[-1] * (values["scale"], values["scale2"])
    return Frame(
        f"Two weights. The gradient of w₁ is {number(first)}, that of w₂ is {number(second)}.", pictures
    )


def strip(y, color, width, dashes=(), label=""):
    """A line over the steps, from 1; a point where it ends, and at every step where there are few."""
    t = np.arange(1, len(y) + 1)
    few = slice(None) if len(y) <= 30 else slice(-1, None)
    return [Line(t, y, color, dashes, width, label), Points(t[few], y[few], color, "o", 4.5, not dashes)]


def pair(raw, corrected, color, name, correct, peak):
    """An average as it is kept, dashed, and as it is used; one label where the two are one."""
    if not correct:
        return strip(raw, color, 2.0, (), name)
    apart = abs(corrected[-1] - raw[-1]) > 0.15 * peak
    return [*strip(raw, color, 1.2, (3, 2), name if apart else ""),
            *strip(corrected, color, 2.0, (), f"{name}\u0302")]


def gradient_marks(values, result, i, scale):
    m, m_hat = result["m"][:, i] / scale, result["m_hat"][:, i] / scale
    return [
        Rule("", y=0.0, dashes=(), width=0.8),
        *strip(result["grads"][:, i] / scale, GRADIENT, 4.0 if values["steps"] <= 100 else 1.0),
        *pair(m, m_hat, MEAN, "m", values["correct"], result["peak"]),
        unit(scale, values["steps"], result["peak"]),
    ]


def unit(scale, steps, peak):
    """What 1 on the axis stands for."""
    where = 0.015 * horizon(steps), -1.15 * peak
    return Text(*where, f"unit: {number(scale)}", anchor="left", size=9.5, box=True)


def root_marks(values, result, i, scale):
    v, v_hat = (np.sqrt(result[name][:, i]) / scale for name in ("v", "v_hat"))
    marks = pair(v, v_hat, ROOT, "√v", values["correct"], result["peak"])
    share = values["eps"] / scale
    if 0.02 * result["peak"] < share < 1.4 * result["peak"]:
        marks.append(Rule("eps", y=share, side="left"))
    return marks


def update_marks(result, i):
    marks = [
        Rule("", y=0.0, dashes=(), width=0.8),
        Rule("one lr", y=1.0, side="right"),
        Rule("", y=-1.0),
        *strip(result["update"][:, i], ADAM.color, ADAM.width),
    ]
    yours = result["yours"]
    if yours is not None and len(yours):
        marks += strip(yours[:, i], YOURS.color, 1.5, YOURS.dashes)
        marks.append(Text(len(yours), float(yours[-1, i]), "yours", INK, "left", dx=6, dy=-8, size=9.5))
    if result["trouble"]:
        marks += notice(result["trouble"], PANELS[4 + i], rows=2)
    return marks


def gradient_title(values, result, i):
    grad, m, m_hat = (number(result[name][-1, i]) for name in ("grads", "m", "m_hat"))
    corrected = f", m̂ = {m_hat}" if values["correct"] else ""
    return f"g{SUBSCRIPTS[i]} = {grad}: m = {m}{corrected}"


def root_title(values, result, i):
    v, v_hat = (number(math.sqrt(result[name][-1, i])) for name in ("v", "v_hat"))
    corrected = f", √v̂ = {v_hat}" if values["correct"] else ""
    return f"Typical size: √v = {v}{corrected}"


def update_title(result, i):
    update = result["update"]
    return f"Update of w{SUBSCRIPTS[i]}, step {len(update)}: {in_lrs(update[-1, i])} lr"


def in_lrs(update):
    """In units of lr, with five digits where it is all but one."""
    return number(update, 5 if abs(abs(update) - 1) < 1e-3 else 3)


def readout(values, result):
    t = values["steps"]
    moves = [in_lrs(abs(update)) for update in result["update"][-1]]
    grads = [number(grad) for grad in result["grads"][-1]]
    correction = "" if values["correct"] else " without correction"
    words = (
        f"Step {t}{correction}: gradients {grads[0]} and {grads[1]} move the two weights by {moves[0]} and "
        f"{moves[1]} lr"
    )
    if t > 1:
        largest = np.abs(result["update"]).max(axis=1)
        when = int(np.argmax(largest > (1 - 1e-9) * largest.max()))  # the first, if all are alike
        words += f"; the longest move so far is {number(largest[when])} lr, at step {when + 1}"
    return f"{words}. {result['trouble']}".strip() if result["trouble"] else f"{words}."


def numbers(values, result):
    beta1, beta2 = values["beta1"], values["beta2"]
    with np.errstate(divide="ignore", invalid="ignore"):
        agree = np.abs(result["m_hat"][-1]) / np.sqrt(result["v_hat"][-1])
    agree = [number(x) if np.isfinite(x) else "no gradient yet" for x in agree]
    return [
        ("rate of w₁: 1 / (√v̂ + eps)", f"{number(result['effective'][0])} lr"),
        ("rate of w₂", f"{number(result['effective'][1])} lr"),
        ("signal to noise of w₁: |m̂| / √v̂", agree[0]),
        ("m forgets half in", memory(beta1)),
        ("v forgets half in", memory(beta2)),
        ("spike after endless silence", f"{number((1 - beta1) / math.sqrt(1 - beta2))} lr"),
        ("in noise: √((1−β₁)/(1+β₁))", f"{number(math.sqrt((1 - beta1) / (1 + beta1)))} lr"),
        ("rms, last half: w₁, w₂", f"{number(result['rms'][0])}, {number(result['rms'][1])} lr"),
    ]


def memory(beta):
    return f"{number(math.log(0.5) / math.log(beta))} steps" if beta else "at once"


def check_bigger(values, answer):
    return answer == BIGGER[1], {
        BIGGER[0]: "m does start ten times too small. But v starts a thousand times too small, and its root "
        "stands below the line.",
        BIGGER[1]: "Yes: 0.1 / √0.001 = 3.16. m is ten times too small, the root of v 32 times.",
        BIGGER[2]: "m and the root of v are both too small, but not by the same factor: 10, and 32.",
    }[answer]


def check_momentum(values, answer):
    result = simulate(**values)
    if values["scale"] < 100 * values["scale2"]:
        return False, "Let the gradient of w₁ be 1 and that of w₂ be 0.001; the task's button sets them."
    first, second = np.abs(result["update"][-1])
    asked, got = values["scale"] / values["scale2"], first / second if second else math.inf
    if not values["beta1"]:
        return False, "Without β₁ it is no momentum. Leave it at 0.9, and look for eps."
    if abs(got / asked - 1) <= 0.05:
        return True, (
            f"Yes: w₁ moves {number(got)} times as far as w₂. eps has swallowed √v̂, and what is left is "
            f"momentum with the rate lr/eps = {number(1 / values['eps'])} lr."
        )
    return False, (
        f"The gradients differ by a factor of {number(asked)}, the moves by {number(got)}. Momentum would "
        "keep the factor. What must eps be larger than?"
    )


def check_noise(values, answer):
    typical = math.sqrt(0.1 / 1.9)
    if abs(answer / typical - 1) <= 0.1:
        return True, f"Yes, {number(typical)}: signs that disagree cancel in m, and nothing cancels in v."
    if abs(answer - 1) <= 0.1:
        return False, "That is its length where the gradients agree. Here every second one has another sign."
    return False, "Set gradients to noise, let it run, and read “last half” below the strips."


def check_spike(values, answer):
    if values["stream"] != "rare spike" or (values["beta1"], values["beta2"]) != (0.9, 0.999):
        return False, "Rare spikes and betas of 0.9 and 0.999, please: only the silence is yours."
    if not values["correct"]:
        return False, "With the correction, please. Without it a spike's step is 3.16 lr, after any silence."
    steps = values["silence"] + 1
    jump = float(abs(simulate(**{**values, "steps": steps})["update"][-1, 0]))
    if abs(jump / 2 - 1) <= 0.05:
        return True, (
            f"Yes: {number(jump)} lr after {values['silence']} zeros. Zeros keep v small while its "
            "correction fades, so the longer the silence the longer the jump."
        )
    way = "Longer" if jump < 2 else "Less"
    return False, f"After {values['silence']} zeros the spike moves w₁ by {number(jump)} lr. {way} silence."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes: with one gradient seen, m̂ is g and √v̂ is |g|. The size cancels, the sign stays.",
        WHY[1]: "Nothing is clipped: with other betas, or after a silence, a step may be longer than lr.",
        WHY[2]: "Each weight has an m and a v of its own. Change the scale of w₁: w₂ does not notice.",
    }[answer]


GUESSES = ("by 1000 lr and by 0.001 lr", "both by lr", "both by a tenth of lr", "w₂ moves further")
WHY = (
    "In the first step m̂ / √v̂ is g / |g|",
    "Adam clips every gradient to 1",
    "Both are divided by the length of the whole gradient",
)
BIGGER = ("Shorter: m starts at zero", "Longer", "The same: both corrections cancel")
SHOWN = "Both move by lr, to four digits: 1 lr and 0.99999 lr. Make the first gradient smaller or larger."

adam = Interactive(
    "adam",
    "Adam, opened up: the gradients of two weights, their averages m and v, and the update of each.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=PANELS,
    controls=CONTROLS,
    question=Question(
        "live.adam",
        "Two weights. The gradient of the first is 1000, that of the second 0.001. How far does Adam's first "
        "step move them?",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[0]: f"So does gradient descent. Adam divides by the size of the gradient. {SHOWN}",
            GUESSES[1]: f"They do. {SHOWN}",
            GUESSES[2]: f"m holds a tenth of the gradient, and the correction makes up for it. {SHOWN}",
            GUESSES[3]: f"A weight with small gradients does get a larger rate. It moves as far as the other "
            f"one. {SHOWN}",
        },
    ),
    why=Task("Why do both move equally far?", check_why, choices=WHY),
    tasks=(
        Task(
            "Both averages start at zero, and the correction puts that right. You switch it off. What "
            "becomes of the first step?",
            check_bigger,
            choices=BIGGER,
        ),
        Task(
            "Gradients that are pure noise, betas 0.9 and 0.999. How long is a typical step in the long run "
            "(root mean square), in lr?",
            check_noise,
            asks="in lr",
            setup={"scale": 1.0, "scale2": 1.0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "correct": True},
        ),
        Task(
            "One spike after a long silence. How many zeros before it, so that it moves w₁ by 2 lr, to 5 %?",
            check_spike,
            setup={
                "stream": "rare spike", "silence": 100, "steps": STEPS, "scale": 1.0, "scale2": 1.0,
                "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "correct": True,
            },
        ),  # fmt: skip
        Task(
            "The gradient of w₁ is 1 and that of w₂ 0.001. Find an eps that turns Adam into momentum: w₁ "
            "moves 1000 times as far, to 5 %.",
            check_momentum,
            setup={"stream": "constant", "scale": 1.0, "scale2": 0.001, "steps": 20, "eps": 1e-8,
                   "correct": True},
        ),
    ),  # fmt: skip
    presets=(
        Preset("1000 and 0.001", {"stream": "constant", "scale": 1000.0, "scale2": 0.001, "steps": 1}),
        Preset("1000 steps of noise", {"stream": "noise", "scale": 1.0, "scale2": 1.0, "steps": STEPS}),
        Preset("a spike", {"stream": "rare spike", "silence": 100, "steps": 200}),
    ),
    extras=("own",),
    still=Still(
        (
            ("constant, with correction", {"steps": 50}),
            ("constant, without", {"steps": 50, "correct": False}),
            ("noise", {"stream": "noise", "steps": 500, "scale": 1.0}),
        ),
        ("gradient1", "root1", "update1"),
        "Three columns, each with the gradient of one weight, its averages m and √v, and Adam's update in "
        "units of lr. Constant gradients give an update of 1 at every step with correction, and without it "
        "3.16 at first and 6.57 at step 12; noise gives updates well below 1.",
    ),
)
