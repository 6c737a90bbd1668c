import { given } from '../given.ts';
import type { Decoding, Ref } from '../ref.ts';
import type { Store } from '../stores/store.ts';
import type { RemoteKey } from './external-secret.ts';

/** What is written before the id of a version; anything else is a staging label. */
const versionIdPrefix = 'uuid/';

const awsVersion = (version: string): Pick<Ref, 'version' | 'stage'> =>
  version.startsWith(versionIdPrefix)
    ? { version: version.slice(versionIdPrefix.length) }
    : { stage: version };

/**
 * A key as external-secrets names it, as a ref for its store's provider. `version` is a staging label for AWS Secrets Manager, or
 * `uuid/<id>`, the id of a version; for others it is what it says.
 */
export const refOf = (
  { remote, decode }: { readonly remote: RemoteKey; readonly decode?: Decoding },
  provider: Store['provider']['type'],
): Ref => {
  const { key, property, version } = remote;
  const versioned = provider === 'aws' && version !== undefined ? awsVersion(version) : given({ version });
  return { key, optional: false, ...given({ property, decode }), ...versioned };
};
