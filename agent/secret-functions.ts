import { isJsonObject, keptNumber, parseJsonKeepingNumbers } from '../lib/json.ts';
import { fromByteString, toByteString } from '../lib/template/utf8.ts';
import {
  booleanValue,
  floatValue,
  FunctionError,
  integerValue,
  listValue,
  mapValue,
  nil,
  stringValue,
  type TemplateFunction,
  type Value,
} from '../lib/template/value.ts';
import type { NamedSecrets } from './core/tools.ts';

/** What templates of annotations can call beside all others. */
export const secretFunctionNames: readonly string[] = ['secret', 'secretData'];

const smallestInteger = -(1n << 63n);
const largestInteger = (1n << 63n) - 1n;

const numberValue = (text: string): Value => {
  if (/^-?[0-9]+$/.test(text)) {
    const value = BigInt(text);
    if (value >= smallestInteger && value <= largestInteger) return integerValue(value, 'int64');
  }
  return floatValue(Number(text));
};

/** A JSON value as templates see it; integers of 64 bits are integers, so that they print as they are written. */
const templateValue = (value: unknown): Value => {
  if (typeof value === 'string') return stringValue(toByteString(value));
  if (typeof value === 'boolean') return booleanValue(value);
  const number = keptNumber(value);
  if (number !== undefined) return numberValue(number);
  if (Array.isArray(value)) return listValue(value.map(templateValue));
  return isJsonObject(value)
    ? mapValue(Object.entries(value).map(([name, field]) => [toByteString(name), templateValue(field)]))
    : nil;
};

const readObject = (bytes: Buffer): Value | undefined => {
  try {
    const value = parseJsonKeepingNumbers(bytes.toString('utf8'));
    return isJsonObject(value) ? templateValue(value) : undefined;
  } catch {
    // Its message may quote the value.
    return undefined;
  }
};

/** `secret "ref"` is the ref's value, `secretData "ref"` its fields; of a missing optional one nothing and none. */
export const secretFunctions = (secrets: NamedSecrets): readonly TemplateFunction[] => {
  const find = (argument: Value | undefined): Buffer | undefined => {
    const ref = argument?.kind === 'string' ? fromByteString(argument.value) : '';
    if (!secrets.has(ref)) throw new FunctionError(`there is no ref ${JSON.stringify(ref)} in the plan`);
    return secrets.get(ref);
  };
  return [
    {
      name: 'secret',
      parameters: ['string'],
      call: ([ref]) => stringValue(find(ref)?.toString('latin1') ?? ''),
    },
    {
      name: 'secretData',
      parameters: ['string'],
      call: ([ref]) => {
        const bytes = find(ref);
        const fields = bytes === undefined ? mapValue([]) : readObject(bytes);
        if (fields === undefined)
          throw new FunctionError('the secret is not a JSON object, so it has no fields');
        return fields;
      },
    },
  ];
};
