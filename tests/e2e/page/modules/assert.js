/** Fail unless the two are alike, down to the last field. */
export function assertEqual(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a}\n  is not\n${b}`);
}
