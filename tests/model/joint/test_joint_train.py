from pathlib import Path

import numpy as np
import pytest
import torch
from joint_cases import SCHEMA, SCHEMA_TOML, corpus, recipe

from accord.corpus import Corpus
from accord.document import Document, Layer
from accord.errors import InputError, MissingExtraError
from accord.model.joint.batches import mark_types, stack
from accord.model.joint.candidates import Marks
from accord.model.joint.checkpoint import FILE
from accord.model.joint.encoder_source import find_encoder
from accord.model.joint.learning import read, read_on, schedule
from accord.model.joint.recipe import EncoderRecipe
from accord.model.joint.train import Judge, make_pieces, train_joint


def train(encoder, data=None, *, epochs=2, **options):
    data = data or corpus(6)
    training = {"epochs": epochs, **options.pop("training", {})}
    return train_joint(recipe(encoder, training=training), data, tuple(data.documents), **options)


def weights(trained):
    return {k: v.clone() for k, v in trained.network.state_dict().items()}


def same(a, b):
    return all(torch.equal(a[name], b[name]) for name in a)


def test_twice_gives_the_same_weights_and_files(encoder, config, tmp_path):
    folders = []
    for n in range(2):
        folder = tmp_path / str(n)
        train(encoder).save(folder, config=config, schema=SCHEMA_TOML.encode())
        folders.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert folders[0] == folders[1]


def test_another_seed_gives_another_model(encoder):
    data = corpus(6)
    chosen = recipe(encoder)
    from accord.model.joint.recipe import with_seed

    one = train_joint(chosen, data, tuple(data.documents))
    other = train_joint(with_seed(chosen, 4), data, tuple(data.documents))
    assert not same(weights(one), weights(other))


class InterruptedRunError(Exception):
    pass


@pytest.mark.parametrize("patience", [0, 3])
def test_resumed_is_as_if_never_interrupted(encoder, tmp_path, patience):
    data = corpus(6)
    judge = Judge(("doc0",), lambda layers: float(len(layers["doc0"].mentions)))
    options = {"judge": judge, "training": {"patience": patience}}
    whole = train(encoder, data, epochs=3, **options)

    def stop(step):
        if step.done == 2:
            raise InterruptedRunError

    with pytest.raises(InterruptedRunError):
        train(encoder, data, epochs=3, checkpoints=tmp_path, listener=stop, **options)
    assert (tmp_path / FILE).is_file()
    steps = []
    resumed = train(encoder, data, epochs=3, checkpoints=tmp_path, listener=steps.append, **options)
    assert [s.done for s in steps] == [3]
    assert same(weights(whole), weights(resumed))
    assert whole.record == resumed.record


def test_the_mean_of_replicas(encoder, monkeypatch):
    def found(replicas):
        return weights(train(encoder, training={"replicas": replicas}))

    one, two = found(1), found(2)
    assert not same(one, two)
    assert same(two, found(2))
    # Replicas that differ in nothing have the mean that each of them is.
    monkeypatch.setattr("accord.model.joint.train._SEED_STEP", 0)
    assert same(one, found(2))


def test_replicas_go_on_where_they_were_and_their_mean_is_scored(encoder, tmp_path):
    data = corpus(6)
    judge = Judge(("doc0",), lambda layers: float(len(layers["doc0"].mentions)))
    options = {"judge": judge, "training": {"replicas": 2}}
    whole_steps, steps = [], []
    whole = train(encoder, data, listener=whole_steps.append, **options)
    assert [(s.stage, s.done, s.total) for s in whole_steps] == [
        ("replica 1, epoch", 1, 2),
        ("replica 1, epoch", 2, 2),
        ("replica 2, epoch", 1, 2),
        ("replica 2, epoch", 2, 2),
        ("mean of replicas", 2, 2),
    ]
    assert all(s.score is not None for s in whole_steps)

    def stop(step):
        if step.stage == "replica 2, epoch":
            raise InterruptedRunError

    with pytest.raises(InterruptedRunError):
        train(encoder, data, checkpoints=tmp_path, listener=stop, **options)
    resumed = train(encoder, data, checkpoints=tmp_path, listener=steps.append, **options)
    assert steps == whole_steps[3:]
    assert same(weights(whole), weights(resumed))
    assert whole.record == resumed.record


def test_a_checkpoint_of_another_recipe_is_refused(encoder, tmp_path):
    train(encoder, checkpoints=tmp_path)
    with pytest.raises(InputError, match="another recipe"):
        train(encoder, epochs=3, checkpoints=tmp_path)


def test_a_damaged_checkpoint_is_refused(encoder, tmp_path):
    (tmp_path / FILE).write_bytes(b"\x00" * 40)
    with pytest.raises(InputError, match="damaged"):
        train(encoder, checkpoints=tmp_path)


def test_patience_ends_early_and_keeps_the_best(encoder):
    scores = iter([0.1, 0.9, 0.2, 0.3, 0.4, 0.5])
    steps = []
    trained = train(
        encoder,
        epochs=6,
        judge=Judge(("doc0",), lambda _: next(scores)),
        training={"patience": 2},
        listener=steps.append,
    )
    assert [s.score for s in steps] == [0.1, 0.9, 0.2, 0.3]
    assert [h["score"] for h in trained.record["history"]] == [0.1, 0.9, 0.2, 0.3]


def test_patience_needs_a_judge(encoder):
    with pytest.raises(InputError, match="patience"):
        train(encoder, training={"patience": 2})


def test_names_are_coined_for_types_of_the_schema_only(encoder):
    with pytest.raises(InputError, match=r"training.coined names CITY.*types are ORG"):
        train(encoder, training={"coined": ["GPE", "CITY"]})


def test_some_layer_must_be_left_to_find_mentions_by(encoder):
    chosen = recipe(encoder, network={"typed": 2})
    data = corpus(2)
    with pytest.raises(InputError, match=r"network.typed is 2, .* 2 layers, .* give 0 to 1"):
        train_joint(chosen, data, tuple(data.documents))


def test_relations_hang_on_the_types_of_all_marks_around(trained):
    """The upper layers tell a pair by what else is marked, not by the pair alone."""
    pieces = make_pieces(trained.files, trained.recipe)
    batch = stack(pieces.windows(["Acme", "firm", "is", "based", "in", "Tokyo"]))
    with torch.no_grad():
        words, deep, _ = read(trained.network, batch, range(3))
        told = [
            read_on(trained.network, batch, words, deep, mark_types(batch, marks, 3))
            for marks in (
                Marks(*np.array([(0, 0, 1, 1), (0, 5, 6, 2)]).T),
                Marks(*np.array([(0, 0, 1, 1), (0, 1, 2, 3), (0, 5, 6, 2)]).T),
            )
        ]
    assert (told[0] - told[1])[0, 0].abs().max() > 1e-3


def test_progress_tells_the_loss_and_it_falls(encoder):
    steps = []
    train(encoder, epochs=8, listener=steps.append)
    assert [s.done for s in steps] == list(range(1, 9))
    assert steps[-1].loss < steps[0].loss


def one(text, mentions=(), relations=()):
    layer = Layer("x", "gold", mentions, relations)
    return Corpus(Path(), SCHEMA, {"x": Document("x", text)}, {"gold": {"x": layer}}, {})


def test_nothing_to_learn_from_is_told(encoder):
    for data in (one("Acme is here."), one("")):
        with pytest.raises(InputError, match="no mention to learn from"):
            train(encoder, data)


def test_one_document_without_relations_is_enough(encoder):
    from accord.document import Mention, Span

    data = one("Acme is here.\n\nNothing.", (Mention("T1", Span(0, 4), "ORG"),))
    extractor = train(encoder, data).extractor()
    assert [layer.document for layer in extractor.extract(data.documents.values())] == ["x"]


def test_bf16_is_close_to_fp32(encoder):
    losses = {}
    for bf16 in ("on", "off"):
        steps = []
        train(encoder, training={"bf16": bf16}, listener=steps.append)
        losses[bf16] = steps[-1].loss
    assert losses["on"] == pytest.approx(losses["off"], rel=0.1)


def test_the_schedule_rises_and_falls():
    shares = [schedule(step, 100, 0.1) for step in range(101)]
    assert shares[0] == 0
    assert shares[10] == 1
    assert shares[100] == 0
    assert schedule(1, 1, 0.0) == 0


def test_the_encoder_is_checked(encoder, tmp_path):
    with pytest.raises(InputError, match=r"sha256 is .* the recipe wants abc"):
        find_encoder(EncoderRecipe(str(encoder), "abc"))
    with pytest.raises(InputError, match="no such encoder folder"):
        find_encoder(EncoderRecipe(str(tmp_path / "none"), ""))
    with pytest.raises(InputError, match=r"has no model\.safetensors"):
        find_encoder(EncoderRecipe(str(tmp_path), ""))
    with pytest.raises(MissingExtraError):
        find_encoder(EncoderRecipe("package:no_such_encoder", ""))


def test_an_encoder_that_is_no_bert_is_refused(encoder, tmp_path):
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_bytes((encoder / name).read_bytes())
    for text, error in (
        ('{"model_type": "gpt2"}', "'gpt2' encoder"),
        ('{"model_type": "bert"}', "not a BERT encoder's config.json"),
        ("nonsense", "not a BERT encoder's config.json"),
    ):
        (tmp_path / "config.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=error):
            find_encoder(EncoderRecipe(str(tmp_path), ""))
