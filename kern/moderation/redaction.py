"""Take passages out of a text: what stays is the author's own, and a mark stands where one went.

Pure. Words are the smallest thing that can go; blanks do not count, so that nobody is blamed for
a line break. Texts of 20,000 characters take a few hundredths of a second, whatever they are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from kern.errors import Invalid

MARK = "[von der Moderation entfernt]"
"""Part of the text from then on, so it is in every copy of it."""

SEAM = "\n\n---\n\n"
"""Between two texts of one thing; what happens to it means nothing."""

_WORD = re.compile(rf"{re.escape(MARK)}|[^\W_]+|[^\w\s]|_")
_SENTENCE_ENDS = ".!?:\n"
_LOOKS = 8  # places and words compared per gap: nobody deletes cleverly at a thousand places
_TELLING = 4  # letters of a word that says something by itself; numbers always do
_SHOWN = 40  # characters of a word in an error
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Word(NamedTuple):
    """A run of letters and digits, one sign, or a mark; `at` and `end` are places in the text."""

    text: str
    at: int
    end: int

    @property
    def is_mark(self) -> bool:
        return self.text == MARK


@dataclass(frozen=True)
class Cut:
    """`text` has the marks; `passages` is what went, in the order of the old text."""

    text: str
    passages: tuple[str, ...]

    def __add__(self, other: "Cut") -> "Cut":
        """Of two fields of one thing."""
        return Cut(f"{self.text}\n{other.text}", self.passages + other.passages)

    @cached_property
    def telling(self) -> frozenset[str]:
        """Folded words that say something by themselves and are in nothing that stayed."""
        gone = set(_folded("\n".join(self.passages)))
        kept = set(_folded(self.text))
        return frozenset(word for word in gone - kept if _tells(word))


def remains(old: str, new: str, field: str = "text") -> str:
    """The old text with a mark for each passage that is missing in the new one.

    Raises Invalid at `field` when the new text holds a word that the old one has not there.
    """
    return cut(old, new, field).text


def cut(old: str, new: str, field: str = "text") -> Cut:
    """`remains`, and what went."""
    return cut_parts([old], new, field)[0]


def joined(parts: Sequence[str]) -> str:
    """Several texts of one thing as one, for a form with one field."""
    return SEAM.join(parts)


def cut_parts(parts: Sequence[str], new: str, field: str = "text") -> list[Cut]:
    """Of each of the parts what is left in the whole, which may cross their seams."""
    whole = joined(parts)
    own = [word for word in _words(whole) if not word.is_mark]
    kept = _aligned([word.text for word in own], _own(new), field)
    gone = _slid(whole, own, kept)
    found: list[Cut] = []
    start = 0
    for part in parts:
        inside = {at - start for at in gone if start <= at < start + len(part)}
        found.append(_built(part, _words(part), inside))
        start += len(part) + len(SEAM)
    return found


def without(text: str, taken: Cut) -> str:
    """Another text about the same, such as an earlier wording, without what was taken.

    Passages go wherever they stand, those of several words with any signs between them, and so
    does each of their telling words, however it is spelt.
    """
    words = _words(text)
    folded = [_fold(word.text) for word in words]
    gone = {word.at for word, fold in zip(words, folded, strict=True) if fold in taken.telling}
    for first, last in _places(folded, taken.passages):
        gone.update(word.at for word in words[first:last])
    gone |= _quoted(words, [passage for passage in taken.passages if has_words(passage)])
    return _built(text, words, gone).text if gone else text


def has_words(passage: str) -> bool:
    """Several of them: one alone, such as an article before a comma, is no quote."""
    return sum(word.isalnum() for word in _own(passage)) > 1


def holds(text: str, passage: str) -> bool:
    """Whether a text quotes the passage, with other blanks, signs, quote marks or case."""
    return bool(_quotes([word for word in _words(text) if word.text.isalnum()], (passage,)))


def without_quotes(text: str, passages: Iterable[str]) -> str:
    """A text of somebody else without the passages it quotes; their single words stay."""
    words = _words(text)
    gone = _quoted(words, passages)
    return _built(text, words, gone).text if gone else text


def _quoted(words: Sequence[Word], passages: Iterable[str]) -> set[int]:
    """Where the words and signs begin that quote one of the passages."""
    spoken = [word for word in words if word.text.isalnum()]
    spans = [(spoken[first].at, spoken[last - 1].end) for first, last in _quotes(spoken, passages)]
    return {word.at for word in words if any(at <= word.at < end for at, end in spans)}


def _quotes(spoken: Sequence[Word], passages: Iterable[str]) -> list[tuple[int, int]]:
    """Signs do not count: quote marks stand at the beginning of lines."""
    bare = (" ".join(word for word in _own(one) if word.isalnum()) for one in passages)
    return _places([_fold(word.text) for word in spoken], bare)


def require_split(old: str, first: str, second: str) -> None:
    """Two texts that share the words of one: nothing added, nothing lost, the order kept in each.

    Raises Invalid at "first" or "second".
    """
    words, one, two = (_own(text) for text in (old, first, second))
    if not one:
        raise Invalid("Hier fehlt der erste Teil.", field="first")
    if not two:
        raise Invalid("Hier fehlt der zweite Teil.", field="second")
    _require_same(Counter(words), Counter(one), Counter(two))
    if not _interleaves(words, one, two):
        raise Invalid(
            "Bitte verteilen Sie den Text nur; die Reihenfolge der Wörter bleibt.", field="second"
        )


def _words(text: str) -> list[Word]:
    return [Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]


def _own(text: str) -> list[str]:
    """The words alone, without marks."""
    return _WORD.findall(text.replace(MARK, " "))


def _fold(word: str) -> str:
    return word.casefold().translate(_FOLD)


def _folded(text: str) -> list[str]:
    return [_fold(word) for word in _own(text)]


def _tells(word: str) -> bool:
    is_number = any(letter.isdigit() for letter in word)
    return is_number or (word.isalnum() and len(word) >= _TELLING)


def _aligned(old: Sequence[str], new: Sequence[str], field: str) -> list[int]:
    """Which places of the old words stayed; where a word stands often, the longest run does."""
    most = min(len(old), len(new))
    head = next((i for i in range(most) if old[i] != new[i]), most)
    most -= head
    tail = next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)
    middle = _middle(old[head : len(old) - tail], new[head : len(new) - tail], field)
    ends = range(len(old) - tail, len(old))
    return [*range(head), *(head + place for place in middle), *ends]


def _middle(old: Sequence[str], new: Sequence[str], field: str) -> list[int]:
    latest = _latest(old, new, field)
    places: dict[str, list[int]] = {}
    for place, word in enumerate(old):
        places.setdefault(word, []).append(place)
    seen = dict.fromkeys(places, 0)  # how many places of a word lie behind us
    found: list[int] = []
    place = 0
    for index, word in enumerate(new):
        if old[place] != word:
            rest = places[word]
            while rest[seen[word]] < place:
                seen[word] += 1
            near = rest[seen[word] : seen[word] + _LOOKS]
            fitting = [one for one in near if one <= latest[index]]
            place = max(fitting, key=lambda one: (_run(old, new, one, index), -one))
        found.append(place)
        place += 1
    return found


def _latest(old: Sequence[str], new: Sequence[str], field: str) -> list[int]:
    """For each new word the last place at which it and all after it still fit."""
    found = [0] * len(new)
    place = len(old)
    for index in range(len(new) - 1, -1, -1):
        place -= 1
        while place >= 0 and old[place] != new[index]:
            place -= 1
        if place < 0:
            raise _added(_first_added(old, new), field)
        found[index] = place
    return found


def _run(old: Sequence[str], new: Sequence[str], place: int, index: int) -> int:
    """How many words in a row agree from there on, as far as one looks."""
    most = min(_LOOKS, len(old) - place, len(new) - index)
    return next((i for i in range(most) if old[place + i] != new[index + i]), most)


def _first_added(old: Sequence[str], new: Sequence[str]) -> str:
    rest = iter(old)
    return next(word for word in new if word not in rest)


def _added(word: str, field: str) -> Invalid:
    return Invalid(
        "Hier können Sie nur ganze Wörter löschen. So steht es nicht im Text: „%(word)s“.",
        field=field,
        word=word[:_SHOWN],
    )


def _slid(text: str, words: Sequence[Word], kept: Sequence[int]) -> set[int]:
    """Of gaps that leave the same words the one that begins with a sentence: "A. [B C.] B D"
    and "A. B [C. B] D" read alike, and the first is what was meant."""
    stays = [False] * len(words)
    for place in kept:
        stays[place] = True
    starts = [i for i, stay in enumerate(stays) if not stay and (i == 0 or stays[i - 1])]
    for start in starts:
        end = next((i for i in range(start, len(words)) if stays[i]), len(words))
        for first, last in _slides(words, stays, start, end):
            if _begins(text, words[first].at):
                stays[start:end] = [True] * (end - start)
                stays[first:last] = [False] * (last - first)
                break
    return {word.at for word, stay in zip(words, stays, strict=True) if not stay}


def _slides(
    words: Sequence[Word], stays: Sequence[bool], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Where this gap could stand as well: here, further left, further right."""
    yield start, end
    first, last = start, end
    while start - first < _LOOKS and first and stays[first - 1]:
        if words[first - 1].text != words[last - 1].text:
            break
        first, last = first - 1, last - 1
        yield first, last
    first, last = start, end
    while first - start < _LOOKS and last < len(words) and stays[last]:
        if words[first].text != words[last].text:
            break
        first, last = first + 1, last + 1
        yield first, last


def _begins(text: str, at: int) -> bool:
    """Whether a sentence or a line begins there."""
    before = text[:at] if at < _SHOWN else text[at - _SHOWN : at]
    bare = before.rstrip()
    return not bare or bare[-1] in _SENTENCE_ENDS or "\n" in before[len(bare) :]


def _built(text: str, words: Sequence[Word], gone: set[int]) -> Cut:
    """One mark for all that is missing between two words that stay."""
    parts: list[str] = []
    done = 0
    in_gap = False
    for word in words:
        is_out = word.is_mark or word.at in gone
        if is_out and not in_gap:
            parts += [text[done : word.at], MARK]
        elif not is_out:
            blank = " " if in_gap and text[done : word.at] == "" and word.text == "(" else ""
            parts += [text[done : word.at], blank, word.text]  # "[...](" would be a link
        in_gap, done = is_out, word.end
    parts.append(text[done:])
    return Cut("".join(parts), tuple(_passages(text, words, gone)))


def _passages(text: str, words: Sequence[Word], gone: set[int]) -> list[str]:
    found: list[tuple[int, int]] = []
    for before, word in pairwise([None, *words]):
        if word is None or word.at not in gone:
            continue
        if before is not None and before.at in gone:
            found[-1] = found[-1][0], word.end
        else:
            found.append((word.at, word.end))
    return [text[start:end] for start, end in found]


def _places(folded: Sequence[str], passages: Iterable[str]) -> list[tuple[int, int]]:
    """Where passages stand in a text, as (first word, behind the last one)."""
    whole = "\0".join(["", *folded, ""])
    offsets: dict[int, int] = {}
    at = 0
    for index, word in enumerate(folded):
        offsets[at] = index
        at += len(word) + 1
    found: list[tuple[int, int]] = []
    for wanted in {tuple(_folded(passage)) for passage in set(passages)}:
        if not any(word.isalnum() for word in wanted):
            continue
        needle = "\0".join(["", *wanted, ""])
        place = whole.find(needle)
        while place >= 0:
            found.append((offsets[place], offsets[place] + len(wanted)))
            place = whole.find(needle, place + len(needle) - 1)
    return found


def _require_same(words: Counter[str], one: Counter[str], two: Counter[str]) -> None:
    for field, part in (("first", one), ("second", two)):
        added = part - words
        if added:
            raise _added(next(iter(added)), field)
    lost = words - one - two
    if lost:
        word = next(iter(lost))[:_SHOWN]
        raise Invalid("Beim Teilen ging etwas verloren: „%(word)s“.", field="second", word=word)
    twice = one + two - words
    if twice:
        word = next(iter(twice))[:_SHOWN]
        raise Invalid("Das steht jetzt in beiden Teilen: „%(word)s“.", field="second", word=word)


def _interleaves(words: Sequence[str], one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether both, each in its order, make up the whole.

    Bit i of `reached` says: the words so far are i of the first part and the rest of the second.
    """
    in_one = _bits(one)
    in_two = _bits(two[::-1])
    reached = 1
    for count, word in enumerate(words):
        shift = count - len(two) + 1  # word j of the second part is bit (count - j)
        ours = in_two.get(word, 0)
        ours = ours << shift if shift >= 0 else ours >> -shift
        reached = (reached & in_one.get(word, 0)) << 1 | (reached & ours)
    return bool(reached >> len(one) & 1)


def _bits(words: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, word in enumerate(words):
        found[word] = found.get(word, 0) | 1 << index
    return found
