"""Loss and slope: drag what a model says, and see how hard each loss pushes it towards the right answer."""

import math
from functools import cache, lru_cache

import numpy as np

from optimlab import losses
from optimlab.live.interactive import Interactive
from optimlab.live.marks import INK, THEORY, Frame, Line, Picture, Points, Rule, Text, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating
from optimlab.live.parts import floating as real
from optimlab.questions.question import Question

KINDS = ("a number", "yes or no")
LOSSES = {KINDS[0]: ("squared", "absolute", "Huber"), KINDS[1]: ("cross-entropy", "squared", "hinge")}
TARGET = {KINDS[0]: 0.0, KINDS[1]: 1.0}
LONGEST = 200
GRID = np.linspace(-10, 10, 401)
GLYPHS = {  # color, dashes, marker
    "cross-entropy": (INK, (), "o"), "Huber": (INK, (), "o"), "squared": ("#5B3FB5", (8, 3), "s"),
    "absolute": ("#9C4A00", (2, 2), "^"), "hinge": ("#9C4A00", (2, 2), "^"),
}  # fmt: skip


def simulate(output=-3.0, kind="yes or no", lr=1.0, steps=40, delta=1.0):
    """What a model says about one example, the loss and slope there, and gradient descent from there.

    output: the number that a model says, or for yes or no its score, with 1 (yes) the right answer; for a
    number the right answer is 0. lr, steps: gradient descent moves the output itself. delta: Huber's.
    -> dict: losses and slopes by name, at output; paths by name, (steps + 1,), the output after each step;
    probability, the sigmoid of output.

    >>> result = simulate(output=math.log(1e-4 / (1 - 1e-4)))
    >>> round(result["slopes"]["squared"] / result["slopes"]["cross-entropy"], 6)
    0.0002
    """
    at, paths = {}, {}
    for name in LOSSES[kind]:
        at[name] = loss_of(name, kind, output, delta)
        paths[name] = descent(name, kind, output, lr, steps, only_hubers(delta, name))
    return {
        "losses": {name: loss for name, (loss, _) in at.items()},
        "slopes": {name: slope for name, (_, slope) in at.items()},
        "paths": paths,
        "probability": sigmoid(output),
    }


def only_hubers(delta, name):
    """delta, for Huber's loss; None for the others, which need not be computed anew when it changes."""
    return delta if name == "Huber" else None


@lru_cache(maxsize=16)
def descent(name, kind, output, lr, steps, delta):
    """The output after each step of gradient descent on it, until it runs away."""
    path = [output]
    for _ in range(steps):
        output = output - lr * loss_of(name, kind, output, delta)[1]
        if abs(output) > 1e6:
            break
        path.append(output)
    return np.array(path)


def loss_of(name, kind, output, delta=1.0):
    """(loss, slope) of one output, both floats. The losses are the library's, for a batch of one."""
    z, target = np.array([float(output)]), np.array([TARGET[kind]])
    if name == "cross-entropy":
        loss, slope = losses.binary_cross_entropy(z, target)
    elif name == "hinge":
        loss, slope = losses.hinge(z, target)
    elif name == "absolute":
        loss, slope = losses.mae(z, target)
    elif name == "Huber":
        loss, slope = losses.huber(z, target, delta)
    elif kind == KINDS[1]:
        p = np.array([sigmoid(output)])
        loss, slope = losses.mse(p, target)
        slope = slope * p * (1 - p)  # the chain rule, through the sigmoid
    else:
        loss, slope = losses.mse(z, target)
    return float(loss), float(slope[0])


def sigmoid(z):
    return (1 + math.tanh(z / 2)) / 2


@cache
def curves(name, kind, delta):
    """(losses, slopes) over GRID."""
    return np.array([loss_of(name, kind, z, delta) for z in GRID]).T


LOSS = Panel(
    "loss", "The loss of one output", (-10, 10), (0, 11), "output", "loss",
    xticks=(-10, -5, 0, 5, 10), height=264, drag=("output",), handle="output",
)  # fmt: skip
SLOPE = Panel(
    "slope", "How hard it pushes", (-10, 10), (1e-5, 30), "output", "size of the slope (log)", yscale="log",
    xticks=(-10, -5, 0, 5, 10), yticks=(1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10), height=264,
)  # fmt: skip
WALK = Panel(
    "walk", "Gradient descent from here", (0, LONGEST), (-12, 17), "steps", "output",
    xticks=(0, 50, 100, 150, 200), yticks=(-10, -5, 0, 5, 10), span=12, height=150,
)  # fmt: skip
CONTROLS = (
    real("output", "output", -3.0, -10.0, 10.0, 0.1, nudge=0.1),
    choice("kind", "what is asked for", KINDS[1], KINDS),
    integer("steps", "steps", 40, 0, LONGEST),
    log_floating("lr", "learning rate lr", 1.0, 0.01, 100.0, more=True),
    real("delta", "Huber's delta", 1.0, 0.1, 5.0, 0.1, more=True),
)


def view(values, result):
    kind = values["kind"]
    return Frame(
        readout(values, result),
        {
            "loss": Picture(loss_title(values), loss_marks(values, result), ylim=ylim(kind)),
            "slope": Picture(slope_title(values, result), slope_marks(values, result)),
            "walk": Picture(walk_title(values, result), walk_marks(values, result)),
        },
        numbers(values, result),
    )


def first_look(values):
    marks = [Rule("the right answer" if values["kind"] == KINDS[0] else "", x=0.0, at=0.95)]
    return Frame(
        f"The output stands at {number(values['output'])}.",
        {
            "loss": Picture(LOSS.title, marks, ylim=ylim(values["kind"])),
            "slope": Picture(SLOPE.title, []),
            "walk": Picture(WALK.title, []),
        },
    )


def ylim(kind):
    return (0.0, 25.0) if kind == KINDS[0] else (0.0, 11.0)


def lines(values, part):
    """One curve for each loss: part 0 is the loss, part 1 the slope."""
    marks = []
    for name in LOSSES[values["kind"]]:
        color, dashes, _ = GLYPHS[name]
        y = np.abs(curves(name, values["kind"], only_hubers(values["delta"], name))[part])
        marks.append(Line(GRID, y, color, dashes, 1.6))
    return marks


def points(values, by_name):
    return [
        Points(
            np.array([values["output"]]), np.array([abs(by_name[name])]), GLYPHS[name][0], GLYPHS[name][2], 8
        )
        for name in LOSSES[values["kind"]]
    ]


def loss_marks(values, result):
    z, top = values["output"], ylim(values["kind"])[1]
    marks = lines(values, 0)
    for name in LOSSES[values["kind"]]:  # the tangent, a unit and a half to each side
        x = np.array([z - 1.5, z + 1.5])
        y = result["losses"][name] + result["slopes"][name] * (x - z)
        marks.append(Line(x, y, GLYPHS[name][0], (), 3.0, alpha=0.35))
    marks += [Rule("", x=z, color=INK, dashes=(), width=0.8), *points(values, result["losses"])]
    if values["kind"] == KINDS[0]:
        return [*marks, Rule("the right answer", x=TARGET[KINDS[0]], at=0.95)]
    return [*marks, Text(9.8, 0.93 * top, "right: yes →", THEORY, "right", size=9.5)]


def slope_marks(values, result):
    marks = [*lines(values, 1), Rule("", x=values["output"], color=INK, dashes=(), width=0.8)]
    # A name on each curve, where the curves are apart; a slope of 0 is not on a logarithmic axis.
    for name, x in zip(LOSSES[values["kind"]], (-4.5, -8.0, 0.0), strict=True):
        color = GLYPHS[name][0]
        if values["kind"] == KINDS[0]:
            x = {"squared": -6.0, "absolute": -6.0, "Huber": 0.45}[name]
        y = abs(loss_of(name, values["kind"], x, values["delta"])[1])
        place = {"squared": ("left", 8, -13), "hinge": ("left", 6, 12), "Huber": ("left", 8, -14)}
        anchor, dx, dy = place.get(name, ("center", 0, -12))
        marks.append(Text(x, y, name, color, anchor, dx=dx, dy=dy, size=9.5))
    return marks + points(values, result["slopes"])


def walk_marks(values, result):
    kind, marks = values["kind"], []
    if kind == KINDS[0]:
        marks.append(Rule("the right answer", y=0.0))
    else:
        marks.append(Rule("p = 1/2", y=0.0))
    for name, path in result["paths"].items():
        color, dashes, marker = GLYPHS[name]
        steps = np.arange(len(path))
        marks += [
            Line(steps, path, color, dashes, 1.6, label=name),
            Points(steps[-1:], path[-1:], color, marker, 6),
        ]
    return marks


def loss_title(values):
    if values["kind"] == KINDS[0]:
        return f"The output is {number(values['output'])}; 0 would be right"
    score, p = number(values["output"]), number(sigmoid(values["output"]), 4)
    return f"The score is {score}, p = {p}; yes would be right"


def slope_title(values, result):
    slopes = result["slopes"]
    if values["kind"] == KINDS[0]:
        squared, absolute = (number(abs(slopes[name])) for name in ("squared", "absolute"))
        return f"Squared pushes with {squared}, absolute with {absolute}"
    share = slopes["squared"] / slopes["cross-entropy"]
    return f"Squared has {number(share)} of cross-entropy's push"


def walk_title(values, result):
    first = LOSSES[values["kind"]][0]
    ends = {name: path[-1] for name, path in result["paths"].items()}
    gone = [name for name, path in result["paths"].items() if len(path) <= values["steps"]]
    if gone:
        return f"{gone[0][0].upper() + gone[0][1:]} runs away after {len(result['paths'][gone[0]])} steps"
    other = "squared" if first != "squared" else "absolute"
    where = f"{first} stands at {number(ends[first])}, {other} at {number(ends[other])}"
    return f"After {values['steps']} steps {where}"


def readout(values, result):
    pushes = ", ".join(f"{name} {number(-slope)}" for name, slope in result["slopes"].items())
    output = number(values["output"])
    if values["kind"] == KINDS[0]:
        where = f"The output is {output} and should be 0"
    else:
        where = f"The score is {output}, so p = {number(result['probability'], 4)}, and yes is right"
    return f"{where}; the pushes (minus the slopes) are: {pushes}."


def numbers(values, result):
    rows = []
    for name in LOSSES[values["kind"]]:
        rows += [
            (f"{name}: loss", number(result["losses"][name])),
            (f"{name}: slope", number(result["slopes"][name])),
            (f"{name}: output after {values['steps']}", number(result["paths"][name][-1])),
        ]
    return rows


def hardest():
    """Where squared error on a sigmoid pushes hardest: p = 1/3, since (1 − p)² p is largest there."""
    return math.log(1 / 2)


def check_hardest(values, answer):
    if values["kind"] != KINDS[1]:
        return False, "Set it to yes or no first."
    if abs(values["output"] - hardest()) <= 0.06:
        return True, "Yes: at p = 1/3. Everything to the left of it is more wrong and pushed less."
    here = abs(result_slope(values["output"]))
    side = "right" if values["output"] < hardest() else "left"
    return False, f"Here it pushes with {number(here)}; it can do {number(8 / 27)}. Go {side}."


def result_slope(z):
    return loss_of("squared", KINDS[1], z)[1]


def check_equal(values, answer):
    if values["kind"] != KINDS[0]:
        return False, "Set it to a number first."
    slopes = simulate(**{**values, "steps": 0})["slopes"]
    squared, absolute = abs(slopes["squared"]), abs(slopes["absolute"])
    if abs(squared - absolute) <= 0.01:
        return (
            True,
            "Yes: half a unit away. Closer than that, the absolute error is the one that pushes harder.",
        )
    more = "squared" if squared > absolute else "absolute"
    return False, f"Squared pushes with {number(squared)}, absolute with {number(absolute)}: {more} is ahead."


def check_crossing(values, answer):
    path = simulate(output=-9.2, kind=KINDS[1], lr=1.0, steps=LONGEST)["paths"]["cross-entropy"]
    right = int(np.argmax(path >= 0))
    if answer == right:
        return True, f"Yes: {right}. It gains almost one a step, and 9.2 is to be made up."
    return (
        False,
        "Set lr to 1 and move the steps until cross-entropy's line crosses p = 1/2. Its push is almost 1.",
    )


def check_margin(values, answer):
    if abs(answer - 1) <= 0.01:
        return True, "Yes: from a score of 1 on hinge is content. Cross-entropy is never quite content."
    if answer < 1:
        return False, f"At {answer:g} hinge still pushes with 1. Go on to the right."
    return False, f"At {answer:g} it pushes no more, and it stopped before. What is the smallest such score?"


def check_why(values, answer):
    return answer == WHY[1], {
        WHY[0]: "It is the larger of its kind: (1 − p)² is almost 1 there. The slope is what is small.",
        WHY[1]: "Yes: p (1 − p) is 0.0001 there. Cross-entropy's 1/p cancels the p, and p − 1 is left.",
        WHY[2]: "lr multiplies the slope afterwards. It would have to be 5000 times as large, and then it "
        "would be too large elsewhere.",
    }[answer]


GUESSES = ("about the same", "a tenth of it", "2 parts in 10,000 of it", "more: squares grow fast")
WHY = (
    "Its loss is small there",
    "The chain rule multiplies by the slope of the sigmoid, which is almost flat there",
    "The learning rate is too small",
)

loss_slope = Interactive(
    "loss_slope",
    "What a model says about one example, the loss of that, and how hard each loss pushes it.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(LOSS, SLOPE, WALK),
    controls=CONTROLS,
    question=Question(
        "live.loss_slope",
        "The right answer is yes, and a model gives it the probability 0.0001: sure, and wrong. "
        "Cross-entropy pushes the score with a slope of about 1. How hard does squared error push?",
        GUESSES,
        answer=GUESSES[2],
        replies={
            GUESSES[
                0
            ]: "Both losses are near their worst there, so it is a fair bet. But the slope counts: squared "
            "error has 0.0002, 2 parts in 10,000.",
            GUESSES[1]: "Less it is, and by far: 0.0002, 2 parts in 10,000.",
            GUESSES[2]: "It does: 0.0002. It is most wrong there, and hardly moves.",
            GUESSES[
                3
            ]: "Squares of a plain error do grow. Behind a sigmoid the error cannot exceed 1, and the "
            "slope is 0.0002, 2 parts in 10,000.",
        },
        reply="Its slope is 0.0002, 2 parts in 10,000.",
    ),
    why=Task("Why does squared error push so little where it is most wrong?", check_why, choices=WHY),
    tasks=(
        Task(
            "Yes or no: find the output at which squared error pushes hardest, and leave it there.",
            check_hardest,
            setup={"kind": KINDS[1], "output": -3.0},
        ),
        Task(
            "From a score of −9.2 at lr 1: after how many steps does cross-entropy pass p = 1/2?",
            check_crossing,
            asks="steps",
            setup={"kind": KINDS[1], "output": -9.2, "lr": 1.0},
        ),
        Task(
            "Yes or no: what is the smallest score at which hinge pushes no more?",
            check_margin,
            asks="score",
            setup={"kind": KINDS[1]},
        ),
        Task(
            "A number: find an output where squared and absolute error push equally hard.",
            check_equal,
            setup={"kind": KINDS[0], "output": 4.0},
        ),
    ),
    presets=(
        Preset("sure and wrong", {"kind": KINDS[1], "output": -9.2}),
        Preset("unsure", {"kind": KINDS[1], "output": 0.0}),
        Preset("an outlier", {"kind": KINDS[0], "output": 8.0, "lr": 0.1}),
    ),
    still=Still(
        (
            ("yes or no: sure and wrong", {"output": -9.2}),
            ("yes or no: unsure", {"output": 0.0}),
            ("a number: an outlier", {"kind": KINDS[0], "output": 8.0, "lr": 0.1}),
        ),
        ("loss", "slope"),
        "Three outputs on curves of the loss and, below, of the size of its slope on a log scale. For a "
        "model that is sure and wrong cross-entropy pushes with 1 and squared error with 0.0002; for an "
        "outlier squared error pushes with 16 and absolute error and Huber with 1.",
    ),
)
