import type { IncomingHttpHeaders } from 'node:http';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { HttpRequest, Transport } from '../http/transport.ts';

/** What the SDK hands to its transport, signed. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Options of one `send`, which the SDK passes through. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal;
  /** Most bytes of the answer; default: the transport's. */
  readonly maximumBytes?: number;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** There is no answer, or none of AWS's. Thrown through the SDK, which knows only throwing. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly error: ProviderError;

  constructor(error: ProviderError) {
    super(error.code);
    this.error = error;
  }
}

/**
 * Secrets Manager speaks JSON, STS XML (https://smithy.io/2.0/aws/protocols/index.html). Told by how the body begins: what servers
 * that stand in for AWS say of its type is not always true.
 */
const awsBody = /^\s*(?:\{|<\?xml\s|<(?!html\b)[a-z])/i;

const isAwsBody = ({ body }: HttpAnswer): boolean =>
  awsBody.test(body.reveal().subarray(0, 64).toString('latin1'));

/** A proxy's or a login page's 403 must not look like a policy that denies; what a failing server says matters to nobody. */
const strangersError = (answer: HttpAnswer, { server }: Transport): ProviderError | undefined => {
  const { status } = answer;
  if (status >= 500 || status === 429 || isAwsBody(answer)) return undefined;
  return providerError(
    'unavailable',
    `${server}: the answer is not AWS's: it is neither JSON nor XML (HTTP ${status})`,
  );
};

const headerBag = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** What a failing server sent is not parsed: a load balancer answers in HTML. */
const readableBody = (answer: HttpAnswer): Uint8Array =>
  isAwsBody(answer) || answer.status < 400 ? answer.body.reveal() : new Uint8Array();

const requestBody = (body: unknown): { body?: string | Uint8Array } =>
  typeof body === 'string' || body instanceof Uint8Array ? { body } : {};

const toHttpRequest = (request: SdkRequest, { abortSignal, maximumBytes }: SendOptions): HttpRequest => {
  const { protocol, hostname, port, path, headers, body } = request;
  return {
    method: 'POST',
    url: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`,
    headers,
    // Every request of ours reads, or logs in: sent twice it does no more than once.
    repeatable: true,
    ...requestBody(body),
    ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    ...(maximumBytes === undefined ? {} : { maximumBytes }),
  };
};

/** The SDK's way to a server: our transport with its guards, its times and its limits, instead of the SDK's own. */
export class RequestHandler {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async handle(request: SdkRequest, options: object = {}): Promise<{ response: SdkResponse }> {
    // The SDK hands through what `send` was given; its own types know less of it.
    const answer = await this.#transport.request(toHttpRequest(request, options));
    if (!answer.ok) throw new ExchangeError(answer.error);
    const stranger = strangersError(answer.value, this.#transport);
    if (stranger !== undefined) throw new ExchangeError(stranger);
    const { status, headers } = answer.value;
    return {
      response: { statusCode: status, headers: headerBag(headers), body: readableBody(answer.value) },
    };
  }

  /** The transport is its store's to close. */
  destroy(): void {
    // Nothing of its own to end.
  }

  updateHttpClientConfig(): void {
    // There is nothing to set.
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}
