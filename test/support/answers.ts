import { emptyStores, fillStores, lookups } from '../../lib/kube/object-cache.ts';
import { Answers, type Answer } from '../../webhook/answer.ts';
import { decodeEnvelope } from '../../webhook/core/review.ts';
import type { GoldenKnown } from './golden-case.ts';
import { ManualClock } from './manual-clock.ts';

/** Answers a review as the server does. */
export const answerReview = async (answers: Answers, review: unknown): Promise<Answer> => {
  const body = Buffer.from(JSON.stringify(review));
  const { key, answer } = answers.find(body);
  if (answer !== undefined) return answer;
  const envelope = decodeEnvelope(JSON.parse(body.toString()));
  if (!envelope.ok) throw new Error(envelope.error);
  const decided = await answers.decide(envelope.value, key);
  if (!decided.ok) throw new Error(decided.error);
  return decided.value;
};

/** Whether the answer to a review is known. */
export const isKnown = (answers: Answers, review: unknown): boolean =>
  answers.find(Buffer.from(JSON.stringify(review))).answer !== undefined;

/** Answers from what a golden case knows; nobody is waited for. */
export const goldenAnswers = ({ objects, settings }: GoldenKnown): Answers => {
  const clock = new ManualClock();
  const stores = emptyStores(clock);
  fillStores(stores, objects);
  return new Answers({ cache: lookups(stores), settings, clock, patience: 0 });
};
