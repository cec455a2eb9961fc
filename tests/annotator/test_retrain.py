"""Training from the app: a process of its own, its progress, its end, and its faults."""

import tomllib

import pytest
from learn_cases import act, working, write_texts

from accord.annotator.order import drawn
from accord.annotator.retrain import LEAST, Trainer
from accord.annotator.training import toml_text
from accord.errors import ConflictError, InputError
from accord.files import write_text
from accord.model.folder import read_record

RECIPE = """\
kind = "baseline"
seed = 3
[data]
split = "whatever"
[mentions]
epochs = {epochs}
batch_size = 4
width = 16
depth = 1
"""


@pytest.fixture
def root(tmp_path):
    write_texts(tmp_path / "root", 12, labelled=range(12))
    write_text(tmp_path / "recipe.toml", RECIPE.format(epochs=2))
    return tmp_path / "root"


class Heard(list):
    """What a workplace published about training."""

    def __init__(self, workplace):
        super().__init__()
        publish = workplace.events.publish

        def listening(event, *, layer=None):
            self.append(event)
            publish(event, layer=layer)

        workplace.events.publish = listening


def test_a_model_learns_from_what_is_complete_and_then_suggests(root):
    with working(root) as workplace:
        heard = Heard(workplace)
        store = workplace.stores["anna"]
        chance = drawn(workplace.documents)
        assert 0 < len(chance) < 6
        trainer = Trainer(workplace, root.parent / "recipe.toml")
        begun = trainer.start(store)
        assert begun.state == "training"
        assert begun.message == (
            f"learning from {12 - len(chance)} documents, scored on {len(chance)} drawn by chance"
        )
        with pytest.raises(ConflictError, match="trained already"):
            trainer.start(store)
        trainer.wait()
        assert trainer.now.state == "ready", trainer.now.message
        assert trainer.now.name == "annotator-anna" and 0 <= trainer.now.score <= 1
        folder = root / "models" / "annotator-anna"
        learned = set(read_record(folder)["trained_on"])
        assert learned == set(workplace.documents) - set(chance)
        config = tomllib.loads((folder / "config.toml").read_text("utf-8"))
        assert config["seed"] == 3 and config["data"]["layer"] == "anna"
        assert workplace.suggest.name == "annotator-anna"
        steps = [e["training"] for e in heard if "training" in e and e["training"]["step"]]
        assert steps and all(0 < s["step"] <= s["of"] for s in steps)
        assert any(s["loss"] is not None for s in steps)
        assert {"model": {"name": "annotator-anna", "hash": workplace.suggest.hash}} in heard
        # Without a recipe, the next training takes that of the model that suggests.
        assert Trainer(workplace)._tables("anna", held_out=False)["mentions"]["epochs"] == 2


def test_too_few_documents_are_said_to_be_too_few(root):
    with working(root, "ben") as workplace:
        store = workplace.stores["ben"]
        with pytest.raises(InputError, match=f"has 0 complete documents; .* complete {LEAST} more"):
            Trainer(workplace).start(store)
        act(store, "texts/00", {"do": "set_status", "status": "complete"}, by="ben")
        with pytest.raises(InputError, match=r"has 1 complete document"):
            Trainer(workplace).start(store)


def test_training_can_be_cancelled_and_leaves_nothing(root):
    write_text(root.parent / "long.toml", RECIPE.format(epochs=100_000))
    with working(root) as workplace:
        heard = Heard(workplace)
        trainer = Trainer(workplace, root.parent / "long.toml")
        trainer.start(workplace.stores["anna"])
        while not any(e.get("training", {}).get("step") for e in heard):
            assert trainer.now.state == "training", trainer.now.message
            trainer._thread.join(0.05)
        assert trainer.cancel().state == "idle"
        assert "cancelled" in trainer.now.message and workplace.suggest is None
        assert not (root / "models" / "annotator-anna").exists()
        trainer.start(workplace.stores["anna"])
        trainer.close()
        assert trainer.now.state == "idle"


def test_what_goes_wrong_in_the_process_is_told(root):
    write_text(root.parent / "wrong.toml", 'kind = "baseline"\n[mentions]\nepochs = "many"\n')
    with working(root) as workplace:
        trainer = Trainer(workplace, root.parent / "wrong.toml")
        trainer.start(workplace.stores["anna"])
        trainer.wait()
        assert trainer.now.state == "failed" and "epochs must be of type int" in trainer.now.message
        write_text(root / "models" / "annotator-anna" / "thesis.txt", "mine")
        with pytest.raises(ConflictError, match="is not a model"):
            trainer.start(workplace.stores["anna"])


def test_recipes_survive_being_written():
    tables = {
        "kind": "joint",
        "seed": 0,
        "data": {"split": 'lea"rn\\ é', "held_out": ""},
        "network": {"sizes": [1, 2], "nested": True, "deep": {"rate": 1e-05, "x": 0.5}},
    }
    assert tomllib.loads(toml_text(tables)) == tables
