"""What RNN, GRU and LSTM share: many steps, several layers, and the way back through time.

Inside, time comes first: (T, N, features). Whatever does not wait for the step before it is done for all
steps at once, in one matrix product; only the rest runs step by step.
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
        x = self._float_input(
            x, lambda s: len(s) == 3 and s[2] == self.input_size and min(s[:2]) > 0, self._wanted()
        )
        if self.batch_first:
            x = x.transpose(1, 0, 2)
        first = self._check_state(state, "state", x.shape[1])
        out, self._kept, last = np.ascontiguousarray(x), [], []
        for k in range(self.num_layers):
            w_ih, w_hh, b_ih, b_hh = self._weights(self.views, k)
            inputs = out
            a = inputs.reshape(-1, inputs.shape[2]) @ w_ih.T
            a += b_ih
            a = a.reshape(*inputs.shape[:2], -1)
            hs, ends, memory = self._steps(a, [part[k] for part in first], w_hh, b_hh)
            self._kept.append((inputs, hs, memory))
            last.append(ends)
            out = hs[1:]
        out = out.transpose(1, 0, 2) if self.batch_first else out
        return self._keep_shape(out), self._as_given([np.stack(parts) for parts in zip(*last, strict=True)])

    def backward(self, dout, dstate=None, input_grad=True):
        if dout is not None or self._out_shape is None:
            dout = self._gradient(dout)
            dout = dout.transpose(1, 0, 2) if self.batch_first else dout
        dlast = self._check_state(dstate, "dstate", self._kept[0][0].shape[1])
        dfirst = []
        for k in reversed(range(self.num_layers)):
            inputs, hs, memory = self._kept[k]
            w_ih, w_hh, _, _ = self._weights(self.views, k)
            da_x, da_h, dends = self._steps_back(hs, memory, dout, [part[k].copy() for part in dlast], w_hh)
            self._fill(k, flat(da_x), flat(da_h), flat(inputs), flat(hs[:-1]))
            dfirst.append(dends)
            dout = (flat(da_x) @ w_ih).reshape(inputs.shape) if k or input_grad else None
        dx = dout if dout is None or not self.batch_first else dout.transpose(1, 0, 2)
        return dx, self._as_given([np.stack(parts[::-1]) for parts in zip(*dfirst, strict=True)])

    def _fill(self, k, da_x, da_h, inputs, before):
        w_ih, w_hh, b_ih, b_hh = self._weights(self.grad_views, k)
        np.matmul(da_x.T, inputs, out=w_ih)
        np.matmul(da_h.T, before, out=w_hh)
        if self.bias:
            np.sum(da_x, axis=0, out=b_ih)
            np.sum(da_h, axis=0, out=b_hh)

    def _steps(self, a, first, w_hh, b_hh):
        """All steps of one layer.

        Args: a (T, N, gates * H), what the inputs bring; first, the state arrays (N, H); weights.
        Returns: h at steps 0 to T, shape (T + 1, N, H); the last state arrays; what `_steps_back` needs.
        """
        raise NotImplementedError

    def _steps_back(self, hs, memory, dout, dlast, w_hh):
        """The way back. dout (T, N, H) or None; dlast, gradients at the last state, which it may change.

        Returns: gradients at `a` and at what h brings, each (T, N, gates * H); those at the first state.
        """
        raise NotImplementedError

    def _cuts(self, t):
        """Whether the gradient stops between step t and the one before it."""
        return bool(self.truncate) and t > 0 and t % self.truncate == 0

    def _weights(self, views, k):
        zero = np.zeros(1, self.dtype)
        names = ("weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l")
        return [views.get(f"{name}{k}", zero) for name in names]

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
            self._check_float(part, name)
            if part.shape != shape:
                raise ValueError(f"{self._who()}: {name} of shape {shape} is needed, got {part.shape}")
        return [part.astype(self.dtype, copy=False) for part in parts]

    def _as_given(self, parts):
        return parts[0] if self.states == 1 else tuple(parts)

    def _wanted(self):
        return f"({'N, T' if self.batch_first else 'T, N'}, {self.input_size})"


def flat(x):
    """(T, N, features) -> (T * N, features).

    >>> flat(np.zeros((2, 3, 4))).shape
    (6, 4)
    """
    return x.reshape(-1, x.shape[2])
