"""What `accord doccano` takes for many documents: time, memory and requests of each command.

    python tests/benchmarks/doccano/run.py [--documents 2000] [--share 0.1] [--seed 0]

Starts a private server with an empty database, works on an invented corpus, and removes both.
README.md beside this file has the figures.
"""

import argparse
import json
import os
import random
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "bridges" / "doccano"))
from doccano_page import Annotator, log_in
from invented import documents, write_corpus
from measured import Bench, Took, server

from accord.bridges.doccano.accounts import read_accounts
from accord.bridges.doccano.labels import of_layer

ROOT = Path(__file__).parents[3]
MEMBERS = ("ann", "bob")
_GOLD = ("--layer", "gold")
_FEW = "news/000/0000*"  # ten documents: each label of theirs is a request
_BOTH = ("--member", "ann", "--member", "bob")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, default=2000, help="a multiple of 500")
    parser.add_argument("--share", type=float, default=0.1, help="labelled by each of two members")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--environments", type=Path, default=ROOT / ".venv-doccano")
    parser.add_argument("--json", action="store_true", help="figures as JSON instead of the table")
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("ACCORD_DOCCANO_")]:
        del os.environ[name]
    # The server that this starts has to end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder) / "root", Path(folder) / "data", arguments.environments)
        write_corpus(bench.root, arguments.documents, arguments.seed)
        with server(bench.data, bench.environments, MEMBERS) as url:
            steps = measure(bench, url, arguments)
    if arguments.json:
        print(json.dumps([asdict(took) for took in steps]))
    else:
        print(table(steps, arguments.documents))


def measure(bench: Bench, url: str, arguments: argparse.Namespace) -> list[Took]:
    count = arguments.documents
    steps = []

    def step(title: str, command: str, project: str, *words: str, kill_at: str = "") -> Took:
        took = bench.accord(title, command, project, *words, kill_at=kill_at)
        print(f"{took.output[-200:]}{row(took, count)}", file=sys.stderr, flush=True)
        steps.append(took)
        return took

    took = step("push, gold as the pusher's labels", "push", "whole", *_GOLD)
    expect(took, f"{count} documents uploaded, 0 there already")
    assert took.progress >= 5, "it showed no progress"
    expect(step("the same again", "push", "whole", *_GOLD), f"0 documents uploaded, {count} there")
    step("status", "status", "whole")
    took = step("push for two members, no labels", "push", "members", *_BOTH)
    expect(took, f"{count} documents uploaded, 0 there already")
    few = ("--split", _FEW, *_GOLD, *_BOTH)
    expect(step("gold of 10 documents for both", "push", "members", *few), "bob: labels")
    expect(step("the same again", "push", "members", *few), "0 documents uploaded")
    share = label(bench, url, arguments)
    expect(step("pull", "pull", "members"), f"{2 * len(share)} documents changed")
    expect(step("pull again", "pull", "members"), "0 documents changed")
    kill = f"documents {2 * count // 5}/"
    took = step("push, killed in the uploads", "push", "killed", *_GOLD, kill_at=kill)
    assert took.code < 0, "it was not killed"
    step("and once more", "push", "killed", *_GOLD)
    took = step("gold of 10 for one, killed", "push", "killed", *few[:-2], kill_at="labels 4/")
    assert took.code < 0, "it was not killed"
    step("and once more", "push", "killed", *few[:-2])
    gold = [of_layer(*item) for item in documents(count, arguments.seed)]
    with Annotator(url, cookies(bench, url, "admin"), "killed") as page:
        there = page._get("/examples", limit=count + 1000)["results"]
        assert len(there) == count, f"{len(there)} examples of {count} documents"
        assert len({e["meta"]["meta"]["external_id"] for e in there}) == count
        for member, labels in (("admin", gold), ("ann", gold[:10])):
            marks = sum(page._get("/metrics/span-distribution")[member].values())
            arrows = sum(page._get("/metrics/relation-distribution")[member].values())
            assert marks == sum(len(each.marks) for each in labels), member
            assert arrows == sum(len(each.arrows) for each in labels), member
    expect(step("and again", "push", "killed", *_GOLD), f"0 documents uploaded, {count} there")
    return steps


def label(bench: Bench, url: str, arguments: argparse.Namespace) -> list[str]:
    """Each member removes a suggestion of the same share of documents, and finishes them."""
    draw = random.Random(arguments.seed)  # noqa: S311
    part = arguments.share
    for member in MEMBERS:
        with Annotator(url, cookies(bench, url, member), "members") as page:
            known = page.examples()
            chosen = sorted(draw.sample(sorted(known), max(1, round(part * len(known)))))
            for name in chosen:
                number = known[name]["id"]
                spans = page._get(f"/examples/{number}/spans")
                if spans:
                    page._delete(f"/examples/{number}/spans/{spans[0]['id']}")
                page._post(f"/examples/{number}/states")
    return chosen


def cookies(bench: Bench, url: str, name: str) -> object:
    return log_in(url, name, read_accounts(bench.data)[name])


def expect(took: Took, words: str) -> None:
    assert words in took.output, f"{took.step}: {words!r} is not in {took.output!r}"


def table(steps: list[Took], count: int) -> str:
    lines = [
        f"{count} documents",
        "",
        "| | wall s | CPU s: Accord | worker | server | peak MB: Accord | worker "
        "| requests | a document |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    return "\n".join([*lines, *(row(took, count) for took in steps)])


def row(took: Took, count: int) -> str:
    seconds = (took.wall, took.cpu, took.worker_cpu, took.server_cpu)
    cells = [took.step, *(f"{s:.1f}" for s in seconds)]
    cells += [f"{took.peak:.0f}", f"{took.worker_peak:.0f}", str(took.requests)]
    of = 10 if " 10 " in took.step else count
    return f"| {' | '.join([*cells, f'{took.requests / of:.2f}'])} |"


if __name__ == "__main__":
    main()
