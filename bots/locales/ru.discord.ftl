# Что говорит только бот в Discord.

discord-look-in-jobs = Здесь я скоро не смогу писать; /jobs покажет вам результат.
discord-not-started = Это не начато.
discord-show-number = Показать { $number }

## The commands, as Discord lists them: at most 100 characters each

command-imagine = Нарисовать картинку по вашим словам
command-imagine-prompt = Что на ней: лиса на снегу
command-imagine-size = square, portrait, landscape, wide или размер вроде 640x960
command-imagine-model = Какая модель рисует
command-imagine-seed = Тот же сид и те же слова дают ту же картинку
command-imagine-picture = Картинка, с которой начать
command-imagine-strength = 0: близко к данной картинке, 1: далеко от неё
command-imagine-steps = За сколько шагов, если модель их понимает
command-imagine-negative = Чего на ней быть не должно: размытие, надписи
command-video = Снять видео по вашим словам
command-video-prompt = Что показать: горы, день в ночь
command-video-size = square, portrait, landscape, wide или размер, например 640x960
command-video-seconds = Сколько секунд
command-video-seed = Те же сид и слова дадут то же самое
command-video-picture = Картинка, по которой движется камера
command-music = Сочинить музыку по настроению и темпу
command-music-prompt = Настроение: спокойный вечер, 70 bpm
command-music-seconds = Сколько секунд
command-music-seed = Те же сид и слова дадут то же самое
command-say = Прочитать ваши слова вслух
command-say-prompt = Что прочитать вслух
command-say-voice = Язык: ru, de, en-gb
command-write = Названия, подписи, реклама или подробный промпт
command-write-prompt = названия, подпись, альт-текст, реклама или промпт, и для чего
command-write-seed = Те же сид и слова дадут то же самое
command-ask = Ответ на ваш вопрос
command-ask-question = Что вы хотите узнать
command-start = Первое слово и сколько у вас токенов
command-help = Что я умею
command-usage = Ваш тариф, токены и что вы сделали
command-jobs = Что ждёт и что готово
command-cancel = Остановить последнее, о чём вы просили
command-admin = Для администраторов
command-admin-status = Очередь, машины и паузы
command-admin-user = Аккаунт
command-admin-user-who = telegram:42, discord:42 или упоминание
command-admin-grant = Добавить токены аккаунту
command-admin-grant-who = telegram:42, discord:42 или упоминание
command-admin-grant-tokens = Сколько
command-admin-grant-note = Почему
command-admin-pause = Не принимать и не начинать задания
command-admin-pause-subject = all, capability:image или model:sdxl
command-admin-pause-reason = Что сказать людям
command-admin-resume = Закончить паузу
command-admin-resume-subject = all, capability:image или model:sdxl
command-admin-letters = Результаты, которые не дошли
command-admin-retry = Всё же доставить их
command-admin-retry-job = Задание из /admin letters или all
