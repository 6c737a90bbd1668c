import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from '../../emulators/shared/certificate.ts';

/** Somebody who answers in a store's place, and what he was sent. */
export interface Impostor {
  readonly port: number;
  /** Requests that reached him: with each of them came a token. */
  readonly requests: () => number;
  readonly close: () => Promise<void>;
}

/** Starts an impostor with a certificate, or without TLS where there is none. He answers everything with the same JSON. */
export const startImpostor = async (certificate?: ServerCertificate, json = '{}'): Promise<Impostor> => {
  let requests = 0;
  const answer: RequestListener = (_request, response) => {
    requests += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(json);
  };
  const server =
    certificate === undefined
      ? createHttpServer(answer)
      : createHttpsServer({ key: certificate.key, cert: certificate.certificate }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
