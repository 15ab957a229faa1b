"""The people of the demo community, all invented.

>>> MAKERS[0].handle
'alice'
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a page; `topics` are the tags that they like most."""

    handle: str
    name: str
    bio: str
    topics: tuple[str, ...] = ()
    role: str = "member"


MAKERS: tuple[Person, ...] = (
    Person(
        "alice",
        "Alice Okafor",
        "Painter. Mostly skies, sometimes my neighbour's cat.",
        ("sky", "night", "art"),
    ),
    Person(
        "olive",
        "Olive Tremblay",
        "I keep this place running. Ask me anything.",
        ("city", "lofi"),
        "owner",
    ),
    Person(
        "bob",
        "Bob Lindqvist",
        "Trams, bridges, timetables. Moderator on weekdays.",
        (),
        "moderator",
    ),
    Person("charlie", "Charlie Nakamura", "Paper, scissors, patience.", ("paper", "craft", "loop")),
    Person("dewi.s", "Dewi Santoso", "Rain is a percussion instrument.", ("rain", "night", "city")),
    Person(
        "elif_y",
        "Elif Yıldız",
        "Bakery at five, studio at nine. Istanbul → Lyon.",
        ("morning", "lofi"),
    ),
    Person("fatou", "Fatou Diallo", "Dancer. The floor started it.", ("dance", "house", "neon")),
    Person("goran", "Goran Petrović", "I film water and call it work.", ("sea", "water", "calm")),
    Person(
        "halima",
        "Halima Rahman",
        "Astronomy teacher; the homework is to look up.",
        ("stars", "sky"),
    ),
    Person("ines.sol", "Inês Sol", "Songs for washing up.", ("lofi", "bossa", "music")),
    Person("jun", "Jun Park", "Pixel by pixel.", ("pixel", "game", "chiptune")),
    Person("kestrel", "Kes Treloar", "174 beats a minute, one umbrella.", ("night", "city", "dnb")),
    Person("lupe", "Guadalupe Ríos", "Maker of kites. Lender of kites.", ("sky", "paper", "wind")),
    Person("mono", "Mono Marten", "House music for tram drivers.", ("house", "city", "music")),
)

WATCHERS: tuple[Person, ...] = tuple(
    Person(handle, name, bio)
    for handle, name, bio in (
        ("nadia", "Nadia Haddad", "Here for the songs."),
        ("oskar", "Oskar Wiśniewski", ""),
        ("priya.k", "Priya Krishnan", "Physio. Knees, mostly."),
        ("quentin", "Quentin Morel", "Lurking politely."),
        ("rosa", "Rosa Bianchi", "Nonna with a phone."),
        ("sipho", "Sipho Dlamini", "Goalkeeper, Saturdays."),
        ("tomas", "Tomás Ferreira", ""),
        ("uma", "Uma Bergström", "Night shifts and tea."),
        ("viktor", "Viktor Horváth", "Watches everything twice."),
        ("wanjiru", "Wanjiru Kamau", "Runner. Slow, but all day."),
        ("xiomara", "Xiomara Vega", "Librarian of loud things."),
        ("yusuf", "Yusuf Demir", ""),
        ("zuzana", "Zuzana Nováková", "Bees, bread, bicycles."),
        ("aroha", "Aroha Ngata", "From the other side of the map."),
        ("benoit", "Benoît Girard", "Retired, at last."),
        ("cleo", "Cleo Marchetti", ""),
    )
)
