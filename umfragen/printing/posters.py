"""A poster (A4) and a card for tables (A4, folded in the middle) that lead to a survey. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from umfragen.printing.pdf import HEIGHT, MM, REGULAR, STRONG, WIDTH, Page, lines_of, write

MIDDLE = WIDTH / 2
SIDE = 20 * MM
ROOM = WIDTH - 2 * SIDE
SMALLEST = 18


@dataclass(frozen=True, slots=True)
class Invitation:
    """`call`: what people should do. `facts`: short lines, such as until when and how long."""

    title: str
    call: str
    url: str
    address: str
    facts: Sequence[str]
    sender: str


def write_poster(invitation: Invitation) -> bytes:
    page = Page()
    y = HEIGHT - 38 * MM
    page.centred(MIDDLE, HEIGHT - 22 * MM, invitation.sender, REGULAR, 14)
    size, lines = _heading(invitation.title, 44, 5)
    for line in lines:
        page.centred(MIDDLE, y - size, line, STRONG, size)
        y -= size * 1.2
    y -= 14 * MM
    page.centred(MIDDLE, y, invitation.call, REGULAR, 20)
    side = min(105 * MM, y - 95 * MM)
    page.qr(invitation.url, MIDDLE - side / 2, y - 6 * MM - side, side)
    y -= side + 20 * MM
    y = _fitted(page, invitation.address, y, 24)
    _facts(page, invitation.facts, y - 8 * MM, 15, 22)
    return write([page], invitation.title)


def write_card(invitation: Invitation) -> bytes:
    """The same on both sides of a fold, the upper one turned round: it stands by itself."""
    page = Page()
    half = HEIGHT / 2
    _half(page, invitation)
    page.upside_down(HEIGHT)
    _half(page, invitation)
    page.upright()
    page.line(0, half, WIDTH, half, dashed=True)
    return write([page], invitation.title)


def _half(page: Page, invitation: Invitation) -> None:
    """On the lower half: words left, the code right."""
    side = 72 * MM
    left, top = 15 * MM, HEIGHT / 2 - 22 * MM
    room = WIDTH - left - side - 20 * MM
    page.text(left, HEIGHT / 2 - 14 * MM, invitation.sender, REGULAR, 10)
    y = top
    size, lines = _heading(invitation.title, 26, 5, room)
    for line in lines:
        page.text(left, y - size, line, STRONG, size)
        y -= size * 1.2
    y -= 22
    for words, font, points in (
        (invitation.call, REGULAR, 14),
        (invitation.address, STRONG, 13),
        *((fact, REGULAR, 11) for fact in invitation.facts),
    ):
        for line in lines_of(words, font, points, room):
            page.text(left, y, line, font, points)
            y -= points * 1.4
        y -= 4
    page.qr(invitation.url, WIDTH - side - 12 * MM, HEIGHT / 2 - 20 * MM - side, side)


def _heading(title: str, largest: int, most: int, room: float = ROOM) -> tuple[int, list[str]]:
    """As large as it goes within so many lines, without cutting a word."""
    for size in range(largest, SMALLEST - 1, -2):
        lines = lines_of(title, STRONG, size, room)
        is_whole = all(STRONG.width(word, size) <= room for word in title.split())
        if len(lines) <= most and is_whole:
            return size, lines
    return SMALLEST, lines_of(title, STRONG, SMALLEST, room)[:most]


def _fitted(page: Page, words: str, y: float, largest: int) -> float:
    """One line, smaller where it is long."""
    size = largest
    while STRONG.width(words, size) > ROOM and size > 10:  # noqa: PLR2004 - points one can read
        size -= 1
    page.centred(MIDDLE, y, words, STRONG, size)
    return y - size


def _facts(page: Page, facts: Sequence[str], y: float, size: int, leading: int) -> None:
    for fact in facts:
        for line in lines_of(fact, REGULAR, size, ROOM):
            page.centred(MIDDLE, y, line, REGULAR, size)
            y -= leading
