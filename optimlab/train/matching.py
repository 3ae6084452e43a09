"""What fit needs to know of a model, its data and its optimizer: which piece belongs to which."""

import numpy as np

from optimlab.data import Dataset, check_part

NEEDED = ("params", "grads", "views", "loss", "predict", "criterion", "train", "eval", "state_dict",
          "load_state_dict")


def check_model(model):
    """Raise a TypeError unless a model has what fit uses."""
    missing = [name for name in NEEDED if not hasattr(model, name)]
    if missing:
        raise TypeError(f"model: one of optimlab.nn is needed, {type(model).__name__} has no {missing[0]}")


def parts(model, data, val):
    """(train, val) as Parts that the model can take; val is None where there is none."""
    train, classes = data, 0
    if isinstance(data, Dataset):
        train, val, classes = data.train, data.val if val is None else val, len(data.classes)
    train = check_part(train, "data", classes)
    output = model.predict(train.x[:1])
    if train.y.dtype.kind in "iu" and output.ndim == train.y.ndim + 1:
        classes = output.shape[-1]
        check_part(train, "data", classes)
    return train, None if val is None else check_part(val, "val", classes)


def accuracy(output, y):
    """The share of outputs (..., classes) whose highest score is at y (...); nan where y holds no classes."""
    if y.dtype.kind not in "iu" or output.ndim != y.ndim + 1:
        return np.nan
    return float((output.argmax(axis=-1) == y).mean())


def place(array, model, name):
    """Where an array lies in model.params: (start, stop)."""
    params = model.params
    start = array.__array_interface__["data"][0] - params.__array_interface__["data"][0]
    start //= params.itemsize
    inside = array.size == 0 or np.shares_memory(array, params)
    if not inside or array.dtype != params.dtype or not array.flags.c_contiguous:
        raise ValueError(f"{name}: model.params or whole views of it are needed, got another array of "
                         f"{array.dtype} of shape {array.shape}")
    return start, start + array.size


def grads_of(optimizer, model):
    """The parts of model.grads that belong to the optimizer's arrays, in its order and shapes."""
    found = []
    for i, p in enumerate(optimizer.params):
        start, stop = place(p, model, f"optimizer.params[{i}]")
        found.append(model.grads[start:stop].reshape(p.shape))
    return found


def rate(optimizer):
    """The learning rate of the next step as one number; nan where there is none."""
    try:
        return float(np.mean(optimizer.now("lr")))
    except AttributeError:
        return np.nan


def switch(optimizer, mode):
    """Call eval() or train() of rules whose params are not the weights they have learned (Schedule-Free)."""
    change = getattr(optimizer, mode, None)
    if callable(change):
        change()


def generators(layer):
    """The random generators of a model's layers, in order."""
    own, inside = getattr(layer, "rng", None), getattr(layer, "layers", None)
    found = [own] if isinstance(own, np.random.Generator) else []
    for one in inside.values() if isinstance(inside, dict) else ():
        found += generators(one)
    return found


class Outputs:
    """Keeps the output that model.loss hands to its criterion, so that the accuracy costs no second pass."""

    def __init__(self, model):
        self.model, self.criterion, self.last = model, model.criterion, None

    def __enter__(self):
        self.model.criterion = self._watch
        return self

    def _watch(self, output, target):
        self.last = output
        return self.criterion(output, target)

    def __exit__(self, *error):
        self.model.criterion = self.criterion
