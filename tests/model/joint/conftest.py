from pathlib import Path

import pytest
from joint_cases import SCHEMA_TOML, corpus, recipe, recipe_file, write_encoder
from tokenizers import Tokenizer

from accord.model.joint.train import train_joint
from accord.model.joint.words import Pieces


@pytest.fixture(scope="session")
def encoder(tmp_path_factory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="session")
def pieces(encoder) -> Pieces:
    return Pieces(Tokenizer.from_file(str(encoder / "tokenizer.json")), pieces=64, overlap=24)


@pytest.fixture(scope="session")
def trained(encoder):
    """Trained long enough to find marks and relations in text like its own."""
    training = {"epochs": 60, "batch": 4, "head_rate": 5e-3, "encoder_rate": 1e-3, "average": 0.9}
    chosen = recipe(encoder, training={**training, "dropout": 0.0, "head_dropout": 0.0})
    data = corpus(8)
    return train_joint(chosen, data, tuple(data.documents))


@pytest.fixture(scope="session")
def config(trained) -> bytes:
    """The trained model's recipe as a file."""
    return recipe_file(trained.recipe)


@pytest.fixture(scope="session", params=["fp32", "fp16", "int8"])
def saved(request, trained, config, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models") / request.param
    trained.save(folder, config=config, schema=SCHEMA_TOML.encode(), precision=request.param)
    return folder
