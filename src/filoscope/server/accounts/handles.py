"""Which handles nobody may have: words that would be taken for the community itself."""

from __future__ import annotations

RESERVED = frozenset(
    """
    about abuse account accounts admin administrator all anonymous api app assets auth
    billing blog comment comments contact copyright deleted discover docs embed error everyone
    explore favicon feed filoscope following followers foryou help here home host inbox info
    invite latest legal live login logout mail me media member members mod moderation moderator
    moderators news nobody notification notifications null oembed official owner password postmaster
    privacy profile report root rules safety search security server session settings share signin
    signout signup sound sounds staff static status support system tag tags team terms tus undefined
    unknown upload uploads user username users v video videos webmaster www you
    """.split()  # noqa: SIM905 - a list of eighty quoted words reads worse
)


def is_reserved(handle: str) -> bool:
    """Say whether a handle is kept back, whatever its case, dots and underscores."""
    return handle.lower().replace(".", "").replace("_", "") in RESERVED
