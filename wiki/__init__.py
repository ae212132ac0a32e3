"""Wiki: the moderated knowledge of a town, written by its citizens."""
