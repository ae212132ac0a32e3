"""The view everything is compared with: Flask and one constant answer, under the same server."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def nothing() -> str:
    return "nichts"
