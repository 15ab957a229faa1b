"""Several outcomes of a showing forecast at once, learned as they happen. Pivot: `OutcomeModel`."""

from filoscope.recommend.outcomes.model import OutcomeModel, compile_loops, outcome_labels
from filoscope.recommend.outcomes.showings import OUTCOMES, TAGS_MAX, Forecast, Outcome, Showings

__all__ = [
    "OUTCOMES",
    "TAGS_MAX",
    "Forecast",
    "Outcome",
    "OutcomeModel",
    "Showings",
    "compile_loops",
    "outcome_labels",
]
