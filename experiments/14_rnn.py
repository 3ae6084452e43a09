"""Five optimizers on four recurrent networks, each tuned with the same budget, then on fresh seeds.

    python experiments/14_rnn.py

Nine learning rates for each optimizer, half a decade apart, three seeds to choose among them, ten fresh ones
to judge the choice. About five minutes of one core.
"""

from optimlab import compare, results

PROBLEMS = ["sunspots rnn", "sunspots lstm", "novel rnn", "novel lstm"]
STUDY = compare.Study(PROBLEMS, compare.usual_optimizers(9), seeds=3, finals=10)


def main():
    made = STUDY.run(workers=1)
    results.save("14_rnn", STUDY.seeds[0], runs=made.plain())


if __name__ == "__main__":
    main()
