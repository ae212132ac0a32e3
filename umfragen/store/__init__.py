"""How answers are kept and counted: rows as truth, tallies and columns as copies of them."""
