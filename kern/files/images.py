"""Pictures of citizens and staff: looked into, decoded under limits, and always drawn anew.

What is stored is our own WebP and nothing of the upload, so camera data (EXIF, GPS), comments,
appended archives and scripts are gone. Only Pillow sees the bytes, and only with the one decoder
that fits the magic bytes; the name and the browser's type are not believed.
"""

import hashlib
import io
import math
import threading
import warnings

from PIL import ExifTags, Image, ImageOps

from kern.files.check import FileRefused, FileTooLarge, require_size, safe_filename
from kern.files.picture import SIZES, Picture, Variant

MAX_MEGABYTES = 10
MAX_PIXELS = 25_000_000
# These need more memory for each pixel than others: 16 bytes and 8, where others need 4, and what
# is scaled down by less than half is there twice. With them no picture takes more than 200 MB.
MAX_PIXELS_WEBP = 10_000_000
MAX_PIXELS_CMYK = 20_000_000
MAX_PIXELS_NARROW = 12_500_000
MAX_SCANS = 100  # a JPEG of a camera has up to about 15; thousands of empty ones cost minutes
MAX_ASPECT = 4  # height over width; WebP ends at 16,383 pixels
FULL_ASPECT = 1.5  # taller ones become narrower: what is written costs by the pixel, not by the row
QUALITY = 80
_PLAIN = frozenset({"RGB", "RGBA"})

# The second belt: Pillow itself refuses before it allocates, whoever calls it in this process.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# Up to 200 MB while one is decoded: one at a time per process.
_decoding = threading.Lock()


def accept_picture(data: bytes, filename: str) -> Picture:
    """Three WebP sizes of a PNG, JPEG or WebP, never scaled up; raises FileRefused.

    Takes up to about 1 s of CPU for 25 megapixels: call it before the transaction begins.
    """
    require_size(data, MAX_MEGABYTES)
    kind = _kind(data)
    if kind == "JPEG" and data.count(b"\xff\xda") > MAX_SCANS:
        raise FileRefused(_UNREADABLE)
    with _decoding:
        large = _decode(data, kind)
    sizes = _encode_sizes(large)
    name = safe_filename(f"{safe_filename(filename).rpartition('.')[0] or 'bild'}.webp")
    return Picture(sizes, hashlib.sha256(sizes["large"].data).hexdigest(), name)


_UNREADABLE = (
    "Das Bild ist beschädigt oder unvollständig. Bitte öffnen und speichern Sie es neu oder"
    " wählen Sie ein anderes."
)
_WRONG_KIND = "Bitte wählen Sie ein Bild als JPEG, PNG oder WebP. Andere Dateien gehen hier nicht."
_TOO_MANY_PIXELS = (
    "Das Bild hat zu viele Bildpunkte. Erlaubt sind höchstens 25 Millionen, zum Beispiel"
    " 5.000 mal 5.000. Bitte verkleinern Sie es."
)
_TOO_MANY_FOR_KIND = (
    "Das Bild hat zu viele Bildpunkte. In diesem Format sind höchstens %(millions)s Millionen"
    " erlaubt. Bitte verkleinern Sie es oder speichern Sie es als gewöhnliches JPEG."
)
_TOO_MANY_FOR_SHAPE = (
    "Das Bild hat zu viele Bildpunkte. Ist es so schmal, sind höchstens 12 Millionen erlaubt. Bitte"
    " verkleinern Sie es."
)


def _kind(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    raise FileRefused(_WRONG_KIND)


def _decode(data: bytes, kind: str) -> Image.Image:
    """The first frame, upright, at most as large as the largest size, without any metadata."""
    try:
        rough, target, orientation = _read(data, kind)
        small = rough.resize(target, Image.Resampling.LANCZOS) if rough.size != target else rough
        del rough
        return _upright(small, orientation)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileTooLarge(_TOO_MANY_PIXELS) from error
    except FileRefused:
        raise
    except Exception as error:  # decoders raise nearly anything on hostile bytes
        raise FileRefused(_UNREADABLE) from error


def _read(data: bytes, kind: str) -> tuple[Image.Image, tuple[int, int], int]:
    """Roughly scaled down, the size to bring it to, and how it lies (EXIF). A function of its own:
    with it ends the decoder, which holds several times the picture."""
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        _require_pixels(image)
        orientation = _orientation(image)
        turned = orientation >= 5  # noqa: PLR2004 - EXIF: 5 to 8 stand on their side
        width, height = image.size
        fit = _fit(height, width, SIZES["large"]) if turned else _fit(width, height, SIZES["large"])
        target = fit[::-1] if turned else fit
        if image.format in {"JPEG", "MPO"}:  # MPO: the JPEG of a camera with a second picture
            image.draft(None, target)  # libjpeg scales by 1/2, 1/4, 1/8 while it decodes
        image.load()
        return _shrink(image, target), target, orientation


def _require_pixels(image: Image.Image) -> None:
    """Asks the head of the file; nothing is decoded yet."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise FileTooLarge(_TOO_MANY_PIXELS)
    if width < 1 or height < 1:
        raise FileRefused(_UNREADABLE)
    limits = {"WEBP": MAX_PIXELS_WEBP, "CMYK": MAX_PIXELS_CMYK}
    limit = min(limits.get(image.format or "", MAX_PIXELS), limits.get(image.mode, MAX_PIXELS))
    if width * height > limit:
        raise FileTooLarge(_TOO_MANY_FOR_KIND, millions=limit // 1_000_000)
    if min(width, height) < 2 * SIZES["large"] and width * height > MAX_PIXELS_NARROW:
        raise FileTooLarge(_TOO_MANY_FOR_SHAPE)


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    image.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(image, in_place=True)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - broken camera data must not cost the picture
        return 1
    return value if value in range(1, 9) else 1


def _fit(width: int, height: int, wanted: int) -> tuple[int, int]:
    most = math.sqrt(wanted * wanted * FULL_ASPECT / (width * height))  # pixels in all
    scale = min(1.0, wanted / width, wanted * MAX_ASPECT / height, most)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrink(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    """Averaged by whole numbers in strips, because converting at full size doubles memory."""
    factor = max(1, min(image.width // target[0], image.height // target[1]))
    if factor == 1 and image.mode in _PLAIN and image.format != "WEBP":
        return image.resize(target, Image.Resampling.LANCZOS)  # there is nothing to convert
    rows = max(factor, 512 // factor * factor)
    result = None
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        strip = _plain(strip).reduce(factor)
        if result is None:
            height = -(-image.height // factor)
            result = Image.new(strip.mode, (strip.width, height))
        result.paste(strip, (0, top // factor))
    if result is None:
        raise FileRefused(_UNREADABLE)
    return result


def _plain(image: Image.Image) -> Image.Image:
    """RGB or RGBA; 16-bit grey is scaled down, which `convert` alone would clip to white."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _encode_sizes(large: Image.Image) -> dict[str, Variant]:
    made: dict[tuple[int, int], Variant] = {}
    sizes = {}
    for name, wanted in SIZES.items():
        fit = _fit(large.width, large.height, wanted)
        if fit not in made:
            made[fit] = _encode(large, fit)
        sizes[name] = made[fit]
    return sizes


def _encode(image: Image.Image, size: tuple[int, int]) -> Variant:
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=2)
    return Variant(out.getvalue(), *size)
