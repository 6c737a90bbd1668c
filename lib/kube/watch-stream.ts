import { isRecord } from './object.ts';

/** One line of a watch: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** A whole line that is no event: what it said is lost, so the watch cannot simply go on. */
export class MalformedEventError extends Error {}

/** No object of the API server is longer: etcd takes 1.5 MiB, and JSON escapes make that longer. */
const longestLine = 16 * 1024 * 1024;

const types: ReadonlySet<unknown> = new Set<WatchEvent['type']>([
  'ADDED',
  'MODIFIED',
  'DELETED',
  'BOOKMARK',
  'ERROR',
]);
const isEvent = (value: unknown): value is WatchEvent & Record<string, unknown> =>
  isRecord(value) && types.has(value['type']) && isRecord(value['object']);

const parseLine = (line: string): WatchEvent => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new MalformedEventError('the watch sent a line that is not JSON');
  }
  if (!isEvent(value)) throw new MalformedEventError('the watch sent a line that is not a watch event');
  return { type: value.type, object: value.object };
};

/**
 * The events of a watch's body. A last line without its end is what a connection leaves that broke within an event: it is dropped,
 * since the event comes again when the watch goes on from the version before it.
 */
export async function* watchEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of chunks) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parseLine(line);
    if (pending.length > longestLine) throw new MalformedEventError('the watch sent a line without an end');
  }
}
