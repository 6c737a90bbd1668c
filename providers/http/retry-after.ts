const longestMilliseconds = 24 * 60 * 60 * 1000;

const milliseconds = (header: string, now: number): number =>
  /^[0-9]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;

/**
 * `Retry-After` in milliseconds from now: seconds or an HTTP date (https://www.rfc-editor.org/rfc/rfc9110#name-retry-after);
 * undefined where it is missing, says neither or lies in the past. At most a day.
 */
export const retryAfterMilliseconds = (header: string | undefined, now: number): number | undefined => {
  const wait = milliseconds(header?.trim() ?? '', now);
  return wait > 0 ? Math.min(wait, longestMilliseconds) : undefined;
};
