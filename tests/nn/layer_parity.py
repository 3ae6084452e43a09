"""The table of layers, losses and models that are compared with PyTorch, live and against stored results.

To compare another layer, add a `Case` to CASES and make its stored results with
`python tests/nn/make_references.py Name`.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from optimlab import losses, nn

REFERENCES = Path(__file__).parent / "references"
TOLERANCE = 1e-10
RECURRENT = ("RNN", "GRU", "LSTM")


@dataclass(frozen=True)
class Case:
    """One layer with one setting, on one input.

    name: the layer, the same in optimlab.nn and torch.nn.
    args, settings: its arguments, the same for both.
    shape: of the input.
    integers: the input holds whole numbers below this.
    levels: the input holds only this many different numbers, so that equal ones meet.
    training: False to compare after eval().
    truncate: cut the way back every so many steps (ours alone has this argument).
    state: a recurrent layer gets a first state and gradients at its last, not at its output alone.
    """

    name: str
    args: tuple
    shape: tuple
    settings: dict = field(default_factory=dict)
    integers: int = 0
    levels: int = 0
    training: bool = True
    truncate: int | None = None
    state: bool = False

    @property
    def label(self):
        words = [*map(repr, self.args), *(f"{k}={v!r}" for k, v in self.settings.items())]
        words += [f"input {self.shape}".replace(" ", "")]
        words += [f"{k}={getattr(self, k)}" for k in ("levels", "truncate", "state") if getattr(self, k)]
        return ", ".join(words + ["eval"] * (not self.training))

    def made_with(self):
        return f"{self.name}({self.label})"


CASES = [
    Case("Linear", (5, 3), (4, 5)),
    Case("Linear", (5, 3), (1, 5), {"bias": False}),
    Case("Linear", (1, 1), (3, 1)),
    Case("Linear", (5, 3), (2, 4, 5)),
    Case("Linear", (5, 3), (5,)),
    Case("Conv2d", (3, 4, 3), (2, 3, 6, 6)),
    Case("Conv2d", (3, 4, 3), (1, 3, 5, 7), {"padding": 1}),
    Case("Conv2d", (2, 3, 4), (2, 2, 7, 6), {"stride": 2, "padding": 1}),
    Case("Conv2d", (2, 3, (2, 3)), (3, 2, 5, 8), {"stride": (2, 1), "padding": (0, 2)}),
    Case("Conv2d", (2, 3, (3, 1)), (2, 2, 8, 4), {"stride": (3, 2), "padding": (2, 0)}),
    Case("Conv2d", (1, 2, 2), (2, 1, 5, 5), {"stride": 3, "bias": False}),
    Case("Conv2d", (2, 2, 1), (2, 2, 3, 4)),
    Case("Conv2d", (2, 2, 3), (1, 2, 3, 3)),
    Case("Conv1d", (3, 4, 3), (2, 3, 9)),
    Case("Conv1d", (2, 3, 4), (1, 2, 10), {"stride": 3, "padding": 2}),
    Case("Conv1d", (1, 1, 1), (3, 1, 4), {"bias": False}),
    Case("MaxPool2d", (2,), (2, 3, 6, 4)),
    Case("MaxPool2d", (2,), (2, 3, 7, 5)),
    Case("MaxPool2d", (3,), (1, 2, 8, 9), {"stride": 2, "padding": 1}),
    Case("MaxPool2d", ((2, 3),), (2, 2, 7, 9), {"stride": (1, 2), "padding": (1, 0)}),
    Case("MaxPool2d", (3,), (2, 2, 7, 7), {"stride": 1}, levels=3),
    Case("MaxPool2d", (2,), (2, 2, 6, 6), levels=2),
    Case("MaxPool1d", (2,), (2, 3, 7)),
    Case("MaxPool1d", (3,), (1, 2, 9), {"stride": 2, "padding": 1}, levels=3),
    Case("AvgPool2d", (2,), (2, 3, 6, 5)),
    Case("AvgPool2d", (3,), (1, 2, 8, 7), {"stride": 2, "padding": 1}),
    Case("AvgPool2d", ((3, 2),), (1, 2, 7, 8), {"stride": (2, 1), "padding": (1, 1)}),
    Case("AvgPool1d", (2,), (2, 3, 7)),
    Case("AvgPool1d", (4,), (1, 2, 9), {"stride": 2, "padding": 2}),
    Case("Flatten", (), (2, 3, 4, 5)),
    Case("Flatten", (), (1, 7)),
    Case("ReLU", (), (3, 4)),
    Case("ReLU", (), (3, 4, 2), levels=3),
    Case("GELU", (), (5, 40)),
    Case("GELU", (), (5, 4), {"approximate": "tanh"}),
    Case("Tanh", (), (3, 4)),
    Case("Tanh", (), (1, 2, 5, 3)),
    Case("Sigmoid", (), (3, 4)),
    Case("Sigmoid", (), (1, 2, 5, 3)),
    Case("Dropout", (0.3,), (3, 4), training=False),
    Case("Dropout", (0.0,), (3, 4)),
    Case("BatchNorm1d", (3,), (5, 3)),
    Case("BatchNorm1d", (3,), (2, 3, 4), {"eps": 1e-3, "momentum": 0.3}),
    Case("BatchNorm1d", (3,), (5, 3), training=False),
    Case("BatchNorm2d", (3,), (2, 3, 4, 5)),
    Case("BatchNorm2d", (2,), (1, 2, 3, 3), {"momentum": 0.5}),
    Case("BatchNorm2d", (3,), (2, 3, 4, 5), training=False),
    Case("LayerNorm", (5,), (4, 5)),
    Case("LayerNorm", ((3, 4),), (2, 3, 4), {"eps": 1e-2}),
    Case("LayerNorm", (6,), (2, 3, 6)),
    Case("LayerNorm", (5,), (1, 5)),
    Case("Embedding", (7, 3), (2, 5), integers=7),
    Case("Embedding", (4, 2), (9,), integers=4),
    Case("Embedding", (4, 2), (1, 1), integers=4),
    *(
        case
        for name in RECURRENT
        for case in (
            Case(name, (3, 4), (5, 2, 3)),
            Case(name, (1, 2), (1, 1, 1), state=True),
            Case(name, (3, 4), (2, 6, 3), {"batch_first": True}, state=True),
            Case(name, (3, 4), (5, 2, 3), {"num_layers": 2}, state=True),
            Case(name, (3, 4), (4, 2, 3), {"bias": False}),
            Case(name, (2, 5), (50, 3, 2), state=True),
            Case(name, (2, 3), (7, 2, 2), truncate=3, state=True),
            Case(name, (2, 3), (6, 2, 2), {"num_layers": 2}, truncate=1, state=True),
        )
    ),
    Case("RNN", (3, 4), (6, 2, 3), {"nonlinearity": "relu"}, state=True),
]


def ours(case):
    """{name: array}: output, dx, gradients, buffers and states of our layer."""
    numbers = Numbers(case)
    extra = {"truncate": case.truncate} if case.truncate else {}
    if hasattr(getattr(nn, case.name)(*case.args, **case.settings), "weight") or case.name in RECURRENT:
        extra["dtype"] = np.float64
    layer = getattr(nn, case.name)(*case.args, **case.settings, **extra).train(case.training)
    for name in layer.views:
        layer.views[name][...] = numbers.param(name, layer.views[name].shape)
    for name in layer.buffers:
        layer.buffers[name][...] = numbers.param(name, layer.buffers[name].shape) + 1
    found = {}
    if case.name in RECURRENT:
        first = numbers.state(layer, "first") if case.state else None
        found["output"], last = layer.forward(numbers.x, first)
        dlast = numbers.state(layer, "dlast") if case.state else None
        found["dx"], dfirst = layer.backward(numbers.dout(found["output"].shape), dlast)
        if case.state:
            found |= named("last", last) | named("dfirst", dfirst)
    else:
        found["output"] = layer.forward(numbers.x)
        found["dx"] = layer.backward(numbers.dout(found["output"].shape))
        if found["dx"] is None:
            del found["dx"]
    return found | {f"grad {k}": v for k, v in layer.grad_views.items()} | layer.buffers


def theirs(case):
    """The same by torch.nn."""
    import torch

    numbers = Numbers(case)
    layer = getattr(torch.nn, case.name)(*case.args, **case.settings).double().train(case.training)
    with torch.no_grad():
        for name, array in layer.named_parameters():
            array.copy_(torch.from_numpy(numbers.param(name, tuple(array.shape))))
        for name, array in layer.named_buffers():
            if array.ndim:
                array.copy_(torch.from_numpy(numbers.param(name, tuple(array.shape)) + 1))
    x = torch.from_numpy(numbers.x)
    if not case.integers:
        x.requires_grad_(True)
    found = {}
    if case.name in RECURRENT:
        found |= torch_recurrent(layer, x, case, numbers)
    else:
        out = layer(x)
        out.backward(torch.from_numpy(numbers.dout(tuple(out.shape))))
        found["output"] = out.detach().numpy()
    if not case.integers:
        found["dx"] = x.grad.numpy()
    found |= {f"grad {k}": v.grad.numpy() for k, v in layer.named_parameters()}
    return found | {k: v.numpy() for k, v in layer.named_buffers() if v.ndim}


def torch_recurrent(layer, x, case, numbers):
    """Run a torch layer piece by piece where the way back is cut: detach() stands between the pieces."""
    import torch

    if not case.state:
        output, _ = layer(x)
        output.backward(torch.from_numpy(numbers.dout(tuple(output.shape))))
        return {"output": output.detach().numpy()}
    first = [torch.from_numpy(part).requires_grad_(True) for part in parts(numbers.state(layer, "first"))]
    if case.truncate:
        state, pieces = tuple(first), cut_layers(layer, x, first, case.truncate)
    else:
        state = tuple(first) if len(first) > 1 else first[0]
        pieces = layer(x, state)
    output, last = pieces
    dlast = [torch.from_numpy(part) for part in parts(numbers.state(layer, "dlast"))]
    tensors = [output, *parts(last)]
    torch.autograd.backward(tensors, [torch.from_numpy(numbers.dout(tuple(output.shape))), *dlast])
    return (
        {"output": output.detach().numpy()}
        | named("last", [part.detach().numpy() for part in parts(last)])
        | named("dfirst", [part.grad.numpy() for part in first])
    )


def cut_layers(layer, x, first, every):
    """Each layer on its own over the whole series, so that the gradient is cut in time and nowhere else."""
    import torch

    kind, weights, ends = type(layer), dict(layer.named_parameters()), []
    for k in range(layer.num_layers):
        single = kind(x.shape[2], layer.hidden_size).double()
        own = {name: weights[f"{name[:-1]}{k}"] for name, _ in single.named_parameters()}
        state, outputs = [part[k : k + 1] for part in first], []
        for t in range(0, len(x), every):
            start = tuple(state) if len(state) > 1 else state[0]
            out, end = torch.func.functional_call(single, own, (x[t : t + every], start))
            outputs.append(out)
            state = [part if t + every >= len(x) else part.detach() for part in parts(end)]
        x = torch.cat(outputs)
        ends.append(state)
    last = [torch.cat(arrays) for arrays in zip(*ends, strict=True)]
    return x, tuple(last) if len(last) > 1 else last[0]


class Numbers:
    """The input, parameters and gradients of a case, from RandomState, whose stream never changes."""

    def __init__(self, case):
        draw = np.random.RandomState(len(case.label))
        if case.integers:
            self.x = draw.randint(0, case.integers, case.shape)
        elif case.levels:
            self.x = draw.randint(0, case.levels, case.shape).astype(float) - 1
        else:
            self.x = draw.uniform(-2, 2, case.shape)
        if case.name == "GELU":
            self.x *= 4

    def param(self, name, shape):
        return np.random.RandomState(sum(map(ord, name))).uniform(-0.8, 0.8, shape)

    def dout(self, shape):
        return np.random.RandomState(7).uniform(-1, 1, shape)

    def state(self, layer, name):
        n = self.x.shape[0 if layer.batch_first else 1]
        shape = (layer.num_layers, n, layer.hidden_size)
        state = [self.param(f"{name}{i}", shape) for i in range(2)]
        return tuple(state) if "LSTM" in type(layer).__name__ else state[0]


def parts(state):
    return list(state) if isinstance(state, tuple) else [state]


def named(name, state):
    return {
        f"{name} {i}": part
        for i, part in enumerate(
            parts(state) if isinstance(state, tuple) else state if isinstance(state, list) else [state]
        )
    }


def difference(ours, theirs):
    """The largest absolute difference of two {name: array}; their names and shapes must agree."""
    if set(ours) != set(theirs):
        raise ValueError(f"different results: {sorted(ours)} and {sorted(theirs)}")
    worst = 0.0
    for name, array in theirs.items():
        if ours[name].shape != array.shape:
            raise ValueError(f"{name}: shapes {ours[name].shape} and {array.shape}")
        if array.size:
            worst = np.maximum(worst, np.max(np.abs(ours[name] - array)))
    return float(worst)


@dataclass(frozen=True)
class LossCase:
    """One loss with one setting, on outputs of one shape.

    name: ours, in optimlab.losses. theirs: in torch.nn.functional.
    target: "labels", "shares" (numbers from 0 to 1) or "numbers".
    """

    name: str
    theirs: str
    target: str
    shape: tuple
    settings: dict = field(default_factory=dict)

    @property
    def label(self):
        words = [self.name, *(f"{k}={v!r}" for k, v in self.settings.items())]
        return ", ".join([*words, f"output {self.shape}".replace(" ", "")])

    def data(self):
        draw = np.random.RandomState(len(self.label))
        output = draw.uniform(-5, 5, self.shape)
        if self.target == "labels":
            return output, draw.randint(0, self.shape[1], self.shape[0])
        return output, draw.uniform(0, 1, self.shape) if self.target == "shares" else draw.uniform(
            -5, 5, self.shape
        )


SHAPES = ((6, 4), (1, 1), (5,), (2, 3, 4))
LOSSES = [
    *(LossCase("mse", "mse_loss", "numbers", shape) for shape in SHAPES),
    *(LossCase("mae", "l1_loss", "numbers", shape) for shape in SHAPES),
    *(LossCase("huber", "huber_loss", "numbers", shape) for shape in SHAPES),
    LossCase("huber", "huber_loss", "numbers", (6, 4), {"delta": 0.3}),
    LossCase("cross_entropy", "cross_entropy", "labels", (6, 4)),
    LossCase("cross_entropy", "cross_entropy", "labels", (1, 3)),
    LossCase("cross_entropy", "cross_entropy", "labels", (50, 10)),
    *(
        LossCase("binary_cross_entropy", "binary_cross_entropy_with_logits", "shares", shape)
        for shape in SHAPES
    ),
]


def our_loss(case):
    loss, gradient = getattr(losses, case.name)(*case.data(), **case.settings)
    return {"loss": np.asarray(loss), "gradient": gradient}


def their_loss(case):
    import torch

    output, target = map(torch.from_numpy, case.data())
    output.requires_grad_(True)
    loss = getattr(torch.nn.functional, case.theirs)(output, target, **case.settings)
    loss.backward()
    return {"loss": loss.detach().numpy(), "gradient": output.grad.numpy()}


def small_model(name):
    """A model of optimlab.nn in float64, and a batch for it."""
    draw = np.random.RandomState(5)
    double = {"dtype": np.float64, "rng": 0}
    images, series = draw.uniform(-1, 1, (6, 1, 8, 8)), draw.uniform(-1, 1, (6, 9, 2))
    labels, text = draw.randint(0, 4, 6), draw.randint(0, 5, (3, 8))
    if name == "CharModel":
        return nn.CharModel(5, 3, 4, **double), text[:, :-1], text[:, 1:]
    if name in RECURRENT:
        return nn.RecurrentClassifier(2, 5, 4, cell=name, **double), series, labels
    if name == "Sequential":
        model = nn.Sequential(
            nn.Conv2d(1, 3, 3, stride=2, padding=1),
            nn.BatchNorm2d(3),
            nn.GELU(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(12, 6),
            nn.LayerNorm(6),
            nn.Tanh(),
            nn.Linear(6, 4),
            **double,
        )
        return model, images, labels
    return (
        {"MLP": nn.MLP(64, 7, 5, 4, **double), "CNN": nn.CNN(1, 8, 4, channels=(2, 3), **double)}[name],
        images,
        labels,
    )


MODELS = ("MLP", "CNN", "Sequential", "RNN", "GRU", "LSTM", "CharModel")


def torch_model(name):
    """The same model in torch, with parameters of the same names."""
    import torch
    from torch import nn as tnn

    class Reads(tnn.Module):
        def __init__(self):
            super().__init__()
            if name == "CharModel":
                self.embedding = tnn.Embedding(5, 3)
            self.rnn = (
                tnn.LSTM(3, 4, batch_first=True)
                if name == "CharModel"
                else getattr(tnn, name)(2, 5, batch_first=True)
            )
            self.linear = tnn.Linear(4, 5) if name == "CharModel" else tnn.Linear(5, 4)

        def forward(self, x):
            if name == "CharModel":
                return self.linear(self.rnn(self.embedding(x))[0]).reshape(-1, 5)
            return self.linear(self.rnn(x)[0][:, -1])

    if name == "MLP":
        layers = [
            tnn.Flatten(),
            tnn.Linear(64, 7),
            tnn.ReLU(),
            tnn.Linear(7, 5),
            tnn.ReLU(),
            tnn.Linear(5, 4),
        ]
    elif name == "CNN":
        layers = [
            tnn.Conv2d(1, 2, 3, padding=1),
            tnn.ReLU(),
            tnn.MaxPool2d(2),
            tnn.Conv2d(2, 3, 3, padding=1),
            tnn.ReLU(),
            tnn.MaxPool2d(2),
            tnn.Flatten(),
            tnn.Linear(12, 4),
        ]
    elif name == "Sequential":
        layers = [
            tnn.Conv2d(1, 3, 3, stride=2, padding=1),
            tnn.BatchNorm2d(3),
            tnn.GELU(),
            tnn.AvgPool2d(2),
            tnn.Flatten(),
            tnn.Linear(12, 6),
            tnn.LayerNorm(6),
            tnn.Tanh(),
            tnn.Linear(6, 4),
        ]
    else:
        return Reads().double()
    return torch.nn.Sequential(*layers).double()


STEPS, LR = 5, 0.1


def set_params(model):
    """Parameters that no later version of NumPy draws otherwise."""
    for name, view in model.views.items():
        view[...] = np.random.RandomState(sum(map(ord, name))).uniform(-0.7, 0.7, view.shape)


def our_model(name):
    """Loss, gradient and params over a few steps of gradient descent."""
    model, x, y = small_model(name)
    set_params(model)
    found = {}
    for step in range(STEPS):
        found[f"loss {step}"] = np.array(model.loss(x, y))
        found |= {f"grad {step} {k}": v.copy() for k, v in model.grad_views.items()} if step == 0 else {}
        model.params -= LR * model.grads
    return found | {f"param {k}": v for k, v in model.views.items()} | model.buffers


def their_model(name):
    import torch

    mine, x, y = small_model(name)
    set_params(mine)
    model, found = torch_model(name), {}
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for key, view in mine.views.items():
            weights[key].copy_(torch.from_numpy(view))
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y).reshape(-1))
        loss.backward()
        found[f"loss {step}"] = loss.detach().numpy()
        found |= {f"grad {step} {k}": v.grad.numpy().copy() for k, v in weights.items()} if step == 0 else {}
        optimizer.step()
    found |= {f"param {k}": v.detach().numpy() for k, v in weights.items()}
    return found | {k: v.numpy() for k, v in model.named_buffers() if v.ndim}


def table():
    """Everything that is compared: (file, label, what it was made with, ours, theirs)."""
    for case in CASES:
        yield case.name, case.label, case.made_with(), lambda c=case: ours(c), lambda c=case: theirs(c)
    for case in LOSSES:
        yield "losses", case.label, case.theirs, lambda c=case: our_loss(c), lambda c=case: their_loss(c)
    for name in MODELS:
        yield (
            "models",
            name,
            f"{name} {STEPS} {LR}",
            lambda n=name: our_model(n),
            lambda n=name: their_model(n),
        )


def load_stored(file):
    """What make_references.py kept: {"about": {...}, label: {name: array}}."""
    with np.load(REFERENCES / f"{file}.npz") as arrays:
        about = json.loads(str(arrays["about"]))
        stored = {"about": about}
        for label, entry in about["entries"].items():
            stored[label] = {name: arrays[f"{entry['number']}/{i}"] for i, name in enumerate(entry["names"])}
    return stored


def save_stored(file, results, versions):
    """results: {label: (made_with, {name: array})}."""
    arrays, entries = {}, {}
    for number, (label, (made_with, found)) in enumerate(results.items()):
        entries[label] = {"number": number, "names": list(found), "made_with": made_with}
        arrays |= {f"{number}/{i}": array for i, array in enumerate(found.values())}
    about = json.dumps({"versions": versions, "entries": entries}, sort_keys=True)
    REFERENCES.mkdir(exist_ok=True)
    np.savez_compressed(REFERENCES / f"{file}.npz", about=np.array(about), **arrays)


def references_required():
    """Whether a missing reference library is a failure; otherwise the live comparison is skipped."""
    return os.environ.get("OPTIMLAB_REQUIRE_REFERENCES", "") not in ("", "0")
