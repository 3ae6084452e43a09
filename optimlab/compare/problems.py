"""Problems with a name, so that a study in a file can ask for them."""

from dataclasses import replace

import numpy as np

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


def _mnist1d_cnn(seed):
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Conv1d(1, 16, 5, stride=2, padding=2, rng=rng), nn.ReLU(),
        nn.Conv1d(16, 32, 3, stride=2, padding=1, rng=rng), nn.ReLU(),
        nn.Conv1d(32, 32, 3, stride=2, padding=1, rng=rng), nn.ReLU(),
        nn.Flatten(), nn.Linear(32 * 5, 10, rng=rng))


def _mnist1d_gru(seed):
    return nn.RecurrentClassifier(1, 24, 10, cell="GRU", rng=seed)


def _mnist1d_series():
    """Each curve as 40 steps of one number, which is how a recurrent net reads it."""
    return _changed(data.mnist1d(), x=lambda x: x.transpose(0, 2, 1))


def _sunspots_rnn(seed):
    return nn.RecurrentClassifier(1, 16, 1, cell="RNN", criterion=losses.mse, rng=seed)


def _sunspots_lstm(seed):
    return nn.RecurrentClassifier(1, 16, 1, cell="LSTM", criterion=losses.mse, rng=seed)


def _sunspots(length=20):
    """Twenty years of sunspots, and the year that follows them; in units of the training years' spread."""
    series = data.sunspots()
    values = (series.values - series.train.mean()) / series.train.std()
    stops = np.cumsum([len(series.train), len(series.val), len(series.test)])
    years = zip([0, *(stops[:-1] - length)], stops, strict=True)
    return data.Dataset("sunspots", *(data.windows(values[a:b], length) for a, b in years))


def _novel_rnn(seed):
    return nn.CharModel(75, 16, 64, cell="RNN", rng=seed)


def _novel_lstm(seed):
    return nn.CharModel(75, 16, 64, cell="LSTM", rng=seed)


def _novel(characters=60_000, length=50):
    """The novel's first characters in stretches, each read with an empty memory; a tenth as many to judge."""
    book = data.novel()
    parts = book.train[:characters], book.val[:characters // 10], book.test[:characters // 10]
    return data.Dataset("the novel", *(data.sequences(part, length) for part in parts))


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
    "mnist1d cnn": (Training, lambda: (_mnist1d_cnn, data.mnist1d), {"epochs": 5}),
    "sunspots rnn": (Training, lambda: (_sunspots_rnn, _sunspots), {"epochs": 30, "max_norm": 1.0}),
    "sunspots lstm": (Training, lambda: (_sunspots_lstm, _sunspots), {"epochs": 30, "max_norm": 1.0}),
    "novel rnn": (Training, lambda: (_novel_rnn, _novel), {"epochs": 3, "max_norm": 1.0}),
    "novel lstm": (Training, lambda: (_novel_lstm, _novel), {"epochs": 3, "max_norm": 1.0}),
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


def as_problem(value):
    """A problem from what a user may give for one: itself, a landscape, a name."""
    if isinstance(value, str):
        return named(value)
    if hasattr(value, "run") and hasattr(value, "told"):
        return value
    if hasattr(value, "value") and hasattr(value, "grad"):
        return Walk(value)
    raise TypeError("problem: a Walk, a Training, a landscape or the name of a problem is needed, "
                    f"got {value!r}")
