import * as z from 'zod/mini';
import { parseJsonOrNothing } from '../../lib/json.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { SourceAddress } from './identity.ts';
import type { HeldLease } from './lease.ts';

/** A source's last good document, as one process leaves it to the next; with a lease, the document that came with it, good or not. */
export interface RememberedSource extends SourceAddress {
  readonly document: Redacted<Buffer>;
  readonly documentVersion?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
  readonly lease?: HeldLease | undefined;
}

/** What the agent's processes in one pod hand on, from init to refresh and from each to the one after a restart. */
export interface AgentState {
  /** How many generations were published. */
  readonly generation: number;
  /** A digest of the last `force-sync` value that was acted upon. */
  readonly forceSync?: string | undefined;
  /** Store to the text of its provider's login, which is secret. */
  readonly sessions: ReadonlyMap<string, Redacted<string>>;
  readonly sources: readonly RememberedSource[];
}

export const emptyState: AgentState = { generation: 0, sessions: new Map(), sources: [] };

const counter = z.int().check(z.nonnegative());

const leaseInState = z.strictObject({
  id: z.string(),
  durationSeconds: z.number().check(z.nonnegative()),
  renewable: z.boolean(),
  expiresAt: z.number(),
  login: z.optional(z.string()),
  issued: z.strictObject({
    at: z.number(),
    durationSeconds: z.number().check(z.nonnegative()),
    renewable: z.boolean(),
  }),
});

const stateFile = z.strictObject({
  version: z.literal(1),
  generation: counter,
  forceSync: z.optional(z.string()),
  sessions: z.array(z.strictObject({ store: z.string(), text: z.string() })),
  sources: z.array(
    z.strictObject({
      store: z.string(),
      key: z.string(),
      version: z.optional(z.string()),
      stage: z.optional(z.string()),
      parameters: z.optional(z.array(z.strictObject({ name: z.string(), value: z.string() }))),
      document: z.string(),
      documentVersion: z.optional(z.string()),
      fetchedAt: z.number().check(z.nonnegative()),
      lease: z.optional(leaseInState),
    }),
  ),
});

/** The state file's text: JSON with the documents in base64. It holds secrets. */
export const encodeState = (state: AgentState): Redacted<string> =>
  new Redacted(
    JSON.stringify({
      version: 1,
      generation: state.generation,
      forceSync: state.forceSync,
      sessions: [...state.sessions].map(([store, text]) => ({ store, text: text.reveal() })),
      sources: state.sources.map((source) => ({
        store: source.store,
        key: source.key,
        version: source.version,
        stage: source.stage,
        parameters: source.parameters,
        document: source.document.reveal().toString('base64'),
        documentVersion: source.documentVersion,
        fetchedAt: source.fetchedAt,
        lease: source.lease,
      })),
    } satisfies z.input<typeof stateFile>),
  );

const restoredLease = ({ login, ...lease }: z.infer<typeof leaseInState>): HeldLease =>
  login === undefined ? lease : { ...lease, login };

/** Reads the state file's text. The error says which field is wrong, never what is in it. */
export const decodeState = (text: Redacted<string>): Result<AgentState, string> => {
  const json = parseJsonOrNothing(text.reveal());
  if (json === undefined) return err('it is not JSON');
  const parsed = z.safeParse(stateFile, json);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
    return err(`"${place}" is not as this version writes it`);
  }
  const { generation, forceSync, sessions, sources } = parsed.data;
  return ok({
    generation,
    forceSync,
    sessions: new Map(sessions.map((session) => [session.store, new Redacted(session.text)])),
    sources: sources.map(({ document, lease, ...source }) => ({
      ...source,
      document: new Redacted(Buffer.from(document, 'base64')),
      lease: lease === undefined ? undefined : restoredLease(lease),
    })),
  });
};
