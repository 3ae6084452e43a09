"""Models that are ready to train: MLP, CNN, a recurrent classifier and a character model."""

import numpy as np

from optimlab import losses
from optimlab.nn.activations import ReLU, Tanh
from optimlab.nn.conv import Conv2d
from optimlab.nn.embedding import Embedding
from optimlab.nn.flatten import Flatten
from optimlab.nn.gru import GRU
from optimlab.nn.layer import pair, whole
from optimlab.nn.linear import Linear
from optimlab.nn.lstm import LSTM
from optimlab.nn.model import Model, Sequential
from optimlab.nn.pool import MaxPool2d
from optimlab.nn.rnn import RNN

CELLS = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}


class MLP(Sequential):
    """Linear layers with a nonlinearity between them; images are flattened first.

    Args:
        *sizes: numbers of features, from the input's to the output's; at least two.
        activation: the layer between two Linears, such as ReLU or Tanh.
        init: how the weights start, as in Linear.
        criterion, rng: as in Model.
        dtype: float32 or float64.

    Shapes: x (N, ...) with sizes[0] numbers for each example; output (N, sizes[-1]).

    Raises:
        TypeError, ValueError: see Model and Layer; fewer than two sizes.

    >>> model = MLP(784, 128, 10, rng=0)
    >>> model
    MLP(784, 128, 10)
    >>> model.params.size, model.views["1.weight"].shape
    (101770, (128, 784))
    >>> round(model.loss(np.zeros((4, 1, 28, 28)), np.array([0, 1, 2, 3])), 1)
    2.3

    Source: Rumelhart, Hinton and Williams (1986).
    """

    def __init__(
        self,
        *sizes,
        activation=ReLU,
        init="default",
        criterion=losses.cross_entropy,
        rng=None,
        dtype=np.float32,
    ):
        if len(sizes) < 2:
            raise ValueError(f"sizes: those of the input and the output are needed at least, got {sizes}")
        self.sizes = tuple(whole("sizes", size) for size in sizes)
        rng, layers = np.random.default_rng(rng), [Flatten()]
        for i, (wide, out) in enumerate(zip(sizes, sizes[1:], strict=False)):
            layers += [activation()] * bool(i) + [Linear(wide, out, init=init, rng=rng, dtype=dtype)]
        super().__init__(*layers, criterion=criterion)

    def __repr__(self):
        return f"MLP({', '.join(map(str, self.sizes))})"


def chebyshev_net(rng=14):
    """The network of the edge of stability: 1-24-24-1 with tanh, 673 parameters, float64, half_mse.

    Made for `data.chebyshev()` and gradient descent on all 20 points at once: at lr 0.1 its sharpness climbs
    from 5.4 to 2 / 0.1 = 20, and stays there.

    Args: rng, a seed or a Generator; the default is where the course's figures start.
    Other args, shapes and raises as in MLP.

    >>> from optimlab import data
    >>> model = chebyshev_net()
    >>> model.params.size, round(model.loss(*data.chebyshev().train), 2)
    (673, 0.32)

    Source: after Cohen, Kaur, Li, Kolter and Talwalkar (2021).
    """
    return MLP(1, 24, 24, 1, activation=Tanh, criterion=losses.half_mse, rng=rng, dtype=np.float64)


class CNN(Sequential):
    """Convolutions of 3x3 with ReLU, each pooled to half the size, and a Linear on what is left.

    Args:
        in_channels: channels of an image.
        size: height and width of an image, one whole number or two; at least 2 to the number of convolutions.
        classes: numbers in the output.
        channels: output channels of each convolution.
        init, criterion, rng, dtype: as in MLP.

    Shapes: x (N, in_channels, *size); output (N, classes).

    Raises:
        TypeError, ValueError: see Model and Layer; images too small for the pooling.

    >>> model = CNN(1, 28, 10, rng=0)
    >>> model
    CNN(1, 28, 10)
    >>> {name: view.shape for name, view in model.views.items() if name.endswith("weight")}
    {'0.weight': (8, 1, 3, 3), '3.weight': (16, 8, 3, 3), '7.weight': (10, 784)}
    >>> round(model.loss(np.zeros((4, 1, 28, 28)), np.array([0, 1, 2, 3])), 1)
    2.3

    Source: LeCun et al. (1989).
    """

    def __init__(
        self,
        in_channels,
        size,
        classes,
        channels=(8, 16),
        *,
        init="default",
        criterion=losses.cross_entropy,
        rng=None,
        dtype=np.float32,
    ):
        self.in_channels, self.size, self.classes, self.channels = in_channels, size, classes, tuple(channels)
        rows, columns = (n // 2 ** len(self.channels) for n in pair("size", size))
        if rows * columns == 0:
            raise ValueError(
                f"size: at least {2 ** len(self.channels)} is needed for {len(self.channels)} "
                f"poolings, got {size!r}"
            )
        rng, layers, wide = np.random.default_rng(rng), [], in_channels
        for out in self.channels:
            layers += [Conv2d(wide, out, 3, padding=1, init=init, rng=rng, dtype=dtype), ReLU(), MaxPool2d(2)]
            wide = out
        layers += [Flatten(), Linear(wide * rows * columns, classes, init=init, rng=rng, dtype=dtype)]
        super().__init__(*layers, criterion=criterion)

    def __repr__(self):
        more = f", channels={self.channels}" if self.channels != (8, 16) else ""
        return f"CNN({self.in_channels}, {self.size}, {self.classes}{more})"


class RecurrentClassifier(Model):
    """A recurrent layer that reads a series, and a Linear on what it remembers at the end.

    Args:
        input_size: numbers at each step.
        hidden_size: numbers remembered.
        classes: numbers in the output.
        cell: "RNN", "GRU" or "LSTM".
        num_layers, truncate: as in RNN.
        init, criterion, rng, dtype: as in MLP.

    Shapes: x (N, T, input_size); output (N, classes).

    Raises:
        TypeError, ValueError: see Model and Layer; another word for cell.

    >>> model = RecurrentClassifier(1, 8, 3, cell="GRU", rng=0)
    >>> list(model.views)[:2], model.params.size
    (['rnn.weight_ih_l0', 'rnn.weight_hh_l0'], 291)
    >>> model.predict(np.zeros((5, 20, 1))).shape
    (5, 3)

    Sources: Elman (1990); Hochreiter and Schmidhuber (1997); Cho et al. (2014).
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        classes,
        cell="LSTM",
        *,
        num_layers=1,
        truncate=None,
        init="default",
        criterion=losses.cross_entropy,
        rng=None,
        dtype=np.float32,
    ):
        rng = np.random.default_rng(rng)
        rnn = named_cell(cell)(
            input_size,
            hidden_size,
            num_layers,
            batch_first=True,
            truncate=truncate,
            init=init,
            rng=rng,
            dtype=dtype,
        )
        linear = Linear(hidden_size, classes, init=init, rng=rng, dtype=dtype)
        super().__init__({"rnn": rnn, "linear": linear}, criterion=criterion)

    def forward(self, x):
        output, _ = self.layers["rnn"].forward(x)
        return self.layers["linear"].forward(output[:, -1])

    def backward(self, dout, input_grad=True):
        rnn, linear = self.layers.values()
        dlast = np.zeros((rnn.num_layers, len(dout), rnn.hidden_size), self.dtype)
        dlast[-1] = linear.backward(dout)
        dstate = dlast if rnn.states == 1 else (dlast, np.zeros_like(dlast))
        return rnn.backward(None, dstate, input_grad=input_grad)[0]


class CharModel(Model):
    """Reads characters and says at each step which comes next: an Embedding, a recurrent layer, a Linear.

    Long text is learned in pieces: give the state that the piece before left,
    `model.loss(x, y, model.state)`. The gradient stops at the piece's start: this is truncated
    back-propagation through time.

    Args:
        characters: how many different ones there are.
        embedding_dim, hidden_size: lengths of a character's vector and of the memory.
        cell: "RNN", "GRU" or "LSTM".
        num_layers, truncate: as in RNN.
        init, criterion, rng, dtype: as in MLP.

    Shapes: x and y (N, T), integers from 0 to characters - 1, y being what follows each of x;
        output (N, T, characters). `state` is that of the recurrent layer after the last batch.

    Raises:
        TypeError, ValueError: see Model and Layer; another word for cell.

    >>> text = np.array([[0, 1, 2, 0, 1, 2, 0, 1]])
    >>> model = CharModel(3, 4, 8, cell="GRU", rng=0)
    >>> for step in range(60):
    ...     loss = model.loss(text[:, :-1], text[:, 1:])
    ...     model.params -= model.grads
    >>> model.sample([0], 6, rng=0)
    array([1, 2, 0, 1, 2, 0])

    Sources: Elman (1990); Sutskever, Martens and Hinton (2011).
    """

    def __init__(
        self,
        characters,
        embedding_dim,
        hidden_size,
        cell="LSTM",
        *,
        num_layers=1,
        truncate=None,
        init="default",
        criterion=losses.cross_entropy,
        rng=None,
        dtype=np.float32,
    ):
        rng = np.random.default_rng(rng)
        self.state = None
        super().__init__(
            {
                "embedding": Embedding(characters, embedding_dim, rng=rng, dtype=dtype),
                "rnn": named_cell(cell)(
                    embedding_dim,
                    hidden_size,
                    num_layers,
                    batch_first=True,
                    truncate=truncate,
                    init=init,
                    rng=rng,
                    dtype=dtype,
                ),
                "linear": Linear(hidden_size, characters, init=init, rng=rng, dtype=dtype),
            },
            criterion=by_step(criterion),
        )

    def forward(self, x, state=None):
        embedding, rnn, linear = self.layers.values()
        if np.ndim(x) != 2:
            raise ValueError(f"{type(self).__name__}: input of shape (N, T) is needed, got {np.shape(x)}")
        output, self.state = rnn.forward(embedding.forward(x), state)
        return linear.forward(output)

    def backward(self, dout, input_grad=True):
        embedding, rnn, linear = self.layers.values()
        return embedding.backward(rnn.backward(linear.backward(dout))[0])

    def loss(self, x, y, state=None):
        """As in Model, going on from `state`, the one that the piece before left; None starts with zeros."""
        x, y = self._check_data(x, y)
        value, dout = self.criterion(self.forward(x, state), y)
        self.backward(dout)
        return value

    def sample(self, start, length, temperature=1.0, rng=None):
        """Let the model write: `length` numbers that follow those in `start`, each drawn from its forecast.

        temperature: scores are divided by it; near 0 the likeliest is always taken. Above 0.
        """
        if not temperature > 0:
            raise ValueError(f"temperature: a number above 0 is needed, got {temperature!r}")
        rng, state, kept = np.random.default_rng(rng), None, self.state
        read, written = np.array([start]), []
        for _ in range(whole("length", length)):
            scores = self.forward(read, state)[0, -1].astype(float) / temperature
            chances = np.exp(scores - scores.max())
            written.append(rng.choice(len(chances), p=chances / chances.sum()))
            read, state = np.array([written[-1:]]), self.state
        self.state = kept
        return np.array(written)


def named_cell(cell):
    """The recurrent layer of a name.

    >>> named_cell("GRU").__name__
    'GRU'
    """
    if cell not in CELLS:
        raise ValueError(f"cell: one of {', '.join(CELLS)} is needed, got {cell!r}")
    return CELLS[cell]


class by_step:
    """A loss of (N, classes), applied to (N, T, classes): every step of every example counts alike."""

    def __init__(self, criterion):
        self.criterion = criterion

    def __call__(self, output, target):
        if target.shape != output.shape[:2]:
            raise ValueError(f"y: shape {output.shape[:2]} is needed, one for each step, got {target.shape}")
        loss, gradient = self.criterion(output.reshape(-1, output.shape[-1]), target.reshape(-1))
        return loss, gradient.reshape(output.shape)
