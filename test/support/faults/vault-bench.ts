import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../../lib/plan.ts';
import { ServiceAccountIssuer } from '../../emulators/issuer/issuer.ts';
import type { ServerCertificate } from '../../emulators/shared/certificate.ts';
import { startVaultServer, type VaultServer } from '../../emulators/vault/server.ts';
import type { VaultSetup } from '../../emulators/vault/setup.ts';
import { makePod } from '../agent/in-process.ts';
import { planOf } from '../agent/plans.ts';
import type { AnswerFault, BenchOptions, Key, NetworkBench, PodToken, Target } from './bench.ts';
import { theAuthority, type Authority } from './certificates.ts';
import { Front } from './front.ts';
import { Names } from './names.ts';
import { PodClock, type OtherClock } from './pod-clock.ts';
import { writtenToken } from './pod-token.ts';
import { Pod } from './pod.ts';
import { planFiles, sources, Values } from './values.ts';

const host = 'vault.test';

const role = {
  bound_service_account_names: ['api'],
  bound_service_account_namespaces: ['payments'],
  audience: 'vault',
  token_policies: ['app'],
  token_ttl: '15m',
};

const policy = `
  path "kv/data/payments/*" { capabilities = ["read"] }
  path "database/creds/readonly" { capabilities = ["read"] }
`;

const setup: VaultSetup = {
  policies: { app: policy },
  auth: { kubernetes: { type: 'kubernetes', roles: { app: role } } },
  mounts: {
    kv: {},
    database: { type: 'database', roles: { readonly: { default_ttl: '1h', max_ttl: '24h' } } },
  },
};

const targets: Readonly<Record<Target, string>> = {
  all: '*',
  login: 'auth/kubernetes/login',
  db: 'kv/data/payments/db',
};

interface Parts {
  readonly root: string;
  readonly clock: PodClock;
  readonly vaultClock: OtherClock;
  readonly issuer: ServiceAccountIssuer;
  readonly vault: VaultServer;
  readonly front: Front;
  readonly authority: Authority;
}

/** A pod that logs in at a Vault with its ServiceAccount's token and reads KV version 2. */
export class VaultBench implements NetworkBench {
  readonly kind = 'vault';
  readonly clock: PodClock;
  readonly front: Front;
  readonly names = new Names();
  readonly vault: VaultServer;
  readonly pod: Pod;
  readonly plan: Plan;
  readonly root: string;
  generation = 0;
  readonly #parts: Parts;
  readonly #values = new Values();
  #db: Readonly<Record<string, unknown>> | 'deleted' | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.root = parts.root;
    this.front = parts.front;
    this.vault = parts.vault;
    this.plan = this.#makePlan();
    this.pod = new Pod({ plan: this.plan, clock: this.clock, root: this.root, names: this.names });
  }

  static async start({ clock = new PodClock(), root = makePod() }: BenchOptions = {}): Promise<VaultBench> {
    const vaultClock = clock.other();
    const issuer = await ServiceAccountIssuer.create({ clock: clock.other(), keyType: 'ec' });
    const trusted = await theAuthority();
    const certificate = await trusted.issue({ name: host, local: true });
    const keys = () => issuer.jwks();
    const vault = await startVaultServer({ clock: vaultClock, keys, setup, certificate });
    const front = await Front.open(vault.port);
    const bench = new VaultBench({ root, clock, vaultClock, issuer, vault, front, authority: trusted });
    await bench.putToken({});
    await bench.rotate();
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

  async rotate(): Promise<void> {
    this.generation += 1;
    await this.#write();
  }

  /** From now on `db` is this whatever is rotated, or it is deleted; undefined: it is what it should be again. */
  async keepDb(fields: Readonly<Record<string, unknown>> | 'deleted' | undefined): Promise<void> {
    this.#db = fields;
    await this.#write();
  }

  certificate(validity: { fromDay?: number; toDay?: number } = {}): Promise<ServerCertificate> {
    return this.#parts.authority.issue({ name: host, ...validity });
  }

  certificateFor(name: string): Promise<ServerCertificate> {
    return this.#parts.authority.issue({ name });
  }

  answer(fault: AnswerFault, target: Target = 'all'): () => number {
    const active = this.vault.faults.add({ ...fault, path: targets[target] });
    return () => active.hits;
  }

  clearAnswers(): void {
    this.vault.faults.clear();
  }

  endLogins(): void {
    this.vault.revokeAllTokens();
  }

  async putToken(token: PodToken): Promise<void> {
    const file = join(this.root, 'keyferry/identity/tokens/vault');
    const text = await writtenToken(this.#parts.issuer, { audience: 'vault', ...token });
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
  }

  backendClockAhead(milliseconds: number): void {
    this.#parts.vaultClock.ahead = milliseconds;
  }

  refuseRole(refuses: boolean): Promise<void> {
    const names = refuses ? ['somebody-else'] : role.bound_service_account_names;
    return this.vault.role('kubernetes', 'app', { ...role, bound_service_account_names: names });
  }

  /** Writes the policy of that role; default: the one that lets the pod read. */
  writePolicy(rules = policy): Promise<void> {
    return this.vault.policy('app', rules);
  }

  async #write(): Promise<void> {
    await this.vault.write('kv/payments/api', this.#values.fields('api', this.generation));
    if (this.#db === 'deleted') await this.vault.delete('kv/payments/db');
    else await this.vault.write('kv/payments/db', this.#db ?? this.#values.fields('db', this.generation));
  }

  async close(): Promise<void> {
    this.clearAnswers();
    await this.pod.stop();
    await this.front.close();
    await this.vault.close();
  }

  #makePlan(): Plan {
    return planOf({
      stores: [
        {
          name: 'vault-backend',
          kind: 'SecretStore',
          provider: {
            type: 'vault',
            server: `https://${this.server}`,
            allowHttp: false,
            path: 'kv',
            kvVersion: 'v2',
            caBundle: this.#parts.authority.pem,
            auth: { method: 'kubernetes', mountPath: 'kubernetes', role: 'app', token: 'vault' },
          },
        },
      ],
      sources: [...sources],
      files: [...planFiles],
    });
  }
}
