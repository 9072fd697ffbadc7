# Was nur der Telegram-Bot sagt.

## Die Liste der Befehle neben dem Textfeld

menu-imagine = Male ein Bild nach deinen Worten
menu-video = Mach ein Video, das durch deine Worte fährt
menu-music = Komponiere Musik nach Stimmung und Tempo
menu-say = Lies deine Worte vor
menu-write = Titel, Bildunterschriften, Werbung oder ein reicherer Prompt
menu-ask = Eine Antwort auf deine Frage
menu-usage = Dein Tarif, deine Tokens, was du gemacht hast
menu-jobs = Was wartet und was fertig ist
menu-cancel = Halte an, worum du zuletzt gebeten hast
menu-help = Was ich kann
menu-admin = Zustand, Leute, Pausen
