import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { systemClock } from '../../../lib/clock.ts';
import { serviceAccountClaims } from './claims.ts';
import { makeSigningKey } from './signing-key.ts';
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../../lib/clock.ts';
import type { ObjectReference, OptionalReference, ServiceAccountClaims } from './claims.ts';
import type { KeyType, SigningKey } from './signing-key.ts';

/** The audience of tokens that are asked for without one: the API server itself. It is the issuer's name, as in Kubernetes. */
const apiServerAudience = 'https://kubernetes.default.svc';

export interface IssuerOptions {
  /** The `iss` claim; `https://kubernetes.default.svc` by default. */
  readonly issuer?: string;
  readonly keyType?: KeyType;
  readonly clock?: Clock;
}

/** What a TokenRequest asks for. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The API server's own audience by default. */
  readonly audiences?: readonly string[];
  /**
   * 3600 by default. The API server's minimum of 600 is not enforced, so that tests and demos can watch tokens rotate and
   * expire.
   */
  readonly expirationSeconds?: number;
  /** The pod that the token is bound to; `node` is where it runs. */
  readonly pod?: ObjectReference;
  readonly node?: OptionalReference;
}

export interface IssuedToken {
  readonly token: string;
  /** When the asked-for time is over, in milliseconds since the epoch, as a TokenRequest's status says. */
  readonly expiresAt: number;
  readonly claims: ServiceAccountClaims;
}

/**
 * Stands in for the part of an API server that makes ServiceAccount tokens: signs them, publishes its keys, remembers the
 * uid of each ServiceAccount and what has been deleted since.
 */
export class ServiceAccountIssuer {
  readonly issuer: string;
  readonly #clock: Clock;
  readonly #keyType: KeyType;
  readonly #serviceAccounts = new Map<string, string>();
  readonly #deleted = new Set<string>();
  #keys: readonly [SigningKey, ...SigningKey[]];

  private constructor(key: SigningKey, options: IssuerOptions) {
    this.issuer = options.issuer ?? apiServerAudience;
    this.#clock = options.clock ?? systemClock;
    this.#keyType = options.keyType ?? 'rsa';
    this.#keys = [key];
  }

  /** Makes an issuer with a fresh key. */
  static async create(options: IssuerOptions = {}): Promise<ServiceAccountIssuer> {
    return new ServiceAccountIssuer(await makeSigningKey(options.keyType ?? 'rsa'), options);
  }

  /** Signs a token. */
  async issue(request: TokenRequest): Promise<IssuedToken> {
    const expirationSeconds = request.expirationSeconds ?? 3600;
    const now = this.#clock.now();
    const claims = serviceAccountClaims({
      issuer: this.issuer,
      namespace: request.namespace,
      serviceAccount: {
        name: request.serviceAccount,
        uid: this.serviceAccountUid(request.namespace, request.serviceAccount),
      },
      audiences: request.audiences ?? [this.issuer],
      apiAudience: this.issuer,
      expirationSeconds,
      now,
      pod: request.pod,
      node: request.node,
    });
    return { token: await this.sign({ ...claims }), expiresAt: now + expirationSeconds * 1000, claims };
  }

  /** Signs any claims at all: for tokens that no API server would make. */
  async sign(claims: Record<string, unknown>): Promise<string> {
    const [key] = this.#keys;
    const header = { alg: key.algorithm, kid: key.keyId };
    return await new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
  }

  /** The public keys, as `/openid/v1/jwks` shows them; the signing key first. */
  jwks(): JSONWebKeySet {
    return { keys: this.#keys.map((key) => key.publicJwk) };
  }

  /**
   * Signs with a new key from now on. Tokens of the old one are refused from then on, unless `keepOld`, which publishes
   * both, as a rotation that is done with care does.
   */
  async rotateKeys(options: { readonly keepOld?: boolean } = {}): Promise<void> {
    const key = await makeSigningKey(this.#keyType);
    this.#keys = options.keepOld === true ? [key, ...this.#keys] : [key];
  }

  /** The uid of a ServiceAccount, made up when it is first asked for. */
  serviceAccountUid(namespace: string, name: string): string {
    const key = `${namespace}/${name}`;
    const uid = this.#serviceAccounts.get(key) ?? randomUUID();
    this.#serviceAccounts.set(key, uid);
    return uid;
  }

  /** Deletes a ServiceAccount: its tokens are no longer live, and one of the same name has another uid. */
  deleteServiceAccount(namespace: string, name: string): void {
    this.#deleted.add(this.serviceAccountUid(namespace, name));
    this.#serviceAccounts.delete(`${namespace}/${name}`);
  }

  /** Deletes a pod: the tokens that are bound to it are no longer live. */
  deletePod(uid: string): void {
    this.#deleted.add(uid);
  }

  /** Whether the ServiceAccount and the pod that a token names are still there, which a TokenReview looks at. */
  isLive(claims: Record<string, unknown>): boolean {
    const { serviceaccount, pod } = (claims['kubernetes.io'] ?? {}) as Partial<
      ServiceAccountClaims['kubernetes.io']
    >;
    return [serviceaccount?.uid, pod?.uid].every((uid) => uid === undefined || !this.#deleted.has(uid));
  }
}
