export default {
  "skip": "Ir al botón de grabar",
  "nav": "Página",

  "welcome.title": "Habla y ve leyendo.",
  "welcome.hint": "Pulsa el botón o la barra espaciadora y empieza a hablar.",
  "welcome.touch": "Toca el botón y empieza a hablar.",

  "dock.label": "Dictado",
  "transcript.label": "Transcripción",
  "transcript.jump": "Últimas palabras",
  "words.one": "{n} palabra",
  "words.other": "{n} palabras",

  "action.start": "Empezar a dictar",
  "action.finish": "Terminar y guardar",
  "action.copy": "Copiar",
  "action.copied": "Copiado",
  "action.close": "Cerrar",
  "action.dismiss": "Descartar aviso",

  "state.idle": "Listo",
  "state.opening": "Abriendo el micrófono",
  "state.loading": "Preparándose",
  "state.unable": "Sin modelo de voz",
  "state.away": "Servidor inaccesible",
  "state.unheard": "Micrófono no disponible",

  "hint.unheard": "No se está grabando nada.",
  "hint.idle": "Todo se queda en este servidor.",
  "hint.opening": "Permite el micrófono si el navegador lo pide.",
  "hint.loading": "Podrás hablar en cuanto esté el modelo.",
  "hint.unable": "Podrás dictar cuando el servidor tenga uno; esta página lo nota sola.",
  "hint.away": "Podrás dictar cuando vuelva.",

  "microphone.label": "Micrófono",
  "microphone.default": "Micrófono predeterminado",
  "microphone.numbered": "Micrófono {n}",

  "language.label": "Idioma hablado",
  "language.detect": "Detectar idioma",
  "language.default": "Idioma del servidor",
  "language.switch": "Switch to English",
  "language.other": "EN",

  "engine.ready": "Motor de voz {name}, modelo {model}, en {device}",
  "engine.fallback": "Trabaja el pequeño motor incorporado: solo entiende inglés y se equivoca más. Para tener mejor texto y otros idiomas, dale al servidor un modelo Whisper.",
  "engine.loading": "Se está cargando el modelo de voz.",
  "engine.downloading": "Se está descargando el modelo de voz: {done} de {total} MB. Solo ocurre una vez.",
  "engine.failed": "No se pudo cargar el modelo de voz. {message}",

  "history.title": "Historial",
  "files.button": "Archivos",
  "files.open_dialog": "Transcribir grabaciones",

  "settings.title": "Ajustes",

  "help.title": "Atajos de teclado",

  "error.unknown": "Algo salió mal: {message}",
  "error.SERVER_UNREACHABLE": "El servidor no responde. La página vuelve a intentarlo sola.",
};
