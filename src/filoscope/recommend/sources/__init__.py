"""Where candidates come from. Each source takes a few hundred clips at most for one page."""

from filoscope.recommend.sources.affinity import Affinity
from filoscope.recommend.sources.cowatch import CoWatched
from filoscope.recommend.sources.following import Following
from filoscope.recommend.sources.fresh import Fresh, Newest
from filoscope.recommend.sources.question import CandidateSource, Question
from filoscope.recommend.sources.trending import Trending, TrendingInLanguage

SOURCES: tuple[CandidateSource, ...] = (
    Fresh(),
    Following(),
    CoWatched(),
    Affinity(),
    TrendingInLanguage(),
    Trending(),
    Newest(),
)

__all__ = ["SOURCES", "CandidateSource", "Question"]
