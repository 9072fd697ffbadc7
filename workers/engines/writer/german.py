"""What the writer says in German. {words} stand for themselves everywhere, for their case is not known."""

from collections.abc import Mapping, Sequence

LANGUAGE = "Deutsch"
FOOTER = "Nach Regeln aus deinen Worten geschrieben; kein Sprachmodell. {model}, Seed {seed}."
TITLE_CASE = False

GRAMMAR: Mapping[str, Sequence[str]] = {
    "prompt": (
        "{words}, {place}, {light}, {view}, {palette}, {surface}, {mood}",
        "{words}; {view}, {light}, {place}, {air}, {palette}, {surface}",
        "{words}, {light}, {air}, {place}, {lens}, {palette}, {mood}",
    ),
    "view": ("weiter Blick", "tiefer Standpunkt", "von oben gesehen", "nah und vertraut", "mittig aufgebaut",
             "mit klarem Vordergrund", "im Goldenen Schnitt"),
    "lens": ("35 mm, alles scharf", "85 mm, geringe Schärfentiefe", "24 mm, starker Vordergrund",
             "lange Brennweite, gestaffelte Ferne"),
    "palette": ("zurückhaltende Farben mit einem warmen Akzent", "kühle Schatten, warme Lichter", "gedämpfte Erdtöne",
                "tiefes Blau und ein wenig Gold", "zarte Pastelltöne", "satte, kräftige Farben"),
    "surface": ("feine Struktur im Vordergrund", "Schärfe dort, wo das Auge ruht", "weiche Kanten in der Ferne",
                "greifbare Oberflächen", "klare Formen, wenig Beiwerk"),
    "air": ("leichter Dunst in der Ferne", "klare Luft", "Staub im Licht", "dünner Nebel am Boden"),
    "mood": ("still und erwartungsvoll", "ruhig, ohne Eile", "traumhaft und doch genau", "kühn und grafisch",
             "zart, ein wenig wehmütig", "voller Kraft", "verspielt"),
    "titles": ("{Words}", "{Words} – {hour}", "Studie: {words}", "{Words}, aus der Erinnerung", "Noch einmal: {words}",
               "Nur {words}", "{Words} und alles danach", "Kurz davor: {words}", "Was bleibt: {words}",
               "{tone} Stunde"),
    "hour": ("spät", "früh", "halb wach", "ohne Eile", "ein Versuch"),
    "tone": ("Blaue", "Goldene", "Silberne", "Graue", "Kupferne"),
    "captions": ("{words}. {feeling}", "{feeling} {words}.", "{words}: {aside}.", "Heute: {words}. {feeling}",
                 "Manches braucht keine Erklärung: {words}."),
    "feeling": ("Bleib noch ein wenig.", "Mehr ist nicht zu sagen.", "Das könnte ich den ganzen Tag ansehen.",
                "Der Weg hat sich gelohnt.", "Einmal durchatmen."),
    "aside": ("ganz ohne Filter", "so, wie es war", "und dann kam das Licht", "für alle, die es heute brauchen"),
    "alt": ("{Words}.", "Das Bild zeigt: {words}.{facts}", "Zu sehen: {words}.{facts}"),
    "headline": ("{Words}. Einfach gut.", "Zeit für das Schöne: {words}.", "Manche Tage rufen danach: {words}.",
                 "Gesucht, gefunden: {words}.", "{Words} – wie du es dir vorstellst."),
    "body": ("{open} {middle} {close}",),
    "open": ("Du kennst das Gefühl, wenn etwas einfach stimmt.", "Nicht alles muss laut sein, um aufzufallen.",
             "Das Beste am Tag ist oft das Kleinste.", "Lange genug gesucht?"),
    "middle": ("Genau dafür gibt es das hier: {words}. Nichts zu viel, nichts zu wenig.",
               "{Words}: Es dauert nur einen Augenblick, und der bleibt.",
               "{Words} – mit Sorgfalt gemacht, bis ins Detail."),
    "close": ("Sieh es dir an.", "Schau noch heute vorbei.", "Probier es aus und entscheide dann.",
              "Sag uns, was du denkst."),
}  # fmt: skip
LIGHTS: Mapping[str, Sequence[str]] = {
    "sunset": ("tiefes goldenes Licht, lange Schatten", "letzte Sonne auf allen Kanten"),
    "dawn": ("erstes, blasses Licht", "kühler Morgen mit warmem Rand"),
    "dusk": ("blaue Stunde, erste Lampen", "schwindendes Licht, weiche Kontraste"),
    "night": ("Mondlicht und tiefe Schatten", "Nacht mit kleinen Lichtinseln"),
    "storm": ("Gewitterlicht unter schweren Wolken", "aufgerissene Wolken, dramatisches Licht"),
    "day": ("klares Tageslicht", "helle Sonne, scharfe Schatten"),
    "overcast": ("gleichmäßiges, bedecktes Licht", "weiches graues Licht ohne Schatten"),
    "": ("weiches Fensterlicht", "tiefes goldenes Licht, lange Schatten", "klares Morgenlicht"),
}
PLACES: Mapping[str, Sequence[str]] = {
    "water": ("Spiegelungen in kleinen Wellen", "nasse Flächen, die den Himmel halten", "eine ruhige Wasserlinie"),
    "wild": ("Landschaft in Schichten bis in die Ferne", "Gras und Stein im Vordergrund", "ein weiter Horizont"),
    "town": ("helle Fenster, nasser Asphalt", "Schilder und Drähte, gestaffelte Fassaden"),
    "deep": ("unendlicher leerer Raum ringsum", "schwebende Teilchen, die den Maßstab geben"),
    "": ("ein schlichter Hintergrund, der Raum lässt", "eine einfache Umgebung, wenige Dinge"),
}
FACTS = {
    "sunset": "Die Sonne steht tief.", "dawn": "Es ist früher Morgen.", "dusk": "Es wird dunkel.",
    "night": "Es ist Nacht.", "storm": "Ein Unwetter ist nah.", "day": "Es ist Tag.", "overcast": "Das Licht ist grau.",
}  # fmt: skip
COLOURS = ""
