"""What each style wants, as a table that can be read and argued with.

Weights say what a second of a shot, or a cut, is worth; a typical good second is worth about 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from filoscope.studio.errors import BadWish


@dataclass(frozen=True, slots=True)
class Style:
    """A way to cut.

    Attributes
    ----------
    name : str
    long_s, short_s : float
        Length of a shot where the song is quietest, and where it is fullest.
    longest_s : float
        No shot is longer where another one could follow.
    faces, motion, steadiness, sharpness : float
        What is worth showing; faces count by their size, motion by how lively the takes are.
    voice : float
        Faces from near while somebody sings.
    accents : float
        Motion that stops, lands or turns on a strong beat.
    places : float
        Cuts on the strong places of the song: drops, parts, phrases, bars.
    pace : float
        Shots as long as the song's energy asks for.
    variety : float
        Another size of shot after each cut; a like view twice in a row is as bad.
    fairness : float
        No take starved.
    order : float
        Takes without a place in the song come in the order they were given.
    push : float
        How much shorter shots become towards the end: a trailer gathers pace.
    matches : float
        Motion that goes on the same way over a cut.
    ramps : float
        A shot that runs fast into an accent and slowly through it.
    ramp : tuple of float or None
        How fast and how slow such a shot runs; None has none.
    is_sung : bool
        Whoever is seen sings the song: takes in which another one plays are left out.
    transitions : tuple of (str, str)
        Where a transition may be, and which: at a "drop", "part" or "phrase", where the camera pans
        on over the cut ("pan"), and where any other motion goes on ("motion").
    transition_share : float
        Of the cuts, at most.
    """

    name: str
    long_s: float
    short_s: float
    longest_s: float
    faces: float
    motion: float
    steadiness: float
    sharpness: float
    voice: float
    accents: float
    places: float
    pace: float
    variety: float
    fairness: float
    order: float = 0.0
    push: float = 0.0
    matches: float = 0.0
    ramps: float = 0.0
    ramp: tuple[float, float] | None = None
    is_sung: bool = False
    transitions: tuple[tuple[str, str], ...] = ()
    transition_share: float = 0.0


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style(
            "performance", long_s=4.0, short_s=1.4, longest_s=8.0,
            faces=0.45, motion=0.15, steadiness=0.2, sharpness=0.3, voice=0.5, accents=0.3,
            places=0.6, pace=0.5, variety=0.35, fairness=0.6, is_sung=True,
            transitions=(("drop", "flash"),), transition_share=0.05,
        ),
        Style(
            "dance", long_s=3.0, short_s=0.9, longest_s=6.0,
            faces=0.15, motion=0.5, steadiness=0.15, sharpness=0.25, voice=0.1, accents=0.9,
            places=0.6, pace=0.6, variety=0.4, fairness=0.6,
            matches=0.3, ramps=2.4, ramp=(1.8, 0.5), transition_share=0.2,
            transitions=(("drop", "zoom"), ("part", "whip"), ("pan", "whip"), ("motion", "match")),
        ),
        Style(
            "travel", long_s=4.0, short_s=1.6, longest_s=8.0,
            faces=0.2, motion=0.15, steadiness=0.45, sharpness=0.45, voice=0.0, accents=0.25,
            places=0.6, pace=0.5, variety=0.5, fairness=0.8, order=0.7,
            matches=0.3, ramps=2.6, ramp=(1.6, 0.6), transition_share=0.2,
            transitions=(
                ("part", "crossfade"), ("drop", "whip"), ("pan", "whip"), ("motion", "match"),
            ),
        ),
        Style(
            "calm", long_s=7.0, short_s=3.5, longest_s=12.0,
            faces=0.25, motion=-0.1, steadiness=0.6, sharpness=0.45, voice=0.15, accents=0.1,
            places=0.8, pace=0.6, variety=0.4, fairness=0.6, order=0.3,
            transitions=(("part", "crossfade"), ("phrase", "crossfade")), transition_share=0.35,
        ),
        Style(
            "trailer", long_s=4.0, short_s=0.7, longest_s=6.0,
            faces=0.3, motion=0.4, steadiness=0.1, sharpness=0.35, voice=0.05, accents=0.6,
            places=0.8, pace=0.8, variety=0.5, fairness=0.7, push=0.5,
            matches=0.2, ramps=3.0, ramp=(2.0, 0.45), transition_share=0.15,
            transitions=(("drop", "flash"), ("part", "crossfade"), ("pan", "whip")),
        ),
    )
}  # fmt: skip


def style_named(name: str) -> Style:
    """Return a style.

    Raises
    ------
    BadWish
        There is none of this name; the message lists those there are.
    """
    try:
        return STYLES[name]
    except KeyError:
        raise BadWish(f"no style is called {name!r}; there are {', '.join(STYLES)}") from None
