"""How fast a saved joint model extracts, against its own encoder alone: one JSON line.

    python tests/benchmarks/joint_speed/run.py models/NAME [--batch 16] [--threads 1]

The texts are paragraphs of about 105 words from the corpus folder, repeated. Both run in
onnxruntime, in the same precision and batches, one after the other in turn; time is that of the
process, so that other programs on the machine count little.

The encoder alone is cut out of the model's own graphs, everything up to its last layer, and opened
with the same options.
"""

import argparse
import json
import statistics
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx

from accord.model.joint.batches import padded_shape, stack
from accord.model.joint.extractor import JointExtractor
from accord.model.joint.graphs import READ, TYPED, _session

ROOT = Path(__file__).parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--paragraphs", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    start = time.process_time()
    extractor = JointExtractor.load(
        arguments.model, threads=arguments.threads, batch=arguments.batch
    )
    loading = time.process_time() - start
    texts = paragraphs(arguments.paragraphs)
    words = sum(len(text.split()) for text in texts)
    deque(extractor.extract(texts), maxlen=0)
    memory = resident()  # before the encoder alone is opened beside it
    encode = encoder(arguments.model, extractor, texts, arguments.batch, arguments.threads)
    whole, bare = [], []
    for _ in range(arguments.rounds):
        bare.append(seconds(encode))
        whole.append(seconds(lambda: list(extractor.extract(texts))))
    one = [seconds(lambda text=text: list(extractor.extract([text]))) for text in texts[:40]]
    print(
        json.dumps(
            {
                "model": str(arguments.model),
                "batch": arguments.batch,
                "threads": arguments.threads,
                "words_a_paragraph": round(words / len(texts), 1),
                "encoder_words_per_second": round(words / statistics.median(bare)),
                "extraction_words_per_second": round(words / statistics.median(whole)),
                "ratio": round(statistics.median(bare) / statistics.median(whole), 3),
                "latency_ms": round(1000 * statistics.median(one), 1),
                "load_seconds": round(loading, 2),
                "rss_mb": memory,
            }
        )
    )


def seconds(work: Callable[[], object]) -> float:
    """Process seconds of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def resident() -> int:
    """Peak memory of this process in MB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return -1


def paragraphs(count: int) -> list[str]:
    """Texts of about 105 words, cut from the corpus in turn."""
    words = " ".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpus").rglob("*.txt"))
    ).split()
    texts = []
    for n in range(count):
        size = 85 + (n * 7) % 41
        start = (n * 97) % (len(words) - size)
        texts.append(" ".join(words[start : start + size]))
    return texts


def encoder(
    folder: Path, extractor: JointExtractor, texts: list[str], batch: int, threads: int
) -> Callable[[], None]:
    """A call that runs the encoder alone over the texts' windows, in the extractor's batches.

    Of a model with typed layers, its upper layers are those of ``typed.onnx``.
    """
    lower, last = cut(folder / READ, ["ids", "shapes", "pieces"], threads)
    upper = None
    if extractor.recipe.network.typed:
        upper, uppermost = cut(folder / TYPED, ["deep", "types", "pieces"], threads)
        types = 2 * len(extractor.schema.mentions)
    windows = [
        window
        for _, found in extractor.analyse(texts)
        for paragraph in found
        for window in paragraph.windows
    ]
    windows.sort(key=padded_shape)
    feeds = []
    by_shape: dict[tuple[int, int], list] = {}  # type: ignore[type-arg]
    for window in windows:
        by_shape.setdefault(padded_shape(window), []).append(window)
    for same in by_shape.values():
        for start in range(0, len(same), batch):
            arrays = stack(same[start : start + batch]).arrays()
            feeds.append({name: arrays[name] for name in ("ids", "shapes", "pieces")})

    def run() -> None:
        for feed in feeds:
            vectors = lower.run([last], feed)[0]
            if upper is not None:
                none = np.zeros((*vectors.shape[:2], types), np.float32)
                fed = {"deep": vectors, "types": none, "pieces": feed["pieces"]}
                upper.run([uppermost], fed)

    run()
    return run


def cut(path: Path, inputs: list[str], threads: int) -> tuple[Any, str]:
    """A graph from some of its tensors to the last of its encoder's layers, and that one's name."""
    norms = [x for x in onnx.load(path).graph.node if x.op_type == "LayerNormalization"]
    last: str = norms[-1].output[0]
    with TemporaryDirectory() as temporary:
        part = Path(temporary) / "encoder.onnx"
        onnx.utils.extract_model(path, part, inputs, [last], check_model=False)
        return _session(part, threads), last


if __name__ == "__main__":
    main()
