import type { Clock } from '../lib/clock.ts';
import type { Plan } from '../lib/plan.ts';
import { judge, type FileFailure, type Verdict } from './core/acceptance.ts';
import type { Memory, Renderings } from './core/generation.ts';
import { PlanInputs } from './core/inputs.ts';
import { noOutputs, type Outputs, type RememberedOutput } from './core/outputs.ts';
import { renderFile, type FileInputs, type Rendering } from './core/render.ts';
import type { SourceReport } from './core/start-rules.ts';
import { asIssued } from './core/lease.ts';
import type { RememberedSource } from './core/state-format.ts';
import type { Templates } from './core/tools.ts';
import type { HeldLeases } from './held-leases.ts';

/** What an input is, or could be: a source's document, or the text of a template. */
export type Holding =
  { readonly kind: 'source'; readonly memory: Memory } | { readonly kind: 'text'; readonly text: string };

export interface HoldingsOptions {
  readonly plan: Plan;
  readonly templates: Templates;
  readonly clock: Clock;
  readonly leases: HeldLeases;
}

/** What a process before this one knew of a source. */
export const asHolding = ({
  document,
  documentVersion,
  fetchedAt,
  gone,
  lease,
}: RememberedSource): Holding => ({
  kind: 'source',
  memory: {
    document,
    version: documentVersion,
    fetchedAt,
    gone: gone === true,
    lease: lease === undefined ? undefined : asIssued(lease),
  },
});

/** By the input: why it was refused. */
export type Refused = ReadonlyMap<number, readonly FileFailure[]>;

/** What each input of the plan's files is held to be, and the files that came of it. What does not fit is kept for later. */
export class Holdings {
  readonly inputs: PlanInputs;
  readonly #plan: Plan;
  readonly #templates: Templates;
  readonly #clock: Clock;
  readonly #leases: HeldLeases;
  readonly #reports: (SourceReport | undefined)[];
  readonly #held = new Map<number, Holding>();
  /** Refused, and offered again beside what they share files with. */
  readonly #waiting = new Map<number, Holding>();
  readonly #renderings: (Rendering | undefined)[];
  /** By the file's path. */
  readonly #outputs = new Map<string, Outputs>();

  constructor({ plan, templates, clock, leases }: HoldingsOptions) {
    this.#plan = plan;
    this.#templates = templates;
    this.#clock = clock;
    this.#leases = leases;
    this.inputs = new PlanInputs(plan);
    this.#reports = Array.from({ length: this.inputs.count }, () => undefined);
    this.#renderings = plan.files.map(() => undefined);
  }

  get renderings(): Renderings {
    return this.#renderings;
  }

  /** How the last read, renewal or offer of each input ended. */
  get reports(): readonly (SourceReport | undefined)[] {
    return this.#reports;
  }

  memory(source: number): Memory | undefined {
    const held = this.#held.get(source);
    return held?.kind === 'source' ? held.memory : undefined;
  }

  /** The text that was offered last for an input, taken or not. */
  offeredText(input: number): string | undefined {
    const holding = this.#waiting.get(input) ?? this.#held.get(input);
    return holding?.kind === 'text' ? holding.text : undefined;
  }

  /** Takes over what templates made in a process before this one; before anything is offered. */
  restoreOutputs(outputs: readonly RememberedOutput[]): void {
    for (const [file, ofFile] of Map.groupBy(outputs, ({ file }) => file))
      this.#outputs.set(file, new Map(ofFile.map(({ digest, bytes }) => [digest, bytes])));
  }

  rememberedOutputs(): readonly RememberedOutput[] {
    return this.#plan.files.flatMap(({ path }) =>
      [...(this.#outputs.get(path) ?? noOutputs)].map(([digest, bytes]) => ({ file: path, digest, bytes })),
    );
  }

  /** Takes what fits, and says of the rest why it does not. */
  offer(candidates: ReadonlyMap<number, Holding>): Refused {
    for (const [input, candidate] of candidates) this.#waiting.set(input, candidate);
    const concerned = this.#relatedWaiting([...candidates.keys()]);
    const verdict = judge(concerned, {
      filesOf: (input) => this.inputs.filesOf(input),
      isOptional: (file) => this.#plan.files[file]?.optional === true,
      render: (file, taken) => this.#render(file, taken),
    });
    this.#take(verdict);
    for (const input of concerned) {
      const failures = verdict.refused.get(input) ?? [];
      this.report(input, failures);
      this.#leases.mark(input, failures);
    }
    return verdict.refused;
  }

  /** What is held of a source says the same as before, but for when it was read. */
  confirm(source: number, memory: Memory): void {
    this.#waiting.delete(source);
    this.#held.set(source, { kind: 'source', memory });
  }

  /** Notes how something ended that offered nothing. */
  report(input: number, failures: readonly FileFailure[], at = this.#clock.now()): void {
    this.#reports[input] = { at, failures };
  }

  /** Forgets what was offered last and refused, as if it had not been. */
  forgetReport(source: number): void {
    this.#waiting.delete(source);
    this.#reports[source] = undefined;
  }

  /** Forgets a source, and the files that are made of it. */
  forget(source: number): void {
    this.#held.delete(source);
    this.#waiting.delete(source);
    for (const file of this.inputs.filesOf(source)) this.#renderings[file] = undefined;
  }

  /** With those that were refused before and that go into the same files. */
  #relatedWaiting(candidates: readonly number[]): readonly number[] {
    const related = new Set(candidates);
    for (const input of related) {
      const neighbours = this.inputs.filesOf(input).flatMap((file) => this.#inputsOfFile(file));
      for (const other of neighbours) if (this.#waiting.has(other)) related.add(other);
    }
    return [...related].sort((a, b) => a - b);
  }

  #inputsOfFile(index: number): readonly number[] {
    const file = this.#plan.files[index];
    return file === undefined ? [] : this.inputs.ofFile(file);
  }

  #render(index: number, taken: ReadonlySet<number>): Rendering | undefined {
    const file = this.#plan.files[index];
    if (file === undefined) return undefined;
    const tools = this.#templates.begin(this.#outputs.get(file.path) ?? noOutputs);
    return renderFile(file, this.#inputsWith(taken), tools);
  }

  #inputsWith(taken: ReadonlySet<number>): FileInputs {
    const find = (input: number): Holding | undefined =>
      taken.has(input) ? this.#waiting.get(input) : this.#held.get(input);
    return {
      source: (index) => {
        const found = find(index);
        if (found?.kind !== 'source') return undefined;
        const { document, lease, gone } = found.memory;
        return { document: document?.reveal(), lease, gone };
      },
      configMap: (name, key) => {
        const found = find(this.inputs.configMap(name, key));
        return found?.kind === 'text' ? found.text : undefined;
      },
    };
  }

  #take({ accepted, renderings }: Verdict): void {
    for (const input of accepted) {
      const candidate = this.#waiting.get(input);
      if (candidate !== undefined) this.#held.set(input, candidate);
      this.#waiting.delete(input);
    }
    for (const [index, rendering] of renderings) {
      this.#renderings[index] = rendering;
      const path = this.#plan.files[index]?.path;
      if (path !== undefined && rendering?.ok === true) this.#outputs.set(path, rendering.value.outputs);
    }
  }
}
