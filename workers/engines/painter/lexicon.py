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

PEOPLE: Mapping[str, str] = {  # who they are
    "person": "person persona people human* friend friends somebody человек* люди mensch menschen personne* gente"
    " personas",
    "man": "man men gentleman gentlemen husband father мужчин* mann männer herr homme* hombre*",
    "woman": "woman women lady ladies wife mother bride женщин* девушк* frau frauen dame femme* mujer mujeres señora",
    "boy": "boy boys мальчик* junge jungen garçon* niño niños",
    "girl": "girl girls daughter* девочк* mädchen fille filles niña niñas chica",
    "child": "child children kid kids baby toddler* ребён* ребен* дети детей kinder enfant* hijos",
    "old man": "grandfather* grandpa старик* дедушк* дед opa großvater vieillard anciano abuelo",
    "old woman": "grandmother* grandma granny старух* старушк* бабушк* oma großmutter anciana abuela",
    "king": "king kings prince emperor корол* король roi rey könig",
    "queen": "queen queens princess* empress королев* принцесс* königin prinzessin reine princesse reina princesa",
    "knight": "knight* warrior* рыцар* ritter chevalier* caballero*",
    "wizard": "wizard* sorcerer* magician mage волшебник* маг zauberer sorcier magicien mago",
    "witch": "witch witches sorceress ведьм* волшебниц* hexe hexen sorcière* bruja",
    "monk": "monk* friar монах* mönch* moine* monje*",
    "samurai": "samurai самура*",
    "wanderer": "traveler* traveller* wanderer* hiker* shepherd* pilgrim* путник* странник* турист* wandrer"
    " voyageur randonneur viajero caminante",
    "couple": "couple lovers newlyweds пара пары paar pareja",
    "family": "family families семь* familie famille familia",
    "crowd": "crowd* толп* menschenmenge foule multitud",
}
PLURALS = (  # of people; others end in s
    "people men gentlemen women children люди мужчины женщины девушки мальчики девочки дети детей старики рыцари монахи"
    " menschen männer frauen jungen kinder hexen gente mujeres"
)
NUMBERS: Mapping[str, str] = {
    "2": "2 two zwei deux dos два две двое",
    "3": "3 three trio drei trois tres три трое",
    "4": "4 four vier quatre cuatro четыре четверо",
    "5": "5 6 7 five six group many fünf gruppe cinq groupe cinco grupo пять группа много",
}
LOOKS: Mapping[str, str] = {  # how they are; said before or after who they are
    "old": "old elderly aged ancient стар* пожил* alt alte alter alten vieux vieil vieille viejo vieja",
    "blonde": "blond* fair-haired светловолос* белокур* rubio rubia",
    "ginger": "ginger redhead* red-haired redhaired рыж* rothaarig* roux rousse pelirroj*",
    "brunette": "brunette* brown-haired dark-haired темноволос* morena",
    "grey": "grey-haired gray-haired white-haired седо* седая grauhaarig* weißhaarig*",
    "bald": "bald лыс* kahl* glatz* chauve calvo",
    "long": "long-haired длинноволос* langhaarig*",
    "beard": "beard bearded beards бород* bart bärtig* vollbart barbe barbu barba barbudo",
    "hat": "hat hats cap sombrero fedora шляп* шапк* кепк* mütze strohhut chapeau gorro",
    "crown": "crown crowned корон* krone couronne corona",
    "helmet": "helmet helm шлем* casque casco",
    "dress": "dress gown skirt robe плать* юбк* kleid jupe vestido falda",
    "staff": "staff cane stick посох* трост* gehstock canne bâton bastón",
}
CLOTHES = (
    "coat jacket shirt sweater cloak cape suit clothes clothing armour armor kimono uniform hoodie t-shirt scarf пальто"
    " куртк* рубашк* плащ* костюм* одежд* mantel jacke hemd anzug umhang manteau veste chemise costume abrigo chaqueta"
    " camisa capa traje"
)
LONG = "long длинные длинными длинным lange langen langem longs largo"  # of hair
HAIR = "hair haired волос* haar haare haaren cheveux pelo cabello"
AND = "and und et y e и"
WEARING = "in wearing dressed clad в во trägt gekleidet en vêtue vêtu habillée vestida vestido"

SUBJECTS: Mapping[str, str] = {
    "fox": "fox foxes vixen лис* fuchs füchse renard* zorro zorros",
    "wolf": "wolf wolves волк* wölfe loup loups lobo lobos husky",
    "dog": "dog dogs puppy hound собак* пёс пес щенок hund hunde chien chiens perro perros corgi",
    "cat": "cat cats kitten* kitty кот кота коты кошк* котён* котик* katze* kater chat chats chaton gato gatos gatito",
    "rabbit": "rabbit* bunny bunnies hare кролик* заяц зайц* hase* kaninchen lapin lapins conejo*",
    "bear": "bear bears медвед* bär bären ours oso osos",
    "deer": "deer stag elk moose reindeer олен* лось hirsch* reh rehe cerf cerfs ciervo*",
    "horse": "horse* pony stallion unicorn лошад* конь кони pferd* cheval chevaux caballo*",
    "bird": "bird birds crow* raven* eagle* hawk* parrot* seagull* gull* чайк* птиц* ворон* орёл"
    " vögel oiseaux pájaros vogel adler oiseau aigle* pájaro águila*",
    "owl": "owl owls сова совы eule* hibou chouette búho",
    "whale": "whale* orca кит киты кита wal wale baleine* ballena*",
    "dolphin": "dolphin* дельфин* delfin* dauphin* delfín delfines",
    "fish": "fish fishes goldfish koi shark рыб* акул* fisch* poisson* pez peces",
    "turtle": "turtle* tortoise черепах* schildkröte* tortue* tortuga*",
    "boat": "boat* sailboat* yacht* sail sailing canoe лодк* яхт* парус* boot boote segelboot* bateau* voilier* barco*"
    " velero*",
    "ship": "ship ships galleon pirate* корабл* schiff* navire* galion* galeón galeones",
    "house": "house* cabin* cottage* hut village* town townlet деревн* dorf home barn дом дома домик* изба хижин* haus"
    " häuser hütte maison* cabane* casa casas"
    " cabaña",
    "lighthouse": "lighthouse* маяк* leuchtturm* leuchttürme phare* faro faros",
    "castle": "castle* fortress palace tower замок замк* крепост* schloss schlösser burg burgen château*"
    " castillo* torre torres",
    "arch": "arch arches viaduct* aqueduct* виадук* акведук* viadukt* steinbrücke* viaduc aqueduc viaducto* acueducto*",
    "bridge": "bridge* мост* brücke* pont puente",
    "balloon": "balloon* воздушн* шар шары heißluftballon ballon* montgolfière* globo globos",
    "tree": "tree trees oak baobab дерев* дуб baum bäume arbre* árbol árboles bonsai",
    "person": " ".join(PEOPLE.values()),
    "umbrella": "umbrella* parasol* зонт* regenschirm* schirm parapluie* paraguas sombrilla*",
    "astronaut": "astronaut* cosmonaut* spaceman космонавт* астронавт* astronaute* astronauta*",
    "rocket": "rocket* spaceship* starship shuttle ракет* звездолёт* rakete* fusée* cohete* ufo ufos",
    "car": "car cars auto autos truck trucks машин* автомоб* voiture* coche coches taxi taxis",
    "butterfly": "butterfly butterflies бабочк* schmetterling* papillon* mariposa*",
    "dragon": "dragon* дракон* drache* dragón",
    "penguin": "penguin* пингвин* pinguin* manchot pingüino*",
    "elephant": "elephant* слон слоны слона elefant* éléphant* elefante*",
    "windmill": "windmill* мельниц* windmühle* moulin* molino*",
}

COLOURS: Mapping[str, tuple[tuple[int, int, int], str]] = {
    "red": ((214, 40, 40), "red scarlet ruby красн* ал* rot rote roten roter rotes rouge rojo roja"),
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
