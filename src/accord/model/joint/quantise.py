"""Matrix products in int8 whose scales are fixed beforehand.

Results must not hang on what else is in a batch. So activations are not scaled by their own
tensor's range, as onnxruntime's dynamic quantisation does (a paragraph's numbers would follow its
neighbours'), but by the range that they had on sample batches; what lies beyond is clipped.

Trained encoders have a few channels whose values are many times all others', above all at the
first piece, on which attention rests (Sun et al. 2024, massive activations). One scale with them
costs the others up to two of eight bits. Before products that widen, such channels may be
multiplied down and the matrix's rows up, as in SmoothQuant (Xiao et al. 2023). Before those that
narrow, vectors are long and that would take time, but there the range may be cut. Of doing
neither, the first and both, that is kept which leaves the graph's outputs nearest.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Feeds = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float32]

# Smaller products gain nothing.
_WORTH = 1 << 14

# So many channels of a tensor may lie outside the range of its others; by less than this factor
# they are not worth a multiplication.
_OUTLYING = 2
_FAR = 2.0


def quantise_products(model: onnx.ModelProto, samples: Sequence[Feeds]) -> None:
    """Turn every large product with a constant matrix into int8, in place.

    Weights are scaled a column, activations a tensor. The bias that follows a product is added by
    the same kernel.
    """
    _split_gemms(model.graph)
    reaches = _reaches(model, samples)
    even = onnx.ModelProto.FromString(model.SerializeToString())
    even_reaches = _even_out(even.graph, reaches)
    choices = [
        _in_int8(model, _limits(reaches)),
        _in_int8(even, _limits(even_reaches)),
        _in_int8(even, _limits(even_reaches, cut=set(reaches).difference(_widening(even.graph)))),
    ]
    exact = _run(model, samples)
    model.CopyFrom(min(choices, key=lambda choice: _apart(exact, _run(choice, samples))))


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


def _products(graph: onnx.GraphProto) -> dict[str, onnx.NodeProto]:
    """The large products of a tensor with a constant matrix, by their output."""
    matrices = {
        x.name
        for x in graph.initializer
        if x.data_type == TensorProto.FLOAT and len(x.dims) == 2 and np.prod(x.dims) >= _WORTH
    }
    return {
        node.output[0]: node
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in matrices
    }


def _run(model: onnx.ModelProto, samples: Sequence[Feeds]) -> list[list[Floats]]:
    """The graph's outputs for each of the samples."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return [session.run(None, feeds) for feeds in samples]


def _apart(exact: Sequence[Sequence[Floats]], found: Sequence[Sequence[Floats]]) -> float:
    """How far found outputs are from exact ones, relative to these; each output counts the same."""
    total = 0.0
    for a, b in zip(zip(*exact, strict=True), zip(*found, strict=True), strict=True):
        square = sum(float(((x - y) ** 2).sum()) for x, y in zip(a, b, strict=True))
        total += square / max(sum(float((x**2).sum()) for x in a), 1e-12)
    return total


def _reaches(model: onnx.ModelProto, samples: Sequence[Feeds]) -> dict[str, Floats]:
    """How far below and above 0 each channel lies, [2, D], of the tensors that products take."""
    products = _products(model.graph)
    sizes = {x.name: x.dims[0] for x in model.graph.initializer if len(x.dims) == 2}
    reaches = {
        node.input[0]: np.zeros((2, sizes[node.input[1]]), np.float32) for node in products.values()
    }
    probe = onnx.ModelProto.FromString(model.SerializeToString())
    del probe.graph.output[:]
    probe.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in reaches
    )
    for values in _run(probe, samples) if reaches else ():
        for reach, value in zip(reaches.values(), values, strict=True):
            rows = value.reshape(-1, reach.shape[1])
            np.maximum(reach[0], -rows.min(0, initial=0), out=reach[0])
            np.maximum(reach[1], rows.max(0, initial=0), out=reach[1])
    return reaches


def _even_out(graph: onnx.GraphProto, reaches: Mapping[str, Floats]) -> dict[str, Floats]:
    """Multiply outlying channels down before products that widen; the reaches after that."""
    products = _products(graph)
    tensors = {x.name: x for x in graph.initializer}
    factors = {
        source: np.minimum(1, _usual(reaches[source]) / np.maximum(reaches[source].max(0), 1e-12))
        for source in _widening(graph)
        if reaches[source].max() > _FAR * _usual(reaches[source]) > 0
    }
    after = dict(reaches)
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.output[0] in products and node.input[0] in factors:
            source, matrix = node.input
            even = f"{source}.even"
            if even not in after:
                factor = factors[source].astype(np.float32)
                tensors[f"{even}.f"] = numpy_helper.from_array(factor, f"{even}.f")
                nodes.append(helper.make_node("Mul", [source, f"{even}.f"], [even]))
                after[even] = reaches[source] * factor
            rows = numpy_helper.to_array(tensors[matrix]) / factors[source][:, None]
            tensors[f"{even}.{matrix}"] = numpy_helper.from_array(
                rows.astype(np.float32), f"{even}.{matrix}"
            )
            node = helper.make_node("MatMul", [even, f"{even}.{matrix}"], node.output)
        nodes.append(node)
    used = {name for node in nodes for name in node.input}
    renew(graph, nodes, [x for x in tensors.values() if x.name in used])
    return after


def _widening(graph: onnx.GraphProto) -> set[str]:
    """The tensors that products take and give more columns for than they have channels."""
    sizes = {x.name: x.dims for x in graph.initializer}
    more: dict[str, int] = {}
    for product in _products(graph).values():
        source, matrix = product.input
        channels, columns = sizes[matrix]
        more[source] = more.get(source, -channels) + columns
    return {source for source, columns in more.items() if columns > 0}


def _limits(reaches: Mapping[str, Floats], cut: Container[str] = ()) -> dict[str, Floats]:
    """How far below and above 0 each tensor is represented, [2]; of some, without outlying ones."""
    return {
        source: np.minimum(reach.max(1), _usual(reach) if source in cut else np.inf)
        for source, reach in reaches.items()
    }


def _usual(reach: Floats) -> np.float32:
    """The farthest that channels [2, D] lie from 0, but for the outlying ones."""
    farthest = np.sort(reach.max(0))
    result: np.float32 = farthest[max(0, len(farthest) - 1 - _OUTLYING)]
    return result


def _in_int8(model: onnx.ModelProto, limits: Mapping[str, Floats]) -> onnx.ModelProto:
    """The model with its products in int8; limits [2] below and above 0 of what they take."""
    copy: onnx.ModelProto = onnx.ModelProto.FromString(model.SerializeToString())
    graph = copy.graph
    products = _products(graph)
    tensors = {x.name: x for x in graph.initializer}
    vectors = {x.name for x in graph.initializer if len(x.dims) == 1}
    biases = _biases(graph, products, vectors)
    added = {bias.output[0] for bias in biases.values()}
    nodes: list[onnx.NodeProto] = []
    scaled: set[str] = set()
    for node in graph.node:
        if node.output[0] in added:
            continue
        if node.output[0] not in products:
            nodes.append(node)
            continue
        source, matrix = node.input
        if source not in scaled:
            scaled.add(source)
            nodes.append(_scale(graph, source, limits[source]))
        _to_int8(graph, tensors[matrix])
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
    if not any(opset.domain == "com.microsoft" for opset in copy.opset_import):
        copy.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return copy


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


def _scale(graph: onnx.GraphProto, name: str, limits: Floats) -> onnx.NodeProto:
    below, above = limits
    scale = np.float32(max(below + above, 1e-6) / 255)
    zero = np.uint8(np.clip(np.round(below / scale), 0, 255))
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
