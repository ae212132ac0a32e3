"""A light German stemmer: endings only, on folded words, without a dictionary.

After J. Savoy, "Light stemming approaches for the French, Portuguese, German and Hungarian
languages", SAC 2006, with the repetition of CISTEM (L. Weissweiler, A. Fraser, "Developing a
stemmer for German based on a comparative analysis of publicly available stemmers", GSCL 2017) and
our own rules for feminine and gender neutral forms, so that `Bürgerinnen`, `Teilnehmende` and
`Teilnehmer` meet. Input is what `analysis.fold` gives: lower case, without umlauts and ß.
"""

import re

# Else every Bürger would be found under Burg, Schüler under Schule and Mieter under Miete.
_PEOPLE = ("burger", "schuler", "mieter")
_FIXED = {word + ending: word for word in _PEOPLE for ending in ("", "n", "s")}
_BEFORE_IN = "(?:[eo]r|eur|ist|[aeu]nt|and|at|nd|zt|rt|log|lleg|walt|wirt)"
_FEMININE = re.compile(rf"(?<=..)(?P<stem>{_BEFORE_IN})in(?:nen)?$")
_NEUTRAL = re.compile(r"(?<=.{5})(?<!en)(?<!es)end$")  # Teilnehmend, not Wochenend or Jahresend
_GENITIVE = re.compile(
    r"(?:(?<=..[bdfghklmnt])|(?<=..hr)|(?<=...[eo]r)"
    r"|(?<=..[^l]o)|(?<=..[dkmnptz]a)|(?<=..[^en]i)|(?<=...y))s$"
)
_SUPERLATIVE = re.compile(r"(?:(?<=...)est|(?<=....[bdfghklmn])st|(?<=..ss)t)$")
_LONG = re.compile(r"(?<=...)(?:ern|(?<!e)en|e[mrs])$")
_SHORT = re.compile(r"(?:(?<=..[^e])e|(?<=el)n|(?<=.ee)n)$")
_RULES = (_NEUTRAL, _GENITIVE, _SUPERLATIVE, _LONG, _SHORT)


def stem(word: str) -> str:
    """`spielplatzen` -> `spielplatz`; at least three letters of the word are left."""
    while word not in _FIXED:
        shorter = _strip(word)
        if shorter == word:
            break
        word = shorter
    word = _FIXED.get(word, word)
    return word[:-1] if word.endswith("ss") else word  # Flüsse and Fluss, Busse and Bus


def _strip(word: str) -> str:
    """One ending less, or the same word. Feminine forms go first: they end in what others lose."""
    shorter = _FEMININE.sub(r"\g<stem>", word)
    for rule in _RULES:
        if shorter != word:
            break
        shorter = rule.sub("", word)
    return shorter
