"""Each formula whose number stands under a figure, against what the figure's own simulation does."""

import math

import numpy as np
import pytest

from optimlab.live import (
    adagrad_clock,
    adam,
    cliff,
    gradient_scale,
    noise_ball,
    phase_map,
    rho_ladder,
    schedule_designer,
    spectrum,
)


def shown(figure, row, **values):
    """The number that stands in this row."""
    words = dict(figure.frame({**figure.defaults(), **values}).numbers)[row].split()[0].rstrip("%")
    assert "·10" not in words
    return float(words.replace("−", "-"))


def about(number):
    """As a figure rounds: three digits."""
    return pytest.approx(number, rel=5e-3)


@pytest.mark.parametrize("values", [{"lr": 0.3, "steps": 37}, {"lr": 2.0, "steps": 900, "alpha": 0.9}])
def test_the_rates_of_the_clock(values):
    rates = adagrad_clock.simulate(**values)["rates"]
    assert shown(adagrad_clock, "lr / √t, by formula", **values) == about(rates["Adagrad"][-1, 0])
    assert shown(adagrad_clock, "lr / √(1 − α), a first step", **values) == about(rates["RMSprop"][0, 0])


@pytest.mark.parametrize(("name", "beta"), [("m", "beta1"), ("v", "beta2")])
@pytest.mark.parametrize("value", [0.8, 0.95])
def test_adam_forgets_half_of_a_spike_in_that_time(name, beta, value):
    values = {"stream": "rare spike", "silence": 0, "steps": 60, beta: value}
    seen = adam.simulate(**values)[name][:, 0]
    half = shown(adam, f"{name} forgets half in", **values)
    assert np.argmax(seen <= seen[0] / 2) == math.ceil(half)


def test_adams_rate_is_what_a_step_makes_of_the_average():
    values = {"stream": "noise", "scale": 2.0, "scale2": 0.5, "eps": 0.1, "steps": 40}
    run = adam.simulate(**values)
    rate = np.abs(run["update"][-1] / run["m_hat"][-1])
    for i, row in enumerate(("rate of w₁: 1 / (√v̂ + eps)", "rate of w₂")):
        assert shown(adam, row, **values) == about(rate[i])


@pytest.mark.parametrize(("beta1", "beta2"), [(0.9, 0.99), (0.5, 0.98)])
def test_adams_long_silence_and_its_noise(beta1, beta2):
    betas = {"beta1": beta1, "beta2": beta2, "scale": 1.0, "scale2": 1.0}
    spike = adam.simulate(stream="rare spike", silence=999, steps=1000, **betas)["update"][-1, 0]
    assert shown(adam, "spike after endless silence", **betas) == about(abs(spike))
    betas["beta2"] = 0.999  # the formula takes the typical size of a gradient as known
    runs = [adam.simulate(stream="noise", steps=1000, seed=seed, **betas)["rms"] for seed in range(40)]
    measured = math.sqrt(np.mean(np.square(runs)))
    assert shown(adam, "in noise: √((1−β₁)/(1+β₁))", **betas) == pytest.approx(measured, rel=0.03)


@pytest.mark.parametrize("lr", [0.03, 0.15, 0.205])
def test_the_cliffs_factors(lr):
    run = cliff.simulate(lr=lr, steps=30)
    for i, row in enumerate(("factor on x₁: 1 − lr·1", "factor on x₂: 1 − lr·λ₂")):
        assert shown(cliff, row, lr=lr) == about(run["params"][20, i] / run["params"][19, i])


@pytest.mark.parametrize("values", [{}, {"lr": 0.02, "weight_decay": 0.03}, {"weight_decay": 0.5}])
def test_decay_and_its_time_scale(values):
    run = gradient_scale.simulate(**values)
    assert shown(gradient_scale, "(1 − lr·wd)ᵗ", **values) == about(run["left"]["AdamW"])
    steps = shown(gradient_scale, "its time scale, 1/(lr·wd)", **values)
    left = gradient_scale.simulate(**values, steps=round(steps))["left"]["AdamW"]
    assert left == pytest.approx(1 / math.e, rel=0.01)


@pytest.mark.parametrize("values", [{"scale": 1.5}, {"scale": 10.0, "weight_decay": 1.0}])
def test_the_time_scale_under_l2(values):
    steps = round(shown(gradient_scale, "its time scale, s/(lr·wd)", **values))
    runs = [gradient_scale.simulate(**values, steps=steps, seed=seed)["left"] for seed in range(4)]
    assert np.mean([left["Adam + L2"] for left in runs]) == pytest.approx(1 / math.e, abs=0.02)


def test_the_noise_balls_time_scale():
    """On average x₁ is at 1/e of its start when the formula says so."""
    steps = round(shown(noise_ball, "time scale along x₁"))
    ends = np.concatenate(
        [noise_ball.simulate(steps=steps, seed=seed)["params"][-1][:, 0] for seed in range(6)]
    )
    error = 4 * ends.std() / math.sqrt(len(ends))
    assert ends.mean() / 2.0 == pytest.approx(1 / math.e, abs=error / 2.0 + 0.01)


@pytest.mark.parametrize(("a", "beta"), [(0.1, 0.9), (2.0, 0.7), (2.5, 0.5)])
def test_the_spirals_rate_by_casoratis_determinant(a, beta):
    """x_k x_(k+2) − x_(k+1)² shrinks by σ₁ σ₂ a step, which in a spiral is the square of the rate."""
    x = phase_map.simulate(a=a, beta=beta, steps=12)["x"]
    determinant = x[:-2] * x[2:] - x[1:-1] ** 2
    rate = math.sqrt(determinant[6] / determinant[5])
    assert shown(phase_map, "√β", a=a, beta=beta) == about(rate)
    assert shown(phase_map, "rate, the larger |σ|", a=a, beta=beta) == about(rate)
    assert shown(phase_map, "halves in", a=a, beta=beta) == about(math.log(0.5) / math.log(rate))


@pytest.mark.parametrize(("rho", "T"), [(0.9, 30), (0.97, 80)])
def test_the_ladders_power(rho, T):
    run = rho_ladder.simulate(rho=rho, T=T)["linear"]
    assert shown(rho_ladder, "ρ to the power T", rho=rho, T=T) == about(run[-1])
    assert np.argmax(run <= 0.5) == math.ceil(shown(rho_ladder, "halves in", rho=rho, T=T))


@pytest.mark.parametrize("rounds", [1, 3])
def test_what_a_tiny_singular_value_grows_by(rounds):
    run = spectrum.simulate("fading", rounds=rounds, decades=5.0)
    gain = shown(spectrum, "a tiny value grows", matrix="fading", rounds=rounds, decades=5.0)
    assert gain == about(run["after"][-1] / run["before"][-1])


@pytest.mark.parametrize("values", [{}, {"shape": "cosine"}, {"shape": "WSD", "warm": 0.2}])
def test_the_area_under_the_rate(values):
    rates = schedule_designer.simulate(**{**schedule_designer.defaults(), **values, "steps": 1})["rates"]
    area = shown(schedule_designer, "area under the rate", **values, steps=1)
    assert area == pytest.approx(100 * rates.mean() / 0.56, abs=0.5)
