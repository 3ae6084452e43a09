"""Spectrum before and after: what Newton-Schulz does to the singular values of a matrix."""

from functools import cache, lru_cache

import numpy as np

from optimlab import data, nn
from optimlab.live import learners
from optimlab.live.interactive import Interactive
from optimlab.live.marks import INK, THEORY, Area, Frame, Line, Picture, Points, Rule, Text, notice, number
from optimlab.live.parts import Panel, Preset, Still, Task, choice, integer, seed
from optimlab.live.parts import floating as real
from optimlab.looks import LOOKS
from optimlab.optim.muon import COEFFICIENTS, newton_schulz
from optimlab.questions.question import Question

SIZE = 64
GAUSSIAN, FADING, NETWORK = "random numbers", "fading", "a network's gradient"
MATRICES = (GAUSSIAN, FADING, NETWORK)
MUON, CUBIC = "Muon's", "1.5 s − 0.5 s³"
POLYNOMIALS = {MUON: COEFFICIENTS, CUBIC: (1.5, -0.5, 0.0)}
LOW, HIGH = 0.6818, 1.1344  # between these Muon's polynomial keeps what has arrived there
LOWEST = 1e-6  # what is drawn
BEFORE, AFTER, YOURS = "#595959", "#0072B2", LOOKS["yours"]

VALUES = Panel(
    "values",
    "The singular values, largest first",
    (0, SIZE + 1),
    (LOWEST, 3),
    "number of the singular value",
    "singular value (log)",
    yscale="log",
    xticks=(1, 16, 32, 48, 64),
    yticks=(1e-6, 1e-4, 1e-2, 1),
    height=264,
)
MAP = Panel(
    "map",
    "What becomes of a singular value",
    (LOWEST, 1),
    (LOWEST, 3),
    "s before (log)",
    "s after (log)",
    xscale="log",
    yscale="log",
    xticks=(1e-6, 1e-4, 1e-2, 1),
    yticks=(1e-6, 1e-4, 1e-2, 1),
    height=264,
)
CONTROLS = (
    choice("matrix", "matrix", GAUSSIAN, MATRICES),
    integer("rounds", "rounds", 5, 0, 30),
    choice("polynomial", "polynomial", MUON, tuple(POLYNOMIALS)),
    real("decades", "fading over decades", 3.0, 0.0, 6.0, 0.1, more=True),
    seed(more=True),
)


def simulate(matrix=GAUSSIAN, rounds=5, polynomial=MUON, decades=3.0, seed=0, own=None):
    """The singular values of a 64 x 64 matrix before and after some rounds of Newton-Schulz.

    matrix: "random numbers" (Gaussian), "fading" (singular values that fall evenly on a log scale, over so
    many decades) or "a network's gradient" (of a hidden layer, from 64 digits, at the start). rounds: how
    many. polynomial: "Muon's" or the classic cubic. own: a learner's function (G, steps) -> O, or a step
    function or optimizer class as learners.own_optimizer takes it, whose first step from 0 at lr 1 counts.
    -> dict: before, after, shape (64,), largest first, before in units of the Frobenius norm; condition,
    (before, after), largest over smallest, inf where the smallest is 0 to 12 digits; arrived, the share of
    `after` in 0.68..1.13; gain, by how much the rounds multiply a tiny value; own: None or a dict of after
    and trouble, a sentence if the function failed.

    >>> result = simulate()
    >>> [round(c, 2) for c in result["condition"]]
    [205.18, 2.12]
    """
    G, before = matrix_of(matrix, decades, seed)
    after = singular_values(newton_schulz(G, rounds, POLYNOMIALS[polynomial]))
    return {
        "before": before,
        "after": after,
        "condition": (condition(before), condition(after)),
        "arrived": float(np.mean((after >= LOW) & (after <= HIGH))),
        "gain": POLYNOMIALS[polynomial][0] ** rounds,
        "own": None if own is None else run_own(own, G, rounds),
    }


@lru_cache(maxsize=64)
def matrix_of(matrix, decades, seed):
    """(the matrix, its singular values in units of its Frobenius norm)."""
    rng = np.random.default_rng(seed)
    if matrix == NETWORK:
        model = nn.MLP(SIZE, SIZE, SIZE, 10, rng=seed, dtype=np.float64)
        digits = data.digits().train
        model.loss(digits.x[:SIZE], digits.y[:SIZE])
        G = model.grad_views["3.weight"].copy()
    else:
        G = rng.normal(size=(SIZE, SIZE))
    if matrix == FADING:
        U, _, V = np.linalg.svd(G)
        G = (U * np.logspace(0, -decades, SIZE)) @ V
    G = G / np.linalg.norm(G)
    return G, singular_values(G)


def singular_values(G):
    return np.linalg.svd(G, compute_uv=False)


def condition(values):
    return float(values[0] / values[-1]) if values[-1] > 1e-12 * values[0] else np.inf


def run_own(own, G, rounds):
    """What a learner's function makes of the matrix -> dict of after and trouble."""
    try:
        takes = [] if isinstance(own, type) else list(learners.parameters_of(own))
        if len(takes) == 2 and takes[0] not in ("w", "params"):
            made = own_matrix(own, G, rounds)
        else:
            W = np.zeros(G.shape)
            learners.own_optimizer(own, W, lr=1.0).step(G, closure=lambda: (0.0, G))
            made = -W
        if not np.isfinite(made).all():
            raise learners.Trouble(f"{learners.name_of(own)} returned numbers that are not finite.")
    except learners.Trouble as trouble:
        return {"after": None, "trouble": str(trouble)}
    return {"after": singular_values(made), "trouble": ""}


def own_matrix(own, G, rounds):
    name = learners.name_of(own)
    try:
        with np.errstate(all="ignore"):
            made = np.asarray(own(G.copy(), rounds), float)
    except Exception as error:
        raise learners.Trouble(f"{name} stopped: {type(error).__name__}: {error}") from error
    if made.shape != G.shape:
        raise learners.Trouble(f"{name} returned shape {made.shape}; {G.shape} is needed.")
    return made


@cache
def curve(polynomial, rounds):
    """(s, what s has become after the rounds), for s from LOWEST to 1."""
    s = np.logspace(np.log10(LOWEST), 0, 241)
    return s, through(polynomial, rounds, s)


def through(polynomial, rounds, s):
    """Numbers after so many rounds of the polynomial."""
    a, b, c = POLYNOMIALS[polynomial]
    for _ in range(rounds):
        s = a * s + b * s**3 + c * s**5
    return s


def view(values, result):
    return Frame(
        readout(values, result),
        {
            "values": Picture(values_title(values, result), values_marks(values, result)),
            "map": Picture(map_title(values, result), map_marks(values, result)),
        },
        numbers(values, result),
    )


def first_look(values):
    G, before = matrix_of(values["matrix"], values["decades"], values["seed"])
    return Frame(
        f"A matrix of 64 × 64, {values['matrix']}, and its singular values. Answer the question to go on.",
        {
            "values": Picture(VALUES.title, [points(before, BEFORE, "o", False)]),
            "map": Picture(MAP.title, []),
        },
    )


def points(after, color, marker, filled=True):
    seen = after >= LOWEST
    return Points(np.flatnonzero(seen) + 1.0, after[seen], color, marker, 4, filled)


def values_marks(values, result):
    marks = [
        Area(np.array(VALUES.xlim, float), np.full(2, LOW), np.full(2, HIGH), AFTER, 0.15),
        points(result["before"], BEFORE, "o", False),
        points(result["after"], AFTER, "s"),
        Text(2, 3e-5, "○ before, divided by the norm", BEFORE, "left", size=9.5),
        Text(2, 7e-6, f"■ after {counted(values['rounds'])}", AFTER, "left", size=9.5),
    ]
    own = result["own"]
    if own is not None:
        if own["trouble"]:
            return marks + notice(own["trouble"], VALUES)
        marks.append(points(own["after"], YOURS.color, YOURS.marker, False))
        marks.append(Text(2, 1.6e-6, "◇ yours", "#007a59", "left", size=9.5))
    return marks


def map_marks(values, result):
    s, after = curve(values["polynomial"], values["rounds"])
    before = result["before"][result["before"] >= LOWEST]
    moved = through(values["polynomial"], values["rounds"], before)
    return [
        Line(np.array([LOWEST, 1.0]), np.array([LOWEST, 1.0]), THEORY, (4, 3), 1.0),
        Rule("", y=1.0),
        Line(s, after, INK, (), 1.2),
        Points(before, moved, AFTER, "s", 5),
        Text(3e-5, 8e-6, "unchanged", THEORY, "left", size=9.5),
    ]


def counted(rounds):
    return f"{rounds} round{'' if rounds == 1 else 's'}"


def values_title(values, result):
    before, after = result["condition"]
    return f"Largest over smallest: {number(before)} before, {number(after)} after"


def map_title(values, result):
    if not values["rounds"]:
        return "No round yet: nothing has moved"
    return f"{counted(values['rounds'])}: a tiny value grows {number(result['gain'])} times"


def readout(values, result):
    before, after = result["condition"]
    low, high = number(result["after"][-1]), number(result["after"][0])
    words = (
        f"{values['matrix'].capitalize()}, {values['polynomial']} polynomial, {counted(values['rounds'])}: "
        f"the singular values lie from {low} to {high}, "
    )
    words += "some of them are 0 and stay 0" if np.isinf(after) else f"{number(after)} times apart"
    words += "" if np.isinf(before) else f"; before, {number(before)} times"
    own = result["own"]
    if own is None:
        return words + "."
    yours = own["trouble"] or f"Yours lie from {number(own['after'][-1])} to {number(own['after'][0])}."
    return f"{words}. {yours}"


def numbers(values, result):
    before, after = result["condition"]
    rows = [
        ("largest over smallest, before", number(before)),
        ("largest over smallest, after", number(after)),
        ("smallest, after", number(result["after"][-1])),
        ("largest, after", number(result["after"][0], 4)),
        ("share in 0.68 to 1.13", f"{100 * result['arrived']:.0f} %"),
        ("a tiny value grows", f"{number(result['gain'], 5)} times"),
    ]
    own = result["own"]
    if own is not None:
        apart = "none" if own["trouble"] else number(condition(own["after"]))
        rows.append(("yours, largest over smallest", apart))
    return rows


def check_gain(values, answer):
    a = COEFFICIENTS[0]
    if abs(answer / a - 1) < 0.01:
        return True, f"Yes: {a}, the first coefficient. The cube and the fifth power of a tiny s are nothing."
    if abs(answer / a**5 - 1) < 0.01:
        return False, "That is what five rounds make. What does one make?"
    return False, "Set rounds to 1 and read how much a tiny value grows."


def check_fewest(values, answer):
    here = {**values, "matrix": GAUSSIAN, "polynomial": MUON}
    if (values["matrix"], values["polynomial"]) != (GAUSSIAN, MUON):
        return False, "Take the matrix of random numbers, and Muon's polynomial."
    now = simulate(**here)["condition"][1]
    if now >= 3:
        return False, f"After {counted(values['rounds'])} they are still {number(now)} times apart."
    if values["rounds"] and simulate(**{**here, "rounds": values["rounds"] - 1})["condition"][1] < 3:
        return False, f"{number(now)} times: that is enough, and one round less would be, too."
    return True, f"Yes: {number(now)} times apart after {counted(values['rounds'])}."


def check_cubic(values, answer):
    if values["polynomial"] != CUBIC or values["matrix"] != GAUSSIAN:
        return False, "Take the cubic, and the matrix of random numbers."
    goal = simulate(seed=values["seed"])["condition"][1]
    now = simulate(**values)["condition"][1]
    if now > goal:
        return False, f"{number(now)} times apart; Muon's are {number(goal)} times apart after five rounds."
    if simulate(**{**values, "rounds": values["rounds"] - 1})["condition"][1] <= goal:
        return False, "That is enough, and one round less would be, too."
    return True, f"Yes: {counted(values['rounds'])} where Muon's polynomial takes 5."


def check_decades(values, answer):
    if values["matrix"] != FADING or values["polynomial"] != MUON or values["rounds"] != 5:
        return False, "Keep the fading matrix, Muon's polynomial and five rounds."
    least = simulate(**values)["after"][-1]
    if least < 0.5:
        return False, f"The smallest only comes to {number(least)}. Let them fade less."
    if simulate(**{**values, "decades": values["decades"] + 0.3})["after"][-1] >= 0.5:
        return False, f"The smallest comes to {number(least)}, and there is room for more decades."
    return True, f"Yes: {number(values['decades'])} decades, about a factor of {10 ** values['decades']:.0f}."


def check_why(values, answer):
    return answer == WHY[0], {
        WHY[0]: "Yes. A value of 0.7 or 1.1 makes as good a step as 1, and the rounds saved are time.",
        WHY[1]: "The cubic does converge to 1. Choose it, and count its rounds.",
        WHY[2]: "Exactly 1 would be fine: that is what the polar factor U V' has.",
    }[answer]


GUESSES = ("about 205 times, as before", "about 40 times", "about 2 times", "exactly equal")
WHY = (
    "Near 1 is near enough for a step, and it gets there in fewer rounds",
    "No polynomial converges to 1",
    "Singular values of exactly 1 would end the training",
)

spectrum = Interactive(
    "spectrum",
    "The singular values of a matrix, before and after some rounds of Newton-Schulz.",
    simulate=simulate,
    view=view,
    first_look=first_look,
    panels=(VALUES, MAP),
    controls=CONTROLS,
    play="rounds",
    extras=("own",),
    question=Question(
        "live.spectrum",
        "64 × 64 random numbers: the largest singular value is 205 times the smallest. Each round puts every "
        "singular value s through 3.4445 s − 4.7750 s³ + 2.0315 s⁵. After five rounds, how far apart are "
        "they?",
        GUESSES,
        answer=GUESSES[2],
        replies={
            GUESSES[0]: "A matrix times a number keeps its ratios. A polynomial does not: small values grow "
            "3.4 times a round, large ones hardly. 2.1 times.",
            GUESSES[1]: "That is about where it stands after three rounds. Two more make it 2.1.",
            GUESSES[2]: "2.1 times. A tiny value grows 3.4 times a round, and a large one is held near 1.",
            GUESSES[3]: "One would think that it converges. It gets near: 2.1 times apart, between 0.57 "
            "and 1.2; it never settles at 1.",
        },
    ),
    why=Task("Why does Muon not use a polynomial that converges to 1?", check_why, choices=WHY),
    tasks=(
        Task("By what does one round of Muon's polynomial multiply a tiny singular value?", check_gain,
             asks="times"),
        Task("Find the fewest rounds after which these random numbers are less than 3 times apart.",
             check_fewest, setup={"matrix": GAUSSIAN, "polynomial": MUON, "rounds": 2}),
        Task("Now the cubic 1.5 s − 0.5 s³. How many rounds until they are as even as Muon's after five?",
             check_cubic, setup={"matrix": GAUSSIAN, "polynomial": CUBIC, "rounds": 5}),
        Task("Over how many decades may the singular values fade, so that five rounds bring the smallest "
             "above 0.5? To 0.3 decades; it is under “more”.",
             check_decades, setup={"matrix": FADING, "polynomial": MUON, "rounds": 5, "decades": 0.5}),
    ),
    presets=(
        Preset("Muon, 5 rounds", {"polynomial": MUON, "rounds": 5}),
        Preset("cubic, 15 rounds", {"polynomial": CUBIC, "rounds": 15}),
    ),
    still=Still(
        (("before", {"rounds": 0}), ("2 rounds", {"rounds": 2}), ("5 rounds", {"rounds": 5})),
        ("values", "map"),
        "Three columns, 0, 2 and 5 rounds, each with the 64 singular values of a random matrix and the "
        "polynomial that moves them. Largest over smallest falls from 205 to 83 to 2.1.",
    ),
)
