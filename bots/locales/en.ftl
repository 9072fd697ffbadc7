# Every sentence of the bots, in English. Other files of a locale may stand beside this one: en.web.ftl, en.discord.ftl.
# Variables: $span is a length of time ("3 h 20 min"), $moment a time of day ("18:00 UTC"); both come ready to read.

## Figures

span-seconds = { $seconds } s
span-minutes = { $minutes } min
span-minutes-seconds = { $minutes } min { $seconds } s
span-hours = { $hours } h
span-hours-minutes = { $hours } h { $minutes } min
span-days = { $days } d
span-days-hours = { $days } d { $hours } h
tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
}
pictures = { $count ->
    [one] { $count } picture
   *[other] { $count } pictures
}
place = { $position ->
    [1] Next
    [2] Second
    [3] Third
    [4] Fourth
    [5] Fifth
    [6] Sixth
    [7] Seventh
    [8] Eighth
    [9] Ninth
    [10] Tenth
   *[other] { $ending ->
        [one] { $position }st
        [two] { $position }nd
        [few] { $position }rd
       *[other] { $position }th
    }
}

## Buttons

button-cancel = Cancel
button-cancel-number = Cancel { $number }
button-again = Again
button-variation = Variation
button-larger = Larger
button-animate = Animate
button-voice = Voice note
button-try-again = Try again
button-make-again = Make it again
button-use-model = Use { $model }
button-make-it = Make it { $limit }
button-shorter = Make it { $length }
button-briefer = A shorter answer
button-fewer = Only { $count }
button-surprise = Surprise me
button-help = What can you do?
button-more = ⋯

## A first word

start = { $name ->
    [none] Hello.
   *[other] Hello { $name }.
} Tell me what you would like to see and I'll paint it: { $words ->
    [yes] just write it.
   *[no] write /imagine and then what it shows.
}
start-plan = You have { $tokens } a day on the { $plan } plan; a picture costs { $price }.
help-words = Just write what you would like to see, or use the command:
help-commands =
    /imagine a fox in the snow
    /video mountains, day to night
    /music a calm evening at 70 bpm
    /say Your words, read aloud
    /write titles for a fox in the snow (or captions, alt text, an ad, a richer prompt)
    /ask why is the sky blue?
    /usage: your tokens and what you made
    /jobs: what waits and what is done
    /cancel: stop what you asked for last
help-flags =
    Add to a prompt:
    --size square, portrait, landscape, wide or 1024x768
    --seed 7 makes the same again
    --model { $models }
    --count 1 to { $limit }
    --seconds 6 for video and music
    --voice de for speech
    --strength 0.3 to stay near a picture given
    --steps 30 and --no blur where the model takes them
help-buttons = Under a picture: Again paints it anew, Variation stays close to it, Larger doubles its size where your plan allows.
help-picture = Send a picture along with /imagine or /video and I start from it; Animate under a picture makes a video of it.
model-away = { $model } (not running now)
unknown-command = I don't know that command. /help says what I can do.
surprise-1 = a lighthouse in a storm at night, waves breaking over the rocks
surprise-2 = morning fog in a pine forest, the first light between the trees
surprise-3 = a city in the rain at night, neon in the puddles
surprise-4 = a desert at dusk, long shadows on the dunes
surprise-5 = green aurora over a frozen lake
surprise-6 = a meadow of poppies under a summer sky
surprise-7 = a red sunset over the sea
surprise-8 = snow on silent mountains, full moon
surprise-9 = an abstract dance of gold and deep blue
surprise-10 = a harbour at dawn, boats in pink water
surprise-11 = autumn leaves on a still pond
surprise-12 = a field of lavender before a thunderstorm

## While it waits and runs

waiting = Waiting
waiting-turn = { $place } in line
waiting-turn-about = { $place } in line · about { $span }
waiting-turn-moment = { $place } in line · { $moment }
waiting-own-jobs = { $limit ->
    [0] Waiting for your other job
    [1] Waiting for your other job: your plan runs one at a time
   *[other] Waiting for your other jobs: your plan runs { $limit } at a time
}
waiting-no-worker = Waiting for a worker with { $model }: none is awake.
waiting-no-worker-until = Waiting for a worker with { $model }: none is awake. I'll keep your place until { $moment }
waiting-paused = { $model } is paused at the moment. I'll keep your place
waiting-start-time = Waiting until { $moment }
waiting-parent = Waiting for your other job to be done
waiting-parent-start-time = Waiting for your other job to be done, and not before { $moment }
waiting-accepted = Accepted
requeued = { $why ->
    [out_of_memory] It needs more memory; moved to a larger worker, same price, same place in line
    [stopped] Worker stopped; moved to another one, same place in line
   *[other] It did not work there; trying once more on another worker, same place in line
}
running = { $what ->
    [video] Filming
    [audio] Making sound
    [text] Writing
   *[other] Painting
}
running-percent = { $percent } %
running-percent-left = { $percent } % · { $span } left
stopping = Stopping
ready = Here it comes
studio-silent = I can't reach the studio right now. Your request is not lost and not charged; I'll try again for a minute.
studio-gave-up = It didn't work. Nothing was charged.
studio-down = I can't reach the studio right now. Please try again in a minute.

## What became of it

result-seed = seed { $seed }
result-cost-today = { $tokens }, { $left } left today
result-cost = { $tokens }, { $left } left
failed-worker-lost = The worker failed twice on this one.
failed-timeout = This one took longer than it may.
failed-engine-failed = The worker could not finish this one.
failed-out-of-memory = The worker ran out of memory on this one; a smaller size may work.
failed-no-worker-in-time = No worker with { $model } woke up in time.
failed-store-failed = What was made could not be stored.
failed-bad-request = { $fault ->
    [size-out-of-range] { $model } doesn't make this size. Another one may work.
    [width-refused] This is wider, or narrower, than { $model } makes.
    [height-refused] This is taller, or less tall, than { $model } makes.
    [count-out-of-range] These are more than { $model } makes at a time.
    [count-refused] { $model } doesn't make so many at a time.
    [seconds-out-of-range] { $model } doesn't make it this long. Another length may work.
    [seconds-refused] { $model } can't make it last that long.
    [frames-refused] { $model } can't make that many frames. Another length may work.
    [steps-refused] { $model } can't do it in that many steps. Leave --steps out and it chooses.
    [strength-refused] { $model } can't use that strength. Leave --strength out and it chooses.
    [variation-refused] { $model } can't vary it that far.
    [seed-refused] { $model } can't use that seed. Leave --seed out and it gets one.
    [negative-refused] { $model } can't use what you wrote to keep out.
    [prompt-refused] { $model } can't use these words as they are.
    [tempo-out-of-range] That tempo is out of what { $model } plays: ask for a slower or a quicker one.
    [unknown-mood] { $model } doesn't know that mood.
    [unknown-voice] { $model } has no such voice. Try --voice en-gb, de, fr or ru.
    [unknown-format] { $model } doesn't make files of that kind.
    [unknown-font] There is no such font here.
    [prompt-empty] There were no words to work with.
    [nothing-to-say] There is nothing in these words that can be read aloud.
    [context-length] These words are longer than { $model } can read. Fewer may work.
    [content-refused] { $model } does not answer that. Other words may do.
    [picture-refused] The model's own safety check turned down what it made. Other words may do.
    [picture-missing] { $model } starts from a picture: send one with your words.
    [picture-not-taken] { $model } can't start from a picture. Without it, it works.
    [picture-unreadable] The picture you sent is not an image I can read. PNG, JPEG and WebP are fine.
    [input-gone] What it was to be made of is not there any more. Please send it again.
    [no-variations] { $model } can't stay close to a picture. Again makes another one of the same words.
    [film-missing] { $model } cuts films from clips, and the request names no clips.
    [film-unfit] This film can't be cut as it was described.
    [clip-missing] A clip of this film is missing.
    [clip-unfit] A clip of this film is neither a video nor a picture.
    [clip-unreadable] A clip of this film can't be read.
    [music-unfit] There is no sound in the music of this film.
   *[other] This one can't be made as it was asked for.
}
failed-parent-failed = The job it was to come after did not complete, so this one never began.
failed-out-of-tokens = There were not enough tokens when its time came. Nothing was charged.
failed-model-not-in-plan = { $model } was not in your plan any more when its time came. Nothing was charged.
failed-capability-paused = This was paused when its time came. Nothing was charged.
failed-not-begun = { $fault ->
    [banned] The account was closed when its time came.
    [unknown-model] { $model } was not there any more when its time came.
    [no-worker] No worker ran { $model } when its time came.
    [picture-not-taken] { $model } did not start from a picture any more when its time came.
    [picture-missing] { $model } wanted a picture to start from when its time came.
    [film-missing] { $model } wanted clips for a film when its time came.
    [resolution-too-high] Its size was beyond what you may have when its time came.
    [duration-too-long] It was longer than { $model } makes when its time came.
   *[other] It could not begin when its time came.
} Nothing was charged.
failed-other = Something went wrong with this one.
tokens-back = { $count ->
    [one] Your token is back.
   *[other] Your { $count } tokens are back.
}
cancelled = Cancelled.
cancelled-part = Cancelled. { $used ->
    [one] { $used } token was used
   *[other] { $used } tokens were used
}{ $back ->
    [0] .
    [one] , { $back } is back.
   *[other] , { $back } are back.
}
expired = This has expired. Its seed is kept, so it can be made again.
expired-quote = That has expired; I'll make it again from its seed: { $tokens }
original-size = { $how ->
    [pictured] Too large to play here: the original has { $megabytes } MB.
    [mp4] Shown as MP4 here: the original has { $megabytes } MB.
   *[other] Shown smaller here: { $count ->
        [one] the original has { $megabytes } MB.
       *[other] the originals have { $megabytes } MB together.
    }
}
original-open = Open the original
original-open-number = Original { $number }
original-days = { $days ->
    [one] for a day
   *[other] for { $days } days
}
original-asked = Whoever runs this bot can hand { $count ->
    [one] it
   *[other] them
} out: number { $number }.

## Refusals

refused-invalid-request = I can't do that with these options. /help shows how to write them.
refused-prompt-empty = { $maker ->
    [video] What should the video show? Write it after the command: /video mountains, day to night
    [music] What should I play? Write it after the command: /music a calm evening at 70 bpm
    [say] What should I read aloud? Write it after the command: /say Good morning
    [write] What should I write? Say it after the command: /write titles for a fox in the snow
    [ask] What would you like to know? Write it after the command: /ask why is the sky blue?
   *[other] What should I paint? Write it after the command: /imagine a fox in the snow
}
refused-prompt-too-long = That prompt has { $length } characters; { $limit } is the limit.
refused-unknown-model = { $alternative ->
    [none] I don't know a model named { $model }.
   *[other] I don't know a model named { $model }. There is { $alternative }.
}
refused-idempotency-mismatch = I have already taken a different request from that message. Please write it anew.
refused-unauthorized = The studio doesn't accept my key. An admin can mend that with: tessera doctor
refused-too-many-failures = The studio hears too many wrong keys from here. It will listen again in a while.
refused-forbidden = That is not yours to do.
refused-banned = This account is closed. An admin can say more.
refused-not-found = { $what ->
    [picture] I can't find the picture it starts from any more. Please send it again.
    [preview] There is no preview yet.
    [user] I don't know that person.
   *[other] I can't find that any more.
}
refused-conflict = That has changed in the meantime. Please look again.
refused-gone = That has expired.
refused-balance-too-low = The balance is { $balance }; a correction never takes it below zero.
refused-reference-taken = { $reference } was booked before, for somebody else or another amount.
refused-too-far-ahead = I can keep a job for at most { $days } days. Please choose an earlier start.
refused-parent-failed = The job it should come after did not complete.
refused-model-not-in-plan = { $upgrade ->
    [none] { $model } is not in the { $plan } plan.
   *[other] { $model } comes with { $upgrade }.
}
refused-resolution-too-high = { $asked } is beyond your plan ({ $limit }).
refused-resolution-too-high-for-model = { $asked } is more than that model makes here ({ $limit }).
refused-duration-too-long = { $asked } is longer than { $model } makes ({ $limit }).
refused-rate-limited = { $limit ->
    [one] Your plan allows { $limit } request at once, then one every { $pace }.
   *[other] Your plan allows { $limit } requests at once, then one every { $pace }.
}
refused-rate-limited-next = Next one in { $span }.
refused-too-many-waiting = { $limit ->
    [one] You have { $limit } job under way, which is what the { $plan } plan holds. One more when it is done.
   *[other] You have { $limit } jobs under way, which is what the { $plan } plan holds. One more when one is done.
}
refused-too-many-waiting-over = You have { $open } jobs under way, and the { $plan } plan holds { $limit }. One more when fewer are left.
refused-too-many-waiting-next = That takes about { $span }.
refused-out-of-tokens = You've used today's { $limit ->
    [one] { $limit } token
   *[other] { $limit } tokens
}. New ones at { $moment }, in { $span }.
refused-out-of-tokens-short = That costs { $cost ->
    [one] { $cost } token
   *[other] { $cost } tokens
}; you have { $spendable } left. New ones at { $moment }, in { $span }.
refused-out-of-tokens-ever = That costs { $cost ->
    [one] { $cost } token
   *[other] { $cost } tokens
}, more than the { $plan } plan has in a day ({ $limit }). { $upgrade ->
    [none] Please ask for less at a time.
   *[other] { $upgrade } has enough.
}
refused-out-of-tokens-fewer = { $fewer ->
    [1] What you have is enough for one.
   *[other] What you have is enough for { $fewer }.
}
refused-out-of-tokens-smaller = With { $smaller } on the longest side, what you have is enough.
refused-out-of-tokens-shorter = What you have is enough for { $shorter }.
refused-out-of-tokens-briefer = What you have is enough for a shorter answer.
refused-out-of-tokens-alternative = With { $alternative }, what you have is enough.
refused-instead = { $alternative } can do it now.
refused-capability-paused-until = { $reason ->
    [none] That is paused at the moment. Nothing was charged; please try again in { $span }.
   *[other] That is paused at the moment: { $reason }. Nothing was charged; please try again in { $span }.
}
refused-capability-paused = { $reason ->
    [none] That is paused at the moment. Nothing was charged; please try again later.
   *[other] That is paused at the moment: { $reason }. Nothing was charged; please try again later.
}
refused-no-worker = { $model ->
    [image] There is no worker here yet that makes pictures. Nothing was charged.
    [video] There is no worker here yet that makes videos. Nothing was charged.
    [audio] There is no worker here yet that makes sound. Nothing was charged.
    [text] There is no worker here yet that writes. Nothing was charged.
    [chat] There is no worker here yet that answers questions. Nothing was charged.
   *[other] { $alternative ->
        [none] No worker here runs { $model }.
       *[other] No worker here runs { $model }. { $alternative } is there.
    }
}
refused-picture-not-taken = { $alternative ->
    [none] No worker here starts from a picture for that. Without the picture it works.
   *[other] { $model } can't start from a picture. { $alternative } can.
}
refused-picture-missing = { $alternative ->
    [none] { $model } starts from a picture: send one with your words.
   *[other] { $model } starts from a picture: send one with your words. { $alternative } works from words alone.
}
refused-film-missing = { $alternative ->
    [none] { $model } cuts films from clips, which only the API can name.
   *[other] { $model } cuts films from clips, which only the API can name. { $alternative } makes one from words.
}
refused-picture-unfit = { $fault ->
    [too_many_bytes] That picture is too large a file; { $megabytes } MB is the limit.
    [too_large] That picture has too many pixels; { $side } on the longest side is the limit.
    [too_small] That picture is too small; each side needs at least { $side } pixels.
    [broken] That picture is damaged, I can't read it.
   *[other] The file you sent is not an image I can read. PNG, JPEG and WebP are fine.
}
refused-too-many-uploads = I keep { $limit } pictures of yours at a time, and these are all in use. A place frees in { $span }.
refused-address-limit = Too many new visitors from your network today ({ $limit }). A place frees in { $span }.
refused-overloaded = More is waiting than the studio can take. Nothing was charged.
refused-overloaded-next = Please try again in { $span }.
refused-unavailable = The studio is starting or resting. Nothing was charged; please try again in { $span }.
refused-internal = Something went wrong in the studio. Nothing was charged.

mistake-unknown-flag = I don't know --{ $flag }. There is --size, --seed, --model, --count, --seconds, --voice, --strength, --steps and --no.
mistake-value-missing = What should --{ $flag } be? For example: { $flag ->
    [size] --size wide
    [seed] --seed 7
    [count] --count 2
    [strength] --strength 0.4
    [steps] --steps 30
    [no] --no blur
   *[other] --model painter
}
mistake-bad-size = I can't read the size { $value }. Write square, portrait, landscape, wide or 1024x768.
mistake-size-out-of-range = A side has { $smallest } to { $largest } pixels.
mistake-bad-seed = A seed is a whole number from 0 to { $limit }; { $value } is not.
mistake-bad-count = I paint 1 to { $limit } pictures at a time; { $value } is not in between.
mistake-one-at-a-time = Only pictures come several at a time: leave --count out, and say it again for another one.
mistake-bad-strength = A strength is a number from 0, near the picture, to 1, far from it; { $value } is not.
mistake-bad-steps = Steps are a whole number from 1 to { $limit }; { $value } is not.
mistake-negative-too-long = What to keep out has { $length } characters; at most { $limit } fit.
mistake-bad-seconds = A length is a whole number of seconds from 1 to { $limit }; { $value } is not.
mistake-bad-voice = A voice is a language such as en-gb, de or ru; { $value } is not.
mistake-bad-model = A model's name has at most { $limit } characters.
mistake-admin = /admin status | user REF | grant REF N [note] | purchase REF N REFERENCE [note] | correct REF N REASON | ban REF REASON | unban REF [reason] | pause [SUBJECT] [reason] | resume [SUBJECT] | letters | retry JOB|all

## Account and jobs

usage-plan = { $plan } plan · { $used } of { $limit } tokens used today, { $left } left
usage-refill = New ones at { $moment }, in { $span }
usage-balance = Bought or granted: { $tokens }
usage-today = Today: { $completed } done, { $failed } failed
usage-days = Last { $days } days: { $completed } done, { $tokens }
jobs-none = Nothing yet. Write what you would like to see.
jobs-title = Your latest, newest first:
jobs-waiting = waiting
jobs-waiting-place = { $place } in line
jobs-later = starts later
jobs-running = under way
jobs-completed = done
jobs-expired = done, expired
jobs-failed = failed
jobs-cancelled = cancelled
jobs-line = { $number }. { $prompt } · { $state }
jobs-ago = { $span } ago
cancel-nothing = Nothing of yours waits or runs.

## Short answers to a press

note-cancelling = Stopping it
note-over = That one has ended already
note-working = On its way
note-not-yours = Only the person who asked for it can do that
note-unknown = I don't remember that one any more
note-too-large = Your plan has no room for a larger one

## Admins

admin-status = { $queued } waiting, { $running } running · today { $completed } done, { $failed } failed
admin-oldest = Longest wait: { $span }
admin-deliveries = Deliveries: { $due } due, { $dead } dead
admin-leader = Leader: { $leader ->
    [none] nobody
   *[other] { $leader }
}
admin-worker = { $name } · { $state } · { $running } of { $slots } · { $models } · seen { $span } ago
admin-no-workers = No worker is awake.
admin-user = { $user } · { $name } · { $plan } · { $used } of { $limit } used today, balance { $balance } · { $open } open
admin-user-banned = Banned
admin-granted = { $user } has { $tokens } more; the balance is { $balance }.
admin-purchased = The payment of { $user } for { $tokens } is booked; the balance is { $balance }.
admin-corrected = The balance of { $user } was corrected by { $tokens }; it is { $balance }.
admin-banned = { $user } is banned. { $open ->
    [0] Nothing of theirs waits or runs.
    [one] What waited is cancelled; { $open } job still runs.
   *[other] What waited is cancelled; { $open } jobs still run.
}
admin-unbanned = { $user } is not banned and may ask for things.
admin-pauses-none = Nothing is paused.
admin-pause = Paused: { $subject }
admin-pause-reason = Paused: { $subject } ({ $reason })
admin-pause-failing = Paused: { $subject } – it failed on every worker. Tried again in { $span }; /admin resume does it now.
admin-worker-aside = { $name } · put aside: it fails where others don't · back in { $span }
admin-letters-none = No dead letters: every result was posted.
admin-letter = { $job } · { $user } · { $error ->
    [none] no reason given
    [blocked] blocked
    [message-deleted] message deleted
    [unknown-outcome] outcome unknown
    [failed] failed
   *[other] { $error }
} · { $tries } { $tries ->
    [one] retry
   *[other] retries
} · due { $span } ago
admin-retried = { $letters ->
    [0] There was nothing to retry.
    [one] One result is posted after all.
   *[other] { $letters } results are posted after all.
}
