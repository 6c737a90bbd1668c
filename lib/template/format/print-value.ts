import { kindName, typeName, underlyingValue } from '../types.ts';
import {
  FunctionError,
  type ByteString,
  type BytesValue,
  type ComplexValue,
  type ListValue,
  type MapValue,
  type ObjectValue,
  type Value,
} from '../value.ts';
import { pad, type Flags } from './flags.ts';
import { formatHex, formatInteger } from './integer.ts';
import { formatNumber } from './number.ts';
import { formatPlain, formatText } from './text.ts';

/** Bytes that one printing may make: values can share parts, or contain themselves. */
export const maxBytes = 8 * 1024 * 1024;
const maxDepth = 200;

/** What stays the same while one argument is printed. */
interface Printing {
  readonly verb: string;
  readonly flags: Flags;
  /** Inside of `%!verb(…)`: values are shown plainly, without their own methods. */
  readonly erroring: boolean;
  readonly spent: { bytes: number };
}

const count = (printing: Printing, text: ByteString): ByteString => {
  printing.spent.bytes += text.length + 1;
  if (printing.spent.bytes > maxBytes) throw new FunctionError('value is too large to be printed');
  return text;
};

/** What takes the place of a value that a verb cannot print. */
const badVerb = (value: Value, printing: Printing): ByteString => {
  const shown =
    value.kind === 'nil'
      ? '<nil>'
      : `${typeName(value)}=${printTop(value, { ...printing, verb: 'v', erroring: true })}`;
  return `%!${printing.verb}(${shown})`;
};

const between = (parts: readonly string[], { flags }: Printing): string =>
  parts.join(flags.sharpV ? ', ' : ' ');

const isText = (verb: string): boolean => ['s', 'q', 'x', 'X'].includes(verb);

const printBytes = (value: BytesValue, printing: Printing, type: string): ByteString => {
  const { verb, flags } = printing;
  if (isText(verb)) return formatText(value.value, verb, flags) ?? '';
  const bytes = [...Buffer.from(value.value, 'latin1')].map((byte): Value => {
    return { kind: 'integer', type: 'uint8', value: BigInt(byte) };
  });
  if (flags.sharpV) {
    return `${type}{${bytes.map((byte) => (byte.kind === 'integer' ? formatHex(byte.value, flags) : '')).join(', ')}}`;
  }
  return `[${bytes.map((byte) => printNested(byte, printing, 1)).join(' ')}]`;
};

const printList = (value: ListValue, printing: Printing, depth: number): ByteString => {
  const element = value.element === 'interface {}' ? 'interface {}(nil)' : undefined;
  const parts = value.items.map((item) => printNested(item, printing, depth + 1, element));
  const text = between(parts, printing);
  if (!printing.flags.sharpV) return `[${text}]`;
  return typeName(value) + (value.isNil === true ? '(nil)' : `{${text}}`);
};

const printMap = (value: MapValue, printing: Printing, depth: number): ByteString => {
  const element = `${value.element}(nil)`;
  const parts = [...value.entries.keys()].sort().map((key) => {
    const item = value.entries.get(key) ?? { kind: 'nil' };
    const name = printNested({ kind: 'string', value: key }, printing, depth + 1);
    return `${name}:${printNested(item, printing, depth + 1, element)}`;
  });
  const text = between(parts, printing);
  return printing.flags.sharpV ? `${typeName(value)}{${text}}` : `map[${text}]`;
};

const printFields = (value: ObjectValue, printing: Printing, depth: number): ByteString => {
  const { plusV, sharpV } = printing.flags;
  const parts = [...value.fields].map(([name, field]) => {
    const text = printNested(field, printing, depth + 1, 'interface {}(nil)');
    return plusV || sharpV ? `${name}:${text}` : text;
  });
  const pointer = value.type.startsWith('*') ? '&' : '';
  const type = sharpV ? value.type.replace(/^\*/, '') : '';
  return `${pointer}${type}{${between(parts, printing)}}`;
};

/** A value with a `String` or `Error` method prints by it where the verb is one for texts. */
const printObject = (value: ObjectValue, printing: Printing, depth: number): ByteString => {
  const { verb, flags, erroring } = printing;
  const hasText = value.methods.has('String') || value.methods.has('Error');
  const byMethod = hasText && !erroring && !flags.sharpV && (verb === 'v' || isText(verb));
  if (byMethod) return formatText(value.text(), verb, flags) ?? '';
  const underlying = underlyingValue(value);
  if (underlying !== value) return printAny(underlying, printing, depth);
  return printFields(value, printing, depth);
};

const printComplex = (value: ComplexValue, printing: Printing): ByteString | undefined => {
  const { verb, flags } = printing;
  const real = formatNumber(value.real, 64, verb, flags);
  const imaginary = formatNumber(value.imaginary, 64, verb, { ...flags, plus: true });
  return real === undefined || imaginary === undefined ? undefined : `(${real}${imaginary}i)`;
};

const printBoolean = (value: boolean, { verb, flags }: Printing): ByteString | undefined =>
  verb === 't' || verb === 'v' ? pad(String(value), flags) : undefined;

/** Where a value lies in memory: the same made-up address for all, since an output must not change without an input's change. */
const address = 0xc000000000n;

const printPointer = (value: Value, printing: Printing): ByteString => {
  const { verb, flags } = printing;
  const kind = kindName(value);
  if (!['slice', 'map', 'func', 'ptr'].includes(kind)) return badVerb(value, printing);
  if (verb === 'v' && flags.sharpV) return `(${typeName(value)})(${formatHex(address, flags)})`;
  if (verb !== 'p' && verb !== 'v') {
    return formatInteger(address, false, verb, flags) ?? badVerb(value, printing);
  }
  return formatInteger(address, false, 'x', { ...flags, sharp: !flags.sharp }) ?? '';
};

const printScalar = (value: Value, printing: Printing): ByteString | undefined => {
  const { verb, flags } = printing;
  if (value.kind === 'string') return formatText(value.value, verb, flags);
  if (value.kind === 'integer') {
    return formatInteger(value.value, !value.type.startsWith('uint'), verb, flags);
  }
  if (value.kind === 'float') {
    return formatNumber(value.value, value.type === 'float32' ? 32 : 64, verb, flags);
  }
  if (value.kind === 'boolean') return printBoolean(value.value, printing);
  return value.kind === 'complex' ? printComplex(value, printing) : printPointer(value, printing);
};

const printComposite = (value: Value, printing: Printing, depth: number): ByteString | undefined => {
  if (value.kind === 'list') return printList(value, printing, depth);
  if (value.kind === 'map') return printMap(value, printing, depth);
  if (value.kind === 'object') return printObject(value, printing, depth);
  if (value.kind !== 'bytes') return undefined;
  return printBytes(value, printing, depth === 0 ? '[]byte' : '[]uint8');
};

const printAny = (value: Value, printing: Printing, depth: number): ByteString => {
  // Go keeps %w for errors: what it may wrap cannot be reached by templates.
  if (printing.verb === 'w') return badVerb(value, printing);
  if (depth > maxDepth) throw new FunctionError('value is nested too deeply to be printed');
  const text = printComposite(value, printing, depth) ?? printScalar(value, printing);
  return count(printing, text ?? badVerb(value, printing));
};

/** A value inside of another; nil prints the same for all verbs there. */
const printNested = (value: Value, printing: Printing, depth: number, typedNil = '<nil>'): ByteString => {
  if (value.kind === 'nil') return printing.flags.sharpV ? typedNil : '<nil>';
  return printAny(value, printing, depth);
};

const printTop = (value: Value, printing: Printing): ByteString => {
  if (value.kind === 'nil') {
    const plain = printing.verb === 'v' || printing.verb === 'T';
    return plain ? pad('<nil>', printing.flags) : badVerb(value, printing);
  }
  if (printing.verb === 'T') return formatPlain(typeName(value), printing.flags);
  return printing.verb === 'p' ? printPointer(value, printing) : printAny(value, printing, 0);
};

/**
 * One argument as Go's fmt prints it. Throws `FunctionError` for what is too large or too deep to be printed.
 */
export const printValue = (value: Value, verb: string, flags: Flags): ByteString =>
  printTop(value, { verb, flags, erroring: false, spent: { bytes: 0 } });
