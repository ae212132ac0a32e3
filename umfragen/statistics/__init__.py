"""Figures about answers, each formula with its source: shares, intervals, weights, and what keeps
small groups unseen. Pure, standard library only, knows no survey."""
