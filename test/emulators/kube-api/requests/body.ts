import type { IncomingMessage } from 'node:http';
import { isRecord } from '../objects/types.ts';
import { refuse } from './status.ts';

const limit = 3 * 1024 * 1024;

const readAll = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw refuse(413, `Request entity too large: limit is ${limit}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

/** The media type of a body, without its parameters. */
export const mediaType = (message: IncomingMessage): string =>
  (message.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(400, 'the object provided is unrecognized (must be of type application/json)');
  }
};

/** The body of a request whose media type must be one of these. */
export const readBody = async (message: IncomingMessage, types: readonly string[]): Promise<unknown> => {
  const type = mediaType(message);
  if (!types.includes(type)) {
    message.resume();
    throw refuse(
      415,
      `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`,
    );
  }
  return parse(await readAll(message));
};

/** The body of a DELETE, which may have none. */
export const readOptions = async (message: IncomingMessage): Promise<Record<string, unknown>> => {
  const text = await readAll(message);
  const options = text === '' ? {} : parse(text);
  return isRecord(options) ? options : {};
};
