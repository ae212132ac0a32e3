"""Pages of the town that say something to everybody, so that the search finds them: its own texts
and ours."""
