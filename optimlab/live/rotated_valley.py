"""The rotated valley: the same valley, turned, and what the turn costs each method."""

from functools import cache, lru_cache

import numpy as np

from optimlab import results
from optimlab.landscapes import Quadratic
from optimlab.live import learners
from optimlab.live.interactive import Interactive
from optimlab.live.marks import THEORY, Frame, Line, Picture, Points, Text, leaving, notice, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating, toggle
from optimlab.live.parts import floating as real
from optimlab.looks import LOOKS
from optimlab.questions.question import Question

METHODS = ("gradient descent", "momentum 0.9", "Adagrad", "Adam")
LOOK = dict(zip((*METHODS, "yours"),
                (LOOKS[name] for name in ("gd", "momentum", "adagrad", "adam", "yours")), strict=True))
INK = {"Adagrad": "#00704F", "Adam": "#B34E00", "yours": "#00704F"}  # words need more contrast than lines
GOAL, LIMIT, FAR = 1e-6, 20_000, 1e6
LOOK_UP = 250  # steps between two looks at whether a walk is over; LIMIT is a multiple of it

PLANE = Panel(
    "plane",
    "The valley from above",
    (-2.0, 2.0),
    (-1.5, 1.5),
    "x₁",
    "x₂",
    xticks=(-2, -1, 0, 1, 2),
    yticks=(-1, 0, 1),
    equal=True,
    height=264,
    drag=("x1", "x2"),
)
STEPS = Panel(
    "steps",
    "Steps to a millionth of the distance",
    (0, 45),
    (1, 30_000),
    "turned by, in degrees",
    "steps to 10⁻⁶ (log)",
    yscale="log",
    xticks=(0, 15, 30, 45),
    yticks=(1, 10, 100, 1000, 10_000),
    height=264,
)
CONTROLS = (
    integer("degrees", "turned by, in degrees", 0, 0, 45),
    choice("method", "method", "Adagrad", METHODS),
    toggle("tuned", "its best lr at every angle", True),
    log_floating("lr", "one lr for all angles", 0.05, 1e-3, 10.0, step=0.1, more=True),
    choice("kappa", "condition number κ", "100", ("10", "100", "1000"), more=True),
    integer("steps", "steps on the left", 60, 1, 300, more=True),
    real("x1", "start x₁", 1.0, -2.0, 2.0, 0.05, more=True),
    real("x2", "start x₂", 0.6, -1.5, 1.5, 0.05, more=True),
)


@cache
def measured():
    """What experiments/05_rotated_valley.py found: medians over 40 starts, at each lr of a grid."""
    return results.load("05_rotated_valley")


def best(method, kappa, degrees):
    """The best lr at the measured angle that is nearest, and the steps that it takes there."""
    stored = measured()
    row = int(np.argmin(np.abs(np.array(stored["degrees"]) - degrees)))
    steps, lr = stored["best"][method][kappa][row]
    return lr, steps


def line(method, kappa, lr=None):
    """The measured steps at each measured angle: at its best lr there, or at one; nan where never."""
    stored = measured()
    if lr is None:
        steps = [steps for steps, _ in stored["best"][method][kappa]]
    else:
        grid = stored["lrs"][method]
        column = int(np.argmin(np.abs(np.log(np.array(grid) / lr))))
        near = abs(np.log10(grid[column] / lr)) < 0.06
        steps = [row[column] if near else None for row in stored["steps"][method][kappa]]
    return np.array([np.nan if n is None else n for n in steps])


def simulate(
    degrees=0, method="Adagrad", tuned=True, lr=0.05, kappa="100", steps=60, x1=1.0, x2=0.6, own=None
):
    """One method in a valley with curvatures 1 and kappa that is turned.

    degrees: by how much. tuned: the lr that was measured to be best at this angle, not lr; lr itself is
    rounded to tenths of a decade, as it was measured. kappa: "10", "100" or "1000". steps: how many the path
    has. x1, x2: the start. own: a learner's step function or optimizer class, as learners.own_optimizer takes
    it, run at the same lr.
    -> dict: lr, as used; params, the path (steps+1, 2); count, the steps from this start to 1e-6 of its
    distance (None: not within 20,000); lines, method -> measured steps at each measured angle, each at its
    best lr, but `method` at lr if not tuned; own: None, or a dict of params, count and trouble.

    >>> result = simulate(degrees=45, kappa="100")
    >>> [round(float(result["lines"]["Adagrad"][i])) for i in (0, -1)]
    [5, 987]
    """
    lr = best(method, kappa, degrees)[0] if tuned else float(10 ** (round(10 * np.log10(lr)) / 10))
    valley = Quadratic((1, float(kappa)), rotation=np.deg2rad(degrees))
    (a, b), (_, c) = valley.A
    path = walk(method, a, b, c, lr, (x1, x2))
    result = {
        "lr": lr,
        "params": path[: steps + 1],
        "count": arrival(path),
        "lines": {name: line(name, kappa, None if tuned or name != method else lr) for name in METHODS},
        "own": None,
    }
    if own is not None:
        result["own"] = run_own(own, valley, lr, (x1, x2), steps)
    return result


@lru_cache(maxsize=32)
def walk(method, a, b, c, lr, start):
    """The path until it arrives, runs away or has LIMIT steps, shape (steps + 1, 2)."""
    x, y = start
    goal, far = GOAL**2 * (x * x + y * y), FAR**2
    strides = STRIDES[method](*map(float, (a, b, c, lr, x, y)))
    path = [np.array([start], float)]
    while True:
        with np.errstate(all="ignore"):
            size = (path[-1] ** 2).sum(axis=1)
        over = np.flatnonzero((size <= goal) | ~(size < far))
        if len(over):
            path[-1] = path[-1][: over[0] + 1]
        if len(over) or len(path) > LIMIT // LOOK_UP:
            return np.concatenate(path)
        path.append(np.array([next(strides) for _ in range(LOOK_UP)]))


# One rule each, as an endless walk of points (x, y): for two numbers plain floats are quicker than arrays.


def gradient_descent(a, b, c, lr, x, y):
    while True:
        x, y = x - lr * (a * x + b * y), y - lr * (b * x + c * y)
        yield x, y


def momentum(a, b, c, lr, x, y):
    m = n = 0.0
    while True:
        m, n = 0.9 * m + (a * x + b * y), 0.9 * n + (b * x + c * y)
        x, y = x - lr * m, y - lr * n
        yield x, y


def adagrad(a, b, c, lr, x, y):
    v = u = 0.0
    while True:
        g, h = a * x + b * y, b * x + c * y
        v, u = v + g * g, u + h * h
        x, y = x - lr * g / (v**0.5 + 1e-10), y - lr * h / (u**0.5 + 1e-10)
        yield x, y


def adam(a, b, c, lr, x, y):
    m = n = v = u = 0.0
    for early, late in corrections():
        g, h = a * x + b * y, b * x + c * y
        m, n = 0.9 * m + 0.1 * g, 0.9 * n + 0.1 * h
        v, u = 0.999 * v + 0.001 * g * g, 0.999 * u + 0.001 * h * h
        rate = lr / early
        x, y = x - rate * m / (v**0.5 / late + 1e-8), y - rate * n / (u**0.5 / late + 1e-8)
        yield x, y


@cache
def corrections():
    """Adam's corrections of m and of the root of v, for every step."""
    return [(1 - 0.9**t, (1 - 0.999**t) ** 0.5) for t in range(1, LIMIT + 1)]


STRIDES = dict(zip(METHODS, (gradient_descent, momentum, adagrad, adam), strict=True))


def arrival(path):
    near = np.flatnonzero(np.linalg.norm(path, axis=1) <= GOAL * np.linalg.norm(path[0]))
    return int(near[0]) if len(near) else None


def run_own(own, valley, lr, start, steps):
    goal = GOAL * np.linalg.norm(start)
    went = learners.walk(own, lambda w, t: valley.grad(w), start, LIMIT, lr=lr,
                         until=lambda w, t: t >= steps and np.linalg.norm(w) <= goal)
    return {"params": went.params[: steps + 1], "count": arrival(went.params), "trouble": went.trouble}


def remember(values, result):
    """What a finished run adds to the picture on the right: the steps from the learner's own start."""
    points = [(values["method"], values["kappa"], values["degrees"], result["count"])]
    if result["own"] is not None:
        points.append(("yours", values["kappa"], values["degrees"], result["own"]["count"]))
    return [point for point in points if point[3]]


def view(values, result, runs=()):
    return Frame(
        readout(values, result),
        {
            "plane": Picture(plane_title(values, result), plane_marks(values, result)),
            "steps": Picture(steps_title(values, result), steps_marks(values, result, runs)),
        },
        numbers(values, result),
        {"lr": result["lr"]} if values["tuned"] and 1e-3 <= result["lr"] <= 10 else {},
    )


def first_look(values):
    start = np.array([[values["x1"], values["x2"]]])
    return Frame(
        f"A valley {values['kappa']} times as steep across as along, and a start. Answer the question to go.",
        {
            "plane": Picture(PLANE.title, contours(values) + path_marks(start, values["method"])),
            "steps": Picture(STEPS.title, []),
        },
    )


def contours(values):
    angle, turn = np.linspace(0, 2 * np.pi, 181), np.deg2rad(values["degrees"])
    kappa = float(values["kappa"])
    heights = np.expm1(np.linspace(0, np.log1p(0.5 * (2.5**2 + kappa * 1.5**2)), 11)[1:])
    marks = []
    for height in heights:
        z1, z2 = np.sqrt(2 * height) * np.cos(angle), np.sqrt(2 * height / kappa) * np.sin(angle)
        x, y = np.cos(turn) * z1 - np.sin(turn) * z2, np.sin(turn) * z1 + np.cos(turn) * z2
        marks.append(Line(x, y, "#8A8A8A", width=0.7))
    return [*marks, Points(np.zeros(1), np.zeros(1), marker="+", size=8)]


def path_marks(params, method):
    look = LOOK[method]
    x, y = params.T
    return [
        Line(x, y, look.color, (), 1.0, halo=True),
        Points(x, y, look.color, look.marker, 4, look.filled),
    ]


def plane_marks(values, result):
    marks = contours(values) + path_marks(result["params"], values["method"])
    edge = leaving(*result["params"].T, PLANE)
    if edge:
        marks += [edge[1], Text(0, -1.32, f"leaves the picture at step {edge[0]}", size=9, box=True)]
    own = result["own"]
    if own is not None:
        marks += path_marks(own["params"], "yours")
        if own["trouble"]:
            marks += notice(own["trouble"], PLANE)
    return marks


def steps_marks(values, result, runs):
    degrees, marks = np.array(measured()["degrees"], float), []
    for method, steps in result["lines"].items():
        look, here = LOOK[method], method == values["method"]
        shown = np.isfinite(steps)
        marks.append(Line(degrees[shown], steps[shown], look.color, look.dashes, look.width + 1.0 * here))
        marks.append(Points(degrees[shown], steps[shown], look.color, look.marker, 4, look.filled))
    marks.append(Line(np.full(2, values["degrees"]), np.array(STEPS.ylim, float), THEORY, (2, 3), 1.0))
    for method, kappa, angle, count in [*runs, *remember(values, result)]:
        if kappa == values["kappa"]:
            look = LOOK[method]
            marks.append(Points(np.array([angle]), np.array([count]), look.color, "D", 7, False))
    return marks + key(result["own"] is not None)


def key(own):
    """The names of the lines, below each other in the corner where no line comes."""
    marks, x = [], 18.0
    for row, method in enumerate(reversed((*METHODS, "yours") if own else METHODS)):
        y, look = 1.5 * 2.0**row, LOOK[method]
        marks.append(Line(np.array([x, x + 2.6]), np.full(2, y), look.color, look.dashes, look.width))
        color, name = INK.get(method, look.color), method.removesuffix(" 0.9")
        marks.append(Text(x + 3.0, y, name, color, "left", size=9.5))
    return marks


def plane_title(values, result):
    where = "along the axes" if not values["degrees"] else f"turned by {values['degrees']}°"
    return f"{values['method'].capitalize()}, lr = {number(result['lr'])}, {where}"


def steps_title(values, result):
    steps = result["lines"][values["method"]]
    if not values["tuned"] and values["method"] == "Adagrad" and values["lr"] < 0.009:
        return "Adagrad was measured from lr = 0.01 on"
    how = "At its best" if values["tuned"] else f"With lr = {number(result['lr'], 2)}"
    return f"{how}: {words(steps[0])} steps at 0°, {words(steps[-1])} at 45°"


def words(steps):
    return "none" if steps is None or steps != steps else f"{steps:.0f}"


def counted(steps):
    return f"not within {LIMIT} steps" if steps is None else f"{steps} step{'' if steps == 1 else 's'}"


def readout(values, result):
    turned = f"turned by {values['degrees']}°" if values["degrees"] else "along the axes"
    how = "the best lr at this angle" if values["tuned"] else "one lr for all angles"
    first, last = (words(result["lines"][values["method"]][i]) for i in (0, -1))
    text = (
        f"κ = {values['kappa']}, {turned}: from this start {values['method']}, lr {number(result['lr'])}, "
        f"needs {counted(result['count'])}. Median of 40 starts with {how}: {first} at 0°, {last} at 45°"
    )
    own = result["own"]
    if own is None:
        return text + "."
    return f"{text}. " + (own["trouble"] or f"Yours: {counted(own['count'])}.")


def numbers(values, result):
    rows = [("lr", number(result["lr"], 4)), ("from this start", counted(result["count"]))]
    for method in METHODS:
        first, last = (words(result["lines"][method][i]) for i in (0, -1))
        rows.append((f"{method}, 0° and 45°", f"{first}, {last}"))
    if result["own"] is not None:
        rows.append(("yours", "stopped" if result["own"]["trouble"] else counted(result["own"]["count"])))
    return rows


def turning_costs(values):
    """Adam's steps at 45° over those at 0°, κ = 100, at the learner's one lr; None where it is not that."""
    if values["method"] != "Adam" or values["kappa"] != "100" or values["tuned"]:
        return None
    steps = simulate(**values)["lines"]["Adam"]
    return float(steps[-1] / steps[0])


ONE_LR = "Choose Adam and κ = 100, and untick “its best lr at every angle”: one lr is yours to place."


def check_ruined(values, answer):
    ratio = turning_costs(values)
    if ratio is None:
        return False, ONE_LR
    if ratio >= 3:
        return True, f"Yes: {number(ratio)} times the steps, because this lr is no good at 45°."
    return False, f"Here the turn costs {number(ratio)} times the steps. Which lr is good at 0° only?"


def check_flattered(values, answer):
    ratio = turning_costs(values)
    if ratio is None:
        return False, ONE_LR
    if abs(ratio - 1) <= 0.05:
        return True, f"Yes: {number(ratio)} times. At κ = 100 its best lrs say nearly the same, 230 and 240."
    return False, f"Here the turn costs {number(ratio)} times the steps. Give it more room at 45°."


def check_rigged(values, answer):
    if values["method"] not in ("Adam", "Adagrad"):
        return False, "Choose Adam or Adagrad: their first step is lr long in each coordinate."
    count = simulate(**values)["count"]
    if count == 1:
        return True, "Yes, one step: lr long in both coordinates, as long as the way. A rigged race."
    return False, f"From here it takes {counted(count)}. How long is the first step in each coordinate?"


def check_gd(values, answer):
    if abs(answer / 6908 - 1) <= 0.05:
        return True, "Yes: it adds and scales whole vectors, so a turned valley gives it a turned path."
    return False, "Choose gradient descent and κ = 1000 and look at its line from 0° to 45°."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes. After the turn both coordinates see the steep direction, and both get its small rate.",
        WHY[1]: "Turning changes no curvature: gradient descent takes as many steps as before.",
        WHY[2]: "They are far from it. What changes is what each of them is a sum of.",
    }[answer]


GUESSES = ("5, it adapts", "about 50", "about 680, as gradient descent", "about 1000")
WHY = (
    "It gives each coordinate a rate, and a coordinate is no longer a direction of the valley",
    "The turned valley has a larger curvature",
    "Turning makes its sums overflow",
)
ADAM = {"method": "Adam", "kappa": "100", "tuned": False, "degrees": 45}

rotated_valley = Interactive(
    "rotated_valley",
    "A valley that is turned, and what the turn costs gradient descent, momentum, Adagrad and Adam.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    remember=remember,
    panels=(PLANE, STEPS),
    controls=CONTROLS,
    extras=("own",),
    question=Question(
        "live.rotated_valley",
        "A valley 100 times as steep across as along lies along the axes. Adagrad at its best learning rate "
        "takes 5 steps to a millionth of the distance; gradient descent takes 680. Now the valley is turned "
        "by 45°, and each gets the learning rate that is best there. How many steps does Adagrad take?",
        GUESSES,
        answer=GUESSES[3],
        replies={
            GUESSES[0]: "It does adapt, coordinate by coordinate, and that was worth 5 steps along the axes. "
            "After the turn it takes 987.",
            GUESSES[1]: "It takes 42 when the valley is turned by 2° only. At 45° it takes 987.",
            GUESSES[2]: "Close: all its advantage is gone, and then some. 987.",
            GUESSES[3]: "987, more than gradient descent, which takes as many as before.",
        },
        reply="It takes 987.",
    ),
    why=Task("Why does the turn hurt Adagrad, and not gradient descent?", check_why, choices=WHY),
    tasks=(
        Task(
            "Make a picture that ruins Adam: κ = 100, one lr for all angles, and the turn to 45° seems to "
            "cost at least 3 times the steps.",
            check_ruined,
            setup={**ADAM, "lr": 1.0},
        ),
        Task(
            "Now one that flatters Adam: one lr for all angles with which the turn costs nothing, to 5 %.",
            check_flattered,
            setup={**ADAM, "lr": 0.05},
        ),
        Task(
            "Rig a race: find an lr and a start from which Adam arrives in one step.",
            check_rigged,
            setup={"method": "Adam", "kappa": "100", "tuned": False, "degrees": 0, "lr": 0.1, "steps": 60},
        ),
        Task(
            "κ = 1000, valley along the axes: gradient descent's best is 6908 steps, by formula. How many at "
            "45°, at its best there?",
            check_gd,
            asks="steps at 45°",
        ),
    ),
    presets=(
        Preset("along the axes", {"degrees": 0}),
        Preset("turned by 10°", {"degrees": 10}),
        Preset("turned by 45°", {"degrees": 45}),
        Preset("start (1, 1)", {"x1": 1.0, "x2": 1.0}),
    ),
    still=Still(
        (
            ("Adagrad, along the axes", {}),
            ("Adagrad, turned by 45°", {"degrees": 45}),
            ("Adam, one lr for all angles", {**ADAM}),
        ),
        ("plane", "steps"),
        "Paths over a valley with κ = 100 and, below, steps to a millionth of the distance against the "
        "angle. Tuned at each angle, Adagrad goes from 5 steps to 987 and gradient descent stays near 680; "
        "Adam with one lr of 0.05 seems to go from 236 to 1024, tuned at each angle it goes from 230 to 240.",
    ),
)
