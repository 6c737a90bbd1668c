/** How many single-character insertions, deletions, replacements and swaps of neighbours lie between two words. */
export const editDistance = (a: string, b: string): number => {
  const width = b.length + 1;
  const cells = new Uint32Array((a.length + 1) * width);
  const at = (row: number, column: number): number => cells[row * width + column] ?? 0;
  for (let column = 1; column < width; column += 1) cells[column] = column;
  for (let row = 1; row <= a.length; row += 1) {
    cells[row * width] = row;
    for (let column = 1; column < width; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const replaced = at(row - 1, column - 1) + (same ? 0 : 1);
      const inserted = Math.min(at(row - 1, column), at(row, column - 1)) + 1;
      const swap = swapped ? at(row - 2, column - 2) + 1 : replaced;
      cells[row * width + column] = Math.min(replaced, inserted, swap);
    }
  }
  return at(a.length, b.length);
};

/** Comparing takes time, and whoever writes manifests decides how much there is to compare: no more than this. */
const longestWord = 64;
const mostCandidates = 100;

/** For the same reason: how many mistakes of one kind in one pod get a suggestion. */
export const mostSuggestions = 20;

/**
 * The candidate that a mistyped word most likely meant, or undefined where none is near (a third of its length), or the word is too
 * long to be a typing error.
 */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  if (word.length > longestWord) return undefined;
  const limit = Math.max(1, Math.floor(word.length / 3));
  const lowered = word.toLowerCase();
  const ranked = [...candidates]
    .filter(({ length }) => Math.abs(length - word.length) <= limit)
    .slice(0, mostCandidates)
    .map((candidate) => ({ candidate, distance: editDistance(lowered, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  const best = ranked[0];
  return best !== undefined && best.distance <= limit ? best.candidate : undefined;
};

/** `; did you mean x?` or nothing: the end of a sentence about a name that is not known. */
export const didYouMean = (
  word: string,
  candidates: Iterable<string>,
  shown = (name: string) => name,
): string => {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : `; did you mean ${shown(candidate)}?`;
};

/** `a`, `a and b`, `a, b and c`. */
export const sentenceList = (items: readonly string[], conjunction = 'and'): string => {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1) ?? ''}`;
};

/** A user's own text inside our sentence: quoted, on one line, cut where it is long. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);

/** A text without the slashes at its end. A regular expression would look at each run of slashes again and again. */
export const withoutTrailingSlashes = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '/') end -= 1;
  return text.slice(0, end);
};

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether a name is a DNS-1123 subdomain, as Kubernetes wants names of objects to be. */
export const isSubdomain = (name: string): boolean => name.length <= 253 && subdomain.test(name);
