"""Surveys and answers on their way in and out. Pure: bytes in, values out, no database, no HTTP."""
