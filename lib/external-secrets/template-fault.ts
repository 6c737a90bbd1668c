import { functionNames } from '../template/functions/table.ts';
import { parseChecked } from '../template/checked.ts';
import type { Fields } from '../stores/fields.ts';
import { parseTemplate } from '../template/template.ts';

/** Why a text cannot be a template, with its line, in Go's words; undefined where it can. To be read after its place, a field of `fields`. */
export const templateFault = (name: string, text: string, fields: Fields): string | undefined => {
  const parsed = fields.suggests ? parseChecked(name, text) : parseTemplate(name, text, functionNames);
  return parsed.ok ? undefined : `is no template: ${parsed.error}`;
};
