// The microphone: a recording in pieces, its level, and what can go wrong with it.

const SLICE_MS = 250;
const BITS_PER_SECOND = 32_000;
const MIME_TYPES = [
  "audio/webm;codecs=opus",
  "audio/ogg;codecs=opus",
  "audio/mp4;codecs=opus",
  "audio/mp4",
  "audio/webm",
];

/** Why a microphone could not be opened, by the browser's name for it. */
const OPEN_FAILURES = {
  NotAllowedError: "microphone_denied",
  SecurityError: "microphone_denied",
  NotFoundError: "microphone_missing",
  OverconstrainedError: "microphone_missing",
  NotReadableError: "microphone_busy",
  AbortError: "microphone_busy",
};

/** The microphone cannot be used; `reason` is one of the `microphone_*` words. */
export class MicrophoneError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The best format that this browser records and the server reads, or null. */
export function supportedMimeType() {
  if (typeof MediaRecorder === "undefined") return null;
  return MIME_TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** The microphones: `{deviceId, label}`, labels only once one has been allowed. */
export async function listMicrophones() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "default");
}

/** Events: `chunk` ({bytes, captureMs}), `lost` (the microphone ended by itself). */
export class Recorder extends EventTarget {
  stream = null;
  #recorder = null;
  #delivered = Promise.resolve();

  /**
   * Open the microphone.
   * @param {{deviceId: string, noiseSuppression: boolean, echoCancellation: boolean}} wishes
   * @throws {MicrophoneError}
   */
  async open({ deviceId, noiseSuppression, echoCancellation }) {
    if (!navigator.mediaDevices?.getUserMedia) throw new MicrophoneError("microphone_insecure");
    if (!supportedMimeType()) throw new MicrophoneError("microphone_unsupported");
    const audio = { noiseSuppression, echoCancellation, autoGainControl: true, channelCount: 1 };
    if (deviceId) audio.deviceId = { exact: deviceId };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      if (error.name === "OverconstrainedError" && deviceId) {
        await this.open({ deviceId: "", noiseSuppression, echoCancellation });
        return;
      }
      throw new MicrophoneError(OPEN_FAILURES[error.name] ?? "microphone_busy");
    }
    const [track] = this.stream.getAudioTracks();
    track.addEventListener("ended", () => this.dispatchEvent(new Event("lost")));
  }

  /** Whether an open microphone still delivers. */
  get isAlive() {
    return this.stream?.getAudioTracks()[0].readyState === "live";
  }

  /** Begin a container stream; returns its MIME type. */
  start() {
    this.#recorder = new MediaRecorder(this.stream, {
      mimeType: supportedMimeType(),
      audioBitsPerSecond: BITS_PER_SECOND,
    });
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#deliver(data));
    this.#recorder.start(SLICE_MS);
    return this.#recorder.mimeType || supportedMimeType();
  }

  /** End the container stream; resolves when its last piece has been delivered. */
  async stop() {
    const recorder = this.#recorder;
    this.#recorder = null;
    if (recorder && recorder.state !== "inactive") {
      const stopped = new Promise((resolve) => {
        recorder.addEventListener("stop", resolve, { once: true });
      });
      recorder.stop();
      await stopped;
    }
    await this.#delivered;
  }

  /** Let the microphone go. */
  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  #deliver(blob) {
    const captureMs = Date.now();
    this.#delivered = this.#delivered.then(async () => {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      if (bytes.byteLength > 0) {
        this.dispatchEvent(new CustomEvent("chunk", { detail: { bytes, captureMs } }));
      }
    });
  }
}
