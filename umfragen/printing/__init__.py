"""What goes to a printer as a PDF: code letters, posters, cards for tables."""
