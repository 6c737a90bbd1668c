import { Redacted } from '../../lib/redacted.ts';
import type { SecretDocument } from '../../providers/provider.ts';

/** Overwrites documents that nobody keeps any more, as soon as the turn of the event loop is over in which they may have been handed out. */
export class Wiper {
  #due: Buffer[] = [];

  wipe({ bytes }: SecretDocument): void {
    if (this.#due.length === 0)
      setImmediate(() => {
        this.flush();
      });
    this.#due.push(bytes.reveal());
  }

  /** Overwrites at once what waits for it. */
  flush(): void {
    for (const bytes of this.#due.splice(0)) bytes.fill(0);
  }
}

/**
 * Documents in memory of their own. What a provider gives may be a part of a larger block (Node's pool, an answer), which would live on with
 * it, or the same bytes for two sources, of which one is given up before the other. The provider's bytes are overwritten.
 */
export const takeOver = (documents: readonly SecretDocument[]): readonly SecretDocument[] => {
  const own = documents.map((document) => {
    const theirs = document.bytes.reveal();
    const bytes = Buffer.allocUnsafeSlow(theirs.length);
    theirs.copy(bytes);
    return { ...document, bytes: new Redacted(bytes) };
  });
  for (const { bytes } of documents) bytes.reveal().fill(0);
  return own;
};
