"""What optimizers that wrap another share: the same interface, handed on to the one inside."""

from optimlab.optim import hyper
from optimlab.optim.base import _arguments, _has_schedule, _show
from optimlab.optim.settings import arrays_in, fits
from optimlab.optim.state import State, copied, kinds


class Wrapper:
    """An optimizer around another, or around a Group, with the interface of one.

    Its hyper-parameters and those of the optimizer inside are attributes of both: opt.lr is opt.optimizer.lr.
    Where both have a name, opt has its own.

    Args:
        optimizer: the optimizer inside, made with its params.
        **hyper_parameters: those of the wrapper, each a number, a schedule or an array, as in Optimizer.

    Attributes:
        optimizer: the optimizer inside.
        params, t: those of the optimizer inside.
        state: for each array, what the optimizer inside keeps and what the wrapper keeps.
    """

    def __init__(self, optimizer, **hyper_parameters):
        if isinstance(optimizer, type) or not hasattr(optimizer, "step") or not hasattr(optimizer, "params"):
            raise TypeError(f"optimizer: an optimizer is needed, made with its params, got {optimizer!r}")
        self.optimizer = optimizer
        self._names = tuple(hyper_parameters)
        for name, value in hyper_parameters.items():
            setattr(self, name, value)
        self._own_state = [State(self.init(p)) for p in self.params]
        self._values()

    def init(self, p):
        """What the wrapper itself keeps of one array: a dict of arrays."""
        return {}

    def __getattr__(self, name):
        inside = self.__dict__.get("optimizer")
        if inside is None or name not in _inside(inside):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(inside, name)

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_names", ()):
            value = hyper.check(name, value)
        elif "_own_state" in self.__dict__ and name in _inside(self.optimizer):
            setattr(self.optimizer, name, value)
            return
        super().__setattr__(name, value)

    @property
    def params(self):
        return self.optimizer.params

    @property
    def state(self):
        return [Joined(*both) for both in zip(self.optimizer.state, self._own_state, strict=True)]

    @property
    def t(self):
        return self.optimizer.t

    @t.setter
    def t(self, t):
        self.optimizer.t = t

    @property
    def hyper_parameters(self):
        """Every hyper-parameter by name, as it was given: those inside and the wrapper's own."""
        return {**_inside(self.optimizer), **self._own()}

    def now(self, name):
        """The value of a hyper-parameter in the next step, its schedule resolved."""
        if name in self._names:
            return hyper.resolve(name, getattr(self, name), self.t)
        return self.optimizer.now(name)

    def state_dict(self):
        """A copy of everything that a later run needs to go on; under "inside" that of the optimizer
        inside."""
        return {
            "optimizer": type(self).__name__,
            "t": self.t,
            "hyper_parameters": {name: copied(v) for name, v in self._own().items() if not _has_schedule(v)},
            "options": self._options(),
            "state": [{key: copied(value) for key, value in state.items()} for state in self._own_state],
            "inside": self.optimizer.state_dict(),
        }

    def load_state_dict(self, saved):
        """Go on from `state_dict()`. Raises ValueError for another optimizer's or another shape's, changing
        nothing."""
        if not isinstance(saved, dict):
            raise TypeError(f"saved: a dict made by state_dict() is needed, got {type(saved).__name__}")
        for name, mine in self.state_dict().items():
            if name not in saved:
                raise ValueError(f"saved: a dict made by state_dict() is needed, this one has no {name!r}")
            theirs = saved[name]
            if name in ("optimizer", "options") and theirs != mine:
                raise ValueError(f"saved: the {name} {mine} is needed, got {theirs}")
            if name == "state" and [kinds(s) for s in theirs] != [kinds(s) for s in mine]:
                raise ValueError(f"saved: state needs {[kinds(s) for s in mine]}, got "
                                 f"{[kinds(s) for s in theirs]} for {len(theirs)} arrays")
        if saved["t"] != saved["inside"].get("t", saved["t"]):
            raise ValueError(f"saved: t {saved['t']} is not that of the optimizer inside")
        checked = {}
        for name, value in saved["hyper_parameters"].items():
            if name not in self._names:
                raise ValueError(f"saved: {type(self).__name__} has no hyper-parameter {name!r}, got "
                                 f"{value!r}")
            checked[name] = hyper.check(name, copied(value))
        self.optimizer.load_state_dict(saved["inside"])
        for name, value in checked.items():
            setattr(self, name, value)
        self._own_state = [State({key: copied(v) for key, v in state.items()}) for state in saved["state"]]

    def __repr__(self):
        words = [f"{name}={_show(getattr(self, name))}" for name in _arguments(type(self))]
        return f"{type(self).__name__}({', '.join(words)})"

    def _own(self):
        return {name: getattr(self, name) for name in self._names}

    def _options(self):
        return {name: getattr(self, name) for name in _arguments(type(self))
                if name not in self._names and name != "optimizer"}

    def _values(self):
        """The hyper-parameters of the next step, the optimizer's inside too."""
        values = {name: self.now(name) for name in self._names}
        for name, array in arrays_in(values):
            for p in self.params:
                if not fits(array.shape, p.shape):
                    raise ValueError(f"{name}: an array of shape {array.shape} does not broadcast to params "
                                     f"of shape {p.shape}")
        return {**_merged(self.optimizer._values()), **values}

    def _check_grads(self, grads):
        self.optimizer._check_grads(grads)
        return list(grads) if isinstance(grads, (list, tuple)) else [grads]


def _inside(optimizer):
    """The hyper-parameters of the optimizer inside; those of a Group stay with its members."""
    return getattr(optimizer, "hyper_parameters", {})


def _merged(values):
    """The values of an optimizer, or of all members of a Group, as one dict."""
    if isinstance(values, dict):
        return values
    return {(i, name): v for i, part in enumerate(values) for name, v in _merged(part).items()}


class Joined(State):
    """Several states in one. What is set is set in the one that has it."""

    def __init__(self, *parts):
        super().__init__({key: value for part in parts for key, value in part.items()})
        self.parts = parts

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        for part in self.parts:
            if key in part:
                part[key] = value
