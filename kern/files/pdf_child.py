"""Read the words of one PDF: a program of its own, so that no document can harm the worker.

It gets the bytes, gives at most MOST characters of text, and holds itself to little memory and
time. Whatever goes wrong, it ends without words.
"""

import io
import resource
import sys

from pypdf import PdfReader

MEMORY = 700_000_000  # bytes of address space; a page of a scanned plan takes a few hundred
SECONDS = 15  # of CPU
MOST = 200_000  # characters: about 80 pages
PAGES = 500


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # writes no file
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    left, parts = MOST, []
    for page in PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages[:PAGES]:
        words = " ".join(page.extract_text().split())[:left]
        parts.append(words)
        left -= len(words)
        if left <= 0:
            break
    sys.stdout.buffer.write("\n".join(parts).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
