import { err, ok, type Result } from '../../../result.ts';
import { formatFloat } from '../../format/float.ts';
import { toByteString } from '../../utf8.ts';
import { booleanValue, floatValue, nil, stringValue, type Value } from '../../value.ts';
import { decodeBase64 } from '../base64.ts';
import { type Resolved, resolve } from './resolve.ts';

const core = 'tag:yaml.org,2002:';

const readBinary = (text: string): Result<Value, string> => {
  const bytes = decodeBase64(text);
  return bytes === undefined
    ? err('yaml: !!binary value contains invalid base64 data')
    : ok(stringValue(bytes.toString('latin1')));
};

const valueOf = (resolved: Resolved, text: string): Result<Value, string> => {
  switch (resolved.kind) {
    case 'null':
      return ok(nil);
    case 'boolean':
      return ok(booleanValue(resolved.value));
    case 'integer':
      return ok(floatValue(Number(resolved.value)));
    case 'float':
      return ok(floatValue(resolved.value));
    case 'timestamp':
    case 'text':
      return ok(stringValue(toByteString(text)));
  }
};

/** Kinds that a tag asks for. */
const kindsByTag = new Map<string, readonly Resolved['kind'][]>([
  [`${core}bool`, ['boolean']],
  [`${core}int`, ['integer']],
  [`${core}float`, ['float', 'integer']],
  [`${core}null`, ['null']],
  [`${core}timestamp`, ['timestamp']],
]);

/** A scalar: its text, its tag if it has one, and whether it is written without quotes. */
export interface Scalar {
  readonly text: string;
  readonly tag: string | undefined;
  readonly isPlain: boolean;
}

/** What go-yaml 2 makes of a scalar, with every number as JSON's: a float. */
export const scalarValue = ({ text, tag, isPlain }: Scalar): Result<Value, string> => {
  if (tag === `${core}binary`) return readBinary(text);
  const kinds = tag === undefined ? undefined : kindsByTag.get(tag);
  if (kinds === undefined && (tag !== undefined || !isPlain)) return ok(stringValue(toByteString(text)));
  const resolved = resolve(text);
  if (kinds !== undefined && !kinds.includes(resolved.kind)) {
    return err(`yaml: cannot decode a scalar as a ${(tag ?? '').replace(core, '!!')}`);
  }
  return valueOf(resolved, text);
};

const floatKey = (value: number): string => {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return formatFloat(value, 'g', -1, 32);
};

/** The text that a scalar is as a key of JSON; undefined for null, which is none. */
export const keyText = (scalar: Scalar): Result<string, string> => {
  const isTyped = scalar.tag !== undefined || !scalar.isPlain;
  const resolved: Resolved = isTyped ? { kind: 'text' } : resolve(scalar.text);
  switch (resolved.kind) {
    case 'null':
      return err('unsupported map key');
    case 'boolean':
    case 'integer':
      return ok(String(resolved.value));
    case 'float':
      return ok(floatKey(resolved.value));
    case 'timestamp':
    case 'text':
      return ok(scalar.text);
  }
};
