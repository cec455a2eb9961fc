"""Which products become int8, and that they still say the same."""

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


def gemm(matrix, vector):
    """y = x W^T + b, as torch exports a linear layer over a table of rows."""
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=1)],
        "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", matrix.shape[1]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", matrix.shape[0]])],
        [numpy_helper.from_array(matrix, "w"), numpy_helper.from_array(vector, "b")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def outputs(model, x):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(["y"], {"x": x})[0]


def test_a_linear_layer_over_rows_is_int8_too():
    from accord.model.joint.quantise import quantise_products

    draw = np.random.default_rng(0)
    model = gemm(
        draw.normal(size=(128, 256)).astype(np.float32), draw.normal(size=128).astype(np.float32)
    )
    x = draw.uniform(-1, 1, (9, 256)).astype(np.float32)
    before = outputs(model, x)
    quantise_products(model, [{"x": x}])
    assert [node.op_type for node in model.graph.node] == ["QuantizeLinear", "MatMulIntegerToFloat"]
    assert not [t for t in model.graph.initializer if t.data_type == 1 and len(t.dims) == 2]
    assert np.abs(outputs(model, x) - before).max() < 0.02 * np.abs(before).max()


def test_a_small_linear_layer_stays_as_precise_as_it_was():
    from accord.model.joint.quantise import quantise_products

    model = gemm(np.eye(4, 8, dtype=np.float32), np.arange(4, dtype=np.float32))
    x = np.linspace(-1, 1, 16, dtype=np.float32).reshape(2, 8)
    before = outputs(model, x)
    quantise_products(model, [{"x": x}])
    assert np.array_equal(outputs(model, x), before)
