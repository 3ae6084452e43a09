"""Problems with a name, so that a study in a file can ask for them."""

from optimlab import data, landscapes, nn
from optimlab.compare.problem import Training, Walk


def _digits_mlp(seed):
    return nn.MLP(64, 32, 10, rng=seed)


def _moons_mlp(seed):
    return nn.MLP(2, 16, 16, 2, rng=seed)


def _digits_cnn(seed):
    return nn.CNN(1, 8, 10, channels=(8, 16), rng=seed)


def _fashion_cnn(seed):
    return nn.CNN(1, 28, 10, rng=seed)


PROBLEMS = {
    "valley": (Walk, lambda: (landscapes.valley(100),), {"steps": 200}),
    "rosenbrock": (Walk, lambda: (landscapes.Rosenbrock(),), {"steps": 500}),
    "beale": (Walk, lambda: (landscapes.Beale(),), {"steps": 500}),
    "himmelblau": (Walk, lambda: (landscapes.Himmelblau(),), {"steps": 200}),
    "saddle": (Walk, lambda: (landscapes.Saddle(),), {"steps": 200}),
    "two wells": (Walk, lambda: (landscapes.TwoWell(),), {"steps": 200}),
    "rastrigin": (Walk, lambda: (landscapes.Rastrigin(),), {"steps": 200}),
    "noisy valley": (Walk, lambda: (landscapes.valley(100),), {"steps": 500, "noise": 1.0}),
    "moons mlp": (Training, lambda: (_moons_mlp, data.two_moons), {"epochs": 30}),
    "digits mlp": (Training, lambda: (_digits_mlp, data.digits), {"epochs": 10}),
    "digits cnn": (Training, lambda: (_digits_cnn, data.digits), {"epochs": 5}),
    "fashion cnn": (Training, lambda: (_fashion_cnn, data.fashion_mini), {"epochs": 3}),
}


def named(name, **changes):
    """A problem by its name, with arguments of Walk or Training changed.

    Raises:
        ValueError: a name that there is none of.

    >>> named("digits mlp", epochs=5)
    Training(digits mlp, 5 epochs of 35 steps)
    """
    if name not in PROBLEMS:
        raise ValueError(f"problem: there is none called {name!r}; known are {', '.join(PROBLEMS)}")
    kind, given, usual = PROBLEMS[name]
    return kind(*given(), **{**usual, "name": name, **changes})
