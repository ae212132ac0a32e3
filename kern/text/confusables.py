"""Letters that look like Latin ones, after NFKC and casefolding.

Our own small table for names: what a person in a German town can type or paste to pass for somebody
else. Whole styled alphabets (bold, circled, fullwidth) are resolved by NFKC already.
"""

_LOOKALIKES = {
    "a": "аɑαᴀⲁаꭺ∂ꓮ",
    "b": "вьƅᏼʙЬꓐ",
    "c": "сϲᴄⲥсꮯꓚ¢",
    "d": "ԁɗᏧđðꓒժ",
    "e": "еєεҽεєᴇ℮ꬲəꓰ€",
    "f": "ƒғꞙքꓝ",
    "g": "ɡցɢԍǥꓖ",
    "h": "һհнħʜηꓧ",
    "i": "ıіιɩɪӏꭵl1|!ǃ׀ا∣ⵏɭłꓡꓲƚӀเ",
    "j": "јϳɉꓙ",
    "k": "кκᴋқҝⲕꓗ",
    "m": "мᴍⲙꓟ",
    "n": "пոռɴνꓠ",
    "o": "оοσօ०০੦૦௦๐໐ჿøɵᴏⲟо0ѳөꓳס",
    "p": "рρϱⲣᴘþꓑ",
    "q": "ԛգզ",
    "r": "гᴦⲅяʀꓣ",
    "s": "ѕꜱʂꓢ$",
    "t": "тτᴛŧꓔ",
    "u": "υսʋцᴜꓴ",
    "v": "ѵᴠꓦ",
    "w": "ԝшωɯᴡѡꓪ",
    "x": "хχⲭꓫ×",
    "y": "уγүʏყꓬ",
    "z": "ᴢʐƶꓜ",
    "ae": "æӕ",
    "oe": "œ",
    "ss": "β",
}

_ENCLOSED = {
    first + offset: chr(ord("a") + offset)
    for first in (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, flag letters
    for offset in range(26)
}

LOOKALIKES: dict[int, str] = _ENCLOSED | {
    ord(char): latin for latin, chars in _LOOKALIKES.items() for char in chars
}
"""For `str.translate`. i, l, 1 and | are one sign, and so are o and 0."""
