"""The start page and the pages that a town writes itself."""
