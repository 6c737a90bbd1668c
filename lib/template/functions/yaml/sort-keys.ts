const isLetter = (character: string): boolean => /^\p{L}$/u.test(character);
const isDigit = (character: string | undefined): boolean =>
  character !== undefined && /^\p{Nd}$/u.test(character);

const codeOf = (character: string | undefined): bigint => BigInt(character?.codePointAt(0) ?? 0);

/** The number at a position, as wrapping 64 bits, and where it ends. */
const numberAt = (key: readonly string[], start: number, initial: bigint): { value: bigint; end: number } => {
  let value = initial;
  let end = start;
  for (; isDigit(key[end]); end += 1) value = BigInt.asIntN(64, value * 10n + codeOf(key[end]) - 48n);
  return { value, end };
};

/** Zeros after another digit belong to a number that began before them. */
const initialValue = (a: readonly string[], b: readonly string[], index: number): bigint => {
  if (a[index] !== '0' && b[index] !== '0') return 0n;
  for (let before = index - 1; before >= 0 && isDigit(a[before]); before -= 1) {
    if (a[before] !== '0') return 1n;
  }
  return 0n;
};

const order = <T extends bigint | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

const compareAt = (a: readonly string[], b: readonly string[], index: number): number => {
  const [left, right] = [a[index] ?? '', b[index] ?? ''];
  const [leftIsLetter, rightIsLetter] = [isLetter(left), isLetter(right)];
  if (leftIsLetter && rightIsLetter) return order(codeOf(left), codeOf(right));
  if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
  const initial = initialValue(a, b, index);
  const [first, second] = [numberAt(a, index, initial), numberAt(b, index, initial)];
  return (
    order(first.value, second.value) || order(first.end, second.end) || order(codeOf(left), codeOf(right))
  );
};

/** The order of keys that go-yaml 2 writes: numbers in them by their value (`a2` before `a10`), letters after everything else. */
export const compareKeys = (a: string, b: string): number => {
  const [left, right] = [Array.from(a), Array.from(b)];
  const index = left.findIndex((character, at) => at < right.length && character !== right[at]);
  return index === -1 ? order(left.length, right.length) : compareAt(left, right, index);
};
