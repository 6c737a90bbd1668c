import * as z from 'zod/mini';
import { parseJsonOrNothing } from '../../lib/json.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { SourceAddress } from './identity.ts';
import type { HeldLease } from './lease.ts';
import type { RememberedOutput } from './outputs.ts';

/** A source's last good document, as one process leaves it to the next; with a lease, the document that came with it, good or not. */
export interface RememberedSource extends SourceAddress {
  /** Undefined: it never came, and the files do without it. */
  readonly document?: Redacted<Buffer> | undefined;
  readonly documentVersion?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number;
  /** Whether the store said last that there is no such secret; absent: no. */
  readonly gone?: boolean | undefined;
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
  /** What templates have made that would be different each time. */
  readonly outputs: readonly RememberedOutput[];
}

export const emptyState: AgentState = { generation: 0, sessions: new Map(), sources: [], outputs: [] };

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

const pairs = z.array(z.strictObject({ name: z.string(), value: z.string() }));

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
      parameters: z.optional(pairs),
      find: z.optional(
        z.strictObject({
          path: z.optional(z.string()),
          name: z.optional(z.string()),
          tags: z.optional(pairs),
        }),
      ),
      document: z.optional(z.string()),
      documentVersion: z.optional(z.string()),
      fetchedAt: z.number().check(z.nonnegative()),
      gone: z.optional(z.boolean()),
      lease: z.optional(leaseInState),
    }),
  ),
  outputs: z.optional(z.array(z.strictObject({ file: z.string(), digest: z.string(), bytes: z.string() }))),
});

const encodedOutputs = (outputs: AgentState['outputs']): z.input<typeof stateFile>['outputs'] =>
  outputs.length === 0
    ? undefined
    : outputs.map(({ file, digest, bytes }) => ({ file, digest, bytes: bytes.reveal().toString('base64') }));

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
        find: source.find,
        document: source.document?.reveal().toString('base64'),
        documentVersion: source.documentVersion,
        fetchedAt: source.fetchedAt,
        gone: source.gone === true ? true : undefined,
        lease: source.lease,
      })),
      outputs: encodedOutputs(state.outputs),
    } satisfies z.input<typeof stateFile>),
  );

const inBase64 = (text: string): Redacted<Buffer> => new Redacted(Buffer.from(text, 'base64'));

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
  const { generation, forceSync, sessions, sources, outputs = [] } = parsed.data;
  return ok({
    generation,
    forceSync,
    sessions: new Map(sessions.map((session) => [session.store, new Redacted(session.text)])),
    sources: sources.map(({ document, lease, ...source }) => ({
      ...source,
      document: document === undefined ? undefined : inBase64(document),
      lease: lease === undefined ? undefined : restoredLease(lease),
    })),
    outputs: outputs.map(({ bytes, ...output }) => ({ ...output, bytes: inBase64(bytes) })),
  });
};
