"""LimeSurvey's HTML as our texts, with `{...}` for answers kept and in our names."""

import re
from html import unescape

from kern.text.foreign import from_html, lost_from_html, words_from_html
from umfragen.definition.texts import LANGUAGE
from umfragen.engine.piping import MARK, Place, pieces_of
from umfragen.exchange.limesurvey.logic import Untranslatable, translate
from umfragen.exchange.limesurvey.naming import Variables
from umfragen.exchange.limesurvey.source import Said
from umfragen.exchange.report import Loss, Note, echo

TextDoc = dict[str, str]
MAX_BODY, MAX_LABEL, MAX_TITLE = 10_000, 500, 300
EASY = {"de-easy": "de-x-ls"}
HIDDEN = ("script", "style")

_TAG = re.compile(r"<[a-zA-Z/][^<>]*>")
_ALT = re.compile(r"""<img\b[^<>]*?\salt=["']([^"'<>]*[^"'<>\s])\s*["']""", re.IGNORECASE)
_SRC = re.compile(r"""<img\b[^<>]*?\ssrc=["']([^"'<>]+)["']""", re.IGNORECASE)
_LOST = {
    "script": "Ein Skript im Text entfällt.",
    "img": "Ein Bild im Text entfällt; steht es allein, bleibt sein Name.",
    "video": "Ein Video im Text entfällt.",
    "audio": "Ein Ton im Text entfällt.",
    "iframe": "Ein eingebetteter Inhalt entfällt.",
    "object": "Ein eingebetteter Inhalt entfällt.",
    "embed": "Ein eingebetteter Inhalt entfällt.",
    "table": "Eine Tabelle im Text steht jetzt in Zeilen.",
}


class Speech:
    """Texts of one survey; `notes` collects what was lost in the last ones until it is fetched."""

    def __init__(self, languages: tuple[str, ...], variables: Variables) -> None:
        self.languages = {
            there: EASY.get(there, there)
            for there in languages
            if LANGUAGE.fullmatch(EASY.get(there, there))
        }
        self.variables = variables
        self.notes: list[Note] = []

    def fetch_notes(self) -> list[Note]:
        notes, self.notes = self.notes, []
        return notes

    def body(self, said: Said, most: int = MAX_BODY) -> TextDoc:
        """With formatting, in Markdown."""
        return self._text(said, most, plain=False)

    def line(self, said: Said, most: int = MAX_LABEL) -> TextDoc:
        """Words only, on one line."""
        return self._text(said, most, plain=True)

    def _text(self, said: Said, most: int, *, plain: bool) -> TextDoc:
        found = {}
        for there, here in self.languages.items():
            words = self._said(said.get(there, ""), plain=plain)
            if len(words) > most:
                self.notes.append(Loss("Ein Text wurde auf %(most)s Zeichen gekürzt.", most=most))
                words = words[: most - 1].rstrip() + "…"
            if words:
                found[here] = words
        return found

    def _said(self, html: str, *, plain: bool) -> str:
        for name in sorted(lost_from_html(html)):
            if name in _LOST:
                self.notes.append(Note(_LOST[name]))
        html = without_hidden(html)
        places: list[str] = []
        marked = []
        for piece in pieces_of(html.replace("⟦", "[").replace("⟧", "]")):
            if isinstance(piece, Place):
                marked.append(f"⟦{len(places)}⟧")
                places.append(self._place(piece.source))
            elif piece == "{":  # said to be a brace
                marked.append(f"⟦{len(places)}⟧")
                places.append("\\{")
            else:
                marked.append(piece)
        words = (words_from_html if plain else from_html)("".join(marked)) or picture_name(html)
        return MARK.sub(lambda found: places[int(found[1])], words).strip()

    def _place(self, source: str) -> str:
        """An expression of a text; what is none here leaves nothing behind."""
        source = unescape(_TAG.sub("", source)).replace("\xa0", " ").strip()
        try:
            return "{" + translate(source, self.variables, in_text=True) + "}"
        except Untranslatable as error:
            self.notes += [Loss("Im Text entfällt {%(source)s}.", source=echo(source)), error]
            return ""


def picture_name(html: str) -> str:
    """What to say where there is nothing but a picture: its description, else its file's name."""
    described = _ALT.search(html)
    if described:
        return words_from_html(described[1])
    source = _SRC.search(html)
    if not source:
        return ""
    name = re.split(r"[?#]", unescape(source[1]))[0].rpartition("/")[2].rpartition(".")[0]
    words = [word for word in re.split(r"[^A-Za-zÀ-ÿ0-9]+", name) if word and not word.isdigit()]
    return " ".join(words)[:MAX_LABEL]


def without_hidden(html: str) -> str:
    """Without scripts and styles, whose braces are no places for answers."""
    for name in HIDDEN:
        lower = html.lower()
        pieces, at = [], 0
        while (start := lower.find(f"<{name}", at)) >= 0:
            pieces.append(html[at:start])
            end = lower.find(f"</{name}", start)
            closed = lower.find(">", end) if end >= 0 else -1
            at = closed + 1 if closed >= 0 else len(html)
        html = "".join([*pieces, html[at:]])
    return html
