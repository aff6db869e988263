"""How do a side's web processes write their log?

gunicorn reads this module as its configuration, and calls `post_worker_init` in each process before that serves. Its own
words go the same way as ours: it would repeat the address of a request that failed, in which people are searched for.
"""

import logging

from sync.programs import logs


def post_worker_init(_worker: object) -> None:
    """Sets up the log of a process that is about to serve."""
    logs.configure()
    for name in ("gunicorn.error", "gunicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
