"""Adam, opened up, against the library's class, closed forms and the numbers of its paper."""

import math

import numpy as np
import pytest

from optimlab import Adam, RMSprop
from optimlab.live import adam
from optimlab.live.adam import STREAMS, pattern

KEPT = {"scale": 1.0, "scale2": 1.0}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("eps", [1e-8, 0.5])
def test_it_is_the_librarys_adam(stream, eps):
    values = {"stream": stream, "steps": 60, "beta1": 0.8, "beta2": 0.97, "eps": eps, "silence": 20}
    result = adam.simulate(scale=30.0, scale2=0.2, seed=4, **values)
    w = np.zeros(2)
    optimizer, path = Adam(w, lr=1.0, betas=(0.8, 0.97), eps=eps), [w.copy()]
    for grad in result["grads"]:
        optimizer.step(grad)
        path.append(w.copy())
    np.testing.assert_allclose(result["update"], -np.diff(path, axis=0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(result["m"][-1], optimizer.state[0]["exp_avg"], rtol=1e-12)
    np.testing.assert_allclose(result["v"][-1], optimizer.state[0]["exp_avg_sq"], rtol=1e-12)


@pytest.mark.parametrize(("scale", "moves"), [(1e-3, 0.99999), (1.0, 1.0), (1e3, 1.0)])
def test_a_constant_gradient_moves_by_lr(scale, moves):
    update = adam.simulate(scale=scale, steps=1000)["update"][:, 0]
    np.testing.assert_allclose(update, scale / (scale + 1e-8), rtol=1e-12)
    assert update[0] == pytest.approx(moves, abs=1e-7)


def test_without_correction():
    update = adam.simulate(correct=False, steps=1000, eps=1e-12)["update"][:, 0]
    t = np.arange(1, 1001)
    np.testing.assert_allclose(update, (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-9)
    assert [round(update[i], 2) for i in (0, 11, 999)] == [3.16, 6.57, 1.26]
    assert np.argmax(update) == 11


def test_noise_moves_by_the_share_that_does_not_cancel():
    squares = [adam.simulate(stream="noise", steps=1000, seed=seed, **KEPT)["rms"] ** 2 for seed in range(60)]
    assert math.sqrt(np.mean(squares)) == pytest.approx(math.sqrt(0.1 / 1.9), rel=0.02)


@pytest.mark.parametrize("silence", [0, 100, 510, 999])
def test_a_spike_after_silence(silence):
    update = adam.simulate(stream="rare spike", silence=silence, steps=silence + 1, **KEPT)["update"]
    expected = 0.1 / (1 - 0.9 ** (silence + 1)) * math.sqrt((1 - 0.999 ** (silence + 1)) / 0.001)
    assert update[-1] == pytest.approx([expected, expected], rel=1e-6)
    assert not update[:-1].any()
    assert {0: 1.0, 100: 0.98, 510: 2.0, 999: 2.51}[silence] == pytest.approx(expected, abs=0.005)


def test_streams():
    assert pattern("alternating", 0, (1.0,), 0)[:3, 1].tolist() == [1, -1, 1]
    assert pattern("typed", 0, (2.0, -1.0, 5.0), 0)[:4, 0].tolist() == [2, -1, 5, 2]
    noise = pattern("noise", 0, (1.0,), 3)
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.1 and not np.array_equal(noise, pattern("noise", 0, (1.0,), 4))
    assert adam.simulate(scale=5.0, scale2=0.5, steps=2)["grads"].tolist() == [[5, 0.5]] * 2


@pytest.mark.parametrize(
    ("given", "clean"), [("1, -2 0.5", (1.0, -2.0, 0.5)), ([3], (3.0,)), ((1, 2), (1.0, 2.0))]
)
def test_a_typed_list(given, clean):
    assert adam.clean({"typed": given})[0]["typed"] == clean


@pytest.mark.parametrize("bad", ["", "one", [], [math.nan], [1e9], 7, None, [1] * 201])
def test_a_bad_list_is_answered_in_words(bad):
    with pytest.raises(ValueError, match=r"typed=.* give 1 to 200 numbers from -1000 to 1000, such as"):
        adam.clean({"typed": bad})


def adam_step(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def broken(w, grad, t):
    return w - grad if t < 5 else 1 / 0


def test_a_rule_of_the_learner():
    values = {"stream": "noise", "steps": 40, "beta1": 0.7, **KEPT}
    result = adam.simulate(own=adam_step, **values)
    np.testing.assert_allclose(result["yours"], result["update"], atol=1e-12)
    other = adam.simulate(own=RMSprop, **values)
    assert not other["trouble"] and not np.allclose(other["yours"], result["update"])
    frame = adam.frame({**adam.defaults(), "steps": 40}, {"own": RMSprop})
    assert any(getattr(mark, "text", "") == "yours" for mark in frame.pictures["update1"].marks)


def test_a_rule_that_fails_says_so_and_the_rest_is_drawn():
    frame = adam.frame({**adam.defaults(), "steps": 20}, {"own": broken})
    assert "broken stopped at step 5: ZeroDivisionError" in frame.readout
    assert "broken stopped" in " ".join(getattr(m, "text", "") for m in frame.pictures["update1"].marks)
    assert len(frame.pictures["gradient1"].marks) > 2


def test_before_the_guess_the_averages_are_not_shown():
    first = adam.first_look(adam.defaults())
    assert first.pictures["update1"].marks == [] and first.pictures["root2"].marks == []
    assert first.readout == "Two weights. The gradient of w₁ is 1000, that of w₂ is 0.001."


NOISE, LONG = {"stream": "noise"}, {"stream": "rare spike", "scale": 1.0}


@pytest.mark.parametrize(
    ("task", "values", "answer", "solved"),
    [
        (1, {}, "Longer", True),
        (1, {}, "Shorter: m starts at zero", False),
        (1, {}, "The same: both corrections cancel", False),
        (2, NOISE, 0.23, True),
        (2, NOISE, 1.0, False),
        (2, NOISE, 0.1, False),
        (3, {**LONG, "silence": 510}, None, True),
        (3, {**LONG, "silence": 100}, None, False),
        (3, {**LONG, "silence": 900}, None, False),
        (3, {**LONG, "silence": 510, "correct": False}, None, False),
        (3, {**LONG, "silence": 510, "beta2": 0.99}, None, False),
        (3, {"silence": 510}, None, False),
        (4, {"scale": 1.0, "steps": 20, "eps": 100.0}, None, True),
        (4, {"scale": 1.0, "steps": 20, "eps": 1e-8}, None, False),
        (4, {"scale": 1.0, "steps": 20, "eps": 1.0}, None, False),
        (4, {"scale": 1.0, "steps": 20, "eps": 100.0, "beta1": 0.0}, None, False),
        (4, {"scale": 0.001, "steps": 20, "eps": 100.0}, None, False),
    ],
)
def test_tasks(task, values, answer, solved):
    verdict, text = adam.tasks[task - 1].check({**adam.defaults(), **values}, answer)
    assert verdict is solved, text
    assert text.endswith((".", "?")) and len(text) > 10


def test_the_reason():
    right = [choice for choice in adam.why.choices if adam.why.check({}, choice)[0]]
    assert right == ["In the first step m̂ / √v̂ is g / |g|"]
