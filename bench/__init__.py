"""Measures how much work a page is. Not part of the tests: clocks differ, ratios hold."""
