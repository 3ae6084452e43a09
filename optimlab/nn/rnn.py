"""RNN: each step mixes the input with what the step before remembered."""

import numpy as np

from optimlab.nn.recurrent import Recurrent


class RNN(Recurrent):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), PyTorch's RNN.

    Args:
        input_size, hidden_size: how many numbers come in at each step, and how many are remembered.
        num_layers: layers on top of each other, each fed with the h of the one below.
        nonlinearity: "tanh" or "relu".
        bias: whether there are biases.
        batch_first: whether x and the output are (N, T, ...) in the place of (T, N, ...).
        truncate: cut the way back every so many steps, counted from the first; None goes all the way.
        init, rng, dtype: as in Linear; by default everything starts uniform within 1 / sqrt(hidden_size).

    Shapes: x (T, N, input_size), state (num_layers, N, hidden_size); output (T, N, hidden_size) and the last
        state. weight_ih_l0 (hidden_size, input_size), weight_hh_l0 (hidden_size, hidden_size), bias_ih_l0 and
        bias_hh_l0 (hidden_size,), and so on for each layer.

    Raises:
        TypeError, ValueError: see Layer.

    >>> layer = RNN(1, 1, nonlinearity="relu", bias=False, dtype=np.float64)
    >>> layer.weight_ih_l0, layer.weight_hh_l0 = np.array([[1.0]]), np.array([[0.5]])
    >>> output, last = layer.forward(np.array([[[8.0]], [[0.0]], [[0.0]]]))
    >>> output.ravel()
    array([8., 4., 2.])
    >>> dx, dfirst = layer.backward(None, np.array([[[1.0]]]))
    >>> dx.ravel(), dfirst.ravel()
    (array([0.25, 0.5 , 1.  ]), array([0.125]))

    Sources: Elman (1990); Werbos (1990) for the way back; Williams and Peng (1990) for cutting it.
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        *,
        truncate=None,
        init="default",
        rng=None,
        dtype=np.float32,
    ):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"nonlinearity: 'tanh' or 'relu' is needed, got {nonlinearity!r}")
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, truncate, init, rng, dtype)

    def _steps(self, a, first, w_hh, b_hh):
        hs = np.empty((len(a) + 1, *first[0].shape), a.dtype)
        hs[0] = first[0]
        for t in range(len(a)):
            h = np.matmul(w_hh, hs[t], out=hs[t + 1])
            h += a[t]
            if self.nonlinearity == "tanh":
                np.tanh(h, out=h)
            else:
                np.maximum(h, 0, out=h)
        return hs, [hs[-1]], None

    def _steps_back(self, hs, memory, dout, dlast, w_hh):
        out = hs[1:]
        slope = 1 - out * out if self.nonlinearity == "tanh" else (out > 0).astype(out.dtype)
        (dh,), da, w = dlast, np.empty_like(out), np.ascontiguousarray(w_hh.T)
        for t in reversed(range(len(out))):
            if dout is not None:
                dh += dout[t]
            np.multiply(dh, slope[t], out=da[t])
            np.matmul(w, da[t], out=dh)
            if self._cuts(t):
                dh[...] = 0
        return da, da, [dh]
