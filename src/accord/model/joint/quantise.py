"""Matrix products in int8 whose scales are fixed beforehand.

Results must not hang on what else is in a batch. So activations are not scaled by their own
tensor's range, as onnxruntime's dynamic quantisation does (a paragraph's numbers would follow its
neighbours'), but by the range that they had on sample batches; what lies beyond is clipped.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Feeds = Mapping[str, NDArray[Any]]
Range = tuple[float, float]

# Smaller products gain nothing.
_WORTH = 1 << 14


def quantise_products(model: onnx.ModelProto, samples: Sequence[Feeds]) -> None:
    """Turn every large product with a constant matrix into int8, in place.

    Weights are scaled a column, activations a tensor. The bias that follows a product is added by
    the same kernel.
    """
    graph = model.graph
    _split_gemms(graph)
    matrices = {
        x.name: x
        for x in graph.initializer
        if x.data_type == TensorProto.FLOAT and len(x.dims) == 2 and np.prod(x.dims) >= _WORTH
    }
    products = {
        node.output[0]: node
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in matrices
    }
    ranges = _ranges(model, sorted({node.input[0] for node in products.values()}), samples)
    vectors = {x.name for x in graph.initializer if len(x.dims) == 1}
    biases = _biases(graph, products, vectors)
    nodes: list[onnx.NodeProto] = []
    scaled: set[str] = set()
    for node in graph.node:
        if node.output[0] in {bias.output[0] for bias in biases.values()}:
            continue
        if node.output[0] not in products:
            nodes.append(node)
            continue
        source, matrix = node.input
        if source not in scaled:
            scaled.add(source)
            nodes.append(_scale(graph, source, ranges[source]))
        _to_int8(graph, matrices[matrix])
        inputs = [f"{source}.q", f"{matrix}.q", f"{source}.s", f"{matrix}.s"]
        inputs += [f"{source}.z", f"{matrix}.z"]
        output = node.output[0]
        if output in biases:
            inputs += [name for name in biases[output].input if name in vectors]
            output = biases[output].output[0]
        nodes.append(
            helper.make_node("MatMulIntegerToFloat", inputs, [output], domain="com.microsoft")
        )
    used = {name for node in nodes for name in node.input}
    renew(graph, nodes, [x for x in graph.initializer if x.name in used])
    if not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def _split_gemms(graph: onnx.GraphProto) -> None:
    """Write ``Gemm`` with a constant matrix and vector, as torch exports it, as product and sum."""
    tensors = {x.name: x for x in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type != "Gemm" or not set(node.input[1:]).issubset(tensors):
            nodes.append(node)
            continue
        source, matrix, vector = node.input
        turned = f"{matrix}.t"
        values = np.ascontiguousarray(numpy_helper.to_array(tensors[matrix]).T)
        tensors[turned] = numpy_helper.from_array(values, turned)
        product = f"{node.output[0]}.p"
        nodes.append(helper.make_node("MatMul", [source, turned], [product]))
        nodes.append(helper.make_node("Add", [product, vector], [node.output[0]]))
    used = {name for node in nodes for name in node.input}
    renew(graph, nodes, [x for x in tensors.values() if x.name in used])


def renew(
    graph: onnx.GraphProto, nodes: Sequence[onnx.NodeProto], tensors: Sequence[TensorProto]
) -> None:
    """Give a graph other nodes and initializers; both may be taken from the graph itself."""
    node_copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    tensor_copies = [onnx.TensorProto.FromString(x.SerializeToString()) for x in tensors]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(node_copies)
    graph.initializer.extend(tensor_copies)


def _ranges(
    model: onnx.ModelProto, names: Sequence[str], samples: Sequence[Feeds]
) -> dict[str, Range]:
    """Least and greatest value of some tensors over the samples; 0 lies always within."""
    import onnxruntime

    probe = onnx.ModelProto.FromString(model.SerializeToString())
    outputs = (helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    probe.graph.output.extend(outputs)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(probe.SerializeToString(), options)
    ranges = dict.fromkeys(names, (0.0, 0.0))
    for feeds in samples:
        # Asked for nothing, onnxruntime would give everything.
        values = session.run(list(names), feeds) if names else []
        for name, value in zip(names, values, strict=True):
            low, high = ranges[name]
            least, most = float(value.min(initial=0)), float(value.max(initial=0))
            ranges[name] = (min(low, least), max(high, most))
    return ranges


def _biases(
    graph: onnx.GraphProto, products: Mapping[str, onnx.NodeProto], vectors: set[str]
) -> dict[str, onnx.NodeProto]:
    """The addition of a constant vector that follows a product, by the product's output."""
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    return {
        output: users[output][0]
        for output in products
        if len(users.get(output, [])) == 1
        and users[output][0].op_type == "Add"
        and any(name in vectors for name in users[output][0].input)
    }


def _scale(graph: onnx.GraphProto, name: str, limits: Range) -> onnx.NodeProto:
    low, high = limits
    scale = np.float32(max(high - low, 1e-6) / 255)
    zero = np.uint8(np.clip(np.round(-low / scale), 0, 255))
    graph.initializer.append(numpy_helper.from_array(np.array(scale), f"{name}.s"))
    graph.initializer.append(numpy_helper.from_array(np.array(zero), f"{name}.z"))
    return helper.make_node("QuantizeLinear", [name, f"{name}.s", f"{name}.z"], [f"{name}.q"])


def _to_int8(graph: onnx.GraphProto, tensor: TensorProto) -> None:
    name = tensor.name
    if any(x.name == f"{name}.q" for x in graph.initializer):
        return
    matrix = numpy_helper.to_array(tensor)
    scales = np.abs(matrix).max(0) / 127
    scales[scales == 0] = 1
    for end, array in (
        ("q", np.round(matrix / scales).astype(np.int8)),
        ("s", scales.astype(np.float32)),
        ("z", np.zeros(len(scales), np.int8)),
    ):
        graph.initializer.append(numpy_helper.from_array(array, f"{name}.{end}"))
