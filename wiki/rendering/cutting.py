"""One section of a page taken out for editing, and put back where it stood."""

from dataclasses import dataclass

from kern.text import find_sections


@dataclass(frozen=True, slots=True)
class Cut:
    """`before`, `text` and `after` joined are the source, to the letter."""

    before: str
    text: str
    after: str

    def with_text(self, text: str) -> str:
        """The whole source with another wording of the section. What follows keeps its distance:
        an editor that drops the empty lines at the end must not glue two sections together."""
        if self.after and text != self.text:
            end = self.text[len(self.text.rstrip()) :]
            text = text.rstrip() and text.rstrip() + (end if "\n" in end else "\n\n")
        return f"{self.before}{text}{self.after}"


def cut_section(source: str, number: int) -> Cut | None:
    """The section of that number with everything below it, 0 for what stands before the first
    heading; None where there is none, because the page has changed."""
    sections = find_sections(source)
    if not 0 <= number < len(sections):
        return None
    section = sections[number]
    return Cut(source[: section.start], source[section.start : section.end], source[section.end :])
