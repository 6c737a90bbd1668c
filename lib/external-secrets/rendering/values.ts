import { decodeValue } from '../../decode-value.ts';
import { decodeFoundSecrets } from '../../found-secrets.ts';
import type { PlanEntry, PlanEntrySet, PlanExternalSecretFile } from '../../plan.ts';
import { topLevelFields } from '../../property.ts';
import { providerError, type ProviderError } from '../../provider-error.ts';
import { err, ok, type Result } from '../../result.ts';
import { selectValue } from '../../selected-value.ts';
import { checkKeys, convertKeys } from './key-names.ts';
import { rewriteKeys } from './rewrite.ts';
import type { ExternalSecretInputs, RenderError, RenderTools, Values } from './types.ts';

type Fetched = PlanEntry | PlanEntrySet;

interface Surroundings {
  readonly inputs: ExternalSecretInputs;
  readonly tools: RenderTools;
  /** Whether what is gone is left out. */
  readonly removes: boolean;
}

/** The bytes that an entry or a set is made of; undefined where they are gone and what came of them is to be removed. */
const fetched = (
  part: Fetched,
  { inputs, removes }: Surroundings,
): Result<Buffer | undefined, ProviderError> => {
  const input = inputs.source(part.source);
  if (removes && input?.gone === true) return ok(undefined);
  if (input?.document === undefined) return err(providerError('unavailable', 'the secret is not there yet'));
  const selected = selectValue(part.property, input.document, input.lease);
  const isGone = !selected.ok && selected.error.code === 'not_found';
  return removes && isGone ? ok(undefined) : selected;
};

const invalid = <T>(result: Result<T, string>): Result<T, ProviderError> =>
  result.ok ? result : err(providerError('invalid', result.error));

const finishValue = (bytes: Buffer, part: Fetched): Result<Buffer, ProviderError> => {
  const decoded = decodeValue(bytes, part.decode);
  return decoded.ok && part.refuseNullBytes && decoded.value.includes(0)
    ? err(providerError('invalid', 'the value has a NUL byte'))
    : decoded;
};

const inKey = (key: string, error: ProviderError): ProviderError => ({
  ...error,
  message: `key ${JSON.stringify(key)}: ${error.message}`,
});

const finishValues = (values: Values, set: PlanEntrySet): Result<Values, ProviderError> => {
  const finished = new Map<string, Buffer>();
  for (const [key, bytes] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const value = finishValue(bytes, set);
    if (!value.ok) return err(inKey(key, value.error));
    finished.set(key, value.value);
  }
  return ok(finished);
};

const readSet = (set: PlanEntrySet, bytes: Buffer): Result<Values, ProviderError> => {
  if (set.kind === 'extract') {
    const fields = topLevelFields(bytes);
    return fields.ok ? ok(new Map(fields.value)) : fields;
  }
  const found = decodeFoundSecrets(bytes);
  return found === undefined
    ? err(providerError('invalid', 'what was found cannot be read'))
    : ok(new Map(found));
};

const makeSet = (set: PlanEntrySet, bytes: Buffer, tools: RenderTools): Result<Values, ProviderError> => {
  const read = readSet(set, bytes);
  if (!read.ok) return read;
  const named =
    set.rewrite.length > 0
      ? rewriteKeys(set.rewrite, read.value, tools)
      : convertKeys(read.value, set.conversion);
  const checked = named.ok ? checkKeys(named.value) : named;
  return checked.ok ? finishValues(checked.value, set) : invalid(checked);
};

type Gathered = Map<string, Buffer>;

const addSet = (
  gathered: Gathered,
  set: PlanEntrySet,
  surroundings: Surroundings,
): ProviderError | undefined => {
  const bytes = fetched(set, surroundings);
  if (!bytes.ok) return bytes.error;
  if (bytes.value === undefined) return undefined;
  const values = makeSet(set, bytes.value, surroundings.tools);
  if (!values.ok) return values.error;
  for (const [key, value] of values.value) gathered.set(key, value);
  return undefined;
};

const addEntry = (
  gathered: Gathered,
  entry: PlanEntry,
  surroundings: Surroundings,
): ProviderError | undefined => {
  const bytes = fetched(entry, surroundings);
  if (bytes.ok && bytes.value === undefined) return undefined;
  const value = bytes.ok && bytes.value !== undefined ? finishValue(bytes.value, entry) : bytes;
  if (!value.ok) return inKey(entry.secretKey, value.error);
  if (value.value !== undefined) gathered.set(entry.secretKey, value.value);
  return undefined;
};

const blame = (error: ProviderError, place: string, { source }: Fetched): RenderError => ({
  ...error,
  message: `${place}: ${error.message}`,
  source,
});

/**
 * The keys of an ExternalSecret and their values, as its templates see them: each set in order, then the entries, later ones over
 * earlier ones. What is gone upstream is left out where the ExternalSecret says so.
 */
export const gatherValues = (
  { sets, entries, whenGone }: PlanExternalSecretFile,
  inputs: ExternalSecretInputs,
  tools: RenderTools,
): Result<Values, RenderError> => {
  const surroundings = { inputs, tools, removes: whenGone === 'remove' };
  const gathered: Gathered = new Map();
  for (const [index, set] of sets.entries()) {
    const error = addSet(gathered, set, surroundings);
    if (error !== undefined) return err(blame(error, `dataFrom[${index}]`, set));
  }
  for (const entry of entries) {
    const error = addEntry(gathered, entry, surroundings);
    if (error !== undefined) return err(blame(error, 'data', entry));
  }
  return ok(gathered);
};
