import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleCommandInput,
  type Credentials as StsCredentials,
} from '@aws-sdk/client-sts';
import type { Clock } from '../../lib/clock.ts';
import type { AwsStorePlan } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { notAws } from './answer.ts';
import type { CallOutcome, Calls } from './calls.ts';
import type { Credentials } from './credentials.ts';
import { assumeRoleRefused, webIdentityRefused, type LoginStep } from './login-errors.ts';
import { ExchangeError } from './request-handler.ts';
import { stsClient, type ServicePlace } from './sdk.ts';
import type { SigningClock } from './signing-clock.ts';

export type AwsRole = AwsStorePlan['auth']['roles'][number];

/** Somebody whom AWS knows. */
export interface Identified {
  /** As sentences name it. */
  readonly name: string;
  readonly credentials: Credentials;
}

export type LoginOutcome = Result<Identified, ProviderError>;

export interface StsOptions {
  readonly place: ServicePlace;
  readonly calls: Calls;
  readonly signingClock: SigningClock;
  readonly clock: Clock;
  readonly sessionName: string;
  /** `ProviderContext.tokenOwner`. */
  readonly tokenOwner: string | undefined;
}

/** A login belongs to everybody who waits for it; the transport's times end it. */
const unending = new AbortController().signal;

/** What STS gives a session unless it is asked for another life, and the most that a chain of roles allows: an hour. */
const usualLife = 60 * 60_000;

const roleName = (role: AwsRole): string => `role ${quoted(role.arn)}`;

const stepOf = (role: AwsRole, { region }: ServicePlace): LoginStep => ({
  role: role.arn,
  region,
  hasTags: (role.sessionTags ?? []).length > 0,
  hasExternalId: role.externalId !== undefined,
});

const identified = (role: AwsRole, outcome: CallOutcome<Credentials>): LoginOutcome =>
  outcome.ok ? ok({ name: roleName(role), credentials: outcome.value }) : err(outcome.error.error);

/** Roles are assumed at STS, one from the other. */
export class Sts {
  readonly #options: StsOptions;

  constructor(options: StsOptions) {
    this.#options = options;
  }

  /** The first role, with the pod's token (AssumeRoleWithWebIdentity). */
  async withToken(role: AwsRole, jwt: Redacted<string>): Promise<LoginOutcome> {
    const { place, calls, signingClock, sessionName, tokenOwner } = this.#options;
    const client = stsClient(place, undefined, signingClock);
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: role.arn,
      RoleSessionName: sessionName,
      WebIdentityToken: jwt.reveal(),
    });
    const outcome = await calls.send({
      operation: 'login',
      server: place.transport.server,
      client,
      signal: unending,
      send: async (options) => this.#read((await client.send(command, options)).Credentials),
      explain: webIdentityRefused(stepOf(role, place), jwt.reveal(), tokenOwner),
    });
    return identified(role, outcome);
  }

  /** A role from whoever has `from`'s credentials (AssumeRole). */
  async from({ name, credentials }: Identified, role: AwsRole): Promise<LoginOutcome> {
    const { place, calls, signingClock } = this.#options;
    const client = stsClient(place, credentials.keys, signingClock);
    const command = new AssumeRoleCommand(this.#input(role));
    const outcome = await calls.send({
      operation: 'assume_role',
      server: place.transport.server,
      client,
      signal: unending,
      send: async (options) => this.#read((await client.send(command, options)).Credentials),
      explain: assumeRoleRefused(stepOf(role, place), name),
    });
    return identified(role, outcome);
  }

  #input({ arn, externalId, sessionTags, transitiveTagKeys }: AwsRole): AssumeRoleCommandInput {
    return {
      RoleArn: arn,
      RoleSessionName: this.#options.sessionName,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
      ...(sessionTags === undefined
        ? {}
        : { Tags: sessionTags.map(({ key, value }) => ({ Key: key, Value: value })) }),
      ...(transitiveTagKeys === undefined ? {} : { TransitiveTagKeys: transitiveTagKeys }),
    };
  }

  /**
   * The end is AWS's time; by a clock of ours that is behind it would come too late, so the usual life counts too. A session without
   * credentials is no answer: the request has failed, and counts as one that did.
   */
  #read(given: StsCredentials | undefined): Credentials {
    const { place, clock } = this.#options;
    const now = clock.now();
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = given ?? {};
    const life = Math.min(Number(given?.Expiration) - now, usualLife);
    if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(life))
      throw new ExchangeError(
        notAws({ server: place.transport.server, now }, 'a session without credentials'),
      );
    return {
      keys: new Redacted({ accessKeyId, secretAccessKey, sessionToken }),
      expiresAt: now + life,
      fullLife: Math.max(0, life),
    };
  }
}
