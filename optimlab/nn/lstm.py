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

    def _steps(self, a, first, w_hh, b_hh):
        steps, n, size = a.shape[0], a.shape[1], self.hidden_size
        hs, cs = np.empty((2, steps + 1, n, size), a.dtype)
        tanh_c, gates = np.empty((steps, n, size), a.dtype), np.empty_like(a)
        hs[0], cs[0] = first
        # sigmoid(x) is (1 + tanh(x / 2)) / 2, so with these halves one tanh serves all four gates.
        half = np.repeat(np.array([0.5, 0.5, 1, 0.5], a.dtype), size)
        shift = 1 - half
        a += b_hh
        a *= half
        w = w_hh.T * half
        for t in range(steps):
            z = np.matmul(hs[t], w, out=gates[t])
            z += a[t]
            np.tanh(z, out=z)
            z *= half
            z += shift
            i, f, g, o = four(z)
            c = np.multiply(f, cs[t], out=cs[t + 1])
            c += i * g
            np.tanh(c, out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=hs[t + 1])
        return hs, [hs[-1], cs[-1]], (cs, tanh_c, gates)

    def _steps_back(self, hs, memory, dout, dlast, w_hh):
        cs, tanh_c, gates = memory
        i, f, g, o = four(gates)
        # What dc is multiplied with on its way to i, f and g, and dh on its way to o and c, for all steps.
        to_gates = np.empty_like(gates)
        to_i, to_f, to_g, to_o = four(to_gates)
        np.multiply(g, i * (1 - i), out=to_i)
        np.multiply(cs[:-1], f * (1 - f), out=to_f)
        np.multiply(i, 1 - g * g, out=to_g)
        np.multiply(tanh_c, o * (1 - o), out=to_o)
        to_c = o * (1 - tanh_c * tanh_c)
        (dh, dc), da, size = dlast, np.empty_like(gates), self.hidden_size
        for t in reversed(range(len(gates))):
            if dout is not None:
                dh += dout[t]
            dc += dh * to_c[t]
            for k, d in enumerate((dc, dc, dc, dh)):
                part = np.s_[t, :, k * size : (k + 1) * size]
                np.multiply(d, to_gates[part], out=da[part])
            np.matmul(da[t], w_hh, out=dh)
            dc *= f[t]
            if self._cuts(t):
                dh[...] = dc[...] = 0
        return da, da, [dh, dc]


def four(gates):
    """The four gates along the last axis, as views.

    >>> [part.tolist() for part in four(np.arange(8))]
    [[0, 1], [2, 3], [4, 5], [6, 7]]
    """
    size = gates.shape[-1] // 4
    return [gates[..., k * size : (k + 1) * size] for k in range(4)]
