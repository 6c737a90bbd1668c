import type { ProviderError } from '../../provider-error.ts';
import type { Result } from '../../result.ts';
import type { LeaseProperties } from '../../selected-value.ts';

/** What is known of a source of the plan. */
export interface SourceInput {
  /** The secret as the store gave it; undefined where it never came. */
  readonly document?: Buffer | undefined;
  readonly lease?: LeaseProperties | undefined;
  /** Whether the store said that there is no such secret; `document` is then what it was before. */
  readonly gone: boolean;
}

/** By the name of what is read in templates: each key to its bytes. */
export type Values = ReadonlyMap<string, Buffer>;

/** What an ExternalSecret is made of, beside its own text. */
export interface ExternalSecretInputs {
  /** By the index in the plan's `sources`. */
  readonly source: (index: number) => SourceInput | undefined;
  /** A key of a ConfigMap of the pod's namespace; undefined where it is not there. */
  readonly configMap: (name: string, key: string) => string | undefined;
}

export interface NamedTemplate {
  readonly name: string;
  readonly text: string;
}

/** What rendering needs beside the language; none of it does I/O. A failure is a sentence without values. */
export interface RenderTools {
  /** Executes a template whose dot is a `map[string]string` of the values. The error is Go's and begins with the template's name. */
  readonly execute: (template: NamedTemplate, values: Values) => Result<Buffer, string>;
  /** Replaces each match of an RE2 expression, by the rules of Go's `ReplaceAllString`. */
  readonly replaceAll: (expression: string, replacement: string, text: string) => Result<string, string>;
  /** Reads YAML that maps names to texts, as Go reads it into a `map[string]string`. */
  readonly readTexts: (yaml: Buffer) => Result<Values, string>;
}

/** Why a file could not be made. */
export interface RenderError extends ProviderError {
  /** The source that is to blame, by its index in the plan, where one is. */
  readonly source?: number;
}
