"""What RNN, GRU and LSTM share: many steps, several layers, and the way back through time.

Inside, time comes first and the examples last: (T, features, N), so that each gate is an unbroken piece of
memory. Whatever does not wait for the step before it is done for all steps at once; only the rest runs step
by step. The door has PyTorch's shapes, as views of that memory.
"""

import math

import numpy as np

from optimlab.nn import init as start
from optimlab.nn.layer import Layer, whole


class Recurrent(Layer):
    """A recurrent layer. A subclass gives `gates`, `states`, `_steps` and `_steps_back`.

    `forward(x, state=None)` returns (output, last state), as in PyTorch; `backward(dout, dstate=None)` takes
    the gradients at both and returns those at x and at the first state. Either may be None, for zeros.
    """

    # Blocks of hidden_size rows in each weight, and arrays that make up a state.
    gates, states = 1, 1

    def __init__(self, input_size, hidden_size, num_layers, bias, batch_first, truncate, init, rng, dtype):
        self.input_size, self.hidden_size = whole("input_size", input_size), whole("hidden_size", hidden_size)
        self.num_layers = whole("num_layers", num_layers)
        self.bias, self.batch_first = bool(bias), bool(batch_first)
        self.truncate = None if truncate is None else whole("truncate", truncate)
        self.init = init
        rows, shapes = self.gates * self.hidden_size, {}
        for k in range(self.num_layers):
            shapes[f"weight_ih_l{k}"] = (rows, self.hidden_size if k else self.input_size)
            shapes[f"weight_hh_l{k}"] = (rows, self.hidden_size)
            if self.bias:
                shapes[f"bias_ih_l{k}"] = shapes[f"bias_hh_l{k}"] = (rows,)
        super().__init__(shapes, dtype)
        self.reset_parameters(rng)

    def reset_parameters(self, rng=None):
        rng, bound = np.random.default_rng(rng), 1 / math.sqrt(self.hidden_size)
        if self.init == "default":
            self.params = rng.uniform(-bound, bound, self.params.shape)
        else:
            start.fill(self, rng, 0)

    def forward(self, x, state=None):
        x = self._float_input(x)
        out = self._inside(x)
        first = self._check_state(state, "state", out.shape[2])
        kept, last = [], []
        for k in range(self.num_layers):
            w_ih, w_hh, b_ih, b_hh = self._weights_there(k)
            a = w_ih @ out
            a += b_ih
            hs, ends, memory = self._steps(a, [part[k].T for part in first], w_hh, b_hh)
            kept.append((out, hs, memory))
            last.append(ends)
            out = hs[1:]
        return self._keep(self._outside(out), _kept=kept), self._state(last)

    def backward(self, dout, dstate=None, input_grad=True):
        if dout is not None or self._out_shape is None:
            dout = self._inside(self._gradient(dout))
        dlast = self._check_state(dstate, "dstate", self._kept[0][0].shape[2])
        dfirst = []
        for k in reversed(range(self.num_layers)):
            inputs, hs, memory = self._kept[k]
            w_ih, w_hh, _, _ = self._weights(self.views, k)
            ends = [np.array(part[k].T, order="C") for part in dlast]
            da_x, da_h, dends = self._steps_back(hs, memory, dout, ends, w_hh)
            self._fill(k, da_x, da_h, inputs, hs[:-1])
            dfirst.append(dends)
            dout = w_ih.T @ da_x if k or input_grad else None
        return None if dout is None else self._outside(dout), self._state(dfirst[::-1])

    def _fill(self, k, da_x, da_h, inputs, before):
        w_ih, w_hh, b_ih, b_hh = self._weights(self.grad_views, k)
        side_by_side = together(da_x)
        np.matmul(side_by_side, together(inputs).T, out=w_ih)
        if self.bias:
            np.sum(side_by_side, axis=1, keepdims=True, out=b_ih)
        if da_h is not da_x:
            side_by_side = together(da_h)
        np.matmul(side_by_side, together(before).T, out=w_hh)
        if self.bias:
            b_hh[...] = b_ih if da_h is da_x else side_by_side.sum(axis=1, keepdims=True)

    def _inside(self, x):
        return np.ascontiguousarray(x.transpose(1, 2, 0) if self.batch_first else x.transpose(0, 2, 1))

    def _outside(self, x):
        return x.transpose(2, 0, 1) if self.batch_first else x.transpose(0, 2, 1)

    def _state(self, layers):
        """PyTorch's state from the state arrays (H, N) of each layer."""
        parts = [np.stack([part.T for part in arrays]) for arrays in zip(*layers, strict=True)]
        return parts[0] if self.states == 1 else tuple(parts)

    def _steps(self, a, first, w_hh, b_hh):
        """All steps of one layer.

        Args: a (T, gates * H, N), what the inputs bring; first, the state arrays (H, N); weights.
        Returns: h at steps 0 to T, shape (T + 1, H, N); the last state arrays; what `_steps_back` needs.
        """
        raise NotImplementedError

    def _steps_back(self, hs, memory, dout, dlast, w_hh):
        """The way back. dout (T, H, N) or None; dlast, gradients at the last state, which it may change.

        Returns: gradients at `a` and at what h brings, each (T, gates * H, N); those at the first state.
        """
        raise NotImplementedError

    def _cuts(self, t):
        """Whether the gradient stops between step t and the one before it."""
        return bool(self.truncate) and t > 0 and t % self.truncate == 0

    def _weights(self, views, k):
        """(W_ih, W_hh, b_ih, b_hh) of a layer, the biases as columns."""
        zero = np.zeros(1, self.dtype)
        weights = [views[f"{name}{k}"] for name in ("weight_ih_l", "weight_hh_l")]
        return weights + [views.get(f"{name}{k}", zero)[:, None] for name in ("bias_ih_l", "bias_hh_l")]

    def _weights_there(self, k):
        """The weights as the way there uses them. Where both biases only add up, they do so here, once."""
        w_ih, w_hh, b_ih, b_hh = self._weights(self.views, k)
        return w_ih, w_hh, b_ih + b_hh, None

    def _check_state(self, state, name, n):
        """A list of the arrays that make up a state, zeros for None."""
        shape = (self.num_layers, n, self.hidden_size)
        if state is None:
            return [np.zeros(shape, self.dtype)] * self.states
        parts = [state] if self.states == 1 else state
        if not isinstance(parts, (list, tuple)) or len(parts) != self.states:
            raise TypeError(
                f"{self._who()}: {name} of {self.states} arrays (h, c) is needed, got {type(state).__name__}"
            )
        for part in parts:
            if not isinstance(part, np.ndarray) or part.dtype.kind != "f":
                self._refuse(part, name)
            if part.shape != shape:
                raise ValueError(f"{self._who()}: {name} of shape {shape} is needed, got {part.shape}")
        return [part.astype(self.dtype, copy=False) for part in parts]

    def _fits(self, shape):
        return len(shape) == 3 and shape[2] == self.input_size and min(shape[:2]) > 0

    def _wanted(self):
        return f"({'N, T' if self.batch_first else 'T, N'}, {self.input_size})"


def together(x):
    """(T, features, N) -> (features, T * N), all steps side by side.

    >>> together(np.arange(4).reshape(2, 1, 2))
    array([[0, 1, 2, 3]])
    """
    return x.transpose(1, 0, 2).reshape(x.shape[1], -1)
