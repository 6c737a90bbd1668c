import type { RefParameter } from './ref.ts';

/**
 * Paths below which Vault's engines make a credential for whoever asks: `<mount>/creds/<role>` (databases, clouds, message
 * brokers), `<mount>/sts/<role>` (AWS), `<mount>/issue/<role>`, `sign` and `sign-verbatim` (PKI, SSH).
 */
const makingSegments: readonly string[] = ['creds', 'sts', 'issue', 'sign', 'sign-verbatim'];

/**
 * Whether a key of a Vault store looks like a credential that is made at each read and ends with its lease, rather than a
 * secret that is kept. A guess from the path alone, for warnings and estimates: a KV secret may be called `kv/team/creds/db`
 * too. Parameters are for such engines only.
 */
export const looksDynamic = (source: {
  readonly key: string;
  readonly parameters?: readonly RefParameter[];
}): boolean => {
  if (source.parameters !== undefined) return true;
  const segments = source.key.replace(/^\//, '').split('/');
  return segments.slice(1, -1).some((segment) => makingSegments.includes(segment));
};
