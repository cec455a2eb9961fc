"""The trained network as ONNX graphs, in the precision that the recipe asks for.

Shapes: B windows, L pieces, W words, D size of a word's vector, K widest mark, T mention types,
N marks in all, P pairs a window, R relation types.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from torch import Tensor, nn

from accord.model.joint.graphs import READ, RELATE, TYPED
from accord.model.joint.network import JointNetwork, TypedReader
from accord.model.joint.precision import shrink
from accord.model.joint.quantise import Feeds

_OPSET = 17


class _Read(nn.Module):
    def __init__(self, network: JointNetwork):
        super().__init__()
        self.reader, self.marks = network.reader, network.marks
        self.widths = range(network.marks.width.num_embeddings)
        self.deep = network.typed is not None

    def forward(
        self,
        ids: Tensor,
        shapes: Tensor,
        starts: Tensor,
        pieces: Tensor,
        words: Tensor,
    ) -> tuple[Tensor, ...]:
        vectors, deep = self.reader(ids, shapes, starts, pieces, words)
        scores = self.marks(vectors, self.widths)
        return (vectors, scores, deep) if self.deep else (vectors, scores)


class _Relate(nn.Module):
    def __init__(self, network: JointNetwork):
        super().__init__()
        self.relations = network.relations

    def forward(self, *maxima_marks_pairs: Tensor) -> Tensor:
        y: Tensor = self.relations(*maxima_marks_pairs)
        return y


def export(
    network: JointNetwork, precision: str, samples: Mapping[str, Sequence[Feeds]]
) -> dict[str, bytes]:
    """The graphs by file name, as serialised ONNX.

    `samples`: inputs of each graph, by file name, for the scales of int8. Leaves the network in
    evaluation mode.
    """
    network.eval()
    size = network.reader.size
    graphs = {READ: _read(network), RELATE: _relate(network, size)}
    if network.typed is not None:
        graphs[TYPED] = _typed(network.typed, size)
    return {
        name: shrink(model, precision, samples.get(name, ())).SerializeToString(deterministic=True)
        for name, model in graphs.items()
    }


def _read(network: JointNetwork) -> onnx.ModelProto:
    # Sizes that differ from each other and from the network's, lest one be taken for another.
    ids = torch.ones(2, 11, dtype=torch.long)
    starts = torch.arange(7)[None].repeat(2, 1)
    feeds = {
        "ids": (ids, "BL"),
        "shapes": (ids, "BL"),
        "starts": (starts, "BW"),
        "pieces": (torch.tensor([11, 9]), "B"),
        "words": (torch.tensor([7, 5]), "B"),
    }
    outputs = {"vectors": "BW.", "scores": "BW.."}
    if network.typed is not None:
        outputs["deep"] = "BL."
    return _export(_Read(network), feeds, outputs)


def _typed(reader: TypedReader, size: int) -> onnx.ModelProto:
    types, encoder = reader.types.in_features, reader.types.out_features
    feeds = {
        "words": (torch.randn(2, 7, size), "BW."),
        "deep": (torch.randn(2, 11, encoder), "BL."),
        "types": (torch.zeros(2, 11, types), "BL."),
        "starts": (torch.arange(7)[None].repeat(2, 1), "BW"),
        "pieces": (torch.tensor([11, 9]), "B"),
    }
    return _export(reader, feeds, {"vectors": "BW."})


def _relate(network: JointNetwork, size: int) -> onnx.ModelProto:
    ones = torch.ones(5, dtype=torch.long)
    pairs = torch.tensor([[0, 1, 2], [3, 4, 3]])
    feeds = {
        "maxima": (torch.randn(3, 2, 7, size), "MBW."),
        "marks": (torch.randn(5, 3 * size), "N."),
        "kinds": (ones, "N"),
        "first": (torch.tensor([0, 2, 4, 0, 2]), "N"),
        "last": (torch.tensor([1, 3, 5, 1, 3]), "N"),
        "heads": (pairs, "BP"),
        "tails": (pairs.flip(1), "BP"),
        "elsewhere": (torch.tensor([[0, 0, 1], [0, 0, 0]]), "BP"),
    }
    return _export(_Relate(network), feeds, {"scores": "BP."})


def _export(
    module: nn.Module, feeds: Mapping[str, tuple[Tensor, str]], outputs: Mapping[str, str]
) -> onnx.ModelProto:
    """Trace a module; each letter of a shape but "." names an axis of any length."""
    shapes = {**{name: letters for name, (_, letters) in feeds.items()}, **outputs}
    axes = {
        name: {i: letter for i, letter in enumerate(letters) if letter != "."}
        for name, letters in shapes.items()
    }
    with TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        path = Path(folder) / "graph.onnx"
        # The tracing exporter is called old; the new one needs onnxscript.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            tuple(tensor for tensor, _ in feeds.values()),
            path,
            input_names=list(feeds),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        model = onnx.load(path)
    # Names of traced weights carry counters of the process; equal models must be equal bytes.
    del model.metadata_props[:]
    model.doc_string = ""
    return model
