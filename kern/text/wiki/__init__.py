"""The dialect of wiki pages: read once into HTML with marks, filled when the marks are answered."""
