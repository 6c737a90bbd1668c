import type { BrokerInstall } from '../lib/broker/install.ts';
import { given } from '../lib/given.ts';
import { ok, type Result } from '../lib/result.ts';
import { admit, type AdmitOptions } from './admit.ts';
import type { Injection, Outcome } from './core/decide.ts';
import { outlineOf, type Outline } from './core/outline.ts';
import { displayName, type Pod } from './core/pod.ts';
import { decodePod, encodeReview, patchText, type Envelope } from './core/review.ts';
import {
  answerKey,
  KnownAnswers,
  RecordingCache,
  type AnswerKey,
  type AnswerTemplate,
  type KnownAnswer,
  type LookUps,
} from './known-answers.ts';

/** What became of a request, for log and metrics. */
export type Told = Exclude<Outcome, Injection> | { readonly kind: 'inject'; readonly files: number };

export interface Answer {
  readonly told: Told;
  /** For the log. */
  readonly request: {
    readonly uid: string;
    readonly namespace: string;
    /** Undefined where the request is not about a pod. */
    readonly pod: string | undefined;
  };
  /** The AdmissionReview as JSON. */
  readonly review: string;
}

const uidField = '"uid":';
/** The uid comes first in an answer. */
const noUid = `${uidField}""`;

const templateOf = (outcome: Outcome, patch: string): AnswerTemplate => {
  const review = JSON.stringify(encodeReview('', outcome, patch));
  const place = review.indexOf(noUid);
  return {
    head: review.slice(0, place + uidField.length),
    tail: review.slice(place + noUid.length),
  };
};

const fill = ({ head, tail }: AnswerTemplate, uid: string): string => `${head}${JSON.stringify(uid)}${tail}`;

const tellOf = (outcome: Outcome): Told =>
  outcome.kind === 'inject' ? { kind: 'inject', files: outcome.plan.files.length } : outcome;

/** The pod as decisions see it: what is left out here cannot change an answer, and so need not be in its key. */
const visiblePod = ({ metadata, spec }: Pod): Pod => ({
  ...given({ metadata: metadata && given({ annotations: metadata.annotations }), spec }),
});

interface Decided {
  readonly outcome: Injection;
  /** As text. */
  readonly patch: string;
  readonly lookUps: LookUps;
  readonly install: BrokerInstall | undefined;
}

/** Whether an answer, or what it was looked up by, has a text in it. Names are the same in JSON, and in JSON within JSON, as they are. */
const mentions = ({ outcome: { warnings, audit }, patch, lookUps }: Decided, text: string): boolean =>
  patch.includes(text) ||
  JSON.stringify([
    warnings,
    audit,
    lookUps.map((lookUp) => ('key' in lookUp ? lookUp.key : lookUp.list)),
  ]).includes(text);

const answerFrom = (known: KnownAnswer, { uid, namespace, name, generateName }: Outline): Answer => ({
  told: { kind: 'inject', files: known.files },
  request: { uid, namespace, pod: displayName({ metadata: { name, generateName } }) },
  review: fill(known, uid),
});

/** A body that was looked at, but not parsed. */
interface Seen {
  /** Under what its answer is kept; undefined where it is not. */
  readonly key: AnswerKey | undefined;
  /** Where one is kept. */
  readonly answer: Answer | undefined;
}

/** Answers requests: from what is known, else by deciding. */
export class Answers {
  readonly #options: AdmitOptions;
  readonly #known: KnownAnswers;

  constructor(options: AdmitOptions) {
    this.#options = options;
    this.#known = new KnownAnswers(options.cache, () => this.#installNow());
  }

  #installNow(): BrokerInstall | undefined {
    return this.#options.settings.broker?.install;
  }

  /** Finds the answer to a body that is like one before it. */
  find(body: Buffer): Seen {
    const outline = outlineOf(body.toString('latin1'));
    if (outline === undefined) return { key: undefined, answer: undefined };
    const key = answerKey(outline);
    const known = this.#known.find(key.digest);
    return { key, answer: known && answerFrom(known, outline) };
  }

  /** Decides, and keeps the answer under the key of the body. The error is a sentence for whoever sent a request that cannot be read. */
  async decide(envelope: Envelope, key: AnswerKey | undefined): Promise<Result<Answer, string>> {
    const decoded = decodePod(envelope);
    if (!decoded.ok) return decoded;
    const { uid, namespace, pod } = decoded.value;
    const cache = new RecordingCache(this.#options.cache);
    const visible = { ...decoded.value, ...given({ pod: pod && visiblePod(pod) }) };
    const install = this.#installNow();
    const outcome = await admit(visible, { ...this.#options, cache });
    const patch = outcome.kind === 'inject' ? patchText(outcome) : '';
    const template = templateOf(outcome, patch);
    const { lookUps } = cache;
    // Where the broker's file has changed meanwhile, nobody knows which of the two was decided by.
    const isSettled = install === this.#installNow();
    if (outcome.kind === 'inject' && key !== undefined && lookUps !== undefined && isSettled)
      this.#keep(key, template, { outcome, patch, lookUps, install });
    const request = { uid, namespace, pod: pod && displayName(pod) };
    return ok({ told: tellOf(outcome), request, review: fill(template, uid) });
  }

  #keep({ digest, tokenVolume }: AnswerKey, template: AnswerTemplate, decided: Decided): void {
    if (tokenVolume !== undefined && mentions(decided, tokenVolume)) return;
    const { outcome, lookUps, install } = decided;
    const answer = { ...template, files: outcome.plan.files.length };
    this.#known.remember(digest, { answer, lookUps, install });
  }
}
