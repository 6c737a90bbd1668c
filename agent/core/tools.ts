import type { NamedTemplate, RenderTools } from '../../lib/external-secrets/rendering/types.ts';
import type { Result } from '../../lib/result.ts';
import type { Outputs } from './outputs.ts';

/** What a template of an annotation can name, by the ref's text; undefined: an optional one that is missing. */
export type NamedSecrets = ReadonlyMap<string, Buffer | undefined>;

/** Tools for one rendering of one file. */
export interface FileTools extends RenderTools {
  /** Executes a template that names its secrets itself (`secret`, `secretData`). */
  readonly executeNaming: (template: NamedTemplate, secrets: NamedSecrets) => Result<Buffer, string>;
  /** What this rendering took from, or added to, what is remembered. */
  readonly outputs: Outputs;
}

/** Templates whose functions are loaded, and what else files of an ExternalSecret need. */
export interface Templates {
  readonly begin: (remembered: Outputs) => FileTools;
  /** Loads what a template needs that is not in the plan. What is wrong with it shows when it is executed. */
  readonly learn: (template: string) => Promise<void>;
}

const unneeded = (): never => {
  throw new TypeError('this plan was said to have no templates');
};

/** For plans that need none: the language is not even loaded. */
export const noTemplates: Templates = {
  begin: () => ({
    execute: unneeded,
    executeNaming: unneeded,
    replaceAll: unneeded,
    readTexts: unneeded,
    outputs: new Map(),
  }),
  learn: unneeded,
};
