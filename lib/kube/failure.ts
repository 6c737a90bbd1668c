import { errorMessage } from '../error-message.ts';
import { isRecord } from './object.ts';
import type { KubeResponse } from './connection.ts';

/** Why the API server did not do what was asked, or why it could not be asked. */
export interface KubeFailure {
  /** HTTP status, or that of a `Status` object; undefined where no answer came. */
  readonly status: number | undefined;
  /** For people; carries no object of the cluster. */
  readonly message: string;
  /** The server asks not to be called before this. */
  readonly retryAfterMilliseconds?: number;
}

const longestMessage = 300;
const shorten = (text: string): string =>
  text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;

/** A `Status` object (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/) as a failure. */
export const statusFailure = (value: unknown, httpStatus?: number): KubeFailure => {
  const record = isRecord(value) && value['kind'] === 'Status' ? value : {};
  const code = typeof record['code'] === 'number' ? record['code'] : httpStatus;
  const message =
    typeof record['message'] === 'string' ? record['message'] : `HTTP ${code ?? 'status unknown'}`;
  return { status: code, message: shorten(message) };
};

const longestRetryAfter = 60;

/** An answer that is not a success. The text of a body that is not a `Status` is left out: it may be anything. */
export const responseFailure = async (response: KubeResponse): Promise<KubeFailure> => {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const seconds = Number(response.headers['retry-after']);
  const retry =
    seconds > 0 ? { retryAfterMilliseconds: Math.min(seconds, longestRetryAfter) * 1000 } : undefined;
  return { ...statusFailure(body, response.status), ...retry };
};

/** What was thrown below HTTP, with the cause that the library hides ("fetch failed"). */
export const thrownFailure = (error: unknown): KubeFailure => {
  const cause = isRecord(error) && isRecord(error['cause']) ? error['cause'] : error;
  return { status: undefined, message: shorten(errorMessage(cause)) };
};
