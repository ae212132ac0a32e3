"""The WSGI entry: `gunicorn wsgi:app`, and `flask --app wsgi ...` for commands."""

from portal.app import create_app
from portal.betrieb import towns_cli
from portal.betrieb.wake import wake_worker

app = create_app()
app.cli.add_command(towns_cli.group)
wake_worker(app)
