import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../../lib/plan.ts';
import { makePod } from '../agent/in-process.ts';
import { planOf } from '../agent/plans.ts';
import type { Bench, BenchOptions, Key } from './bench.ts';
import { PodClock } from './pod-clock.ts';
import { Pod } from './pod.ts';
import { planFiles, sources, Values } from './values.ts';

/** A pod that reads a `file` store: one JSON file with both secrets. */
export class FileBench implements Bench {
  readonly kind = 'file';
  readonly clock: PodClock;
  readonly server = '';
  readonly root: string;
  readonly plan: Plan = planOf({ sources: [...sources], files: [...planFiles] });
  readonly pod: Pod;
  readonly path: string;
  generation = 0;
  readonly #values = new Values();
  #spoiled = false;

  constructor({ clock = new PodClock(), root = makePod() }: BenchOptions = {}) {
    this.clock = clock;
    this.root = root;
    this.path = join(root, 'store/files.json');
    this.pod = new Pod({ plan: this.plan, clock, root });
    mkdirSync(join(this.root, 'store'));
    this.#write();
  }

  static start(options: BenchOptions = {}): Promise<FileBench> {
    return Promise.resolve(new FileBench(options));
  }

  get folder(): string {
    return join(this.root, 'keyferry/secrets');
  }

  get canaries(): readonly string[] {
    return this.#values.canaries;
  }

  files(key: Key, generation: number): Readonly<Record<string, string>> {
    return this.#values.files(key, generation);
  }

  rotate(): Promise<void> {
    if (this.#spoiled) this.generation += 1;
    else this.#write();
    return Promise.resolve();
  }

  /** Puts something else in the store's place, undefined for nothing. */
  spoil(text: string | undefined): void {
    this.#spoiled = true;
    rmSync(this.path, { force: true });
    if (text !== undefined) writeFileSync(this.path, text);
  }

  /** Puts a link to somewhere outside of the store's folder in its place. */
  leadAway(): void {
    this.spoil(undefined);
    symlinkSync('/etc/hostname', this.path);
  }

  /** Both secrets of the next generation, with changes, as the file's text; undefined for a key that is to go. */
  textWith(changes: Partial<Record<Key, unknown>>): string {
    const next = this.generation + 1;
    const fields = { db: this.#values.fields('db', next), api: this.#values.fields('api', next), ...changes };
    return JSON.stringify({ 'payments/db': fields.db, 'payments/api': fields.api });
  }

  /** Puts the newest values back. */
  restore(): void {
    this.#spoiled = false;
    this.generation -= 1;
    this.#write();
  }

  async close(): Promise<void> {
    await this.pod.stop();
  }

  /** In one step, as whoever writes such a file should. */
  #write(): void {
    this.generation += 1;
    const [db, api] = [
      this.#values.fields('db', this.generation),
      this.#values.fields('api', this.generation),
    ];
    const draft = `${this.path}.draft`;
    writeFileSync(draft, JSON.stringify({ 'payments/db': db, 'payments/api': api }));
    rmSync(this.path, { force: true, recursive: true });
    renameSync(draft, this.path);
  }
}
