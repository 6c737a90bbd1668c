import { randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { makeSigningKey } from '../../issuer/signing-key.ts';
import { err, ok } from '../../../../lib/result.ts';
import type { JWK } from 'jose';
import type { Clock } from '../../../../lib/clock.ts';
import type { Result } from '../../../../lib/result.ts';
import type { SigningKey } from '../../issuer/signing-key.ts';
import type { ApiKey } from '../organization/types.ts';

export const secretsScope = 'api.secrets';

/** Bitwarden's API takes tokens until five minutes after their end, as its framework does by default. */
const leewaySeconds = 300;

/** Who a bearer token speaks for. */
export interface Session {
  readonly accountId: string;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly issuer: string;
  readonly lifeSeconds: number;
}

/** Signs and checks the JWTs of logins. Nothing is kept of them: they hold until they end, whatever becomes of the access token. */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #key: SigningKey;
  #rotations = 0;

  private constructor(options: SessionOptions, key: SigningKey) {
    this.#options = options;
    this.#key = key;
  }

  static async create(options: SessionOptions): Promise<Sessions> {
    return new Sessions(options, await makeSigningKey('rsa'));
  }

  get lifeSeconds(): number {
    return this.#options.lifeSeconds;
  }

  /** Ends every session: the key that signed them is no longer known by its name. */
  end(): void {
    this.#rotations += 1;
  }

  async sign(apiKey: ApiKey, organizationId: string): Promise<string> {
    const { clock, issuer, lifeSeconds } = this.#options;
    const now = Math.floor(clock.now() / 1000);
    const { privateKey, algorithm } = this.#key;
    return await new SignJWT({
      scope: [secretsScope],
      ...{ client_id: apiKey.id, type: 'ServiceAccount', organization: organizationId },
    })
      .setProtectedHeader({ alg: algorithm, kid: this.#keyId, typ: 'at+jwt' })
      .setIssuer(issuer)
      .setSubject(apiKey.accountId)
      .setNotBefore(now)
      .setIssuedAt(now)
      .setExpirationTime(now + lifeSeconds)
      .setJti(randomBytes(16).toString('hex').toUpperCase())
      .sign(privateKey);
  }

  /** Checks signature, key, issuer and times of a bearer token; the error says what is wrong with it. Logins give all of them one scope. */
  async verify(token: string): Promise<Result<Session, string>> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.#keyFor(header.kid), {
        ...{ issuer: this.#options.issuer, typ: 'at+jwt', clockTolerance: leewaySeconds },
        currentDate: new Date(this.#options.clock.now()),
      });
      return ok({ accountId: payload.sub ?? '' });
    } catch (error) {
      const expired = error instanceof errors.JWTExpired;
      return err(expired ? 'The token expired' : 'The signature key was not found');
    }
  }

  get #keyId(): string {
    return `${this.#key.keyId}-${this.#rotations}`;
  }

  #keyFor(id: string | undefined): JWK {
    if (id === this.#keyId) return this.#key.publicJwk;
    throw new Error('no such key');
  }
}
