import { err, ok, type Result } from '../result.ts';
import type { Clock } from '../clock.ts';
import type { KubeConnection, KubeResponse } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { responseFailure, type KubeFailure } from './failure.ts';
import { isRecord } from './object.ts';
import { collectionPath, selection, type KubeResource } from './resource.ts';

export interface Listing<T> {
  readonly objects: readonly T[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

export interface ListOptions<T> {
  readonly connection: KubeConnection;
  readonly resource: KubeResource;
  /** Makes an item of the answer what is kept of it; undefined drops it. */
  readonly parse: (item: unknown) => T | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly next: string;
}

const pageSize = '500';
const pageWithin = 60_000;
const gone = 410;

const parsePage = (body: unknown): Page => {
  const metadata = isRecord(body) && isRecord(body['metadata']) ? body['metadata'] : undefined;
  const items = isRecord(body) ? (body['items'] ?? []) : undefined;
  const resourceVersion = metadata?.['resourceVersion'];
  if (!Array.isArray(items) || typeof resourceVersion !== 'string') {
    throw new Error('the answer to a list request is not a list');
  }
  const next = metadata?.['continue'];
  return { items, resourceVersion, next: typeof next === 'string' ? next : '' };
};

const readPage = async (response: KubeResponse): Promise<Result<Page, KubeFailure>> =>
  response.status === 200
    ? ok(parsePage(JSON.parse(await response.text())))
    : err(await responseFailure(response));

const fetchPage = <T>(
  { connection, resource, clock, signal }: ListOptions<T>,
  paging: Record<string, string>,
): Promise<Result<Page, KubeFailure>> =>
  withDeadline({ clock, milliseconds: pageWithin, signal }, async (within) =>
    readPage(
      await connection.request({
        method: 'GET',
        path: collectionPath(resource),
        query: { ...selection(resource), ...paging },
        signal: within,
      }),
    ),
  );

/**
 * Lists a resource as it is now, in pages (https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks),
 * so that neither side holds the whole answer. Where the server forgets the rest of a paged answer (410), the list is asked for in one piece.
 * Throws for what broke below HTTP and for answers that are no lists.
 */
export const listAll = async <T>(options: ListOptions<T>): Promise<Result<Listing<T>, KubeFailure>> => {
  const objects: T[] = [];
  let next = '';
  let paging: Record<string, string> = { limit: pageSize };
  for (;;) {
    const page = await fetchPage(options, next === '' ? paging : { ...paging, continue: next });
    if (!page.ok && page.error.status === gone && next !== '') {
      paging = {};
      next = '';
      objects.length = 0;
      continue;
    }
    if (!page.ok) return page;
    for (const item of page.value.items) {
      const object = options.parse(item);
      if (object !== undefined) objects.push(object);
    }
    next = page.value.next;
    if (next === '') return ok({ objects, resourceVersion: page.value.resourceVersion });
  }
};
