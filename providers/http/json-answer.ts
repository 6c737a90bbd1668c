import { parseJsonKeepingNumbers } from '../../lib/json.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { HttpAnswer } from './exchange.ts';

/** Why an answer is not JSON. */
export type JsonProblem = 'its content type is not JSON' | 'it is not complete JSON';

const jsonContentType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * The body as JSON, numbers as the server wrote them (lib/json.ts). The problem carries nothing of the body.
 * `contentType` matches the accepted ones; default: `application/json` and `application/*+json`.
 */
export const readJson = (
  { headers, body }: HttpAnswer,
  contentType: RegExp = jsonContentType,
): Result<unknown, JsonProblem> => {
  if (!contentType.test(headers['content-type'] ?? '')) return err('its content type is not JSON');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body.reveal());
    return ok(parseJsonKeepingNumbers(text));
  } catch {
    // Broken UTF-8, broken JSON, or JSON nested so deep that reading it exhausts the stack.
    return err('it is not complete JSON');
  }
};
