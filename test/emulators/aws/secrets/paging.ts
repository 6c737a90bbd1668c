import { ok } from '../../../../lib/result.ts';
import { refuse } from '../wire/answer.ts';
import type { Outcome } from '../wire/answer.ts';

interface Page<T> {
  readonly items: readonly T[];
  /** For the next page; undefined on the last one. */
  readonly nextToken: string | undefined;
}

const encode = (offset: number): string => Buffer.from(`page ${offset}`).toString('base64');

function offsetOf(token: string): number | undefined {
  const match = /^page (\d+)$/.exec(Buffer.from(token, 'base64').toString());
  return match === null ? undefined : Number(match[1]);
}

/** Cuts a page out of a list. */
export function pageOf<T>(items: readonly T[], size: number, token: string | undefined): Outcome<Page<T>> {
  const offset = token === undefined ? 0 : offsetOf(token);
  if (offset === undefined)
    return refuse(400, 'InvalidNextTokenException', 'The NextToken value is invalid.');
  const end = offset + size;
  return ok({
    items: items.slice(offset, end),
    nextToken: end < items.length ? encode(end) : undefined,
  });
}
