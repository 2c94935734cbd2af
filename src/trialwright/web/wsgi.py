"""The WSGI application that granian runs: one place (study and ledger) a process, opened from the environment."""

import multiprocessing
import signal

from django.core.wsgi import get_wsgi_application

from trialwright.web import start

if multiprocessing.parent_process() is not None:
    # Ctrl-C reaches the whole group at once. A worker that ends before the server tells it to is called "Unexpected
    # exit", and the stop a failure; so the worker leaves Ctrl-C to the server and ends when the server says so.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

start.set_up()
application = get_wsgi_application()
