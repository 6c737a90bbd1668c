import type { TakenPod, TokenProjection } from '../manifest/pod-types.ts';
import type { TokenSource } from '../types.ts';

interface KeptToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly renewAt: number;
}

const defaultExpirationSeconds = 3600;
/** The share of a token's life after which the kubelet asks for the next one. */
const keptShare = 0.8;

/**
 * The projected tokens of one pod: asked for when a volume needs them, kept until 80 % of their life is over. The kubelet adds up to
 * 10 s of jitter and looks about once a minute; this looks at once. https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/token/token_manager.go
 */
export class PodTokens {
  readonly #pod: TakenPod;
  readonly #source: TokenSource;
  readonly #tokens = new Map<TokenProjection, KeptToken>();

  constructor(pod: TakenPod, source: TokenSource) {
    this.#pod = pod;
    this.#source = source;
  }

  /** When the next token is due, in milliseconds since the epoch; infinite without any. */
  get renewAt(): number {
    return Math.min(...[...this.#tokens.values()].map(({ renewAt }) => renewAt));
  }

  /** The token that is kept for a projection. */
  get(projection: TokenProjection): string {
    const kept = this.#tokens.get(projection);
    if (kept === undefined) throw new Error(`no token was asked for at ${projection.path}`);
    return kept.token;
  }

  /** Asks for the tokens among these that are missing or due. */
  async renew(projections: readonly TokenProjection[], now: number): Promise<void> {
    for (const projection of projections) {
      if ((this.#tokens.get(projection)?.renewAt ?? -Infinity) <= now) {
        this.#tokens.set(projection, await this.#request(projection, now));
      }
    }
  }

  async #request(projection: TokenProjection, now: number): Promise<KeptToken> {
    const { metadata, spec } = this.#pod;
    const { audience, expirationSeconds = defaultExpirationSeconds } = projection;
    const { token, expiresAt } = await this.#source({
      namespace: metadata.namespace,
      serviceAccount: spec.serviceAccountName ?? 'default',
      pod: { name: metadata.name, uid: metadata.uid },
      expirationSeconds,
      ...(audience === undefined || audience === '' ? {} : { audience }),
    });
    return { token, renewAt: now + (expiresAt - now) * keptShare };
  }
}
