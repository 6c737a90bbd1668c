const cell = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;

/** How many single-character insertions, deletions, replacements and swaps of neighbours lie between two words. */
export const editDistance = (a: string, b: string): number => {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        cell(last, column) + 1,
        cell(current, column - 1) + 1,
        cell(last, column - 1) + (same ? 0 : 1),
        swapped ? cell(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return cell(last, b.length);
};

/** The candidate that a mistyped word most likely meant, or undefined where none is near (a third of its length). */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const lowered = word.toLowerCase();
  const ranked = [...candidates]
    .map((candidate) => ({ candidate, distance: editDistance(lowered, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
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

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether a name is a DNS-1123 subdomain, as Kubernetes wants names of objects to be. */
export const isSubdomain = (name: string): boolean => name.length <= 253 && subdomain.test(name);
