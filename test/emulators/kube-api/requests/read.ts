import type { Storage } from '../objects/storage.ts';
import { apiVersionOf, without, type KubeObject, type Resource } from '../objects/types.ts';
import { filterFrom, numberFrom } from './query.ts';
import { expired, refuse, StatusError } from './status.ts';

/** An object as a version of its resource shows it. */
export const present = (resource: Resource, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: apiVersionOf(resource),
  kind: resource.kind,
});

/** Lists of built-in kinds leave out what their own kind says already. */
const presentItem = (resource: Resource, object: KubeObject): unknown => {
  if (resource.custom) return present(resource, object);
  return without(object, 'apiVersion', 'kind');
};

export const notFound = ({ plural, group }: Pick<Resource, 'plural' | 'group'>, name: string): StatusError =>
  refuse(404, `${group === '' ? plural : `${plural}.${group}`} "${name}" not found`);

interface Page {
  readonly revision: number;
  readonly rest: readonly KubeObject[];
}

/** Lists objects, in pages where that is asked for; all pages of one list are of one revision. */
export class Lists {
  readonly #storage: Storage;
  readonly #pages = new Map<string, Page>();
  #next = 1;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  list(resource: Resource, namespace: string | undefined, query: URLSearchParams): unknown {
    const token = query.get('continue') ?? '';
    const page = token === '' ? this.#first(resource, namespace, query) : this.#continued(token);
    const limit = numberFrom(query, 'limit') ?? page.rest.length;
    const rest = page.rest.slice(limit);
    const more =
      rest.length === 0 ? {} : { continue: this.#keep({ ...page, rest }), remainingItemCount: rest.length };
    return {
      kind: `${resource.kind}List`,
      apiVersion: apiVersionOf(resource),
      metadata: { resourceVersion: String(page.revision), ...more },
      items: page.rest.slice(0, limit).map((object) => presentItem(resource, object)),
    };
  }

  #first(resource: Resource, namespace: string | undefined, query: URLSearchParams): Page {
    const rest = this.#storage.list(resource, namespace).filter(filterFrom(query));
    return { revision: this.#storage.revision, rest };
  }

  #continued(token: string): Page {
    const page = this.#pages.get(token);
    if (page === undefined) throw refuse(400, 'continue key is not valid');
    if (page.revision < this.#storage.compacted) {
      throw new StatusError(expired(page.revision, this.#storage.compacted));
    }
    return page;
  }

  #keep(page: Page): string {
    const token = Buffer.from(`page ${this.#next++}`).toString('base64url');
    this.#pages.set(token, page);
    return token;
  }
}
