export default {
  "skip": "Ir al botón de grabar",
  "nav": "Página",

  "welcome.title": "Habla y léelo al instante.",
  "welcome.hint": "Pulsa el botón o la barra espaciadora y empieza a hablar.",
  "welcome.touch": "Toca el botón y empieza a hablar.",

  "dock.label": "Dictado",
  "transcript.label": "Transcripción",
  "transcript.jump": "Ir al final",
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
  "hint.loading": "Podrás hablar en cuanto el modelo esté listo.",
  "hint.unable": "Podrás dictar cuando el servidor tenga uno; esta página sigue comprobándolo.",
  "hint.away": "Podrás dictar cuando vuelva; esta página sigue intentándolo.",

  "microphone.label": "Micrófono",
  "microphone.default": "Predeterminado",
  "microphone.numbered": "Micrófono {n}",

  "language.label": "Idioma hablado",
  "language.detect": "Detectar idioma",
  "language.default": "El del servidor",
  "language.switch": "Switch to English",
  "language.other": "EN",

  "engine.ready": "Motor de voz {name}, modelo {model}, en {device}",
  "engine.fallback": "Está en uso el pequeño motor incorporado: solo entiende inglés y comete más errores. Para obtener mejor texto en más idiomas, inicia el servidor con un modelo Whisper.",
  "engine.loading": "Se está cargando el modelo de voz.",
  "engine.downloading": "Se está descargando el modelo de voz: {done} de {total} MB. Solo ocurre una vez.",
  "engine.failed": "No se pudo cargar el modelo de voz. El servidor dice: «{message}»",

  "history.title": "Historial",
  "files.button": "Archivos",
  "files.drop_here": "Suelta para transcribir",
  "files.open_dialog": "Transcribir grabaciones",

  "settings.title": "Ajustes",

  "help.title": "Ayuda",

  "error.unknown": "Algo salió mal: {message}",
  "error.SERVER_UNREACHABLE": "El servidor no responde. Comprueba que está en marcha.",
};
