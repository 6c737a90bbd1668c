const pattern = /^\.\.\d{4}(?:_\d{2}){5}\.[0-9a-f]{16}$/;

/**
 * A new generation's folder: hidden, sortable by time, unlike any other: `..2026_01_31_12_00_00.0123456789abcdef`.
 *
 * @param now milliseconds since the epoch
 * @param random 16 hexadecimal digits
 */
export const generationName = (now: number, random: string): string =>
  `..${new Date(now).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_')}.${random}`;

/** Whether a name in the volume is one that `generationName` makes. Nothing else is ever followed or removed. */
export const isGenerationName = (name: string): boolean => pattern.test(name);
