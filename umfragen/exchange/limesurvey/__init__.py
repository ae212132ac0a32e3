"""LimeSurvey's files, both ways: .lss, .lsg, .lsq and the archive .lsa with its answers."""
