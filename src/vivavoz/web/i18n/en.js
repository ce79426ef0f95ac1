export default {
  "skip": "Skip to the record button",
  "nav": "Page",

  "welcome.title": "Speak, and read along.",
  "welcome.hint": "Press the button, or the space bar, and start talking.",
  "welcome.touch": "Tap the button and start talking.",

  "dock.label": "Dictation",
  "transcript.label": "Transcript",
  "transcript.jump": "Jump to the end",
  "words.one": "{n} word",
  "words.other": "{n} words",

  "action.start": "Start dictation",
  "action.finish": "Finish and save",
  "action.copy": "Copy",
  "action.copied": "Copied",
  "action.close": "Close",
  "action.dismiss": "Dismiss",

  "state.idle": "Ready",
  "state.opening": "Opening the microphone",
  "state.loading": "Getting ready",
  "state.unable": "No speech model",
  "state.away": "Server unreachable",
  "state.unheard": "Microphone unavailable",

  "hint.unheard": "Nothing is being recorded.",
  "hint.idle": "Everything stays on this server.",
  "hint.opening": "Allow the microphone if the browser asks.",
  "hint.loading": "You can speak as soon as the model is ready.",
  "hint.unable": "You can dictate once the server has one; this page keeps checking.",
  "hint.away": "You can dictate when it is back; this page keeps trying.",

  "microphone.label": "Microphone",
  "microphone.default": "Default mic",
  "microphone.numbered": "Microphone {n}",

  "language.label": "Language spoken",
  "language.detect": "Detect language",
  "language.default": "Server's language",
  "language.switch": "Cambiar a español",
  "language.other": "ES",

  "engine.ready": "Speech engine {name}, model {model}, on {device}",
  "engine.fallback": "The small built-in engine is in use: it understands English only and makes more mistakes. For better text in more languages, start the server with a Whisper model.",
  "engine.loading": "The speech model is loading.",
  "engine.downloading": "The speech model is being downloaded: {done} of {total} MB. This happens once.",
  "engine.failed": "The speech model could not be loaded. {message}",

  "history.title": "History",
  "files.button": "Files",
  "files.drop_here": "Drop to transcribe",
  "files.open_dialog": "Transcribe recordings",

  "settings.title": "Settings",

  "help.title": "Help",

  "error.unknown": "Something went wrong: {message}",
  "error.SERVER_UNREACHABLE": "The server does not answer. Check that it is running.",
};
