"""Five optimizers on four recurrent networks, each tuned with the same budget, then on fresh seeds.

    python experiments/14_rnn.py

Nine learning rates for each optimizer, half a decade apart, three seeds to choose among them, ten fresh ones
to judge the choice. On text, gradients are short and clipped ones too, and SGD and momentum want rates ten
times as large; their grids lie a decade higher there. About six minutes of one quiet core.
"""

from optimlab import compare, results

RATES = compare.usual_optimizers(9)
HIGHER = {"SGD": compare.lrs(1e-2, 100, 9),
          "momentum": ("SGD", compare.lrs(1e-3, 10, 9) * {"momentum": [0.9]})}
SERIES = compare.Study(["sunspots rnn", "sunspots lstm"], RATES, seeds=3, finals=10)
TEXT = compare.Study(["novel rnn", "novel lstm"], {**RATES, **HIGHER}, seeds=3, finals=10)


def main():
    runs = [one for study in (SERIES, TEXT) for one in study.run(workers=1).plain()]
    results.save("14_rnn", SERIES.seeds[0], runs=runs)


if __name__ == "__main__":
    main()
