import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../cluster/objects.ts';
import { standInHost } from '../stand-ins/manifests.ts';
import { StandIn, type StandInPlace } from '../stand-ins/stand-in.ts';
import { serviceAccount } from '../vault/configuration.ts';
import { awsConfiguration, region } from './configuration.ts';

/** A request that it answered, as far as it remembers. */
export interface AwsRequest {
  readonly operation: string;
  readonly resource: string;
  readonly status: number;
}

const name = 'aws';
const port = 8443;

/** A stand-in for STS and Secrets Manager that runs as a pod, and what the account's administrator does. */
export class Aws {
  readonly #standIn: StandIn;
  readonly #adminToken: string;

  private constructor(standIn: StandIn, adminToken: string) {
    this.#standIn = standIn;
    this.#adminToken = adminToken;
  }

  /** Starts one in a namespace that is there already, and waits until it serves. */
  static async start(options: StandInPlace): Promise<Aws> {
    const { kubectl, namespace } = options;
    const adminToken = randomBytes(18).toString('base64url');
    const discovery: unknown = JSON.parse(await kubectl.raw('/.well-known/openid-configuration'));
    const { issuer } = discovery as { issuer: string };
    const host = standInHost({ name, namespace });
    const configuration = awsConfiguration({ adminToken, host, issuer });
    return new Aws(await StandIn.start({ ...options, name, port, configuration }), adminToken);
  }

  get url(): string {
    return this.#standIn.url;
  }

  /** The fields of a store that say where it is and whom to trust. */
  get address(): object {
    const { url, caBundle } = this.#standIn;
    return { endpoints: { secretsManager: url, sts: url }, caBundle };
  }

  /** Gives a secret a new version. */
  async write(secret: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await this.#ask('POST', 'rotate', { name: secret, value: { json: fields } });
  }

  /** Refuses all connections for so long; nothing is forgotten meanwhile. */
  async goDown(milliseconds: number): Promise<void> {
    await this.#ask('POST', 'refuse', { milliseconds });
  }

  async requests(): Promise<readonly AwsRequest[]> {
    const answer = (await this.#ask('GET', 'requests')) as { requests: readonly AwsRequest[] };
    return answer.requests;
  }

  /** A store for this account. The role is the ServiceAccount's own, with `more` fields besides. */
  store(storeName: string, namespace: string, more: object = {}): KubernetesObject {
    return {
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'SecretStore',
      metadata: { name: storeName, namespace },
      spec: {
        provider: {
          aws: {
            service: 'SecretsManager',
            region,
            ...this.address,
            auth: { jwt: { serviceAccountRef: { name: serviceAccount } } },
            ...more,
          },
        },
      },
    };
  }

  #ask(method: 'GET' | 'POST', page: string, body?: object): Promise<unknown> {
    return this.#standIn.ask(this.#adminToken, method, page, body);
  }
}
