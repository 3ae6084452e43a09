"""The report card: five measurements of any optimizer, beside those of the tuned classics."""

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from optimlab.compare.analysis import memory
from optimlab.compare.problems import named
from optimlab.compare.rules import Watched, rule
from optimlab.compare.space import rounded
from optimlab.compare.study import Study, about
from optimlab.compare.table import Table, number

CLASSICS = Path(__file__).with_name("classics.json")
NAMES = ("SGD", "momentum", "RMSprop", "Adam")
LRS = rounded(np.geomspace(1.8e-3, 18, 13))     # three in a decade; 1.8 is just below 2 / L
NET_LRS = rounded(np.geomspace(1e-5, 10, 13))
KAPPAS = (10, 100, 1000)
TOL, CAP = 1e-6, 10_000
FLOOR_STEPS, FLOOR_SIZE, FLOOR_FAR = 500, 400, 10.0
TURNED = 1000
COST_SIZE, COST_STEPS = 100_000, 30


@dataclass
class Grades:
    """What was measured of one optimizer, its learning rate tuned anew for each number.

    Attributes:
        net_lrs, net_scores: the U-curve, median validation loss of three seeds on two moons, a 2-16-16-2 net.
        net_best, net_window: its lowest point; the factor between the learning rates that stay within twice.
        kappas, kappa_steps: steps to 1e-6 of the distance, on bowls of five dimensions turned at random.
        slope: how the logarithm of the steps grows with that of kappa: 1 for gradient descent, 1/2 at best.
        floor_lrs, floors: mean square distance per coordinate that is left after 500 steps from a distance of
            10, curvature 1, gradient noise 1.
        floor: the lowest of them.
        angle_steps: steps to 1e-6 in a valley of kappa 1000 along the axes, and turned by 45 degrees.
        rotation: the latter over the former.
        cost: microseconds of a step of 100,000 numbers over those of SGD in the same minute.
        state: bytes kept for each number, float32.
    """

    net_lrs: list
    net_scores: list
    net_best: float
    net_window: float
    kappas: list
    kappa_steps: list
    slope: float
    floor_lrs: list
    floors: list
    floor: float
    angle_steps: list
    rotation: float
    cost: float
    state: float


class Card:
    """A report card. In a notebook it shows its table; figure() draws it, words() says it.

    Attributes: name; grades, a Grades; classics, {name: Grades}; seconds, what it took.
    """

    def __init__(self, name, grades, classics, seconds):
        self.name, self.grades, self.classics, self.seconds = name, grades, classics, seconds

    @property
    def everyone(self):
        """{name: Grades}, the card's own first."""
        return {self.name: self.grades, **self.classics}

    def table(self):
        """Every number beside those of the classics: a Table."""
        rows = [
            ["best validation loss of a net", lambda g: number(g.net_best)],
            ["lr may be off by a factor of", lambda g: number(g.net_window)],
            *[[f"steps to 1e-6, kappa {k}", lambda g, i=i: number(g.kappa_steps[i])]
              for i, k in enumerate(KAPPAS)],
            ["steps grow as kappa to the", lambda g: f"{g.slope:.2f}" if math.isfinite(g.slope) else "-"],
            ["noise floor", lambda g: number(g.floor)],
            ["45 degrees over 0 degrees", lambda g: number(g.rotation)],
            ["cost of a step, SGD = 1", lambda g: f"{g.cost:.1f}"],
            ["state for a number", lambda g: memory(g.state)],
        ]
        return Table(["", *self.everyone],
                     [[words, *map(show, self.everyone.values())] for words, show in rows],
                     caption=f"Each number at the best of {len(LRS)} learning rates from {LRS[0]:g} to "
                             f"{LRS[-1]:g}; the net: {len(NET_LRS)} from {NET_LRS[0]:g} to {NET_LRS[-1]:g}.")

    def words(self):
        """What the numbers say, in sentences."""
        g, said = self.grades, []
        best = min(self.classics, key=lambda name: self.classics[name].net_best)
        if not math.isfinite(g.net_best):
            return [f"{self.name} did not train the net at any learning rate from {NET_LRS[0]:g} to "
                    f"{NET_LRS[-1]:g}."]
        ratio = g.net_best / self.classics[best].net_best
        windows = ", ".join(f"{name} {number(one.net_window)}" for name, one in self.classics.items())
        said.append(f"On the net its best loss is {ratio:.2f} times that of {best}, the best of the "
                    "classics. The learning rates that stay within twice its best span a factor of "
                    f"{number(g.net_window)} ({windows}).")
        if math.isfinite(g.slope):
            like = "as for gradient descent" if g.slope > 0.85 else "as for momentum, or better" \
                if g.slope < 0.65 else "between gradient descent (1) and momentum (1/2)"
            said.append(f"Its steps grow as kappa to the power {g.slope:.2f}: {like}.")
        else:
            said.append(f"In a narrow bowl it did not come within 1e-6 in {CAP} steps at any learning rate.")
        if math.isfinite(g.rotation):
            said.append("It does not care how the axes lie." if abs(g.rotation - 1) < 0.1 else
                        f"Turned by 45 degrees the same valley takes it {number(g.rotation)} times the "
                        "steps: it works on coordinates.")
        least = min(one.floor for one in self.classics.values())
        said.append(f"Noise leaves it {g.floor / least:.2g} times what it leaves the best of the classics.")
        said.append(f"A step costs {g.cost:.1f} times one of SGD, and it keeps {memory(g.state)} for each "
                    "number.")
        return said

    def figure(self):
        """The card as one figure of four panels."""
        from optimlab.compare import pictures

        return pictures.card(self)

    def __repr__(self):
        return f"{self.table()}\n" + "\n".join(self.words())

    def _repr_html_(self):
        return self.table()._repr_html_() + "".join(f"<p>{words}</p>" for words in self.words())


def report_card(optimizer, name=None):
    """Measure an optimizer in under a minute: robustness, scaling, noise, rotation, cost.

    Args:
        optimizer: its name, a class, functools.partial of one, or a step function
            `(w, grad, *states, lr, ...) -> (w, *states)`. Only its lr is tuned.
        name: what to call it; its own name if left out.

    Returns:
        Card, with table(), words() and figure(). What fails is left out of the numbers as never reached.

    Raises:
        ValueError, TypeError: an optimizer that is none, or that cannot take a step at all.

    >>> def my_step(w, grad, lr):
    ...     return w - lr * grad
    >>> card = report_card(my_step)                     # doctest: +SKIP
    >>> card.table()                                    # doctest: +SKIP
    """
    made = rule(optimizer)
    if name is None:
        name = optimizer if isinstance(optimizer, str) else getattr(optimizer, "__name__", "yours")
    _try_a_step(made, name)
    start = time.perf_counter()
    grades = measure(optimizer)
    classics = {key: Grades(**one) for key, one in stored()["grades"].items() if key != name}
    return Card(name, grades, classics, time.perf_counter() - start)


def measure(optimizer):
    """The Grades of an optimizer."""
    made = rule(optimizer)
    with np.errstate(all="ignore"):
        net_scores, best, window = net(optimizer)
        kappa_steps = [float(np.median([tuned_steps(made, *bowl(kappa, seed)) for seed in range(3)]))
                       for kappa in KAPPAS]
        floors = [noise_floor(made, lr) for lr in LRS]
        angle_steps = [float(np.median([tuned_steps(made, *turned_valley(TURNED, angle, seed))
                                        for seed in range(3)])) for angle in (0, 45)]
        cost, state = cost_of(made)
    rotation = angle_steps[1] / angle_steps[0] if math.isfinite(sum(angle_steps)) else math.nan
    return Grades(NET_LRS, net_scores, best, window, list(KAPPAS), kappa_steps, slope(kappa_steps), LRS,
                  floors, min(floors), angle_steps, rotation, cost, state)


def net(optimizer):
    """(median scores, best, window) of the U-curve on a small net."""
    study = Study(named("moons mlp", epochs=20), {"it": (optimizer, [{"lr": lr} for lr in NET_LRS])}, seeds=3,
                  finals=0)
    curve = study.run(workers=1, progress=False).sensitivity("it")
    return curve.median.tolist(), float(curve.median.min()), curve.window


def bowl(kappa, seed, n=5):
    """(A, start): curvatures from 1/kappa to 1 in even ratios, turned at random; a start at distance 1."""
    rng = np.random.default_rng([seed, kappa])
    Q = np.linalg.qr(rng.normal(size=(n, n)))[0]
    start = rng.normal(size=n)
    return Q @ np.diag(np.geomspace(1 / kappa, 1, n)) @ Q.T, start / np.linalg.norm(start)


def turned_valley(kappa, degrees, seed):
    """(A, start): a valley in the plane, its start turned with it."""
    angle = math.radians(degrees)
    Q = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    across = np.random.default_rng([seed, 3]).normal(size=2)
    return Q @ np.diag([1 / kappa, 1.0]) @ Q.T, Q @ (across / np.linalg.norm(across))


def tuned_steps(made, A, start):
    """The fewest steps to TOL of the distance over all learning rates; inf where none gets there."""
    best = CAP + 1
    for lr in sorted(LRS, key=lambda lr: abs(math.log(lr))):
        best = min(best, steps_to(made, A, start, lr, best - 1))
    return float(best) if best <= CAP else math.inf


def steps_to(made, A, start, lr, most):
    """Steps until the distance to 0 is TOL times that of the start; inf where `most` are not enough.

    One that lags is not followed further: the logarithm of its distance must have come a sixteenth of the way
    in a quarter of the steps, a quarter in half of them, and nine sixteenths in three quarters.
    """
    w = start.copy()
    optimizer = Watched(made(w, lr=lr), [w])
    size = float(start @ start)
    limit, far, checks = TOL**2 * size, 1e6 * size, {most // 4, most // 2, 3 * most // 4}
    for t in range(1, most + 1):
        g = A @ w

        def look(w=w):
            return float(w @ A @ w) / 2, [A @ w]

        try:
            optimizer.step(g, closure=look)
        except (ArithmeticError, ValueError):
            return math.inf
        distance = float(w @ w)
        if distance <= limit:
            return t
        late = t in checks and distance > limit ** ((t / most) ** 2) * size ** (1 - (t / most) ** 2)
        if late or not distance < far:
            return math.inf
    return math.inf


def noise_floor(made, lr):
    """Mean square distance per coordinate, over the last fifth of the steps."""
    rng = np.random.default_rng(5)
    w, left = np.full(FLOOR_SIZE, FLOOR_FAR), []
    optimizer = Watched(made(w, lr=lr), [w])
    for t in range(FLOOR_STEPS):
        g = w + rng.normal(size=w.shape)

        def look(g=g, shift=g - w):
            return float(w @ w) / 2, [w + shift]

        try:
            optimizer.step(g, closure=look)
        except (ArithmeticError, ValueError):
            return math.inf
        if t >= FLOOR_STEPS * 4 // 5:
            left.append(float(np.mean(w * w)))
    floor = float(np.mean(left))
    return floor if math.isfinite(floor) else math.inf


def cost_of(made):
    """(time of a step over that of SGD, bytes of state a number), on a vector of 100,000 float32."""
    rng = np.random.default_rng(0)
    g = rng.normal(size=COST_SIZE).astype(np.float32)

    def seconds(maker):
        w = np.zeros(COST_SIZE, np.float32)
        optimizer = Watched(maker(w, lr=1e-6), [w])
        for _ in range(3):
            optimizer.step(g, closure=lambda: (0.0, [g]))
        times = []
        for _ in range(COST_STEPS):
            start = time.perf_counter()
            optimizer.step(g, closure=lambda: (0.0, [g]))
            times.append(time.perf_counter() - start)
        return float(np.median(times)), optimizer.state_bytes / COST_SIZE

    try:
        own, state = seconds(made)
    except (ArithmeticError, ValueError, MemoryError):
        return math.nan, math.nan
    return own / seconds(rule("SGD"))[0], state


def slope(steps):
    """The exponent of kappa from the first to the last."""
    if not all(map(math.isfinite, steps)):
        return math.nan
    return math.log(steps[-1] / steps[0]) / math.log(KAPPAS[-1] / KAPPAS[0])


def stored():
    """The classics' Grades, with the versions, the date and the minutes that made them."""
    return json.loads(CLASSICS.read_text(encoding="utf-8"))


def make_classics():
    """Measure the classics and write classics.json."""
    start = time.perf_counter()
    grades = {name: asdict(measure(name)) for name in NAMES}
    made = {"about": about(), "minutes": round((time.perf_counter() - start) / 60, 2), "grades": grades}
    CLASSICS.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def _try_a_step(made, name):
    """One step, so that what is broken is said at once and in its own words."""
    w = np.array([1.0, -1.0])
    try:
        Watched(made(w, lr=0.1), [w]).step(w.copy(), closure=lambda: (1.0, [w.copy()]))
    except Exception as error:
        raise type(error)(f"report_card: {name} failed at its first step: {error}") from error
