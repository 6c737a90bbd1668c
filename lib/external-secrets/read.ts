import { given } from '../given.ts';
import { Fields, noFindings, type Findings } from '../stores/fields.ts';
import { expressionCompiler } from '../stores/regular-expressions.ts';
import { isTooLarge, tooLarge } from '../stores/size.ts';
import { isSubdomain, quoted } from '../text.ts';
import { readEntry } from './data.ts';
import { readSet } from './data-from.ts';
import type {
  ExternalSecret,
  ExternalSecretEntry,
  ExternalSecretManifest,
  StoreName,
} from './external-secret.ts';
import { fileNameFault, keyNameFault } from './key-names.ts';
import { readRefresh } from './refresh.ts';
import { storeReader } from './store-name.ts';
import { readTarget, type Target } from './target.ts';

export interface ReadExternalSecret extends Findings {
  /** Undefined where there are problems. */
  readonly externalSecret?: ExternalSecret;
}

const readName = ({ metadata }: ExternalSecretManifest, { problems }: Findings): string => {
  const { name = '' } = metadata;
  if (name === '') problems.push('metadata.name is missing');
  else if (!isSubdomain(name))
    problems.push(`metadata.name is ${quoted(name)}; it takes lower case letters, digits, "-" and "."`);
  return name;
};

const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

const checkThatAnythingIsRead = (spec: Fields): void => {
  if (isAbsent(spec.raw('data')) && isAbsent(spec.raw('dataFrom')))
    spec.reject('data', 'is missing; an ExternalSecret takes data or dataFrom');
};

/** As external-secrets does, a key that is there twice is refused, unless files of secrets that are gone are removed. */
const checkKeys = (spec: Fields, entries: readonly ExternalSecretEntry[], target: Target): void => {
  const seen = new Set<string>();
  entries.forEach(({ secretKey }, index) => {
    const place = `data[${index}].secretKey`;
    if (seen.has(secretKey)) {
      if (target.deletionPolicy === 'Retain') spec.reject(place, `is ${quoted(secretKey)} once more`);
      else spec.warn(place, `is ${quoted(secretKey)} once more: the last one goes over the others`);
    }
    if (keyNameFault(secretKey) !== undefined) return;
    seen.add(secretKey);
    const fault = target.keepsKeys ? fileNameFault(secretKey) : undefined;
    if (fault !== undefined) spec.reject(place, fault);
  });
};

const readManifest = (manifest: ExternalSecretManifest): ReadExternalSecret => {
  const findings = noFindings();
  if (isTooLarge(manifest.spec)) return { ...findings, problems: [tooLarge] };
  const name = readName(manifest, findings);
  const spec = new Fields(manifest.spec, 'spec', findings);
  const context = { storeOf: storeReader(spec), compile: expressionCompiler() };
  const intervalSeconds = readRefresh(spec);
  const target = readTarget(spec.optionalObject('target'));
  const entries = spec.objects('data').map((fields) => readEntry(fields, context));
  const sets = spec.objects('dataFrom').flatMap((fields) => readSet(fields, context));
  checkThatAnythingIsRead(spec);
  checkKeys(spec, entries, target);
  spec.refuse('is not supported; refreshInterval says how often secrets are read', 'syncWindows');
  spec.close();
  if (findings.problems.length > 0) return findings;
  const externalSecret: ExternalSecret = {
    name,
    target: target.name ?? name,
    intervalSeconds,
    sets,
    entries,
    whenGone: target.deletionPolicy === 'Retain' ? 'keep' : 'remove',
    keepsKeys: target.keepsKeys,
    ...given({ templates: target.templates }),
  };
  return { ...findings, externalSecret };
};

/** What was read of a manifest. Objects of the caches are never changed, only replaced, so each is read once. */
const known = new WeakMap<ExternalSecretManifest, ReadExternalSecret>();

/**
 * Reads an ExternalSecret, ours or external-secrets' own: both have the same shape. Every field of that API is known by name: it is
 * read, ignored with a warning, or a problem that says so. All problems come at once, each beginning with the field's path.
 */
export const readExternalSecret = (manifest: ExternalSecretManifest): ReadExternalSecret => {
  const read = known.get(manifest) ?? readManifest(manifest);
  known.set(manifest, read);
  return read;
};

/** The stores that an ExternalSecret reads from, each once; none where there is no ExternalSecret, or it has problems. */
export const storesOf = (manifest: ExternalSecretManifest | undefined): readonly StoreName[] => {
  const { externalSecret } = manifest === undefined ? {} : readExternalSecret(manifest);
  if (externalSecret === undefined) return [];
  const stores = [...externalSecret.sets, ...externalSecret.entries].map(({ store }) => store);
  return [...new Map(stores.map((store) => [`${store.kind}/${store.name}`, store])).values()];
};
