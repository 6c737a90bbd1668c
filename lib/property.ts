import { isJsonObject, jsonValueText, parseJsonKeepingNumbers } from './json.ts';
import { providerError, type ProviderError } from './provider-error.ts';
import { err, ok, type Result } from './result.ts';

/** Splits `database.primary.password` at its dots; `\.` is a dot within a name, `\\` a backslash. */
export const propertyPath = (property: string): readonly string[] => {
  const names: string[] = [];
  let name = '';
  for (let index = 0; index < property.length; index += 1) {
    const character = property.charAt(index);
    const next = property.charAt(index + 1);
    if (character === '\\' && (next === '.' || next === '\\')) {
      name += next;
      index += 1;
    } else if (character === '.') {
      names.push(name);
      name = '';
    } else {
      name += character;
    }
  }
  return [...names, name];
};

const isArrayIndex = (name: string): boolean => /^(0|[1-9][0-9]*)$/.test(name);

const child = (value: unknown, name: string): unknown => {
  if (Array.isArray(value))
    return isArrayIndex(name) ? (value as readonly unknown[])[Number(name)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
};

const parseDocument = (bytes: Buffer): Result<unknown, ProviderError> => {
  try {
    return ok(parseJsonKeepingNumbers(bytes.toString('utf8')));
  } catch {
    return err(providerError('invalid', 'the secret is not JSON, so it has no properties'));
  }
};

/** RFC 7468: a text that begins and ends as a block does. */
const isPemBlock = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^-----BEGIN [^\n]+-----\r?\n/.test(value) &&
  /\n-----END [^\n]+-----\s*$/.test(value);

/** Arrays of PEM blocks (Vault's `ca_chain`) become what files of several certificates are: block after block. */
const propertyText = (value: unknown): string => {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPemBlock)) return jsonValueText(value);
  return value.map((block) => block.trimEnd()).join('\n');
};

/**
 * Chooses what a ref names out of a secret's bytes. No property: the bytes as they are. Else an exact field name first, then
 * a dotted path through objects and arrays. Strings come out as they are, arrays of PEM blocks as the blocks joined by newlines,
 * objects, other arrays, numbers and booleans as JSON, null as an empty value. Errors name the property, never a value.
 */
export const selectProperty = (
  bytes: Buffer,
  property: string | undefined,
): Result<Buffer, ProviderError> => {
  if (property === undefined) return ok(bytes);
  const document = parseDocument(bytes);
  if (!document.ok) return document;
  const exact = isJsonObject(document.value) ? child(document.value, property) : undefined;
  const found = exact === undefined ? propertyPath(property).reduce(child, document.value) : exact;
  if (found === undefined)
    return err(providerError('not_found', `the secret has no property ${JSON.stringify(property)}`));
  return ok(Buffer.from(propertyText(found)));
};

/** The top-level fields of a secret that is one JSON object, for `extract`; sorted by name. */
export const topLevelFields = (
  bytes: Buffer,
): Result<readonly (readonly [string, Buffer])[], ProviderError> => {
  const document = parseDocument(bytes);
  if (!document.ok) return document;
  if (!isJsonObject(document.value)) {
    return err(
      providerError('invalid', 'the secret is not a JSON object, so its fields cannot become files'),
    );
  }
  const fields = Object.entries(document.value).map(
    ([name, value]) => [name, Buffer.from(propertyText(value))] as const,
  );
  return ok(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
};
