/** The waits before each attempt to reconnect. */
export const BACK_OFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000];
