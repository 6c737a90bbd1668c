import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from './certificate.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Cuts the connection of a request that could not be handled. */
export const listenerOf =
  (handle: Handle): RequestListener =>
  (request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error('the request could not be handled'));
    });
  };

/** One port that can be closed and opened again, always the same one. */
export class Listener {
  readonly #handler: RequestListener;
  readonly #certificate: ServerCertificate | undefined;
  readonly #host: string;
  readonly #asksClients: boolean;
  #port: number;
  #server: Server | undefined;

  /** Port 0 picks a free one at the first `open`. Without a certificate it is plain HTTP. */
  constructor(
    handler: RequestListener,
    address: {
      readonly host: string;
      readonly port: number;
      /** Whether clients are asked for a certificate, which they may have or not, of whoever; they are not by default. */
      readonly asksClients?: boolean;
    },
    certificate: ServerCertificate | undefined,
  ) {
    this.#handler = handler;
    this.#certificate = certificate;
    this.#host = address.host;
    this.#asksClients = address.asksClients ?? false;
    this.#port = address.port;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens. Rejects when the port cannot be had. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const { key, certificate } = this.#certificate ?? {};
    const server =
      key === undefined || certificate === undefined
        ? createHttpServer(this.#handler)
        : createHttpsServer(
            { key, cert: certificate, requestCert: this.#asksClients, rejectUnauthorized: false },
            this.#handler,
          );
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, this.#host, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}
