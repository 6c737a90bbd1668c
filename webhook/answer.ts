import { given } from '../lib/given.ts';
import { isRecord } from '../lib/kube/object.ts';
import { ok, type Result } from '../lib/result.ts';
import { admit, type AdmitOptions } from './admit.ts';
import type { Injection, Outcome } from './core/decide.ts';
import { displayName, type Pod } from './core/pod.ts';
import { decodePod, encodeReview, type Envelope } from './core/review.ts';
import { KnownAnswers, podDigest, RecordingCache, type AnswerTemplate } from './known-answers.ts';

/** What became of a request, for log and metrics. */
export type Told = Exclude<Outcome, Injection> | { readonly kind: 'inject'; readonly files: number };

export interface Answer {
  readonly told: Told;
  /** Undefined where the request is not about a pod. */
  readonly pod: string | undefined;
  /** The AdmissionReview as JSON. */
  readonly review: string;
}

const noUid = '"uid":""';

/** An answer's text around the uid of the request, which comes first in it. */
const templateOf = (outcome: Outcome): AnswerTemplate => {
  const review = JSON.stringify(encodeReview('', outcome));
  const place = review.indexOf(noUid);
  return { head: review.slice(0, place), tail: review.slice(place + noUid.length) };
};

const fill = ({ head, tail }: AnswerTemplate, uid: string): string =>
  `${head}"uid":${JSON.stringify(uid)}${tail}`;

const tellOf = (outcome: Outcome): Told =>
  outcome.kind === 'inject' ? { kind: 'inject', files: outcome.plan.files.length } : outcome;

/** The pod as decisions see it: what is left out here cannot change an answer, and so need not be in the digest. */
const visiblePod = ({ metadata, spec }: Pod): Pod => ({
  ...given({ metadata: metadata && given({ annotations: metadata.annotations }), spec }),
});

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The name for the log. Where the answer was known, nobody has looked at its type. */
const nameOf = (object: unknown): string | undefined => {
  if (object === undefined) return undefined;
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {};
  return displayName({
    metadata: { name: text(metadata['name']), generateName: text(metadata['generateName']) },
  });
};

/** Answers requests: from what is known, else by deciding. */
export class Answers {
  readonly #options: AdmitOptions;
  readonly #known: KnownAnswers;

  constructor(options: AdmitOptions) {
    this.#options = options;
    this.#known = new KnownAnswers(options.cache);
  }

  /** The error is a sentence for whoever sent a request that cannot be read. */
  async to(envelope: Envelope): Promise<Result<Answer, string>> {
    const { uid, namespace, object } = envelope;
    const digest = podDigest(namespace, object);
    const known = digest === undefined ? undefined : this.#known.find(digest);
    if (known === undefined) return this.#decide(envelope, digest);
    const { files } = known;
    return ok({ told: { kind: 'inject', files }, pod: nameOf(object), review: fill(known, uid) });
  }

  async #decide(envelope: Envelope, digest: string | undefined): Promise<Result<Answer, string>> {
    const request = decodePod(envelope);
    if (!request.ok) return request;
    const { uid, object } = envelope;
    const { pod } = request.value;
    const cache = new RecordingCache(this.#options.cache);
    const visible = { ...request.value, ...given({ pod: pod && visiblePod(pod) }) };
    const outcome = await admit(visible, { ...this.#options, cache });
    const answer = templateOf(outcome);
    const { lookUps } = cache;
    if (outcome.kind === 'inject' && digest !== undefined && lookUps !== undefined)
      this.#known.remember(digest, { answer: { ...answer, files: outcome.plan.files.length }, lookUps });
    return ok({ told: tellOf(outcome), pod: nameOf(object), review: fill(answer, uid) });
  }
}
