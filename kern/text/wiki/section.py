"""What is known of a section of a long text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """`number` 0 is what stands before the first heading: level 0, no title, no anchor.

    `start` and `end` count characters of the source as it was given; what lies below (sections of a
    deeper level) belongs to it. `level` is that of the HTML heading, from 2. `plain` is the text of
    the section alone, without those below.
    """

    number: int
    level: int
    title: str
    anchor: str
    start: int
    end: int
    plain: str = ""
