# Die Sätze, die nur auf der Webseite stehen.

web-title = Tessera
web-question = Was möchtest du sehen?
web-field = Beschreib ein Bild, oder schreib /help
web-field-label = Deine Worte oder ein Befehl
web-send = Senden
web-sending = Wird gesendet
web-size = Format
web-size-square = Quadrat
web-size-portrait = Hochformat
web-size-landscape = Querformat
web-size-wide = Breit
web-model = Modell
# the page puts the seconds in the place of #, and counts them down
web-try-again-in = Noch einmal in # s
web-seed = Seed
web-seed-any = beliebig
web-seed-hint = Dieselben Worte mit demselben Seed malen dasselbe Bild noch einmal
web-pictures = Deine Bilder
web-latest = Zum neuesten
web-older = Ältere Bilder
web-download = Herunterladen
web-enlarge = Groß zeigen
web-close = Schließen
web-more = Alles zeigen
web-less = Weniger zeigen
web-ready = Fertig
web-file-gone = Dieses Bild ließ sich nicht laden
web-usage = Dein Verbrauch
web-purse = Heute noch { $left } von { $limit } Tokens
web-purse-balance = { $line }, { $balance } in Reserve
web-offline = Du bist offline. Was du schreibst, bleibt hier und wird gesendet, sobald du zurück bist.
web-reconnecting = Die Verbindung ist abgebrochen. Sie kommt von selbst wieder.
web-studio-away = Das Atelier ist gerade nicht erreichbar. Was du gemacht hast, ist sicher; diese Seite kommt von selbst wieder.
web-no-cookie = Diese Seite erkennt dich an einem Cookie, und dein Browser hat keinen geschickt. Bitte erlaube Cookies und lade neu.
web-no-script = Diese Seite braucht JavaScript, um für dich zu malen.
