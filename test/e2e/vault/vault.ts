import { randomBytes } from 'node:crypto';
import { named, type Kubectl } from '../cluster/kubectl.ts';
import type { KubernetesObject } from '../cluster/objects.ts';
import { withForwardedPort } from '../cluster/port-forward.ts';
import { audience, role, serviceAccount, vaultHost, vaultManifests, vaultPort } from './manifests.ts';
import { sendRequest } from './request.ts';

export interface VaultOptions {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly image: string;
  /** `bundleVault`'s. */
  readonly program: string;
}

const rolloutSeconds = 120;

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
  readonly #kubectl: Kubectl;
  readonly #namespace: string;
  readonly #rootToken: string;
  /** PEM of the authority of its certificate. */
  readonly #authority: string;

  private constructor(options: VaultOptions, rootToken: string, authority: string) {
    this.#kubectl = options.kubectl;
    this.#namespace = options.namespace;
    this.#rootToken = rootToken;
    this.#authority = authority;
  }

  /** Starts one in a namespace that is there already, and waits until it serves. */
  static async start(options: VaultOptions): Promise<Vault> {
    const { kubectl, namespace, image, program } = options;
    const rootToken = randomBytes(18).toString('base64url');
    await kubectl.create(...vaultManifests({ namespace, image, rootToken }, program));
    await kubectl.rolledOut(named('deployment/vault', namespace), rolloutSeconds);
    // By way of the API server, which is trusted already.
    const authority = await kubectl.raw(
      `/api/v1/namespaces/${namespace}/services/https:vault:${vaultPort}/proxy/_standin/ca.pem`,
    );
    return new Vault(options, rootToken, authority);
  }

  get url(): string {
    return `https://${vaultHost(this.#namespace)}:${vaultPort}`;
  }

  /** The fields of a store that say where it is and whom to trust. */
  get address(): { readonly server: string; readonly caBundle: string } {
    return { server: this.url, caBundle: Buffer.from(this.#authority).toString('base64') };
  }

  /** Writes a new version of a secret. */
  async write(key: string, data: Readonly<Record<string, string>>): Promise<void> {
    await this.#send('POST', `/v1/kv/data/${key}`, { data });
  }

  /** Refuses all connections for so long, as a Vault that is down does; nothing is forgotten meanwhile. */
  async goDown(milliseconds: number): Promise<void> {
    await this.#send('POST', '/_standin/refuse', { milliseconds });
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

  async #send(method: 'GET' | 'POST' | 'DELETE', path: string, body: object): Promise<unknown> {
    const target = { ...named('deployment/vault', this.#namespace), port: vaultPort };
    return withForwardedPort(this.#kubectl, target, (port) =>
      sendRequest({
        port,
        serverName: vaultHost(this.#namespace),
        authority: this.#authority,
        method,
        path,
        token: this.#rootToken,
        body,
      }),
    );
  }
}
