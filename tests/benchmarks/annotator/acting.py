"""Opening and labelling a large document in a real browser: how long each act takes.

    python tests/benchmarks/annotator/acting.py [--rounds 40] [--against FOLDER] [--profile add]

The document has 10,000 words, 1,500 marks and 1,000 relations. Each act is a key, pressed at
places all over it. Two times are wall clock, in milliseconds: from the key until the picture
shows what it did, and until the picture says that it is saved (the journal's fsync is within).
Two are processor time, on which other programs of the machine have less hold: of the page's main
thread and of the server. The key "w" does nothing: it shows what a picture costs by itself.

With --against, the page's files of another folder are measured too, act by act in turn, so that
both have the same machine; without a server of its own for each, as the pages speak to one.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, Route, sync_playwright

from accord.corpus import write_layer
from accord.corpus.validate import record_checksums
from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text

SCHEMA = """\
name = "small"
version = "1"
[mention.ORG]
[mention.ALLIANCE]
[mention.GPE]
[mention.PLEDGE]

[relation.member_of]
head = ["ORG"]
tail = ["ALLIANCE"]
across_paragraphs = true
[relation.pledges]
head = ["ORG"]
tail = ["PLEDGE"]
[relation.based_in]
head = ["ORG"]
tail = ["GPE"]
"""
KINDS = ["ORG", "ALLIANCE", "ORG", "PLEDGE", "GPE"]
TYPES = {"ALLIANCE": "member_of", "PLEDGE": "pledges", "GPE": "based_in"}
VOWELS, CONSONANTS = "aeiou", "bdfgklmnprstv"
LAYER = "anna"
# Two windows take turns: the one behind must not lose its share of the processor.
FLAGS = [
    "--no-sandbox",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
]
# Tells when the next picture has been painted, and when it says "Saved".
PROBE = """
(() => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(0);
  }));
  const saved = () => new Promise((done) => {
    const said = document.querySelector("#saved");
    const look = (_, observer) => {
      if (said.textContent !== "Saved") return;
      observer?.disconnect();
      done();
    };
    const all = { childList: true, characterData: true, subtree: true };
    new MutationObserver(look).observe(said, all);
    look();
  });
  const probe = { start: 0, shown: Promise.resolve(0), painted };
  addEventListener("keydown", (event) => {
    probe.start = event.timeStamp;
    probe.shown = painted();
  }, true);
  probe.key = async () => {
    const { start } = probe;
    const shown = await probe.shown;
    await saved();
    const done = performance.now();
    // What comes with the answer is drawn before the next key.
    await painted();
    return { shown: shown - start, saved: done - start };
  };
  probe.open = async (id) => {
    const title = document.querySelector("#title");
    // The button's tip begins with the document's id.
    if (document.querySelector("#open").title.startsWith(`${id} (`)) return null;
    const start = performance.now();
    const changed = new Promise((done) => new MutationObserver((_, observer) => {
      observer.disconnect();
      done();
    }).observe(title, { childList: true, characterData: true, subtree: true }));
    location.hash = encodeURIComponent(id);
    await changed;
    const shown = await painted();
    return { shown: shown - start, saved: await painted() - start };
  };
  globalThis.probe = probe;
})();
"""


@dataclass(frozen=True)
class Large:
    """The document, its layer, and words without a mark, at which something can be added."""

    document: Document
    layer: Layer
    free: tuple[Span, ...]


def large_document(words: int, marks: int, relations: int, per_paragraph: int, seed: int) -> Large:
    """Invented words; every so many of them a mark of one or two words."""
    choice = random.Random(seed)  # noqa: S311 texts, not secrets
    text, spans, starts = "", [], []
    for number in range(words):
        if number:
            text += "\n\n" if number % per_paragraph == 0 else " "
        if number % per_paragraph == 0:
            starts.append(number)
        word = "".join(
            choice.choice(CONSONANTS) + choice.choice(VOWELS) for _ in range(choice.randint(1, 4))
        )
        spans.append(Span(len(text), len(text) + len(word)))
        text += word
    document = Document("large", text + "\n")
    step = words / marks
    at = sorted({int(n * step) for n in range(marks)})
    found = tuple(
        Mention(f"T{n + 1}", spans[index], KINDS[n % len(KINDS)]) for n, index in enumerate(at)
    )
    joined: dict[tuple[str, str], Relation] = {}
    heads = [n for n, mention in enumerate(found) if mention.type == "ORG"]
    while len(joined) < relations:
        head = choice.choice(heads)
        tail = head + choice.choice([-3, -2, -1, 1, 2, 3, 4])
        if not 0 <= tail < len(found) or found[tail].type not in TYPES:
            continue
        kind = TYPES[found[tail].type]
        here, there = (at[n] // per_paragraph for n in (head, tail))
        if here != there and kind != "member_of":
            continue
        pair = found[head].id, found[tail].id
        joined.setdefault(pair, Relation(kind, *pair, f"R{len(joined) + 1}"))
    taken = set(at)
    free = tuple(spans[n] for n in range(1, words) if n not in taken and n % per_paragraph)
    return Large(document, Layer("large", LAYER, found, tuple(joined.values())), free)


@contextmanager
def the_command(root: Path, state: Path) -> Iterator[tuple[str, int]]:
    """The annotator itself; gives the link that it prints, and its process."""
    script = Path(sys.executable).parent / "accord"
    command = [str(script), "annotate", str(root), "--layer", LAYER, "--port", "0", "--no-browser"]
    environment = {"XDG_STATE_HOME": str(state), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        link = next(line for line in process.stdout if "token=" in line).split()[-1]
        try:
            yield link, process.pid
        finally:
            process.terminate()


def processor_time(process: int) -> float:
    """Milliseconds that a process with all its threads has had the processor."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


class Window:
    """One page on the server, with the page's files of a folder where one is given."""

    def __init__(self, browser: Browser, link: str, process: int, files: Path | None):
        self._process = process
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(600_000)
        context.add_init_script(PROBE)
        self.page: Page = context.new_page()
        if files is not None:
            self.page.route("**/*.{js,css,html}", lambda route: _from(files, route))
        self.page.goto(link)
        self.page.wait_for_selector(".words mark, .empty")
        self.client: CDPSession = context.new_cdp_session(self.page)
        self.client.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.page.evaluate("probe.open('large')")
        if self.page.locator("#complete[aria-pressed=true]").count():
            # While a document is complete, each act writes its file too.
            self.key("c")

    def metrics(self) -> dict[str, float]:
        """Milliseconds so far, on the main thread's own clock."""
        found = self.client.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] * 1000 for each in found if "Duration" in each["name"]}

    def measured(self, act: str, key: str | None = None) -> dict[str, float]:
        """What an act takes: an expression, with a key pressed before it."""
        before, server = self.metrics(), processor_time(self._process)
        if key is not None:
            self.page.keyboard.press(key)
        times: dict[str, float] = self.page.evaluate(act)
        after = self.metrics()
        page = {name: after[name] - before[name] for name in after}
        return {
            **times,
            "page": page["TaskDuration"],
            "script": page["ScriptDuration"],
            "layout": page["LayoutDuration"] + page["RecalcStyleDuration"],
            "server": processor_time(self._process) - server,
        }

    def go(self, place: Span) -> None:
        """Select a stretch of the text."""
        self.page.evaluate(
            f"location.hash = 'large@{place.start}-{place.end}'; probe.painted()"
            ".then(probe.painted).then(probe.painted)"
        )

    def key(self, key: str) -> dict[str, float]:
        """What a key takes."""
        return self.measured("probe.key()", key)


def _from(files: Path, route: Route) -> None:
    name = route.request.url.rpartition("/")[2].partition("?")[0]
    route.fulfill(path=files / (name or "index.html"))


def one_round(window: Window, large: Large, choice: random.Random) -> dict[str, dict[str, float]]:
    """Every act once, at places of its own; the labels are as before when it is done."""
    found: dict[str, dict[str, float]] = {}
    window.page.evaluate("probe.open('small')")
    found["open"] = window.measured("probe.open('large')")
    window.go(choice.choice(large.free))
    found["(nothing)"] = window.key("w")
    found["next word"] = window.key("ArrowRight")
    found["next mark"] = window.key("n")
    window.go(choice.choice(large.free))
    found["add mark"] = window.key("1")
    found["extend mark"] = window.key("e")
    window.key("u")
    found["change type"] = window.key("3")
    found["undo"] = window.key("u")
    window.key("u")
    mark = choice.choice([m for m in large.layer.mentions if m.type == "ORG"])
    window.go(mark.span)
    window.key("Enter")
    found["letters"] = window.key("R")
    hints = window.page.locator(".hint.open").all_inner_texts()
    for letter in choice.choice(hints).lower():
        found["add relation"] = window.key(letter)
    if window.page.locator("#menu:not([hidden])").count():
        window.page.keyboard.press("Escape")
    else:
        found["undo relation"] = window.key("u")
    window.page.keyboard.press("Escape")
    window.go(choice.choice(large.layer.mentions).span)
    window.key("Enter")
    found["delete mark"] = window.key("x")
    found["undo deletion"] = window.key("u")
    return found


def table(name: str, rounds: list[dict[str, dict[str, float]]]) -> None:
    """Medians and 95th percentiles, an act a line."""
    print(f"\n{name}")
    head = ["shown p50", "p95", "saved p50", "p95", "page CPU", "script", "layout", "server CPU"]
    print(f"{'act':16}" + "".join(f"{each:>11}" for each in head))
    for act in rounds[0]:
        of = {k: [r[act][k] for r in rounds if act in r] for k in rounds[0][act]}
        figures = [
            *(figure for k in ("shown", "saved") for figure in (_half(of[k]), _most(of[k]))),
            *(_half(of[k]) for k in ("page", "script", "layout", "server")),
        ]
        print(f"{act:16}" + "".join(f"{figure:11.1f}" for figure in figures), flush=True)


def _half(values: list[float]) -> float:
    return statistics.median(values)


def _most(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def profile(window: Window, large: Large, keys: list[str], choice: random.Random) -> None:
    """Which functions of the page take the time of these keys, pressed at 20 places."""
    window.client.send("Profiler.enable")
    window.client.send("Profiler.setSamplingInterval", {"interval": 200})
    window.client.send("Profiler.start")
    for _ in range(20):
        window.go(choice.choice(large.free))
        for key in keys:
            window.key(key)
    found: dict[str, Any] = window.client.send("Profiler.stop")["profile"]
    nodes = {node["id"]: node for node in found["nodes"]}
    spent: dict[str, float] = {}
    for node, delta in zip(found["samples"], found["timeDeltas"], strict=True):
        call = nodes[node]["callFrame"]
        file = call["url"].rpartition("/")[2]
        name = f"{call['functionName'] or '(anonymous)'} {file}:{call['lineNumber'] + 1}"
        spent[name] = spent.get(name, 0) + delta / 1000 / 20
    print("\nmilliseconds of the page's main thread, a turn of the keys")
    for name, time in sorted(spent.items(), key=lambda item: -item[1])[:30]:
        print(f"{time:9.2f}  {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--marks", type=int, default=1_500)
    parser.add_argument("--relations", type=int, default=1_000)
    parser.add_argument("--paragraph", type=int, default=100, help="words a paragraph")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--against", type=Path, help="a folder with other files of the page")
    parser.add_argument("--profile", nargs="+", metavar="KEY", help="where these keys' time goes")
    parser.add_argument("--json", type=Path, help="every figure, written after every round")
    arguments = parser.parse_args()
    large = large_document(
        arguments.words,
        arguments.marks,
        arguments.relations,
        arguments.paragraph,
        arguments.seed,
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "root"
        write_text(root / "annotations" / "schema.toml", SCHEMA)
        small = Document("small", "Avon joins.\n")
        for document in (large.document, small):
            write_text(root / "corpus" / f"{document.id}.txt", document.text)
        record_checksums(root)
        write_layer(root, large.document, large.layer)
        with (
            the_command(root, Path(temporary) / "state") as (link, process),
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            windows = {"this page": Window(browser, link, process, None)}
            if arguments.against:
                windows[str(arguments.against)] = Window(browser, link, process, arguments.against)
            rounds: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in windows}
            for number in range(0 if arguments.profile else arguments.rounds):
                for name, window in windows.items():
                    window.page.bring_to_front()
                    choice = random.Random(number)  # noqa: S311 places, not secrets
                    rounds[name].append(one_round(window, large, choice))
                if arguments.json:
                    write_text(arguments.json, json.dumps(rounds))
            for name, window in windows.items():
                if arguments.profile:
                    window.page.bring_to_front()
                    window.page.evaluate("probe.open('large')")
                    profile(window, large, arguments.profile, random.Random(0))  # noqa: S311
                else:
                    table(name, rounds[name])
            browser.close()


if __name__ == "__main__":
    main()
