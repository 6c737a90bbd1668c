import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureAdmission } from './admission/measure.ts';
import { Backends } from './agent/backends.ts';
import { measureLoops } from './agent/loop.ts';
import { measurePeak } from './agent/peak.ts';
import { measureStarts } from './agent/start.ts';
import { measureBroker } from './broker/measure.ts';
import {
  betterOf,
  faultsOf,
  missingFrom,
  parseBaseline,
  writeBaseline,
  type Baseline,
} from './core/baseline.ts';
import { figureLine, figures, parts, type Measurement, type Part } from './core/figures.ts';
import { table } from './core/table.ts';
import { describeMachine } from './machine.ts';
import { measureTemplates } from './template/measure.ts';

/**
 * `make bench`: measures the budgets of the project, compares them with a stored baseline and ends with 1 where one is missed, has become worse,
 * or could not be measured. `BENCH=admission,start` takes some parts of it; `UPDATE_BASELINE=1` writes the baseline.
 */

const root = join(import.meta.dirname, '..', '..');
const baselineFile = join(import.meta.dirname, 'baseline.json');

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const chosenParts = (text: string | undefined): readonly Part[] => {
  if (text === undefined || text === '') return parts;
  const names = text.split(',');
  const unknown = names.filter((name) => !(parts as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`BENCH takes ${parts.join(', ')}, not ${unknown.join(', ')}`);
  return parts.filter((part) => names.includes(part));
};

interface Programs {
  readonly webhook: string;
  readonly agent: string;
  readonly broker: string;
}

/** Bundles the programs as the images have them. */
const build = (folder: string): Programs => {
  const args = ['scripts/build.mjs', `--output=${folder}`, 'webhook', 'agent', 'broker'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the programs could not be bundled:\n${stderr}`);
  return {
    webhook: join(folder, 'webhook.mjs'),
    agent: join(folder, 'agent.cjs'),
    broker: join(folder, 'broker.mjs'),
  };
};

class Bench {
  readonly #folder: string;
  readonly #programs: Programs;

  constructor(folder: string) {
    this.#folder = folder;
    this.#programs = build(folder);
  }

  async #withBackends(
    measure: (backends: Backends, program: string) => Promise<readonly Measurement[]>,
  ): Promise<readonly Measurement[]> {
    const backends = await Backends.start();
    try {
      return await measure(backends, this.#programs.agent);
    } finally {
      await backends.close();
    }
  }

  #run(part: Part): Promise<readonly Measurement[]> {
    switch (part) {
      case 'admission':
        return measureAdmission({ folder: this.#folder, webhookProgram: this.#programs.webhook });
      case 'start':
        return this.#withBackends(measureStarts);
      case 'loop':
        return this.#withBackends(measureLoops);
      case 'peak':
        return this.#withBackends(measurePeak);
      case 'template':
        return measureTemplates();
      case 'broker':
        return measureBroker(this.#programs);
    }
  }

  /** Measures one part. What breaks it is the reason why its figures are missing, not the end of the others. */
  async measure(part: Part): Promise<readonly Measurement[]> {
    say(`measuring ${part} ...`);
    try {
      return await this.#run(part);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return figures
        .filter((figure) => figure.part === part)
        .map(({ name }) => ({ name, value: null, reason }));
    }
  }
}

/** How often a part is measured until it has no fault. */
const mostTries = 3;

const faultLines = (measurements: readonly Measurement[], baseline: Baseline): readonly string[] =>
  measurements.flatMap((measurement) =>
    faultsOf(measurement, baseline).map((fault) => `${measurement.name} ${fault}`),
  );

/** A part with a fault is measured again, and the best of each figure's values counts: noise makes figures worse only. */
const measureUntilGood = async (
  bench: Bench,
  part: Part,
  baseline: Baseline,
): Promise<readonly Measurement[]> => {
  let best = await bench.measure(part);
  for (let tries = 1; tries < mostTries; tries += 1) {
    const faults = faultLines(best, baseline);
    if (faults.length === 0) break;
    say(`${faults.join('\n')}\nonce more, to be sure:`);
    const again = new Map((await bench.measure(part)).map((measurement) => [measurement.name, measurement]));
    best = best.map((measurement) => betterOf(measurement, again.get(measurement.name) ?? measurement));
  }
  return best;
};

const readBaseline = (): Baseline => parseBaseline(readFileSync(baselineFile, 'utf8'));

/** Prints everything; what is wrong, a sentence each. */
const report = (measurements: readonly Measurement[], baseline: Baseline): readonly string[] => {
  const machine = describeMachine();
  const { cpu, cores, node, system, load } = machine;
  say(`\n${cpu}, ${cores} cores, ${system}, Node ${node}, load ${load}\n`);
  say(`${table(measurements, baseline)}\n`);
  for (const measurement of measurements) process.stdout.write(`${figureLine(measurement)}\n`);
  process.stdout.write(`${JSON.stringify({ machine })}\n`);
  const missing = missingFrom(
    baseline,
    measurements.map(({ name }) => name),
  );
  return [
    ...faultLines(measurements, baseline),
    ...missing.map((name) => `${name} is not in the baseline; write it with UPDATE_BASELINE=1`),
  ];
};

const main = async (): Promise<number> => {
  const { BENCH, CI, UPDATE_BASELINE } = process.env;
  const update = UPDATE_BASELINE === '1';
  if (update && (CI ?? '') !== '') throw new Error('a baseline is not written where CI is set');
  const before = readBaseline();
  // Nothing is compared with what is about to be replaced.
  const baseline: Baseline = update ? new Map() : before;
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-bench-'));
  try {
    const bench = new Bench(folder);
    const measurements: Measurement[] = [];
    for (const part of chosenParts(BENCH)) {
      measurements.push(...(await measureUntilGood(bench, part, baseline)));
    }
    if (update) writeFileSync(baselineFile, writeBaseline(measurements, before));
    const faults = report(measurements, update ? readBaseline() : baseline);
    for (const fault of faults) say(`NO: ${fault}`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
