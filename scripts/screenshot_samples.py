"""What the photographs show: things said and kept, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Samples:
    """The words of one language.

    ``said`` is two finals, the stable part of a partial and its tail; ``paragraphs`` a long
    dictation; ``history`` titles and texts, the newest first; ``query`` finds several of them.
    """

    said: tuple[str, str, str, str]
    paragraphs: tuple[str, ...]
    history: tuple[tuple[str, str], ...]
    query: str
    nothing_found: str
    edited: str
    files: tuple[str, str, str, str]
    hotwords: str


ENGLISH = Samples(
    said=(
        "The morning was quiet, and the harbour lay under a thin mist.",
        "Nobody had expected the boats back before noon.",
        "Then, without any warning, the bell",
        " at the end of the pier began to ring",
    ),
    paragraphs=(
        "The morning was quiet, and the harbour lay under a thin mist. Nobody had expected the "
        "boats back before noon, and the café on the quay had only just put out its chairs.",
        "Then, without any warning, the bell at the end of the pier began to ring. One by one the "
        "windows along the waterfront opened. Somebody laughed, somebody called a name, and a dog "
        "ran the whole length of the breakwater and back.",
        "The first boat came in with the tide, low in the water and in no hurry. The second "
        "followed with a torn sail. Of the third there was no sign, and by eleven people had "
        "stopped pretending not to look for it.",
        "It came at last, a little after one, under tow and with all its lamps lit in broad "
        "daylight. They had lit them at four in the morning, the captain said, and afterwards "
        "nobody had had a hand free to put them out.",
    ),
    history=(
        ("Notes for the harbour report", "The bell rang at nine. Two boats came in with the tide. "
         "The third was late, and nobody knew why. We waited on the pier until the light had gone. "
         "Then the wind turned. By ten the harbour was full again."),
        ("Shopping and errands", "Flour, lemons and coffee. Call the plumber about the kitchen "
         "tap."),
        ("Letter to Clara", "Dear Clara, thank you for the photographs. The one of the bell tower "
         "is my favourite. I have put it on the wall above my desk."),
        ("Ideas for the spring workshop", "Start with listening. Let every group record one minute "
         "of the street and write down what they hear."),
        ("Interview with the pilot", "He has worked in this port for thirty years. The bell, he "
         "says, is older than the lighthouse."),
    ),
    query="bell",
    nothing_found="submarine",
    edited="The bell rang at ten.\n\nNobody knew why.",
    files=("harbour-interview.m4a", "notes.txt", "lecture-on-tides.mp4", "letter.wav"),
    hotwords="Vivavoz, Ana Llorente, breakwater",
)  # fmt: skip

SPANISH = Samples(
    said=(
        "La mañana estaba tranquila y el puerto seguía bajo una niebla fina.",
        "Nadie esperaba los barcos antes del mediodía.",
        "Entonces, sin previo aviso, la campana",
        " del final del muelle empezó a sonar",
    ),
    paragraphs=(
        "La mañana estaba tranquila y el puerto seguía bajo una niebla fina. Nadie esperaba los "
        "barcos antes del mediodía, y el café del muelle acababa de sacar las sillas.",
        "Entonces, sin previo aviso, la campana del final del muelle empezó a sonar. Una tras otra "
        "se abrieron las ventanas del paseo. Alguien se rio, alguien gritó un nombre y un perro "
        "recorrió el rompeolas de punta a punta.",
        "El primer barco entró con la marea, cargado y sin prisa. El segundo venía con una vela "
        "rota. Del tercero no había señal, y hacia las once ya nadie disimulaba que lo estaba "
        "buscando.",
        "Llegó por fin, poco después de la una, remolcado y con todos los faroles encendidos a "
        "plena luz del día. Los habían encendido a las cuatro de la mañana, dijo el capitán, y "
        "después nadie había tenido una mano libre para apagarlos.",
    ),
    history=(
        ("Notas para el informe del puerto", "La campana sonó a las nueve. Dos barcos entraron con "
         "la marea. El tercero se retrasó y nadie sabía por qué. Esperamos en el muelle hasta que "
         "se fue la luz. Luego cambió el viento. A las diez el puerto estaba lleno otra vez."),
        ("Compras y recados", "Harina, limones y café. Llamar al fontanero por el grifo de la "
         "cocina."),
        ("Carta a Clara", "Querida Clara, gracias por las fotografías. La de la torre de la "
         "campana es mi favorita. La he colgado en la pared, encima del escritorio."),
        ("Ideas para el taller de primavera", "Empezar por escuchar. Que cada grupo grabe un "
         "minuto de la calle y escriba lo que oye."),
        ("Entrevista con el práctico del puerto", "Lleva treinta años en este puerto. La campana, "
         "dice, es más vieja que el faro."),
    ),
    query="campana",
    nothing_found="submarino",
    edited="La campana sonó a las diez.\n\nNadie sabía por qué.",
    files=("entrevista-en-el-puerto.m4a", "notas.txt", "clase-sobre-las-mareas.mp4", "carta.wav"),
    hotwords="Vivavoz, Ana Llorente, rompeolas",
)  # fmt: skip

SAMPLES = {"en": ENGLISH, "es": SPANISH}
