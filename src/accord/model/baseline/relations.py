"""Relations: one logistic regression a type over readable features of a pair."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from safetensors.numpy import load, save

from accord.errors import ModelError


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weight of each feature and a bias, both in log-odds."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, features: Sequence[str]) -> float:
        """Probability that a pair with these features is related."""
        # fsum: exactly rounded, so the order of features cannot change a score.
        odds = self.bias + math.fsum(self.weights.get(feature, 0.0) for feature in features)
        return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0

    def explain(self, features: Sequence[str], top: int = 5) -> list[tuple[str, float]]:
        """The features that weigh most, with their log-odds, heaviest first."""
        known = [
            (feature, self.weights[feature]) for feature in features if feature in self.weights
        ]
        return sorted(known, key=lambda item: (-abs(item[1]), item[0]))[:top]


def fit(examples: Sequence[tuple[Sequence[str], bool]], *, c: float, seed: int) -> LinearModel:
    """Fit a logistic regression; without both positive and negative examples it always says no.

    `c` is the inverse strength of L2 regularisation, as in scikit-learn.
    """
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    labels = np.array([label for _, label in examples], dtype=bool)
    if labels.all() or not labels.any():
        return LinearModel(MappingProxyType({}), -math.inf)
    vectorizer = DictVectorizer(dtype=np.float64)
    matrix = vectorizer.fit_transform([dict.fromkeys(features, 1.0) for features, _ in examples])
    # DictVectorizer counts in 64 bits where liblinear takes 32.
    matrix.indices = matrix.indices.astype(np.int32)
    matrix.indptr = matrix.indptr.astype(np.int32)
    # Newton steps with the exact Hessian would be dense; liblinear's dual is sparse and, with a
    # seed, repeats to the bit.
    model = LogisticRegression(
        C=c, solver="liblinear", random_state=seed, max_iter=1000, tol=1e-6
    ).fit(matrix, labels)
    names = vectorizer.get_feature_names_out()
    weights = {str(name): float(weight) for name, weight in zip(names, model.coef_[0], strict=True)}
    return LinearModel(MappingProxyType(weights), float(model.intercept_[0]))


def to_files(models: Mapping[str, LinearModel]) -> dict[str, bytes]:
    """The models as a JSON file with feature names and a safetensors file with their weights.

    Tensor NAME: float64, shape (features of the relation type NAME + 1,), the bias last.
    """
    names = {relation: list(model.weights) for relation, model in models.items()}
    tensors = {
        relation: np.array([*model.weights.values(), model.bias], dtype=np.float64)
        for relation, model in models.items()
    }
    text = json.dumps(names, ensure_ascii=False, indent=0) + "\n"
    return {"relations.json": text.encode(), "relations.safetensors": save(tensors)}


def from_files(names: bytes, weights: bytes) -> dict[str, LinearModel]:
    """The models from the bytes of their two files; ModelError if the two do not fit."""
    models = {}
    tensors = load(weights)
    for relation, features in json.loads(names).items():
        values = tensors.get(relation)
        if values is None or values.shape != (len(features) + 1,):
            raise ModelError(f"relations.json and relations.safetensors differ on {relation}")
        table = dict(zip(features, (float(v) for v in values[:-1]), strict=True))
        models[relation] = LinearModel(MappingProxyType(table), float(values[-1]))
    return models
