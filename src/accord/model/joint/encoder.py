"""A BERT encoder in plain torch, with the casing that an uncased one does not see.

Shapes: B windows, L pieces, D size of the encoder, H heads.
"""

import math

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from accord.errors import InputError
from accord.model.joint.dropout import Dropout
from accord.model.joint.encoder_source import EncoderFiles, EncoderShape
from accord.model.joint.words import SHAPES

# Added to the attention of what is only padding: its weight is then exactly 0 in float32.
FAR = -1e4


class EncoderLayer(nn.Module):
    """One BERT layer: self-attention and a two-layer network, each added to its input."""

    def __init__(self, shape: EncoderShape, dropout: float):
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.size, 3 * shape.size)
        self.out = nn.Linear(shape.size, shape.size)
        self.norm_attention = nn.LayerNorm(shape.size, eps=shape.epsilon)
        self.up = nn.Linear(shape.size, shape.inner)
        self.down = nn.Linear(shape.inner, shape.size)
        self.norm = nn.LayerNorm(shape.size, eps=shape.epsilon)
        self.drop = Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """X [B, L, D], bias [B, 1, 1, L] -> [B, L, D]."""
        b, length, size = x.shape
        width = size // self.heads
        q, k, v = self.qkv(x).view(b, length, 3, self.heads, width).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2)) * (1 / math.sqrt(width)) + bias  # B, H, L, L
        weights = self.drop(weights.softmax(-1).to(v.dtype))
        read = (weights @ v).transpose(1, 2).reshape(b, length, size)
        x = self.norm_attention(x + self.drop(self.out(read)))
        y: Tensor = self.norm(x + self.drop(self.down(functional.gelu(self.up(x)))))
        return y


def far_padding(length: int, pieces: Tensor) -> Tensor:
    """What is added to attention so that padding is not read: pieces [B] -> [B, 1, 1, L]."""
    bias: Tensor = (torch.arange(length, device=pieces.device)[None] >= pieces[:, None])[
        :, None, None, :
    ] * FAR
    return bias


class Encoder(nn.Module):
    """The encoder; a word-shape embedding, zero at first, is added to its input."""

    def __init__(self, shape: EncoderShape, dropout: float):
        super().__init__()
        self.pieces = nn.Embedding(shape.vocab, shape.size)
        self.positions = nn.Embedding(shape.positions, shape.size)
        self.segment = nn.Parameter(torch.zeros(shape.size))
        self.shapes = nn.Embedding(2 * SHAPES, shape.size)
        nn.init.zeros_(self.shapes.weight)
        self.norm = nn.LayerNorm(shape.size, eps=shape.epsilon)
        self.layers = nn.ModuleList(EncoderLayer(shape, dropout) for _ in range(shape.layers))
        self.drop = Dropout(dropout)

    def forward(self, ids: Tensor, shapes: Tensor, pieces: Tensor) -> list[Tensor]:
        """Ids, shapes [B, L], pieces [B] (true lengths) -> each layer's output [B, L, D]."""
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.pieces(ids) + self.positions(place) + self.segment + self.shapes(shapes)
        x = self.drop(self.norm(x))
        bias = far_padding(ids.shape[1], pieces)
        outputs = []
        for layer in self.layers:
            x = layer(x, bias)
            outputs.append(x)
        return outputs


def load_encoder(files: EncoderFiles, dropout: float) -> Encoder:
    """An encoder with the weights of the files; InputError if they are not a BERT's."""
    weights = load_file(files.weights)
    weights = {name.removeprefix("bert."): tensor.float() for name, tensor in weights.items()}
    encoder = Encoder(files.shape, dropout)
    state = {"shapes.weight": encoder.shapes.weight.detach()}
    try:
        state |= _top(weights)
        for index in range(files.shape.layers):
            state |= _layer(weights, index)
        encoder.load_state_dict(state)
    except KeyError as error:
        raise InputError(f"has no tensor {error}; not a BERT encoder", path=files.weights) from None
    except RuntimeError as error:
        raise InputError(f"does not fit its config.json: {error}", path=files.weights) from None
    return encoder


def _top(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        "pieces.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"],
        "segment": weights["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }


def _layer(weights: dict[str, Tensor], index: int) -> dict[str, Tensor]:
    theirs = f"encoder.layer.{index}."
    names = {
        "out": "attention.output.dense",
        "norm_attention": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm": "output.LayerNorm",
    }
    state: dict[str, Tensor] = {}
    for part in ("weight", "bias"):
        state[f"layers.{index}.qkv.{part}"] = torch.cat(
            [weights[f"{theirs}attention.self.{n}.{part}"] for n in ("query", "key", "value")]
        )
        for ours, name in names.items():
            state[f"layers.{index}.{ours}.{part}"] = weights[f"{theirs}{name}.{part}"]
    return state
