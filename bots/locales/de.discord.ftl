# Was nur der Discord-Bot sagt.

discord-look-in-jobs = Hier kann ich nicht mehr lange schreiben; /jobs zeigt es dir.
discord-not-started = Das wurde nicht begonnen.
discord-show-number = { $number } zeigen

## The commands, as Discord lists them: at most 100 characters each

command-imagine = Malt ein Bild aus deinen Worten
command-imagine-prompt = Was darauf zu sehen ist: ein Fuchs im Schnee
command-imagine-size = square, portrait, landscape, wide oder eine Größe wie 640x960
command-imagine-model = Welches Modell es malt
command-imagine-seed = Derselbe Seed und dieselben Worte ergeben dasselbe Bild
command-imagine-picture = Ein Bild, von dem es ausgeht
command-imagine-strength = 0 bleibt nah am gegebenen Bild, 1 geht weit davon
command-imagine-steps = In wie vielen Schritten, wo das Modell sie nimmt
command-imagine-negative = Was nicht darauf sein soll: Unschärfe, Schrift
command-video = Mach ein Video, das durch deine Worte fährt
command-video-prompt = Was zu sehen ist: Berge, vom Tag zur Nacht
command-video-size = square, portrait, landscape, wide oder eine Größe wie 640x960
command-video-seconds = Wie viele Sekunden
command-video-seed = Gleicher Seed und gleiche Worte geben dasselbe
command-video-picture = Ein Bild, über das die Kamera fährt
command-music = Komponiere Musik nach Stimmung und Tempo
command-music-prompt = Die Stimmung: ein ruhiger Abend mit 70 bpm
command-music-seconds = Wie viele Sekunden
command-music-seed = Gleicher Seed und gleiche Worte geben dasselbe
command-say = Lies deine Worte vor
command-say-prompt = Was vorgelesen werden soll
command-say-voice = Eine Sprache: de, en-gb, ru
command-write = Titel, Bildunterschriften, Werbung oder ein reicherer Prompt
command-write-prompt = Titel, Bildunterschrift, Alternativtext, Werbung oder Prompt, und wofür
command-write-seed = Gleicher Seed und gleiche Worte geben dasselbe
command-ask = Eine Antwort auf deine Frage
command-ask-question = Was du wissen möchtest
command-start = Ein erstes Wort, und was du ausgeben kannst
command-help = Was ich kann
command-usage = Dein Tarif, deine Tokens und was du gemacht hast
command-jobs = Was wartet und was fertig ist
command-cancel = Beendet, worum du zuletzt gebeten hast
command-admin = Für Admins
command-admin-status = Warteschlange, Rechner und Pausen
command-admin-user = Ein Konto
command-admin-user-who = telegram:42, discord:42 oder eine Erwähnung
command-admin-grant = Gibt einem Konto Tokens
command-admin-grant-who = telegram:42, discord:42 oder eine Erwähnung
command-admin-grant-tokens = Wie viele
command-admin-grant-note = Warum
command-admin-pause = Nimmt keine Aufträge mehr an und beginnt keine
command-admin-pause-subject = all, capability:image oder model:sdxl
command-admin-pause-reason = Was den Leuten gesagt wird
command-admin-resume = Beendet eine Pause
command-admin-resume-subject = all, capability:image oder model:sdxl
command-admin-letters = Ergebnisse, die nicht ankamen
command-admin-retry = Stellt sie doch noch zu
command-admin-retry-job = Ein Auftrag aus /admin letters, oder all
