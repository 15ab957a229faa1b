"""Events in, a ranked and explained feed out. Pivot: `Candidate`."""

from filoscope.recommend.beliefs import Belief
from filoscope.recommend.candidate import Candidate, Reason, ReasonKind, Source, say
from filoscope.recommend.catalogue import TAGS_MAX, CatalogueEntry
from filoscope.recommend.engine import PAGE_MAX, Context, Recommender
from filoscope.recommend.errors import (
    InvalidEntry,
    InvalidEvent,
    RecommendError,
    SnapshotUnreadable,
)
from filoscope.recommend.events import Event, EventKind, Topic
from filoscope.recommend.relearning import relearn
from filoscope.recommend.settings import OutcomeWeights, ScoreWeights, Settings
from filoscope.recommend.warming import warm

__all__ = [
    "PAGE_MAX",
    "TAGS_MAX",
    "Belief",
    "Candidate",
    "CatalogueEntry",
    "Context",
    "Event",
    "EventKind",
    "InvalidEntry",
    "InvalidEvent",
    "OutcomeWeights",
    "Reason",
    "ReasonKind",
    "RecommendError",
    "Recommender",
    "ScoreWeights",
    "Settings",
    "SnapshotUnreadable",
    "Source",
    "Topic",
    "relearn",
    "say",
    "warm",
]
