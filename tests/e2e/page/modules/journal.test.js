import { Journal } from "/static/client/journal.js";
import { assertEqual } from "./assert.js";

const bytes = (value) => new Uint8Array([value]);

function recorded(chunks) {
  const journal = new Journal();
  journal.control("start_recording", {});
  journal.beginStream("audio/webm");
  for (let number = 1; number <= chunks; number += 1) journal.append(bytes(number), number);
  return journal;
}

function drain(journal, highest = Infinity) {
  const taken = [];
  for (let entry = journal.take(highest); entry !== null; entry = journal.take(highest)) {
    taken.push(entry.event ?? entry.sequenceNumber);
  }
  return taken;
}

function paused(journal) {
  journal.control("pause_recording", {});
  journal.control("resume_recording", {});
  journal.beginStream("audio/webm");
  return journal;
}

export function everythingGoesOutOnceAndInOrder() {
  const journal = paused(recorded(2));
  journal.append(bytes(3), 3);
  journal.control("stop_recording", {});
  assertEqual(drain(journal), [
    "start_recording", 1, 2, "pause_recording", "resume_recording", 3, "stop_recording",
  ]);
  assertEqual(drain(journal), []);
}

export function flowControlHoldsChunksAndWhatFollowsThem() {
  const journal = recorded(3);
  journal.control("stop_recording", {});
  assertEqual(drain(journal, 2), ["start_recording", 1, 2]);
  assertEqual(drain(journal, 3), [3, "stop_recording"]);
}

export function resumingSendsAgainFromWhereTheServerSays() {
  const journal = recorded(5);
  drain(journal);
  journal.confirm("recording");
  journal.rewind(3);
  assertEqual(drain(journal), [3, 4, 5]);
}

export function aControlBehindChunksThatAreSentAgainIsSentAgain() {
  const journal = recorded(2);
  journal.control("pause_recording", {});
  drain(journal);
  journal.confirm("recording");
  journal.confirm("paused");
  journal.rewind(2);
  assertEqual(drain(journal), [2, "pause_recording"]);
}

export function aControlAtTheSeamIsSentAgainOnlyIfItWasNotConfirmed() {
  for (const isConfirmed of [true, false]) {
    const journal = recorded(2);
    journal.control("pause_recording", {});
    drain(journal);
    journal.confirm("recording");
    if (isConfirmed) journal.confirm("paused");
    journal.rewind(3);
    assertEqual(drain(journal), isConfirmed ? [] : ["pause_recording"]);
  }
}

export function aControlThatWasNotSentYetIsNotLost() {
  const journal = recorded(2);
  drain(journal);
  journal.confirm("recording");
  journal.append(bytes(3), 3);
  journal.control("stop_recording", {});
  journal.rewind(3);
  assertEqual(drain(journal), [3, "stop_recording"]);
}

export function theStartIsSentAgainWhenNothingArrived() {
  const journal = recorded(1);
  drain(journal);
  journal.rewind(1);
  assertEqual(drain(journal), ["start_recording", 1]);
}

export function durableChunksOfThePresentStreamAreKept() {
  const journal = recorded(4);
  journal.acknowledge(3);
  assertEqual(journal.size, 4);
}

export function aStreamIsKeptUntilAChunkOfTheNextOneIsDurable() {
  const journal = paused(recorded(4));
  journal.append(bytes(5), 5);
  for (const durable of [3, 4]) {
    journal.acknowledge(durable);
    assertEqual(journal.size, 5);
  }
  journal.acknowledge(5);
  assertEqual(journal.size, 1);
}

export function aServerThatDoesNotKnowTheNextStreamIsSentTheOneBefore() {
  const journal = paused(recorded(2));
  drain(journal);
  for (const status of ["recording", "paused", "recording"]) journal.confirm(status);
  journal.append(bytes(3), 3);
  journal.acknowledge(2);
  journal.rewind(1);
  assertEqual(drain(journal), [1, 2, "pause_recording", "resume_recording", 3]);
}

export function aStreamWithoutAnyAudioIsNoObstacle() {
  const journal = paused(paused(recorded(2)));
  journal.append(bytes(3), 3);
  journal.acknowledge(3);
  assertEqual(journal.size, 1);
}

export function acknowledgementsNeverGoBack() {
  const journal = paused(recorded(4));
  journal.append(bytes(5), 5);
  journal.acknowledge(5);
  journal.acknowledge(1);
  assertEqual([journal.durableSequenceNumber, journal.size], [5, 1]);
}

export function whatIsNotSavedIsReadableStreamByStream() {
  const journal = paused(recorded(3));
  journal.append(bytes(4), 4);
  const pieces = () => journal.unsavedStreams().map((stream) => stream.pieces.map(([byte]) => byte));
  assertEqual(pieces(), [[1, 2, 3], [4]]);
  journal.acknowledge(3);
  assertEqual(pieces(), [[4]]);
  journal.acknowledge(4);
  assertEqual(pieces(), []);
}

export function aPartlySavedStreamIsWhole() {
  const journal = recorded(3);
  journal.acknowledge(2);
  assertEqual(journal.unsavedStreams()[0].pieces.length, 3);
}

export function aStreamKnowsWhereInTheSessionItBegins() {
  const journal = new Journal();
  journal.beginStream("audio/webm");
  for (const captureMs of [1000, 1250, 1500, 1750]) journal.append(bytes(1), captureMs);
  journal.beginStream("audio/webm");
  journal.append(bytes(2), 60_000);
  const begins = journal.unsavedStreams().map(({ startsAtS }) => startsAtS);
  assertEqual(begins, [0, 1]);
}

export function aNewSessionIsToldEverythingFromTheBeginning() {
  const journal = recorded(2);
  drain(journal);
  journal.confirm("recording");
  journal.startOver();
  assertEqual(drain(journal), ["start_recording", 1, 2]);
}
