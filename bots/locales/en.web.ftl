# The sentences of the web page alone.

web-title = Tessera
web-question = What would you like to see?
web-field = Describe a picture, or type /help
web-field-label = Your words, or a command
web-send = Send
web-sending = Sending
web-size = Size
web-size-square = Square
web-size-portrait = Portrait
web-size-landscape = Landscape
web-size-wide = Wide
web-model = Model
# the page puts the seconds in the place of #, and counts them down
web-try-again-in = Try again in # s
web-seed = Seed
web-seed-any = any
web-seed-hint = The same words with the same seed paint the same picture again
web-pictures = Your pictures
web-latest = To the newest
web-older = Older pictures
web-download = Download
web-enlarge = Show it large
web-close = Close
web-more = Show all of it
web-less = Show less
web-ready = Ready
web-file-gone = This picture could not be loaded
web-usage = Your usage
web-purse = { $left } of { $limit } tokens left today
web-purse-balance = { $line }, { $balance } in reserve
web-offline = You are offline. What you write is kept, and sent when you are back.
web-reconnecting = The connection was lost. It comes back by itself.
web-studio-away = The studio can't be reached right now. What you made is safe; this page comes back by itself.
web-no-cookie = This page knows you by a cookie, and your browser sent none. Allow cookies here, then reload.
web-no-script = This page needs JavaScript to paint for you.
