"""GRU: two gates decide how much of the memory each step uses and how much of it it replaces."""

import numpy as np

from optimlab.nn.activations import sigmoid
from optimlab.nn.recurrent import Recurrent


class GRU(Recurrent):
    """A recurrent layer with a reset gate r and an update gate z, PyTorch's GRU.

        r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
        z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
        n = tanh(W_in x + b_in + r * (W_hn h + b_hn))
        h = (1 - z) * n + z * h

    Args, shapes and raises as in RNN (without nonlinearity); each weight stacks the rows of r, z and n:
    weight_ih_l0 (3 * hidden_size, input_size), weight_hh_l0 (3 * hidden_size, hidden_size).

    >>> layer = GRU(1, 1, dtype=np.float64)
    >>> layer.params = np.zeros(layer.params.shape)
    >>> output, last = layer.forward(np.zeros((2, 1, 1)), np.array([[[8.0]]]))
    >>> output.ravel()
    array([4., 2.])
    >>> dx, dfirst = layer.backward(None, np.array([[[1.0]]]))
    >>> dfirst.ravel()
    array([0.25])

    Source: Cho et al. (2014).
    """

    gates = 3

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
        return self._weights(self.views, k)

    def _steps(self, a, first, w_hh, b_hh):
        steps, n = len(a), a.shape[2]
        a = a.reshape(steps, 3, self.hidden_size, n)
        hs = np.empty((steps + 1, self.hidden_size, n), a.dtype)
        rzn, brought = np.empty_like(a), np.empty_like(a)
        hs[0] = first[0]
        for t in range(steps):
            b = brought[t]
            b[...] = (w_hh @ hs[t] + b_hh).reshape(b.shape)
            rz = np.add(a[t, :2], b[:2], out=rzn[t, :2])
            rz[...] = sigmoid(rz)
            r, z = rz
            new = np.multiply(r, b[2], out=rzn[t, 2])
            new += a[t, 2]
            np.tanh(new, out=new)
            h = np.subtract(hs[t], new, out=hs[t + 1])
            h *= z
            h += new
        return hs, [hs[-1]], (rzn, brought[:, 2])

    def _steps_back(self, hs, memory, dout, dlast, w_hh):
        rzn, brought = memory
        r, z, new = rzn[:, 0], rzn[:, 1], rzn[:, 2]
        # What dh is multiplied with on its way to each gate, for all steps at once.
        to_new = (1 - z) * (1 - new * new)
        to_gates = np.empty_like(rzn)
        to_gates[:, 0] = to_new * brought * r * (1 - r)
        to_gates[:, 1] = (hs[:-1] - new) * z * (1 - z)
        to_gates[:, 2] = to_new * r
        (dh,), da_h, da_x, w = dlast, np.empty_like(rzn), np.empty_like(rzn), np.ascontiguousarray(w_hh.T)
        for t in reversed(range(len(rzn))):
            if dout is not None:
                dh += dout[t]
            np.multiply(dh, to_gates[t], out=da_h[t])
            np.multiply(dh, to_new[t], out=da_x[t, 2])
            dh *= z[t]
            dh += w @ da_h[t].reshape(w.shape[1], -1)
            if self._cuts(t):
                dh[...] = 0
        da_x[:, :2] = da_h[:, :2]
        shape = (len(rzn), w.shape[1], -1)
        return da_x.reshape(shape), da_h.reshape(shape), [dh]
