"""The corpus: documents, their layers and named splits, as they lie in a folder."""

from accord.corpus.corpus import Corpus
from accord.corpus.folder import read_corpus, write_layer

__all__ = ["Corpus", "read_corpus", "write_layer"]
