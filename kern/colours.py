"""Own colours of a town or a survey: a style sheet made from four of them, and whether they can be
read."""

import re
from collections.abc import Mapping
from typing import Any

HEX = re.compile(r"#[0-9a-f]{6}")
READABLE = 4.5  # WCAG 2.2, 1.4.3: contrast of text
PAGE_LIGHT, PAGE_DARK = "#ffffff", "#14171a"
SOFT_SHARE = 0.08  # how much of the colour its soft ground holds
SOFT_SHARE_DARK = 0.12


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21, of two colours like `#43600c`."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def unreadable(values: Mapping[str, Any]) -> list[str]:
    """The keys whose colour is too weak as text on the page or on its own soft ground."""
    grounds = {
        "linde": (PAGE_LIGHT, SOFT_SHARE),
        "action": (PAGE_LIGHT, SOFT_SHARE),
        "linde_dark": (PAGE_DARK, SOFT_SHARE_DARK),
        "action_dark": (PAGE_DARK, SOFT_SHARE_DARK),
    }
    return [
        key
        for key, (page, share) in grounds.items()
        if (colour := _colour(values, key))
        and min(contrast(colour, page), contrast(colour, _mix(colour, page, share))) < READABLE
    ]


def for_dark(colour: str) -> str:
    """The same colour, as much lighter as it has to be to be read on a dark page."""
    for share in range(0, 100, 5):
        lighter = _mix("#ffffff", colour, share / 100)
        if not unreadable({"action_dark": lighter}):
            return lighter
    return "#ffffff"


def style_sheet(values: Mapping[str, Any]) -> str:
    """The tokens that differ from ours; empty when the town keeps our colours."""
    light = _tokens(values, "", PAGE_LIGHT, SOFT_SHARE)
    dark = _tokens(values, "_dark", PAGE_DARK, SOFT_SHARE_DARK)
    rules = []
    if light:
        rules.append(f":root {{ {light} }}")
    if dark:
        rules.append(
            "@media (prefers-color-scheme: dark) "
            f"{{ :root:not([data-kern-theme=light]) {{ {dark} }} }}"
        )
        rules.append(f"[data-kern-theme=dark] {{ {dark} }}")
    return "\n".join(rules)


def _tokens(values: Mapping[str, Any], suffix: str, page: str, share: float) -> str:
    found: dict[str, str] = {}
    linde, action = _colour(values, f"linde{suffix}"), _colour(values, f"action{suffix}")
    if linde:
        found["--df-linde"] = found["--df-c1"] = linde
        found["--df-linde-soft"] = _mix(linde, page, share)
        found["--df-linde-line"] = _mix(linde, page, 0.4)
        found["--df-linde-deep"] = _mix(linde, "#000000", 0.3 if suffix else 0.6)
    if action:
        found["--kern-color-action-default"] = action
        found["--kern-color-action-on-default"] = page
    return " ".join(f"{name}: {colour};" for name, colour in found.items())


def _colour(values: Mapping[str, Any], key: str) -> str:
    """Only a checked colour gets into a style sheet, whatever the database holds."""
    value = str(values.get(key) or "").lower()
    return value if HEX.fullmatch(value) else ""


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(colour: str, ground: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the curve of WCAG
