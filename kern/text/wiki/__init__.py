"""The dialect of wiki pages: read once into HTML with slots, filled when the slots are answered."""
