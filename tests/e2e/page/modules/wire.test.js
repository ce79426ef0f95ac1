import { decodeEvent, encodeAudio, encodeEvent, splitBytes } from "/static/client/wire.js";
import { assertEqual } from "./assert.js";

export function audioFrameHasABigEndianHeader() {
  const frame = encodeAudio(258, 1.5, new Uint8Array([7, 8]));
  assertEqual([...frame], [0, 0, 1, 2, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 7, 8]);
}

export function eventsAreEventAndData() {
  assertEqual(JSON.parse(encodeEvent("ping", { timestamp: 1 })), {
    event: "ping",
    data: { timestamp: 1 },
  });
  assertEqual(decodeEvent('{"event":"pong"}'), { event: "pong", data: {} });
}

export function whatIsNoEventIsNull() {
  for (const text of ["", "nonsense", "[]", "null", "7", '{"event":7}']) {
    assertEqual(decodeEvent(text), null);
  }
}

export function splittingKeepsEveryByteInOrder() {
  const bytes = Uint8Array.from({ length: 25 }, (_, index) => index);
  const pieces = splitBytes(bytes, 10);
  assertEqual(pieces.map((piece) => piece.byteLength), [10, 10, 5]);
  assertEqual(pieces.flatMap((piece) => [...piece]), [...bytes]);
  assertEqual(splitBytes(bytes, 25).length, 1);
}
