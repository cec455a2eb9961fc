"""Planted regressions: what the gate catches and what it lets pass, over simulated pull requests.

    python tests/benchmarks/gate/run.py [--pulls 200] [--documents 150] [--seed 0]

With --harmless only those are judged that should pass: how rare false alarms are shows over many.
With --mild only real losses near the rules' deltas, which should warn at least.
Ctrl-C ends it early, with what was judged so far.
README.md beside this file has the figures.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from planted import MILD, PULLS, Rate, simulate, table

from accord.corpus import read_corpus

ROOT = Path(__file__).parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pulls", type=int, default=200)
    parser.add_argument("--documents", type=int, default=150)
    parser.add_argument("--projects", type=int, help="default: one for 20 pull requests")
    parser.add_argument("--seed", type=int, default=0)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--harmless", action="store_true", help="only those that should pass")
    only.add_argument("--mild", action="store_true", help="losses that should warn at least")
    parser.add_argument("--json", action="store_true", help="counts as JSON instead of the table")
    arguments = parser.parse_args()
    kinds = MILD if arguments.mild else PULLS
    if arguments.harmless:
        kinds = tuple(kind for kind in PULLS if kind.should == "pass")
    rates = {kind.name: Rate() for kind in kinds}

    def listen(so_far: Mapping[str, Rate]) -> None:
        rates.update(so_far)
        print(f"{sum(rate.pulls for rate in rates.values())} judged", file=sys.stderr)

    with suppress(KeyboardInterrupt):
        simulate(
            read_corpus(ROOT),
            pulls=arguments.pulls,
            documents=arguments.documents,
            projects=arguments.projects or max(1, arguments.pulls // 20),
            seed=arguments.seed,
            kinds=kinds,
            listener=listen,
        )
    if arguments.json:
        print(json.dumps({name: vars(rate) for name, rate in rates.items()}))
    else:
        print(table(rates, kinds))


if __name__ == "__main__":
    main()
