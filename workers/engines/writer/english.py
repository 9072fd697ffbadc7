"""What the writer says in English. {words} are the person's own, {bare} the same without an article,
{the} with a definite one where there was one."""

from collections.abc import Mapping, Sequence

LANGUAGE = "English"
FOOTER = "Written by rules from your words; no language model. {model}, seed {seed}."
TITLE_CASE = True

GRAMMAR: Mapping[str, Sequence[str]] = {
    "prompt": (
        "{words}, {place}, {light}, {view}, {palette}, {surface}, {mood}",
        "{view}: {words}, {light}, {place}, {air}, {palette}, {surface}",
        "{words}, {light}, {air}, {place}, {lens}, {palette}, {mood}",
        "{words}; {place}, {light}; {lens}, {surface}, {palette}, {mood}",
    ),
    "view": ("wide view", "low angle", "seen from above", "close and intimate view", "centred composition",
             "view with a clear foreground", "rule-of-thirds composition", "view through a natural frame"),
    "lens": ("35 mm lens, deep focus", "85 mm lens, shallow depth of field", "24 mm lens, strong foreground",
             "long lens, layered distances", "50 mm lens, natural perspective"),
    "palette": ("a restrained palette with one warm accent", "cool shadows against warm highlights",
                "muted earth tones", "deep blues and a little gold", "soft pastel tones", "rich, saturated colours",
                "two complementary colours and many greys"),
    "surface": ("fine texture in the foreground", "crisp detail where the eye rests", "soft edges in the distance",
                "tactile surfaces", "clean shapes, little clutter", "visible grain"),
    "air": ("a light haze in the distance", "clear air", "dust in the light", "thin mist near the ground",
            "a slight breeze one can see"),
    "mood": ("quiet and expectant", "calm, unhurried", "dreamlike but precise", "bold and graphic",
             "tender, a little melancholy", "full of energy", "solemn and wide", "playful"),
    "titles": ("{Bare}", "{bare}, {hour}", "The Quiet of {the}", "Letters from {the}", "A Study in {tone}",
               "What {the} Knows", "Before {the}", "{the} and Everything After", "Notes on {the}",
               "The Hour of {the}", "{tone} Hour", "Almost {tone}", "Only {the}", "Nothing but {the}"),
    "hour": ("Late", "Early", "Half Awake", "Once More", "Unhurried", "From Memory"),
    "tone": ("Amber", "Blue", "Silver", "Ochre", "Slate", "Ember", "Indigo", "Copper"),
    "captions": ("{words}. {feeling}", "{feeling} {words}.", "{words}: {aside}.", "Today: {words}. {feeling}",
                 "{words}, {aside}.", "Some things need no explanation: {words}."),
    "feeling": ("Stay a little longer.", "Nothing to add.", "I would look at this all day.", "Worth the walk.",
                "The kind of quiet that keeps you.", "You had to be there; now you are.", "Take a breath."),
    "aside": ("the long version", "no filter for this one", "as it was", "and then the light changed",
              "for whoever needs it today", "seen once, kept"),
    "alt": ("{Words}.", "Picture of {words}.{facts}", "{Words}, filling the picture.{facts}"),
    "headline": ("Make room for {the}.", "{The}. Worth stopping for.", "Some days ask for {the}.",
                 "{The}, just the way you hoped.", "Begin with {the}.", "There is always time for {the}.",
                 "You found it: {the}."),
    "body": ("{open} {middle} {close}",),
    "open": ("You know the feeling when something is simply right.", "Not everything has to be loud to be noticed.",
             "The best part of a day is often the smallest.", "You have looked long enough."),
    "middle": ("That is why there is {the}: nothing too much, nothing missing.",
               "With {the} it takes only a moment, and the moment stays.",
               "{The}: made for exactly that, with care for what you will notice second.",
               "We kept what matters about {the} and left out the rest."),
    "close": ("Come and see for yourself.", "Have a look today.", "Find yours.", "Try it once; then decide.",
              "Tell us what you think."),
}  # fmt: skip
LIGHTS: Mapping[str, Sequence[str]] = {
    "sunset": ("low golden light, long shadows", "the last sun, rims of light on every edge"),
    "dawn": ("first light, pale and clean", "cool dawn light with a warm edge"),
    "dusk": ("blue hour, the first lamps", "fading light, soft contrasts"),
    "night": ("moonlight and deep shadow", "night, small pools of light", "starlight, long exposure"),
    "storm": ("storm light under heavy clouds", "a break in the clouds, dramatic light"),
    "day": ("clear daylight", "bright sun, crisp shadows", "high summer light"),
    "overcast": ("even, overcast light", "soft grey light without shadows"),
    "": ("soft window light", "low golden light, long shadows", "clear morning light", "even, overcast light"),
}
PLACES: Mapping[str, Sequence[str]] = {
    "water": ("reflections broken by small waves", "wet surfaces that hold the sky", "a calm waterline"),
    "wild": ("layers of land fading into the distance", "grass and stone in the foreground", "a wide horizon"),
    "town": ("lit windows, wet asphalt", "signs and wires, layers of facades", "people as small accents"),
    "deep": ("vast empty space around it", "drifting particles that give scale", "light that comes from far away"),
    "": ("a plain background that leaves room", "a simple setting, few things", "space to breathe around it"),
}
FACTS = {
    "sunset": "The sun is low.", "dawn": "It is early morning.", "dusk": "It is getting dark.", "night": "It is night.",
    "storm": "A storm is near.", "day": "It is day.", "overcast": "The light is grey.",
}  # fmt: skip
COLOURS = "Colours named: {colours}."
