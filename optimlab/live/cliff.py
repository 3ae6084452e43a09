"""The cliff at 2/λ: gradient descent on a quadratic whose two axes have curvatures 1 and lambda2."""

import math

import numpy as np

from optimlab.live.interactive import Interactive
from optimlab.live.marks import (
    INK,
    THEORY,
    Area,
    Arrow,
    Frame,
    Line,
    Picture,
    Points,
    Rule,
    Text,
    leaving,
    number,
)
from optimlab.live.parts import Panel, Preset, Still, Task, integer, log_floating
from optimlab.live.parts import floating as real
from optimlab.live.runs import run
from optimlab.optim import SGD
from optimlab.questions.question import Question

ABOVE, BELOW = "#5B3FB5", "#9C4A00"  # the two sides of the steep axis
LAMBDA1 = 1.0

PLANE = Panel(
    "plane",
    "The valley from above",
    (-2.0, 2.0),
    (-1.5, 1.5),
    "x₁, the flat axis",
    "x₂, the steep axis",
    xticks=(-2, -1, 0, 1, 2),
    yticks=(-1, 0, 1),
    equal=True,
    height=264,
    drag=("x1", "x2"),
)
CURVE = Panel(
    "curve",
    "Distance along each axis",
    (0, 200),
    (1e-6, 1e6),
    "step",
    "distance (log)",
    yscale="log",
    yticks=(1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6),
    xticks=(0, 50, 100, 150, 200),
    height=264,
)
LINE = Panel(
    "line",
    "Where this lr stands",
    (1e-3, 3.0),
    (0, 1),
    "learning rate lr (log)",
    xscale="log",
    xticks=(0.001, 0.01, 0.1, 1),
    yticks=(),
    span=12,
    height=88,
)
CONTROLS = (
    log_floating("lr", "learning rate lr", 0.05, 1e-3, 0.3, nudge=0.001),
    log_floating("lambda2", "steep curvature λ₂", 10.0, 1.0, 100.0, nudge=1.0),
    integer("steps", "steps", 100, 1, 200),
    real("x1", "start x₁", 1.0, -2.0, 2.0, 0.05, more=True),
    real("x2", "start x₂", 1.0, -1.5, 1.5, 0.05, more=True),
)


def simulate(lr=0.05, lambda2=10.0, steps=100, x1=1.0, x2=1.0):
    """Gradient descent on f = (x1² + lambda2 x2²) / 2.

    lr: learning rate. lambda2: curvature of the second axis; the first has 1. steps: how many.
    x1, x2: the start.
    -> dict: params (steps+1, 2); distance (steps+1,), its norm; factors (2,), what one step multiplies each
    axis by; rate, the larger of their sizes, among the axes that the start does not leave at 0; half_life,
    the steps to halve the slower axis, by formula (negative: steps to double it); counted, the same counted
    in the run, None if the run ends before; regime: "monotone", "alternating", "neutral" or "divergent";
    diverged_at: step or None.

    >>> result = simulate(lr=0.201)
    >>> result["regime"], round(float(result["distance"][-1]), 2)
    ('divergent', 2.7)
    """
    curvatures = np.array([LAMBDA1, lambda2])
    params, diverged_at = run(SGD(np.array([x1, x2], float), lr=lr), curvatures, steps)
    factors = 1 - lr * curvatures
    started = np.abs(np.array([x1, x2])) > 0
    sizes = np.where(started, np.abs(factors), 0.0)
    slow = int(np.argmax(sizes))
    rate = float(sizes[slow])
    with np.errstate(divide="ignore"):
        half_life = (
            float(np.log(0.5) / np.log(rate)) if rate not in (0.0, 1.0) else (0.0 if rate == 0 else math.inf)
        )
    along = np.abs(params[:, slow])
    halved = np.flatnonzero(along >= 2 * along[0] if rate > 1 else along <= 0.5 * along[0])
    return {
        "params": params,
        "distance": np.linalg.norm(params, axis=1),
        "factors": factors,
        "rate": rate,
        "half_life": half_life,
        "counted": int(halved[0]) if len(halved) and rate != 1 else None,
        "regime": regime(factors),
        "diverged_at": diverged_at,
    }


def regime(factors):
    """The word for what one step does, from the steepest axis's factor 1 − lr λ."""
    factor = float(np.min(factors))
    if abs(factor + 1) < 1e-12:
        return "neutral"
    if factor < -1:
        return "divergent"
    return "alternating" if factor < 0 else "monotone"


def view(values, result):
    lr, lambda2 = values["lr"], values["lambda2"]
    cliff = 2 / max(LAMBDA1, lambda2)
    plane_title, curve_title = titles(result)
    return Frame(
        readout(values, result),
        {
            "plane": Picture(plane_title, plane_marks(lambda2, result)),
            "curve": Picture(curve_title, curve_marks(result)),
            "line": Picture(
                f"lr = {number(lr, 4)}, the cliff is at 2/λ₂ = {number(cliff)}", line_marks(lr, lambda2)
            ),
        },
        numbers(values, result),
    )


def first_look(values):
    start = np.array([[values["x1"], values["x2"]]])
    return Frame(
        f"A valley with curvature 1 along x₁ and {number(values['lambda2'])} along x₂, and a start at "
        f"({number(values['x1'])}, {number(values['x2'])}).",
        {
            "plane": Picture(PLANE.title, contours(values["lambda2"]) + path_marks(start)),
            "curve": Picture(CURVE.title, []),
            "line": Picture(LINE.title, [lr_mark(values["lr"])]),
        },
    )


def contours(lambda2):
    """Ellipses of equal height, on equal steps of log1p(f)."""
    angle = np.linspace(0, 2 * np.pi, 121)
    top = 0.5 * (LAMBDA1 * 4 + lambda2 * 2.25)
    heights = np.expm1(np.linspace(0, np.log1p(top), 11)[1:])
    return [
        Line(
            np.sqrt(2 * height / LAMBDA1) * np.cos(angle),
            np.sqrt(2 * height / lambda2) * np.sin(angle),
            color="#8A8A8A",
            width=0.7,
        )
        for height in heights
    ] + [Points(np.zeros(1), np.zeros(1), marker="+", size=8)]


def path_marks(params):
    up = params[:, 1] >= 0
    return [
        Line(params[:, 0], params[:, 1], color="#444444", width=1.0, halo=True),
        Points(params[up, 0], params[up, 1], ABOVE, "o", 5),
        Points(params[~up, 0], params[~up, 1], BELOW, "s", 5, filled=False),
    ]


def plane_marks(lambda2, result):
    params = result["params"]
    params = params[np.isfinite(params).all(axis=1)]
    marks = contours(lambda2) + path_marks(params)
    edge = leaving(params[:, 0], params[:, 1], PLANE)
    if edge:
        step, arrow = edge
        marks += [arrow, Text(0, -1.3, f"leaves the picture at step {step}", size=9)]
    return marks


def curve_marks(result):
    params = result["params"]
    steps = np.arange(len(params))
    size = np.abs(params)
    every = (len(params) // 40) | 1  # an odd stride, so that both signs show
    some = np.zeros(len(params), bool)
    some[::every] = True
    up, down = some & (params[:, 1] >= 0), some & (params[:, 1] < 0)
    marks = [
        Rule("", y=1.0),
        Line(steps, size[:, 0], INK, (5, 3), 1.5, label="|x₁|"),
        Line(steps, size[:, 1], "#444444", (), 1.0, label="|x₂|"),
        Points(steps[up], size[up, 1], ABOVE, "o", 4),
        Points(steps[down], size[down, 1], BELOW, "s", 4, filled=False),
    ]
    if result["diverged_at"] is not None:
        step = result["diverged_at"]
        inside = np.flatnonzero(size[:, 1] <= CURVE.ylim[1])
        x, y = float(steps[inside[-1]]), float(size[inside[-1], 1])
        left = x < 110
        marks += [
            Arrow(x, y, x + 2, CURVE.ylim[1]),
            Text(
                x,
                1e5,
                f"diverged at step {step}",
                anchor="left" if left else "right",
                dx=9 if left else -9,
                bold=True,
            ),
        ]
    return marks


def lr_mark(lr):
    return Points(np.array([lr]), np.array([0.0]), INK, "^", 11)


def line_marks(lr, lambda2):
    steep, flat = max(LAMBDA1, lambda2), min(LAMBDA1, lambda2)
    best = 2 / (steep + flat)
    ends = [LINE.xlim[0], 1 / steep, 2 / steep, LINE.xlim[1]]
    bands = [("#FFFFFF", "monotone"), (ABOVE, "alternating"), (BELOW, "divergent")]
    marks = []
    for (color, word), low, high in zip(bands, ends, ends[1:], strict=False):
        low, high = max(low, LINE.xlim[0]), min(high, LINE.xlim[1])
        if low < high:
            x = np.array([low, high])
            marks.append(Area(x, np.zeros(2), np.ones(2), color, 0.10))
            marks.append(
                Text(math.sqrt(low * high), 0.22, word, color="#444444", size=9.5, within=(low, high))
            )
    return [
        *marks,
        Rule(f"1/λ₂ = {number(1 / steep)}", x=1 / steep, at=0.85, side="left"),
        Rule("", x=best),
        Line(np.array([1 / steep, best]), np.full(2, 0.55), THEORY, width=0.8),
        Text(1 / steep, 0.55, f"best: 2/(1+λ₂) = {number(best)}", THEORY, "right", dx=-4, size=9.5),
        Rule(
            f"cliff: 2/λ₂ = {number(2 / steep)}",
            x=2 / steep,
            at=0.85,
            side="right",
            color=INK,
            dashes=(),
            width=1.5,
        ),
        lr_mark(lr),
    ]


def titles(result):
    word, factor = result["regime"], float(result["factors"][1])
    where = {
        "monotone": "It walks in without crossing the valley floor",
        "alternating": "It jumps across the valley floor, and arrives",
        "neutral": "It jumps from wall to wall for ever",
        "divergent": "It jumps across the valley, higher each time",
    }[word]
    flat, rate = abs(float(result["factors"][0])), number(result["rate"])
    if word == "divergent":
        how = f"The steep axis grows {number(abs(factor), 4)}× at each step"
    elif word == "neutral":
        how = "The steep axis neither grows nor shrinks"
    elif abs(flat - abs(factor)) < 1e-9:
        how = f"Both axes keep the same share, {rate}, at each step"
    else:
        how = f"The {'flat' if flat > abs(factor) else 'steep'} axis sets the pace: each step leaves {rate}"
    return where, how


def readout(values, result):
    lr, cliff = values["lr"], 2 / values["lambda2"]
    size, word = abs(float(result["factors"][1])), result["regime"]
    if word == "divergent":
        double = math.log(2) / math.log(size)
        every = f"every {number(double)} steps" if double >= 1.5 else f"{number(size)} times each step"
        what = (
            f"error on the steep axis doubles {every}"
            if double >= 1.5
            else f"error on the steep axis grows {every}"
        )
        return f"lr {number(lr, 4)} is above 2/λ₂ = {number(cliff)}: the {what}."
    if word == "neutral":
        return f"lr {number(lr, 4)} is exactly 2/λ₂: the error on the steep axis keeps its size for ever."
    after = float(result["distance"][-1])
    return (
        f"lr {number(lr, 4)} is below 2/λ₂ = {number(cliff)}: after {values['steps']} steps the distance "
        f"to the "
        f"minimum is {number(after)}."
    )


def numbers(values, result):
    first, second = result["factors"]
    half, counted = result["half_life"], result["counted"]
    name = "halves in" if result["rate"] < 1 else "doubles in"
    formula = "never" if math.isinf(half) else f"{number(abs(half))} steps"
    seen = "not in this run" if counted is None else f"{counted} steps"
    return [
        ("factor on x₁: 1 − lr·1", number(first, 4)),
        ("factor on x₂: 1 − lr·λ₂", number(second, 4)),
        ("rate, the larger size", number(result["rate"], 4)),
        (f"{name}, by formula", formula),
        (f"{name}, counted", seen),
        ("distance at the last step", number(result["distance"][-1])),
        ("regime", result["regime"]),
    ]


def largest_stable(lambda2):
    return 2 / max(LAMBDA1, lambda2)


def check_largest(values, answer):
    rate = simulate(lr=answer, lambda2=10.0)["rate"] if 0 < answer <= 100 else math.inf
    if rate > 1 + 1e-9:
        return (
            False,
            f"At lr = {answer:g} the steep axis is multiplied by {number(1 - 10 * answer)} each step: it "
            f"grows.",
        )
    if answer < 0.2 * (1 - 0.005):
        return False, f"lr = {answer:g} is stable, its rate is {number(rate)}. A larger one is stable too."
    return True, "Yes: at 0.2 the factor 1 − lr·10 is exactly −1, the last one that does not grow."


def check_fastest(values, answer):
    lr, lambda2 = values["lr"], values["lambda2"]
    if lambda2 < 1.5:
        return False, "With both curvatures alike there is nothing to trade. Set λ₂ to 10."
    best = 2 / (LAMBDA1 + lambda2)
    rate, least = (float(np.abs(simulate(lr=one, lambda2=lambda2)["factors"]).max()) for one in (lr, best))
    if abs(lr / best - 1) <= 0.01:
        return True, f"Yes: both axes lose the same share, {number(1 - rate)} of what is left, each step."
    slower = "flat axis is the slow one: try more" if lr < best else "steep axis is the slow one: try less"
    return False, f"The rate is {number(rate, 4)}; {number(least, 4)} can be had. Here the {slower}."


def check_neutral(values, answer):
    factor = float(simulate(values["lr"], values["lambda2"])["factors"][1])
    if abs(abs(factor) - 1) < 1e-9 and factor < 0:
        return True, "Yes: the factor is −1. The steep axis changes its sign for ever and nothing else."
    word = "grows" if abs(factor) > 1 else "shrinks"
    return False, f"The factor on the steep axis is {number(factor, 4)}, so it {word}. You want −1."


def check_double(values, answer):
    if abs(answer / 0.1 - 1) <= 0.005:
        return True, "Yes: twice the curvature, half the learning rate. The cliff is at 2/20 = 0.1."
    factor = number(1 - answer * 20)
    return False, f"With λ₂ = 20 and lr = {answer:g} the factor is {factor}. At the cliff it is −1."


def check_why(values, answer):
    return answer == WHY[1], {
        WHY[0]: "The gradient is exact on both sides of 0.2: the same formula, the same code.",
        WHY[
            1
        ]: "Yes. lr·λ₂ = 2 lands exactly as far on the other side; beyond 2 it lands further out each time.",
        WHY[
            2
        ]: "It jumps across from lr = 0.1 on, and between 0.1 and 0.2 each jump lands closer to the floor.",
    }[answer]


GUESSES = (
    "It arrives a little sooner",
    "It arrives a little later",
    "It circles at the same distance",
    "It runs away",
)
WHY = (
    "The gradient becomes wrong above 0.2",
    "Above 0.2 a step overshoots to more than the distance it came from",
    "Jumping across the valley floor means divergence",
)

cliff = Interactive(
    "cliff",
    "Gradient descent in a valley, and the learning rate where it falls off the cliff at 2/λ₂.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(PLANE, CURVE, LINE),
    controls=CONTROLS,
    question=Question(
        "live.cliff",
        "The valley is 10 times as steep along x₂ as along x₁. With lr = 0.199 gradient descent arrives at "
        "the "
        "minimum. What does it do with lr = 0.201?",
        GUESSES,
        answer=GUESSES[3],
        replies={
            GUESSES[
                0
            ]: "Longer steps do arrive sooner, up to 0.18. At 0.201 each step along x₂ overshoots by more "
            "than it came from: the distance is 2.70 after 100 steps, where 0.199 has 0.366.",
            GUESSES[
                1
            ]: "It does get later between 0.18 and 0.2. At 0.201 it no longer arrives: the distance is 2.70 "
            "after 100 steps, where 0.199 has 0.366.",
            GUESSES[
                2
            ]: "That is what it does at 0.2 exactly: the distance stays 1. At 0.201 it is 2.70 after 100 "
            "steps, and grows.",
            GUESSES[
                3
            ]: "It does: 2.70 after 100 steps and growing, where 0.199 has 0.366. One part in a hundred of "
            "lr, and another world.",
        },
        reply="At 0.201 the distance is 2.70 after 100 steps, where 0.199 has 0.366.",
    ),
    why=Task("Why does it run away above 0.2?", check_why, choices=WHY),
    tasks=(
        Task(
            "λ₂ is 10. What is the largest lr that does not run away?",
            check_largest,
            asks="largest lr",
            setup={"lambda2": 10.0},
        ),
        Task(
            "Find the fastest lr for λ₂ = 10, to 1 %, and leave the slider there.",
            check_fastest,
            setup={"lambda2": 10.0},
        ),
        Task(
            "Find the lr at which the steep axis neither grows nor shrinks. The fine buttons help.",
            check_neutral,
            setup={"lambda2": 10.0},
        ),
        Task(
            "Now λ₂ doubles, from 10 to 20. Where is the cliff?",
            check_double,
            asks="cliff at lr",
            setup={"lambda2": 20.0},
        ),
    ),
    presets=(
        Preset("start (1, 1)", {"x1": 1.0, "x2": 1.0}),
        Preset("on the flat axis", {"x1": 1.5, "x2": 0.0}),
        Preset("on the steep axis", {"x1": 0.0, "x2": 1.0}),
    ),
    still=Still(
        (("lr = 0.05", {"lr": 0.05}), ("lr = 2/11 = 0.182", {"lr": 2 / 11}), ("lr = 0.201", {"lr": 0.201})),
        ("plane", "curve"),
        "Three columns, lr 0.05, 0.182 and 0.201, each with gradient descent's path over the contours of a "
        "valley and "
        "below it the distance along both axes against the step, on a log scale. At 0.182 both axes shrink "
        "equally "
        "fast; at 0.201, above 2/λ₂ = 0.2, the steep axis grows while the flat one still shrinks.",
    ),
)
