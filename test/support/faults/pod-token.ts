import type { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import type { PodToken } from './bench.ts';

/** The text of a projected token, good or bad in the way that is asked for; undefined where there is to be none. */
export const writtenToken = async (
  issuer: ServiceAccountIssuer,
  { audience = '', seconds = 86_400, forged, missing }: PodToken,
): Promise<string | undefined> => {
  if (missing === true) return undefined;
  const { token } = await issuer.issue({
    namespace: 'payments',
    serviceAccount: 'api',
    audiences: [audience],
    expirationSeconds: seconds,
  });
  if (forged !== true) return token;
  const [header = '', claims = '', signature = ''] = token.split('.');
  // A signature turned round is nobody's.
  const turned = Buffer.from(signature, 'base64url').reverse().toString('base64url');
  return [header, claims, turned].join('.');
};
