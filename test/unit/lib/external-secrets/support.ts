import { readExternalSecret, type ReadExternalSecret } from '../../../../lib/external-secrets/read.ts';
import type { ExternalSecret } from '../../../../lib/external-secrets/external-secret.ts';

/** The least that an ExternalSecret needs. */
export const least = {
  secretStoreRef: { name: 'vault' },
  data: [{ secretKey: 'password', remoteRef: { key: 'payments/db' } }],
};

/** Reads a spec; what it does not say is said by `least`. */
export const readAll = (spec: object): ReadExternalSecret =>
  readExternalSecret({ metadata: { name: 'db', namespace: 'payments' }, spec: { ...least, ...spec } });

/** What was read, or the problems. */
export const read = (spec: object): ExternalSecret | readonly string[] => {
  const { externalSecret, problems } = readAll(spec);
  return externalSecret ?? problems;
};
