"""Accord: label, learn and extract alliances and pledges in news."""

from accord.corpus import Corpus, read_corpus, write_layer
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import AccordError
from accord.schema import Schema, read_schema

__version__ = "0.1.0"

__all__ = [
    "AccordError",
    "Corpus",
    "Document",
    "Layer",
    "Mention",
    "Relation",
    "Schema",
    "Span",
    "read_corpus",
    "read_schema",
    "write_layer",
]
