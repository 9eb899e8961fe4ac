"""Words that the templates would never put there, so that copying does not lean on what is usual. For training only."""

import json
import re
import string
from pathlib import Path

from . import clock, general, lexicon, patterns
from .lexicon import Pool

FILLERS = {filler for pool in vars(lexicon).values() if isinstance(pool, Pool) for filler in pool.all}
# The words of a held-out filler may stand elsewhere, as those of a held-out line do; the filler itself may not.
UNSEEN = {filler for pool in vars(lexicon).values() if isinstance(pool, Pool) for filler in pool.unseen if " " not in filler} | \
    {word for room in lexicon.ROOMS_UNSEEN.all for word in room.split()}
HELD_OUT = {filler for pool in vars(lexicon).values() if isinstance(pool, Pool) for filler in pool.unseen}
ENGLISH = sorted({word for pool in (general.NOUNS, general.PLURALS, general.ADJS, general.WORDS, general.JOBS, general.TOPICS, general.DOING, general.COUNTRIES)
                  for filler in pool.all for word in filler.split() if len(word) > 2 and word not in ("the", "and")} - UNSEEN)
TOKENIZER = Path(__file__).parent.parent / "tokenizer.json"  # not there yet while it is trained
PIECES = sorted({piece for piece in (merge.replace(" ", "") for merge in (json.loads(TOKENIZER.read_text())["merges"] if TOKENIZER.exists() else ()))
                 if len(piece) > 1 and piece.isascii() and piece.isalpha() and piece.islower()} - UNSEEN)
MEANT = {word for file in patterns.FOLDER.glob("*.txt") for word in re.findall("[a-z]+", file.read_text())} | set(clock.ONES) | set(clock.TENS) | set(clock.WEEKDAYS)
LONE_PIECES = [piece for piece in PIECES if piece not in MEANT and piece.rstrip("s") not in ("second", "minute", "hour", "day", "week")]
VOWELS, CONSONANTS = "aeiou", "".join(sorted(set(string.ascii_lowercase) - set("aeiou")))


def word(rng):
    """A made-up word, an English one out of place, letters in an order that can be spoken, or pieces of the vocabulary.

    The last are there because a piece that no answer ever held is one that the model cannot repeat.
    """
    if PIECES and rng.random() < 0.35:
        return rng.choice(LONE_PIECES) if rng.random() < 0.4 else "".join(rng.choice(PIECES) for _ in range(rng.choice((2, 2, 3))))
    roll = rng.random()
    if roll < 0.45:
        return lexicon.made_up(rng)
    if roll < 0.85:
        return rng.choice(ENGLISH)
    text = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) + rng.choice(("", "", rng.choice(CONSONANTS))) for _ in range(rng.choice((1, 2, 2, 3))))
    return text[rng.random() < 0.3:]


SHARES = {"color": 0.35, "scene": 0.3, "name": 0.3, "items": 0.25, "task": 0.15, "media": 0.25, "text": 0.2, "event": 0.15, "fact": 0.1}
LENGTHS = {"color": (1, 1, 2), "scene": (1, 1, 2), "name": (1, 1, 2), "items": (1, 1, 2, 2, 3), "task": (2, 3, 4), "media": (1, 2, 2, 3), "text": (1, 2, 3, 4, 5), "event": (1, 2, 3), "fact": (2, 3, 4)}
SHADES = ("cool", "cold", "dark", "light", "pale", "deep", "bright", "neon", "dusty", "warm", "ice", "royal", "pastel", "hot", "electric", "forest", "misty", "sunny")
USUAL = {slot: sorted(set(Pool(text).all) - FILLERS) for slot, text in {
    "color": """maroon, beige, navy, olive, scarlet, ruby, emerald, azure, aqua, cherry, bronze, copper, silver, plum, rose, lilac, mauve, ochre, rust, sand, sky blue, navy blue, hot pink, baby blue, forest green,
lemon yellow, blood red, electric blue, burnt sienna, pastel pink, candlelight, fuchsia, khaki, charcoal, cream, apricot, brick red, sea green, rose gold, jade, cobalt, mustard, sapphire, champagne, sunset red, ocean blue, grass green, moonlight""",
    "scene": """storm, lunch, brunch, sleepover, siesta, homework, concert, karaoke, spa, beach, candlelight, welcome, quiet, date night, game night, storytime, baby, school, bath, emergency, weekend, energy saving, eco, bright, dim, summer, winter, autumn,
spring, rainy day, music, painting, craft, tea time, nap, wake up, sunrise, good morning, coffee, garden party, barbecue, meeting, video call, theatre, opera, football, camping, fireworks, halloween, christmas, easter, visitor, chill out, workout, pet, laundry""",
    "name": """steak, pancakes, dishes, shower, stretching, sauna, parking, hair dye, face mask, jog, chess, ribs, turkey, salmon, pie, muffins, waffles, toast, porridge, beans, corn, fries, sauce, stew, curry, ice bath, yoga, piano, reading, kids, dryer, oven, grill, paint, glue, brew, compost, game, exam, interval, round one, bath""",
    "items": """peaches, apricots, kiwis, grapefruit, cabbage, kale, beetroot, turnips, pumpkin, sweet potatoes, pork, lamb, turkey, salmon, prawns, cod, muesli, granola, pancakes, waffles, lemonade, cola, apple juice, whisky, rum, cider, mineral water, dishwasher tablets, bleach,
fabric softener, toothbrushes, dental floss, lipstick, shaving cream, sun cream, bandages, aspirin, vitamins, nails, sandpaper, a hammer, a screwdriver, paint brushes, rope, gloves, socks, a raincoat, wrapping paper, balloons, birthday cards, notebooks, pencils, a ruler, staples, lamp oil, seeds, flower pots,
a tent, a sleeping bag, a torch, wool, needles, buttons, a new phone case, headphones, cables, dog biscuits, fish food, hay, cheddar, feta, mozzarella, ricotta, couscous, quinoa, paprika, cumin, nutmeg, thyme, rosemary, mint tea, espresso, marmalade, peanuts, cashews, popcorn, crackers, gravy, pesto, salsa, sardines, anchovies, capers""",
    "media": """bluegrass, ska, grunge, trance, dubstep, bossa nova, flamenco, choir music, string quartets, violin concertos, meditation music, spa music, sea shanties, sleep sounds, thunderstorm sounds, cello suites, marching bands, accordion music, campfire songs, medieval music, drum solos, a radio play, a bedtime story,
the weather report, sports news, synth pop, garage rock, surf music, ballads, waltzes, polka, a symphony, nursery rhymes, wind chimes, forest sounds, a comedy show, talk radio, summer hits, sixties music, music from the eighties, road songs, organ music, harp music, steel drums, bagpipes"""}.items()}


ROOMS = [room for room in Pool("""scullery, vestibule, drawing room, sewing room, games room, box room, mud room, tool shed, wood shed, storage room, server room, boiler room, changing room, reading room, breakfast room, waiting room, meeting room,
root cellar, bike cellar, tea house, summer house, guest house, tree house, pool house, walk-in closet, closet, alcove, annex, gallery, studio, salon, parlour, snug, stable, chicken coop, carport, east wing, old barn, craft room, media room, prayer room,
sick room, crawl space, coal cellar, cheese cellar, ice cellar, tool room, hobby room, piano room, quiet room, ski room, yoga room, wash house, garden room, garden shed, cottage, cabin, chapel, bunker, bakery, dojo, cinema, ballroom, sauna""").all
         if room not in lexicon.ROOMS_UNSEEN.all]
PLACES = "room room room cellar corner house suite hall closet shed wing nook cabin floor chamber space".split()


def room(rng):
    """A room that few homes have."""
    roll = rng.random()
    if roll < 0.35:
        return rng.choice(ROOMS)
    return word(rng) if roll < 0.6 else word(rng) + " " + (rng.choice(PLACES) if roll < 0.9 else word(rng))


def filler(rng, slot):
    """A filler for a slot: half of the time a usual one, else strange words; never a held-out one."""
    said = _filler(rng, slot)
    return filler(rng, slot) if said in HELD_OUT else said


def _filler(rng, slot):
    if slot in USUAL and rng.random() < 0.5:
        return rng.choice(USUAL[slot])
    said = " ".join(word(rng) for _ in range(rng.choice(LENGTHS[slot])))
    if slot != "color" or rng.random() < 0.4:
        return said
    hue = rng.choice(lexicon.COLORS.trained).split()[-1]
    return rng.choice(SHADES + (word(rng),) * 9) + " " + rng.choice((said, hue, hue))
