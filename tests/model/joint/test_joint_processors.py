"""int8 products are exact on every processor, so that a model scores alike on all of them."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from accord.model.joint.graphs import _session

onnx = pytest.importorskip("onnx")

QEMU = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")

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


def test_a_product_of_the_largest_codes_does_not_saturate(product):
    # Saturated, it would be about half of 256.
    (found,) = _session(product, 1).run(["y"], {"x": np.ones((1, 256), np.float32)})
    assert np.allclose(found, 256, rtol=1e-5)


@pytest.mark.skipif(QEMU is None, reason="needs qemu-user, to play a processor without VNNI")
def test_nor_on_a_processor_without_vnni(product):
    command = [QEMU, "-cpu", "Haswell", sys.executable, "-c", RUN, str(product)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert float(done.stdout) == pytest.approx(256, rel=1e-5)
