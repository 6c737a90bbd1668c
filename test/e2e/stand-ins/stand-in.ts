import { named, type Kubectl } from '../cluster/kubectl.ts';
import { withForwardedPort } from '../cluster/port-forward.ts';
import { standInHost, standInManifests, type StandInDescription } from './manifests.ts';
import { sendRequest, type HttpsRequest } from './request.ts';

export interface StandInOptions extends StandInDescription {
  readonly kubectl: Kubectl;
  /** Its program as one text. */
  readonly program: string;
}

/** Where a stand-in runs, and what. */
export type StandInPlace = Pick<StandInOptions, 'kubectl' | 'namespace' | 'image' | 'program'>;

type AdministratorRequest = Pick<HttpsRequest, 'method' | 'path' | 'headers' | 'body'>;

const rolloutSeconds = 120;

/** A stand-in that runs as a pod, reached by its administrator through a tunnel. */
export class StandIn {
  readonly #options: StandInOptions;
  /** PEM of the authority of its certificate. */
  readonly #authority: string;

  private constructor(options: StandInOptions, authority: string) {
    this.#options = options;
    this.#authority = authority;
  }

  /** Starts one in a namespace that is there already, and waits until it serves. */
  static async start(options: StandInOptions): Promise<StandIn> {
    const { kubectl, name, namespace, port, program } = options;
    await kubectl.create(...standInManifests(options, program));
    await kubectl.rolledOut(named(`deployment/${name}`, namespace), rolloutSeconds);
    // By way of the API server, which is trusted already.
    const authority = await kubectl.raw(
      `/api/v1/namespaces/${namespace}/services/https:${name}:${port}/proxy/_standin/ca.pem`,
    );
    return new StandIn(options, authority);
  }

  /** As pods reach it. */
  get url(): string {
    return `https://${standInHost(this.#options)}:${this.#options.port}`;
  }

  /** Base64, as stores want it. */
  get caBundle(): string {
    return Buffer.from(this.#authority).toString('base64');
  }

  /** Rejects unless the answer is a 2xx; gives its JSON, or undefined. */
  async send(request: AdministratorRequest): Promise<unknown> {
    const { kubectl, name, namespace, port } = this.#options;
    const target = { ...named(`deployment/${name}`, namespace), port };
    return withForwardedPort(kubectl, target, (localPort) =>
      sendRequest({
        ...request,
        port: localPort,
        serverName: standInHost(this.#options),
        authority: this.#authority,
      }),
    );
  }

  /** Asks for one of its own pages, with its administrator's token. */
  async ask(adminToken: string, method: 'GET' | 'POST', page: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${adminToken}` };
    return this.send({ method, path: `/_standin/${page}`, headers, ...(body !== undefined && { body }) });
  }
}
