"""The web server of the bench: the network's own, and the bare view once more as Django serves it.

python -m bench.feed.web 127.0.0.1 8000
"""

from __future__ import annotations

import sys
from typing import Any

from filoscope.server.operations import web

DJANGO_BARE = "/bare-by-django"  # the same view behind Django's own ASGI handler


def load() -> Any:
    """Make the application; called by granian in each of its own processes."""
    network = web.load()
    from django.core.asgi import get_asgi_application

    as_it_comes = get_asgi_application()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        is_django = scope["type"] == "http" and scope["path"] == DJANGO_BARE
        await (as_it_comes if is_django else network)(scope, receive, send)

    return application


if __name__ == "__main__":
    web.main(sys.argv[1], int(sys.argv[2]), 1, application="bench.feed.web:load")
