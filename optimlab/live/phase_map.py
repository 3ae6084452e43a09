"""Momentum's phase map: what gradient descent with heavy-ball momentum does along one axis of a quadratic."""

import math

import numpy as np

from optimlab.live.interactive import Interactive
from optimlab.live.marks import INK, THEORY, Frame, Line, Picture, Points, Rule, Text, leaving, number
from optimlab.live.parts import Panel, Preset, Still, Task, integer
from optimlab.live.parts import floating as real
from optimlab.live.runs import run
from optimlab.looks import LOOKS
from optimlab.optim import SGD
from optimlab.questions.question import Question

BLUE = LOOKS["momentum"].color
WHITE = "#FFFFFF"
REGIONS = {
    "monotone": "walks straight in",
    "critical": "walks in as fast as it can without turning round",
    "spiralling": "swings around the minimum",
    "alternating": "changes side every step",
    "neutral": "swings for ever",
    "divergent": "runs away",
}


def roots(a, beta):
    """The two roots sigma of sigma² − (1 + beta − a) sigma + beta = 0, complex, the larger first.

    a = lr·lambda and beta may be arrays that broadcast: -> shape (..., 2).
    """
    a, beta = np.broadcast_arrays(np.asarray(a, float), np.asarray(beta, float))
    half = (1 + beta - a) / 2
    root = np.sqrt((half**2 - beta).astype(complex))
    pair = np.stack([half + root, half - root], axis=-1)
    order = np.argsort(-np.abs(pair), axis=-1, kind="stable")
    return np.take_along_axis(pair, order, axis=-1)


def radius(a, beta):
    """The spectral radius, the size of the larger root: what a step leaves of the error in the long run."""
    half = (1 + beta - a) / 2
    inside = half**2 - beta
    return np.where(inside <= 0, np.sqrt(beta), np.abs(half) + np.sqrt(np.maximum(inside, 0)))


def region(a, beta):
    """The name of the region that (a, beta) lies in; the borders are critical and neutral."""
    near = 1e-9
    if a == 0 or abs(a - 2 * (1 + beta)) < near:
        return "neutral"
    if a > 2 * (1 + beta):
        return "divergent"
    inner, outer = (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2
    if abs(a - inner) < near:
        return "critical"
    if a < inner:
        return "monotone"
    return "spiralling" if a < outer else "alternating"


def simulate(a=0.04, beta=0.9, v0=0.0, steps=60):
    """Momentum along one axis of a quadratic, from x = 1: v ← beta v + lambda x, then x ← x − lr v.

    a: lr·lambda, all that lr and the curvature do. beta: momentum. steps: how many.
    v0: velocity at the start, in units of sqrt(a) per step.
    -> dict: x (steps+1,); velocity (steps+1,), the last move over sqrt(a); roots (2,) complex; radius, the
    larger root's size; half_life, the steps to halve the error in the long run (negative: to double it; inf:
    neither); region: "monotone", "critical", "spiralling", "alternating", "neutral" or "divergent";
    diverged_at: the step or None.

    >>> result = simulate(a=0.04, beta=0.64)
    >>> result["region"], round(result["radius"], 3)
    ('critical', 0.8)
    """
    unit = math.sqrt(a) or 1.0
    optimizer = SGD(np.array([1.0]), lr=a, momentum=beta)
    optimizer.state[0]["momentum_buffer"][:] = -v0 / unit
    params, diverged_at = run(optimizer, (1.0,), steps)
    x = params[:, 0]
    size = float(radius(a, beta))
    return {
        "x": x,
        "velocity": np.concatenate([[v0], np.diff(x) / unit]),
        "roots": roots(a, beta),
        "radius": size,
        "half_life": half_life(size),
        "region": region(a, beta),
        "diverged_at": diverged_at,
    }


def half_life(size):
    if size == 0:
        return 0.0
    return math.inf if abs(size - 1) < 1e-12 else math.log(0.5) / math.log(size)


def draw_map(ax):
    """The spectral radius, black where it is beyond 1, with the borders of the regions."""
    from matplotlib import colormaps

    a, beta = np.linspace(0, 4, 240), np.linspace(0, 1, 240)
    size = radius(a[None, :], beta[:, None])
    colors = colormaps["viridis"].with_extremes(over="black")
    ax.imshow(size, extent=(0, 4, 0, 1), origin="lower", aspect="auto", cmap=colors, vmin=0, vmax=1.0 + 1e-9)
    curve = np.linspace(0, 1, 200)
    for border in ((1 - np.sqrt(curve)) ** 2, (1 + np.sqrt(curve)) ** 2, 2 * (1 + curve)):
        ax.plot(border, curve, color="white", lw=1.6)


MAP = Panel(
    "map",
    "The phase map",
    (0.0, 4.0),
    (0.0, 1.0),
    "a = lr·λ",
    "momentum β",
    xticks=(0, 1, 2, 3, 4),
    yticks=(0, 0.25, 0.5, 0.75, 1),
    height=280,
    drag=("a", "beta"),
    handle="cursor",
    background=draw_map,
)
SEQUENCE = Panel(
    "sequence",
    "x, step by step",
    (0, 100),
    (-3.0, 3.0),
    "step k",
    "x",
    xticks=(0, 20, 40, 60, 80, 100),
    yticks=(-2, -1, 0, 1, 2),
    height=280,
)
ORBIT = Panel(
    "orbit",
    "x and velocity",
    (-1.8, 1.8),
    (-1.35, 1.35),
    "x",
    "velocity (in √a per step)",
    xticks=(-1, 0, 1),
    yticks=(-1, 0, 1),
    equal=True,
    height=220,
)
ROOTS = Panel(
    "roots",
    "The two roots σ",
    (-1.8, 1.8),
    (-1.35, 1.35),
    "real part",
    "imaginary part",
    xticks=(-1, 0, 1),
    yticks=(-1, 0, 1),
    equal=True,
    height=220,
)
CONTROLS = (
    real("a", "a = lr·λ", 0.1, 0.0, 4.0, 0.01, nudge=0.01),
    real("beta", "momentum β", 0.9, 0.0, 0.99, 0.01, nudge=0.01),
    integer("steps", "steps", 60, 1, 100),
    real("v0", "start velocity", 0.0, -2.0, 2.0, 0.1, more=True),
)


def view(values, result):
    a, beta = values["a"], values["beta"]
    return Frame(
        readout(values, result),
        {
            "map": Picture(
                f"a = {number(a)}, β = {number(beta)} {LANDS[result['region']]}", map_marks(a, beta)
            ),
            "sequence": Picture(sequence_title(result), sequence_marks(result)),
            "orbit": Picture(ORBIT_TITLES[result["region"]], orbit_marks(result)),
            "roots": Picture(roots_title(result), root_marks(result["roots"])),
        },
        [
            ("root σ₁", complex_number(result["roots"][0])),
            ("root σ₂", complex_number(result["roots"][1])),
            ("rate, the larger |σ|", number(result["radius"], 4)),
            ("√β", number(math.sqrt(beta), 4)),
            ("halves in" if result["radius"] <= 1 else "doubles in", steps(result["half_life"])),
            ("region", result["region"]),
        ],
    )


def first_look(values):
    return Frame(
        "The cursor stands at a = "
        f"{number(values['a'])}, β = {number(values['beta'])}. Answer the question to let it move.",
        {
            "map": Picture(MAP.title, map_marks(values["a"], values["beta"])[-4:]),
            "sequence": Picture(SEQUENCE.title, [Points(np.zeros(1), np.ones(1), BLUE, "s", 4)]),
            "orbit": Picture(ORBIT.title, [Points(np.ones(1), np.array([values["v0"]]), BLUE, "s", 4)]),
            "roots": Picture(ROOTS.title, circle()),
        },
    )


LANDS = {
    "monotone": "lies in the monotone region",
    "critical": "lies on the critical line",
    "spiralling": "lies in the spiralling region",
    "alternating": "lies in the alternating region",
    "neutral": "lies on the border of what is stable",
    "divergent": "lies beyond the border: it diverges",
}
ORBIT_TITLES = {
    "monotone": "It slides in along a line",
    "critical": "It comes in without turning round",
    "spiralling": "It spirals in",
    "alternating": "It hops from side to side",
    "neutral": "It never comes closer",
    "divergent": "It moves outwards",
}


def sequence_title(result):
    if result["region"] == "divergent":
        return f"In the long run a step multiplies the error by {number(result['radius'])}"
    if result["region"] == "neutral":
        return "The error keeps its size for ever"
    return f"In the long run a step leaves {number(result['radius'])} of the error"


def roots_title(result):
    first, second = result["roots"]
    if result["radius"] > 1:
        return "One root lies outside the unit circle"
    if abs(first.imag) > 1e-12:
        return f"A pair of roots on the circle of radius √β = {number(abs(first))}"
    if abs(first - second) < 1e-6:
        return f"Both roots meet at {number(first.real)}"
    return f"Two real roots; the larger, {number(first.real)}, decides"


def readout(values, result):
    a, beta, word = number(values["a"]), number(values["beta"]), result["region"]
    start = f"a = {a}, β = {beta}, {word}: x {REGIONS[word]}"
    if word == "neutral":
        return start + "."
    verb = "doubles" if word == "divergent" else "halves"
    return f"{start}; in the long run the error {verb} every {steps(result['half_life'])}."


def steps(half_life):
    if math.isinf(half_life):
        return "never"
    return "less than a step" if abs(half_life) < 0.1 else f"{number(abs(half_life))} steps"


def complex_number(z):
    if abs(z.imag) < 1e-12:
        return number(z.real)
    return f"{number(z.real)} {'+' if z.imag > 0 else '−'} {number(abs(z.imag))}i"


def map_marks(a, beta):
    def label(x, y, text, anchor="center"):
        return Text(x, y, text, INK, anchor, size=9.5, box=True)

    return [
        label(0.06, 0.045, "monotone", "left"),
        label(0.42, 0.2, "critical", "left"),
        Line(np.array([0.3, 0.42]), np.array([0.2, 0.2]), WHITE, width=1.2),
        label(1.9, 0.62, "spiralling"),
        label(2.45, 0.1, "alternating", "left"),
        Line(np.array([1.72, 2.45]), np.array([0.06, 0.1]), WHITE, width=1.2),
        label(3.25, 0.3, "divergent"),
        Line(np.array([a, a]), np.array([0, 1.0]), WHITE, (3, 3), 1.0),
        Line(np.array([0, 4.0]), np.array([beta, beta]), WHITE, (3, 3), 1.0),
        Points(np.array([a]), np.array([beta]), WHITE, "o", 11),
        Points(np.array([a]), np.array([beta]), INK, "o", 7, filled=False),
    ]


def sequence_marks(result):
    x = result["x"]
    k = np.arange(len(x))
    with np.errstate(over="ignore"):
        envelope = result["radius"] ** k
    marks = [Rule("", y=0.0, dashes=())]
    if 0 < result["radius"] <= 1 and result["region"] != "critical":
        marks += [
            Line(k, envelope, THEORY, (3, 3), 1.0, label="|σ|ᵏ"),
            Line(k, -envelope, THEORY, (3, 3), 1.0),
        ]
    edge = leaving(k, x, SEQUENCE)
    last = edge[0] if edge and result["region"] == "divergent" else len(x)
    x, k = x[:last], k[:last]
    marks += [Line(k, x, BLUE, (), 1.2), Points(k, x, BLUE, "s", 3.5)]
    if edge:
        words = f"leaves the picture at step {edge[0]}"
        if result["diverged_at"] is not None:
            words = f"diverged at step {result['diverged_at']}"
        marks += [edge[1], Text(SEQUENCE.xlim[1], -2.7, words, anchor="right", dx=-4, bold=True)]
    return marks


def orbit_marks(result):
    x, velocity = result["x"], result["velocity"]
    edge = leaving(x, velocity, ORBIT)
    if edge and result["region"] == "divergent":
        x, velocity = x[: edge[0]], velocity[: edge[0]]
    marks = [
        Points(np.zeros(1), np.zeros(1), INK, "+", 8),
        Line(x, velocity, BLUE, (), 1.0),
        Points(x, velocity, BLUE, "s", 3.5),
    ]
    return marks + ([edge[1]] if edge else [])


def ring(size, color, dashes=()):
    angle = np.linspace(0, 2 * np.pi, 121)
    return Line(size * np.cos(angle), size * np.sin(angle), color, dashes, 1.0)


def circle():
    return [
        ring(1.0, THEORY),
        Rule("", x=0.0, dashes=(2, 3)),
        Rule("", y=0.0, dashes=(2, 3)),
        Text(0.72, -0.78, "unit circle", THEORY, "left", dx=3, size=9),
    ]


def root_marks(pair):
    marks = circle()
    (xlo, xhi), _ = ROOTS.xlim, ROOTS.ylim
    inside = (pair.real >= xlo) & (pair.real <= xhi)
    if abs(pair[0].imag) > 1e-12:
        marks.append(ring(abs(pair[0]), BLUE, (4, 3)))
    marks.append(Points(pair.real[inside], pair.imag[inside], BLUE, "D", 7))
    for z in pair[~inside]:
        edge = leaving([0.0, z.real], [0.0, 0.0], ROOTS)
        marks += [edge[1], Text(xlo, 0.2, f"σ = {number(z.real)}", anchor="left", dx=4, size=9.5)]
    return marks


def check_critical(values, answer):
    a, beta = values["a"], values["beta"]
    if abs(a - 0.04) > 1e-9:
        return False, f"a is {number(a)}; set it to 0.04 first."
    if abs(beta - 0.64) <= 0.005:
        return (
            True,
            "Yes: (1 − √0.64)² = 0.04. Both roots meet at 0.8, and nothing along this line is faster.",
        )
    word = simulate(a, beta)["region"]
    return (
        False,
        f"At β = {number(beta)} it is {word}: {'more' if word == 'monotone' else 'less'} momentum is needed.",
    )


def check_same_rate(values, answer):
    a, beta = values["a"], values["beta"]
    if abs(a - 1.0) > 1e-6 or abs(beta - 0.9) > 1e-6:
        return (
            False,
            f"You are at a = {number(a)}, β = {number(beta)}. Go to a = 1, β = 0.9 and read the rate.",
        )
    rate = simulate(a, beta)["radius"]
    if abs(answer - rate) > 0.001:
        return False, f"Not {answer:g}: read the number beside “rate, the larger |σ|”."
    return True, f"Yes: {number(rate)} at a = 0.1 and at a = 1. In the spiralling region √β alone decides."


def check_slower(values, answer):
    a, beta = values["a"], values["beta"]
    here, without = simulate(a, beta)["radius"], simulate(a, 0.0)["radius"]
    if beta < 0.05:
        return False, "There is no momentum here. Give it some."
    if here >= 1:
        return False, "Here it does not arrive at all. Look inside the coloured part."
    if here <= without + 1e-9:
        return False, f"Here momentum helps: the rate is {number(here)}, and {number(without)} without it."
    return True, f"Yes: the rate is {number(here)} here, and {number(without)} without momentum."


def check_limit(values, answer):
    if abs(answer - 3.8) <= 0.005:
        return True, "Yes: 2(1 + β) = 3.8, almost twice the 2 that gradient descent can bear."
    if 0 < answer <= 10:
        word = simulate(answer, 0.9)["region"]
        return False, f"At a = {answer:g}, β = 0.9 it is {word}. The limit lies where it turns divergent."
    return False, "The limit lies between 0 and 4."


def check_why(values, answer):
    return answer == WHY[1], {
        WHY[0]: "Momentum adds to each step. It is the product of the roots that holds the rate.",
        WHY[1]: "Yes: σ₁σ₂ = β. When the two are a complex pair they have one size, so each has √β.",
        WHY[2]: "There is none: a ten times longer step swings round about three times as often.",
    }[answer]


GUESSES = ("much less than before", "the same share as before", "more than before", "it runs away")
WHY = (
    "Momentum cancels the longer step",
    "The two roots multiply to β, and in the spiralling region both have the same size",
    "It happens to come out the same at these two values",
)

phase_map = Interactive(
    "phase_map",
    "What gradient descent with momentum does along one axis, for every pair of lr·λ and momentum.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(MAP, SEQUENCE, ORBIT, ROOTS),
    controls=CONTROLS,
    question=Question(
        "live.phase_map",
        "With momentum 0.9 and lr·λ = 0.1, x swings around the minimum, and in the long run each step "
        "leaves 0.949 of "
        "the error. You make lr ten times as large, so lr·λ = 1. What does each step leave now?",
        GUESSES,
        answer=GUESSES[1],
        replies={
            GUESSES[
                0
            ]: "A longer step is the natural bet. The rate is 0.949 again: it swings faster, and comes in no "
            "sooner.",
            GUESSES[1]: "It does: 0.949 again, which is √0.9. It swings faster, and comes in no sooner.",
            GUESSES[2]: "It does swing wilder. Yet the rate is 0.949 again, √0.9.",
            GUESSES[
                3
            ]: "Gradient descent would still be safe at 1, and with momentum 0.9 the limit moves out to 3.8. "
            "The rate is 0.949 again, √0.9.",
        },
        reply="The rate is 0.949 again, √0.9.",
    ),
    why=Task("Why does the rate stay the same?", check_why, choices=WHY),
    tasks=(
        Task(
            "a is 0.04. Find the critical β, where x stops swinging.",
            check_critical,
            setup={"a": 0.04, "beta": 0.9},
        ),
        Task(
            "At a = 0.1, β = 0.9 the rate is 0.949. Make a ten times as large and read the rate.",
            check_same_rate,
            asks="rate at a = 1",
            setup={"a": 0.1, "beta": 0.9},
        ),
        Task("Find a place where adding momentum makes it slower, and leave the cursor there.", check_slower),
        Task(
            "Without momentum the limit is a = 2. Where is it with β = 0.9?",
            check_limit,
            asks="limit at a",
            setup={"beta": 0.9},
        ),
    ),
    presets=(
        Preset("no momentum", {"a": 1.9, "beta": 0.0}),
        Preset("critical", {"a": 0.04, "beta": 0.64}),
        Preset("spiral", {"a": 1.0, "beta": 0.9}),
        Preset("edge", {"a": 3.8, "beta": 0.9}),
    ),
    still=Still(
        (
            ("a = 0.04, β = 0.64: critical", {"a": 0.04, "beta": 0.64}),
            ("a = 1, β = 0.9: spiralling", {"a": 1.0, "beta": 0.9}),
            ("a = 3.85, β = 0.9: divergent", {"a": 3.85, "beta": 0.9}),
        ),
        ("map", "sequence", "roots"),
        "Three columns, each with the cursor on the map of spectral radius over lr·λ and momentum, the "
        "sequence of x "
        "against the step, and the two roots with the unit circle. At the critical point x comes in "
        "without swinging, "
        "in the spiral region it swings in at rate √β, and beyond lr·λ = 3.8 it runs away.",
    ),
)
