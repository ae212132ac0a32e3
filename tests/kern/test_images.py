import io
import re
import struct
import time
import zlib

import pytest
from PIL import ExifTags, Image

from kern.files import images
from kern.files.check import FileRefused, FileTooLarge
from kern.files.images import accept_picture
from kern.files.picture import SIZES

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture(width: int = 60, height: int = 40, colour: tuple[int, ...] = RED) -> Image.Image:
    return Image.new("RGBA" if len(colour) == 4 else "RGB", (width, height), colour)


def reopened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def large(data: bytes) -> Image.Image:
    return reopened(accept_picture(data, "bild.png").sizes["large"].data)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_says(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_kinds_become_three_sizes_of_webp(kind: str) -> None:
    taken = accept_picture(encoded(picture(2000, 1000), kind), "Rathaus.foto.png")

    widths = {name: reopened(one.data).size for name, one in taken.sizes.items()}
    assert widths == {"small": (400, 200), "medium": (900, 450), "large": (1600, 800)}
    assert all(one.data[8:12] == b"WEBP" for one in taken.sizes.values())
    assert {one.mime for one in taken.sizes.values()} == {"image/webp"}
    assert taken.filename == "Rathaus.foto.webp"
    assert re.fullmatch("[0-9a-f]{64}", taken.sha256)


def test_a_small_picture_is_never_scaled_up() -> None:
    taken = accept_picture(encoded(picture(500, 300), "PNG"), "a.png")

    assert [(one.width, one.height) for one in taken.sizes.values()] == [
        (400, 240), (500, 300), (500, 300),
    ]  # fmt: skip


def test_camera_data_and_place_are_gone() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "mein Garten"
    exif[ExifTags.Base.GPSInfo] = {1: "N", 2: (51.0, 13.0, 0.0), 3: "E", 4: (6.0, 57.0, 0.0)}
    data = encoded(picture(), "JPEG", exif=exif, comment=b"von Erika")
    assert b"mein Garten" in data

    for one in accept_picture(data, "a.jpg").sizes.values():
        assert not reopened(one.data).getexif()
        assert b"EXIF" not in one.data
        assert b"Erika" not in one.data


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_metadata_of_other_kinds_is_gone_too(kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "mein Garten"
    data = encoded(picture(), kind, exif=exif, icc_profile=b"geheimes Profil", xmp=b"<x>Erika</x>")

    made = accept_picture(data, "a").sizes["large"].data

    assert not any(mark in made for mark in (b"EXIF", b"ICCP", b"XMP ", b"Garten", b"Erika"))


@pytest.mark.parametrize(
    ("orientation", "corner"),
    list(enumerate([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (1, 0), (1, 1), (0, 1)], start=1)),
)
def test_a_picture_stands_upright_before_its_camera_data_goes(
    orientation: int, corner: tuple[int, int]
) -> None:
    image = picture(1000, 500, BLUE)
    image.paste(RED, (0, 0, 250, 250))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    made = large(encoded(image, "JPEG", exif=exif, quality=95))

    assert made.size == ((500, 1000) if orientation >= 5 else (1000, 500))
    spot = [
        (size - 1) * place + (60 if place == 0 else -60)
        for size, place in zip(made.size, corner, strict=True)
    ]
    red, _, blue = made.convert("RGB").getpixel((spot[0], spot[1]))  # type: ignore[misc]
    assert red > 180
    assert blue < 80


def test_a_wide_side_lying_picture_is_measured_upright() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    made = large(encoded(picture(4000, 3000), "JPEG", exif=exif))

    assert made.size == (1600, 2133)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_camera_data_does_not_cost_the_picture() -> None:
    data = encoded(picture(), "JPEG")
    broken = data[:2] + b"\xff\xe1\x00\x10Exif\0\0II*\0\xff\xff\xff\xff" + data[2:]

    assert large(broken).size == (60, 40)


@pytest.mark.parametrize(
    ("width", "height"), [(50_000, 50_000), (5001, 5000), (0xFFFFFFFF, 0xFFFFFFFF), (1, 0x7FFFFFFF)]
)
def test_too_many_pixels_are_refused_before_decoding(width: int, height: int) -> None:
    started = time.process_time()
    with pytest.raises(FileTooLarge, match="Bildpunkte") as caught:
        accept_picture(png_that_says(width, height), "bombe.png")

    assert caught.value.status == 413
    assert time.process_time() - started < 0.3


def test_twenty_five_megapixels_are_still_taken() -> None:
    assert large(encoded(Image.new("1", (5000, 5000)), "PNG")).size == (1600, 1600)


@pytest.mark.parametrize(
    ("mode", "size", "kind", "said"),
    [
        ("RGB", (4000, 2501), "WEBP", "höchstens 10 Millionen erlaubt.* gewöhnliches JPEG"),
        ("CMYK", (5000, 4001), "JPEG", "höchstens 20 Millionen erlaubt.* gewöhnliches JPEG"),
        ("1", (2500, 5001), "PNG", "so schmal, sind höchstens 12 Millionen"),
    ],
)
def test_what_needs_much_memory_may_be_less_large(
    mode: str, size: tuple[int, int], kind: str, said: str
) -> None:
    with pytest.raises(FileTooLarge, match="Bildpunkte") as caught:
        accept_picture(encoded(Image.new(mode, size), kind), "bild")

    assert re.search(said, str(caught.value))


def test_a_jpeg_of_a_thousand_scans_is_refused_quickly() -> None:
    data = encoded(Image.effect_noise((400, 400), 50), "JPEG", progressive=True)
    last = data.rfind(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * 1000 + data[-2:]
    started = time.process_time()

    with pytest.raises(FileRefused):
        accept_picture(bomb, "a.jpg")
    assert time.process_time() - started < 0.3


def test_a_truncated_picture_is_refused() -> None:
    noise = Image.effect_noise((200, 200), 50).convert("RGB")
    for kind in ("PNG", "JPEG", "WEBP"):
        data = encoded(noise, kind)
        with pytest.raises(FileRefused, match="unvollständig") as caught:
            accept_picture(data[: len(data) // 2], "a.png")
        assert caught.value.status == 422


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\0",
        encoded(picture(), "GIF"),
        encoded(picture(), "TIFF"),
        encoded(picture(), "BMP"),
        encoded(picture(), "ICO"),
        encoded(picture(), "AVIF"),
    ],
)
def test_other_kinds_are_refused_whatever_their_name_says(data: bytes) -> None:
    with pytest.raises(FileRefused, match="JPEG, PNG oder WebP"):
        accept_picture(data, "bild.png")


def test_the_content_decides_and_not_the_name() -> None:
    assert large(encoded(picture(), "JPEG")).size == (60, 40)


def test_what_is_appended_or_commented_is_gone() -> None:
    data = encoded(picture(), "PNG") + b"<script>alert(1)</script>PK\x03\x04"

    assert b"<script" not in accept_picture(data, "a.png").sizes["small"].data


def test_an_animation_keeps_its_first_frame() -> None:
    frames = [picture(colour=BLUE)]
    data = encoded(picture(colour=RED), "WEBP", save_all=True, append_images=frames, quality=100)
    made = large(data)

    assert getattr(made, "n_frames", 1) == 1
    red, _, blue = made.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert red > 200
    assert blue < 60


def test_a_camera_jpeg_with_a_second_picture_keeps_the_first() -> None:
    second = picture(2000, 1500, BLUE)
    data = encoded(picture(4000, 3000), "MPO", save_all=True, append_images=[second])
    assert data.startswith(b"\xff\xd8\xff")
    made = large(data)

    assert made.size == (1600, 1200)
    red, _, blue = made.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert red > 200
    assert blue < 60


def test_transparency_stays() -> None:
    made = large(encoded(picture(colour=(255, 0, 0, 0)), "PNG"))

    assert made.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_sixteen_bit_grey_keeps_its_brightness() -> None:
    data = encoded(Image.new("I;16", (30, 30), 32768), "PNG")

    assert large(data).convert("L").getpixel((5, 5)) == pytest.approx(128, abs=3)


@pytest.mark.parametrize(("width", "height"), [(100, 20_000), (20_000, 100), (1, 9000)])
def test_very_long_pictures_are_taken(width: int, height: int) -> None:
    taken = accept_picture(encoded(Image.new("L", (width, height)), "PNG"), "a.png")

    assert max(max(one.width, one.height) for one in taken.sizes.values()) <= 6400
    assert all(one.width <= SIZES[name] for name, one in taken.sizes.items())


def test_empty_and_heavy_files_are_refused() -> None:
    with pytest.raises(FileRefused, match="leer"):
        accept_picture(b"", "a.png")
    with pytest.raises(FileTooLarge, match="10 MB"):
        accept_picture(b"\x89PNG\r\n\x1a\n" + bytes(images.MAX_MEGABYTES * 1_000_000), "a.png")
