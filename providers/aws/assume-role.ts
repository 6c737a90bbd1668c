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
import type { Calls } from './calls.ts';
import type { Credentials } from './credentials.ts';
import { assumeRoleRefused, webIdentityRefused, type LoginStep } from './login-errors.ts';
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

/** Roles are assumed at STS, one from the other. */
export class Sts {
  readonly #options: StsOptions;

  constructor(options: StsOptions) {
    this.#options = options;
  }

  /** The first role, with the pod's token (AssumeRoleWithWebIdentity). */
  async withToken(role: AwsRole, jwt: Redacted<string>): Promise<LoginOutcome> {
    const { place, calls, signingClock, sessionName } = this.#options;
    const client = stsClient(place, undefined, signingClock);
    const outcome = await calls.send({
      operation: 'login',
      server: place.transport.server,
      client,
      signal: unending,
      send: (options) =>
        client.send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: role.arn,
            RoleSessionName: sessionName,
            WebIdentityToken: jwt.reveal(),
          }),
          options,
        ),
      explain: webIdentityRefused(stepOf(role, place), jwt.reveal()),
    });
    return outcome.ok ? this.#identified(role, outcome.value.Credentials) : err(outcome.error.error);
  }

  /** A role from whoever has `from`'s credentials (AssumeRole). */
  async from({ name, credentials }: Identified, role: AwsRole): Promise<LoginOutcome> {
    const { place, calls, signingClock } = this.#options;
    const client = stsClient(place, credentials.keys, signingClock);
    const outcome = await calls.send({
      operation: 'assume-role',
      server: place.transport.server,
      client,
      signal: unending,
      send: (options) => client.send(new AssumeRoleCommand(this.#input(role)), options),
      explain: assumeRoleRefused(stepOf(role, place), name),
    });
    return outcome.ok ? this.#identified(role, outcome.value.Credentials) : err(outcome.error.error);
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

  /** The end is AWS's time; by a clock of ours that is behind it would come too late, so the usual life counts too. */
  #identified(role: AwsRole, given: StsCredentials | undefined): LoginOutcome {
    const { place, clock } = this.#options;
    const now = clock.now();
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = given ?? {};
    const life = Math.min(Number(given?.Expiration) - now, usualLife);
    if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(life))
      return err(notAws({ server: place.transport.server, now }, 'a session without credentials'));
    return ok({
      name: roleName(role),
      credentials: {
        keys: new Redacted({ accessKeyId, secretAccessKey, sessionToken }),
        expiresAt: now + life,
        fullLife: Math.max(0, life),
      },
    });
  }
}
