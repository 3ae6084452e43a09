"""The two networks of the fair race: every optimizer at every learning rate of the race, with ten seeds.

    python experiments/17_fair_race.py

`scores` holds validation losses: problem -> optimizer -> [learning rate][seed][measured step], null from
where a run has diverged. The first five seeds choose a learning rate, the last five judge it. About four
minutes.
"""

from optimlab import compare, results
from optimlab.live.race import LRS, RUNNERS

SEEDS, FRESH = list(range(5)), list(range(1000, 1005))
# The study's name for it, its epochs, and every how many of them are kept.
PROBLEMS = {"moons net": ("moons mlp", 20, 2), "digits net": ("digits mlp", 5, 1)}


def main():
    scores, steps = {}, {}
    for problem, (named, epochs, every) in PROBLEMS.items():
        settings = [{"lr": lr} for lr in LRS]
        study = compare.Study(compare.named(named, epochs=epochs), {name: settings for name in RUNNERS},
                              [*SEEDS, *FRESH], finals=0)
        runs = {(one.optimizer, one.setting["lr"], one.seed): one for one in study.run().results}
        count = len(next(iter(runs.values())).steps)
        steps[problem] = next(one for one in runs.values() if len(one.steps) == epochs + 1).steps[::every]
        scores[problem] = {
            name: [[along(runs[name, lr, seed], steps[problem]) for seed in (*SEEDS, *FRESH)] for lr in LRS]
            for name in RUNNERS}
        print(problem, count, "points a run", flush=True)
    results.save("17_fair_race", [*SEEDS, *FRESH], lrs=LRS, steps=steps, scores=scores)


def along(run, steps):
    """The score at these steps, null where it is no longer finite."""
    measured = dict(zip(run.steps, run.scores, strict=True))
    return [float(f"{measured[step]:.4g}") if step in measured else None for step in steps]


if __name__ == "__main__":
    main()
