"""Words that the templates would never put there, so that copying does not lean on what is usual. For training only."""

import string

from . import general, lexicon

UNSEEN = {word for pool in vars(lexicon).values() if isinstance(pool, lexicon.Pool) for filler in pool.unseen for word in filler.split()} | \
    {word for room in lexicon.ROOMS_UNSEEN.all for word in room.split()}
ENGLISH = sorted({word for pool in (general.NOUNS, general.PLURALS, general.ADJS, general.WORDS, general.JOBS, general.TOPICS, general.DOING, general.COUNTRIES)
                  for filler in pool.all for word in filler.split() if len(word) > 2 and word not in ("the", "and")} - UNSEEN)
VOWELS, CONSONANTS = "aeiou", "".join(sorted(set(string.ascii_lowercase) - set("aeiou")))


def word(rng):
    """A made-up word, an English one out of place, or letters in an order that can be spoken."""
    roll = rng.random()
    if roll < 0.45:
        return lexicon.made_up(rng)
    if roll < 0.85:
        return rng.choice(ENGLISH)
    text = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) + rng.choice(("", "", rng.choice(CONSONANTS))) for _ in range(rng.choice((1, 2, 2, 3))))
    return text[rng.random() < 0.3:]


LENGTHS = {"name": (1, 1, 1, 2), "color": (1, 1, 1, 2), "items": (1, 1, 2, 2, 3), "what": (1, 2, 2, 3), "text": (1, 2, 3, 4, 5)}
SHADES = ("dark ", "light ", "pale ", "deep ", "bright ", "neon ", "soft ", "dusty ")


def filler(rng, field):
    """A filler of strange words for a field."""
    said = " ".join(word(rng) for _ in range(rng.choice(LENGTHS[field])))
    if field == "color" and rng.random() < 0.2:
        said = rng.choice(SHADES) + said
    return said
