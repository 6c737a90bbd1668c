import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { ConfigMapKey } from './core/inputs.ts';
import type { Templates } from './core/tools.ts';
import { watchFolder } from './folder-watch.ts';
import type { TemplateText, TemplateTexts } from './template-texts.ts';
import { Waker } from './waker.ts';

/** How often the files are looked at, in milliseconds, events or not; oftener where one is missing, since a start may wait for it. */
const pollInterval = 5_000;
const pollMissing = 500;

export interface ConfigMapsOptions {
  /** Below it the kubelet keeps `<name>/<key>`. */
  readonly folder: string;
  /** The volume's own folder, which the kubelet changes when they change. */
  readonly identity: string;
  readonly texts: TemplateTexts;
  readonly templates: Templates;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

/** A name that leaves its folder is no file. */
const isPlain = (name: string): boolean => name !== '' && !name.includes('/') && !name.startsWith('..');

/** The ConfigMaps that templates are read from, as the kubelet projects them. */
export class ConfigMaps {
  readonly #options: ConfigMapsOptions;
  #missing = false;

  constructor(options: ConfigMapsOptions) {
    this.#options = options;
  }

  /** Reads them all. Returns whether anything is new. */
  async look(): Promise<boolean> {
    const { texts, templates } = this.#options;
    if (texts.keys.length === 0) return false;
    const found = await Promise.all(texts.keys.map(async (key) => this.#read(key)));
    this.#missing = found.some(({ text }) => text === undefined);
    for (const { text } of found) if (text !== undefined) await templates.learn(text);
    return texts.take(found);
  }

  /** Reads them whenever they change, until the agent stops. */
  async follow(onText: () => void): Promise<void> {
    const { texts, identity, clock, stop } = this.#options;
    if (texts.keys.length === 0) return;
    const waker = new Waker(clock, stop);
    const unwatch = watchFolder(identity, () => {
      waker.wake();
    });
    while (!stop.aborted) {
      if (await this.look()) onText();
      await waker.sleep(this.#missing ? pollMissing : pollInterval);
    }
    unwatch();
  }

  async #read({ name, key }: ConfigMapKey): Promise<TemplateText> {
    if (!isPlain(name) || !isPlain(key)) return { name, key, text: undefined };
    const text = await readFile(join(this.#options.folder, name, key), 'utf8').catch(() => undefined);
    return { name, key, text };
  }
}
