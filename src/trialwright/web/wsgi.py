"""The WSGI application that granian runs: one place (study and ledger) a process, opened from the environment."""

from django.core.wsgi import get_wsgi_application

from trialwright.web import start

start.set_up()
application = get_wsgi_application()
