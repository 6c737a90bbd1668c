import { randomBytes, randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../cluster/objects.ts';
import { testNamespacePrefix } from '../cluster/preflight.ts';
import { standInHost } from '../stand-ins/manifests.ts';
import { StandIn, type StandInPlace } from '../stand-ins/stand-in.ts';

const name = 'bitwarden';
const port = 8443;
/** Where the stand-in runs, below the prefix: the broker's configuration names it before it is there. */
export const bitwardenNamespace = 'bitwarden';
const host = standInHost({ name, namespace: `${testNamespacePrefix}${bitwardenNamespace}` });
const apiUrl = `https://${host}:${port}/api`;
const identityUrl = `https://${host}:${port}/identity`;
export const bitwardenServers = [apiUrl, identityUrl];

const organizationId = randomUUID();
const projectId = randomUUID();

/** What there is from the start; the values are replaced by each scenario. */
export const bitwardenSecrets = { rotation: 'e2e-rotation', example: 'payments-smtp-password' };

interface Issued {
  readonly token: string;
}

interface Counters {
  readonly requests: readonly { readonly operation: string; readonly status: number }[];
}

/** A stand-in for Bitwarden Secrets Manager that runs as a pod, and what its administrator does. */
export class Bitwarden {
  readonly #standIn: StandIn;
  readonly #adminToken: string;
  /** What the machine account logs in with. */
  readonly accessToken: string;

  private constructor(standIn: StandIn, adminToken: string, accessToken: string) {
    this.#standIn = standIn;
    this.#adminToken = adminToken;
    this.accessToken = accessToken;
  }

  /** Starts one in its namespace, which is there already, and waits until it serves. */
  static async start(options: StandInPlace): Promise<Bitwarden> {
    const adminToken = randomBytes(18).toString('base64url');
    const configuration = {
      adminToken,
      dnsNames: [host, '127.0.0.1'],
      organizationId,
      projects: { payments: { id: projectId } },
      secrets: Object.values(bitwardenSecrets).map((key) => ({
        key,
        value: 'not yet written',
        project: 'payments',
      })),
      machineAccounts: { broker: { projects: ['payments'] } },
    };
    const standIn = await StandIn.start({ ...options, name, port, configuration });
    const { token } = (await standIn.ask(adminToken, 'POST', 'issue-token', { account: 'broker' })) as Issued;
    return new Bitwarden(standIn, adminToken, token);
  }

  get url(): string {
    return this.#standIn.url;
  }

  /** The fields of a store that say where it is, whom to trust and which project is meant. */
  get address(): object {
    const { caBundle } = this.#standIn;
    return {
      apiURL: apiUrl,
      identityURL: identityUrl,
      caBundle,
      organizationID: organizationId,
      projectID: projectId,
    };
  }

  /** Gives a secret another value. */
  async write(secret: string, value: string): Promise<void> {
    await this.#standIn.ask(this.#adminToken, 'POST', 'rotate', { secret, value });
  }

  /** The operations that it answered, as far as it remembers. */
  async operations(): Promise<readonly string[]> {
    const answer = await this.#standIn.ask(this.#adminToken, 'GET', 'requests');
    return (answer as Counters).requests.map(({ operation }) => operation);
  }

  /** A ClusterSecretStore for this organisation; `more` stands beside its provider. */
  store(storeName: string, more: object = {}): KubernetesObject {
    return {
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'ClusterSecretStore',
      metadata: { name: storeName },
      spec: {
        provider: {
          bitwardensecretsmanager: {
            ...this.address,
            auth: { secretRef: { credentials: { name: 'bitwarden', key: 'token' } } },
          },
        },
        ...more,
      },
    };
  }
}
