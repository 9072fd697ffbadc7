# Все фразы ботов по-русски.

## Figures

span-seconds = { $seconds } с
span-minutes = { $minutes } мин
span-minutes-seconds = { $minutes } мин { $seconds } с
span-hours = { $hours } ч
span-hours-minutes = { $hours } ч { $minutes } мин
span-days = { $days } д
span-days-hours = { $days } д { $hours } ч
tokens = { $count ->
    [one] { $count } токен
    [few] { $count } токена
    [many] { $count } токенов
   *[other] { $count } токена
}
pictures = { $count ->
    [one] { $count } картинка
    [few] { $count } картинки
    [many] { $count } картинок
   *[other] { $count } картинки
}
place = { $position ->
    [1] Следующая в очереди
    [2] Вторая в очереди
    [3] Третья в очереди
    [4] Четвёртая в очереди
    [5] Пятая в очереди
    [6] Шестая в очереди
    [7] Седьмая в очереди
    [8] Восьмая в очереди
    [9] Девятая в очереди
    [10] Десятая в очереди
   *[other] { $position }-я в очереди
}

## Buttons

button-cancel = Отменить
button-cancel-number = Отменить { $number }
button-again = Ещё раз
button-variation = Вариация
button-larger = Крупнее
button-animate = Оживить
button-voice = Голосовое
button-try-again = Попробовать снова
button-make-again = Сделать снова
button-use-model = Взять { $model }
button-make-it = Сделать { $limit }
button-shorter = Сделать { $length }
button-briefer = Ответ короче
button-fewer = Только { $count }
button-surprise = Удивите меня
button-help = Что вы умеете?
button-more = ⋯

## A first word

start = { $name ->
    [none] Здравствуйте.
   *[other] Здравствуйте, { $name }.
} Расскажите, что хотите увидеть, и я это нарисую: { $words ->
    [yes] просто напишите.
   *[no] напишите /imagine, а следом то, что должно быть на картинке.
}
start-plan = На тарифе { $plan } у вас { $tokens } в день; картинка стоит { $price }.
help-words = Просто напишите, что хотите увидеть, или начните с команды:
help-commands =
    /imagine лиса в снегу
    /video горы, день в ночь
    /music спокойный вечер, 70 bpm
    /say Ваши слова вслух
    /write названия для лиса в снегу (или подпись, альт-текст, реклама, промпт подробнее)
    /ask почему небо голубое?
    /usage: ваши токены и что вы сделали
    /jobs: что ждёт и что готово
    /cancel: остановить последний запрос
help-flags =
    К описанию можно добавить:
    --size square, portrait, landscape, wide или 1024x768
    --seed 7 снова даст то же самое
    --model { $models }
    --count от 1 до { $limit }
    --seconds 6 для видео и музыки
    --voice en для речи
    --strength 0.3, чтобы остаться близко к присланной картинке
    --steps 30 и --no blur, если модель их понимает
help-buttons = Под картинкой: «Ещё раз» рисует её заново, «Вариация» держится рядом, «Крупнее» удваивает размер, если позволяет тариф.
help-picture = Приложите картинку к /imagine или /video, и я начну с неё; «Оживить» под картинкой делает из неё видео.
model-away = { $model } (сейчас не работает)
unknown-command = Такой команды я не знаю. /help расскажет, что я умею.
surprise-1 = маяк в ночную бурю, волны разбиваются о скалы
surprise-2 = утренний туман в сосновом лесу, первый свет между деревьями
surprise-3 = ночной город под дождём, неон в лужах
surprise-4 = пустыня в сумерках, длинные тени на дюнах
surprise-5 = зелёное полярное сияние над замёрзшим озером
surprise-6 = маковое поле под летним небом
surprise-7 = красный закат над морем
surprise-8 = снег на безмолвных горах, полная луна
surprise-9 = абстрактный танец золота и глубокой синевы
surprise-10 = гавань на рассвете, лодки на розовой воде
surprise-11 = осенние листья на тихом пруду
surprise-12 = лавандовое поле перед грозой

## While it waits and runs

waiting = Ждёт
waiting-turn = { $place }
waiting-turn-about = { $place } · около { $span }
waiting-turn-moment = { $place } · { $moment }
waiting-own-jobs = { $limit ->
    [0] Ждёт другую вашу работу
    [1] Ждёт другую вашу работу: на вашем тарифе они идут по одной
   *[other] Ждёт другие ваши работы: на вашем тарифе одновременно идут не больше { $limit }
}
waiting-no-worker = Ждёт машину с { $model }: сейчас ни одна не работает.
waiting-no-worker-until = Ждёт машину с { $model }: сейчас ни одна не работает. Место сохраню до { $moment }
waiting-paused = { $model } сейчас на паузе. Место в очереди сохраню
waiting-start-time = Ждёт до { $moment }
waiting-parent = Ждёт, пока будет готова другая ваша работа
waiting-parent-start-time = Ждёт, пока будет готова другая ваша работа, и начнётся не раньше { $moment }
waiting-accepted = Принято
requeued = { $why ->
    [out_of_memory] Нужно больше памяти; работу взяла машина побольше, цена и место в очереди прежние
    [stopped] Машина остановилась; работает другая, место в очереди прежнее
   *[other] Там не получилось; ещё раз пробует другая машина, место в очереди прежнее
}
running = { $what ->
    [video] Снимаю
    [audio] Играю
    [text] Пишу
   *[other] Рисую
}
running-percent = { $percent } %
running-percent-left = { $percent } % · ещё { $span }
stopping = Останавливаю
ready = Почти готово
studio-silent = Мастерская сейчас не отвечает. Ваша просьба не потеряна, и ничего не списано; я буду пробовать ещё минуту.
studio-gave-up = Не получилось. Ничего не списано.
studio-down = Мастерская сейчас не отвечает. Попробуйте, пожалуйста, через минуту.

## What became of it

result-seed = сид { $seed }
result-cost-today = { $tokens }, на сегодня осталось { $left }
result-cost = { $tokens }, осталось { $left }
failed-worker-lost = Машина дважды не справилась с этой работой.
failed-timeout = На эту работу ушло больше времени, чем можно.
failed-engine-failed = Машина не смогла закончить эту работу.
failed-out-of-memory = Машине не хватило памяти; может помочь размер поменьше.
failed-no-worker-in-time = Ни одна машина с { $model } не включилась вовремя.
failed-store-failed = То, что получилось, не удалось сохранить.
failed-bad-request = { $fault ->
    [size-out-of-range] { $model } не делает такой размер. Может подойти другой.
    [width-refused] Такую ширину { $model } не делает.
    [height-refused] Такую высоту { $model } не делает.
    [count-out-of-range] Столько сразу { $model } не делает.
    [count-refused] Столько за один раз { $model } не сделает.
    [seconds-out-of-range] { $model } не делает такую длину. Может подойти другая.
    [seconds-refused] Так долго у { $model } не получится.
    [frames-refused] Столько кадров { $model } не делает. Может подойти другая длина.
    [steps-refused] За столько шагов { $model } не справится. Без --steps выбор за моделью.
    [strength-refused] С такой силой { $model } не работает. Без --strength выбор за моделью.
    [variation-refused] Так далеко { $model } не отойдёт.
    [seed-refused] С таким сидом { $model } не работает. Без --seed он найдётся сам.
    [negative-refused] С тем, чего быть не должно, { $model } не справится.
    [prompt-refused] С этими словами { $model } не справится.
    [tempo-out-of-range] В таком темпе { $model } не играет: попросите помедленнее или побыстрее.
    [unknown-mood] Такого настроения { $model } не знает.
    [unknown-voice] Такого голоса у { $model } нет. Попробуйте --voice ru, de, en-gb или fr.
    [unknown-format] Файлов такого вида { $model } не делает.
    [unknown-font] Такого шрифта здесь нет.
    [prompt-empty] Слов, с которыми можно работать, не было.
    [nothing-to-say] В этих словах нечего прочитать вслух.
    [context-length] Эти слова длиннее, чем { $model } может прочитать. Может помочь, если их будет меньше.
    [content-refused] На такое { $model } не отвечает. Могут подойти другие слова.
    [picture-refused] Проверка безопасности самой модели отклонила то, что получилось. Могут подойти другие слова.
    [picture-missing] { $model } начинает с картинки: пришлите её вместе со словами.
    [picture-not-taken] { $model } не умеет начинать с картинки. Без неё получится.
    [picture-unreadable] Присланный файл — не картинка, которую я могу прочитать. Подойдут PNG, JPEG и WebP.
    [input-gone] Того, из чего это должно было получиться, больше нет. Пришлите, пожалуйста, ещё раз.
    [no-variations] { $model } не умеет держаться рядом с картинкой. «Ещё раз» сделает другую по тем же словам.
    [film-missing] { $model } монтирует фильмы из клипов, а их никто не назвал.
    [film-unfit] Так, как этот фильм описан, его не смонтировать.
    [clip-missing] Одного из клипов этого фильма не хватает.
    [clip-unfit] Один из клипов этого фильма — не видео и не картинка.
    [clip-unreadable] Один из клипов этого фильма не читается.
    [music-unfit] В музыке этого фильма нет звука.
   *[other] Так, как вы просили, сделать не получится.
}
failed-parent-failed = Работа, после которой должна была идти эта, не получилась, поэтому эту мы не начали.
failed-out-of-tokens = Когда подошло время, токенов не хватило. Ничего не списано.
failed-model-not-in-plan = Когда подошло время, { $model } уже не входила в ваш тариф. Ничего не списано.
failed-capability-paused = Когда подошло время, это было на паузе. Ничего не списано.
failed-not-begun = { $fault ->
    [banned] Когда подошло время, аккаунт был закрыт.
    [unknown-model] Когда подошло время, { $model } уже не было.
    [no-worker] Когда подошло время, машины с { $model } не было.
    [picture-not-taken] Когда подошло время, { $model } уже не начинала с картинки.
    [picture-missing] Когда подошло время, { $model } понадобилась картинка, с которой начать.
    [film-missing] Когда подошло время, { $model } понадобились клипы для фильма.
    [resolution-too-high] Когда подошло время, размер оказался больше, чем вам доступен.
    [duration-too-long] Когда подошло время, это оказалось длиннее, чем умеет { $model }.
   *[other] Когда подошло время, начать не получилось.
} Ничего не списано.
failed-other = С этой работой что-то пошло не так.
tokens-back = { $count ->
    [one] Возвращён { $count } токен.
    [few] Возвращены { $count } токена.
    [many] Возвращено { $count } токенов.
   *[other] Возвращено { $count } токена.
}
cancelled = Отменено.
cancelled-part = Отменено. { $used ->
    [one] Потрачен { $used } токен
    [few] Потрачены { $used } токена
    [many] Потрачено { $used } токенов
   *[other] Потрачено { $used } токена
}{ $back ->
    [0] .
    [one] , возвращён { $back }.
   *[other] , возвращено { $back }.
}
expired = Срок хранения истёк. Сид сохранён, можно сделать снова.
expired-quote = Срок хранения истёк; сделаю снова по сиду: { $tokens }
original-size = { $how ->
    [pictured] Слишком много, чтобы воспроизвести здесь: оригинал занимает { $megabytes } МБ.
    [mp4] Здесь показано как MP4: оригинал занимает { $megabytes } МБ.
   *[other] Здесь уменьшено: { $count ->
        [1] оригинал занимает { $megabytes } МБ.
       *[other] оригиналы вместе занимают { $megabytes } МБ.
    }
}
original-open = Открыть оригинал
original-open-number = Оригинал { $number }
original-days = { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[other] { $days } дней
}
original-asked = { $count ->
    [1] Его
   *[other] Их
} может выдать владелец бота: номер { $number }.

## Refusals

refused-invalid-request = С такими параметрами не получится. /help покажет, как их писать.
refused-prompt-empty = { $maker ->
    [video] Что показать на видео? Напишите после команды: /video горы, день в ночь
    [music] Что сыграть? Напишите после команды: /music спокойный вечер, 70 bpm
    [say] Что прочитать вслух? Напишите после команды: /say Доброе утро
    [write] Что написать? Напишите после команды: /write названия для лиса в снегу
    [ask] Что вы хотите узнать? Напишите после команды: /ask почему небо голубое?
   *[other] Что нарисовать? Напишите после команды: /imagine лиса в снегу
}
refused-prompt-too-long = В описании символов: { $length }; можно не больше { $limit }.
refused-unknown-model = { $alternative ->
    [none] Модели { $model } я не знаю.
   *[other] Модели { $model } я не знаю. Есть { $alternative }.
}
refused-idempotency-mismatch = Из этого сообщения уже принята другая просьба. Напишите, пожалуйста, заново.
refused-unauthorized = Мастерская не принимает мой ключ. Администратору поможет: tessera doctor
refused-too-many-failures = Отсюда пришло слишком много неверных ключей. Мастерская ответит позже.
refused-forbidden = Это вам недоступно.
refused-banned = Этот аккаунт закрыт. Подробности у администратора.
refused-not-found = { $what ->
    [picture] Не нахожу больше картинку, с которой всё начинается. Пришлите её, пожалуйста, ещё раз.
    [preview] Предпросмотра пока нет.
    [user] Такого человека я не знаю.
   *[other] Больше не могу этого найти.
}
refused-conflict = За это время всё изменилось. Посмотрите, пожалуйста, ещё раз.
refused-gone = Срок хранения истёк.
refused-balance-too-low = Баланс { $balance }; исправление не уводит его ниже нуля.
refused-reference-taken = { $reference } уже записано, для другого человека или на другую сумму.
refused-too-far-ahead = Я могу хранить задание не дольше { $days } дн. Выберите, пожалуйста, время пораньше.
refused-parent-failed = Работа, после которой должна идти эта, не получилась.
refused-model-not-in-plan = { $upgrade ->
    [none] { $model } не входит в тариф { $plan }.
   *[other] { $model } доступна на тарифе { $upgrade }.
}
refused-resolution-too-high = { $asked } больше, чем позволяет ваш тариф ({ $limit }).
refused-resolution-too-high-for-model = { $asked } больше, чем эта модель может здесь сделать ({ $limit }).
refused-duration-too-long = { $asked } — это длиннее, чем умеет { $model } ({ $limit }).
refused-rate-limited = { $limit ->
    [one] Ваш тариф позволяет { $limit } просьбу сразу, дальше по одной раз в { $pace }.
    [few] Ваш тариф позволяет { $limit } просьбы сразу, дальше по одной раз в { $pace }.
    [many] Ваш тариф позволяет { $limit } просьб сразу, дальше по одной раз в { $pace }.
   *[other] Ваш тариф позволяет { $limit } просьбы сразу, дальше по одной раз в { $pace }.
}
refused-rate-limited-next = Следующая через { $span }.
refused-too-many-waiting = У вас уже в работе: { $limit }; больше тариф { $plan } не вмещает. Следующую можно, когда будет готова одна из них.
refused-too-many-waiting-over = У вас в работе: { $open }, а тариф { $plan } вмещает { $limit }. Следующую можно, когда останется меньше.
refused-too-many-waiting-next = Это примерно через { $span }.
refused-out-of-tokens = Токены на сегодня закончились ({ $limit }). Новые в { $moment }, через { $span }.
refused-out-of-tokens-short = Это стоит { $cost ->
    [one] { $cost } токен
    [few] { $cost } токена
    [many] { $cost } токенов
   *[other] { $cost } токена
}; у вас осталось { $spendable }. Новые в { $moment }, через { $span }.
refused-out-of-tokens-ever = Это стоит { $cost ->
    [one] { $cost } токен
    [few] { $cost } токена
    [many] { $cost } токенов
   *[other] { $cost } токена
}, больше, чем тариф { $plan } даёт на день ({ $limit }). { $upgrade ->
    [none] Попросите, пожалуйста, меньше за раз.
   *[other] На тарифе { $upgrade } хватит.
}
refused-out-of-tokens-fewer = { $fewer ->
    [1] На одну штуку хватит.
   *[other] Хватит на { $fewer } шт.
}
refused-out-of-tokens-smaller = С длинной стороной { $smaller } хватит.
refused-out-of-tokens-shorter = Хватит на { $shorter }.
refused-out-of-tokens-briefer = Хватит на более короткий ответ.
refused-out-of-tokens-alternative = С { $alternative } хватит.
refused-instead = { $alternative } может это сейчас.
refused-capability-paused-until = { $reason ->
    [none] Сейчас это на паузе. Ничего не списано; попробуйте, пожалуйста, через { $span }.
   *[other] Сейчас это на паузе: { $reason }. Ничего не списано; попробуйте, пожалуйста, через { $span }.
}
refused-capability-paused = { $reason ->
    [none] Сейчас это на паузе. Ничего не списано; попробуйте, пожалуйста, позже.
   *[other] Сейчас это на паузе: { $reason }. Ничего не списано; попробуйте, пожалуйста, позже.
}
refused-no-worker = { $model ->
    [image] Здесь пока нет машины, которая делает картинки. Ничего не списано.
    [video] Здесь пока нет машины, которая делает видео. Ничего не списано.
    [audio] Здесь пока нет машины, которая делает звук. Ничего не списано.
    [text] Здесь пока нет машины, которая пишет. Ничего не списано.
    [chat] Здесь пока нет машины, которая отвечает на вопросы. Ничего не списано.
   *[other] { $alternative ->
        [none] Здесь нет машины с { $model }.
       *[other] Здесь нет машины с { $model }. Есть { $alternative }.
    }
}
refused-picture-not-taken = { $alternative ->
    [none] Ни одна машина здесь не начинает для этого с картинки. Без картинки получится.
   *[other] { $model } не умеет начинать с картинки. { $alternative } умеет.
}
refused-picture-missing = { $alternative ->
    [none] { $model } начинает с картинки: пришлите её вместе со словами.
   *[other] { $model } начинает с картинки: пришлите её вместе со словами. { $alternative } обходится без неё.
}
refused-film-missing = { $alternative ->
    [none] { $model } монтирует фильмы из клипов, а назвать их можно только через API.
   *[other] { $model } монтирует фильмы из клипов, а назвать их можно только через API. { $alternative } сделает видео по словам.
}
refused-picture-unfit = { $fault ->
    [too_many_bytes] Файл этой картинки слишком большой; предел — { $megabytes } МБ.
    [too_large] В этой картинке слишком много пикселей; предел — { $side } по длинной стороне.
    [too_small] Эта картинка слишком маленькая; на каждой стороне нужно не меньше { $side } пикселей.
    [broken] Эта картинка повреждена, не могу её прочитать.
   *[other] Присланный файл — не картинка, которую я могу прочитать. Подойдут PNG, JPEG и WebP.
}
refused-too-many-uploads = Я храню до { $limit } ваших картинок сразу, и все места заняты. Место освободится через { $span }.
refused-address-limit = Из вашей сети сегодня слишком много новых гостей ({ $limit }). Место освободится через { $span }.
refused-overloaded = Ждущих больше, чем мастерская может принять. Ничего не списано.
refused-overloaded-next = Попробуйте, пожалуйста, через { $span }.
refused-unavailable = Мастерская запускается или отдыхает. Ничего не списано; попробуйте, пожалуйста, через { $span }.
refused-internal = В мастерской что-то пошло не так. Ничего не списано.

mistake-unknown-flag = Не знаю, что такое --{ $flag }. Есть --size, --seed, --model, --count, --seconds, --voice, --strength, --steps и --no.
mistake-value-missing = Какое значение у --{ $flag }? Например: { $flag ->
    [size] --size wide
    [seed] --seed 7
    [count] --count 2
    [strength] --strength 0.4
    [steps] --steps 30
    [no] --no blur
   *[other] --model painter
}
mistake-bad-size = Не понимаю размер { $value }. Напишите square, portrait, landscape, wide или 1024x768.
mistake-size-out-of-range = В стороне может быть от { $smallest } до { $largest } пикселей.
mistake-bad-seed = Сид это целое число от 0 до { $limit }; { $value } не подходит.
mistake-bad-count = За раз рисую от 1 до { $limit } картинок; { $value } не подходит.
mistake-one-at-a-time = Несколько за раз бывает только картинок: уберите --count и повторите, если нужно ещё.
mistake-bad-strength = Сила — это число от 0 (близко к картинке) до 1 (далеко от неё); { $value } не подходит.
mistake-bad-steps = Число шагов — целое от 1 до { $limit }; { $value } не подходит.
mistake-negative-too-long = В том, чего быть не должно, { $length } символов; помещается не больше { $limit }.
mistake-bad-seconds = Длина — целое число секунд от 1 до { $limit }; { $value } не подходит.
mistake-bad-voice = Голос — это язык, например ru, de или en-gb; { $value } не подходит.
mistake-bad-model = В имени модели не больше { $limit } символов.
mistake-admin = /admin status | user REF | grant REF N [заметка] | purchase REF N НОМЕР [заметка] | correct REF N ПРИЧИНА | ban REF ПРИЧИНА | unban REF [причина] | pause [SUBJECT] [причина] | resume [SUBJECT] | letters | retry JOB|all

## Account and jobs

usage-plan = Тариф { $plan } · токенов сегодня: { $used } из { $limit }, осталось { $left }
usage-refill = Новые в { $moment }, через { $span }
usage-balance = Куплено или подарено: { $tokens }
usage-today = Сегодня: готово { $completed }, не вышло { $failed }
usage-days = Дней: { $days } · готово { $completed }, { $tokens }
jobs-none = Пока ничего. Напишите, что хотите увидеть.
jobs-title = Ваши последние, сначала новые:
jobs-waiting = ждёт
jobs-waiting-place = { $place }
jobs-later = начнётся позже
jobs-running = в работе
jobs-completed = готово
jobs-expired = готово, срок хранения истёк
jobs-failed = не вышло
jobs-cancelled = отменено
jobs-line = { $number }. { $prompt } · { $state }
jobs-ago = { $span } назад
cancel-nothing = У вас ничего не ждёт и не делается.

## Short answers to a press

note-cancelling = Останавливаю
note-over = Это уже закончилось
note-working = Уже делаю
note-not-yours = Это может только тот, кто просил
note-unknown = Этого я уже не помню
note-too-large = Крупнее ваш тариф не позволяет

## Admins

admin-status = Ждёт { $queued }, в работе { $running } · сегодня готово { $completed }, не вышло { $failed }
admin-oldest = Дольше всех ждёт: { $span }
admin-deliveries = Доставки: к отправке { $due }, недоставимых { $dead }
admin-leader = Ведущий: { $leader ->
    [none] никто
   *[other] { $leader }
}
admin-worker = { $name } · { $state } · { $running } из { $slots } · { $models } · на связи { $span } назад
admin-no-workers = Ни одна машина не работает.
admin-user = { $user } · { $name } · { $plan } · сегодня { $used } из { $limit }, баланс { $balance } · открыто { $open }
admin-user-banned = Заблокирован
admin-granted = { $user } получает { $tokens }; баланс теперь { $balance }.
admin-purchased = Платёж { $user } за { $tokens } проведён; баланс теперь { $balance }.
admin-corrected = Баланс { $user } исправлен на { $tokens }; теперь он { $balance }.
admin-banned = { $user } заблокирован. { $open ->
    [0] Ничего не ждёт и не делается.
    [one] Что ждало, отменено; ещё идёт { $open } задание.
    [few] Что ждало, отменено; ещё идут { $open } задания.
   *[other] Что ждало, отменено; ещё идёт { $open } заданий.
}
admin-unbanned = { $user } не заблокирован и может просить снова.
admin-pauses-none = Ничего не остановлено.
admin-pause = Остановлено: { $subject }
admin-pause-reason = Остановлено: { $subject } ({ $reason })
admin-pause-failing = Остановлено: { $subject } – не получилось ни на одной машине. Новая попытка через { $span }; /admin resume – сразу.
admin-worker-aside = { $name } · отставлена: у неё не выходит то, что выходит у других · вернётся через { $span }
admin-letters-none = Недоставленного нет: все результаты дошли.
admin-letter = { $job } · { $user } · { $error ->
    [none] причина не названа
    [blocked] заблокировано
    [message-deleted] сообщение удалено
    [unknown-outcome] исход неизвестен
    [failed] не получилось
   *[other] { $error }
} · { $tries } { $tries ->
    [one] повтор
    [few] повтора
   *[many] повторов
} · ждёт { $span }
admin-retried = { $letters ->
    [0] Повторять было нечего.
    [one] { $letters } результат всё же будет доставлен.
    [few] { $letters } результата всё же будут доставлены.
   *[many] { $letters } результатов всё же будут доставлены.
}
