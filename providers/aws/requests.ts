import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type BatchGetSecretValueResponse,
  type Filter,
} from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../lib/clock.ts';
import type { Lending, SecretDocument } from '../provider.ts';
import { notAws } from './answer.ts';
import type { Identified } from './assume-role.ts';
import type { Calls, CallOutcome } from './calls.ts';
import { toDocument } from './document.ts';
import type { Target } from './key.ts';
import { listedNames, type ListedNames } from './listed-names.ts';
import { batchRefused, listRefused, readRefused } from './read-errors.ts';
import { ExchangeError } from './request-handler.ts';
import { secretsManagerClient, type ServicePlace } from './sdk.ts';
import type { SigningClock } from './signing-clock.ts';

export interface RequestsOptions {
  readonly place: ServicePlace;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly signingClock: SigningClock;
  /** In the broker: names what was read. */
  readonly lending?: Lending | undefined;
}

/** 64 KiB is the most that one secret has; its JSON may be longer by what is escaped. */
const bytesOfOne = 64 * 1024;

/** The most secrets of one page, and what their descriptions, tags and versions may take. */
const pageSize = 100;
const bytesOfPage = 4 * 1024 * 1024;

/** One page of a list. */
export interface ListQuestion {
  readonly filters: readonly Filter[];
  /** What the page before said; undefined: this is the first. */
  readonly nextToken: string | undefined;
}

/** What Secrets Manager is asked by one identity. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #who: string;
  readonly #client: ReturnType<typeof secretsManagerClient>;

  constructor(options: RequestsOptions, { name, credentials }: Identified) {
    const { place, signingClock } = options;
    this.#options = options;
    this.#who = name;
    this.#client = secretsManagerClient(place, credentials.keys, signingClock);
  }

  /** One secret (GetSecretValue). */
  one(target: Target, signal: AbortSignal): Promise<CallOutcome<SecretDocument>> {
    const { place, calls, clock, lending } = this.#options;
    const { server } = place.transport;
    const { id, version, stage } = target;
    const command = new GetSecretValueCommand({
      SecretId: id,
      ...(version === undefined ? {} : { VersionId: version }),
      ...(stage === undefined ? {} : { VersionStage: stage }),
    });
    return calls.send({
      operation: 'read',
      server,
      client: this.#client,
      signal,
      // What is no secret is no answer either: the request has failed, and counts as one that did.
      send: async (options) => {
        const document = toDocument(await this.#client.send(command, options), lending);
        if (document !== undefined) return document;
        throw new ExchangeError(notAws({ server, now: clock.now() }, 'a secret without a value'));
      },
      explain: readRefused(target, this.#who),
    });
  }

  /** Up to 20 secrets (BatchGetSecretValue), with what AWS says of those that it did not give. */
  many(targets: readonly Target[], signal: AbortSignal): Promise<CallOutcome<BatchGetSecretValueResponse>> {
    const { place, calls } = this.#options;
    const command = new BatchGetSecretValueCommand({ SecretIdList: targets.map(({ id }) => id) });
    return calls.send({
      operation: 'batch_read',
      server: place.transport.server,
      client: this.#client,
      signal,
      maximumBytes: Math.max(1024 * 1024, targets.length * bytesOfOne),
      send: (options) => this.#client.send(command, options),
      explain: batchRefused(this.#who),
    });
  }

  /** The names of a page of secrets, without those that are scheduled for deletion (ListSecrets). */
  list({ filters, nextToken }: ListQuestion, signal: AbortSignal): Promise<CallOutcome<ListedNames>> {
    const { place, calls, clock } = this.#options;
    const { server } = place.transport;
    const command = new ListSecretsCommand({
      MaxResults: pageSize,
      ...(filters.length === 0 ? {} : { Filters: [...filters] }),
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    });
    return calls.send({
      operation: 'list',
      server,
      client: this.#client,
      signal,
      maximumBytes: bytesOfPage,
      send: async (options) => {
        const listed = listedNames(await this.#client.send(command, options));
        if (listed !== undefined) return listed;
        throw new ExchangeError(notAws({ server, now: clock.now() }, 'a list without names'));
      },
      explain: listRefused(place.region, this.#who),
    });
  }
}
