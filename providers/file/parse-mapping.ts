import { isJsonObject, jsonValueText, parseJsonKeepingNumbers } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';

/** Key to secret: a string, or an object of properties. */
export type Mapping = Readonly<Record<string, unknown>>;

type Parse = (text: string) => Result<unknown, ProviderError>;

const parseJson: Parse = (text) => {
  try {
    return ok(parseJsonKeepingNumbers(text));
  } catch {
    return err(providerError('invalid', 'the file is not valid JSON'));
  }
};

/** A YAML parser is loaded only where it is needed. */
const parsers: Readonly<Record<'json' | 'yaml', () => Promise<Parse>>> = {
  json: () => Promise.resolve(parseJson),
  yaml: async () => (await import('./parse-yaml.ts')).parseYaml,
};

/** Reads a mapping of keys. */
export const parseMapping = async (
  bytes: Buffer,
  format: 'json' | 'yaml',
): Promise<Result<Mapping, ProviderError>> => {
  const parse = await parsers[format]();
  const parsed = parse(bytes.toString('utf8'));
  if (!parsed.ok) return parsed;
  return isJsonObject(parsed.value)
    ? ok(parsed.value)
    : err(providerError('invalid', 'the file is not a mapping of keys to secrets'));
};

/** One key's secret as bytes: a string as it is, anything else as JSON. */
export const lookUp = (mapping: Mapping, key: string): Result<Buffer, ProviderError> =>
  Object.hasOwn(mapping, key)
    ? ok(Buffer.from(jsonValueText(mapping[key])))
    : err(providerError('not_found', 'the file has no such key'));
