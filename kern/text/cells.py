"""Text as a cell of a table that spreadsheets open: shown as it is, never calculated."""

import re
import unicodedata

_FORMULA_SIGNS = "=+-@＝＋－＠"  # the wide ones become the narrow ones in Japanese versions
# What people write and no spreadsheet calculates: "-12,5", "+3 %", "+49 221 1234".
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?: ?[%€])?|\+[0-9]+(?: [0-9]+)+")
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def harmless(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet would calculate it.

    Signs are looked for behind spaces, quotes and invisible characters too, which some programs
    skip. https://owasp.org/www-community/attacks/CSV_Injection
    """
    if text[:1].isalnum() and text.isprintable():  # nearly all: codes, names, words
        return text
    text = printable(text)
    seen = next((one for one in text if not _is_skipped(one)), "")
    if text[:1] not in {"\t", "\r", "\n"} and (not seen or seen not in _FORMULA_SIGNS):
        return text
    return text if _NUMBER.fullmatch(text) else f"'{text}"


def printable(text: str) -> str:
    """Without characters that no cell can hold."""
    return _CONTROL.sub("", text)


def _is_skipped(character: str) -> bool:
    return character in "\"'" or unicodedata.category(character)[0] in "CZ"
