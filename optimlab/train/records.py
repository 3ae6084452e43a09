"""What is written down while a network is trained: FitHistory, and the Recorder that fills it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


class LayerHistory(NamedTuple):
    """One array of params in every step, each of shape (steps,).

    update_ratio is the length of the update over the length of the weights before it; nan where those are all
    0.
    """

    grad_norm: np.ndarray
    weight_norm: np.ndarray
    update_ratio: np.ndarray


@dataclass
class FitHistory:
    """What happened while a network was trained.

    Attributes:
        steps: how many were taken.
        loss: of the minibatch, before each step, shape (steps,). After a divergence its last entry is the
        loss that
            ended the run, and no step was taken from there.
        accuracy: share of the minibatch that was named right, shape (steps,); nan for a regression.
        grad_norm: length of the whole gradient, shape (steps,).
        update_ratio: length of the update over length of the params, shape (steps,).
        lr: learning rate of each step, shape (steps,); the mean where it is an array, nan where there is
        none. seconds: since the start of the run, at the end of each step, shape (steps,).
        layers: {name in model.views: LayerHistory}.
        epoch_steps: how many steps had been taken at the start and after each epoch, shape (epochs + 1,).
        val_loss, val_accuracy: on the validation part at those moments, shape (epochs + 1,); nan without one.
        sharpness_steps, sharpness: where it was asked for, both (measurements,).
        diverged_at: the step at which the run left, -1 if it did not.
        interrupted: whether Ctrl-C ended the run.

    >>> from optimlab import SGD, data, fit, nn
    >>> model = nn.MLP(2, 8, 2, rng=0)
    >>> history = fit(model, data.two_moons(64), SGD(model.params, lr=0.1), 3, progress=False)
    >>> history.epoch_steps, history.loss.shape, history.layers["1.weight"].update_ratio.shape
    (array([0, 2, 4, 6]), (6,), (6,))
    """

    steps: int
    loss: np.ndarray
    accuracy: np.ndarray
    grad_norm: np.ndarray
    update_ratio: np.ndarray
    lr: np.ndarray
    seconds: np.ndarray
    layers: dict = field(repr=False)
    epoch_steps: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    sharpness_steps: np.ndarray
    sharpness: np.ndarray
    diverged_at: int = -1
    interrupted: bool = False

    @property
    def epochs(self):
        """How many epochs were completed."""
        return len(self.epoch_steps) - 1

    @property
    def diverged(self):
        """Whether the loss left: not finite, or 1e10 times that of the first step."""
        return self.diverged_at >= 0

    def __repr__(self):
        loss = f", loss {self.loss[0]:.3g} to {self.loss[-1]:.3g}" if len(self.loss) else ""
        val = self.val_accuracy if np.isfinite(self.val_accuracy).any() else self.val_loss
        known = val[np.isfinite(val)]
        word = "accuracy" if val is self.val_accuracy else "loss"
        val = f", validation {word} {known[-1]:.3g}" if len(known) else ""
        fate = f", diverged at step {self.diverged_at}" if self.diverged else ""
        fate += ", interrupted" if self.interrupted else ""
        return f"FitHistory({self.epochs} epochs, {self.steps} steps{loss}{val}{fate})"


STEP = ("loss", "accuracy", "grad_norm", "update_ratio", "lr", "seconds")
EPOCH = ("epoch_steps", "val_loss", "val_accuracy")
LAYER = LayerHistory._fields
RARE = ("sharpness_steps", "sharpness")


class Recorder:
    """Lists that grow, step by step, and become a FitHistory."""

    def __init__(self, names):
        self.names = list(names)
        self.lists = {key: [] for key in (*STEP, *EPOCH, *RARE, *(f"layers.{key}" for key in LAYER))}
        self.taken, self.diverged_at, self.interrupted = 0, -1, False

    def step(self, layers, taken=False, **values):
        """One step's numbers; layers is a LayerHistory of arrays of shape (layers,)."""
        for key in STEP:
            self.lists[key].append(values.get(key, np.nan))
        for key, value in zip(LAYER, layers, strict=True):
            self.lists[f"layers.{key}"].append(value)
        self.taken += taken

    def epoch(self, steps, val_loss, val_accuracy):
        for key, value in zip(EPOCH, (steps, val_loss, val_accuracy), strict=True):
            self.lists[key].append(value)

    def measured(self, step, sharpness):
        for key, value in zip(RARE, (step, sharpness), strict=True):
            self.lists[key].append(value)

    def arrays(self):
        """Everything as arrays, by name: what a checkpoint keeps."""
        whole = {"epoch_steps": int, "sharpness_steps": int}
        made = {key: np.array(values, dtype=whole.get(key, float)) for key, values in self.lists.items()}
        for key in LAYER:
            made[f"layers.{key}"] = made[f"layers.{key}"].reshape(len(self.lists["loss"]), len(self.names))
        return made

    def load(self, arrays, taken):
        """Go on from what arrays() gave after `taken` steps."""
        self.lists = {key: list(arrays[key]) for key in self.lists}
        self.taken = taken

    def history(self):
        """A FitHistory of what has been recorded so far."""
        made = self.arrays()
        layers = {name: LayerHistory(*(made[f"layers.{key}"][:, i] for key in LAYER))
                  for i, name in enumerate(self.names)}
        return FitHistory(self.taken, **{key: made[key] for key in (*STEP, *EPOCH, *RARE)}, layers=layers,
                          diverged_at=self.diverged_at, interrupted=self.interrupted)
