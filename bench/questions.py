"""Questions that were asked to break searches elsewhere, by what they try.

Each must end quickly, raise nothing and find nothing that is not released: in a test on 20,000
texts, by `los.py bench suche` on 100,000.
"""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kern.content import Document

_PARTS = """
rad spiel park bus schul markt wasser bürger straßen wohn see hafen licht grün
weg platz haltestelle baum plan bänke lampe amt fläche turm steg verkehr ufer
der die das und ist im am ein nicht für mit auf zu von wir
"""
_BEGINS, _ENDS, _SMALL = (line.split() for line in _PARTS.strip().splitlines())
_START = datetime(2020, 1, 1, tzinfo=UTC)
HIDDEN = 10**6  # ids from here on are of texts that nobody may find
BAIT = "zwergdommelweg"

WORDS = [begin + end for begin in _BEGINS for end in _ENDS]
_TWELVE = " ".join(WORDS[:12])
_RARE = [f"nr{number}x" for number in range(3_000)]

ATTACKS: Mapping[str, Sequence[str]] = {
    "wildcards": [
        "*", "?", "a*", "*a", "*a*", "???*", "*a*e*i*o*u*", "**", "***rad***", "rad*weg", "r?dweg",
        "rad* *", "*:*", "%", "%%", "_", "rad%", "%rad%", "rad_eg", "str*", "rad*", "*weg", "e*",
        " ".join(f"{begin}*" for begin in _BEGINS), "rad* " * 60, "ra* " * 60, "*" * 20_000,
    ],
    "fields": [
        "body:*", "ref:*", "audience:x", "status:hidden", "text:geheim", "scope:7", "kind:beitrag",
        "audience:scope:7", "digest:0", "_version_:1", "boost:9", "at:[0 TO 9]", ":", "::", ":a",
        "a:", ":" * 20_000, "path:/probe/1", "-audience:public", '"audience:x"', f"text:{BAIT}",
        BAIT, f"{BAIT}*", f'"{BAIT}"', BAIT[:6] + "*", f"radweg {BAIT}",
    ],
    "operators": [
        "NOT *", "NOT radweg", "radweg AND NOT", "OR", "AND", "radweg OR", "&&", "||", "!", "!!",
        "radweg && platz", "radweg || platz", "!radweg", "+radweg", "+", "-", "--", "- -", "-*",
        "-" * 5_000, "NOT " * 500, "ANDMAYBE " * 1_000, "radweg AND " * 3_000, "radweg XOR x",
        "radweg NEAR/5 platz", "radweg ADJ platz", "REQUIRE", "radweg <-> platz", "@radweg",
        " OR ".join(_RARE[:300]), " OR ".join(_RARE), " AND ".join(_RARE), "|" * 9_000, "&" * 9_000,
    ],
    "ranges": [
        "[a TO z]", "[TO]", "{a TO zzzz}", "[a TO z] " * 50, "[" * 20_000, "[a TO " * 2_000, "]",
        ">=a", "<z", "<=", "a..z", "[* TO *]", "{* TO *]", "[2020-01-01 TO NOW]", "[9 TO 1]",
    ],
    "patterns": [
        'r".*"', 'r"(.*)*b"', 'r"["', "([a-z]+)*x", "{1,100}" * 50, "/.*/", "/(a+)+$/", "(?=a)",
        "(?P<a>", "\\", "\\\\", "\\d+", "[^a]", "(?i)rad", "(a|aa)+" * 40, "^", "$", "^$", ".*",
        "(x+x+)+y" * 20, "\\u0000", "\\x00", "a{1000000}", "[[:alpha:]]", "(?R)", "\\1" * 300,
    ],
    "distances": [
        "^nan", "a^1e308", "schule~", "schule~2", "schule~3", "a~1000000000", '"a b"~1000000000',
        "radweg^-1", "radweg^", "~", "~~", "radweg~0.5", "^" * 9_000, "~" * 9_000, "radweg^1e999",
    ],
    "nesting": [
        "(" * 5_000 + "a" + ")" * 5_000, "(" * 500, ")" * 500, "()" * 3_000, "((radweg)",
        "{" * 9_000, "[(" * 4_000, "<" * 9_000, "(radweg (platz (ufer", "((((-radweg))))",
    ],
    "phrases": [
        '"', '""', '"""', '"' * 20_000, '"rad' * 60, '"" ' * 5_000, '"und der"', '"radweg',
        'radweg"',
        '"radweg radplatz radweg radplatz radweg radplatz radweg radplatz"', f'"{_TWELVE}"',
        '"der die das und ist im am ein"', '-"radweg radplatz"', '"-radweg"', '"radweg*"',
        "„radweg“",
        "»radweg platz«", "'radweg platz'", '"radweg" "platz" "ufer"', '"' + "wort " * 5_000 + '"',
    ],
    "exclusions": [
        "-radweg -radplatz -radbaum x", "radweg -rad* -spiel*", "-radweg", "radweg -radweg",
        "radweg --radplatz", "radweg -" + BAIT, "-" + " -".join(WORDS), "radweg -*", 'radweg -""',
        "radweg " + " ".join(f"-{word}" for word in WORDS[1:]), "–radweg", "radweg –platz",
    ],
    "lengths": [
        "a" * 100_000, "ä" * 20_000, "wort " * 50_000, "radweg" * 9_000, "1" * 50_000,
        "rad-" * 9_000,
        "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 200, "\u00df" * 30_000,
        " " * 100_000,
        "weg" * 13, "radwegradweg" * 3, "x" * 199 + " radweg", "radweg " + "x" * 199, _TWELVE,
        " ".join(WORDS), " ".join(_RARE), "rad." * 9_000, "ab" * 20 + "*",
    ],
    "letters": [
        "\u0301" * 5_000, "a\u00ad" * 5_000, "ﷺ" * 5_000, "a" + "\u0301" * 9_000, "ＲＡＤＷＥＧ",
        "𝐫𝐚𝐝𝐰𝐞𝐠", "ⓡⓐⓓⓦⓔⓖ", "ŕádẃég", "RADWEG", "ẞ", "İ" * 900, "ǆ" * 900, "ﬃ" * 9_000, "Ω" * 900,
        "ͅ" * 900, "᾽" * 900, "㌀" * 900, "\U0001f6b2", "👨‍👩‍👧‍👦" * 900, "각" * 900, "漢字" * 900,
        "ไทย" * 900, "नमस्ते" * 300, "ראדוועג", "دراجة" * 900, "радвег", "rаdweg", "Ｒadweg*",
        "ae" * 900, "aeoeue" * 300, "oe*", "straße strasse", "½" * 900, "①②③", "Ⅷ" * 300, "٣" * 90,
        "\ufffd" * 900, "\ue000" * 900, "\U0010ffff" * 900, "\ufdd0" * 900, "a\u200db\u200cc",
    ],
    "unseen": [
        "\x00", "\ud800", "\udfff\ud800", "rad\ud800weg", "\u202eradweg", "\u2066rad\u2069weg",
        "rad\u200bweg", "rad\u2060weg", "\ufeffradweg", "rad\u00adweg", "\n\r\t", "\x1b[31mradweg",
        "\x7f" * 900, "\x85\u2028\u2029", "\U000e0041" * 900, "\ufe0f" * 900, "\u200e" * 5_000,
        "\u180e" * 900, "rad\x00weg", "\x01\x02\x03radweg", "\u061cradweg", "\u3164" * 900,
    ],
    "databases": [
        "' OR 1=1 --", "'; DROP TABLE kern_party; --", "1' UNION SELECT 1,2,3 --", "$$", "$1",
        ":query", "%(q)s", "pg_sleep(10)", "'||pg_sleep(10)--", "radweg' & 'platz", "radweg:*",
        "radweg:A", "'radweg':1A,2B", "!radweg & (platz | ufer)", "radweg <5> platz", "\\'",
        "E'\\\\'",
        "radweg'", "''", "'" * 9_000, "to_tsquery('a')", "x'; SELECT 1/0; --", "NULL", "0x1F",
        "1e400",
        "MATCH", "radweg MATCH '*'", '{"$gt": ""}', "radweg;", "/* */ radweg", "`radweg`",
    ],
    "programs": [
        "<script>alert(1)</script>", "%00", "../../etc/passwd", "{{7*7}}", "${jndi:ldap://x/a}",
        "{% for x in y %}", "#{7*7}", "$(id)", "`id`", "| id", "file:///etc/passwd", "\\\\host\\x",
        "http://127.0.0.1/", "%252e%252e", "&lt;b&gt;", "<!--", "]]>", "<?xml?>",
        "__import__('os')",
        "c__builtin__\neval\n", "\x80\x04\x95", "radweg\r\nSet-Cookie: a=b", "=1+1", "@SUM(1)",
    ],
    "marks": [
        ":in" * 2_000, "/-innen" * 2_000, "bürger:innen" * 900, "bürger*innen", "bürger_innen",
        "Bürger(in)", "in", ":innen", "*innen", "BürgerInnen" * 500, "(in)" * 3_000, "/in" * 9_000,
    ],
}  # fmt: skip


def attacks() -> list[tuple[str, str]]:
    return [(family, text) for family, texts in ATTACKS.items() for text in texts]


def texts(count: int, seed: int = 7) -> Iterator[Document]:
    """Short ones, with few frequent and many rare words; after them one hundred that nobody may
    find. Always the same."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    words = [*_SMALL, *WORDS, *(f"{end}{begin}" for end in _ENDS for begin in _BEGINS)]
    weights = list(itertools.accumulate(1 / number for number in range(1, len(words) + 1)))

    def some(length: int) -> str:
        return " ".join(dice.choices(words, cum_weights=weights, k=length))

    for id_ in range(1, count + 1):
        yield _document(id_, some(3), f"{some(9)} {_RARE[id_ % len(_RARE)]}", "public")
    for id_ in range(HIDDEN, HIDDEN + 100):
        yield _document(id_, f"status hidden geheim {BAIT}", some(9), "scope:77")


def _document(id_: int, title: str, body: str, audience: str) -> Document:
    return Document(
        key="probe.beitrag",
        id=id_,
        title=title,
        body=body,
        kind="beitrag",
        scope=id_ % 5,
        audience=audience,
        path=f"/probe/{id_}",
        at=_START + timedelta(minutes=id_ % 2_000_000),
    )
