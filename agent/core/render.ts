import { filePathProblem } from '../../lib/file-path.ts';
import type { PlanFile } from '../../lib/plan.ts';
import { selectProperty, topLevelFields } from '../../lib/property.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { decodeValue } from './decode.ts';

/** One file as it is to stand in the volume. */
export interface RenderedFile {
  /** Relative to the volume, legal by `filePathProblem`. */
  readonly path: string;
  readonly bytes: Redacted<Buffer>;
  readonly mode: number;
}

/** What one file (or folder, for `extract`) of the plan came to. */
export type Rendering = Result<readonly RenderedFile[], ProviderError>;

/** What a lease says of itself, as it was issued: renewals change no file. */
export interface LeaseProperties {
  readonly id: string;
  readonly durationSeconds: number;
  readonly renewable: boolean;
}

/** A plan file's mode as a number. */
export const fileMode = (file: PlanFile): number => Number.parseInt(file.mode, 8);

const renderOne = (file: PlanFile, path: string, value: Buffer): Result<RenderedFile, ProviderError> => {
  const decoded = decodeValue(value, file.decode);
  if (!decoded.ok) return decoded;
  return ok({ path, bytes: new Redacted(decoded.value), mode: fileMode(file) });
};

/** A field's name is the backend's; it must be one path segment, so that it stays in its folder. */
const fieldProblem = (folder: string, name: string): string | undefined =>
  name.includes('/') ? 'has a "/"' : filePathProblem(`${folder}/${name}`);

const renderFields = (file: PlanFile, fields: readonly (readonly [string, Buffer])[]): Rendering => {
  const files: RenderedFile[] = [];
  for (const [name, value] of fields) {
    const problem = fieldProblem(file.path, name);
    if (problem !== undefined)
      return err(
        providerError('invalid', `field ${JSON.stringify(name)} cannot be a file: its path ${problem}`),
      );
    const rendered = renderOne(file, `${file.path}/${name}`, value);
    if (!rendered.ok) return rendered;
    files.push(rendered.value);
  }
  return ok(files);
};

const leaseProperty = (name: string | undefined, lease: LeaseProperties): string | undefined => {
  if (name === 'lease_id') return lease.id;
  if (name === 'lease_duration') return String(lease.durationSeconds);
  return name === 'renewable' ? String(lease.renewable) : undefined;
};

/** The property, else what the document's lease knows by that name: a secret's own fields come first. */
const selectValue = (
  { property }: PlanFile,
  document: Buffer,
  lease: LeaseProperties | undefined,
): Result<Buffer, ProviderError> => {
  const selected = selectProperty(document, property);
  if (selected.ok || selected.error.code !== 'not_found' || lease === undefined) return selected;
  const value = leaseProperty(property, lease);
  return value === undefined ? selected : ok(Buffer.from(value));
};

/** Makes one plan file out of the document of its source: property, then fields (for `extract`), then `decode`. */
export const renderFile = (file: PlanFile, document: Buffer, lease?: LeaseProperties): Rendering => {
  const selected = selectValue(file, document, lease);
  if (!selected.ok) return selected;
  if (file.kind === 'value') {
    const rendered = renderOne(file, file.path, selected.value);
    return rendered.ok ? ok([rendered.value]) : rendered;
  }
  const fields = topLevelFields(selected.value);
  return fields.ok ? renderFields(file, fields.value) : fields;
};
