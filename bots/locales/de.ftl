# Jeder Satz der Bots auf Deutsch.

## Figures

span-seconds = { $seconds } s
span-minutes = { $minutes } min
span-minutes-seconds = { $minutes } min { $seconds } s
span-hours = { $hours } h
span-hours-minutes = { $hours } h { $minutes } min
span-days = { $days ->
    [one] { $days } Tag
   *[other] { $days } Tagen
}
span-days-hours = { $days ->
    [one] { $days } Tag
   *[other] { $days } Tagen
} { $hours } h
tokens = { $count ->
    [one] { $count } Token
   *[other] { $count } Tokens
}
pictures = { $count ->
    [one] { $count } Bild
   *[other] { $count } Bilder
}
place = { $position ->
    [1] Als Nächstes dran
    [2] Als Zweites dran
    [3] Als Drittes dran
    [4] Als Viertes dran
    [5] Als Fünftes dran
    [6] Als Sechstes dran
    [7] Als Siebtes dran
    [8] Als Achtes dran
    [9] Als Neuntes dran
    [10] Als Zehntes dran
   *[other] Platz { $position } in der Reihe
}

## Buttons

button-cancel = Abbrechen
button-cancel-number = { $number } abbrechen
button-again = Noch einmal
button-variation = Variante
button-larger = Größer
button-animate = Bewegen
button-voice = Sprachnachricht
button-try-again = Noch einmal versuchen
button-make-again = Neu machen
button-use-model = { $model } nehmen
button-make-it = Auf { $limit } verkleinern
button-shorter = Auf { $length } kürzen
button-briefer = Kürzere Antwort
button-fewer = Nur { $count }
button-surprise = Überrasch mich
button-help = Was kannst du?
button-more = ⋯

## A first word

start = { $name ->
    [none] Hallo.
   *[other] Hallo { $name }.
} Sag mir, was du sehen möchtest, und ich male es: { $words ->
    [yes] einfach schreiben.
   *[no] schreib /imagine und dann, was darauf zu sehen ist.
}
start-plan = Im Tarif { $plan } hast du { $tokens } am Tag; ein Bild kostet { $price }.
help-words = Schreib einfach, was du sehen möchtest, oder nimm den Befehl:
help-commands =
    /imagine ein Fuchs im Schnee
    /video Berge, vom Tag zur Nacht
    /music ein ruhiger Abend mit 70 bpm
    /say Deine Worte, vorgelesen
    /write Titel für einen Fuchs im Schnee (oder Bildunterschrift, Alternativtext, Werbung, ein reicherer Prompt)
    /ask warum ist der Himmel blau?
    /usage: deine Tokens und was du gemacht hast
    /jobs: was wartet und was fertig ist
    /cancel: halte an, worum du zuletzt gebeten hast
help-flags =
    Im Text möglich:
    --size square, portrait, landscape, wide oder 1024x768
    --seed 7 macht dasselbe wieder
    --model { $models }
    --count 1 bis { $limit }
    --seconds 6 für Video und Musik
    --voice en für Sprache
    --strength 0.3 bleibt nah an einem mitgeschickten Bild
    --steps 30 und --no blur, wo das Modell sie nimmt
help-buttons = Unter einem Bild: „Noch einmal“ malt es neu, „Variante“ bleibt nah daran, „Größer“ verdoppelt die Seiten, soweit dein Tarif es zulässt.
help-picture = Schick ein Bild mit /imagine oder /video mit, dann fange ich damit an; „Bewegen“ unter einem Bild macht ein Video daraus.
model-away = { $model } (läuft gerade nicht)
unknown-command = Diesen Befehl kenne ich nicht. /help sagt, was ich kann.
surprise-1 = ein Leuchtturm im nächtlichen Sturm, Wellen brechen an den Felsen
surprise-2 = Morgennebel im Kiefernwald, das erste Licht zwischen den Bäumen
surprise-3 = eine Stadt bei Nacht im Regen, Neonlicht in den Pfützen
surprise-4 = eine Wüste in der Dämmerung, lange Schatten auf den Dünen
surprise-5 = grünes Polarlicht über einem gefrorenen See
surprise-6 = eine Mohnwiese unter dem Sommerhimmel
surprise-7 = ein roter Sonnenuntergang über dem Meer
surprise-8 = Schnee auf stillen Bergen, Vollmond
surprise-9 = ein abstrakter Tanz aus Gold und tiefem Blau
surprise-10 = ein Hafen im Morgengrauen, Boote auf rosa Wasser
surprise-11 = Herbstlaub auf einem stillen Teich
surprise-12 = ein Lavendelfeld vor dem Gewitter

## While it waits and runs

waiting = Wartet
waiting-turn = { $place }
waiting-turn-about = { $place } · etwa { $span }
waiting-turn-moment = { $place } · { $moment }
waiting-own-jobs = { $limit ->
    [0] Wartet auf deinen anderen Auftrag
    [1] Wartet auf deinen anderen Auftrag: dein Tarif lässt einen zur selben Zeit zu
   *[other] Wartet auf deine anderen Aufträge: dein Tarif lässt { $limit } zur selben Zeit zu
}
waiting-no-worker = Wartet auf einen Rechner mit { $model }: gerade ist keiner wach.
waiting-no-worker-until = Wartet auf einen Rechner mit { $model }: gerade ist keiner wach. Ich halte deinen Platz bis { $moment }
waiting-paused = { $model } macht gerade Pause. Ich halte deinen Platz
waiting-start-time = Wartet bis { $moment }
waiting-parent = Wartet, bis dein anderer Auftrag fertig ist
waiting-parent-start-time = Wartet, bis dein anderer Auftrag fertig ist, und nicht vor { $moment }
waiting-accepted = Angenommen
requeued = { $why ->
    [out_of_memory] Es braucht mehr Speicher; ein größerer Rechner übernimmt, Preis und Platz bleiben
    [stopped] Der Rechner ist ausgefallen; ein anderer übernimmt, dein Platz bleibt
   *[other] Dort ging es nicht; ein anderer Rechner versucht es noch einmal, dein Platz bleibt
}
running = { $what ->
    [video] Wird gefilmt
    [audio] Wird gespielt
    [text] Wird geschrieben
   *[other] Wird gemalt
}
running-percent = { $percent } %
running-percent-left = { $percent } % · noch { $span }
stopping = Wird beendet
ready = Gleich da
studio-silent = Ich erreiche das Atelier gerade nicht. Deine Bitte ist nicht verloren und nichts ist berechnet; ich versuche es eine Minute lang weiter.
studio-gave-up = Es hat nicht geklappt. Nichts wurde berechnet.
studio-down = Ich erreiche das Atelier gerade nicht. Bitte versuch es in einer Minute noch einmal.

## What became of it

result-seed = Seed { $seed }
result-cost-today = { $tokens }, heute noch { $left }
result-cost = { $tokens }, noch { $left }
failed-worker-lost = Der Rechner ist daran zweimal gescheitert.
failed-timeout = Das hat länger gedauert, als es darf.
failed-engine-failed = Der Rechner konnte das nicht fertigstellen.
failed-out-of-memory = Dafür reichte der Speicher nicht; kleiner könnte es gehen.
failed-no-worker-in-time = Kein Rechner mit { $model } ist rechtzeitig aufgewacht.
failed-store-failed = Was entstanden ist, ließ sich nicht speichern.
failed-bad-request = { $fault ->
    [size-out-of-range] Diese Größe macht { $model } nicht. Eine andere könnte gehen.
    [width-refused] So breit, oder so schmal, macht { $model } es nicht.
    [height-refused] So hoch, oder so niedrig, macht { $model } es nicht.
    [count-out-of-range] Das sind mehr, als { $model } auf einmal macht.
    [count-refused] So viele macht { $model } nicht auf einmal.
    [seconds-out-of-range] In dieser Länge macht { $model } es nicht. Eine andere könnte gehen.
    [seconds-refused] So lange kann { $model } es nicht dauern lassen.
    [frames-refused] So viele Einzelbilder macht { $model } nicht. Eine andere Länge könnte gehen.
    [steps-refused] In so vielen Schritten geht es mit { $model } nicht. Ohne --steps wählt es selbst.
    [strength-refused] Mit dieser Stärke geht es bei { $model } nicht. Ohne --strength wählt es selbst.
    [variation-refused] So weit kann { $model } es nicht abwandeln.
    [seed-refused] Mit diesem Seed geht es bei { $model } nicht. Ohne --seed bekommt es einen.
    [negative-refused] Mit dem, was nicht hinein soll, kommt { $model } nicht zurecht.
    [prompt-refused] Mit diesen Worten kommt { $model } nicht zurecht.
    [tempo-out-of-range] Dieses Tempo spielt { $model } nicht: Bitte etwas langsamer oder schneller.
    [unknown-mood] Diese Stimmung kennt { $model } nicht.
    [unknown-voice] Diese Stimme hat { $model } nicht. Versuch --voice de, en-gb, fr oder ru.
    [unknown-format] Dateien dieser Art macht { $model } nicht.
    [unknown-font] Diese Schrift gibt es hier nicht.
    [prompt-empty] Es waren keine Worte da, aus denen etwas werden kann.
    [nothing-to-say] In diesen Worten ist nichts, was sich vorlesen lässt.
    [context-length] Diese Worte sind länger, als { $model } lesen kann. Weniger könnten gehen.
    [content-refused] Darauf antwortet { $model } nicht. Andere Worte könnten gehen.
    [picture-refused] Die Sicherheitsprüfung des Modells hat abgelehnt, was entstanden ist. Andere Worte könnten gehen.
    [picture-missing] { $model } geht von einem Bild aus: Schick eines mit deinen Worten.
    [picture-not-taken] { $model } kann nicht von einem Bild ausgehen. Ohne das Bild geht es.
    [picture-unreadable] Die Datei, die du geschickt hast, ist kein Bild, das ich lesen kann. PNG, JPEG und WebP gehen.
    [input-gone] Woraus es werden sollte, ist nicht mehr da. Bitte schick es noch einmal.
    [no-variations] { $model } kann nicht nah an einem Bild bleiben. „Noch einmal“ macht ein weiteres aus denselben Worten.
    [film-missing] { $model } schneidet Filme aus Clips, und keine waren genannt.
    [film-unfit] So, wie dieser Film beschrieben ist, lässt er sich nicht schneiden.
    [clip-missing] Ein Clip dieses Films fehlt.
    [clip-unfit] Ein Clip dieses Films ist weder Video noch Bild.
    [clip-unreadable] Ein Clip dieses Films lässt sich nicht lesen.
    [music-unfit] In der Musik dieses Films ist kein Ton.
   *[other] So, wie es gewünscht war, lässt es sich nicht machen.
}
failed-parent-failed = Der Auftrag, auf den dieser warten sollte, wurde nicht fertig; dieser hat nie begonnen.
failed-out-of-tokens = Als es so weit war, reichten die Tokens nicht. Nichts wurde berechnet.
failed-model-not-in-plan = Als es so weit war, gehörte { $model } nicht mehr zu deinem Tarif. Nichts wurde berechnet.
failed-capability-paused = Als es so weit war, war das gerade pausiert. Nichts wurde berechnet.
failed-not-begun = { $fault ->
    [banned] Als es so weit war, war das Konto geschlossen.
    [unknown-model] Als es so weit war, gab es { $model } nicht mehr.
    [no-worker] Als es so weit war, konnte kein Rechner { $model }.
    [picture-not-taken] Als es so weit war, ging { $model } nicht mehr von einem Bild aus.
    [picture-missing] Als es so weit war, brauchte { $model } ein Bild, von dem es ausgeht.
    [film-missing] Als es so weit war, brauchte { $model } Clips für einen Film.
    [resolution-too-high] Als es so weit war, war es größer, als du es haben kannst.
    [duration-too-long] Als es so weit war, war es länger, als { $model } kann.
   *[other] Als es so weit war, ging es nicht.
} Nichts wurde berechnet.
failed-other = Dabei ist etwas schiefgegangen.
tokens-back = { $count ->
    [one] Dein Token ist zurück.
   *[other] Deine { $count } Tokens sind zurück.
}
cancelled = Abgebrochen.
cancelled-part = Abgebrochen. { $used ->
    [one] { $used } Token ist verbraucht
   *[other] { $used } Tokens sind verbraucht
}{ $back ->
    [0] .
    [one] , { $back } ist zurück.
   *[other] , { $back } sind zurück.
}
expired = Das ist abgelaufen. Der Seed ist noch da, es lässt sich also neu machen.
expired-quote = Das ist abgelaufen; ich mache es aus seinem Seed neu: { $tokens }
original-size = { $how ->
    [pictured] Zu groß, um es hier abzuspielen: Das Original hat { $megabytes } MB.
    [mp4] Hier als MP4: Das Original hat { $megabytes } MB.
   *[other] Hier verkleinert: { $count ->
        [one] Das Original hat { $megabytes } MB.
       *[other] Die Originale haben zusammen { $megabytes } MB.
    }
}
original-open = Original öffnen
original-open-number = Original { $number }
original-days = { $days ->
    [one] einen Tag lang
   *[other] { $days } Tage lang
}
original-asked = Wer diesen Bot betreibt, kann { $count ->
    [one] es
   *[other] sie
} herausgeben: Nummer { $number }.

## Refusals

refused-invalid-request = Mit diesen Angaben geht das nicht. /help zeigt, wie man sie schreibt.
refused-prompt-empty = { $maker ->
    [video] Was soll das Video zeigen? Schreib es hinter den Befehl: /video Berge, vom Tag zur Nacht
    [music] Was soll ich spielen? Schreib es hinter den Befehl: /music ein ruhiger Abend mit 70 bpm
    [say] Was soll ich vorlesen? Schreib es hinter den Befehl: /say Guten Morgen
    [write] Was soll ich schreiben? Sag es hinter dem Befehl: /write Titel für einen Fuchs im Schnee
    [ask] Was möchtest du wissen? Schreib es hinter den Befehl: /ask warum ist der Himmel blau?
   *[other] Was soll ich malen? Schreib es hinter den Befehl: /imagine ein Fuchs im Schnee
}
refused-prompt-too-long = Dieser Text hat { $length } Zeichen; { $limit } sind möglich.
refused-unknown-model = { $alternative ->
    [none] Ein Modell { $model } kenne ich nicht.
   *[other] Ein Modell { $model } kenne ich nicht. Es gibt { $alternative }.
}
refused-idempotency-mismatch = Aus dieser Nachricht habe ich schon etwas anderes angenommen. Bitte schreib sie neu.
refused-unauthorized = Das Atelier nimmt meinen Schlüssel nicht an. Ein Admin kann das beheben mit: tessera doctor
refused-too-many-failures = Von hier kommen zu viele falsche Schlüssel. Das Atelier hört später wieder zu.
refused-forbidden = Das steht dir nicht zu.
refused-banned = Dieses Konto ist geschlossen. Ein Admin kann mehr dazu sagen.
refused-not-found = { $what ->
    [picture] Das Bild, von dem es ausgeht, finde ich nicht mehr. Bitte schick es noch einmal.
    [preview] Es gibt noch keine Vorschau.
    [user] Diese Person kenne ich nicht.
   *[other] Das finde ich nicht mehr.
}
refused-conflict = Das hat sich inzwischen geändert. Bitte sieh noch einmal nach.
refused-gone = Das ist abgelaufen.
refused-balance-too-low = Das Guthaben ist { $balance }; eine Berichtigung führt nie unter null.
refused-reference-taken = { $reference } ist schon gebucht, für jemand anderen oder über einen anderen Betrag.
refused-too-far-ahead = Ich kann einen Auftrag höchstens { $days } Tage aufheben. Bitte wähle einen früheren Beginn.
refused-parent-failed = Der Auftrag, auf den dieser warten sollte, wurde nicht fertig.
refused-model-not-in-plan = { $upgrade ->
    [none] { $model } gehört nicht zum Tarif { $plan }.
   *[other] { $model } gibt es mit { $upgrade }.
}
refused-resolution-too-high = { $asked } ist mehr, als dein Tarif zulässt ({ $limit }).
refused-resolution-too-high-for-model = { $asked } ist mehr, als dieses Modell hier kann ({ $limit }).
refused-duration-too-long = { $asked } ist länger, als { $model } kann ({ $limit }).
refused-rate-limited = { $limit ->
    [one] Dein Tarif erlaubt { $limit } Bitte auf einmal, danach alle { $pace } eine.
   *[other] Dein Tarif erlaubt { $limit } Bitten auf einmal, danach alle { $pace } eine.
}
refused-rate-limited-next = Die nächste in { $span }.
refused-too-many-waiting = { $limit ->
    [one] Von dir ist { $limit } Auftrag unterwegs, mehr fasst der Tarif { $plan } nicht. Der nächste geht, wenn er fertig ist.
   *[other] Von dir sind { $limit } Aufträge unterwegs, mehr fasst der Tarif { $plan } nicht. Der nächste geht, wenn einer fertig ist.
}
refused-too-many-waiting-over = Von dir sind { $open } Aufträge unterwegs, und der Tarif { $plan } fasst { $limit }. Der nächste geht, wenn es weniger sind.
refused-too-many-waiting-next = Das dauert etwa { $span }.
refused-out-of-tokens = { $limit ->
    [one] Dein { $limit } Token für heute ist verbraucht.
   *[other] Deine { $limit } Tokens für heute sind verbraucht.
} Neue gibt es um { $moment }, in { $span }.
refused-out-of-tokens-short = Das kostet { $cost ->
    [one] { $cost } Token
   *[other] { $cost } Tokens
}; du hast noch { $spendable }. Neue gibt es um { $moment }, in { $span }.
refused-out-of-tokens-ever = Das kostet { $cost ->
    [one] { $cost } Token
   *[other] { $cost } Tokens
}, mehr als der Tarif { $plan } am Tag hat ({ $limit }). { $upgrade ->
    [none] Bitte verlang weniger auf einmal.
   *[other] { $upgrade } hat genug.
}
refused-out-of-tokens-fewer = { $fewer ->
    [1] Für eines reicht es noch.
   *[other] Für { $fewer } reicht es noch.
}
refused-out-of-tokens-smaller = Mit { $smaller } auf der längsten Seite reicht es noch.
refused-out-of-tokens-shorter = Für { $shorter } reicht es noch.
refused-out-of-tokens-briefer = Für eine kürzere Antwort reicht es noch.
refused-out-of-tokens-alternative = Mit { $alternative } reicht es noch.
refused-instead = { $alternative } kann das jetzt.
refused-capability-paused-until = { $reason ->
    [none] Das macht gerade Pause. Nichts wurde berechnet; bitte versuch es in { $span } noch einmal.
   *[other] Das macht gerade Pause: { $reason }. Nichts wurde berechnet; bitte versuch es in { $span } noch einmal.
}
refused-capability-paused = { $reason ->
    [none] Das macht gerade Pause. Nichts wurde berechnet; bitte versuch es später noch einmal.
   *[other] Das macht gerade Pause: { $reason }. Nichts wurde berechnet; bitte versuch es später noch einmal.
}
refused-no-worker = { $model ->
    [image] Noch gibt es hier keinen Rechner, der Bilder macht. Nichts wurde berechnet.
    [video] Noch gibt es hier keinen Rechner, der Videos macht. Nichts wurde berechnet.
    [audio] Noch gibt es hier keinen Rechner, der Klänge macht. Nichts wurde berechnet.
    [text] Noch gibt es hier keinen Rechner, der schreibt. Nichts wurde berechnet.
    [chat] Noch gibt es hier keinen Rechner, der Fragen beantwortet. Nichts wurde berechnet.
   *[other] { $alternative ->
        [none] Kein Rechner hier kann { $model }.
       *[other] Kein Rechner hier kann { $model }. { $alternative } ist da.
    }
}
refused-picture-not-taken = { $alternative ->
    [none] Kein Rechner hier geht dafür von einem Bild aus. Ohne das Bild geht es.
   *[other] { $model } kann nicht von einem Bild ausgehen. { $alternative } kann es.
}
refused-picture-missing = { $alternative ->
    [none] { $model } geht von einem Bild aus: Schick eines mit deinen Worten.
   *[other] { $model } geht von einem Bild aus: Schick eines mit deinen Worten. { $alternative } braucht keines.
}
refused-film-missing = { $alternative ->
    [none] { $model } schneidet Filme aus Clips, die nur die API nennen kann.
   *[other] { $model } schneidet Filme aus Clips, die nur die API nennen kann. { $alternative } macht einen aus Worten.
}
refused-picture-unfit = { $fault ->
    [too_many_bytes] Die Datei dieses Bildes ist zu groß; { $megabytes } MB sind die Grenze.
    [too_large] Dieses Bild hat zu viele Pixel; { $side } auf der längsten Seite sind die Grenze.
    [too_small] Dieses Bild ist zu klein; jede Seite braucht mindestens { $side } Pixel.
    [broken] Dieses Bild ist beschädigt, ich kann es nicht lesen.
   *[other] Die Datei, die du geschickt hast, ist kein Bild, das ich lesen kann. PNG, JPEG und WebP gehen.
}
refused-too-many-uploads = Ich behalte { $limit } Bilder von dir zur gleichen Zeit, und alle Plätze sind belegt. Einer wird in { $span } frei.
refused-address-limit = Aus deinem Netz kamen heute zu viele neue Gäste ({ $limit }). Ein Platz wird in { $span } frei.
refused-overloaded = Es wartet mehr, als das Atelier fassen kann. Nichts wurde berechnet.
refused-overloaded-next = Bitte versuch es in { $span } noch einmal.
refused-unavailable = Das Atelier startet oder ruht gerade. Nichts wurde berechnet; bitte versuch es in { $span } noch einmal.
refused-internal = Im Atelier ist etwas schiefgegangen. Nichts wurde berechnet.

mistake-unknown-flag = --{ $flag } kenne ich nicht. Es gibt --size, --seed, --model, --count, --seconds, --voice, --strength, --steps und --no.
mistake-value-missing = Was soll --{ $flag } sein? Zum Beispiel: { $flag ->
    [size] --size wide
    [seed] --seed 7
    [count] --count 2
    [strength] --strength 0.4
    [steps] --steps 30
    [no] --no blur
   *[other] --model painter
}
mistake-bad-size = Die Größe { $value } kann ich nicht lesen. Schreib square, portrait, landscape, wide oder 1024x768.
mistake-size-out-of-range = Eine Seite hat { $smallest } bis { $largest } Pixel.
mistake-bad-seed = Ein Seed ist eine ganze Zahl von 0 bis { $limit }; { $value } ist keine.
mistake-bad-count = Ich male 1 bis { $limit } Bilder auf einmal; { $value } liegt nicht dazwischen.
mistake-one-at-a-time = Nur Bilder gibt es mehrere auf einmal: lass --count weg und sag es für ein weiteres noch einmal.
mistake-bad-strength = Eine Stärke ist eine Zahl von 0 (nah am Bild) bis 1 (weit davon); { $value } ist keine.
mistake-bad-steps = Schritte sind eine ganze Zahl von 1 bis { $limit }; { $value } ist keine.
mistake-negative-too-long = Was nicht hinein soll, hat { $length } Zeichen; höchstens { $limit } passen.
mistake-bad-seconds = Eine Länge ist eine ganze Zahl von 1 bis { $limit } Sekunden; { $value } ist keine.
mistake-bad-voice = Eine Stimme ist eine Sprache wie de, en-gb oder ru; { $value } ist keine.
mistake-bad-model = Der Name eines Modells hat höchstens { $limit } Zeichen.
mistake-admin = /admin status | user REF | grant REF N [Notiz] | purchase REF N REFERENZ [Notiz] | correct REF N GRUND | ban REF GRUND | unban REF [Grund] | pause [SUBJECT] [Grund] | resume [SUBJECT] | letters | retry JOB|all

## Account and jobs

usage-plan = Tarif { $plan } · heute { $used } von { $limit } Tokens verbraucht, { $left } übrig
usage-refill = Neue gibt es um { $moment }, in { $span }
usage-balance = Gekauft oder geschenkt: { $tokens }
usage-today = Heute: { $completed } fertig, { $failed } gescheitert
usage-days = Letzte { $days } Tage: { $completed } fertig, { $tokens }
jobs-none = Noch nichts. Schreib, was du sehen möchtest.
jobs-title = Deine letzten, das neueste zuerst:
jobs-waiting = wartet
jobs-waiting-place = { $place }
jobs-later = beginnt später
jobs-running = in Arbeit
jobs-completed = fertig
jobs-expired = fertig, abgelaufen
jobs-failed = gescheitert
jobs-cancelled = abgebrochen
jobs-line = { $number }. { $prompt } · { $state }
jobs-ago = vor { $span }
cancel-nothing = Von dir wartet oder läuft gerade nichts.

## Short answers to a press

note-cancelling = Wird beendet
note-over = Das ist schon zu Ende
note-working = Ist unterwegs
note-not-yours = Das kann nur, wer darum gebeten hat
note-unknown = Das kenne ich nicht mehr
note-too-large = Größer lässt dein Tarif nicht zu

## Admins

admin-status = { $queued } warten, { $running } laufen · heute { $completed } fertig, { $failed } gescheitert
admin-oldest = Wartet am längsten: { $span }
admin-deliveries = Zustellungen: { $due } fällig, { $dead } unzustellbar
admin-leader = Leitung: { $leader ->
    [none] niemand
   *[other] { $leader }
}
admin-worker = { $name } · { $state } · { $running } von { $slots } · { $models } · gesehen vor { $span }
admin-no-workers = Kein Rechner ist wach.
admin-user = { $user } · { $name } · { $plan } · heute { $used } von { $limit } verbraucht, Guthaben { $balance } · { $open } offen
admin-user-banned = Gesperrt
admin-granted = { $user } hat { $tokens } mehr; das Guthaben ist { $balance }.
admin-purchased = Die Zahlung von { $user } für { $tokens } ist gebucht; das Guthaben ist { $balance }.
admin-corrected = Das Guthaben von { $user } wurde um { $tokens } berichtigt; es ist { $balance }.
admin-banned = { $user } ist gesperrt. { $open ->
    [0] Nichts davon wartet oder läuft.
    [one] Was wartete, ist abgebrochen; { $open } Auftrag läuft noch.
   *[other] Was wartete, ist abgebrochen; { $open } Aufträge laufen noch.
}
admin-unbanned = { $user } ist nicht gesperrt und darf wieder bestellen.
admin-pauses-none = Nichts ist angehalten.
admin-pause = Angehalten: { $subject }
admin-pause-reason = Angehalten: { $subject } ({ $reason })
admin-pause-failing = Angehalten: { $subject } – es ist auf jedem Rechner gescheitert. Neuer Versuch in { $span }; /admin resume tut es sofort.
admin-worker-aside = { $name } · beiseitegestellt: scheitert, wo andere es können · zurück in { $span }
admin-letters-none = Nichts Unzustellbares: Jedes Ergebnis ist angekommen.
admin-letter = { $job } · { $user } · { $error ->
    [none] ohne Angabe
    [blocked] blockiert
    [message-deleted] Nachricht gelöscht
    [unknown-outcome] Ausgang unbekannt
    [failed] gescheitert
   *[other] { $error }
} · { $tries } { $tries ->
    [one] Wiederholung
   *[other] Wiederholungen
} · fällig seit { $span }
admin-retried = { $letters ->
    [0] Es gab nichts zu wiederholen.
    [one] Ein Ergebnis wird doch noch zugestellt.
   *[other] { $letters } Ergebnisse werden doch noch zugestellt.
}
