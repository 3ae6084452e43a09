"""What every layer shares: parameters that live in one flat vector, and the checks at its door."""

import inspect
import math

import numpy as np


class Layer:
    """A piece of a network. A new layer is a subclass with `forward` and `backward`.

    `forward(x)` returns the output and keeps what `backward` needs; `backward(dout)` takes the gradient of
    the loss at that output, fills `grads` (it writes, it never adds up) and returns the gradient at x.

    Args:
        shapes: {name: shape} of the parameters; none by default.
        dtype: float32 or float64. Float input of another precision is converted to it.

    Attributes:
        params, grads: flat vectors. Inside a model they are pieces of the model's own.
        views, grad_views: {name: array}, the same memory in the shapes of the parameters. Each parameter is
            also an attribute: `layer.weight` is `layer.views["weight"]`, and assigning to it copies into it.
        buffers: {name: array}, what is kept between steps but not learned.
        training: True after `train()`, as at the start; False after `eval()`.
        dtype: that of params and grads; None in a layer without parameters, which computes in its input's.

    Raises:
        TypeError: input that is no float array, a dtype that is no float type.
        ValueError: shapes that do not fit, naming the layer and both shapes.
        RuntimeError: `backward` before `forward`.

    >>> from optimlab.nn import Linear
    >>> layer = Linear(2, 1)
    >>> layer.weight = np.array([[2.0, 3.0]])
    >>> layer.bias = np.array([1.0])
    >>> layer.params
    array([2., 3., 1.], dtype=float32)
    >>> layer.forward(np.array([[1.0, 1.0]]))
    array([[6.]], dtype=float32)
    """

    # Where it stands in a model, for messages.
    _place = ""

    def __init__(self, shapes=None, dtype=None):
        self.shapes = dict(shapes or {})
        self.dtype = None if dtype is None else float_type(dtype)
        self.buffers = {}
        self.training = True
        self._out_shape = None
        size = sum(map(math.prod, self.shapes.values()))
        self.__dict__["params"] = np.zeros(size, self.dtype)
        self.__dict__["grads"] = np.zeros(size, self.dtype)
        self._move(self.params, self.grads)

    def forward(self, x):
        """The output for x, keeping what backward needs."""
        raise NotImplementedError

    def backward(self, dout, input_grad=True):
        """Fill grads from the gradient at the output; return that at the input, or None if not wanted."""
        raise NotImplementedError

    def reset_parameters(self, rng=None):
        """Draw the parameters anew; rng is None, a seed or a NumPy Generator."""

    def train(self, mode=True):
        """Behave as in training (or not): this matters to Dropout and BatchNorm. Returns the layer."""
        self.training = bool(mode)
        return self

    def eval(self):
        """Behave as in use, after training. Returns the layer."""
        return self.train(False)

    def __call__(self, x):
        return self.forward(x)

    def state_dict(self):
        """A copy of all parameters and buffers by name, {name: array}."""
        return {name: array.copy() for name, array in {**self.views, **self.buffers}.items()}

    def load_state_dict(self, saved):
        """Copy what `state_dict` returned. Other names or shapes: ValueError, and nothing has changed."""
        mine = {**self.views, **self.buffers}
        if set(saved) != set(mine):
            raise ValueError(f"{self._who()}: arrays named {sorted(mine)} are needed, got {sorted(saved)}")
        for name, array in mine.items():
            if np.shape(saved[name]) != array.shape:
                raise ValueError(
                    f"{self._who()}: {name} of shape {array.shape} is needed, got {np.shape(saved[name])}"
                )
        for name, array in mine.items():
            array[...] = saved[name]

    def _move(self, params, grads):
        """Let params and grads live in these vectors, keeping their values."""
        params[...], grads[...] = self.params, self.grads
        views = split(params, self.shapes)
        self.__dict__.update(
            params=params, grads=grads, views=views, grad_views=split(grads, self.shapes), **views
        )

    def _cast(self, dtype):
        """Hold params, grads and buffers in another precision."""
        if self.dtype is not None:
            self.dtype = dtype
            self.buffers.update({name: array.astype(dtype) for name, array in self.buffers.items()})
            for name in ("params", "grads"):
                self.__dict__[name] = self.__dict__[name].astype(dtype)
            self._move(self.params, self.grads)

    def __getattr__(self, name):
        if name in self.__dict__.get("buffers", ()):
            return self.buffers[name]
        raise AttributeError(f"{type(self).__name__} has no {name!r}")

    def __setattr__(self, name, value):
        if name.startswith("_"):
            self.__dict__[name] = value
            return
        held = self.__dict__.get("views", {})
        target = held.get(name) if name in held else self.__dict__.get("buffers", {}).get(name)
        if name in ("params", "grads", "views", "grad_views"):
            target = self.__dict__.get(name)
        if isinstance(target, dict):
            raise AttributeError(f"{self._who()}: {name} belongs to the layer; set an array in it instead")
        if target is None:
            self.__dict__[name] = value
            return
        if np.shape(value) != target.shape:
            raise ValueError(
                f"{self._who()}: {name} of shape {target.shape} is needed, got {np.shape(value)}"
            )
        target[...] = value

    def __getstate__(self):
        # Views are made anew, so that a copied or unpickled layer shares no memory with this one.
        views = {"views", "grad_views", *self.views}
        return {name: value for name, value in self.__dict__.items() if name not in views}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._move(self.params, self.grads)

    def _who(self):
        return f"layer {self._place}, {self!r}" if self._place else repr(self)

    def _set_place(self, place):
        self._place = place

    def _fits(self, shape):
        """Whether an input may have this shape. Where not all may, `_wanted()` says in words which do."""
        return True

    def _float_input(self, x):
        """x in the layer's precision, after the checks."""
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            self._refuse(x, "input")
        if not self._fits(x.shape):
            raise ValueError(f"{self._who()}: input of shape {self._wanted()} is needed, got {x.shape}")
        return x if self.dtype is None or x.dtype == self.dtype else x.astype(self.dtype)

    def _gradient(self, dout):
        """dout in the layer's precision, after the checks."""
        if self._out_shape is None:
            raise RuntimeError(f"{self._who()}: backward needs a forward before it")
        if not isinstance(dout, np.ndarray) or dout.dtype.kind != "f":
            self._refuse(dout, "dout")
        if dout.shape != self._out_shape:
            raise ValueError(
                f"{self._who()}: dout of shape {self._out_shape} is needed, that of the output, "
                f"got {dout.shape}"
            )
        return dout if self.dtype is None or dout.dtype == self.dtype else dout.astype(self.dtype)

    def _refuse(self, x, name):
        if isinstance(x, np.ndarray):
            raise TypeError(f"{self._who()}: a float array is needed as {name}, got {x.dtype}")
        raise TypeError(f"{self._who()}: a NumPy array is needed as {name}, got {type(x).__name__}")

    def _keep(self, out, **needed):
        """The output, when it and what else backward needs are remembered."""
        self.__dict__.update(needed, _out_shape=out.shape)
        return out

    def __repr__(self):
        words = []
        for name, parameter in inspect.signature(type(self)).parameters.items():
            if name in ("shapes", "rng", "dtype", "init") or parameter.kind is parameter.VAR_POSITIONAL:
                continue
            value = getattr(self, name)
            if name == "bias":
                value = value is not None and value is not False
            if parameter.default is parameter.empty:
                words.append(repr(value))
            elif value != parameter.default:
                words.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(words)})"


def split(flat, shapes):
    """Views of a flat vector, one after the other, in the shapes of {name: shape}."""
    views, start = {}, 0
    for name, shape in shapes.items():
        stop = start + math.prod(shape)
        views[name] = flat[start:stop].reshape(shape)
        start = stop
    return views


def float_type(dtype):
    """dtype as float32 or float64; anything else is refused."""
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise TypeError(f"dtype: float32 or float64 is needed, got {np.dtype(dtype)}")
    return np.dtype(dtype)


def whole(name, value, least=1):
    """value as an int of at least `least`; anything else is refused with a sentence that names it."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name}: a whole number is needed, got {value!r}")
    if value < least:
        raise ValueError(f"{name}: a whole number of at least {least} is needed, got {value}")
    return int(value)


def pair(name, value, least=1):
    """(rows, columns) from one whole number or two."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{name}: one whole number or two are needed, got {value!r}")
    return tuple(whole(name, v, least) for v in values)
