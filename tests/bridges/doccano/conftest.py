"""The real server is started once for all tests, by the first that needs it."""

import os

import pytest
from doccano_server import environment_for_tests, shared_server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A private doccano with the accounts admin, ann, bob and dora.day."""
    base = tmp_path_factory.getbasetemp()
    # Beside the folders of the other processes of this run, if there are any.
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared_server(folder / "doccano") as running:
        yield running


@pytest.fixture(scope="session")
def client_python():
    """The environment of doccano-client."""
    return environment_for_tests("client")
