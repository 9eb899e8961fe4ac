"""Words that fill the slots of the templates, and made-up words for everything a home may name itself.

Each `Pool` knows a trained and a held-out part.  Training draws only from the
trained part; the evaluation draws from both.
"""

import zlib


def is_held_out(word, share=8):
    """One filler in `share` is held out, chosen by a hash of the filler itself."""
    return zlib.crc32(("filler:" + word).encode()) % share == 0


class Pool:
    """A list of fillers with a held-out part (`share=0`: nothing is held out)."""

    def __init__(self, text, share=0):
        self.all = [w.strip() for w in text.replace("\n", ",").split(",") if w.strip()]
        self.unseen = [w for w in self.all if share and is_held_out(w, share)]
        self.trained = [w for w in self.all if w not in set(self.unseen)]

    def draw(self, rng, held_out=False):
        """A filler; with `held_out`, half of the draws come from the unseen part."""
        if held_out and self.unseen and rng.random() < 0.5:
            return rng.choice(self.unseen)
        return rng.choice(self.trained)


# Rooms: the held-out ones are only used as "in the <room>", because nothing
# but the lexicon tells that "conservatory" in "conservatory lights" is a room.
ROOMS = Pool("""kitchen, bedroom, bathroom, living room, lounge, hallway, hall, garage, office, study, nursery,
kids room, basement, cellar, attic, dining room, guest room, garden, laundry room, utility room, toilet,
playroom, library, loft, shed, workshop, gym, spare room, front room, master bedroom, entrance, corridor, kitchen,
kitchen, bedroom, bedroom, bathroom, living room, living room, guest bedroom, home office, dressing room, store room,
children's room, main bedroom, back room, greenhouse, barn, washroom, tv room, family room, baby's room, lobby, foyer""")
ROOMS_UNSEEN = Pool("conservatory, pantry, den, music room, sunroom, cloakroom, mezzanine, boot room, wine cellar, darkroom")
ROOMS_ON = Pool("balcony, patio, porch, terrace, driveway, landing, stairs, veranda, deck")
FLOORS = Pool("upstairs, downstairs, outside")

# Said form -> name in the answer.  Whatever is not listed keeps its own words.
CANON = {
    "light": "lights", "lights": "lights", "lighting": "lights",
    "telly": "tv", "television": "tv", "tv": "tv", "tv set": "tv",
    "coffee maker": "coffee machine", "coffee machine": "coffee machine",
    "air con": "ac", "aircon": "ac", "air conditioner": "ac", "air conditioning": "ac", "ac": "ac",
    "blind": "blinds", "blinds": "blinds", "curtain": "curtains", "curtains": "curtains", "drapes": "curtains",
    "shutter": "shutters", "shutters": "shutters",
}

LIGHTS = Pool("""lights, lights, lights, lights, light, light, lamp, lamp, lighting, ceiling light, ceiling lights, floor lamp, desk lamp, bedside lamp,
night light, reading lamp, fairy lights, christmas lights, table lamp, wall lights, spotlights, led strip, lamps, chandelier,
main light, reading light, standing lamp, strip lights, mood light, string lights, downlights""")
APPLIANCES = Pool("""fan, fan, heater, heater, heating, tv, tv, telly, television, tv set, radio, radio, coffee machine, coffee maker, coffee machine, plug, plug, kettle, ac,
air con, aircon, air conditioner, air conditioning, dehumidifier, humidifier, oven, dishwasher, washing machine, dryer,
tumble dryer, speaker, speakers, stereo, router, printer, computer, monitor, projector, ceiling fan, extractor fan,
electric blanket, towel rail, sprinkler, sprinklers, pump, pool pump, fountain, toaster, rice cooker, slow cooker,
air purifier, hot water, boiler, water heater, hot tub, sauna, doorbell, camera, cameras, smart plug, socket, outlet, radiator,
radiators, underfloor heating, games console, laptop charger, fish tank, iron, microwave, fireplace, bathroom fan, wifi,
hi-fi, soundbar, cooker, hob, freezer, fridge, mixer, charger, power strip, wall heater, subwoofer, washer, switch, car charger, alarm system,
irrigation, garden hose, bread maker, patio heater, diffuser, intercom, amplifier, record player, 3d printer, vent, ventilation""")
PLAYERS = Pool("tv, tv, telly, television, radio, radio, speaker, speakers, stereo, soundbar, hi-fi, record player, projector, amplifier, intercom, alarm")
COVERS = Pool("""blinds, blinds, blind, curtains, curtains, curtain, drapes, shutters, shutter, window, windows, door, garage door, gate,
front door, back door, skylight, awning, roller blinds, patio door, roof window, garden gate, cat flap, hatch, venetian blinds, side gate, valve""")
LOCKS = Pool("""front door, front door, back door, door, doors, garage door, gate, garage, windows, patio door, side door, shed door, garden gate,
window, main door, cellar door, safe, car, gun cabinet, mailbox, bike shed, balcony door, main entrance, door lock, front gate, letterbox""")
COLORS = Pool("""red, blue, green, yellow, orange, purple, pink, white, warm white, cool white, turquoise, violet, cyan, magenta,
gold, amber, teal, lavender, dark blue, light blue, dark green, light green, peach, lime, indigo, crimson, salmon, ivory, mint, coral, soft white, daylight""", 8)
NAMES = Pool("""anna, ben, carla, david, emma, felix, greta, hanna, ivan, julia, karl, lena, marco, nina, oscar, paula, quentin,
rosa, simon, tina, uma, victor, wanda, xenia, yusuf, zoe, tom, sam, alex, maria, leo, mia, noah, sophie, max, lucy, jack, ella,
omar, priya, chen, aisha, luca, björn, zoë, jürgen, rené, håkon, lila, theo, grandma, grandpa, mum, dad, mom""", 8)
PARTS = ("glo ver mi ta ran pol ki su no bra fe lu dor zan wi tri mo cha pe nu sel gar ho ri ba quo len dra vi to sha mer plo "
         "ska ne ju fro ti lam bo cre zu hin tal gri po wen da kel ro mu sti fa lor be ny dax vo pli ger sno ux im ar el os un").split()
ENDS = "n r t l s k m p x lt nd rk st ng sh th".split()


def made_up(rng):
    """A word nobody has written before: two or three syllables, for copying that does not depend on the vocabulary."""
    word = "".join(rng.choice(PARTS) for _ in range(rng.choice((1, 2, 2, 2, 3))))
    if rng.random() < 0.5 or len(word) < 3:
        word += rng.choice(ENDS)
    return word


def name(rng, held_out=False):
    """A person's name, one in four made up."""
    return made_up(rng) if rng.random() < 0.25 else NAMES.draw(rng, held_out)


GENRES = Pool("""jazz, rock, classical music, pop, techno, blues, folk, reggae, soul, funk, metal, country, hip hop, opera, disco, punk,
piano music, lullabies, film music, ambient, house music, salsa, swing, lo-fi, chill music, dance music, party music, relaxing music,
workout music, dinner music, christmas songs, children's songs, oldies, guitar music, gospel, birdsong, rain sounds, white noise, ocean waves,
whale song, happy songs, sad songs, love songs, show tunes, brass band music, an audiobook, a podcast, indie, drum and bass, nature sounds, tango""", 8)
PLAYLISTS = Pool("morning, workout, dinner, party, focus, sleep, road trip, summer, cooking, running, chill, favourites, study, cleaning, rainy day, yoga, gaming, sunday", 8)

GROCERIES = Pool("""milk, eggs, bread, butter, cheese, apples, bananas, tomatoes, potatoes, onions, garlic, rice, pasta, flour, sugar, salt, pepper,
coffee, tea, orange juice, yoghurt, chicken, fish, beef, carrots, cucumbers, lettuce, spinach, mushrooms, beans, lentils, honey, jam, oats,
cereal, olive oil, vinegar, toilet paper, soap, shampoo, toothpaste, batteries, light bulbs, dish soap, washing powder, bin bags, cat food,
dog food, nappies, chocolate, biscuits, crisps, beer, wine, sparkling water, lemons, limes, ginger, basil, parsley, avocados, grapes, pears,
strawberries, blueberries, ice cream, frozen peas, tofu, hummus, tuna, sausages, ham, peanut butter, mustard, ketchup, mayonnaise, soy sauce,
noodles, cream, sour cream, oat milk, almonds, walnuts, raisins, baking powder, yeast, vanilla, cinnamon, kitchen roll, sponges, candles,
matches, plasters, tissues, razor blades, deodorant, birdseed, tortillas, broccoli, cauliflower, leeks, celery, radishes, melons, cherries,
plums, oranges, mangoes, pineapple, cocoa, maple syrup, stock cubes, coconut milk, chickpeas, olives, pickles, bagels, croissants, rolls, foil,
cling film, baking paper, printer paper, stamps, envelopes, screws, paint, tape, glue, string, compost, firewood, charcoal, salad, sweetcorn, aubergines, bacon""", 8)
AMOUNTS = Pool("two, three, four, six, ten, a dozen, two packs of, a bottle of, a bag of, two litres of, a loaf of, 500 grams of, a kilo of, a box of, 2, 3, 12, a jar of, a tin of, five bags of, 6, three cans of, a carton of, 1 kg of, half a kilo of")
LISTS = Pool("shopping, shopping, shopping, grocery, groceries, to-do, todo, to do, packing, christmas, party, hardware, holiday, gift, wish, camping, pharmacy, book, work, school, birthday, picnic")
LIST_CANON = {"grocery": "shopping", "groceries": "shopping", "to-do": "todo", "to do": "todo", "todo": "todo"}

VERBS = Pool("""call, phone, text, email, visit, thank, meet, ring, write to, invite, message, congratulate, pick up, help, ask, check on, answer, surprise""")
PERSONS = Pool("""my mum, my dad, mum, dad, the dentist, the doctor, the plumber, my sister, my brother, the landlord, the bank, grandma, the vet,
my boss, the neighbours, the school, my aunt, the insurance, the garage, the electrician, the office, my wife, my husband, the kids, the hotel, the hairdresser,
the babysitter, the lawyer, uncle {name}, aunt {name}, {name}, {name}, {name}, {name} and {name}, mrs {name}, doctor {name}, the tax office, my parents, the new neighbour, the gym, the baker""")
TASKS = Pool("""take out the bins, take the bins out, water the plants, feed the cat, feed the dog, walk the dog, pay the rent, pay the electricity bill, do the laundry,
hang up the washing, empty the dishwasher, clean the fridge, defrost the freezer, buy {item}, buy {item}, get {item}, order {item}, return the library books,
book a table, book a table for {n}, renew my passport, take my pills, take my medicine, take the pizza out, take the cake out of the oven, check the oven, lock the shed, mow the lawn,
charge the car, charge my phone, wash the car, change the sheets, change the filter, send the parcel, post the letter, print the tickets,
back up my photos, pack my bag, pack for the trip, do my homework, do the dishes, start dinner, preheat the oven, leave for the station, go to bed, go for a run,
stretch, drink some water, stand up, practise the piano, study for the exam, finish the report, send the invoice, submit my timesheet, join the meeting, prepare the slides,
sign the form, bring the umbrella, bring {item}, collect the dry cleaning, fetch {name} from school, pick {name} up from football, wish {name} a happy birthday, buy a present for {name}, cancel the subscription,
turn off the oven, close the windows, move the car, check the mail, let the dog out, clean the windows, vacuum the car, repot the {word}, feed the {word}, oil the {word}, fix the {word}, return the {word},
bring the {word} to {name}, bake a cake, iron my shirt, check the tyres, put the chicken in the oven, take a break, breathe, meditate, sweep the yard, buy {word} and {item}, look for the {word}, charge the {word}, ask {name} about the {word}, read to the kids,
turn the roast over, empty the bins, put the bins out, descale the kettle, order the {word}, test the smoke alarm, clean the litter box, clean the {word}, pay {name} back, give {name} the keys, get the kids, brush the dog""")
EVENTS = Pool("""the meeting, the dentist appointment, my appointment, the parents evening, the concert, my flight, the train, the match, the party, {name}'s birthday, the deadline,
the delivery, the phone call with {name}, football practice, my interview, the exam, the school play, yoga, choir, band practice, lunch with {name}, dinner with {name}, the {word} meeting, the game, the laundry, the cake, the roast,
the {word}, the bins, our anniversary, the tax return, the rent, the vaccination, my haircut, the recycling, {name}, the car inspection, book club, piano lesson, the webinar""")
FACTS = Pool("""the bins go out, {name} is coming over, dinner is ready, the parcel arrives, the film starts, we are out of {item}, the shop closes early, {name} has football,
my library books are due, the {word} needs charging, the car needs petrol, it is {name}'s birthday, the plumber is coming, the washing is done, we have guests, i have a call with {name}, the cat needs its pills, the bath is running, there is cake in the fridge, school starts late""")
TIMER_NAMES = Pool("pasta, eggs, egg, pizza, tea, rice, cake, bread, laundry, nap, workout, chicken, potatoes, soup, cookies, plank, homework, break, roast, noodles, lasagne, meditation, screen time, dough, coffee, bath", 8)
SCENES = Pool("movie, movie night, party, dinner, reading, romantic, focus, work, cleaning, vacation, holiday, relax, cinema, gaming, breakfast, bedtime, study, sunset, cosy, yoga, guest, night, evening, morning, away, home, sleep", 8)
