"""The words the painter knows, in English, German, French, Spanish and Russian; a star stands for any ending."""

from collections.abc import Mapping

PLACES: Mapping[str, str] = {
    "abstract": "abstract* pattern fractal dream* emotion* love psychedelic marble texture mood soul feeling* rage joy"
    " melancholy chaos harmony абстракт* мечт* любовь traum* liebe rêve amour sueño amor anger calmness"
    " silence geometry",
    "space": "space galaxy galaxies nebula* planet* cosmos cosmic universe asteroid* saturn mars jupiter orbit космос*"
    " планет* галакти* вселенн* weltraum galaxie espace galaxia espacio universum",
    "underwater": "underwater undersea reef* coral aquarium seabed подводн* риф* unterwasser korallenriff"
    " récif arrecife",
    "bouquet": "bouquet* vase букет* ваз* strauß blumenstrauß ramo florero",
    "meadow": "flower* meadow* blossom* rose* tulip* poppy poppies daisy daisies sunflower* lavender* wildflower*"
    " garden* lily lilies orchid* peony peonies iris spring цветы цветок цветов* луг* роз* тюльпан* маки мак"
    " ромашк* подсолнух* лаванд* blume* wiese* rose* tulpe* mohn sonnenblume* fleur* prairie tournesol* flor"
    " flores pradera girasol*",
    "street": "street* alley* cyberpunk neon* tokyo улиц* переулок straße gasse rue ruelle calle callejón",
    "city": "city cities skyline building* skyscraper* downtown metropol* manhattan york london paris berlin"
    " moscow город* небоскр* stadt hochhaus* skyline ville ciudad rascacielos",
    "volcano": "volcano* volcanic lava eruption вулкан* лав* vulkan* volcan volcán erupción",
    "waterfall": "waterfall* cascade* водопад* wasserfall* cascada*",
    "island": "island* isle atoll остров* insel* île isla",
    "beach": "beach* shore palm* tropical пляж* берег* пальм* strand plage playa palmera*",
    "desert": "desert dune* sand sahara cactus* oasis пустын* дюн* песок песк* wüste düne* désert desierto duna*",
    "river": "river* stream creek brook река реки реке реку ручей ручь* fluss bach rivière río arroyo",
    "lake": "lake* pond fjord* reflection* озер* пруд* фьорд* teich lac étang lago estanque bergsee",
    "sea": "sea seas ocean* wave* surf tide море моря морем морю морск* океан* волн* meer ozean welle* mer océan"
    " vague* mar océano ola olas coast* bay",
    "forest": "forest* wood woods woodland pine pines jungle grove taiga лес леса лесу лесом лесн* сосн* тайг* роща"
    " wald wälder kiefer* forêt* bois bosque selva",
    "mountains": "mountain* peak* alp alps cliff* valley* canyon* himalaya* summit гор* горы гора вершин* скал* долин*"
    " berg berge bergen gipfel tal montagne* vallée montaña* valle matterhorn everest",
    "hills": "hill hills countryside field* grass farm* vineyard* холм* пол* степь hügel feld felder colline* champ*"
    " colina* campo campos lawn park village* деревн* dorf",
    "snow": "snow* winter* ice icy frozen arctic glacier* antarctic* tundra снег* снеж* зим* лёд лед ледник* schnee*"
    " eis neige hiver nieve invierno hielo polar",
}

PHRASES: Mapping[tuple[str, str], str] = {  # two words that mean together what neither means alone
    **{(first, "lights"): "aurora" for first in ("northern", "southern", "polar")},
    ("luces", "norte"): "aurora",
    **{(first, "bridge"): "arch" for first in ("stone", "old", "arched", "roman", "medieval")},
    ("wooden", "bridge"): "brown arch",
    ("каменный", "мост"): "arch",
    ("деревянный", "мост"): "brown arch",
    ("puente", "piedra"): "arch",
    ("pont", "pierre"): "arch",
}
SMALL = frozenset(("de", "del", "of", "the"))  # may stand between them

LIGHTS: Mapping[str, str] = {
    "sunset": "sunset* sundown twilight golden закат* sonnenuntergang abendrot couchant coucher atardecer puesta ocaso"
    " crepúsculo",
    "dawn": "dawn sunrise* morning daybreak рассвет* восход* утр* morgen* sonnenaufgang aube aurore matin amanecer"
    " alba",
    "dusk": "dusk evening вечер* сумер* abend* dämmerung soir crépuscule noche-azul anochecer",
    "night": "night* midnight moon* starry star stars milky firefl* lantern* ночь ночн* ночью лун* звёзд* звезд*"
    " полночь nacht mond stern* nuit lune étoile* noche luna estrella*",
    "storm": "storm* thunder* lightning tempest* hurricane typhoon шторм* гроз* бур* молни* sturm gewitter blitz"
    " tempête orage tormenta",
    "day": "day daylight noon midday sunny daytime день днём днем полдень tag mittag sonnig jour midi día mediodía",
    "overcast": "overcast gloom* grey gray cloudy grim sombre пасмурн* хмур* облачн* bewölkt trüb nuageux nublado rain"
    " rainy raining drizzle дожд* regen* pluie lluvia fog foggy mist misty haze hazy туман* nebel* brume"
    " brouillard niebla",
}

FEATURES: Mapping[str, str] = {
    "aurora": "aurora* borealis сияни* nordlicht* polarlicht* boréale* boreal",
    "rain": "rain rainy raining drizzle downpour umbrella* зонт* дожд* ливень regen* pluie parapluie* lluvia paraguas",
    "snow": "snow* winter* blizzard снег* снеж* зим* метел* вьюг* schnee* winter* neige hiver nieve invierno",
    "snowfall": "snowfall snowing blizzard snowflake* снегопад* метел* вьюг* schneefall",
    "fog": "fog foggy mist misty haze hazy туман* nebel* brume brouillard niebla",
    "autumn": "autumn* fall autumnal осен* herbst* automne otoño maple october ноябр*",
    "moon": "moon* лун* mond* lune luna",
    "sun": "sun sunny солнц* солнечн* sonne* sonnig soleil sol",
    "stars": "star stars starry milky звёзд* звезд* stern* étoile* estrella*",
    "rainbow": "rainbow* радуг* regenbogen arc-en-ciel arcoíris",
    "lightning": "lightning thunder* молни* гроз* blitz gewitter éclair rayo rayos",
    "neon": "neon cyberpunk synthwave vaporwave retrowave неон* киберпанк*",
    "fireflies": "firefl* magic* fairy enchanted светлячк* волшебн* fée magique mágico glühwürmchen",
    "clouds": "cloud* облак* wolke* nuage* nube nubes",
    "calm": "calm still quiet serene peaceful спокойн* тих* штиль ruhig still calme tranquilo serenity",
    "palms": "palm* tropical пальм* palmera*",
    "lavender": "lavender лаванд* lavande",
    "sunflower": "sunflower* подсолнух* sonnenblume* tournesol* girasol*",
    "tulip": "tulip* тюльпан* tulpe* tulipe* tulipán*",
    "rose": "rose* роза розы роз peony peonies",
    "daisy": "daisy daisies ромашк* gänseblümchen marguerite* margarita*",
    "poppy": "poppy poppies мак маки маков* mohn coquelicot* amapola*",
    "spiral": "galaxy galaxies галакти* galaxie galaxien galaxia* andromeda spiral*",
    "ring": "saturn ring rings ringed кольц*",
    "geometry": "geometr* triangle* cube* polygon* cubis* bauhaus mondrian геометр*",
    "fire": "fire* flame* burning lava огонь огн* пламя feuer feu fuego",
}

SUBJECTS: Mapping[str, str] = {
    "fox": "fox foxes vixen лис* fuchs füchse renard zorro",
    "wolf": "wolf wolves волк* wölfe loup lobo husky",
    "dog": "dog dogs puppy hound собак* пёс пес щенок hund hunde chien perro corgi",
    "cat": "cat cats kitten* kitty кот кота коты кошк* котён* котик* katze* kater chat chaton gato gatos gatito",
    "rabbit": "rabbit* bunny bunnies hare кролик* заяц зайц* hase* kaninchen lapin conejo",
    "bear": "bear bears медвед* bär bären ours oso",
    "deer": "deer stag elk moose reindeer олен* лось hirsch* reh cerf ciervo",
    "horse": "horse* pony stallion unicorn лошад* конь кони pferd* cheval chevaux caballo*",
    "bird": "bird birds crow* raven* eagle* hawk* parrot* seagull* gull* чайк* птиц* ворон* орёл"
    " vögel oiseaux pájaros vogel adler oiseau aigle pájaro águila",
    "owl": "owl owls сова совы eule* hibou chouette búho",
    "whale": "whale* orca кит киты кита wal wale baleine ballena",
    "dolphin": "dolphin* дельфин* delfin* dauphin delfín",
    "fish": "fish fishes goldfish koi shark рыб* акул* fisch* poisson* pez peces",
    "turtle": "turtle* tortoise черепах* schildkröte* tortue tortuga",
    "boat": "boat* sailboat* yacht* sail sailing canoe лодк* яхт* парус* boot segelboot bateau* voilier barco* velero",
    "ship": "ship ships galleon pirate* корабл* schiff* navire galion galeón",
    "house": "house* cabin* cottage* hut village* town townlet деревн* dorf home barn дом дома домик* изба хижин* haus"
    " häuser hütte maison cabane casa"
    " cabaña",
    "lighthouse": "lighthouse* маяк* leuchtturm* phare faro",
    "castle": "castle* fortress palace tower замок замк* крепост* schloss burg château castillo torre",
    "arch": "arch arches viaduct* aqueduct* виадук* акведук* viadukt* steinbrücke* viaduc aqueduc viaducto* acueducto*",
    "bridge": "bridge* мост* brücke* pont puente",
    "balloon": "balloon* воздушн* шар шары heißluftballon ballon* montgolfière* globo globos",
    "tree": "tree trees oak baobab дерев* дуб baum bäume arbre* árbol árboles bonsai",
    "person": "person man woman girl boy child traveler traveller wanderer samurai knight king queen human people monk"
    " wizard человек* люди девушк* девочк* мальчик* мужчин* женщин* mensch mann frau mädchen junge homme femme"
    " fille garçon hombre mujer niña niño persona hiker lovers couple",
    "umbrella": "umbrella* parasol* зонт* regenschirm* schirm parapluie* paraguas sombrilla*",
    "astronaut": "astronaut* cosmonaut* spaceman космонавт* астронавт* astronaute astronauta",
    "rocket": "rocket* spaceship* starship shuttle ракет* звездолёт* rakete* fusée cohete ufo",
    "car": "car cars auto truck машин* автомоб* voiture coche taxi",
    "butterfly": "butterfly butterflies бабочк* schmetterling* papillon* mariposa*",
    "dragon": "dragon* дракон* drache* dragón",
    "penguin": "penguin* пингвин* pinguin* manchot pingüino*",
    "elephant": "elephant* слон слоны слона elefant* éléphant* elefante*",
    "windmill": "windmill* мельниц* windmühle* moulin molino",
}

COLOURS: Mapping[str, tuple[tuple[int, int, int], str]] = {
    "red": ((214, 40, 40), "red scarlet ruby красн* ал* rot rote rouge rojo roja"),
    "crimson": ((160, 20, 48), "crimson blood wine burgundy багров* бордов* purpurrot bordeaux carmesí"),
    "orange": ((242, 132, 40), "orange amber tangerine оранжев* янтар* orangen naranja"),
    "yellow": ((248, 208, 66), "yellow lemon жёлт* желт* gelb* jaune amarillo amarilla"),
    "gold": ((230, 176, 64), "gold golden золот* gold* or doré dorado oro"),
    "green": ((64, 156, 82), "green зелён* зелен* grün* vert verte verde"),
    "emerald": ((20, 146, 104), "emerald jade изумруд* smaragd émeraude esmeralda"),
    "teal": ((24, 148, 156), "teal petrol бирюзов* türkis* turquoise turquesa cyan aqua mint мятн*"),
    "blue": ((44, 104, 210), "blue azure sapphire синий синяя синее синие син* голуб* blau* bleu bleue azul"),
    "navy": ((26, 44, 104), "navy marine тёмно-син*"),
    "indigo": ((72, 56, 164), "indigo индиго"),
    "purple": (
        (134, 66, 178),
        "purple violet plum фиолетов* пурпур* lila violett* pourpre violette morado púrpura violeta",
    ),
    "lavender": ((178, 156, 226), "lavender lilac лавандов* сиренев* flieder lilas lavanda"),
    "pink": ((242, 128, 172), "pink rosy rosa розов*"),
    "magenta": ((212, 48, 152), "magenta fuchsia маджента пурпурн*"),
    "coral": ((248, 126, 108), "salmon peach персик* lachs saumon salmón"),
    "brown": ((122, 82, 54), "brown chocolate bronze copper коричнев* бур* braun* marron brun marrón"),
    "white": ((240, 240, 238), "white ivory бел* weiß* weiss* blanc blanche blanco blanca"),
    "black": ((26, 26, 32), "black onyx чёрн* черн* schwarz* noir noire negro negra"),
    "grey": ((132, 136, 146), "grey gray silver сер* серебр* grau* gris argent plata"),
}

MOODS: Mapping[str, tuple[str, ...]] = {
    "joy": ("yellow", "coral", "teal"),
    "love": ("crimson", "pink", "coral"),
    "rage": ("black", "red", "orange"),
    "anger": ("black", "red", "orange"),
    "melancholy": ("navy", "grey", "lavender"),
    "sad": ("navy", "grey", "teal"),
    "sadness": ("navy", "grey", "blue"),
    "calm": ("teal", "blue", "white"),
    "serenity": ("teal", "lavender", "white"),
    "silence": ("grey", "white", "navy"),
    "hope": ("blue", "gold", "white"),
    "fear": ("black", "emerald", "grey"),
    "chaos": ("red", "indigo", "yellow"),
    "harmony": ("emerald", "gold", "teal"),
    "dream": ("purple", "pink", "teal"),
    "dreams": ("indigo", "magenta", "teal"),
    "fire": ("crimson", "orange", "yellow"),
    "ice": ("navy", "teal", "white"),
    "jazz": ("navy", "gold", "magenta"),
    "music": ("purple", "coral", "gold"),
}
