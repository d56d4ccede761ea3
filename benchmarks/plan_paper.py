"""The price of the paper's full grid: what `companion plan` estimates for a device that is stated.

    python benchmarks/plan_paper.py [--device h200]

Writes ``results/benchmarks/plan_paper.json``: sums over the experiments, by model, data set and
stage, and what they rest on.
"""

import argparse

from helpers.foundation import paths, store
from helpers.planning import plan


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="h200")
    options = parser.parse_args()
    made = plan.make_plan("paper", device=options.device)
    target = paths.benchmark_file(__file__)
    store.write_json(target, made | {"stages": plan.summary(made).to_dict("records")})
    print(plan.as_text(made))
    print(f"The result: {target}")


if __name__ == "__main__":
    main()
