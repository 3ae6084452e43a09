"""The fair race's runs: every runner at every learning rate of one grid, from one start, with seeds.

The numbers are those of optimlab.compare: the same noise for a seed, the same score, the same choice. Here
all learning rates and seeds of a runner go at once, as rows of one array, because a slider cannot wait.
"""

import time
from functools import cache, lru_cache

import numpy as np

from optimlab import landscapes
from optimlab.compare import lrs
from optimlab.compare.space import mirrored
from optimlab.compare.statistics import medians
from optimlab.live import learners
from optimlab.live.learners import OWN, OWN_LANDSCAPE, OwnLandscape, Trouble
from optimlab.live.runs import rule_parameters
from optimlab.optim import SGD, Adagrad, Adam, RMSprop
from optimlab.train import DIVERGED

LRS = tuple(setting["lr"] for setting in lrs(1e-4, 10, 21))  # four in a decade
STEPS, EVERY = 200, 5
PATIENCE = 4.0  # seconds for all runs of a learner's rule
FRESH = 1000  # where the seeds begin that judge, as in a Study
MAP_SEEDS = 3
AWAY = 1e7  # where a walker that has diverged stands still: numbers without end are slow
SIDE = 7  # starts along one edge of the winner map
LEAST = 1e-12  # a loss below this counts as this: the race is over
RUNNERS = {
    "SGD": SGD,
    "momentum": lambda w, lr: SGD(w, lr=lr, momentum=0.9),
    "Nesterov": lambda w, lr: SGD(w, lr=lr, momentum=0.9, nesterov=True),
    "Adagrad": Adagrad,
    "RMSprop": RMSprop,
    "Adam": Adam,
}
DEFAULTS = {"SGD": 1e-3, "momentum": 1e-3, "Nesterov": 1e-3, "Adagrad": 1e-2, "RMSprop": 1e-2, "Adam": 1e-3,
            OWN: 1e-3}
LANDSCAPES = {
    "valley": landscapes.valley(10),
    "turned valley": landscapes.Quadratic((1, 100), rotation=np.pi / 4),
    "Rosenbrock": landscapes.Rosenbrock(),
    "Beale": landscapes.Beale(),
    "saddle": landscapes.Saddle(),
    "two wells": landscapes.TwoWell(),
    "Rastrigin": landscapes.Rastrigin(),
}
NETS = ("moons net", "digits net")
PROBLEMS = (*LANDSCAPES, *NETS, OWN_LANDSCAPE)
GRID = 96  # points along one edge, where a landscape is drawn
# The order in which a budget of tries goes over the grid, so that the first few are far apart.
ORDER = tuple(dict.fromkeys((mirrored(np.arange(1, 64), 2) * (len(LRS) - 1)).round().astype(int).tolist()))


def landscape_of(problem, own=None):
    """The landscape of a problem; None for a net, Trouble if it is the learner's and cannot be walked on."""
    if problem != OWN_LANDSCAPE:
        return LANDSCAPES.get(problem)
    if own is None:
        raise Trouble("Give a function of x and y: live.fair_race(landscape=my_function).")
    return own_landscape(own)


@lru_cache(maxsize=4)
def own_landscape(own):
    """A learner's landscape, looked at once all over: its view is (-2, 2) on both axes if it has none, and
    the lowest that was seen counts as its lowest."""
    landscape = OwnLandscape(own)
    landscape.view = getattr(own, "view", ((-2.0, 2.0), (-2.0, 2.0)))
    landscape.minima = np.empty((0, 2)) if landscape.minima is None else np.asarray(landscape.minima, float)
    heights = [landscape.value(lattice_of(landscape, GRID)), landscape.value(landscape.minima)]
    heights = np.concatenate([np.ravel(height) for height in heights])
    if not np.isfinite(heights).all():
        raise Trouble(f"{landscape.name} is infinite in places; its view needs finite heights.")
    landscape.lowest = float(heights.min())
    landscape.forgive = True
    return landscape


def lattice_of(landscape, side):
    """Points in rows from below, at the middles of side x side equal squares: (side, side, 2)."""
    along = (2 * np.arange(side) + 1) / side - 1
    return point(landscape, np.stack(np.meshgrid(along, along), axis=-1))


def frame_of(landscape):
    """The middle and half the side of the square that is drawn: ((2,), float)."""
    low, high = np.transpose(landscape.view)
    return (low + high) / 2, float(np.max(high - low) / 2)


def point(landscape, start):
    """A start in coordinates, from (-1..1, -1..1) as shares of the square: shape (2,)."""
    middle, half = frame_of(landscape)
    return middle + half * np.asarray(start, float)


@cache
def noise_of(seed):
    """What a Study adds to the gradients of a walk with this seed, at noise 1: shape (STEPS, 2)."""
    return np.random.default_rng([seed, 2]).normal(size=(STEPS, 2))


def sweep(landscape, make, starts, steps, noise=None):
    """Walk down from every start at every learning rate at once.

    starts: (starts, 2). noise: (seeds, STEPS, 2), added to the gradients, or None.
    -> the loss above the lowest, (steps + 1, lrs, seeds, starts), inf from where a run diverged, by
    descend()'s measure; and the points, (steps + 1, lrs, seeds, starts, 2).
    """
    seeds = 1 if noise is None else len(noise)
    shape = (len(LRS), seeds, len(starts))
    x = np.broadcast_to(starts, (*shape, 2)).reshape(-1, 2).copy()
    optimizer = make(x, lr=np.repeat(LRS, seeds * len(starts) * 2).reshape(x.shape))
    (state,) = optimizer.state
    values = {name: plain(optimizer.now(name)) for name in rule_parameters(type(optimizer))}
    points = np.empty((steps + 1, *x.shape))
    points[0] = x
    with np.errstate(all="ignore"):
        for step in range(1, steps + 1):
            grad = landscape.grad(x)
            if noise is not None:
                grad = (grad.reshape(*shape, 2) + noise[None, :, step - 1, None]).reshape(-1, 2)
            x -= optimizer.rule(x, grad, state, step, **values)
            np.maximum(np.minimum(x, AWAY, out=x), -AWAY, out=x)
            points[step] = x
        losses = landscape.value(points)
        lost = ~(np.abs(losses) <= DIVERGED * np.maximum(np.abs(losses[0]), 1))
    losses -= landscape.lowest
    losses[np.logical_or.accumulate(lost, axis=0)] = np.inf
    return losses.reshape(-1, *shape), points.reshape(-1, *shape, 2)


def length(steps):
    """How many steps are run where so many are wanted: half of all or all, so that the horizon can move."""
    return STEPS // 2 if steps <= STEPS // 2 else STEPS


def plain(value):
    """A hyper-parameter as NumPy's own array, where it is one: the same numbers, sooner."""
    return value.view(np.ndarray) if isinstance(value, np.ndarray) else value


@lru_cache(maxsize=64)
def raced(landscape, runner, start, noise, seeds, steps=STEPS):
    """From one start: losses (lrs, seeds that choose and as many that judge, steps + 1), points likewise."""
    place = point(landscape, start)[None]
    draws = noise * np.array([noise_of(seed) for seed in seeds_of(seeds)]) if noise else None
    losses, points = sweep(landscape, RUNNERS[runner], place, steps, draws)
    losses, points = np.moveaxis(losses[..., 0], 0, -1), np.moveaxis(points[..., 0, :], 0, -2)
    return twice(losses, noise), twice(points, noise)


@lru_cache(maxsize=128)
def lattice(landscape, runner, noise, steps=STEPS):
    """Median losses from a lattice of starts, row by row from below, every fifth step: (lrs, starts, 41).

    All of them take 5 to 140 ms, by problem and noise; they are computed once for each choice and kept.
    """
    starts = lattice_of(landscape, SIDE).reshape(-1, 2)
    draws = noise * np.array([noise_of(seed) for seed in range(MAP_SEEDS)]) if noise else None
    losses = np.moveaxis(sweep(landscape, RUNNERS[runner], starts, steps, draws)[0][::EVERY], 0, -1)
    return np.maximum(medians(losses, axis=1), LEAST).astype(np.float32)


def seeds_of(seeds):
    """The seeds that choose, and the fresh ones that judge."""
    return (*range(seeds), *range(FRESH, FRESH + seeds))


def twice(runs, noise):
    """Without noise every seed gives the same run: the one that chooses also judges."""
    return runs if noise else np.repeat(runs, 2, axis=1)


@cache
def stored(problem):
    """runner -> (lrs, seeds, measured steps) of validation losses of a net, and the measured steps."""
    from optimlab import results

    kept = results.load("17_fair_race")
    scores = {name: np.array(rows, float) for name, rows in kept["scores"][problem].items()}
    scores = {name: np.where(np.isnan(rows), np.inf, rows) for name, rows in scores.items()}
    return scores, kept["steps"][problem]


def raced_own(own, landscape, start, noise, seeds):
    """A learner's rule at every learning rate -> losses and points as from raced, and its trouble or "".

    One run after the other, as a rule of a learner's may look at the whole array. A run that fails is lost
    from that step on, and so are all that are left when it takes too long.
    """
    every = seeds_of(seeds) if noise else (0,)
    losses = np.full((len(LRS), len(every), STEPS + 1), np.inf)
    points = np.full((*losses.shape, 2), np.nan)
    trouble, stop = "", time.monotonic() + PATIENCE
    for j, seed in enumerate(every):
        for i, lr in enumerate(LRS):
            left = stop - time.monotonic()
            if left <= 0:
                break
            draws = noise * noise_of(seed)
            went = learners.walk(own, lambda w, t, draws=draws: landscape.grad(w) + draws[t - 1],
                                 point(landscape, start), STEPS, seconds=left, lr=lr)
            with np.errstate(all="ignore"):
                seen = landscape.value(went.params[:went.diverged_at]) - landscape.lowest
            losses[i, j, :len(seen)] = np.where(np.isfinite(seen), seen, np.inf)
            points[i, j, :len(went.params)] = went.params
            if time.monotonic() > stop:
                runs = losses[..., 0].size
                trouble = trouble or f"Yours is too slow: {runs} runs take over {PATIENCE:g} s."
            elif went.diverged_at is None:
                trouble = trouble or went.trouble
    return twice(losses, noise), twice(points, noise), trouble


def chosen(curve, allowed):
    """The index of the least of a U-curve (lrs,) or of many (lrs, n) among the allowed learning rates."""
    allowed = np.array(allowed)
    return allowed[np.argmin(np.asarray(curve)[allowed], axis=0)]
