import { parseChecked } from '../template/checked.ts';

/** Why a text cannot be a template, with its line, in Go's words; undefined where it can. To be read after its place. */
export const templateFault = (name: string, text: string): string | undefined => {
  const parsed = parseChecked(name, text);
  return parsed.ok ? undefined : `is no template: ${parsed.error}`;
};
