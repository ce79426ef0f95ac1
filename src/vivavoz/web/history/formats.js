// What a transcript can be downloaded as.

export const FORMATS = ["txt", "docx", "srt", "vtt", "json"];
