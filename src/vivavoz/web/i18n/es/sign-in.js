export default {
  "sign_in.title": "Iniciar sesión",
  "sign_in.why": "Este servidor pide una clave de API. Te la da quien lo administra.",
  "sign_in.key": "Clave de API",
  "sign_in.wrong": "Esta clave no es correcta o fue revocada.",
  "sign_in.malformed": "Eso no es una clave. Cópiala entera; empieza por vv_.",
  "sign_in.out": "Cerrar sesión",
  "sign_in.busy": "Hay un dictado en marcha. Termínalo y luego cierra la sesión.",
};
