import { readBody } from '../../shared/read-body.ts';
import type { IncomingMessage } from 'node:http';

/** A request as it came: what a signature covers. */
export interface RawRequest {
  readonly method: string;
  /** As it was sent, still encoded. */
  readonly path: string;
  readonly query: string;
  /** In the order and spelling in which they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

const maxBodyBytes = 1024 * 1024;

/** Reads a whole request; undefined where the body is larger than 1 MiB. */
export async function readRawRequest(request: IncomingMessage): Promise<RawRequest | undefined> {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return undefined;
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(request.url ?? '/') ?? [];
  const headers = request.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? [[name, all[index + 1] ?? ''] as const] : [],
  );
  return { method: request.method ?? '', path, query, headers, body };
}

/** A header's value, several of one name joined by commas; undefined where it was not sent. */
export function headerOf(request: RawRequest, name: string): string | undefined {
  const values = request.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(',');
}
