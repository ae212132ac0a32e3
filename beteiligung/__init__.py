"""Beteiligung: projects of a town, their phases, and the discussions that belong to them."""
