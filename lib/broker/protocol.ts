import * as z from 'zod/mini';

/**
 * What agents and the broker say to each other: `POST /v1/secrets` (read once) and `POST /v1/changes` (a feed of JSON lines that stays open),
 * both with `Authorization: Bearer <token for the audience keyferry>`. Requests carry names of stores and keys, never a store's spec, and no
 * namespace: that is the token's.
 */

const text = z.string().check(z.minLength(1));
/** A plan holds 100 KiB, and with it fewer keys than this. */
export const mostReads = 2_000;
/** Bytes of a request's body: so many that whoever asks for too many keys is told just that. */
export const largestRequest = 2 * 2 ** 20;
/** How often the broker says something on an idle feed. A feed that is silent for three times as long is dead. */
export const heartbeatSeconds = 10;

const named = z.strictObject({ name: text, value: z.string() });

/** The same fields as a source of a plan. */
const what = {
  store: z.strictObject({ kind: z.enum(['SecretStore', 'ClusterSecretStore']), name: text }),
  /** Empty where `find` says what is read. */
  key: z.string(),
  version: z.optional(text),
  stage: z.optional(text),
  parameters: z.optional(z.array(named)),
  find: z.optional(
    z.strictObject({ path: z.optional(text), name: z.optional(text), tags: z.optional(z.array(named)) }),
  ),
};

const read = z.strictObject(what);

export const secretsRequest = z.strictObject({
  version: z.literal(1),
  /** Whether answers of a cache will not do: somebody asked for a refresh, or a lease is to be replaced. */
  fresh: z.boolean(),
  reads: z.array(read).check(z.minLength(1), z.maxLength(mostReads)),
});

const watched = z.strictObject({
  ...what,
  /** 0: told once. */
  intervalSeconds: z.int().check(z.nonnegative()),
  /** SHA-256 of the document that the agent has (`digestOf`); the same document is not sent again. */
  known: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/))),
});

export const changesRequest = z.strictObject({
  version: z.literal(1),
  sources: z.array(watched).check(z.minLength(1), z.maxLength(mostReads)),
});

const code = z.enum([
  'not_found',
  'denied',
  'unauthenticated',
  'throttled',
  'unavailable',
  'invalid',
  'timeout',
]);

const failure = z.strictObject({
  code,
  message: z.string(),
  retryAfterMs: z.optional(z.int().check(z.nonnegative())),
});

const secret = z.strictObject({
  /** Base64. */
  bytes: z.string(),
  /** The store's own name for this version. */
  version: z.optional(text),
  /** Where the read made a credential: nobody else has it, and it has to be asked for again before it ends. */
  lease: z.optional(
    z.strictObject({
      id: z.string(),
      durationSeconds: z.number().check(z.nonnegative()),
      /** Milliseconds since the epoch. */
      expiresAt: z.number(),
    }),
  ),
});

const outcome = z.union([z.strictObject({ secret }), z.strictObject({ error: failure })]);

/** An outcome for each read, in their order. */
export const secretsAnswer = z.strictObject({ results: z.array(outcome) });

/** The body of every answer that is not 200. */
export const refusal = z.strictObject({ error: failure });

/** A line of the feed. `index` counts the request's sources. */
export const feedEvent = z.discriminatedUnion('event', [
  /** The first line. The feed ends by itself after that time at the latest (the token's life bounds it). */
  z.strictObject({ event: z.literal('open'), endsInSeconds: z.number() }),
  /** The document is another one than the one before. */
  z.strictObject({ event: z.literal('secret'), index: z.int(), secret }),
  z.strictObject({ event: z.literal('error'), index: z.int(), error: failure }),
  /** Looked at upstream and found to be what the agent has. */
  z.strictObject({ event: z.literal('same'), indexes: z.array(z.int()) }),
  /** The certificates to trust from now on, PEM. */
  z.strictObject({ event: z.literal('trust'), bundle: text }),
  z.strictObject({ event: z.literal('beat') }),
  /** The broker ends the feed as planned: open another one, on another replica where there is one. */
  z.strictObject({ event: z.literal('end') }),
]);

export type BrokerRead = z.infer<typeof read>;
export type SecretsRequest = z.infer<typeof secretsRequest>;
export type WatchedSource = z.infer<typeof watched>;
export type ChangesRequest = z.infer<typeof changesRequest>;
export type BrokerFailure = z.infer<typeof failure>;
export type BrokerSecret = z.infer<typeof secret>;
export type BrokerOutcome = z.infer<typeof outcome>;
export type FeedEvent = z.infer<typeof feedEvent>;
