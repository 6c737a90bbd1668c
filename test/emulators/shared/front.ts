import { Listener, listenerOf } from './listener.ts';
import type { ServerCertificate } from './certificate.ts';

export interface FrontOptions {
  /** Where to listen; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** The HTTPS port; a free one by default. */
  readonly port?: number | undefined;
  /** A plain HTTP port beside it, 0 for a free one; none by default. */
  readonly httpPort?: number | undefined;
}

/** An HTTPS port, and a plain one beside it where that is wanted. */
export class Front {
  readonly #https: Listener;
  readonly #plain: Listener | undefined;

  constructor(
    handle: Parameters<typeof listenerOf>[0],
    certificate: ServerCertificate,
    { host = '127.0.0.1', port = 0, httpPort, asksClients = false }: FrontOptions & { asksClients?: boolean },
  ) {
    const listener = listenerOf(handle);
    this.#https = new Listener(listener, { host, port, asksClients }, certificate);
    this.#plain =
      httpPort === undefined ? undefined : new Listener(listener, { host, port: httpPort }, undefined);
  }

  get port(): number {
    return this.#https.port;
  }

  /** `https://127.0.0.1:<port>`. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** The plain address, where there is one. */
  get httpUrl(): string | undefined {
    return this.#plain && `http://127.0.0.1:${this.#plain.port}`;
  }

  async open(): Promise<void> {
    await this.#https.open();
    await this.#plain?.open();
  }

  /** Cuts all connections and refuses new ones on the same ports. */
  async close(): Promise<void> {
    await this.#https.close();
    await this.#plain?.close();
  }
}
