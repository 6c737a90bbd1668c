import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Clock } from '../../../../lib/clock.ts';
import { isRecord, textOr } from '../objects/types.ts';
import { certificatesIn } from './ca-bundle.ts';
import { connectSecurely } from './secure-connection.ts';

/** The port on this machine behind a service's address, `<name>.<namespace>.svc:<port>`; undefined where nobody listens. */
export type ServiceResolver = (address: string) => number | undefined;

interface Address {
  /** As error messages name it. */
  readonly url: URL;
  readonly host: string;
  readonly port: number;
}

const serviceAddress = (service: Record<string, unknown>, resolve: ServiceResolver): Address => {
  const name = `${textOr(service['name'], '')}.${textOr(service['namespace'], '')}.svc`;
  const port = typeof service['port'] === 'number' ? service['port'] : 443;
  const url = new URL(`https://${name}:${port}${textOr(service['path'], '/')}`);
  const local = resolve(`${name}:${port}`);
  if (local === undefined)
    throw new Error(`no endpoints available for service "${textOr(service['name'], '')}"`);
  return { url, host: '127.0.0.1', port: local };
};

const addressOf = (client: Record<string, unknown>, resolve: ServiceResolver): Address => {
  if (isRecord(client['service'])) return serviceAddress(client['service'], resolve);
  const url = new URL(textOr(client['url'], ''));
  if (url.protocol !== 'https:') throw new Error(`the webhook's url must be https, not ${url.protocol}`);
  return { url, host: url.hostname, port: url.port === '' ? 443 : Number(url.port) };
};

const readText = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const post = async (
  address: Address,
  caBundle: unknown,
  body: string,
  signal: AbortSignal,
): Promise<unknown> => {
  const { url, host, port } = address;
  const target = { host, port, name: url.hostname, authorities: certificatesIn(caBundle) };
  const socket = await connectSecurely(target, signal);
  const outgoing = request({
    createConnection: () => socket,
    method: 'POST',
    path: url.pathname + url.search,
    headers: { Host: url.host, 'Content-Type': 'application/json', Accept: 'application/json' },
    signal,
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const answer = await readText(response);
  if (response.statusCode !== 200) {
    throw new Error(`the server answered with status ${response.statusCode ?? 0}`);
  }
  return JSON.parse(answer) as unknown;
};

export interface WebhookCall {
  readonly clientConfig: unknown;
  readonly timeoutSeconds: number;
  readonly review: unknown;
}

/** Sends an AdmissionReview to a webhook and returns its answer. Throws, in the words of the API server, whatever goes wrong. */
export const callWebhook = async (
  { clientConfig, timeoutSeconds, review }: WebhookCall,
  { clock, resolve }: { readonly clock: Clock; readonly resolve: ServiceResolver },
): Promise<unknown> => {
  const client = isRecord(clientConfig) ? clientConfig : {};
  const address = addressOf(client, resolve);
  address.url.searchParams.set('timeout', `${timeoutSeconds}s`);
  const over = new AbortController();
  const done = new AbortController();
  void clock.sleep(timeoutSeconds * 1000, done.signal).then(
    () => {
      over.abort();
    },
    () => undefined,
  );
  try {
    return await post(address, client['caBundle'], JSON.stringify(review), over.signal);
  } catch (error) {
    const why = over.signal.aborted ? 'context deadline exceeded' : (error as Error).message;
    throw new Error(`failed to call webhook: Post "${address.url.href}": ${why}`, { cause: error });
  } finally {
    done.abort();
  }
};
