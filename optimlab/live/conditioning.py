"""Conditioning: steps against kappa for gradient descent, heavy ball and Nesterov, each tuned by its
formula."""

from functools import cache, lru_cache

import numpy as np

from optimlab import theory
from optimlab.live import learners
from optimlab.live.interactive import Interactive
from optimlab.live.marks import INK, THEORY, Frame, Line, Picture, Points, Text, leaving, notice, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, log_floating, toggle
from optimlab.live.parts import floating as real
from optimlab.live.runs import run
from optimlab.looks import LOOKS
from optimlab.optim import SGD
from optimlab.questions.question import Question

METHODS = ("gradient descent", "heavy ball", "Nesterov")
LOOK = dict(
    zip((*METHODS, "yours"), (LOOKS["gd"], LOOKS["momentum"], LOOKS["nesterov"], LOOKS["yours"]), strict=True)
)
GOAL = 1e-6
LIMIT = 20_000

PLANE = Panel(
    "plane",
    "The valley from above",
    (-2.4, 2.4),
    (-1.8, 1.8),
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
    (1, 1000),
    (1, 20_000),
    "κ (log)",
    "steps to 10⁻⁶ (log)",
    xscale="log",
    yscale="log",
    xticks=(1, 10, 100, 1000),
    yticks=(1, 10, 100, 1000, 10000),
    height=264,
)
CONTROLS = (
    log_floating("kappa", "condition number κ", 10.0, 1.0, 1000.0, nudge=1.0),
    choice("method", "method", "heavy ball", METHODS),
    toggle("tuned", "tuned by formula", True),
    real("beta", "momentum β", 0.5, 0.0, 0.99, 0.01, nudge=0.01, more=True),
    log_floating("lr", "learning rate lr", 0.1, 1e-4, 4.0, more=True),
    integer("steps", "steps on the left", 25, 1, 200, more=True),
    real("x1", "start x₁", 1.0, -2.0, 2.0, 0.05, more=True),
    real("x2", "start x₂", 1.0, -1.5, 1.5, 0.05, more=True),
)


FORMULAS = {
    "gradient descent": theory.gradient_descent,
    "heavy ball": theory.heavy_ball,
    "Nesterov": theory.nesterov,
}


def tuned_by_formula(method, kappa):
    """The best (lr, beta) for curvatures 1 and kappa."""
    settings = FORMULAS[method](1, kappa)
    return settings["lr"], settings.get("momentum", 0.0)


def simulate(
    kappa=10.0, method="heavy ball", tuned=True, beta=0.5, lr=0.1, steps=25, x1=1.0, x2=1.0, own=None
):
    """Gradient descent and one more method in a valley with curvatures 1 and kappa.

    method: "gradient descent", "heavy ball" or "Nesterov". tuned: lr and beta from the formula, not from lr
    and beta. steps: how many the paths have. x1, x2: the start. own: a learner's step function or optimizer
    class, as learners.own_optimizer takes it, run at the same lr and beta.
    -> dict: lr, beta as used; params, the method's path (steps+1, 2); gd, gradient descent's, tuned; count
    and gd_count, the steps to 1e-6 of the starting distance (None: not within 20000); diverged_at; own: None,
    or a dict with params, count, and trouble, a sentence if the function failed.

    >>> result = simulate(kappa=100, method="heavy ball")
    >>> result["count"], result["gd_count"], round(result["beta"], 3)
    (93, 691, 0.669)
    """
    if tuned:
        lr, beta = tuned_by_formula(method, kappa)
    elif method == "gradient descent":
        beta = 0.0
    start = (x1, x2)
    gd_lr, _ = tuned_by_formula("gradient descent", kappa)
    params, diverged_at = walk(method, kappa, lr, beta, start, steps)
    return {
        "lr": lr,
        "beta": beta,
        "params": params,
        "gd": walk("gradient descent", kappa, gd_lr, 0.0, start, steps)[0],
        "count": count(method, kappa, lr, beta, start),
        "gd_count": count("gradient descent", kappa, gd_lr, 0.0, start),
        "diverged_at": diverged_at,
        "own": None if own is None else run_own(own, kappa, lr, beta, start, steps),
    }


def walk(method, kappa, lr, beta, start, steps):
    optimizer = SGD(np.array(start, float), lr=lr, momentum=beta, nesterov=method == "Nesterov" and beta > 0)
    return run(optimizer, (1.0, kappa), steps)


@lru_cache(maxsize=4096)
def count(method, kappa, lr, beta, start, limit=LIMIT):
    """Steps until the distance is at most 1e-6 of the start's; None if not within the limit.

    The same rule as SGD's, in plain floats, which are quicker for two numbers.
    """
    x, y = start
    goal = GOAL**2 * (x * x + y * y)
    far = 1e20 * (x * x + y * y)
    ahead = method == "Nesterov"
    v = u = 0.0
    for step in range(limit + 1):
        size = x * x + y * y
        if size <= goal:
            return step
        if not size < far:
            return None
        g, h = x, kappa * y
        v, u = beta * v + g, beta * u + h
        if ahead:
            x, y = x - lr * (g + beta * v), y - lr * (h + beta * u)
        else:
            x, y = x - lr * v, y - lr * u
    return None


def run_own(own, kappa, lr, beta, start, steps):
    """A learner's rule on the same valley -> dict of params (k, 2), count, trouble."""
    curvatures, goal = np.array([1.0, kappa]), GOAL * np.linalg.norm(start)

    def arrived(w, step):
        return step >= steps and np.linalg.norm(w) <= goal

    went = learners.walk(
        own, lambda w, t: curvatures * w, start, LIMIT, until=arrived, lr=lr, momentum=beta
    )
    near = np.flatnonzero(np.linalg.norm(went.params, axis=1) <= goal)
    return {
        "params": went.params[: steps + 1],
        "count": int(near[0]) if len(near) else None,
        "trouble": went.trouble,
    }


def remember(values, result):
    """What a finished run adds to the picture on the right."""
    points = [(values["method"], values["kappa"], result["count"])]
    if result["own"] is not None:
        points.append(("yours", values["kappa"], result["own"]["count"]))
    return [point for point in points if point[2]]


def slope(points):
    """Least-squares slope of log steps against log kappa; None below two different kappas.

    >>> round(slope([(10, 69), (100, 691), (1000, 6908)]), 2)
    1.0
    """
    if len({kappa for kappa, _ in points}) < 2:
        return None
    x, y = np.log10(np.array(points, float)).T
    return float(np.polyfit(x, y, 1)[0])


@cache
def counted_by_formula():
    """method -> (kappas, steps), counted with the formula's lr and beta."""
    kappas = np.logspace(0, 3, 31)
    return {
        method: (
            kappas,
            np.array([max(1, count(method, k, *tuned_by_formula(method, k), (1.0, 1.0))) for k in kappas]),
        )
        for method in METHODS
    }


def view(values, result, runs=()):
    method, sets = values["method"], {}
    if values["tuned"]:
        sets = {"lr": result["lr"], "beta": result["beta"]}
    elif method == "gradient descent":
        sets = {"beta": 0.0}
    return Frame(
        readout(values, result),
        {
            "plane": Picture(plane_title(values, result), plane_marks(values, result)),
            "steps": Picture(steps_title(values, result), steps_marks(values, result, runs)),
        },
        numbers(values, result, runs),
        sets,
    )


def first_look(values):
    start = np.array([[values["x1"], values["x2"]]])
    return Frame(
        f"A valley {number(values['kappa'])} times as steep across as along, and a start. Answer the "
        f"question to go.",
        {
            "plane": Picture(PLANE.title, contours(values["kappa"]) + path(start, "gradient descent")),
            "steps": Picture(STEPS.title, []),
        },
    )


def contours(kappa):
    angle = np.linspace(0, 2 * np.pi, 181)
    top = 0.5 * (2.4**2 + kappa * 1.8**2)
    heights = np.expm1(np.linspace(0, np.log1p(top), 11)[1:])
    rings = [(np.sqrt(2 * h) * np.cos(angle), np.sqrt(2 * h / kappa) * np.sin(angle)) for h in heights]
    return [Line(x, y, "#8A8A8A", width=0.7) for x, y in rings] + [
        Points(np.zeros(1), np.zeros(1), INK, "+", 8)
    ]


def path(params, method):
    look = LOOK[method]
    x, y = params[np.isfinite(params).all(axis=1)].T
    return [
        Line(x, y, look.color, (), 0.9),
        Points(x, y, look.color, look.marker, 4, look.filled),
    ]


def plane_marks(values, result):
    method, own = values["method"], result["own"]
    marks = contours(values["kappa"])
    if method != "gradient descent":
        marks += path(result["gd"], "gradient descent")
    marks += path(result["params"], method)
    names = list(dict.fromkeys(["gradient descent", method] + (["yours"] if own is not None else [])))
    for row, name in enumerate(names):
        marks += key(name, 1.55 - 0.34 * row)
    edge = leaving(*result["params"].T, PLANE)
    if edge:
        far = np.abs(result["params"][:, 1])
        words = f"out to x₂ = {number(far.max(), 2)}, and back"
        if result["diverged_at"] is not None:
            words = f"diverged at step {result['diverged_at']}"
        elif result["count"] is None:
            words = f"leaves the picture at step {edge[0]}"
        marks += [edge[1], Text(0, -1.62, words, size=9, box=True)]
    if own is not None:
        marks += path(own["params"], "yours")
        if own["trouble"]:
            marks += notice(own["trouble"], PLANE)
    return marks


def key(name, y):
    look = LOOK[name]
    return [
        Text(-2.05, y, name, INK, "left", size=9.5, box=True),
        Points(np.array([-2.25]), np.array([y]), look.color, look.marker, 6, look.filled),
    ]


def steps_marks(values, result, runs):
    marks = []
    for method, (kappas, counts) in counted_by_formula().items():
        look = LOOK[method]
        marks.append(Line(kappas, counts, look.color, look.dashes, 1.3, alpha=0.75))
        x, y = {"gradient descent": (250, 5000), "Nesterov": (930, 900), "heavy ball": (930, 80)}[method]
        marks.append(Text(x, y, method, look.color, "right", size=9.5))
    marks.append(Line(np.full(2, values["kappa"]), np.array(STEPS.ylim, float), THEORY, (2, 3), 1.0))
    now = remember(values, result)
    for method, look in LOOK.items():
        points = [(kappa, steps) for name, kappa, steps in [*runs, *now] if name == method]
        if points:
            x, y = np.array(points, float).T
            marks.append(Points(x, y, look.color, look.marker, 7, look.filled))
    return marks


def plane_title(values, result):
    method = values["method"]
    if result["diverged_at"] is not None or (
        result["count"] is None and np.abs(result["params"][-1]).max() > 10
    ):
        return f"With lr = {number(result['lr'])}, β = {number(result['beta'])}, {method} runs away"
    if values["method"] == "gradient descent":
        return f"Gradient descent: lr = {number(result['lr'])}"
    return f"{method[0].upper()}{method[1:]}: lr = {number(result['lr'])}, β = {number(result['beta'])}"


def steps_title(values, result):
    steps, gd = result["count"], result["gd_count"]
    if steps is None:
        return f"Not there within {LIMIT} steps"
    if values["method"] == "gradient descent":
        return f"It needs {counted(steps)}"
    if steps == gd:
        return f"{counted(steps)}, as many as gradient descent needs"
    return f"{counted(steps)}, where gradient descent needs {gd}"


def counted(steps):
    return f"over {LIMIT} steps" if steps is None else f"{steps} step{'' if steps == 1 else 's'}"


def readout(values, result):
    kappa, steps = number(values["kappa"]), result["count"]
    how = (
        "tuned by the formula"
        if values["tuned"]
        else f"lr {number(result['lr'])}, β {number(result['beta'])}"
    )
    name = values["method"]
    reached = f"takes {counted(steps)}" if steps is not None else f"is not there within {LIMIT} steps"
    words = f"κ = {kappa}: {name}, {how}, {reached} to a millionth of the distance"
    if name != "gradient descent":
        words += f"; gradient descent takes {result['gd_count']}"
    own = result["own"]
    if own is None:
        return words + "."
    return f"{words}. " + (own["trouble"] or f"Yours takes {counted(own['count'])}.")


def numbers(values, result, runs):
    rows = [("lr", number(result["lr"], 4)), ("β", number(result["beta"]))]
    rows.append((values["method"], counted(result["count"])))
    rows.append(("gradient descent, tuned", counted(result["gd_count"])))
    if result["own"] is not None:
        rows.append(("yours", "stopped" if result["own"]["trouble"] else counted(result["own"]["count"])))
    points = [*runs, *remember(values, result)]
    for method in LOOK:
        found = slope([(kappa, steps) for name, kappa, steps in points if name == method])
        if found is not None:
            rows.append((f"slope, {method}", number(found, 2)))
        elif method == values["method"]:
            rows.append((f"slope, {method}", "needs two κ"))
    return rows


def check_thousand(values, answer):
    steps = simulate(kappa=1000.0, method="gradient descent")["count"]
    if abs(answer / steps - 1) <= 0.02:
        return True, f"Yes, {steps}: ten times the κ, ten times the steps."
    return False, "From κ = 10 to 100 the steps grew 10 times. What does that say about the next ten?"


def check_beta(values, answer):
    if values["method"] != "heavy ball" or abs(values["kappa"] - 100) > 0.5:
        return False, "Set κ to 100 and the method to heavy ball first."
    if values["tuned"]:
        return False, "Untick “tuned by formula”, and place β yourself."
    steps = simulate(**values)["count"]
    lr, beta = tuned_by_formula("heavy ball", 100.0)
    if abs(values["lr"] / lr - 1) > 0.01:
        return False, "Set lr back to 0.0331: here β is the question."
    best = simulate(kappa=100.0)["count"]
    if steps is not None and steps <= 1.1 * best:
        return (
            True,
            f"Yes, {counted(steps)}. The formula has β = {number(beta)} and takes {best}.",
        )
    return False, f"That takes {counted(steps)}; {best} can be had."


def check_nothing(values, answer):
    result = simulate(**values)
    if values["method"] == "gradient descent":
        return False, "Choose one of the two methods with momentum first."
    if result["count"] is None or result["count"] > result["gd_count"]:
        return False, "Here it costs. Tick “tuned by formula” to be fair to it."
    if result["count"] < result["gd_count"]:
        return False, f"Here it saves {counted(result['gd_count'] - result['count'])}."
    return True, "Yes: when both axes are equally steep, one step of gradient descent is enough for both."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes. Against κ on log scales, that is a slope of 1/2 where gradient descent has 1.",
        WHY[1]: "That would be a line with the same slope, a constant factor below. Try κ = 1000.",
        WHY[
            2
        ]: "Its lr is about four times gradient descent's 2/(1+κ) at most, and that does not grow with κ.",
    }[answer]


def reply(guess):
    if 80 <= guess <= 110:
        return "You were close: its steps grow like √κ, so ten times the κ costs about three times the steps."
    if 200 <= guess <= 350:
        return (
            "Ten times as many is what gradient descent pays. Momentum's steps grow like √κ: about √10 times."
        )
    return "Its steps grow like √κ: ten times the κ, about three times the steps."


WHY = (
    "With momentum the steps grow like √κ, without it like κ",
    "Momentum saves the same share of the steps everywhere",
    "Momentum allows a learning rate that is κ times as large",
)

conditioning = Interactive(
    "conditioning",
    "How many steps a stretched valley costs, with and without momentum.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    remember=remember,
    panels=(PLANE, STEPS),
    controls=CONTROLS,
    extras=("own",),
    question=Question(
        "live.conditioning",
        "In a valley with κ = 10, gradient descent at its best needs 69 steps to a millionth of the "
        "distance, and 691 "
        "with κ = 100. Heavy-ball momentum at its best needs 27 with κ = 10. How many with κ = 100?",
        unit="steps",
        answer=93,
        reply=reply,
    ),
    why=Task("Why does momentum win by more, the larger κ is?", check_why, choices=WHY),
    tasks=(
        Task(
            "Gradient descent took 69 steps at κ = 10 and 691 at κ = 100. How many at κ = 1000?",
            check_thousand,
            asks="steps at κ = 1000",
        ),
        Task(
            "κ is 100 and lr is the formula's, 0.0331. Place β by hand: heavy ball can do with 102 or fewer.",
            check_beta,
            setup={"kappa": 100.0, "method": "heavy ball", "tuned": False, "lr": 4 / 121, "beta": 0.3},
        ),
        Task("Find the κ at which momentum buys nothing, and leave the slider there.", check_nothing),
    ),
    presets=(
        Preset("κ = 10", {"kappa": 10.0}),
        Preset("κ = 100", {"kappa": 100.0}),
        Preset("κ = 1000", {"kappa": 1000.0}),
        Preset("start (1, 1)", {"x1": 1.0, "x2": 1.0}),
    ),
    still=Still(
        (
            ("κ = 10", {"kappa": 10.0}),
            ("κ = 100", {"kappa": 100.0}),
            ("κ = 1000", {"kappa": 1000.0, "steps": 10}),
        ),
        ("plane", "steps"),
        "Three columns, κ 10, 100 and 1000, each with the paths of gradient descent and heavy ball over "
        "the contours "
        "of the valley, and below them steps to 10⁻⁶ against κ on log scales. Gradient descent takes 69, "
        "691 and 6908 "
        "steps (slope 1), heavy ball 27, 93 and 315 (slope 1/2).",
    ),
)
