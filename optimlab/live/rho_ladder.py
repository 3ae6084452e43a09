"""The ladder of ρ and T: what is left of a gradient after T steps back through a recurrent network."""

import math

import numpy as np

from optimlab.live.interactive import Interactive
from optimlab.live.marks import INK, Area, Frame, Line, Picture, Points, Rule, Text, number
from optimlab.live.parts import Panel, Preset, Still, Task, integer
from optimlab.live.parts import floating as real
from optimlab.live.parts import seed as seed_control
from optimlab.questions.question import Question

HIDDEN = 16
BLUE, VERMILLION = "#0072B2", "#B34E00"
LEAST, MOST = 1e-8, 1e8

LADDER = Panel(
    "ladder",
    "The gradient, step by step back in time",
    (0, 100),
    (LEAST, MOST),
    "steps back",
    "length of the gradient (log)",
    yscale="log",
    yticks=(1e-8, 1e-6, 1e-4, 1e-2, 1, 100, 1e4, 1e6, 1e8),
    xticks=(0, 20, 40, 60, 80, 100),
    height=264,
)
WINDOW = Panel(
    "window",
    "Which ρ carries a gradient so far",
    (0.5, 1.5),
    (LEAST, MOST),
    "ρ",
    "ρ to the power T (log)",
    yscale="log",
    yticks=(1e-8, 1e-6, 1e-4, 1e-2, 1, 100, 1e4, 1e6, 1e8),
    xticks=(0.5, 0.75, 1, 1.25, 1.5),
    height=264,
)
CONTROLS = (
    real("rho", "ρ, the factor of one step", 0.9, 0.5, 1.5, 0.001, nudge=0.001),
    integer("T", "steps T", 50, 1, 100),
    real("drive", "inputs of the tanh network", 0.2, 0.0, 3.0, 0.1),
    real("forget", "forget gate of an LSTM's cell", 0.98, 0.5, 1.0, 0.001, nudge=0.001, more=True),
    seed_control(more=True),
)


def simulate(rho=0.9, T=50, drive=0.2, forget=0.98, seed=0):
    """A gradient of length 1 at the last step, and its length at each step before.

    rho: what each step back multiplies a linear network's gradient by. T: steps. drive: standard deviation of
    the inputs of a network h = tanh(x + h Wh), whose Wh is rho times an orthogonal matrix. forget: the gate
    of an LSTM's cell, the same in every step. seed: of Wh, the inputs and the gradient's direction.
    -> dict: linear, network, cell, each (T + 1,), entry k after k steps back; slope, the mean slope of tanh;
    window, the two ρ between which T steps leave a tenth to ten times the length; change, how many steps
    halve the linear gradient (negative: double it), inf at ρ = 1.

    >>> float(simulate(rho=1.1, T=50)["linear"][-1].round(1))
    117.4
    """
    back = np.arange(T + 1)
    network, slope = tanh_network(rho, T, drive, seed)
    return {
        "linear": rho**back,
        "network": network,
        "cell": forget**back,
        "slope": slope,
        "window": (0.1 ** (1 / T), 10 ** (1 / T)),
        "change": math.inf if rho == 1 else math.log(0.5) / math.log(rho),
    }


def tanh_network(rho, T, drive, seed):
    """-> lengths of the gradient after 0 to T steps back, (T + 1,), and the mean slope of tanh on the way."""
    rng = np.random.default_rng(seed)
    Wh = rho * np.linalg.qr(rng.normal(size=(HIDDEN, HIDDEN)))[0]
    x = drive * rng.normal(size=(T, HIDDEN))
    carried = rng.normal(size=HIDDEN)
    carried /= np.linalg.norm(carried)
    h, slopes = np.zeros(HIDDEN), []
    for t in range(T):
        h = np.tanh(x[t] + h @ Wh)
        slopes.append(1 - h**2)
    lengths = [1.0]
    for slope in reversed(slopes):
        carried = Wh @ (carried * slope)
        lengths.append(float(np.linalg.norm(carried)))
    return np.array(lengths), float(np.mean(slopes))


def view(values, result):
    return Frame(
        readout(values, result),
        {
            "ladder": Picture(ladder_title(values, result), ladder_marks(values, result)),
            "window": Picture(window_title(values, result), window_marks(values, result)),
        },
        numbers(values, result),
    )


def first_look(values):
    return Frame(
        "A gradient goes back through a network, one step at a time, and each step multiplies it by ρ. "
        "Answer the question to see what arrives.",
        {"ladder": Picture(LADDER.title, []), "window": Picture(WINDOW.title, [])},
    )


def ladder_marks(values, result):
    back = np.arange(values["T"] + 1)
    marks = [Rule("", y=1.0)]
    for name, color, dashes, width in (
        ("cell", BLUE, (8, 3), 1.5), ("network", VERMILLION, (3, 2), 1.8), ("linear", INK, (), 1.5)
    ):
        y = np.clip(result[name], LEAST, MOST)
        marks.append(Line(back, y, color, dashes, width))
        marks.append(Points(back[-1:], y[-1:], color, "o" if name == "linear" else "s", 7, name != "cell"))
    return marks + key(values["rho"] > 1.25)


def key(below):
    """The names of the lines, in the corner where no line is."""
    low, high = np.log10(LADDER.ylim)
    marks = []
    for row, (words, color, dashes) in enumerate((
        ("ρ to the power of the steps", INK, ()), ("a tanh network", VERMILLION, (3, 2)),
        ("an LSTM's cell", BLUE, (8, 3))
    )):
        y = 10 ** (low + (high - low) * ((0.27 if below else 0.95) - 0.09 * row))
        marks.append(Line(np.array([3.0, 13.0]), np.array([y, y]), color, dashes, 1.5))
        marks.append(Text(15, y, words, color, "left", size=9.5))
    return marks


def window_marks(values, result):
    low, high = result["window"]
    rho = np.linspace(0.5, 1.5, 201)
    inside = np.array([max(low, 0.5), min(high, 1.5)])
    height = rho ** values["T"]
    seen = (height >= LEAST) & (height <= MOST)
    now = float(np.clip(values["rho"] ** values["T"], LEAST, MOST))
    return [
        Area(inside, np.full(2, LEAST), np.full(2, MOST), BLUE, 0.12),
        Rule("", y=1.0),
        Line(rho[seen], height[seen], INK, (), 1.5),
        Points(np.array([values["rho"]]), np.array([now]), INK, "o", 8),
        Text(0.52, 10**6.9, "a tenth to ten", BLUE, "left", size=9.5),
        Text(0.52, 10**5.9, "times the length", BLUE, "left", size=9.5),
    ]


def ladder_title(values, result):
    left = result["linear"][-1]
    if left == 1:
        return "At ρ = 1 a gradient keeps its length"
    words = f"{number(left)} of it is left" if left < 1 else f"it is {number(left)} times as long"
    return f"After {counted(values['T'])} {words}"


def window_title(values, result):
    low, high = result["window"]
    return f"A tenth to ten: ρ from {number(low)} to {number(high)}"


def readout(values, result):
    arrived = result["linear"][-1]
    kind = "vanishes" if arrived < 0.01 else "explodes" if arrived > 100 else "arrives"
    return (
        f"ρ {number(values['rho'])}, {counted(values['T'])} back: the gradient {kind}, "
        f"{number(arrived)} times its length. The tanh network leaves {number(result['network'][-1])} of it, "
        f"and an LSTM's cell with forget gate {number(values['forget'])} keeps {number(result['cell'][-1])}."
    )


def counted(n):
    return f"{n} step{'' if n == 1 else 's'}"


def numbers(values, result):
    change = result["change"]
    return [
        ("ρ to the power T", number(result["linear"][-1], 4)),
        ("halves in" if change > 0 else "doubles in",
         "never" if math.isinf(change) else f"{number(abs(change))} steps"),
        ("tanh network: what arrives", number(result["network"][-1])),
        ("tanh network: mean slope of tanh", number(result["slope"])),
        ("LSTM's cell: what arrives", number(result["cell"][-1])),
    ]


def check_half(values, answer):
    if values["T"] != 50:
        return False, "Leave T at 50."
    left = simulate(values["rho"], 50)["linear"][-1]
    if 0.47 <= left <= 0.53:
        return True, f"Yes: {number(values['rho'])} to the power 50 is {number(left)}. So near to 1."
    return False, f"After 50 steps {number(left)} is left, and it should be 0.5. The fine buttons help."


def check_hundred(values, answer):
    truth = simulate(1.1, 100)["linear"][-1]
    if abs(answer / truth - 1) <= 0.02:
        return True, f"Yes: {number(truth)}, the square of 117. Twice the steps square the factor."
    if abs(answer / (2 * 1.1**50) - 1) <= 0.05:
        return False, "Twice the steps multiply by 117 once more; they do not double."
    return False, "From step 50 to step 100 it is multiplied by as much as from 0 to 50."


def check_thousandth(values, answer):
    steps = int(np.argmax(simulate(0.9, 100)["linear"] < 1e-3))
    if answer == steps:
        return True, f"Yes: after {steps} steps {number(0.9**steps)} is left, the step before still more."
    if answer < steps:
        return False, f"After {answer:g} steps {number(0.9**answer)} is left, more than a thousandth."
    return False, f"After {answer:g} steps it is less, but that was so earlier: look for the first such step."


def check_forget(values, answer):
    if values["T"] != 100:
        return False, "Leave T at 100."
    left = simulate(T=100, forget=values["forget"])["cell"][-1]
    if 0.08 <= left <= 0.125:
        return True, f"Yes: {number(values['forget'])} to the power 100 is {number(left)}."
    return False, f"The cell carries {number(left)} through 100 steps; a tenth is asked for."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes. Each step back also multiplies by 1 − h², which is below 1 wherever h is not 0.",
        WHY[1]: "Its matrix has exactly ρ: set the inputs to 0, and both lines are one.",
        WHY[2]: "Inputs are added inside tanh, and a gradient goes past them. They matter by way of h alone.",
    }[answer]


GUESSES = ("about 0.9", "about 0.45", "about 0.1", "about 0.005")
WHY = (
    "The slope of tanh is below 1 and multiplies as well",
    "Its matrix is smaller than ρ",
    "The inputs pull the gradient down",
)

rho_ladder = Interactive(
    "rho_ladder",
    "A gradient on its way back through a recurrent network: each step multiplies it by ρ.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(LADDER, WINDOW),
    controls=CONTROLS,
    question=Question(
        "live.rho_ladder",
        "A network reads 50 numbers. On the way back each step multiplies the gradient by ρ = 0.9. How much "
        "of it arrives at the first number?",
        GUESSES,
        answer=GUESSES[3],
        replies={
            GUESSES[0]: "That is one step. Fifty of them multiply: 0.9 to the power 50 is 0.005.",
            GUESSES[1]: "That is 0.9 divided by 2. Fifty factors of 0.9 make 0.005.",
            GUESSES[2]: "After 22 steps it is a tenth. There are 28 more, and 0.005 is left.",
            GUESSES[3]: "0.9 to the power 50, 0.00515: the first number learns 200 times less than the last.",
        },
        reply="0.9 to the power 50 is 0.00515.",
    ),
    why=Task("ρ is 1.1 and T is 50. Why does the tanh network not reach 117?", check_why, choices=WHY),
    tasks=(
        Task(
            "Half of the gradient is to be left after 50 steps. Find ρ, and leave the slider there.",
            check_half,
            setup={"rho": 0.9, "T": 50},
        ),
        Task(
            "At ρ = 1.1 a gradient is 117 times as long after 50 steps. How many times after 100?",
            check_hundred,
            asks="times",
            setup={"rho": 1.1, "T": 50},
        ),
        Task(
            "At ρ = 0.9, after how many steps is less than a thousandth left for the first time?",
            check_thousandth,
            asks="steps",
            setup={"rho": 0.9, "T": 50},
        ),
        Task(
            "Which forget gate lets an LSTM's cell carry a tenth of the gradient through 100 steps? Set it.",
            check_forget,
            setup={"rho": 0.9, "T": 100, "forget": 0.9},
        ),
    ),
    presets=(
        Preset("vanishes", {"rho": 0.9, "T": 50}),
        Preset("explodes", {"rho": 1.1, "T": 50, "drive": 0.0}),
        Preset("tanh holds it back", {"rho": 1.1, "T": 50, "drive": 0.2}),
    ),
    still=Still(
        (
            ("ρ = 0.9", {"rho": 0.9, "T": 50}),
            ("ρ = 1", {"rho": 1.0, "T": 50}),
            ("ρ = 1.1", {"rho": 1.1, "T": 50}),
        ),
        ("ladder", "window"),
        "Three columns, ρ 0.9, 1 and 1.1, each with the length of a gradient against steps back in time on a "
        "log scale, and below it ρ to the power 50 against ρ. After 50 steps 0.005, 1 and 117 times the "
        "length are there; a tanh network stays below these lines.",
    ),
    play="T",
)
