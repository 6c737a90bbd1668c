import type { Plan } from '../lib/plan.ts';
import { providerError } from '../lib/provider-error.ts';
import type { ConfigMapKey } from './core/inputs.ts';
import type { Holding, Holdings } from './holdings.ts';

/** A key of a ConfigMap and what it holds; undefined: it is not there. */
export interface TemplateText extends ConfigMapKey {
  readonly text: string | undefined;
}

/** The texts of templates that are read from ConfigMaps, which change while the pod runs. */
export class TemplateTexts {
  readonly #namespace: string;
  readonly #holdings: Holdings;

  constructor({ namespace }: Plan, holdings: Holdings) {
    this.#namespace = namespace;
    this.#holdings = holdings;
  }

  /** The keys that the plan names. */
  get keys(): readonly ConfigMapKey[] {
    return this.#holdings.inputs.configMaps;
  }

  /** Takes what is there now. Returns whether anything was to be taken. One that is gone stays what it was, and its files are stale. */
  take(texts: readonly TemplateText[]): boolean {
    const candidates = new Map<number, Holding>();
    let changed = false;
    for (const { name, key, text } of texts) {
      const input = this.#holdings.inputs.configMap(name, key);
      if (text === undefined) changed = this.#noteMissing(input, { name, key }) || changed;
      else if (text !== this.#holdings.offeredText(input) || this.#isMissing(input))
        candidates.set(input, { kind: 'text', text });
    }
    if (candidates.size > 0) this.#holdings.offer(candidates);
    return changed || candidates.size > 0;
  }

  #noteMissing(input: number, { name, key }: ConfigMapKey): boolean {
    const before = this.#holdings.reports[input]?.failures[0];
    const message = `there is no key ${JSON.stringify(key)} in a ConfigMap ${JSON.stringify(name)} of the namespace ${JSON.stringify(this.#namespace)} yet`;
    if (before?.error.message === message) return false;
    const error = providerError('unavailable', message);
    const files = this.#holdings.inputs.filesOf(input);
    this.#holdings.report(
      input,
      files.map((file) => ({ file, error })),
    );
    return true;
  }

  /** Whether it was not there when it was looked for last. */
  #isMissing(input: number): boolean {
    const failures = this.#holdings.reports[input]?.failures ?? [];
    return failures.some(({ error }) => error.code === 'unavailable');
  }
}
