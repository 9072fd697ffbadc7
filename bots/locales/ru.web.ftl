# Фразы, которые есть только на веб-странице.

web-title = Tessera
web-question = Что вы хотите увидеть?
web-field = Опишите картинку или напишите /help
web-field-label = Ваши слова или команда
web-send = Отправить
web-sending = Отправляется
web-size = Формат
web-size-square = Квадрат
web-size-portrait = Портрет
web-size-landscape = Пейзаж
web-size-wide = Широкий
web-model = Модель
# the page puts the seconds in the place of #, and counts them down
web-try-again-in = Ещё раз через # с
web-seed = Сид
web-seed-any = любой
web-seed-hint = Те же слова с тем же сидом снова дадут ту же картинку
web-pictures = Ваши картинки
web-latest = К новым
web-older = Более ранние картинки
web-download = Скачать
web-enlarge = Показать крупно
web-close = Закрыть
web-more = Показать целиком
web-less = Свернуть
web-ready = Готово
web-file-gone = Эту картинку не удалось загрузить
web-usage = Ваш расход
web-purse = Осталось на сегодня: { $left } из { $limit } токенов
web-purse-balance = { $line }, в запасе { $balance }
web-offline = Нет связи. То, что вы пишете, сохранится и уйдёт, когда связь вернётся.
web-reconnecting = Связь прервалась. Она восстановится сама.
web-studio-away = Мастерская сейчас недоступна. Всё, что вы сделали, цело; страница вернётся сама.
web-no-cookie = Эта страница узнаёт вас по cookie, а браузер её не прислал. Разрешите cookie и обновите страницу.
web-no-script = Чтобы рисовать для вас, этой странице нужен JavaScript.
