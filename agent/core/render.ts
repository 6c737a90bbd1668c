import { decodeValue } from '../../lib/decode-value.ts';
import { fileNameProblem } from '../../lib/external-secrets/rendering/key-names.ts';
import { renderExternalSecret } from '../../lib/external-secrets/rendering/render.ts';
import type {
  ExternalSecretInputs,
  RenderError,
  SourceInput,
  Values,
} from '../../lib/external-secrets/rendering/types.ts';
import {
  sourcesOfFile,
  type PlanExternalSecretFile,
  type PlanExtractFile,
  type PlanFile,
  type PlanTemplateFile,
  type PlanTemplateRef,
  type PlanValueFile,
} from '../../lib/plan.ts';
import { topLevelFields } from '../../lib/property.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { selectValue } from '../../lib/selected-value.ts';
import { noOutputs, type Outputs } from './outputs.ts';
import type { FileTools } from './tools.ts';

export type { RenderError };

/** One file as it is to stand in the volume. */
export interface RenderedFile {
  /** Relative to the volume, legal by `filePathProblem`. */
  readonly path: string;
  readonly bytes: Redacted<Buffer>;
  readonly mode: number;
}

export interface Rendered {
  readonly files: readonly RenderedFile[];
  /** Why the files are still made of a secret that is gone upstream. */
  readonly behind?: RenderError;
  /** What is to be remembered for the same inputs to give the same files. */
  readonly outputs: Outputs;
}

/** What one file (or folder) of the plan came to. */
export type Rendering = Result<Rendered, RenderError>;

/** What files are made of. */
export type FileInputs = ExternalSecretInputs;

/** A plan file's mode as a number. */
export const fileMode = (file: PlanFile): number => Number.parseInt(file.mode, 8);

type Made = Result<readonly (readonly [path: string, bytes: Buffer])[], RenderError>;

const renderFields = (file: PlanExtractFile, value: Buffer): Made => {
  const fields = topLevelFields(value);
  if (!fields.ok) return fields;
  const made: [string, Buffer][] = [];
  for (const [name, bytes] of fields.value) {
    const problem = fileNameProblem(name);
    if (problem !== undefined)
      return err(
        providerError('invalid', `field ${JSON.stringify(name)} cannot be a file: its path ${problem}`),
      );
    const decoded = decodeValue(bytes, file.decode);
    if (!decoded.ok) return decoded;
    made.push([`${file.path}/${name}`, decoded.value]);
  }
  return ok(made);
};

const renderSelection = (
  file: PlanValueFile | PlanExtractFile,
  { document, lease }: SourceInput,
): Made | undefined => {
  if (document === undefined) return undefined;
  const selected = selectValue(file.property, document, lease);
  if (!selected.ok) return selected;
  if (file.kind === 'extract') return renderFields(file, selected.value);
  const decoded = decodeValue(selected.value, file.decode);
  return decoded.ok ? ok([[file.path, decoded.value]]) : decoded;
};

/** The bytes that a ref of a template stands for; undefined where it is optional and missing. */
const refValue = (
  ref: PlanTemplateRef,
  { document, lease }: SourceInput,
): Result<Buffer | undefined, ProviderError> => {
  if (document === undefined) return ok(undefined);
  const selected = selectValue(ref.property, document, lease);
  if (selected.ok) return decodeValue(selected.value, ref.decode);
  return ref.optional && selected.error.code === 'not_found' ? ok(undefined) : selected;
};

const renderTemplate = (file: PlanTemplateFile, inputs: FileInputs, tools: FileTools): Made | undefined => {
  const secrets = new Map<string, Buffer | undefined>();
  for (const ref of file.refs) {
    const input = inputs.source(ref.source);
    if (input === undefined || (input.document === undefined && !ref.optional)) return undefined;
    const value = refValue(ref, input);
    if (!value.ok) {
      const message = `ref ${JSON.stringify(ref.text)}: ${value.error.message}`;
      return err({ ...value.error, message, source: ref.source });
    }
    secrets.set(ref.text, value.value);
  }
  const made = tools.executeNaming({ name: file.path, text: file.template }, secrets);
  return made.ok ? ok([[file.path, made.value]]) : err(providerError('invalid', made.error));
};

const isThere = (file: PlanExternalSecretFile, inputs: FileInputs): boolean => {
  const removes = file.whenGone === 'remove';
  const hasSources = sourcesOfFile(file).every((source) => {
    const input = inputs.source(source);
    return input !== undefined && (input.document !== undefined || (removes && input.gone));
  });
  const hasTexts = (file.templates ?? []).every(
    ({ from }) => from.kind === 'text' || inputs.configMap(from.name, from.key) !== undefined,
  );
  return hasSources && hasTexts;
};

/** As if nothing were gone that was there before; undefined where it never was. */
const asBefore = (file: PlanExternalSecretFile, inputs: FileInputs): FileInputs | undefined => {
  const known = sourcesOfFile(file).map((source) => inputs.source(source));
  const gone = known.filter((input) => input?.gone === true);
  if (gone.length === 0 || gone.some((input) => input?.document === undefined)) return undefined;
  return {
    ...inputs,
    source: (index) => {
      const input = inputs.source(index);
      return input === undefined ? undefined : { ...input, gone: false };
    },
  };
};

/** Where what is left cannot make the files (a template needs what is gone), they stay as they were. */
const renderFolder = (
  file: PlanExternalSecretFile,
  inputs: FileInputs,
  tools: FileTools,
): { readonly files: Result<Values, RenderError>; readonly behind?: RenderError } => {
  const files = renderExternalSecret(file, inputs, tools);
  if (files.ok || file.whenGone === 'keep') return { files };
  const before = asBefore(file, inputs);
  const kept = before === undefined ? files : renderExternalSecret(file, before, tools);
  return kept.ok ? { files: kept, behind: files.error } : { files };
};

const finish = (file: PlanFile, made: Made, rest: Omit<Rendered, 'files'>): Rendering => {
  if (!made.ok) return made;
  const mode = fileMode(file);
  return ok({
    ...rest,
    files: made.value.map(([path, bytes]) => ({ path, bytes: new Redacted(bytes), mode })),
  });
};

/**
 * Makes one file (or folder) of the plan out of what is known; undefined where something that it needs is not known yet. The error
 * names a property, a field or a template, never a value.
 */
export const renderFile = (file: PlanFile, inputs: FileInputs, tools: FileTools): Rendering | undefined => {
  if (file.kind === 'external-secret') {
    if (!isThere(file, inputs)) return undefined;
    const { files, ...rest } = renderFolder(file, inputs, tools);
    const made = files.ok
      ? ok([...files.value].map(([name, bytes]) => [`${file.path}/${name}`, bytes] as const))
      : files;
    return finish(file, made, { ...rest, outputs: tools.outputs });
  }
  if (file.kind === 'template') {
    const made = renderTemplate(file, inputs, tools);
    return made === undefined ? undefined : finish(file, made, { outputs: tools.outputs });
  }
  const input = inputs.source(file.source);
  const made = input === undefined ? undefined : renderSelection(file, input);
  return made === undefined ? undefined : finish(file, made, { outputs: noOutputs });
};
