# What only the Telegram bot says.

## The list of commands beside the text field

menu-imagine = Paint a picture from your words
menu-video = Make a video that moves through your words
menu-music = Compose music from a mood and a tempo
menu-say = Read your words aloud
menu-write = Titles, captions, ads or a richer prompt from your words
menu-ask = An answer to your question
menu-usage = Your plan, your tokens, what you made
menu-jobs = What waits and what is done
menu-cancel = Stop what you asked for last
menu-help = What I can do
menu-admin = Status, people, pauses
