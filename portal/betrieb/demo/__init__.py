"""The demo town Lindenau am See: its words and how they become a town."""
