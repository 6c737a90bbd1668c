import { err, ok, type Result } from '../../result.ts';
import { formatFloat } from '../../template/format/float.ts';
import { resolve } from '../../template/functions/yaml/resolve.ts';
import { scalarValue, type Scalar } from '../../template/functions/yaml/scalar-value.ts';
import { parseYaml } from '../../template/functions/yaml/to-value.ts';
import { fromByteString } from '../../template/utf8.ts';
import { stringValue, type CallContext, type Value } from '../../template/value.ts';
import { entryName } from './key-names.ts';
import type { Values } from './types.ts';

/** A number as a string: integers whole, where a double would lose digits; `yes` is `true`. */
const scalarText = (scalar: Scalar): Result<Value, string> => {
  const value = scalarValue(scalar);
  if (!value.ok) return value;
  if (value.value.kind === 'boolean') return ok(stringValue(String(value.value.value)));
  if (value.value.kind !== 'float') return value;
  const resolved = resolve(scalar.text);
  return ok(
    stringValue(
      resolved.kind === 'integer' ? String(resolved.value) : formatFloat(value.value.value, 'g', -1, 64),
    ),
  );
};

const bytesOf = (value: Value): Buffer | undefined => {
  if (value.kind === 'nil') return Buffer.alloc(0);
  return value.kind === 'string' ? Buffer.from(value.value, 'latin1') : undefined;
};

/**
 * Reads YAML that maps names to texts, as sigs.k8s.io/yaml reads it into a `map[string]string`: numbers and booleans become texts, null an
 * empty one; lists and maps are errors.
 */
export const readTextMap = (yaml: Buffer, context: CallContext): Result<Values, string> => {
  const parsed = parseYaml(yaml.toString('latin1'), context, scalarText);
  if (!parsed.ok) return parsed;
  if (parsed.value.kind === 'nil') return ok(new Map());
  if (parsed.value.kind !== 'map') return err('what it makes is not a YAML map of names to texts');
  const texts = new Map<string, Buffer>();
  for (const [index, [name, value]] of [...parsed.value.entries].entries()) {
    const bytes = bytesOf(value);
    // The name was made by a template, and may be a secret itself.
    if (bytes === undefined) return err(`the value of ${entryName(index)} is not a text`);
    texts.set(fromByteString(name), bytes);
  }
  return ok(texts);
};
