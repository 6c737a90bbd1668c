import { randomBytes } from 'node:crypto';

/** A value that nothing but a file may ever show: with characters that every encoding changes, and never the same twice. */
export const makeCanary = (): string => `canary/+"\\%&é ${randomBytes(12).toString('hex')}`;

/** The forms in which a value leaks: as it is, and in base64, URL-encoded and JSON-escaped. */
const formsOf = (canary: string): readonly string[] => {
  const base64 = Buffer.from(canary).toString('base64');
  return [
    canary,
    // Without what depends on the bytes around it.
    base64.slice(0, -4),
    Buffer.from(canary).toString('base64url').slice(0, -4),
    encodeURIComponent(canary),
    JSON.stringify(canary).slice(1, -1),
    Buffer.from(canary).toString('hex'),
    // The part that no encoding changes.
    canary.slice(-24),
  ];
};

/** Where a canary shows up, by the names of the texts; empty where it nowhere does. */
export const leaksOf = (
  canaries: readonly string[],
  texts: Readonly<Record<string, string>>,
): readonly string[] =>
  Object.entries(texts).flatMap(([name, text]) =>
    canaries.flatMap(formsOf).some((form) => text.includes(form)) ? [name] : [],
  );
