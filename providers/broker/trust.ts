import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Clock } from '../../lib/clock.ts';
import { parseJsonOrNothing } from '../../lib/json.ts';
import type { Session } from '../provider.ts';
import { usableCertificates } from './certificates.ts';

/** What a process of the pod leaves to the next one: the certificates that the broker told of last. */
const kept = z.object({ version: z.literal(1), trust: z.string() });

const keptTrust = (text: string | undefined): string => {
  const parsed = z.safeParse(kept, parseJsonOrNothing(text));
  return parsed.success ? parsed.data.trust : '';
};

export interface TrustOptions {
  /** PEM, as the plan has it. */
  readonly planned: string;
  /** The projected ConfigMap, which may come later or never. */
  readonly file: string;
  readonly clock: Clock;
}

/** The certificates that the broker may have: of the plan, of the projected ConfigMap, and what the broker told of last. */
export class Trust {
  readonly #options: TrustOptions;
  readonly #sessions: Session[] = [];
  #projected = '';
  #told = '';
  #certificates: readonly string[] = [];

  constructor(options: TrustOptions) {
    this.#options = options;
  }

  /** PEM. Empty: none is known yet. */
  get certificates(): readonly string[] {
    return this.#certificates;
  }

  /** A place where what the broker tells is kept for the next process, and may stand from one before. */
  join(session: Session): void {
    this.#sessions.push(session);
    if (this.#told !== '') return;
    this.#told = keptTrust(session.load());
    this.#gather();
  }

  /** Reads the projected ConfigMap as it is now. */
  async look(): Promise<void> {
    this.#projected = await readFile(this.#options.file, 'utf8').catch(() => '');
    this.#gather();
  }

  /** Takes what the broker tells; a text with nothing usable in it does not take the place of one before. */
  learn(bundle: string): void {
    if (bundle === this.#told || usableCertificates([bundle], this.#options.clock.now()).length === 0) return;
    this.#told = bundle;
    this.#gather();
    const text = JSON.stringify({ version: 1, trust: bundle } satisfies z.infer<typeof kept>);
    for (const session of this.#sessions) session.save(text);
  }

  #gather(): void {
    const { planned, clock } = this.#options;
    this.#certificates = usableCertificates([planned, this.#projected, this.#told], clock.now());
  }
}
