"""The WSGI entry: `gunicorn wsgi:app`, and `flask --app wsgi ...` for commands."""

from portal.app import create_app
from portal.betrieb.wake import wake_worker

app = create_app()
wake_worker(app)
