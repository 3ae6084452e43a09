"""Training a network on data: fit(), and the Run that its callbacks see."""

import time
import zlib

import numpy as np

from optimlab.data.parts import check_whole
from optimlab.train import checkpoint as files
from optimlab.train import matching
from optimlab.train.bar import Bar, said
from optimlab.train.ctrl_c import CtrlC
from optimlab.train.curvature import ROWS, sharpness
from optimlab.train.records import LayerHistory, Recorder
from optimlab.train.walk import DIVERGED


def fit(model, data, optimizer, epochs, *, val=None, batch_size=32, accumulate=1, shuffle=True, seed=0,
        layers=True, sharpness_every=None, callbacks=(), checkpoint=None, resume=False, progress=True):
    """Train a model: every epoch goes once through the data, in minibatches, and is then validated.

    Args:
        model: one of optimlab.nn, or anything with params and grads (flat vectors), views ({name: shaped view
            of params}), loss(x, y) that fills grads by way of criterion(output, y), predict(x), train(),
            eval(), state_dict() and load_state_dict().
        data: a Dataset, whose train and val parts are used, or a pair (x, y).
        optimizer: made with model.params, or with views of it.
        epochs: how many, at least 0; with resume, counted from the start of the run.
        val: a pair (x, y) to validate on, in place of the Dataset's.
        batch_size: examples in a minibatch, at least 1; None takes all at once.
        accumulate: minibatches that share one step; their gradients are averaged, each weighted by its
        examples. shuffle: go through the data in a new order each epoch.
        seed: decides these orders. The same seed, model and data give the same run to the bit.
        layers: whether to record every array of params; False saves a little time.
        sharpness_every: measure the sharpness before every so many steps, on the first 512 examples; costly.
        callbacks: one or more functions of a Run, called after every step.
        checkpoint: name of a file that is written after each epoch and where the run ends.
        resume: go on from that file.
        progress: show a line of text.

    Returns:
        FitHistory. The run ends early if the loss diverges (is not finite, or 1e10 times that of the first
        step); params then stay where that was seen, and the checkpoint as it was. Ctrl-C ends it after the
        present step, and the model keeps what it has learned; a second Ctrl-C ends it at once.

    Raises:
        TypeError, ValueError: data with nan, no examples or labels that the model has no output for, an
            optimizer of another model, numbers out of range, a checkpoint that is damaged or of another run.
        FileNotFoundError: a checkpoint to resume from, or its folder, that is not there.

    >>> from optimlab import Adam, data, nn
    >>> model = nn.MLP(2, 16, 2, rng=0)
    >>> moons = data.two_moons(200)
    >>> history = fit(model, moons, Adam(model.params, lr=0.02), epochs=20, progress=False)
    >>> history.steps, bool(history.val_accuracy[-1] > 0.9)
    (140, True)

    Source: Robbins and Monro (1951), A stochastic approximation method, is where it begins.
    """
    if resume and checkpoint is None:
        raise ValueError("resume: the name of a file is needed as checkpoint, got None")
    run = Run(model, data, optimizer, epochs, val, batch_size, accumulate, shuffle, seed, layers,
              sharpness_every, callbacks, checkpoint, progress)
    if resume:
        run.load()
    return run.go()


def evaluate(model, x, y):
    """(loss, accuracy) of a model on examples, as after eval(); the accuracy is nan for a regression.

    >>> from optimlab import nn
    >>> model = nn.MLP(2, 2, rng=0)
    >>> model.params[...] = [1, 0, 0, 1, 0, 0]          # the scores are x itself
    >>> loss, accuracy = evaluate(model, np.array([[9.0, 0.0], [9.0, 0.0]]), np.array([0, 1]))
    >>> round(loss, 3), accuracy
    (4.5, 0.5)
    """
    output = model.predict(x)
    return float(model.criterion(output, y)[0]), matching.accuracy(output, y)


class Run:
    """A training under way, as callbacks see it.

    Attributes:
        model, optimizer: those given to fit.
        step: steps taken so far.
        epoch: epochs completed so far.
        epoch_ended: whether this step was the last of its epoch; it has then been validated.
        loss: the loss of the minibatch that this step was for.
        val_loss, val_accuracy: of the latest validation; nan without a validation part.
        seconds: how long the run has taken, with what it took before it was resumed.
        history: a FitHistory so far.
        stop: set it to True and the run ends after this step.

    >>> from optimlab import SGD, data, nn
    >>> def stop_when_good(run):
    ...     run.stop = run.epoch_ended and run.val_accuracy > 0.8
    >>> model = nn.MLP(2, 8, 2, rng=0)
    >>> history = fit(model, data.two_moons(64), SGD(model.params, lr=0.3, momentum=0.9), 99, progress=False,
    ...               callbacks=stop_when_good)
    >>> history.epochs < 99, bool(history.val_accuracy[-1] > 0.8)
    (True, True)
    """

    def __init__(self, model, data, optimizer, epochs, val, batch_size, accumulate, shuffle, seed, layers,
                 sharpness_every, callbacks, checkpoint, progress):
        matching.check_model(model)
        check_whole("epochs", epochs, least=0)
        check_whole("accumulate", accumulate, least=1)
        check_whole("seed", seed, least=0)
        for name, value in (("batch_size", batch_size), ("sharpness_every", sharpness_every)):
            if value is not None:
                check_whole(name, value, least=1)
        self.callbacks = [callbacks] if callable(callbacks) else list(callbacks)
        for callback in self.callbacks:
            if not callable(callback):
                raise TypeError(f"callbacks: functions of a Run are needed, got {callback!r}")
        self.model, self.optimizer = model, optimizer
        self._train, self._val = matching.parts(model, data, val)
        self._grads = matching.grads_of(optimizer, model)
        self._places = {name: matching.place(view, model, f"model.views[{name!r}]")
                        for name, view in model.views.items() if layers and view.size}
        self._records = Recorder(self._places)
        self._epochs, self._accumulate, self._shuffle, self._seed = epochs, accumulate, bool(shuffle), seed
        self._batch_size = len(self._train.x) if batch_size is None else batch_size
        self._sharpness_every, self._checkpoint, self._saved = sharpness_every, checkpoint, False
        self._bar = Bar(progress, epochs, -(-len(self._train.x) // (self._batch_size * accumulate)))
        self._batches = 0
        self._seconds_before, self._started = 0.0, time.perf_counter()
        self.step = self.epoch = 0
        self.loss = self.val_loss = self.val_accuracy = np.nan
        self.stop = self.epoch_ended = False

    @property
    def history(self):
        return self._records.history()

    @property
    def seconds(self):
        return self._seconds_before + time.perf_counter() - self._started

    def go(self):
        """Run to the end and return the FitHistory."""
        self._started = time.perf_counter()
        training = getattr(self.model, "training", True)
        self.model.train()
        matching.switch(self.optimizer, "train")
        try:
            with CtrlC() as self._ctrl_c, np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                if not self._records.lists["epoch_steps"]:
                    self._validate()
                while self.epoch < self._epochs and self._goes_on():
                    self._go_through()
                if self._checkpoint is not None and not self._saved and not self._diverged():
                    self.save()
        finally:
            self.model.train(training)
            matching.switch(self.optimizer, "eval")
        history = self.history
        self._bar.close(history, self.seconds)
        return history

    def _goes_on(self):
        self._records.interrupted = self._ctrl_c.pressed
        return not (self.stop or self._ctrl_c.pressed or self._diverged())

    def _diverged(self):
        return self._records.diverged_at >= 0

    def _go_through(self):
        """One epoch, or what is left of it."""
        n, size = len(self._train.x), self._batch_size
        # An order that only seed and epoch decide: a run that is resumed needs no memory of the draws before.
        rng = np.random.default_rng([self._seed, self.epoch])
        order = rng.permutation(n) if self._shuffle else np.arange(n)
        batches = [order[i:i + size] for i in range(0, n, size)]
        self.epoch_ended = False
        while not self.epoch_ended and self._goes_on():
            share = batches[self._batches:self._batches + self._accumulate]
            self._step(share)
            if self._diverged():
                return
            self._batches += len(share)
            self._saved = False
            if self._batches == len(batches):
                self._end_epoch()
            for callback in self.callbacks:
                callback(self)
            if self.epoch_ended and self._checkpoint is not None and not self._diverged():
                self.save()

    def _end_epoch(self):
        self.epoch, self._batches, self.epoch_ended = self.epoch + 1, 0, True
        if not np.isfinite(self.model.params).all():
            self._records.diverged_at = self.step
        self._validate()

    def _step(self, share):
        """One step on some minibatches, or the mark of a divergence."""
        model, records = self.model, self._records
        if self._sharpness_every and self.step % self._sharpness_every == 0:
            records.measured(self.step, sharpness(model, self._train.x[:ROWS], self._train.y[:ROWS]))
        self.loss, accuracy = self._look(share)
        grad_norm, grad_norms = self._norms(model.grads)
        weight_norm, weight_norms = self._norms(model.params)
        seen = {"loss": self.loss, "accuracy": accuracy, "grad_norm": grad_norm}
        first = records.lists["loss"][0] if self.step else self.loss
        if not abs(self.loss) <= DIVERGED * max(abs(first), 1) or not np.isfinite(grad_norm):
            records.step(**seen, seconds=self.seconds,
                         layers=LayerHistory(grad_norms, weight_norms, weight_norms * np.nan))
            records.diverged_at = self.step
            return
        lr, before = matching.rate(self.optimizer), model.params.copy()
        self.optimizer.step(self._grads, closure=lambda: self._look_again(share))
        update_norm, update_norms = self._norms(model.params - before)
        self.step += 1
        records.step(**seen, lr=lr, update_ratio=_ratio(update_norm, weight_norm), seconds=self.seconds,
                     layers=LayerHistory(grad_norms, weight_norms, _ratio(update_norms, weight_norms)),
                     taken=True)
        self._bar.draw(self.step, self.epoch, self.loss, said(self.val_loss, self.val_accuracy), self.seconds)

    def _look(self, share):
        """(mean loss, accuracy) on some minibatches, with the mean gradient left in model.grads."""
        model, n = self.model, sum(map(len, share))
        loss, right, total = 0.0, 0.0, np.zeros_like(model.grads) if len(share) > 1 else None
        with matching.Outputs(model) as outputs:
            for rows in share:
                x, y, weight = self._train.x[rows], self._train.y[rows], len(rows) / n
                loss += weight * model.loss(x, y)
                right += weight * matching.accuracy(outputs.last, y)
                if total is not None:
                    total += model.grads.dtype.type(weight) * model.grads
        if total is not None:
            model.grads[...] = total
        return float(loss), right

    def _look_again(self, share):
        """(loss, grads) at the present params, for optimizers that look twice; the first grads stay."""
        first = self.model.grads.copy()
        loss, _ = self._look(share)
        grads = [g.copy() for g in self._grads]
        self.model.grads[...] = first
        return loss, grads

    def _norms(self, vector):
        """The length of a flat vector, and of each array of params in it."""
        pieces = (vector[start:stop] for start, stop in self._places.values())
        return float(np.linalg.norm(vector)), np.array([float(np.linalg.norm(piece)) for piece in pieces])

    def _validate(self):
        if self._val is not None:
            matching.switch(self.optimizer, "eval")
            self.val_loss, self.val_accuracy = evaluate(self.model, *self._val)
            matching.switch(self.optimizer, "train")
        self._records.epoch(self.step, self.val_loss, self.val_accuracy)

    def save(self):
        """Write the checkpoint: all that is needed to go on as if nothing had happened."""
        files.save(self._checkpoint, {
            "identity": self._identity(), "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generators": [rng.bit_generator.state for rng in matching.generators(self.model)],
            "records": self._records.arrays(), "step": self.step, "epoch": self.epoch, "batches":
            self._batches, "val": (self.val_loss, self.val_accuracy), "seconds": self.seconds,
        })
        self._saved = True

    def load(self):
        """Read the checkpoint. Nothing has changed if it is refused."""
        saved, mine = files.load(self._checkpoint), self._identity()
        theirs = saved.get("identity") if isinstance(saved, dict) else None
        if not isinstance(theirs, dict):
            raise ValueError("checkpoint: a file that fit wrote is needed, "
                             f"{str(self._checkpoint)!r} is none")
        for name, value in mine.items():
            if theirs.get(name) != value:
                raise ValueError(f"checkpoint: {str(self._checkpoint)!r} is of another run, its {name} was "
                                 f"{_short(theirs.get(name))}, here it is {_short(value)}")
        self.optimizer.load_state_dict(saved["optimizer"])
        self.model.load_state_dict(saved["model"])
        for rng, state in zip(matching.generators(self.model), saved["generators"], strict=True):
            rng.bit_generator.state = state
        self._records.load(saved["records"], saved["step"])
        self.step, self.epoch, self._batches = saved["step"], saved["epoch"], saved["batches"]
        (self.val_loss, self.val_accuracy), self._seconds_before = saved["val"], saved["seconds"]
        self._saved = True

    def _identity(self):
        """What must be the same for a run to go on."""
        crc = 0
        for array in self._train:
            crc = zlib.crc32(np.ascontiguousarray(array).view(np.uint8), crc)
        return {
            "model": {name: list(view.shape) for name, view in self.model.views.items()},
            "dtype": str(self.model.params.dtype), "optimizer": type(self.optimizer).__name__,
            "random layers": len(matching.generators(self.model)), "batch_size": self._batch_size,
            "accumulate": self._accumulate, "shuffle": self._shuffle, "seed": self._seed,
            "layers": bool(self._places), "number of examples": len(self._train.x), "data's checksum": crc,
        }


def _ratio(update, weight):
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.asarray(weight) > 0, np.divide(update, weight), np.nan)
    return ratio if ratio.ndim else float(ratio)


def _short(value):
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
