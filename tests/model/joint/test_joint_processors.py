"""int8 products are exact on every processor, so that a model scores alike on all of them."""

import platform
import shutil
import subprocess
import sys

import numpy as np
import pytest

from accord.model.joint import graphs, kernels
from accord.model.joint.graphs import _session

onnx = pytest.importorskip("onnx")

QEMU = None if platform.machine() != "x86_64" else shutil.which("qemu-x86_64")

RUN = """\
import sys
from pathlib import Path
import numpy as np
from accord.model.joint.graphs import _session
session = _session(Path(sys.argv[1]), 1)
print(float(session.run(["y"], {"x": np.ones((1, 256), np.float32)})[0].max()))
"""


@pytest.fixture
def product(tmp_path):
    """y = x W with the largest codes on both sides: 255 * 127 * 2 does not fit into 16 bits."""
    from onnx import TensorProto, helper, numpy_helper

    from accord.model.joint.quantise import quantise_products

    weights = np.ones((256, 64), np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 256])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    quantise_products(model, [{"x": np.ones((1, 256), np.float32)}])
    path = tmp_path / "product.onnx"
    onnx.save(model, path)
    return path


def test_the_trial_product_is_what_it_says():
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [8, 4])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [8, 16])],
        [numpy_helper.from_array(np.full((4, 16), 127, np.int8), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 10)], ir_version=5)
    model.producer_name = ""
    assert model.SerializeToString() == kernels._PRODUCT


def test_where_the_fast_product_is_not_exact_the_exact_one_is_asked_for(product, monkeypatch):
    asked = []
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions

    class Options(options):
        def add_session_config_entry(self, name, value):
            asked.append((name, value))
            super().add_session_config_entry(name, value)

    monkeypatch.setattr(onnxruntime, "SessionOptions", Options)
    for exact in (True, False):
        monkeypatch.setattr(graphs, "fast_product_is_exact", lambda exact=exact: exact)
        _session(product, 1)
        assert asked == ([] if exact else [("session.x64quantprecision", "1")])


def test_a_product_of_the_largest_codes_does_not_saturate(product):
    # Saturated, it would be about half of 256.
    (found,) = _session(product, 1).run(["y"], {"x": np.ones((1, 256), np.float32)})
    assert np.allclose(found, 256, rtol=1e-5)


@pytest.mark.skipif(QEMU is None, reason="needs qemu-user, to play a processor without VNNI")
def test_nor_on_a_processor_without_vnni(product):
    command = [QEMU, "-cpu", "Haswell", sys.executable, "-c", RUN, str(product)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert float(done.stdout) == pytest.approx(256, rel=1e-5)
