import { createHash } from 'node:crypto';
import { given } from '../given.ts';

/** A ServiceAccount token that somebody logs in with: the kubelet projects it for an agent, the broker asks the API server for it. */
export interface TokenProjection {
  /** File name below the tokens folder. */
  readonly name: string;
  /** Undefined: the API server's own audience. */
  readonly audience?: string;
  readonly expirationSeconds: number;
}

const apiServerToken = 'api-server';

/** A file name for an audience: its own text where that will do, else made unique by a hash. */
const tokenName = (audience: string | undefined): string => {
  if (audience === undefined) return apiServerToken;
  if (/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(audience) && audience !== apiServerToken) return audience;
  return `audience-${createHash('sha256').update(audience).digest('hex').slice(0, 12)}`;
};

export const tokenFor = (audience: string | undefined, expirationSeconds: number): TokenProjection => ({
  name: tokenName(audience),
  expirationSeconds,
  ...given({ audience }),
});
