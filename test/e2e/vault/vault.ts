import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../cluster/objects.ts';
import { standInHost } from '../stand-ins/manifests.ts';
import { StandIn, type StandInPlace } from '../stand-ins/stand-in.ts';
import { audience, role, serviceAccount, vaultConfiguration } from './configuration.ts';

const name = 'vault';
const port = 8200;

/** The ways in which a pod logs in with its own identity, as a store's `auth`. */
const logins = {
  kubernetes: {
    kubernetes: {
      mountPath: 'kubernetes',
      role,
      serviceAccountRef: { name: serviceAccount, audiences: [audience] },
    },
  },
  jwt: { jwt: { path: 'jwt', role } },
};

/** A stand-in Vault that runs as a pod, and what its administrator does. */
export class Vault {
  readonly #standIn: StandIn;
  readonly #rootToken: string;

  private constructor(standIn: StandIn, rootToken: string) {
    this.#standIn = standIn;
    this.#rootToken = rootToken;
  }

  /** Starts one in a namespace that is there already, and waits until it serves. */
  static async start(options: StandInPlace): Promise<Vault> {
    const rootToken = randomBytes(18).toString('base64url');
    const { namespace } = options;
    const configuration = vaultConfiguration(rootToken, standInHost({ name, namespace }));
    return new Vault(await StandIn.start({ ...options, name, port, configuration }), rootToken);
  }

  get url(): string {
    return this.#standIn.url;
  }

  /** The fields of a store that say where it is and whom to trust. */
  get address(): { readonly server: string; readonly caBundle: string } {
    return { server: this.url, caBundle: this.#standIn.caBundle };
  }

  /** Writes a new version of a secret. */
  async write(key: string, data: Readonly<Record<string, string>>): Promise<void> {
    await this.#send('POST', `/v1/kv/data/${key}`, { data });
  }

  /** Refuses all connections for so long, as a Vault that is down does; nothing is forgotten meanwhile. */
  async goDown(milliseconds: number): Promise<void> {
    await this.#send('POST', '/_standin/refuse', { milliseconds });
  }

  /** The ids of the leases that live. */
  async leases(): Promise<readonly string[]> {
    const answer = (await this.#send('GET', '/_standin/leases')) as { leases: readonly string[] };
    return answer.leases;
  }

  /** A store for this Vault. `auth` is one of the two ways for pods to log in by themselves. */
  store(name: string, namespace: string, auth: keyof typeof logins = 'kubernetes'): KubernetesObject {
    return {
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'SecretStore',
      metadata: { name, namespace },
      spec: {
        provider: {
          vault: {
            ...this.address,
            path: 'kv',
            version: 'v2',
            auth: logins[auth],
          },
        },
      },
    };
  }

  async #send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const headers = { 'x-vault-token': this.#rootToken };
    return this.#standIn.send({ method, path, headers, ...(body === undefined ? {} : { body }) });
  }
}
