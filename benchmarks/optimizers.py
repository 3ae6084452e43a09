"""How long a step takes beside torch.optim on this machine, on one thread, in float32.

    python benchmarks/optimizers.py                   both tables
    python benchmarks/optimizers.py --only Adam SGD   some optimizers
    python benchmarks/optimizers.py --check           and exit 1 where a target is missed

The first table steps one array. The second steps a network's parameters: our one flat vector beside torch's
100 tensors of the same total size. Times are CPU time of the one thread that steps. Every round times all
contestants in turn, and a ratio is the median over rounds of ours divided by theirs in the same round, so
that a slow moment of the machine hits both. The floor is what the step's reads and writes (params, grads and
states) cost at the speed of a plain copy of arrays of that size.
"""

import argparse
import os
import statistics
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

import optimlab.optim as ours  # noqa: E402

SETTINGS = {
    "SGD": {"lr": 1e-6, "momentum": 0.9},
    "Adagrad": {"lr": 1e-6},
    "RMSprop": {"lr": 1e-6},
    "Adam": {"lr": 1e-6},
    "AdamW": {"lr": 1e-6},
}
# How often a step goes over an array in memory: (ours, torch's default). One of ours is the check that the
# gradients are finite, which torch leaves out; torch multiplies and adds in one pass, NumPy in two.
PASSES = {"SGD": (5, 3), "Adagrad": (8, 4), "RMSprop": (10, 5), "Adam": (13, 7), "AdamW": (14, 8)}
MODES = {"default": {}, "foreach": {"foreach": True}, "fused": {"fused": True}}
SIZES = (1, 10, 100, 1000, 10**4, 10**5, 10**6, 10**7)
NETWORK_SIZES = (1000, 10**4, 10**5)


def targets(size, network):
    """{mode: largest ratio} that the course promises."""
    if network:
        return {"default": 0.1, "fused": 0.5}
    return {"default": 1.0 if size <= 10**5 else 1.3}


def our_step(name, size):
    rng = np.random.default_rng(0)
    optimizer = getattr(ours, name)(rng.random(size, np.float32), **SETTINGS[name])
    grads = rng.random(size, np.float32)
    return lambda: optimizer.step(grads)


def torch_step(name, size, tensors, mode):
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    params = [torch.nn.Parameter(torch.rand(size // tensors)) for _ in range(tensors)]
    for p in params:
        p.grad = torch.rand(size // tensors)
    try:
        optimizer = getattr(torch.optim, name)(params, **SETTINGS[name], **MODES[mode])
    except TypeError:
        return None  # this one has no fused form
    return optimizer.step


def floor_seconds(name, size):
    """Seconds that moving a step's bytes would take: params and each state read and written, grads read."""
    optimizer = getattr(ours, name)(np.zeros(2, np.float32), **SETTINGS[name])
    streams = 3 + 2 * len(optimizer.state[0])
    source, target = np.ones(size, np.float32), np.ones(size, np.float32)
    seconds = min(timed(lambda: np.copyto(target, source), max(3, 10**5 // size)) for _ in range(5))
    return seconds * streams / 2  # a copy reads one array and writes one


def timed(call, times):
    start = time.thread_time()
    for _ in range(times):
        call()
    return (time.thread_time() - start) / times


def compare(name, size, tensors, rounds):
    """Median seconds of each contestant and median ratios of ours to theirs."""
    calls = {"ours": our_step(name, size)}
    for mode in MODES:
        step = torch_step(name, size, tensors, mode)
        if step:
            calls[mode] = step
    times = {}
    for who, call in calls.items():
        timed(call, 3)
        times[who] = max(3, int(0.02 / timed(call, 3)))
    seconds = {who: [] for who in calls}
    for _ in range(rounds):
        for who, call in calls.items():
            seconds[who].append(timed(call, times[who]))
    ratios = {
        who: statistics.median(a / b for a, b in zip(seconds["ours"], seconds[who], strict=True))
        for who in calls
        if who != "ours"
    }
    return {who: statistics.median(s) for who, s in seconds.items()}, ratios


def microseconds(seconds):
    us = seconds * 1e6
    return f"{us:.1f}" if us < 100 else f"{us:.0f}"


def table(network, names, sizes, rounds):
    """Print one table; return the rows that miss a target, and {(name, size): ratio} to torch's default."""
    what = "our flat vector, torch's 100 tensors" if network else "one array"
    print(f"\n{what}: microseconds a step, and ours divided by torch's\n")
    print(
        "| optimizer | elements | ours | torch | foreach | fused | floor "
        "| / torch | / foreach | / fused | target |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|:--|")
    missed, ratios_to_default = [], {}
    for name in names:
        for size in sizes:
            seconds, ratios = compare(name, size, 100 if network else 1, rounds)
            ratios_to_default[name, size] = ratios["default"]
            wanted = targets(size, network)
            late = [mode for mode, limit in wanted.items() if ratios.get(mode, 0) > limit]
            missed += [(name, size, mode, ratios[mode]) for mode in late]
            cells = [name, f"{size:.0e}".replace("e+0", "e"), microseconds(seconds["ours"])]
            cells += [microseconds(seconds[mode]) if mode in seconds else "" for mode in MODES]
            cells += [microseconds(floor_seconds(name, size))]
            cells += [f"{ratios[mode]:.2f}" if mode in ratios else "" for mode in MODES]
            limits = ", ".join(f"{limit} of {mode}" for mode, limit in wanted.items() if mode in ratios)
            cells += [f"{limits}: {'missed' if late else 'met'}"]
            print("|", " | ".join(cells), "|", flush=True)
    return missed, ratios_to_default


def needs(name, size, ratio):
    """One sentence: what a step that is slower than torch's default would need to be as fast."""
    ours, theirs = PASSES[name]
    enough = int(ours / ratio)
    return (f"{name} with {size:.0e} elements needs {1 - 1 / ratio:.0%} less time to reach 1.0: about "
            f"{enough} passes over the arrays in the place of {ours} (torch makes {theirs})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=list(SETTINGS), choices=list(SETTINGS), metavar="NAME")
    parser.add_argument("--sizes", nargs="+", type=float, default=None)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument(
        "--network", choices=["only", "no"], default=None, help="only the second table, or not"
    )
    parser.add_argument("--check", action="store_true", help="exit 1 where a target is missed")
    options = parser.parse_args()
    import torch

    print(f"numpy {np.__version__}, torch {torch.__version__}, {os.cpu_count()} CPUs, one thread used")
    sizes = [int(size) for size in options.sizes or ()]
    missed = []
    if options.network != "only":
        late, ratios = table(False, options.only, sizes or SIZES, options.rounds)
        missed += late
        above = [needs(name, size, ratio) for (name, size), ratio in ratios.items() if ratio > 1]
        print("\n" + "\n".join(above or ["every row is at 1.0 of torch's default or below"]))
    if options.network != "no":
        missed += table(True, options.only, sizes or NETWORK_SIZES, options.rounds)[0]
    for name, size, mode, ratio in missed:
        print(f"missed: {name} with {size} elements took {ratio:.2f} of torch's {mode}")
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
