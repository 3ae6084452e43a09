"""Stored results: each has its script, says what made it, and a part of it can be had again at once."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from optimlab import SGD, compare, data, landscapes, results

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in (ROOT / "optimlab" / "results").glob("*.json"))


def script(name):
    spec = importlib.util.spec_from_file_location("experiment", ROOT / "experiments" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_every_result_has_its_script_and_says_what_made_it(name):
    about = results.load(name)["about"]
    assert about["made by"] == f"python experiments/{name}.py"
    assert (ROOT / "experiments" / f"{name}.py").is_file()
    assert about["minutes"] >= 0 and set(about["versions"]) >= {"optimlab", "numpy", "python"}


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="no result called '05_nothing'; known are .*05_rotated_valley"):
        results.load("05_nothing")


def test_what_is_saved_is_loaded(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "__file__", str(tmp_path / "__init__.py"))
    results.save("99_test", 3, numbers=[1, 2.5, None], words={"a": "b"})
    stored = (tmp_path / "99_test.json").read_text()
    assert '"numbers": [1, 2.5, null]' in stored and '"seed": 3' in stored


@pytest.mark.parametrize(("method", "degrees"), [("Adagrad", 0), ("Adam", 0), ("Adam", 10), ("Adam", 45)])
def test_the_rotated_valley_can_be_had_again(method, degrees):
    stored, experiment = results.load("05_rotated_valley"), script("05_rotated_valley")
    angles = np.random.default_rng(experiment.SEED).uniform(0, 2 * np.pi, experiment.STARTS)
    starts = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    valley = landscapes.Quadratic((1, 100), rotation=np.deg2rad(degrees))
    row = experiment.DEGREES.index(degrees)
    steps, lr = stored["best"][method]["100"][row]
    again = experiment.medians(experiment.METHODS[method][1], valley, [lr], starts)[0]
    assert again == pytest.approx(steps, rel=0.02, abs=1)


def test_the_seed_that_learns_nothing_in_the_famous_comparison_has_dead_units():
    """Its second layer is on for few points at the start, and for none after 1000 steps."""
    experiment = script("17_famous_comparison")
    stored = results.load("17_famous_comparison")
    finals = np.array([rows for methods in stored["accuracy"].values() for rows in methods.values()])
    (seed,) = np.flatnonzero((finals == 0.5).all(axis=(0, 1)))
    x, y = data.two_moons(300, noise=0.2, seed=3).train
    x, y = x[None].astype(float), y[None, :, None].astype(float)
    params = experiment.start(seed)[None]

    def on():
        return (experiment.forward(experiment.split(params), x)[0][2] > 0).mean(axis=1).max()

    assert 0.05 < on() < 0.15
    optimizer = SGD(params, lr=0.03)
    for _ in range(1000):
        optimizer.step(experiment.gradient(params, x, y))
    assert on() == 0


@pytest.mark.parametrize(("name", "study", "problem", "optimizer"), [
    ("13_cnn", "STUDY", "digits cnn", "Adam"), ("14_rnn", "SERIES", "sunspots rnn", "momentum"),
])
def test_a_stored_study_can_be_had_again(name, study, problem, optimizer):
    """One of its final runs, made anew; float32 differs a little from machine to machine."""
    study = getattr(script(name), study)
    stored = study.recall(results.load(name))
    rule, setting = study.candidates[optimizer].rule, stored.best(optimizer, problem).setting
    again = compare.Study(problem, {optimizer: (rule, [setting])}, seeds=1).run(workers=1, progress=False)
    assert again.scores(optimizer) == pytest.approx(stored.scores(optimizer, problem)[:1], rel=0.05)
