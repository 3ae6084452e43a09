"""Layers in a row, over one flat vector of params and one of grads."""

import math

import numpy as np

from optimlab import losses
from optimlab.nn.layer import Layer, float_type


class Model(Layer):
    """Layers that share one flat vector, and a loss. A subclass gives `forward` and `backward`.

    Args:
        layers: {name: layer}. The views of a model are named `name.weight`, in this order, as in PyTorch.
        criterion: the loss, (output, target) -> (loss, gradient), such as one of optimlab.losses.
        dtype: float32 or float64 for all layers; theirs if None.
        rng: None leaves the layers as they are; a seed or a NumPy Generator draws all parameters anew.

    Attributes: those of Layer, where `params` and `grads` hold everything; and `layers`.

    Raises:
        TypeError: something that is no layer, or layers of two dtypes.
        ValueError: the same layer twice.
    """

    def __init__(self, layers, *, criterion=losses.cross_entropy, dtype=None, rng=None):
        for layer in layers.values():
            if not isinstance(layer, Layer):
                raise TypeError(f"{type(self).__name__}: layers are needed, got {layer!r}")
        if len({id(layer) for layer in layers.values()}) < len(layers):
            raise ValueError(
                f"{type(self).__name__}: each layer is needed once, the same one stands in two places"
            )
        dtypes = {layer.dtype for layer in layers.values()} - {None}
        if dtype is not None:
            dtypes = {float_type(dtype)}
            for layer in layers.values():
                layer._cast(*dtypes)
        if len(dtypes) > 1:
            raise TypeError(
                f"{type(self).__name__}: layers of one dtype are needed, got "
                f"{' and '.join(sorted(map(str, dtypes)))}"
            )
        self.layers, self.criterion = dict(layers), criterion
        super().__init__(
            {f"{name}.{key}": shape for name, layer in layers.items() for key, shape in layer.shapes.items()},
            *dtypes,
        )
        self._set_place("")
        self._name_buffers()
        if rng is not None:
            self.reset_parameters(rng)

    def loss(self, x, y):
        """Forward, loss and backward: the loss of a batch as a float, with its gradient in `grads`.

        Args:
            x: the batch, its examples along the first axis.
            y: what is wanted, as the criterion takes it: for cross-entropy one integer for each example.

        Raises:
            TypeError, ValueError: x or y of another kind or shape than the layers and the criterion take, an
                empty batch, nan or infinity in the data, labels out of range.
        """
        x, y = self._check_data(x, y)
        value, dout = self.criterion(self.forward(x), y)
        self.backward(dout, input_grad=False)
        return value

    def evaluate(self, x, y, batch=256):
        """The loss without training: as after `eval()`, in pieces of `batch` examples. Keeps grads.

        Args and raises as in `loss`.
        """
        x, y = self._check_data(x, y)
        total = 0.0
        for k in range(0, len(x), batch):
            total += self.criterion(self.predict(x[k : k + batch]), y[k : k + batch])[0] * len(
                x[k : k + batch]
            )
        return total / len(x)

    def predict(self, x, batch=256):
        """The outputs for x as after `eval()`, in pieces of `batch` examples."""
        training = self.training
        self.eval()
        try:
            return np.concatenate([self.forward(x[k : k + batch]) for k in range(0, max(1, len(x)), batch)])
        finally:
            self.train(training)

    def reset_parameters(self, rng=None):
        rng = np.random.default_rng(rng)
        for layer in self.layers.values():
            layer.reset_parameters(rng)

    def train(self, mode=True):
        for layer in self.layers.values():
            layer.train(mode)
        return super().train(mode)

    def _move(self, params, grads):
        super()._move(params, grads)
        start = 0
        for layer in self.layers.values():
            stop = start + layer.params.size
            layer._move(params[start:stop], grads[start:stop])
            start = stop

    def _cast(self, dtype):
        for layer in self.layers.values():
            layer._cast(dtype)
        super()._cast(dtype)
        self._name_buffers()

    def _set_place(self, place):
        super()._set_place(place)
        for name, layer in self.layers.items():
            layer._set_place(f"{place}.{name}" if place else name)

    def _name_buffers(self):
        self.buffers.update(
            {
                f"{name}.{key}": array
                for name, layer in self.layers.items()
                for key, array in layer.buffers.items()
            }
        )

    def _check_data(self, x, y):
        for name, array in (("x", x), ("y", y)):
            if not isinstance(array, np.ndarray):
                raise TypeError(f"{name}: a NumPy array is needed, got {type(array).__name__}")
            if array.dtype.kind not in "fiu":
                raise TypeError(f"{name}: an array of numbers is needed, got {array.dtype}")
            if array.ndim == 0 or array.size == 0:
                raise ValueError(
                    f"{name}: at least one example is needed, got an empty batch of shape {array.shape}"
                )
            if array.dtype.kind == "f" and not all_finite(array):
                index = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])
                raise ValueError(f"{name}: finite numbers are needed, got {array[index]} at index {index}")
        if len(x) != len(y):
            raise ValueError(f"y: {len(x)} examples are needed, as many as in x, got {len(y)}")
        return x, y

    def __repr__(self):
        words = ", ".join(f"{name}={layer!r}" for name, layer in self.layers.items())
        return f"{type(self).__name__}({words})"


def all_finite(x):
    """Whether an array holds neither nan nor infinity: one product where nothing is wrong.

    >>> all_finite(np.array([1.0, 1e300])), all_finite(np.array([1.0, np.nan]))
    (True, False)
    """
    return math.isfinite(np.vdot(x, x)) or bool(np.isfinite(x).all())


class Sequential(Model):
    """One layer after the other, PyTorch's Sequential.

    Args:
        *layers: the layers, in order; they are named "0", "1", ...
        criterion, dtype, rng: as in Model.

    Shapes: those of the first and the last layer.

    Raises:
        TypeError, ValueError: see Model and Layer.

    >>> from optimlab.nn import Linear, ReLU
    >>> model = Sequential(Linear(2, 3), ReLU(), Linear(3, 2), rng=0)
    >>> list(model.views), model.params.shape
    (['0.weight', '0.bias', '2.weight', '2.bias'], (17,))
    >>> x, y = np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([0, 1])
    >>> before = model.loss(x, y)
    >>> model.params -= 0.1 * model.grads
    >>> model.loss(x, y) < before
    True

    Source: Rumelhart, Hinton and Williams (1986) for the way back.
    """

    def __init__(self, *layers, criterion=losses.cross_entropy, dtype=None, rng=None):
        super().__init__(
            {str(i): layer for i, layer in enumerate(layers)}, criterion=criterion, dtype=dtype, rng=rng
        )
        # Below the first layer with parameters, only the gradient at the input is left to compute.
        self._first = next((i for i, layer in enumerate(layers) if layer.params.size), len(layers))

    def forward(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def backward(self, dout, input_grad=True):
        layers = list(self.layers.values())
        for i in reversed(range(0 if input_grad else self._first, len(layers))):
            dout = layers[i].backward(dout, input_grad or i > self._first)
        return dout if input_grad else None

    def __getitem__(self, i):
        return list(self.layers.values())[i]

    def __len__(self):
        return len(self.layers)

    def __repr__(self):
        return f"Sequential({', '.join(map(repr, self.layers.values()))})"
