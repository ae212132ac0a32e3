"""Drawn scenes as PNG, for the posts of the demo town that come with a picture."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1200, 800)
GROUND = 520  # where the sky ends

SKY, DUSK = "#dfeaf4", "#1f2b3d"
GRASS, SAND, STONE = "#8fae6b", "#e2cf9f", "#c9c2b4"
WOOD, DARK, RED, WHITE, BLUE = "#9a6b3f", "#3c3f45", "#b5443a", "#fbfaf5", "#3f6ea5"

Draw = ImageDraw.ImageDraw


@dataclass(frozen=True, slots=True)
class Scene:
    filename: str
    alt: str
    paint: Callable[[Draw], None]
    is_dark: bool = False


def render(scene: Scene) -> bytes:
    image = Image.new("RGB", SIZE, DUSK if scene.is_dark else SKY)
    scene.paint(ImageDraw.Draw(image))
    out = io.BytesIO()
    image.filter(ImageFilter.SMOOTH).save(out, "PNG")
    return out.getvalue()


def _ground(draw: Draw, colour: str) -> None:
    draw.rectangle((0, GROUND, *SIZE), fill=colour)


def _tree(draw: Draw, x: int, height: int = 260) -> None:
    draw.rectangle((x - 14, GROUND - height // 2, x + 14, GROUND + 20), fill=WOOD)
    for dx, dy, r in ((-60, 0, 80), (55, -10, 85), (0, -70, 90)):
        y = GROUND - height // 2 - 40 + dy
        draw.ellipse((x + dx - r, y - r, x + dx + r, y + r), fill="#5d8040")


def _path_into_sand(draw: Draw) -> None:
    _ground(draw, GRASS)
    draw.polygon([(330, 800), (870, 800), (690, 610), (510, 610)], fill=STONE)
    draw.polygon([(510, 610), (690, 610), (640, GROUND), (560, GROUND)], fill=SAND)
    draw.ellipse((440, 575, 770, 650), fill=SAND)
    for x, y in ((470, 615), (560, 632), (640, 598), (700, 620), (610, 560), (590, 535)):
        draw.ellipse((x, y, x + 34, y + 12), fill="#cdb67f")
    _tree(draw, 170)
    _tree(draw, 1010, 320)


def _dark_crossing(draw: Draw) -> None:
    draw.rectangle((0, GROUND, *SIZE), fill="#2b3038")
    for left in range(120, 1100, 150):
        draw.polygon(
            [(left, 760), (left + 80, 760), (left + 60, 640), (left + 4, 640)], fill="#59616b"
        )
    draw.rectangle((930, 150, 944, GROUND + 60), fill="#4a525c")
    draw.rectangle((840, 150, 944, 164), fill="#4a525c")
    draw.polygon([(846, 168), (906, 168), (960, 420), (780, 420)], fill="#2a3648")
    draw.ellipse((852, 160, 900, 184), fill="#8d8455")
    draw.rectangle((170, 330, 420, GROUND), fill="#323b47")
    draw.rectangle((150, 312, 440, 336), fill="#4a525c")
    draw.rectangle((200, 470, 390, 486), fill="#59616b")


def _box_in_the_sun(draw: Draw) -> None:
    draw.rectangle((0, 120, 1200, GROUND), fill="#d9b48a")
    for left in (90, 390, 840):
        draw.rectangle((left, 190, left + 220, 440), fill=WHITE)
        draw.rectangle((left + 14, 204, left + 206, 426), fill="#8ba7bd")
    _ground(draw, STONE)
    for y in range(GROUND, 800, 56):
        draw.line((0, y, 1200, y), fill="#b3ab9b", width=3)
    draw.rectangle((650, 380, 800, 620), fill="#8d949a")
    draw.rectangle((664, 394, 721, 606), fill="#7f868c")
    draw.rectangle((729, 394, 786, 606), fill="#7f868c")
    draw.polygon([(650, 620), (800, 620), (1080, 700), (930, 700)], fill="#b8b0a0")


def _sign_on_the_path(draw: Draw) -> None:
    _ground(draw, GRASS)
    draw.polygon([(200, 800), (780, 800), (640, GROUND), (560, GROUND)], fill="#a8483c")
    draw.polygon([(780, 800), (1150, 800), (720, GROUND), (640, GROUND)], fill=STONE)
    draw.polygon([(430, 380), (610, 380), (640, 690), (400, 690)], fill=DARK)
    draw.polygon([(448, 398), (594, 398), (618, 660), (424, 660)], fill=WHITE)
    for y, width in ((450, 90), (500, 120), (550, 70)):
        draw.rectangle((520 - width // 2, y, 520 + width // 2, y + 24), fill=RED)
    draw.rectangle((850, 230, 1200, GROUND), fill="#d8cbb5")
    draw.rectangle((900, 330, 1010, GROUND), fill=BLUE)


def _slide_in_a_hill(draw: Draw) -> None:
    _ground(draw, GRASS)
    draw.ellipse((150, 260, 1050, 980), fill="#7f9f5b")
    draw.polygon([(610, 330), (700, 330), (930, 700), (800, 720)], fill=BLUE)
    draw.polygon([(632, 344), (682, 344), (890, 690), (822, 702)], fill="#7fa6cf")
    for step in range(5):
        left, top = 470 - step * 46, 370 + step * 66
        draw.rectangle((left, top, left + 120, top + 22), fill=WOOD)
    draw.ellipse((760, 690, 1010, 770), fill=SAND)
    _tree(draw, 110)


SCENES: Mapping[str, Scene] = {
    "radweg/querungen/08": Scene(
        "gehweg-ende.png",
        "Ein gepflasterter Gehweg endet, danach kommt Sand mit Spuren.",
        _path_into_sand,
    ),
    "radweg/querungen/09": Scene(
        "hafen-west.png",
        "Der Übergang an der Haltestelle bei Nacht, die Lampe darüber ist fast dunkel.",
        _dark_crossing,
        is_dark=True,
    ),
    "markt/baenke/04": Scene(
        "verteilerkasten.png",
        "Vor den Fenstern des Buchladens steht ein grauer Verteilerkasten in der Sonne.",
        _box_in_the_sun,
    ),
    "schulweg/stellen/17": Scene(
        "werbeschild.png",
        "Ein Werbeaufsteller steht mitten auf einem roten Radweg.",
        _sign_on_the_path,
    ),
    "spielplatz/kleine/01": Scene(
        "huegelrutsche.png",
        "Skizze: eine blaue Rutsche, die in einen Grashügel eingebaut ist, daneben Holzstufen.",
        _slide_in_a_hill,
    ),
}
