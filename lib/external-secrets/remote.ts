import { given } from '../given.ts';
import { keyFaults, textFaults, type Decoding } from '../ref.ts';
import type { Fields } from '../stores/fields.ts';
import { quoted } from '../text.ts';
import type { RemoteKey } from './external-secret.ts';

const decodings = { None: undefined, Base64: 'base64', Base64URL: 'base64url', Auto: 'auto' } as const;
const decodingNames = Object.keys(decodings) as (keyof typeof decodings)[];

/** A decoding strategy in our words, to be spread; nothing for None. */
export const readDecoding = (fields: Fields, name: string): { readonly decode?: Decoding } =>
  given({ decode: decodings[fields.oneOf(name, decodingNames, 'None')] });

interface Strategies {
  readonly decode?: Decoding;
  readonly conversion: 'Default' | 'Unicode';
  readonly refuseNullBytes: boolean;
}

/** What becomes of the values and of their names. `conversionStrategy` of a single key says nothing: its name is given. */
export const readStrategies = (fields: Fields): Strategies => ({
  ...readDecoding(fields, 'decodingStrategy'),
  conversion: fields.oneOf('conversionStrategy', ['Default', 'Unicode'], 'Default'),
  refuseNullBytes: fields.oneOf('nullBytePolicy', ['Ignore', 'Fail'], 'Ignore') === 'Fail',
});

/** external-secrets reads properties with a query language of its own; of that Keyferry has names and dots. */
const looksLikeQuery = (property: string): boolean => /^[@!]|[#*?|]/.test(property);

const readProperty = (fields: Fields): string | undefined => {
  const property = fields.optionalString('property');
  if (property === undefined) return undefined;
  for (const fault of textFaults(property)) fields.reject('property', fault);
  if (looksLikeQuery(property))
    fields.warn(
      'property',
      `is ${quoted(property)}, which is taken as a field's name or a dotted path; queries are not supported`,
    );
  return property;
};

const readVersion = (fields: Fields): string | undefined => {
  const version = fields.optionalString('version');
  for (const fault of version === undefined ? [] : textFaults(version)) fields.reject('version', fault);
  return version;
};

/** Reads what `remoteRef` and `extract` have in common. Keys and properties are taken as they are written. */
export const readRemoteKey = (fields: Fields): RemoteKey => {
  const key = fields.string('key');
  for (const fault of key === '' ? [] : keyFaults(key)) fields.reject('key', fault);
  if (fields.oneOf('metadataPolicy', ['None', 'Fetch'], 'None') === 'Fetch')
    fields.reject('metadataPolicy', 'is "Fetch", which is not supported: Keyferry reads values, not tags');
  return { key, ...given({ property: readProperty(fields), version: readVersion(fields) }) };
};
