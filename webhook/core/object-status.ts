import { createHash } from 'node:crypto';
import { isObject } from '../../lib/stores/fields.ts';
import type { Issue } from './codes.ts';
import { judge, type JudgedManifest, type KnownToJudge } from './judge.ts';
import { objectPlace } from './store-resolver.ts';

/** What a status says of an object, in the one condition that it has. */
export interface Verdict {
  readonly status: 'True' | 'False';
  /** `Unusable`: nothing is wrong with the manifest, and pods that use it are refused today all the same. */
  readonly reason: 'Valid' | 'Invalid' | 'Unusable';
  readonly message: string;
}

/** `status` of a SecretStore, a ClusterSecretStore or an ExternalSecret. */
export interface ObjectStatus {
  readonly observedGeneration: number;
  /** RFC 3339, to the second. */
  readonly lastChecked: string;
  readonly conditions: readonly [Verdict & { readonly type: 'Valid'; readonly lastTransitionTime: string }];
}

/** What is checked: an object as it is now. */
export interface Checked {
  readonly generation: number;
  readonly verdict: Verdict;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const longestMessage = 1024;
const ellipsis = '…';

/** To so many bytes of UTF-8, never within a character. */
const cut = (text: string): string => {
  const bytes = Buffer.from(text);
  if (bytes.length <= longestMessage) return text;
  let end = longestMessage - Buffer.byteLength(ellipsis);
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.toString('utf8', 0, end)}${ellipsis}`;
};

const nothingWrong = 'nothing is wrong, as far as can be told without fetching';

export const verdictOf = (manifest: JudgedManifest, known: KnownToJudge): Verdict => {
  const { problems, refusals } = judge(manifest, known);
  const own = objectPlace(manifest.kind, manifest.metadata);
  const said = ({ place, message }: Issue): string => (place === own ? message : `${place}: ${message}`);
  const message = cut([...problems, ...refusals].map(said).join('; '));
  if (problems.length > 0) return { status: 'False', reason: 'Invalid', message };
  return refusals.length > 0
    ? { status: 'False', reason: 'Unusable', message }
    : { status: 'True', reason: 'Valid', message: nothingWrong };
};

const time = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/u, 'Z');

/** The status to write. The condition's time is that of its last change between True and False. */
export const nextStatus = ({ generation, verdict, now }: Checked, before?: ObjectStatus): ObjectStatus => {
  const last = before?.conditions[0];
  const lastTransitionTime = last?.status === verdict.status ? last.lastTransitionTime : time(now);
  return {
    observedGeneration: generation,
    lastChecked: time(now),
    conditions: [{ type: 'Valid', ...verdict, lastTransitionTime }],
  };
};

const hour = 3_600_000;

/** After how long a status that has not changed is written again: 48 to 72 minutes, by the object, so that many do not come due at once. */
const staleAfter = (uid: string): number => {
  const [byte = 0] = createHash('sha256').update(uid).digest();
  return hour * (0.8 + (0.4 * byte) / 255);
};

const isStale = (lastChecked: string, uid: string, now: number): boolean => {
  const age = Math.abs(now - Date.parse(lastChecked));
  return !(age < staleAfter(uid));
};

/** Whether a status has to be written: what it would say differs from what is there, or that was checked long ago. */
export const isDue = ({ generation, verdict, now }: Checked, uid: string, before?: ObjectStatus): boolean => {
  if (before?.observedGeneration !== generation) return true;
  const [{ status, reason, message }] = before.conditions;
  const same = status === verdict.status && reason === verdict.reason && message === verdict.message;
  return !same || isStale(before.lastChecked, uid, now);
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const oneOf = <T extends string>(value: unknown, choices: readonly T[]): T | undefined =>
  choices.find((choice) => choice === value);

const parseCondition = (value: unknown): ObjectStatus['conditions'][0] | undefined => {
  if (!isObject(value) || value['type'] !== 'Valid') return undefined;
  const status = oneOf(value['status'], ['True', 'False']);
  const reason = oneOf(value['reason'], ['Valid', 'Invalid', 'Unusable']);
  const message = textOf(value['message']);
  const lastTransitionTime = textOf(value['lastTransitionTime']);
  if (status === undefined || reason === undefined) return undefined;
  if (message === undefined || lastTransitionTime === undefined) return undefined;
  return { type: 'Valid', status, reason, message, lastTransitionTime };
};

/** Reads a status that is there; undefined where it is none of ours, or not whole. */
export const parseStatus = (value: unknown): ObjectStatus | undefined => {
  const { observedGeneration, lastChecked, conditions } = isObject(value) ? value : {};
  if (typeof observedGeneration !== 'number' || typeof lastChecked !== 'string') return undefined;
  const [first, ...others] = Array.isArray(conditions) ? (conditions as unknown[]) : [];
  const condition = parseCondition(first);
  return condition === undefined || others.length > 0
    ? undefined
    : { observedGeneration, lastChecked, conditions: [condition] };
};
