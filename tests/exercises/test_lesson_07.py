"""Lesson 07: arguments for mutants, right answers in another style, and what the references are true to."""

import numpy as np
import pytest

from optimlab.exercises import REGISTRY, check


@pytest.fixture(autouse=True)
def progress_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "progress.json"))


def random_arguments(id, rng):
    """Arguments of the kind that the exercise's docstring promises."""
    w = rng.normal(size=rng.integers(1, 5))
    grad = rng.normal(size=w.shape) * rng.integers(0, 2, size=w.shape)
    m, v, vmax = rng.normal(size=w.shape), rng.uniform(0, 3, size=w.shape), rng.uniform(0, 3, size=w.shape)
    t, lr, eps = int(rng.integers(1, 9)), rng.uniform(0.01, 0.5), float(rng.choice([1e-8, 0.1, 0.5]))
    settings = lr, rng.uniform(0, 0.99), rng.uniform(0, 0.99), eps
    if id == "07.1":
        return w, float(rng.choice([0.0, 0.5, 0.9]))
    if id == "07.2":
        return w, grad, m, v, t, *settings
    if id == "07.3":
        return w, grad, m, v, vmax, t, *settings
    if id == "07.4":
        params = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=3)}
        grads = [{k: rng.normal(size=p.shape) for k, p in params.items()} for _ in range(rng.integers(0, 5))]
        return params, grads, *settings, int(rng.integers(1, 4))
    if id == "07.5":
        return ()
    raise KeyError(id)
