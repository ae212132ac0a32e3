"""A folder or archive of Markdown pages, as Jekyll, Gollum, Obsidian and our export write it."""

from wiki.exchange.markdown.reading import is_page, read_markdown, read_pages

__all__ = ["is_page", "read_markdown", "read_pages"]
