"""Facts: what a layer says of pledges and alliances, as records with their evidence."""

from dataclasses import dataclass

from accord.document import Span
from accord.facts.dates import When
from accord.facts.money import Money


@dataclass(frozen=True, slots=True)
class Evidence:
    """A mention that a record rests on, and the part it plays in it ("pledges", "amount")."""

    role: str
    mention: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part: an organisation, place, person or described group.

    `name` is the canonical name in the document, or the description as it stands; `key` its normal
    form; `type` the mention type. `named` is False for a description or pronoun. `based_in` are
    the places where the text seats it.
    """

    name: str
    key: str
    type: str
    named: bool
    based_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pledge:
    """One commitment to give or spend.

    `amount` is the main figure, `amounts` all that are named, in text order. `when` are its
    deadlines and terms. `sentence` is the text around it and `span` its place. `mentions` are the
    ids of the PLEDGE mentions that tell of it. `notes` name what is missing or had to be decided.
    `score` is the least score among the mentions and relations it rests on, None for human labels.
    """

    document: str
    source: str
    trigger: str
    pledgers: tuple[Party, ...]
    amount: Money | None
    amounts: tuple[Money, ...]
    when: tuple[When, ...]
    recipients: tuple[Party, ...]
    purposes: tuple[str, ...]
    sentence: str
    span: Span
    mentions: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...] = ()
    score: float | None = None

    @property
    def deadline(self) -> When | None:
        """The first date that is a deadline, otherwise the first that is no length of time."""
        limits = [when for when in self.when if when.kind == "deadline"]
        points = [when for when in self.when if when.kind != "term" and when.duration is None]
        return next(iter([*limits, *points]), None)

    @property
    def term(self) -> When | None:
        """The first length of time over which it runs."""
        lasting = (w for w in self.when if w.kind == "term" or w.duration is not None)
        return next(lasting, None)


@dataclass(frozen=True, slots=True)
class Alliance:
    """One grouping of parties that act together.

    `name` is its name, or, where it has none (`named` is False), the word that says it. The other
    fields are as those of `Pledge`.
    """

    document: str
    source: str
    name: str
    key: str
    named: bool
    members: tuple[Party, ...]
    leaders: tuple[Party, ...]
    purposes: tuple[str, ...]
    when: tuple[When, ...]
    based_in: tuple[str, ...]
    sentence: str
    span: Span
    mentions: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    notes: tuple[str, ...] = ()
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The pledges and alliances of one document, as one source has it, in text order."""

    document: str
    source: str
    pledges: tuple[Pledge, ...]
    alliances: tuple[Alliance, ...]
