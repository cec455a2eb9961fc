import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from joint_cases import SCHEMA, SCHEMA_TOML, corpus, recipe, recipe_file

from accord.corpus.checksums import checksum, read_checksums, write_checksums
from accord.document import Document
from accord.errors import ModelError
from accord.model.folder import JOINT, check_model
from accord.model.joint.calibrate import Calibration, Scale
from accord.model.joint.extractor import JointExtractor
from accord.model.joint.train import train_joint
from accord.schema import MentionType

LONG = " ".join(f"Acme is based in {place}." for place in ("Japan", "Tokyo", "Oslo") * 40)


def texts():
    """Texts of many lengths, some that only look like text."""
    learnt = [document.text for document in corpus(8).documents.values()]
    odd = ["", " \n\n \t", "...", "Acme", "\u200b\u200b", "日本 は Acme 😀", "x" * 3000, LONG]
    return [*learnt, *odd, "\n\n".join(learnt)]


def facts(layer):
    mentions = {m.id: (m.span, m.type) for m in layer.mentions}
    return (
        list(mentions.values()),
        [(r.type, mentions[r.head], mentions[r.tail]) for r in layer.relations],
    )


def scores(layer):
    return [x.score for x in (*layer.mentions, *layer.relations)]


def test_it_finds_what_it_learnt(trained, saved):
    data = corpus(8)
    for extractor in (trained.extractor(), JointExtractor.load(saved)):
        layers = list(extractor.extract(data.documents.values()))
        for layer in layers:
            gold = data.layer("gold", layer.document)
            spans = {(m.span, m.type) for m in layer.mentions}
            assert {(m.span, m.type) for m in gold.mentions} <= spans
            types = sorted(r.type for r in gold.relations)
            assert sorted(r.type for r in layer.relations) == types
        assert any("same_as" in [r.type for r in layer.relations] for layer in layers)


def test_layers_keep_the_schema(saved):
    extractor = JointExtractor.load(saved)
    for n, layer in enumerate(extractor.extract(texts(), threshold=0.0)):
        document = Document(str(n), texts()[n])
        assert SCHEMA.violations(document, layer) == ()
        assert layer.source == saved.name
        assert all(0 <= score <= 1 for score in scores(layer))


def test_layers_keep_what_the_schema_says_of_counts(saved):
    loose = JointExtractor.load(saved)
    based = replace(SCHEMA.relations["based_in"], one_tail=True)
    strict = replace(
        SCHEMA,
        mentions={**SCHEMA.mentions, "GPE": MentionType("GPE", needs=("based_in",))},
        relations={**SCHEMA.relations, "based_in": based},
    )

    def tails(extractor, threshold):
        """How many tails each head of based_in has; and how many GPE there are."""
        found, places = [], 0
        for layer in extractor.extract(texts(), threshold=threshold):
            heads = Counter(r.head for r in layer.relations if r.type == "based_in")
            found += heads.values()
            places += sum(m.type == "GPE" for m in layer.mentions)
        return found, places

    assert max(tails(loose, 0.0)[0]) > 1
    assert set(tails(replace(loose, schema=strict), 0.0)[0]) == {1}
    assert tails(loose, 1.1)[1] > 0
    assert tails(replace(loose, schema=strict), 1.1) == ([], 0)


def test_the_company_in_a_batch_changes_nothing(saved):
    given = texts()
    alone = [
        next(iter(JointExtractor.load(saved, batch=1).extract([Document(str(n), text)])))
        for n, text in enumerate(given)
    ]
    for batch in (2, 16):
        together = list(JointExtractor.load(saved, batch=batch).extract(given))
        for a, b in zip(alone, together, strict=True):
            assert facts(a) == facts(b)
            assert scores(a) == pytest.approx(scores(b), abs=2e-4)
    backwards = list(JointExtractor.load(saved).extract(reversed(given)))[::-1]
    assert [facts(x) for x in backwards] == [facts(x) for x in alone]


def test_onnx_agrees_with_torch(trained, saved):
    exact = list(trained.extractor().extract(texts()))
    stored = list(JointExtractor.load(saved).extract(texts()))
    if saved.name == "fp32":
        assert [facts(x) for x in exact] == [facts(x) for x in stored]
        for a, b in zip(exact, stored, strict=True):
            assert scores(a) == pytest.approx(scores(b), abs=1e-3)
    else:
        found = [set(facts(x)[0]) for x in exact]
        again = [set(facts(x)[0]) for x in stored]
        both = sum(len(a & b) for a, b in zip(found, again, strict=True))
        assert both >= 0.9 * sum(map(len, found))


def test_a_model_without_typed_layers_has_no_graph_for_them(encoder, tmp_path):
    training = {"epochs": 40, "batch": 4, "head_rate": 5e-3, "encoder_rate": 1e-3, "average": 0.9}
    chosen = recipe(encoder, network={"typed": 0}, training=training)
    data = corpus(8)
    plain = train_joint(chosen, data, tuple(data.documents))
    folder = tmp_path / "plain"
    schema, config = SCHEMA_TOML.encode(), recipe_file(chosen)
    plain.save(folder, config=config, schema=schema, precision="fp32")
    assert check_model(folder).files == JOINT.files
    assert not (folder / "typed.onnx").exists()
    exact = list(plain.extractor().extract(texts()))
    stored = list(JointExtractor.load(folder).extract(texts()))
    assert any(layer.relations for layer in exact)
    assert [facts(x) for x in exact] == [facts(x) for x in stored]


def test_a_stream_is_read_as_it_comes(saved):
    extractor = JointExtractor.load(saved)
    taken = 0

    def stream():
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield LONG

    first = next(iter(extractor.extract(stream())))
    assert first.mentions
    assert taken < 50


def test_a_hundred_thousand_words_in_one_paragraph(saved):
    if saved.name != "int8":
        pytest.skip("one precision is enough")
    text = LONG * 168
    assert len(text.split()) > 100_000
    layer = next(iter(JointExtractor.load(saved).extract([text])))
    assert len(layer.mentions) > 30_000


def test_documents_keep_their_ids_and_order(saved):
    documents = [Document(f"d{n}", text) for n, text in enumerate(texts())]
    layers = list(JointExtractor.load(saved).extract(documents))
    assert [layer.document for layer in layers] == [d.id for d in documents]
    assert list(JointExtractor.load(saved).extract([])) == []


def test_the_threshold_is_a_probability(trained):
    text = corpus(1).documents["doc0"].text
    every = next(iter(trained.extractor().extract([text], threshold=0.0)))
    some = next(iter(trained.extractor().extract([text], threshold=0.5)))
    none = next(iter(trained.extractor().extract([text], threshold=1.0)))
    assert len(every.relations) >= len(some.relations) >= len(none.relations)
    assert all(r.score >= 0.5 for r in some.relations)
    shy = trained.calibrated(Calibration(relation=Scale(1.0, -20.0)))
    assert next(iter(shy.extractor().extract([text]))).relations == ()


@pytest.mark.parametrize(
    "name", ["read.onnx", "typed.onnx", "relate.onnx", "tokenizer.json", "calibration.json"]
)
def test_a_missing_or_damaged_file_is_named(saved, tmp_path, name):
    for damage in ("missing", "damaged", "wrong"):
        folder = tmp_path / damage
        folder.mkdir()
        for path in saved.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        if damage == "missing":
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(b"{}")
        if damage == "wrong":  # with a matching checksum, as if written so
            sums = read_checksums(folder)
            write_checksums(folder, {**sums, name: checksum(folder / name)})
        with pytest.raises(ModelError, match=name.replace(".", r"\.")):
            JointExtractor.load(folder)


def test_a_folder_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ModelError):
        JointExtractor.load(tmp_path)
    with pytest.raises(ModelError, match="no such model folder"):
        JointExtractor.load(tmp_path / "none")


def test_running_needs_neither_torch_nor_spacy(saved):
    code = (
        "import sys\n"
        "from accord.model.joint.extractor import JointExtractor\n"
        f"extractor = JointExtractor.load({str(saved)!r})\n"
        "layer = next(iter(extractor.extract(['Acme is based in Japan.'])))\n"
        "assert layer.mentions\n"
        "heavy = {'torch', 'spacy', 'sklearn', 'onnx', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


def test_calibration_is_stored(trained, config, tmp_path):
    calibration = Calibration(Scale(0.5, 0.1), Scale(2.0, -1.0), {"same_as": Scale(1.5, 0.2)}, 99)
    trained.calibrated(calibration).save(
        tmp_path / "m", config=config, schema=SCHEMA_TOML.encode(), precision="fp32"
    )
    assert JointExtractor.load(tmp_path / "m").calibration == calibration
    assert json.loads((tmp_path / "m" / "calibration.json").read_text())["fitted_on"] == 99


def test_loading_is_quick(saved):
    start = time.process_time()
    JointExtractor.load(saved)
    assert time.process_time() - start < 1


def test_pooling_a_mark_does_not_hang_on_what_stands_before():
    from accord.model.joint.candidates import Marks
    from accord.model.joint.graphs import pool

    rng = np.random.default_rng(0)
    words = rng.standard_normal((1, 9, 4)).astype(np.float32)
    moved = np.concatenate([rng.standard_normal((1, 3, 4)).astype(np.float32) * 1e6, words], 1)

    def at(first):
        return Marks(*(np.array([x]) for x in (0, first, first + 3, 1)))

    assert (pool(words, at(2)) == pool(moved, at(5))).all()
