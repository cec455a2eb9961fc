"""The yardstick: spaCy finds mentions, a linear model joins them, and both explain themselves."""

from accord.model.baseline.extractor import BaselineExtractor
from accord.model.baseline.train import BaselineRecipe, train_baseline

__all__ = ["BaselineExtractor", "BaselineRecipe", "train_baseline"]
