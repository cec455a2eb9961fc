"""Storing an ONNX graph's weights in fewer bytes: "fp32", "fp16" or "int8"."""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from accord.model.joint.quantise import Feeds, quantise_products, renew

# Smaller weights (biases, norms, small embeddings) are not worth rounding.
_WORTH = 4096


def shrink(model: onnx.ModelProto, precision: str, samples: Sequence[Feeds]) -> onnx.ModelProto:
    """The model with its weights stored in a precision; changed in place.

    "fp16" halves the weights and computes as before; "int8" multiplies in int8 too, with scales
    that the samples set. Embedding tables are int8 in both.
    """
    if precision == "fp32":
        return model
    if precision == "int8":
        quantise_products(model, samples)
    _shrink_tables(model.graph)
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
    nodes: list[onnx.NodeProto] = []
    tensors = {x.name: x for x in graph.initializer}
    for node in graph.node:
        nodes.append(node)
        if node.op_type != "Gather" or node.input[0] not in large or len(node.attribute):
            continue
        name = node.input[0]
        table = numpy_helper.to_array(large[name])
        scales = np.abs(table).max(1, keepdims=True) / 127
        scales[scales == 0] = 1
        tensors[name] = numpy_helper.from_array(np.round(table / scales).astype(np.int8), name)
        tensors[f"{name}.s"] = numpy_helper.from_array(scales.astype(np.float32), f"{name}.s")
        out, index = node.output[0], node.input[1]
        node.output[0] = f"{out}.q"
        nodes += [
            helper.make_node("Cast", [f"{out}.q"], [f"{out}.f"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}.s", index], [f"{out}.s"]),
            helper.make_node("Mul", [f"{out}.f", f"{out}.s"], [out]),
        ]
    renew(graph, nodes, list(tensors.values()))


def _halve(graph: onnx.GraphProto) -> None:
    """All other large weights as fp16; onnxruntime widens them once, when it loads the graph."""
    casts: list[onnx.NodeProto] = []
    large = _large(graph)
    tensors = [x for x in graph.initializer if x.name not in large]
    for name, tensor in large.items():
        half: NDArray[np.float16] = numpy_helper.to_array(tensor).astype(np.float16)
        tensors.append(numpy_helper.from_array(half, f"{name}.h"))
        casts.append(helper.make_node("Cast", [f"{name}.h"], [name], to=TensorProto.FLOAT))
    renew(graph, [*casts, *graph.node], tensors)
