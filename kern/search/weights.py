"""How much what counts in the order of hits, the same for every engine."""

FRESH_BONUS = 0.25  # today's text scores at most this much more than a very old one
HALF_LIFE = 180 * 86_400  # seconds after which the bonus has halved
# BM25's b, usually 0.75: a post of three words is no better an answer than a project's page.
LENGTH_MATTERS = 0.3
SATURATION = 1.2  # BM25's k1: how soon one more occurrence of a word adds nothing


def freshness(age: float) -> float:
    """What a score is multiplied with; `age` in seconds."""
    return 1.0 + FRESH_BONUS * HALF_LIFE / (HALF_LIFE + max(age, 0))
