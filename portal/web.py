"""The web server, `python -m portal.web` with granian's options: the portal is loaded first.

Its workers are forks of a process that has everything imported. One that dies
is back within milliseconds instead of seconds, and they share the memory.
"""

from django.urls import get_resolver
from granian.cli import entrypoint

import portal.wsgi  # noqa: F401 - sets Django up

if __name__ == "__main__":
    get_resolver().url_patterns  # noqa: B018 - imports the pages, else done at a first request
    entrypoint()
