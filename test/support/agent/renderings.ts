import type { Memory, Renderings } from '../../../agent/core/generation.ts';
import { renderFile, type FileInputs, type Rendering } from '../../../agent/core/render.ts';
import { noTemplates, type FileTools } from '../../../agent/core/tools.ts';
import type { SourceInput } from '../../../lib/external-secrets/rendering/types.ts';
import type { Plan, PlanFile } from '../../../lib/plan.ts';
import { Redacted } from '../../../lib/redacted.ts';
import type { LeaseProperties } from '../../../lib/selected-value.ts';

/** Tools for files without templates. */
export const noTools = (): FileTools => noTemplates.begin(new Map());

/** What files are made of: documents by their source, and texts by `<ConfigMap>/<key>`. */
export const inputsOf = (
  sources: Readonly<Record<number, string | Buffer | SourceInput>>,
  texts: Readonly<Record<string, string>> = {},
): FileInputs => ({
  source: (index) => {
    const input = sources[index];
    return typeof input === 'string' || Buffer.isBuffer(input)
      ? { document: Buffer.from(input), gone: false }
      : input;
  },
  configMap: (name, key) => texts[`${name}/${key}`],
});

/** A file of one document. */
export const renderDocument = (
  file: PlanFile,
  document: string | Buffer,
  lease?: LeaseProperties,
): Rendering => {
  const rendering = renderFile(
    { ...file, ...('source' in file ? { source: 0 } : {}) },
    inputsOf({ 0: { document: Buffer.from(document), lease, gone: false } }),
    noTools(),
  );
  if (rendering === undefined) throw new Error('the file was not made');
  return rendering;
};

/** All files of a plan without templates, of the documents that are there. */
export const renderingsOf = (plan: Plan, documents: Readonly<Record<number, string | Buffer>>): Renderings =>
  plan.files.map((file) => renderFile(file, inputsOf(documents), noTools()));

export const memoryOf = (document: string, fields: Partial<Memory> = {}): Memory => ({
  document: new Redacted(Buffer.from(document)),
  fetchedAt: 0,
  gone: false,
  ...fields,
});

/** What a rendering came to, as texts: each file's path, content and mode, or the error. */
export const shownRendering = (rendering: Rendering | undefined): unknown => {
  if (rendering === undefined) return 'waits';
  if (!rendering.ok) return `${rendering.error.code}: ${rendering.error.message}`;
  return rendering.value.files.map(({ path, bytes, mode }) => [
    path,
    bytes.reveal().toString(),
    mode.toString(8),
  ]);
};
