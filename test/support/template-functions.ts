import { randomBytes } from 'node:crypto';
import { execute, parseTemplate } from '../../lib/template/template.ts';
import { functionNames, loadFunctions } from '../../lib/template/functions/table.ts';
import { fromByteString, toByteString } from '../../lib/template/utf8.ts';
import { defaultLimits } from '../../lib/template/limits.ts';
import { mapValue, stringValue } from '../../lib/template/value.ts';

const functions = await loadFunctions(functionNames);

export interface RenderOptions {
  readonly now?: number;
  readonly workBytes?: number;
}

/** What a template makes of texts, as bytes; a failure is thrown. */
export const renderBytes = (
  template: string,
  data: Readonly<Record<string, string | Buffer>> = {},
  { now = Date.UTC(2026, 0, 2, 3, 4, 5), workBytes = defaultLimits.workBytes }: RenderOptions = {},
): Buffer => {
  const parsed = parseTemplate('template', template, functionNames);
  if (!parsed.ok) throw new Error(parsed.error);
  const entries = Object.entries(data).map(
    ([key, value]) =>
      [
        toByteString(key),
        stringValue(typeof value === 'string' ? toByteString(value) : value.toString('latin1')),
      ] as const,
  );
  const result = execute(parsed.value, mapValue(entries, 'string'), {
    functions,
    now: () => now,
    randomBytes: (size) => randomBytes(size),
    limits: { ...defaultLimits, workBytes },
  });
  if (!result.ok) throw new Error(result.error);
  return Buffer.from(result.value, 'latin1');
};

export const renderText = (...given: Parameters<typeof renderBytes>): string =>
  fromByteString(renderBytes(...given).toString('latin1'));
