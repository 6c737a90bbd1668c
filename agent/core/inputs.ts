import { sourcesOfFile, type Plan, type PlanFile } from '../../lib/plan.ts';

/** A key of a ConfigMap that templates are read from. */
export interface ConfigMapKey {
  readonly name: string;
  readonly key: string;
}

const configMapsOfFile = (file: PlanFile): readonly ConfigMapKey[] =>
  file.kind === 'external-secret'
    ? (file.templates ?? []).flatMap(({ from }) => (from.kind === 'config-map' ? [from] : []))
    : [];

const configMapId = ({ name, key }: ConfigMapKey): string => JSON.stringify([name, key]);

/** The keys of ConfigMaps that a plan's templates are read from, each once. */
const configMapsOf = (plan: Plan): readonly ConfigMapKey[] => {
  const all = plan.files.flatMap(configMapsOfFile);
  return [...new Map(all.map(({ name, key }) => [configMapId({ name, key }), { name, key }])).values()];
};

/** Whether a file cannot be without a source: `gone` says that there is no such secret, and not merely no answer. */
export const needsSource = (file: PlanFile, source: number, gone: boolean): boolean => {
  switch (file.kind) {
    case 'value':
    case 'extract':
      return file.source === source;
    case 'template':
      return file.refs.some((ref) => ref.source === source && !ref.optional);
    case 'external-secret':
      return !(gone && file.whenGone === 'remove') && sourcesOfFile(file).includes(source);
  }
};

/**
 * What a plan's files are made of, as numbers: the sources by their indexes, then the keys of ConfigMaps in the order of
 * `configMapsOf`.
 */
export class PlanInputs {
  readonly configMaps: readonly ConfigMapKey[];
  readonly #plan: Plan;
  readonly #configMapInputs: ReadonlyMap<string, number>;
  readonly #files: readonly (readonly number[])[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.configMaps = configMapsOf(plan);
    const { length } = plan.sources;
    this.#configMapInputs = new Map(this.configMaps.map((key, index) => [configMapId(key), length + index]));
    const files = Array.from({ length: length + this.configMaps.length }, (): number[] => []);
    plan.files.forEach((file, index) => {
      for (const input of this.ofFile(file)) files[input]?.push(index);
    });
    this.#files = files;
  }

  get count(): number {
    return this.#files.length;
  }

  configMap(name: string, key: string): number {
    return this.#configMapInputs.get(configMapId({ name, key })) ?? -1;
  }

  /** The key of a ConfigMap that an input is; undefined for a source. */
  configMapAt(input: number): ConfigMapKey | undefined {
    return this.configMaps[input - this.#plan.sources.length];
  }

  /** What a file is made of; each once. */
  ofFile(file: PlanFile): readonly number[] {
    const texts = configMapsOfFile(file).map(({ name, key }) => this.configMap(name, key));
    return [...sourcesOfFile(file), ...new Set(texts)];
  }

  /** The files that are made of a source, and whether each cannot be without it. */
  needs(source: number, gone: boolean): readonly { readonly file: number; readonly needed: boolean }[] {
    return this.filesOf(source).map((file) => {
      const planFile = this.#plan.files[file];
      return { file, needed: planFile !== undefined && needsSource(planFile, source, gone) };
    });
  }

  /** The files that are made of an input, by their indexes in the plan. */
  filesOf(input: number): readonly number[] {
    return this.#files[input] ?? [];
  }
}
