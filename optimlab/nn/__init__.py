"""Networks in NumPy: layers with a hand-written forward and backward, and models over one vector of params.

>>> import numpy as np
>>> from optimlab import Adam, nn
>>> rng = np.random.default_rng(0)
>>> x = rng.standard_normal((200, 2))
>>> y = (x[:, 0] * x[:, 1] > 0).astype(int)
>>> model = nn.MLP(2, 16, 2, rng=0)
>>> opt = Adam(model.params, lr=0.05)
>>> for step in range(100):
...     loss = model.loss(x, y)
...     opt.step(model.grads)
>>> bool((model.predict(x).argmax(axis=1) == y).mean() > 0.97)
True
"""

from optimlab.nn import init
from optimlab.nn.activations import ReLU, Sigmoid, Tanh
from optimlab.nn.batch_norm import BatchNorm1d, BatchNorm2d
from optimlab.nn.conv import Conv1d, Conv2d
from optimlab.nn.dropout import Dropout
from optimlab.nn.embedding import Embedding
from optimlab.nn.flatten import Flatten
from optimlab.nn.gelu import GELU
from optimlab.nn.gru import GRU
from optimlab.nn.layer import Layer
from optimlab.nn.layer_norm import LayerNorm
from optimlab.nn.linear import Linear
from optimlab.nn.loss import CrossEntropyLoss, MSELoss
from optimlab.nn.lstm import LSTM
from optimlab.nn.model import Model, Sequential
from optimlab.nn.models import CNN, MLP, CharModel, RecurrentClassifier, chebyshev_net
from optimlab.nn.pool import AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d
from optimlab.nn.rnn import RNN

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "CNN",
    "CharModel",
    "Conv1d",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Flatten",
    "GELU",
    "GRU",
    "LSTM",
    "Layer",
    "LayerNorm",
    "Linear",
    "MLP",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "Model",
    "RNN",
    "ReLU",
    "RecurrentClassifier",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "chebyshev_net",
    "init",
]
