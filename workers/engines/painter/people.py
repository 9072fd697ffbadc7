"""People: who stands there is drawn from what is said of them, the rest is chance; and an astronaut."""

from collections.abc import Mapping
from dataclasses import replace

from workers.engines.painter.dice import Dice
from workers.engines.painter.lexicon import COLOURS
from workers.engines.painter.looks import Look
from workers.engines.painter.outline import Outline, Part, blob, cut, dot, line, moved

Rgb = tuple[int, int, int]

SIZE, UNDER_UMBRELLA, OF_A_CHILD = 0.27, 0.3, 0.68
CHILDLIKE = 1.5  # a child's head beside a grown one's, on bodies drawn as large
CHIN = 28.0  # a row of the drawing
SKINS: tuple[Rgb, ...] = ((236, 190, 160), (224, 178, 146), (198, 146, 110), (150, 102, 72), (108, 72, 52))
HAIRS: Mapping[str, Rgb] = {
    "blonde": (226, 188, 110),
    "ginger": (184, 84, 36),
    "brunette": (84, 56, 38),
    "grey": (206, 206, 208),
    "dark": (38, 30, 30),
}
JACKETS = ("navy", "brown", "emerald", "grey", "crimson", "teal")
GOWNS = ("crimson", "teal", "purple", "coral", "navy", "gold")
MEN, WOMEN = (
    ("man", "king", "knight", "wizard", "monk", "samurai", "wanderer", "boy"),
    ("woman", "queen", "witch", "girl"),
)
CHILDREN = ("boy", "girl", "child")
GARB: Mapping[str, Look] = {  # what they wear if nothing else is said
    "king": Look(clothes="crimson", hat="crown", beard=True, dress=True),
    "queen": Look(clothes="purple", hat="crown", long_hair=True, dress=True),
    "knight": Look(clothes="crimson", hat="helmet"),
    "wizard": Look(clothes="indigo", hair="grey", beard=True, dress=True, staff=True),
    "witch": Look(clothes="black", long_hair=True, dress=True),
    "monk": Look(clothes="brown", hair="bald", dress=True),
    "samurai": Look(clothes="black", dress=True),
    "wanderer": Look(clothes="emerald", hat="hat", staff=True),
    "woman": Look(long_hair=True, dress=True),
    "girl": Look(long_hair=True, dress=True),
}
ROBED = ("king", "queen", "wizard", "witch", "monk", "samurai")
POINTED = ("wizard", "witch")

LEGS = (
    blob("legs", "44 62, 51 62, 50 80, 47 97, 49 100, 41 100, 43 82"),
    blob("legs", "50 62, 57 62, 59 80, 60 97, 63 100, 54 100, 54 82"),
)
ARMS = (
    blob("sleeve", "43.5 33.5, 38.5 46, 36.5 60, 39.5 61, 45 48"),
    blob("sleeve", "56.5 33.5, 61.5 46, 63.5 60, 60.5 61, 55 48"),
    dot("skin", 37.8, 61.4, 1.8, 2.2),
    dot("skin", 62.2, 61.4, 1.8, 2.2),
)
JACKET = blob("cloth", "42 32, 50 29, 58 32, 60.5 48, 59 66, 41 66, 39.5 48")
GOWN = (
    blob("skin", "44.5 78, 48.5 78, 48 96, 49 99.5, 44 99.5, 45.5 94"),
    blob("skin", "51.5 78, 55.5 78, 54.5 94, 56 99.5, 51 99.5, 52 96"),
    blob(
        "cloth",
        "43.6 32, 50 29.4, 56.4 32, 56.6 42, 55.4 49, 61 64, 65.5 83, 50 85.4, 34.5 83, 39 64, 44.6 49, 43.4 42",
    ),
)
ROBE = blob("cloth", "42 32, 50 29, 58 32, 59.4 48, 62 72, 66 98, 50 99.6, 34 98, 38 72, 40.6 48")
SCARF = (
    blob("scarf", "43 30, 50 28, 57 30, 57 34, 50 35.6, 43 34"),
    blob("scarf", "44 33, 42 44, 39 52, 44 52, 47 36"),
)
# About a head of 5.4 x 6.6 whose chin is at CHIN
HEAD = (dot("skin", 50, 21.6, 5.4, 6.6), dot("eyes", 48, 21.8, 0.6, 0.8), dot("eyes", 52, 21.8, 0.6, 0.8))
SHORT_HAIR = blob("hair", "44.2 22, 43.8 16, 50 12.8, 56.2 16, 56 22, 54.6 18.4, 50 17.4, 45.4 18.4")
GREY_SIDES = (dot("hair", 44.8, 21, 1.4, 2.6), dot("hair", 55.2, 21, 1.4, 2.6))
FRINGE = blob("hair", "44 23, 43.6 16, 50 12.6, 56.4 16, 56 23, 54 18.4, 48 17, 45.6 19.4")
LOCKS = blob("hair", "43.4 16, 50 12.2, 56.6 16, 58.4 26, 58.6 37, 54 39.6, 46 39.6, 41.4 37, 41.6 26")
BUN = dot("hair", 50, 12.2, 2.6, 2.4)
BEARD = blob("hair", "44.6 22.4, 47 25, 50 24.2, 53 25, 55.4 22.4, 55 29, 50 34, 45 29")
LONG_BEARD = blob("hair", "44.6 22.4, 47 25, 50 24.2, 53 25, 55.4 22.4, 55.4 32, 50 46, 44.6 32")
HATS: Mapping[str, tuple[Part, ...]] = {
    "hat": (
        blob("hat", "38.6 17.6, 44 16, 56 16, 61.4 17.6, 56 19.4, 44 19.4"),
        cut("hat", "44.6 17, 45.4 8.6, 48.6 9.6, 51.4 9.6, 54.6 8.6, 55.4 17"),
        line("band", 1.5, "44.8 15.4, 55.2 15.4"),
    ),
    "pointed": (
        blob("hat", "37.4 18, 44 16, 56 16, 62.6 18, 56 20, 44 20"),
        cut("hat", "44 17.6, 48.4 4, 54.6 -6, 53 5, 56 17.6"),
        line("band", 1.6, "44.4 15.8, 55.6 15.8"),
    ),
    "crown": (
        cut("gold", "44.4 17, 43.6 8.6, 47 12.6, 50 7.6, 53 12.6, 56.4 8.6, 55.6 17"),
        dot("red", 50, 14.4, 1, 1),
    ),
    "helmet": (
        blob("steel", "43.4 27, 43 16, 50 11.4, 57 16, 56.6 27, 53 30.4, 47 30.4"),
        line("black", 1.3, "45.4 21.4, 54.6 21.4"),
        line("black", 0.7, "50 22, 50 28"),
        blob("cape", "50 12.4, 47.4 5, 40 4, 36 10, 41 8.4, 45.6 10.6"),
    ),
    "straw": (cut("straw", "33 19.4, 50 8.4, 67 19.4, 50 21.4"),),
}
CAPE = blob("cape", "42.6 31, 57.4 31, 62 52, 66 84, 50 87, 34 84, 38 52")
SWORD = (line("steel", 1.6, "63.4 66, 67 88"), line("gold", 1.6, "60.6 66.4, 66 64.6"))
STICK = line("wood", 1.5, "63.2 58, 65.4 99.6")
STAFF = (line("wood", 1.7, "62.6 99.6, 65 16"), dot("glow", 65, 13.6, 2.2, 2.2))
PACK = blob("band", "40 34, 33.6 36, 33.6 56, 40 58")
UMBRELLA = (
    line("stick", 1.2, "60 60, 55 -14"),
    blob("main", "22 6, 25 -6, 36 -17, 54 -21, 72 -17, 83 -6, 86 6, 76 2, 66 5, 54 1, 42 5, 32 2"),
    line("stick", 0.7, "54 -21, 42 5"),
    line("stick", 0.7, "54 -21, 66 5"),
    line("stick", 1.0, "54 -21, 53.6 -25"),
)


def somebody(look: Look, dice: Dice, umbrella: bool = False) -> Outline:
    """Their drawing; children are smaller."""
    look = settled(look, dice)
    young = look.who in CHILDREN
    size = (UNDER_UMBRELLA if umbrella else SIZE) * (OF_A_CHILD if young else 1.0)
    head = [moved(part, (50, CHIN), CHILDLIKE if young else 1.0) for part in head_of(look)]
    locks = [moved(LOCKS, (50, CHIN), CHILDLIKE if young else 1.0)] if look.long_hair and look.hair != "bald" else []
    parts = (*locks, *body_of(look, umbrella), *head, *held_by(look, umbrella), *(UMBRELLA if umbrella else ()))
    return Outline(size, colours_of(look, dice), parts)


def settled(look: Look, dice: Dice) -> Look:
    """With what such people wear, and chance where that is open."""
    who = look.who
    if who in ("person", "child"):
        who = dice.pick(("boy", "girl") if who == "child" else ("man", "woman"))
    garb = GARB.get(who, Look())
    bearded = look.beard or garb.beard or (who == "man" and not look.old and dice.chance(0.2))
    return replace(
        look,
        who=who,
        clothes=look.clothes or garb.clothes or dice.pick(GOWNS if who in WOMEN else JACKETS),
        hair=look.hair or garb.hair or ("grey" if look.old else dice.pick(("dark", "brunette", "blonde", "ginger"))),
        long_hair=(look.long_hair or garb.long_hair) and not (look.old and who == "woman"),
        hat=look.hat or garb.hat,
        beard=bearded or (look.old and who in MEN and look.hair != "bald"),
        dress=look.dress or garb.dress,
        staff=look.staff or garb.staff,
    )


def body_of(look: Look, umbrella: bool) -> list[Part]:
    arms = list(ARMS)
    if look.who in ROBED:
        return [ROBE, *arms, *(SWORD if look.who == "samurai" else ())]
    if look.dress:
        return [*GOWN, *arms]
    cape = [CAPE, *SWORD] if look.who == "knight" else []
    pack = [PACK] if look.who == "wanderer" else []
    scarf = SCARF if look.who == "man" and not look.beard else ()
    return [*cape, *pack, *LEGS, JACKET, *arms, *scarf]


def head_of(look: Look) -> list[Part]:
    hair: tuple[Part, ...] = (FRINGE,) if look.who in WOMEN else (SHORT_HAIR,)
    if look.hair == "bald":
        hair = GREY_SIDES if look.old else ()
    elif look.old and look.who == "woman":
        hair = (FRINGE, BUN)
    beard = (LONG_BEARD if look.who == "wizard" or look.old else BEARD,) if look.beard else ()
    worn = "pointed" if look.who in POINTED else "straw" if look.who == "samurai" else look.hat
    return [*HEAD, *beard, *hair, *(HATS[worn] if worn else ())]


def held_by(look: Look, umbrella: bool) -> tuple[Part, ...]:
    if umbrella:
        return ()
    if look.who == "wizard":
        return STAFF
    return (STICK,) if look.staff or (look.old and look.who in ("man", "woman")) else ()


def colours_of(look: Look, dice: Dice) -> Mapping[str, Rgb]:
    cloth = rgb(look.clothes or "navy")
    steel = (150, 156, 168)
    armoured = look.who == "knight"
    return {
        "main": (196, 40, 44),  # the umbrella's, if no colour is said
        "stick": (30, 32, 44),
        "skin": dice.pick(SKINS),
        "eyes": (44, 34, 32),
        "hair": HAIRS.get(look.hair or "dark") or (HAIRS["grey"] if look.hair == "bald" else rgb(look.hair or "brown")),
        "cloth": steel if armoured else cloth,
        "sleeve": tuned(steel if armoured else cloth, 0.86),
        "legs": tuned(steel, 0.7) if armoured else (38, 40, 54),
        "cape": cloth,
        "scarf": rgb("crimson" if look.clothes != "crimson" else "gold"),
        "hat": rgb(look.hat_colour) if look.hat_colour else tuned(cloth, 0.8) if look.who in POINTED else (92, 62, 40),
        "band": (52, 36, 28),
        "straw": (206, 176, 110),
        "steel": steel,
        "wood": (110, 78, 48),
    }


def rgb(name: str) -> Rgb:
    return COLOURS[name][0]


def tuned(tone: Rgb, by: float) -> Rgb:
    red, green, blue = (round(channel * by) for channel in tone)
    return red, green, blue


PEOPLE: Mapping[str, Outline] = {
    "person": Outline(SIZE, {}, ()),  # drawn by `somebody`
    "umbrella": Outline(UNDER_UMBRELLA, {}, ()),
    "astronaut": Outline(
        0.4,
        {"main": (226, 228, 232), "dark": (150, 154, 164), "pale": (244, 246, 250), "roof": (232, 120, 40)},
        (
            blob("dark", "33 32, 40 28, 62 28, 68 34, 68 60, 33 60"),
            blob("main", "40 60, 50 60, 48 78, 42 92, 46 97, 36 98, 34 90, 38 76"),
            blob("main", "50 58, 62 58, 66 74, 74 86, 80 88, 78 94, 68 92, 58 78"),
            blob("main", "36 34, 50 30, 64 34, 66 50, 62 64, 38 64, 34 50"),
            blob("main", "38 36, 26 44, 16 40, 12 44, 18 50, 30 52, 40 46"),
            blob("main", "62 36, 74 34, 82 22, 87 24, 84 36, 74 44, 62 46"),
            dot("main", 50, 19, 15, 15),
            dot("black", 52, 19.6, 11.6, 10.4),
            blob("blue", "43 18, 48 11, 58 12, 62 18, 56 15, 48 16"),
            cut("roof", "44 44, 56 44, 56 52, 44 52"),
            line("dark", 1.2, "45 47, 55 47"),
            line("dark", 1.2, "45 49.4, 55 49.4"),
        ),
    ),
}
