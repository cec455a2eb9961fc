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


def with_an_outlier(rows, channels):
    """Values within 1 of 0, but for one channel of the first row."""
    x = np.random.default_rng(1).uniform(-1, 1, (rows, channels)).astype(np.float32)
    x[0, 7] = 10
    return x


def rounding(columns, rows, weight):
    """How much int8 takes from products of which one channel of the first row is an outlier.

    Of the first row and of the others, as a share of the largest value; `weight`: of the outlier's
    channel in the matrix, beside about 1 of the others.
    """
    from accord.model.joint.quantise import quantise_products

    matrix = np.random.default_rng(0).normal(size=(columns, rows)).astype(np.float32)
    matrix[:, 7] *= weight
    model, x = gemm(matrix, np.zeros(columns, np.float32)), with_an_outlier(32, rows)
    before = outputs(model, x)
    quantise_products(model, [{"x": x}])
    apart = np.abs(outputs(model, x) - before)
    first, rest = (
        float(apart[part].max() / np.abs(before[part]).max()) for part in (slice(1), slice(1, None))
    )
    return first, rest


# One scale for the outlier and the others takes more than 0.02 from these, whatever the weight.
@pytest.mark.parametrize(
    ("columns", "rows", "weight"), [(512, 128, 0.1), (128, 512, 1e-4)], ids=["widens", "narrows"]
)
def test_an_outlier_that_weighs_little_leaves_the_others_their_precision(columns, rows, weight):
    first, rest = rounding(columns, rows, weight)
    assert rest < 0.015
    assert first < 0.015


@pytest.mark.parametrize(("columns", "rows"), [(512, 128), (128, 512)], ids=["widens", "narrows"])
def test_an_outlier_that_weighs_much_keeps_its_value(columns, rows):
    first, rest = rounding(columns, rows, 1)
    assert first < 0.03
    assert rest < 0.03


def test_channels_that_the_samples_never_used_are_left_as_they_are():
    from accord.model.joint.quantise import quantise_products

    matrix = np.random.default_rng(0).normal(size=(512, 128)).astype(np.float32)
    model, x = gemm(matrix, np.zeros(512, np.float32)), np.eye(128, dtype=np.float32)
    before = outputs(model, x)
    quantise_products(model, [{"x": x[:1]}])
    assert np.abs(outputs(model, x) - before).max() < 0.02
