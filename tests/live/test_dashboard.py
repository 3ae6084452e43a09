"""The dashboard: what a training shows, by value; ticks, changes in mid-run, and rules of a learner's own."""

import time

import numpy as np
import pytest

from optimlab import data, live, nn, progress
from optimlab.live.dashboard import axis, dashboard, limit, simulate, thin, view
from optimlab.live.training import CONV, DENSE, MODELS, OWN, RECURRENT, Session
from optimlab.train import sharpness


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTIMLAB_PROGRESS", str(tmp_path / "progress.json"))


def at(run, step):
    return float(run["sharpness"][np.searchsorted(run["curved"], step)])


def test_gradient_descent_climbs_to_the_edge_and_a_larger_lr_throws_it_back():
    """Cohen et al. (2021): sharpness settles at 2 / lr. After the edge a run is chaotic: last digits differ
    between machines, where it hovers does not."""
    run = simulate(lr=0.1, steps=6001, changes={3000: {"lr": 0.15}})
    assert at(run, 0) == pytest.approx(5.43, abs=0.01)
    assert run["loss"][0] == pytest.approx(0.316, abs=0.001)
    assert np.all(np.diff(run["sharpness"][(run["curved"] >= 850) & (run["curved"] <= 1600)]) > 0)
    assert at(run, 3000) == pytest.approx(20, rel=0.1)
    assert at(run, 3050) < 12 and at(run, 3100) < 12
    assert run["loss"][3000:3050].max() > 50 * run["loss"][2990]
    assert np.mean(run["sharpness"][run["curved"] >= 5000]) == pytest.approx(2 / 0.15, rel=0.03)
    assert run["loss"][-1] < 0.01 and run["diverged_at"] is None


def test_a_smaller_lr_lets_the_sharpness_rise_again():
    run = simulate(lr=0.3, steps=5001, changes={1000: {"lr": 0.15}})
    assert np.median(run["sharpness"][(run["curved"] > 600) & (run["curved"] <= 1000)]) == pytest.approx(
        2 / 0.3, rel=0.2
    )
    assert np.mean(run["sharpness"][-10:]) == pytest.approx(2 / 0.15, rel=0.04)


def test_at_the_edge_many_steps_raise_the_loss_and_yet_it_falls():
    run = simulate(lr=0.3, steps=6001)
    assert np.mean(run["sharpness"][-10:]) == pytest.approx(2 / 0.3, rel=0.03)
    assert 1000 < run["ups"] < 3600
    assert run["loss"][-1] < run["loss"][0] / 100


def test_an_lr_above_the_limit_from_the_start_blows_up():
    run = simulate(lr=0.6, steps=400)
    assert at(run, 0) > 2 / 0.6
    assert 20 < run["diverged_at"] < 300
    frame = view({**dashboard.defaults(), "lr": 0.6}, run)
    assert f"diverged at step {run['diverged_at']}" in frame.readout


def test_the_sharpness_is_the_hessians_largest_eigenvalue():
    model, (x, y) = nn.chebyshev_net(), data.chebyshev().train
    h, hessian = 1e-5, np.empty((673, 673))
    start = model.params.copy()
    for i in range(673):
        for sign in (1, -1):
            model.params[...] = start
            model.params[i] += sign * h
            model.loss(x, y)
            hessian[i] = model.grads / (2 * h) if sign > 0 else hessian[i] - model.grads / (2 * h)
    model.params[...] = start
    largest = np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]
    assert at(simulate(steps=1), 0) == pytest.approx(largest, rel=5e-3)
    assert sharpness(model, x, y) == pytest.approx(largest, rel=5e-3)


def test_what_is_drawn_is_what_was_measured():
    run = simulate(steps=21, lr=0.05)
    model, (x, y) = nn.chebyshev_net(), data.chebyshev().train
    for step in range(21):
        loss = model.loss(x, y)
        assert run["loss"][step] == pytest.approx(loss, rel=1e-9)
        assert run["norm"][step] == pytest.approx(np.linalg.norm(model.grads), rel=1e-9)
        if step == 20:
            old = model.views["3.weight"].copy()
            assert run["val_loss"][-1] == pytest.approx(model.evaluate(*data.chebyshev().val), rel=1e-9)
        model.params -= 0.05 * model.grads
    moved = np.linalg.norm(model.views["3.weight"] - old) / np.linalg.norm(old)
    assert run["ratios"][-1][1] == pytest.approx(moved, rel=1e-9)
    assert run["looks"].tolist() == [0, 10, 20]
    for share, zero in run["spread"].values():
        assert share.sum() + zero == pytest.approx(1)


def test_clipping_bounds_the_step_and_saves_the_exploding_rnn():
    exploding = {"model": RECURRENT, "lr": 0.3, "gain": 3.0, "length": 50, "steps": 200}
    free, clipped = simulate(**exploding), simulate(**exploding, clip=True)
    assert free["diverged_at"] < 60 and free["norm"].max() > 1000
    assert clipped["diverged_at"] is None and clipped["clipped"] > 20
    assert np.mean(clipped["loss"][-20:]) < 0.6
    tiny = simulate(steps=2, lr=0.1, clip=True, max_norm=0.1)
    assert tiny["norm"][0] > 0.1 and tiny["clipped"] >= 1


def test_a_long_rnn_forgets_its_first_input():
    short, long = (simulate(model=RECURRENT, length=n, steps=1)["reach"] for n in (5, 50))
    assert long < 1e-6 < short
    assert simulate(steps=1)["reach"] is None


def test_a_small_start_has_vanishing_gradients():
    small = simulate(model=DENSE, gain=0.1, steps=1)["norm"][0]
    assert small < 0.4 * simulate(model=DENSE, steps=1)["norm"][0]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_every_network_learns(model, optimizer):
    lr = 0.1 if optimizer == "SGD" else 0.005
    run = simulate(model=model, optimizer=optimizer, lr=lr, steps=120, batch="32")
    assert np.mean(run["loss"][-10:]) < 0.9 * np.mean(run["loss"][:3])
    again = simulate(model=model, optimizer=optimizer, lr=lr, steps=120, batch="32")
    np.testing.assert_array_equal(run["loss"], again["loss"])


def test_the_limit_is_that_of_the_quadratic():
    assert limit({"optimizer": "SGD", "lr": 0.1}) == pytest.approx(20)
    assert limit({"optimizer": "momentum 0.9", "lr": 0.1}) == pytest.approx(38)
    assert limit({"optimizer": "Adam", "lr": 0.1}) is None


def test_no_spike_is_lost_and_the_axis_holds_still():
    y = np.ones(20_000)
    y[12_345] = 9
    assert thin(np.arange(20_000), y)[1].max() == 9
    assert [axis(n)[1] for n in (0, 200, 201, 501, 1001, 4000, 20_000)] == [
        200, 200, 500, 1000, 2000, 5000, 20_000,
    ]  # fmt: skip


# -- ticks


def talk(widget, kind, **message):
    sent = []
    widget.send = lambda content, buffers=None: sent.append(content)
    widget._handle_custom_msg({"kind": kind, "view": "v", "seq": 1, **message}, [])
    (content,) = sent
    return content


@pytest.fixture
def open_dashboard():
    progress.record_prediction("live.dashboard", None, skipped=True)

    def opened(**values):
        figure = live.dashboard(**values)
        talk(figure, "open")
        return figure

    return opened


def test_a_tick_is_short_and_goes_on_where_the_last_one_ended(open_dashboard):
    figure = open_dashboard(model=CONV)
    steps = []
    for _ in range(3):
        began = time.perf_counter()
        steps.append(talk(figure, "tick", values={**figure.values, "steps": 20_000})["step"])
        assert time.perf_counter() - began < 1.0  # 0.07 and a step, on a machine with nothing else to do
    assert 0 < steps[0] < steps[1] < steps[2] < 20_000
    done = talk(figure, "tick", values={**figure.values, "steps": steps[2] + 1})
    assert done["done"] and done["step"] == steps[2] + 1
    assert talk(figure, "tick", values={**figure.values, "steps": 5})["step"] <= 5


def test_lr_and_clip_change_in_mid_run_and_the_code_recreates_it(open_dashboard):
    figure = open_dashboard(lr=0.05)

    def to(step, **values):
        while not (reply := talk(figure, "tick", values={**figure.values, **values, "steps": step}))["done"]:
            pass
        return reply

    to(40)
    to(70, lr=0.1)
    reply = to(100, clip=True, max_norm=0.1)
    assert reply["code"] == (
        "live.dashboard(lr=0.05, steps=100, "
        "changes={40: {'lr': 0.1}, 70: {'clip': True, 'max_norm': 0.1}})"
    )
    again = eval(reply["code"], {"live": live})  # noqa: S307
    talk(again, "open")
    while not (twin := talk(again, "tick", values={**again.values, "steps": 100}))["done"]:
        pass
    np.testing.assert_array_equal(again.session.loss, figure.session.loss)
    assert again.values == figure.values
    assert twin["code"] == reply["code"]


def test_another_network_begins_anew_another_lr_does_not(open_dashboard):
    figure = open_dashboard()
    talk(figure, "tick", values={**figure.values, "steps": 30})
    drawn = talk(figure, "draw", values={**figure.values, "lr": 0.2}, released=True)
    assert drawn["step"] == 30 and figure.values["lr"] == 0.2
    drawn = talk(figure, "draw", values={**figure.values, "model": RECURRENT})
    assert drawn["step"] == 0
    talk(figure, "tick", values={**figure.values, "steps": 10})
    assert talk(figure, "draw", values={**figure.values, "steps": 0}, forget=True)["step"] == 0


def test_nothing_trains_before_the_question_is_answered():
    figure = live.dashboard()
    talk(figure, "open")
    assert talk(figure, "tick", values={**figure.values, "steps": 9})["text"] == "Answer the question first."


def test_a_learners_rule_trains_and_is_quoted_where_it_stops(open_dashboard):
    def descent(w, grad, lr):
        return w - lr * grad

    ours = simulate(steps=30, lr=0.1)
    theirs = simulate(steps=30, lr=0.1, optimizer=OWN, own=descent)
    np.testing.assert_allclose(theirs["loss"], ours["loss"], rtol=1e-9)

    def tired(w, grad, t, lr):
        return w - lr * grad if t < 37 else 1 / 0

    values = {**dashboard.defaults(), "optimizer": OWN, "steps": 5}
    lost = dashboard.frame(values, {"own": lambda w, g: w * np.nan})
    assert lost.pictures["ratio"].title == "A step moves the weights out of all numbers"
    assert "the loss diverged at step 1" in lost.readout

    figure = open_dashboard(optimizer=OWN, own=tired)
    reply = talk(figure, "tick", values={**figure.values, "steps": 60})
    assert reply["done"] and reply["step"] == 36
    assert reply["trouble"] == "tired stopped at step 37: ZeroDivisionError: division by zero"
    assert figure.session.step == 36
    drawn = talk(figure, "draw", values={**figure.values, "optimizer": "Adam"})
    assert drawn["kind"] == "drawn" and drawn["step"] == 0

    without = open_dashboard()
    reply = talk(without, "draw", values={**without.values, "optimizer": OWN})
    assert reply["text"].startswith("Give your step function or optimizer class: live.dashboard(own=")


@pytest.mark.parametrize("changes", [{3: 0.2}, {0: {"lr": 1}}, {5: {"model": CONV}}, {2.5: {"lr": 1}}])
def test_changes_that_cannot_be_made_are_refused(changes):
    with pytest.raises(ValueError, match="changes="):
        Session(dashboard.defaults(), changes=changes)


def test_the_tasks_are_judged_from_numbers():
    edge, catapult, largest, clip = (task.check for task in dashboard.tasks)
    values = dashboard.defaults()
    assert edge(values, 19.9)[0] and not edge(values, 0.1)[0] and not edge(values, 5.4)[0]
    assert catapult({**values, "lr": 0.15}, 10.1)[0] and not catapult({**values, "lr": 0.15}, 13.3)[0]
    assert not catapult(values, 10.1)[0]
    assert not largest({**values, "lr": 0.6}, None)[0] and not largest({**values, "lr": 0.2}, None)[0]
    assert any(largest({**values, "lr": lr}, None)[0] for lr in (0.4, 0.45, 0.5, 0.55))
    exploding = {**values, **dashboard.tasks[3].setup}
    assert not clip(exploding, None)[0]
    assert clip({**exploding, "clip": True}, None)[0]
