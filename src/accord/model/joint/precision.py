"""Storing an ONNX graph's weights in fewer bytes.

Results must not hang on what else is in a batch, so activations are never quantised with a scale
of their own tensor (as onnxruntime's dynamic quantisation does): a paragraph's numbers would
follow its neighbours'.
"""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

# Smaller weights (biases, norms, small embeddings) are not worth rounding.
_WORTH = 4096


def shrink(model: onnx.ModelProto, precision: str) -> onnx.ModelProto:
    """The model with its weights stored as "fp32", "fp16" or "int8"; changed in place."""
    if precision != "fp32":
        _shrink_tables(model.graph)
        if precision == "int8":
            _shrink_products(model.graph)
        _halve(model.graph)
    return model


def _large(graph: onnx.GraphProto) -> dict[str, TensorProto]:
    return {
        x.name: x
        for x in graph.initializer
        if x.data_type == TensorProto.FLOAT and int(np.prod(x.dims)) >= _WORTH
    }


def _shrink_tables(graph: onnx.GraphProto) -> None:
    """Embedding tables as int8 with one scale a row; a looked-up row is scaled back."""
    large = _large(graph)
    nodes = []
    for node in graph.node:
        nodes.append(node)
        if node.op_type != "Gather" or node.input[0] not in large:
            continue
        name = node.input[0]
        table = numpy_helper.to_array(large[name])
        scales = np.abs(table).max(1, keepdims=True) / 127
        scales[scales == 0] = 1
        _replace(graph, name, np.round(table / scales).astype(np.int8))
        _add(graph, f"{name}.scale", scales.astype(np.float32))
        out, index = node.output[0], node.input[1]
        node.output[0] = f"{out}.int8"
        nodes += [
            helper.make_node("Cast", [f"{out}.int8"], [f"{out}.float"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}.scale", index], [f"{out}.scale"]),
            helper.make_node("Mul", [f"{out}.float", f"{out}.scale"], [out]),
        ]
    _renew(graph, nodes)


def _halve(graph: onnx.GraphProto) -> None:
    """All other large weights as fp16; onnxruntime widens them once, when it loads the graph."""
    nodes = []
    for name, tensor in _large(graph).items():
        _replace(graph, name, numpy_helper.to_array(tensor).astype(np.float16), f"{name}.half")
        nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    _renew(graph, [*nodes, *graph.node])


def _replace(
    graph: onnx.GraphProto, name: str, array: NDArray[np.generic], new: str | None = None
) -> None:
    for tensor in graph.initializer:
        if tensor.name == name:
            tensor.CopyFrom(numpy_helper.from_array(array, new or name))


def _add(graph: onnx.GraphProto, name: str, array: NDArray[np.generic]) -> None:
    graph.initializer.append(numpy_helper.from_array(array, name))


def _renew(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(copies)
