import type { VaultServer } from '../../emulators/vault/server.ts';

/** When the requests about one secret were answered, and with them what the broker then knew; in milliseconds since the epoch. */
const answered = (vault: VaultServer, path: string, method?: string): readonly number[] =>
  vault.requests.list({ path, ...(method !== undefined && { method }) }).map(({ time }) => Date.parse(time));

/** Requests about a secret: its data, and its metadata, which say whether there is a new version. */
export const requestsFor = (vault: VaultServer, key: string): readonly number[] =>
  [`kv/data/${key}`, `kv/metadata/${key}`].flatMap((path) => answered(vault, path)).sort((a, b) => a - b);

/** When the secret itself was read last. */
export const lastRead = (vault: VaultServer, key: string): number =>
  answered(vault, `kv/data/${key}`).at(-1) ?? NaN;
