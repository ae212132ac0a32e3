"""What stands in double brackets and braces: one grammar for rendering and for finding links."""

# Possessive throughout: each stretch is read once, whether or not a link comes of it.
BRACKETS = (
    r"\[\[(?P<link>[^\[\]|\n]{1,400}+)(?:\|(?P<label>[^\[\]\n]{0,400}+))?\]\]"
    r"|\{\{(?P<included>[^{}|\n]{1,400}+)\}\}"
)
CONTENTS = "inhalt"
"""[[Inhalt]] is the table of contents, never a page."""

MAX_BRACKETS = 2_000
"""Of one page. What comes after is text; the longest handbook known has some hundred."""
