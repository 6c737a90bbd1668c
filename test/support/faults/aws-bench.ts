import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../../lib/plan.ts';
import { startAwsServer, type AwsServer } from '../../emulators/aws/server.ts';
import { allow, trustServiceAccount, type AwsSetup } from '../../emulators/aws/setup.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import type { ServerCertificate } from '../../emulators/shared/certificate.ts';
import { makePod } from '../agent/in-process.ts';
import { planOf } from '../agent/plans.ts';
import type { AnswerFault, BenchOptions, Key, NetworkBench, PodToken, Target } from './bench.ts';
import { theAuthority, type Authority } from './certificates.ts';
import { Front } from './front.ts';
import { Names } from './names.ts';
import { PodClock, type OtherClock } from './pod-clock.ts';
import { Pod } from './pod.ts';
import { writtenToken } from './pod-token.ts';
import { planFiles, sources, Values } from './values.ts';

const host = 'aws.test';
const roleName = 'payments';
const audience = 'sts.amazonaws.com';

const trust = trustServiceAccount({ namespace: 'payments', serviceAccount: 'api' });

/** What most guides hand out, with batches. */
const readAll = allow(
  ['*'],
  ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret', 'secretsmanager:BatchGetSecretValue'],
);

const setup: AwsSetup = {
  region: 'eu-central-1',
  roles: { [roleName]: { trust, policy: readAll } },
};

const targets: Readonly<Record<Target, { readonly path?: string; readonly service?: 'sts' }>> = {
  all: {},
  login: { service: 'sts' },
  db: { path: 'secretsmanager/*payments/db*' },
};

interface Parts {
  readonly root: string;
  readonly clock: PodClock;
  readonly awsClock: OtherClock;
  readonly issuer: ServiceAccountIssuer;
  readonly aws: AwsServer;
  readonly front: Front;
  readonly authority: Authority;
}

/** A pod that assumes a role with its ServiceAccount's token and reads Secrets Manager. */
export class AwsBench implements NetworkBench {
  readonly kind = 'aws';
  readonly clock: PodClock;
  readonly front: Front;
  readonly names = new Names();
  readonly aws: AwsServer;
  readonly plan: Plan;
  readonly pod: Pod;
  readonly root: string;
  generation = 0;
  readonly #parts: Parts;
  readonly #values = new Values();
  #db: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.root = parts.root;
    this.front = parts.front;
    this.aws = parts.aws;
    this.plan = this.#makePlan();
    this.pod = new Pod({ plan: this.plan, clock: this.clock, root: this.root, names: this.names });
  }

  static async start({ clock = new PodClock(), root = makePod() }: BenchOptions = {}): Promise<AwsBench> {
    const awsClock = clock.other();
    const issuer = await ServiceAccountIssuer.create({ clock: clock.other(), keyType: 'rsa' });
    const trusted = await theAuthority();
    const certificate = await trusted.issue({ name: host, local: true });
    const aws = await startAwsServer({ clock: awsClock, keys: () => issuer.jwks(), setup, certificate });
    const front = await Front.open(Number(new URL(aws.url).port));
    const bench = new AwsBench({ root, clock, awsClock, issuer, aws, front, authority: trusted });
    for (const key of ['db', 'api'] as const)
      aws.createSecret(`payments/${key}`, { json: bench.#values.fields(key, 1) });
    bench.generation = 1;
    await bench.putToken({});
    return bench;
  }

  get folder(): string {
    return join(this.root, 'keyferry/secrets');
  }

  get canaries(): readonly string[] {
    return this.#values.canaries;
  }

  get server(): string {
    return `${host}:${this.front.port}`;
  }

  files(key: Key, generation: number): Readonly<Record<string, string>> {
    return this.#values.files(key, generation);
  }

  rotate(): Promise<void> {
    this.generation += 1;
    this.#write();
    return Promise.resolve();
  }

  /** From now on `db` is this text whatever is rotated; undefined: it is what it should be again. */
  keepDb(text: string | undefined): void {
    this.#db = text;
    this.#write();
  }

  certificate(validity: { fromDay?: number; toDay?: number } = {}): Promise<ServerCertificate> {
    return this.#parts.authority.issue({ name: host, ...validity });
  }

  certificateFor(name: string): Promise<ServerCertificate> {
    return this.#parts.authority.issue({ name });
  }

  answer(fault: AnswerFault, target: Target = 'all'): () => number {
    const active = this.aws.faults.add({ ...fault, ...targets[target] });
    return () => active.hits;
  }

  clearAnswers(): void {
    this.aws.faults.clear();
  }

  endLogins(): void {
    this.aws.revokeSessions();
  }

  async putToken(token: PodToken): Promise<void> {
    const file = join(this.root, 'keyferry/identity/tokens/aws');
    const text = await writtenToken(this.#parts.issuer, { audience, ...token });
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
  }

  backendClockAhead(milliseconds: number): void {
    this.#parts.awsClock.ahead = milliseconds;
  }

  refuseRole(refuses: boolean): void {
    const somebodyElse = trustServiceAccount({ namespace: 'payments', serviceAccount: 'somebody-else' });
    this.writeRole(refuses ? { trust: somebodyElse } : {});
  }

  /** Writes the role that the pod assumes. Default: as at the beginning. */
  writeRole(changes: Partial<Parameters<AwsServer['setRole']>[1]> = {}): void {
    this.aws.setRole(roleName, { trust, policy: readAll, ...changes });
  }

  #write(): void {
    this.aws.rotate('payments/api', { json: this.#values.fields('api', this.generation) });
    this.aws.rotate('payments/db', this.#db ?? { json: this.#values.fields('db', this.generation) });
  }

  async close(): Promise<void> {
    this.clearAnswers();
    await this.pod.stop();
    await this.front.close();
    await this.aws.close();
  }

  #makePlan(): Plan {
    const endpoint = `https://${this.server}`;
    return planOf({
      stores: [
        {
          name: 'aws-secretsmanager',
          kind: 'SecretStore',
          provider: {
            type: 'aws',
            region: 'eu-central-1',
            allowHttp: false,
            secretsManagerEndpoint: endpoint,
            stsEndpoint: endpoint,
            caBundle: this.#parts.authority.pem,
            prefix: '',
            auth: {
              token: 'aws',
              podIdentity: false,
              roles: [{ arn: `arn:aws:iam::111122223333:role/${roleName}` }],
              sessionName: 'payments-api',
            },
          },
        },
      ],
      sources: [...sources],
      files: [...planFiles],
    });
  }
}
