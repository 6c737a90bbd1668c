import type { JudgedKind } from '../core/judge.ts';

/** Names an object whose status may have to be written. */
export interface StatusKey {
  readonly kind: JudgedKind;
  readonly namespace?: string | undefined;
  readonly name: string;
}

const textOf = ({ kind, namespace = '', name }: StatusKey): string => `${kind}/${namespace}/${name}`;

/** Objects that wait for their turn, each once: those that somebody has just changed go first. */
export class StatusQueue {
  readonly #changed = new Map<string, StatusKey>();
  readonly #others = new Map<string, StatusKey>();

  add(key: StatusKey, { changed }: { readonly changed: boolean }): void {
    const text = textOf(key);
    if (!changed && this.#changed.has(text)) return;
    this.#others.delete(text);
    (changed ? this.#changed : this.#others).set(text, key);
  }

  next(): StatusKey | undefined {
    for (const queue of [this.#changed, this.#others])
      for (const [text, key] of queue) {
        queue.delete(text);
        return key;
      }
    return undefined;
  }
}
