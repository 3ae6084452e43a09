"""The page docs/networks.md, made from the docstrings and the comparison with PyTorch's stored results."""

import inspect
import re

from layer_parity import CASES, LOSSES, MODELS, RECURRENT, difference, load_stored
from layer_parity import table as compared
from pages import DOCS, number, plain, sources, table

from optimlab import losses, nn

PAGE = DOCS / "networks.md"

# Arguments of PyTorch's that ours has not; those of no meaning here (device, inplace and the like) apart.
RECURRENT_LACKS = ("dropout", "bidirectional", "proj_size")
NOT_HERE = {
    "Conv2d": ("dilation", "groups", "padding_mode"),
    "Conv1d": ("dilation", "groups", "padding_mode"),
    "MaxPool2d": ("dilation", "return_indices", "ceil_mode"),
    "MaxPool1d": ("dilation", "return_indices", "ceil_mode"),
    "AvgPool2d": ("ceil_mode", "count_include_pad", "divisor_override"),
    "AvgPool1d": ("ceil_mode", "count_include_pad"),
    "Flatten": ("start_dim", "end_dim"),
    "BatchNorm1d": ("affine", "track_running_stats", "bias"),
    "BatchNorm2d": ("affine", "track_running_stats", "bias"),
    "LayerNorm": ("elementwise_affine", "bias"),
    "Embedding": ("padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse"),
    **dict.fromkeys(RECURRENT, RECURRENT_LACKS),
}
LOSS_LACKS = {
    "mse": ("reduction", "weight"),
    "mae": ("reduction", "weight"),
    "huber": ("reduction", "weight"),
    "cross_entropy": ("weight", "ignore_index", "reduction", "label_smoothing"),
    "binary_cross_entropy": ("weight", "reduction", "pos_weight"),
}
NO_MEANING = {"device", "inplace", "args", "kwargs", "self", "mode", "size_average", "reduce", "_weight",
              "_freeze", "input"}  # fmt: skip

# Each initialiser as torch.nn.init has it: (function, settings).
INITS = {
    "default": ("kaiming_uniform_", {"a": 5**0.5}),
    "glorot_uniform": ("xavier_uniform_", {}),
    "glorot_normal": ("xavier_normal_", {}),
    "he_uniform": ("kaiming_uniform_", {"nonlinearity": "relu"}),
    "he_normal": ("kaiming_normal_", {"nonlinearity": "relu"}),
    "orthogonal": ("orthogonal_", {}),
}

# Losses as layers.
LOSS_LAYERS = {"cross_entropy": "CrossEntropyLoss", "mse": "MSELoss"}

HEAD = """\
# The networks, and how we know that they are right

Every layer runs forward and backward in float64 beside PyTorch's layer of the same name, with the same
parameters, input and gradient at the output, in several shapes and settings: strides and padding, images
that are not square, a batch of one, series of one step and of fifty. The column of differences has the
largest one in any number of the output, of the gradients at the input and at every parameter, of the
running averages and of the states. It must stay below 1e-10. Central differences check every backward
once more, without PyTorch.

This page is made by `python tests/nn/make_page.py`, from the docstrings and from the comparison with
PyTorch's results in `tests/nn/references/`, which `python tests/nn/make_references.py` makes. With
PyTorch installed the tests compare with it live as well; and with `OPTIMLAB_REQUIRE_REFERENCES=1` its
absence is a failure.

## Layers

"""

LOSS_WORDS = """
## Losses

`optimlab.losses` has functions `(output, target) -> (loss, gradient)`: the mean over the batch, and its
slope at the output. The names on the right are of `torch.nn.functional`.

"""

INIT_WORDS = """
## Initialisers

A layer's `init` is one of these names, or a function `(shape, rng) -> array`. Draws are NumPy's, so they
differ from PyTorch's; their distribution is the same, and the tests compare mean, spread and bounds with
the papers' formulas and with what `torch.nn.init` draws. `"default"` gives the bias what PyTorch's layers
give it; with any other name it starts at zero.

"""

MODEL_WORDS = """
## Models

Each takes five steps of gradient descent beside the same network in PyTorch. What is compared: the
losses, the first gradient, and all parameters and running averages after the last step. The parameters
have PyTorch's names and stand in PyTorch's order. `nn.chebyshev_net` makes the MLP whose sharpness the
figures follow.

"""

TAIL = """
## What differs from PyTorch

- **No tape.** `forward` keeps what `backward` needs, and you call `backward(dout)` yourself; a model's
  `loss(x, y)` does both. `backward(dout, input_grad=False)` leaves out the gradient at the input.
- **Gradients are written, not added up.** There is no `zero_grad`. `fit(..., accumulate=4)` averages over
  minibatches.
- **One vector.** All parameters of a model lie one after the other in `params`, their gradients in
  `grads`, as in PyTorch's `parameters_to_vector`; `views` and `grad_views` are the same memory by name
  and in shape. An optimizer takes `model.params`, or single views.
- **Memory.** A layer takes and returns images as (N, C, H, W) and series as (T, N, features), as PyTorch
  does. Inside, the examples come last, so what a layer returns may be a view with other strides than you
  expect; `np.ascontiguousarray` copies it.
- **Precision.** float32 as in PyTorch; `dtype=np.float64` for a layer or a whole model. A layer without
  parameters computes in the precision of its input.
- **Chance.** `rng` is a seed or a NumPy Generator for each layer or model; there is no global seed.
- **Ours alone.** `truncate` in `RNN`, `GRU` and `LSTM` cuts the way back every so many steps; it is
  compared with PyTorch's layers run piece by piece, with `detach()` between the pieces. `Dropout` is
  compared after `eval()`, its draws by their share and scale.
- **Not here, on purpose:** the arguments in the last columns, more than two axes of space, packed
  sequences, attention. No lesson trains with them, and each would make a layer longer to read.

"""


def page(measure):
    """The whole page; measure: (file, label, function that makes our result) -> the largest difference."""
    found = {(file, label): measure(file, label, mine) for file, label, _, mine, _ in compared()}
    names = list(dict.fromkeys(case.name for case in CASES))
    layers = []
    for name in names:
        seen = [value for (file, _), value in found.items() if file == name]
        layer = getattr(nn, name)
        layers.append([f"`{name}`", said(layer), sources(layer), len(seen), number(max(seen)),
                       lacks(NOT_HERE.get(name, ()))])  # fmt: skip
    heads = ["layer", "what it computes", "paper", "cases:", "largest difference:", "PyTorch's, not here"]
    text = HEAD + table(heads, layers) + "\n"
    text += LOSS_WORDS + losses_table(found) + "\n"
    text += INIT_WORDS + table(
        ["name", "distribution", "paper", "as in `torch.nn.init`"],
        [[f"`{name}`", said(nn.init.NAMED[name]), sources(nn.init.NAMED[name]), f"`{call(*INITS[name])}`"]
         for name in nn.init.NAMED],
    ) + "\n"  # fmt: skip
    text += MODEL_WORDS + table(
        ["model", "what it is", "paper", "largest difference:"],
        [[model_name(name), said(model_class(name)), sources(model_class(name)),
          number(found["models", name])] for name in MODELS],
    ) + "\n"  # fmt: skip
    versions = load_stored("models")["about"]["versions"]
    words = ", ".join(f"{package} {version}" for package, version in sorted(versions.items()))
    return text + TAIL + f"The stored results were made with {words}.\n"


def losses_table(found):
    rows = []
    for name in ("mse", "half_mse", "mae", "huber", "cross_entropy", "binary_cross_entropy", "hinge"):
        function = getattr(losses, name)
        cases = [case for case in LOSSES if case.name == name]
        layer = f"`nn.{LOSS_LAYERS[name]}`" if name in LOSS_LAYERS else ""
        if cases:
            worst = number(max(found["losses", case.label] for case in cases))
            compared_with = f"`{cases[0].theirs}`"
        else:
            worst, compared_with = "", "none; central differences"
        rows.append([f"`{name}`", layer, said(function), sources(function), compared_with, len(cases),
                     worst, lacks(LOSS_LACKS.get(name, ()))])  # fmt: skip
    return table(["loss", "as a layer", "what it computes", "paper", "compared with", "cases:",
                  "largest difference:", "PyTorch's, not here"], rows)  # fmt: skip


def stored_difference(file, label, mine):
    """How far ours is from PyTorch's stored result."""
    return difference(mine(), load_stored(file)[label])


def said(thing):
    """The first sentence of a docstring, without the words that it is PyTorch's."""
    first = plain(inspect.getdoc(thing).split("\n\n")[0])
    first = re.sub(r", (what PyTorch gives [\w ]+|PyTorch's \w+)(?=[.:])", "", first)
    first = re.sub(r": PyTorch's \w+\.", ".", first)
    return first.split(". ")[0].rstrip(".:").replace("*", "\\*")


def lacks(names):
    return ", ".join(f"`{name}`" for name in names)


def call(function, settings):
    words = ", ".join(f"{key}={value:.4g}" if isinstance(value, float) else f"{key}={value!r}"
                      for key, value in settings.items())  # fmt: skip
    return f"{function}({words})"


def model_class(name):
    return nn.RecurrentClassifier if name in RECURRENT else getattr(nn, name)


def model_name(name):
    return f"`RecurrentClassifier`, `{name}`" if name in RECURRENT else f"`{name}`"
