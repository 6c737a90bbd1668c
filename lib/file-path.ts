const maximumSegmentBytes = 255;
const maximumPathBytes = 4096;

/** Whether a text holds control characters (C0, DEL, C1), which no name or key of ours may. */
export const hasControlCharacter = (text: string): boolean => /[\u0000-\u001f\u007f-\u009f]/u.test(text);

const segmentProblem = (segment: string): string | undefined => {
  if (segment === '') return 'has an empty segment';
  if (segment === '.' || segment === '..') return `has the segment "${segment}"`;
  if (segment.startsWith('..')) return `has a segment that starts with "..", which Keyferry keeps for itself`;
  if (Buffer.byteLength(segment) > maximumSegmentBytes) return 'has a segment of more than 255 bytes';
  return undefined;
};

/**
 * Why a path cannot be a file in the secrets volume, or undefined where it can. The rules are those of the kubelet's own
 * writer for Secret volumes (kubernetes pkg/volume/util/atomic_writer.go): relative, no "..", nothing that starts with "..".
 */
export const filePathProblem = (path: string): string | undefined => {
  if (path.startsWith('/')) return 'is absolute: give a path below the mount';
  if (hasControlCharacter(path)) return 'has a control character';
  if (Buffer.byteLength(path) > maximumPathBytes) return 'has more than 4096 bytes';
  return path
    .split('/')
    .map(segmentProblem)
    .find((problem) => problem !== undefined);
};

/** The folders on the way to a file, the outermost first: `a` and `a/b` of `a/b/c`. */
export const foldersOf = (path: string): readonly string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
