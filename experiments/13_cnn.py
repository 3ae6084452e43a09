"""Five optimizers on three convolutional networks, each tuned with the same budget, then on fresh seeds.

    python experiments/13_cnn.py

Nine learning rates for each optimizer, half a decade apart, three seeds to choose among them, ten fresh ones
to judge the choice. About five minutes of one quiet core.
"""

from optimlab import compare, results

PROBLEMS = ["digits cnn", "mnist1d cnn", "fashion cnn"]
STUDY = compare.Study(PROBLEMS, compare.usual_optimizers(9), seeds=3, finals=10)


def main():
    made = STUDY.run(workers=1)
    results.save("13_cnn", STUDY.seeds[0], runs=made.plain())


if __name__ == "__main__":
    main()
