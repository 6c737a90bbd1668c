import { createHash } from 'node:crypto';

/** What a version holds: one of the two. */
export type SecretValue =
  { readonly kind: 'string'; readonly text: string } | { readonly kind: 'binary'; readonly bytes: Buffer };

export interface Version {
  readonly id: string;
  readonly value: SecretValue;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Staging labels, in the order in which they came. */
  stages: string[];
}

/** Why a secret's key cannot be used. */
export type KeyProblem = 'denied' | 'failed';

const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';

/** The six characters that end a secret's ARN; `generation` tells a secret from an earlier one of the same name. */
function suffixOf(name: string, generation: number): string {
  const bytes = createHash('sha256').update(`${name} ${generation}`).digest().subarray(0, 6);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return [...bytes].map((byte) => letters[byte % letters.length] ?? '').join('');
}

export interface SecretInput {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly now: number;
  /** How many secrets of this name there were before. */
  readonly generation: number;
}

/** One secret with its versions. */
export class Secret {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly createdAt: number;
  readonly versions = new Map<string, Version>();
  changedAt: number;
  accessedAt: number | undefined;
  /** When it was marked for deletion, and when it goes for good. */
  deletion: { readonly at: number; readonly until: number } | undefined;
  description: string | undefined;
  kmsKeyId: string | undefined;
  tags: Readonly<Record<string, string>> = {};
  keyProblem: KeyProblem | undefined;

  constructor({ account, region, name, now, generation }: SecretInput) {
    this.account = account;
    this.name = name;
    this.createdAt = now;
    this.changedAt = now;
    this.arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffixOf(name, generation)}`;
  }

  /** The version that has a staging label. */
  staged(stage: string): Version | undefined {
    return [...this.versions.values()].find((version) => version.stages.includes(stage));
  }

  /** Adds a version; each of its labels leaves the version that had it. */
  add(id: string, value: SecretValue, stages: readonly string[], now: number): Version {
    const version: Version = { id, value, createdAt: now, stages: [] };
    this.versions.set(id, version);
    for (const stage of stages) this.moveStage(stage, id);
    this.changedAt = now;
    return version;
  }

  /** Puts a label on a version, and off the one that had it. The one that loses AWSCURRENT gets AWSPREVIOUS. */
  moveStage(stage: string, to: string | undefined): void {
    const from = this.staged(stage);
    if (from !== undefined) from.stages = from.stages.filter((one) => one !== stage);
    const target = to === undefined ? undefined : this.versions.get(to);
    if (target !== undefined && !target.stages.includes(stage)) target.stages.push(stage);
    if (stage === current && from !== undefined && from !== target) this.moveStage(previous, from.id);
  }
}
