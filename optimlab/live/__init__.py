"""Live figures: move a slider, see what the optimizer does. Each has a still form where no kernel runs.

>>> from optimlab import live
>>> run = live.cliff.simulate(lr=0.2, steps=100)
>>> float(run["distance"][-1])
1.0
"""

from optimlab.live.adagrad_clock import adagrad_clock
from optimlab.live.adam import adam
from optimlab.live.anatomy import anatomy
from optimlab.live.cliff import cliff
from optimlab.live.conditioning import conditioning
from optimlab.live.dashboard import dashboard
from optimlab.live.fair_race import fair_race
from optimlab.live.gradient_scale import gradient_scale
from optimlab.live.interactive import Interactive
from optimlab.live.loss_slope import loss_slope
from optimlab.live.noise_ball import noise_ball
from optimlab.live.phase_map import phase_map
from optimlab.live.questions import predict, quiz
from optimlab.live.range_test import range_test
from optimlab.live.rho_ladder import rho_ladder
from optimlab.live.rotated_valley import rotated_valley
from optimlab.live.schedule_designer import schedule_designer
from optimlab.live.spectrum import spectrum

INTERACTIVES = {name: made for name, made in globals().items() if isinstance(made, Interactive)}

__all__ = [
    "INTERACTIVES", "adagrad_clock", "adam", "anatomy", "cliff", "conditioning", "dashboard", "fair_race",
    "gradient_scale", "loss_slope", "noise_ball", "phase_map", "predict", "quiz", "range_test",
    "rho_ladder", "rotated_valley", "schedule_designer", "spectrum",
]
