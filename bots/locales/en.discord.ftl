# What only Discord's bot says.

discord-look-in-jobs = I can't write here for much longer; /jobs will show it to you.
discord-not-started = This one was not started.
discord-show-number = Show { $number }

## The commands, as Discord lists them: at most 100 characters each

command-imagine = Paint a picture from your words
command-imagine-prompt = What it shows: a fox in the snow
command-imagine-size = square, portrait, landscape, wide, or a size such as 640x960
command-imagine-model = Which model paints it
command-imagine-seed = The same seed and words give the same picture
command-imagine-picture = A picture to start from
command-imagine-strength = 0 stays near the picture given, 1 goes far from it
command-imagine-steps = In how many steps, where the model takes them
command-imagine-negative = What shall not be in it: blur, text
command-video = Make a video that moves through your words
command-video-prompt = What it shows: mountains, day to night
command-video-size = square, portrait, landscape, wide, or a size such as 640x960
command-video-seconds = How many seconds
command-video-seed = The same seed and words give the same again
command-video-picture = A picture that the camera moves over
command-music = Compose music from a mood and a tempo
command-music-prompt = The mood: a calm evening at 70 bpm
command-music-seconds = How many seconds
command-music-seed = The same seed and words give the same again
command-say = Read your words aloud
command-say-prompt = What shall be read aloud
command-say-voice = A language: en-gb, de, ru
command-write = Titles, captions, ads or a richer prompt from your words
command-write-prompt = titles, captions, alt text, ad or prompt, and what for
command-write-seed = The same seed and words give the same again
command-ask = An answer to your question
command-ask-question = What you would like to know
command-start = A first word, and what you have to spend
command-help = What I can do
command-usage = Your plan, your tokens, and what you made
command-jobs = What waits and what is done
command-cancel = Stop what you asked for last
command-admin = For admins
command-admin-status = Queue, workers and pauses
command-admin-user = An account
command-admin-user-who = telegram:42, discord:42, or a mention
command-admin-grant = Add tokens to an account
command-admin-grant-who = telegram:42, discord:42, or a mention
command-admin-grant-tokens = How many
command-admin-grant-note = Why
command-admin-pause = Stop taking and starting jobs
command-admin-pause-subject = all, capability:image or model:sdxl
command-admin-pause-reason = What people are told
command-admin-resume = End a pause
command-admin-resume-subject = all, capability:image or model:sdxl
command-admin-letters = Results that could not be posted
command-admin-retry = Post them after all
command-admin-retry-job = A job from /admin letters, or all
