"""Problems with a name, so that a study in a file can ask for them."""

from dataclasses import replace

from optimlab import data, landscapes, losses, nn
from optimlab.compare.problem import Training, Walk


def _digits_mlp(seed):
    return nn.MLP(64, 32, 10, rng=seed)


def _moons_mlp(seed):
    return nn.MLP(2, 16, 16, 2, rng=seed)


def _digits_cnn(seed):
    return nn.CNN(1, 8, 10, channels=(8, 16), rng=seed)


def _fashion_cnn(seed):
    return nn.CNN(1, 28, 10, rng=seed)


def _mnist1d_mlp(seed):
    return nn.MLP(40, 64, 10, rng=seed)


def _mnist1d_gru(seed):
    return nn.RecurrentClassifier(1, 24, 10, cell="GRU", rng=seed)


def _mnist1d_series():
    """Each curve as 40 steps of one number, which is how a recurrent net reads it."""
    return _changed(data.mnist1d(), x=lambda x: x.transpose(0, 2, 1))


def _diabetes_mlp(seed):
    return nn.MLP(10, 16, 1, criterion=losses.mse, rng=seed)


def _diabetes():
    return _changed(data.standardize(data.diabetes(), targets=True), y=lambda y: y[:, None])


def _changed(dataset, x=lambda x: x, y=lambda y: y):
    parts = {name: getattr(dataset, name) for name in ("train", "val", "test")}
    return replace(dataset, **{name: data.Part(x(part.x), y(part.y)) for name, part in parts.items()})


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
    "mnist1d mlp": (Training, lambda: (_mnist1d_mlp, data.mnist1d), {"epochs": 10}),
    "mnist1d gru": (Training, lambda: (_mnist1d_gru, _mnist1d_series), {"epochs": 3, "max_norm": 1.0}),
    "diabetes mlp": (Training, lambda: (_diabetes_mlp, _diabetes), {"epochs": 20}),
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
