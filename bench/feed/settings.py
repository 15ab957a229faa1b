"""The network's own settings; only the addresses have the bare view beside them."""

from filoscope.server.settings import *  # noqa: F403

ROOT_URLCONF = "bench.feed.addresses"
