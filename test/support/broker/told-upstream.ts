import { encodeFoundSecrets } from '../../../lib/found-secrets.ts';
import { providerError, type ProviderError } from '../../../lib/provider-error.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { err, ok } from '../../../lib/result.ts';
import type { SecretDocument } from '../../../providers/provider.ts';
import type {
  Access,
  Contradicts,
  News,
  Served,
  Subscription,
  Upstream,
} from '../../../broker/upstream/upstream.ts';

interface Listening {
  readonly access: Access;
  readonly listener: (news: News) => void;
  readonly contradicts: Contradicts | undefined;
}

/** The other side of the broker's HTTP side: has what a test says, and tells of it when the test says so. */
export class ToldUpstream implements Upstream {
  readonly reads: Access[] = [];
  readonly listening = new Set<Listening>();
  closed = false;
  readonly #served = new Map<string, Served>();

  /** Everybody who follows the key hears of it. */
  set(key: string, value: string | Buffer, fields: Partial<SecretDocument> = {}): void {
    const bytes = new Redacted(typeof value === 'string' ? Buffer.from(value) : value);
    this.#serve(key, ok({ bytes, ...fields }));
  }

  fail(key: string, error: ProviderError): void {
    this.#serve(key, err(error));
  }

  /** What a find brings. */
  setFound(found: Readonly<Record<string, string>>): void {
    const entries = Object.entries(found).map(([name, text]) => [name, Buffer.from(text)] as const);
    this.set('', encodeFoundSecrets(new Map(entries)));
  }

  /** Says that it has looked and found nothing new. */
  same(key: string): void {
    const served = this.#served.get(key);
    if (served?.ok !== true) throw new Error(`there is no ${key}`);
    for (const { access, listener } of [...this.listening])
      if (access.wanted.key === key) listener({ kind: 'same', document: served.value });
  }

  read(access: Access): Promise<Served> {
    this.reads.push(access);
    return Promise.resolve(this.#answer(access));
  }

  subscribe(
    access: Access,
    _intervalSeconds: number,
    listener: (news: News) => void,
    contradicts?: Contradicts,
  ): Subscription {
    const listening = { access, listener, contradicts };
    this.listening.add(listening);
    const served = this.#served.get(access.wanted.key);
    if (served !== undefined)
      setImmediate(() => {
        if (this.listening.has(listening)) listener({ kind: 'served', served });
      });
    return {
      close: () => {
        this.listening.delete(listening);
      },
    };
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  #answer({ wanted: { key } }: Access): Served {
    return this.#served.get(key) ?? err(providerError('not_found', `there is no ${key}`));
  }

  #serve(key: string, served: Served): void {
    this.#served.set(key, served);
    for (const { access, listener } of [...this.listening])
      if (access.wanted.key === key) listener({ kind: 'served', served });
  }
}
