import { randomUUID } from 'node:crypto';

const form = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is a UUID with hyphens, the one form that is taken here. */
export const isUuid = (text: string): boolean => form.test(text);

/** An id that was chosen, else one that is made up. Throws on one that is no UUID. */
export function idOr(id: string | undefined): string {
  if (id === undefined) return randomUUID();
  if (!isUuid(id)) throw new Error(`${id} is no UUID`);
  return id.toLowerCase();
}
