"""LSTM: a memory c that gates may keep, write and read, so that a gradient survives many steps."""

import numpy as np

from optimlab.nn.recurrent import Recurrent


class LSTM(Recurrent):
    """A recurrent layer with an input gate i, a forget gate f and an output gate o, PyTorch's LSTM.

        i, f, o = sigmoid(W_ii x + b_ii + W_hi h + b_hi), and f and o alike
        g = tanh(W_ig x + b_ig + W_hg h + b_hg)
        c = f * c + i * g
        h = o * tanh(c)

    Args, shapes and raises as in RNN (without nonlinearity), but a state is a pair (h, c), each of shape
    (num_layers, N, hidden_size), and each weight stacks the rows of i, f, g and o:
    weight_ih_l0 (4 * hidden_size, input_size), weight_hh_l0 (4 * hidden_size, hidden_size).

    >>> layer = LSTM(1, 1, dtype=np.float64)
    >>> layer.params = np.zeros(layer.params.shape)
    >>> zero = np.zeros((1, 1, 1))
    >>> output, (h, c) = layer.forward(np.zeros((2, 1, 1)), (zero, zero + 4))
    >>> c.ravel()
    array([1.])
    >>> dx, (dh0, dc0) = layer.backward(None, (zero, zero + 1))
    >>> dc0.ravel()
    array([0.25])

    Sources: Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000) for the forget gate.
    """

    gates, states = 4, 2

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        *,
        truncate=None,
        init="default",
        rng=None,
        dtype=np.float32,
    ):
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, truncate, init, rng, dtype)

    def _weights_there(self, k):
        """Gates in the order i, f, o, g, so that the three sigmoids lie together, and their weights halved.

        sigmoid(x) is (1 + tanh(x / 2)) / 2: with the halves, one tanh serves all four gates.
        """
        w_ih, w_hh, bias, _ = super()._weights_there(k)
        half = np.array([0.5, 0.5, 0.5, 1], self.dtype)[:, None, None]

        def turned(rows):
            return (rows.reshape(4, self.hidden_size, -1)[[0, 1, 3, 2]] * half).reshape(rows.shape)

        return turned(w_ih), turned(w_hh), turned(bias) if self.bias else bias, None

    def _steps(self, a, first, w_hh, b_hh):
        steps, _, n = a.shape
        hs, cs = np.empty((2, steps + 1, self.hidden_size, n), a.dtype)
        tanh_c, gates = np.empty_like(hs[1:]), np.empty((steps, 4, self.hidden_size, n), a.dtype)
        hs[0], cs[0] = first
        for t, z in enumerate(gates.reshape(a.shape)):
            np.matmul(w_hh, hs[t], out=z)
            z += a[t]
            np.tanh(z, out=z)
            sigmoids = gates[t, :3]
            sigmoids *= 0.5
            sigmoids += 0.5
            i, f, o, g = gates[t]
            c = np.multiply(f, cs[t], out=cs[t + 1])
            c += i * g
            np.tanh(c, out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=hs[t + 1])
        return hs, [hs[-1], cs[-1]], (cs, tanh_c, gates)

    def _steps_back(self, hs, memory, dout, dlast, w_hh):
        cs, tanh_c, gates = memory
        i, f, o, g = gates.transpose(1, 0, 2, 3)
        # What dc is multiplied with on its way to i, f and g, and dh on its way to o and c, for all steps.
        # The gradients take its place step by step. From here on the gates are in PyTorch's order.
        da = np.empty_like(gates)
        np.multiply(g, i * (1 - i), out=da[:, 0])
        np.multiply(cs[:-1], f * (1 - f), out=da[:, 1])
        np.multiply(i, 1 - g * g, out=da[:, 2])
        np.multiply(tanh_c, o * (1 - o), out=da[:, 3])
        to_c = o * (1 - tanh_c * tanh_c)
        (dh, dc), w = dlast, np.ascontiguousarray(w_hh.T)
        stacked = da.reshape(len(da), w.shape[1], -1)
        for t in reversed(range(len(gates))):
            if dout is not None:
                dh += dout[t]
            dc += dh * to_c[t]
            da[t, :3] *= dc
            da[t, 3] *= dh
            np.matmul(w, stacked[t], out=dh)
            dc *= f[t]
            if self._cuts(t):
                dh[...] = dc[...] = 0
        return stacked, stacked, [dh, dc]
