import { decodeJwt } from 'jose';
import { isRecord, textOr, textsOf } from '../objects/types.ts';

/** An object as a token names it; the uid is empty where the token has none. */
export interface NamedObject {
  readonly name: string;
  readonly uid: string;
}

/** What a ServiceAccount token says. Times are in seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly nbf: number;
  readonly jti: string;
  readonly namespace: string;
  readonly serviceAccount: NamedObject;
  readonly pod: NamedObject | undefined;
  readonly node: NamedObject | undefined;
}

const named = (value: unknown): NamedObject | undefined =>
  isRecord(value) ? { name: textOr(value['name'], ''), uid: textOr(value['uid'], '') } : undefined;

const payloadOf = (token: string): Record<string, unknown> | undefined => {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
};

/** The claims of a token, verified or not; undefined where it is no ServiceAccount's. */
export const readClaims = (token: string): TokenClaims | undefined => {
  const payload = payloadOf(token);
  const kubernetes = payload?.['kubernetes.io'];
  if (payload === undefined || !isRecord(kubernetes)) return undefined;
  const serviceAccount = named(kubernetes['serviceaccount']);
  if (serviceAccount === undefined) return undefined;
  const { aud, exp, nbf } = payload;
  return {
    iss: textOr(payload['iss'], ''),
    aud: typeof aud === 'string' ? [aud] : textsOf(aud),
    exp: Number(exp),
    nbf: Number(nbf),
    jti: textOr(payload['jti'], ''),
    namespace: textOr(kubernetes['namespace'], ''),
    serviceAccount,
    pod: named(kubernetes['pod']),
    node: named(kubernetes['node']),
  };
};
