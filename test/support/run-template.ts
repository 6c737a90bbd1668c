import { randomBytes } from 'node:crypto';
import { defaultLimits, type TemplateLimits } from '../../lib/template/limits.ts';
import { execute, parseTemplate } from '../../lib/template/template.ts';
import {
  FunctionError,
  integerValue,
  listValue,
  nil,
  stringValue,
  type ObjectValue,
  type TemplateFunction,
  type Value,
} from '../../lib/template/value.ts';

const define = (
  name: string,
  parameters: readonly string[],
  call: TemplateFunction['call'],
): TemplateFunction => ({ name, parameters, call });

const first = (values: readonly Value[]): Value => values[0] ?? nil;

const version: ObjectValue = {
  kind: 'object',
  type: '*semver.Version',
  fields: new Map([['Major', integerValue(1n)]]),
  methods: new Map([
    ['String', define('String', [], () => stringValue('1.2.3'))],
    ['Add', define('Add', ['int', '...int'], (values) => integerValue(BigInt(values.length)))],
    [
      'Fail',
      define('Fail', [], () => {
        throw new FunctionError('no');
      }),
    ],
  ]),
  text: () => '1.2.3',
};

const doubled = define('double', ['int8'], ([value]) =>
  integerValue(value?.kind === 'integer' ? value.value * 2n : 0n),
);

const functions: readonly TemplateFunction[] = [
  define('version', [], () => version),
  define('callback', [], () => ({ kind: 'function', function: doubled })),
  define('bytes', [], () => ({ kind: 'bytes', value: 'ab\xff' })),
  define('floats', ['float64', 'float32'], ([one = nil, other = nil]) => listValue([one, other])),
  define('unsigned', ['uint8'], first),
  define('time', ['time.Time'], first),
  define('texts', ['[]string'], (values) => stringValue(first(values).kind)),
  define('byPointer', ['semver.Version'], first),
  define('now', [], (_values, context) => integerValue(BigInt(context.now()))),
  define('random', ['int'], (_values, context) => stringValue(context.randomBytes(4).toString('latin1'))),
  define('spend', ['int'], ([value], context) => {
    context.spend(value?.kind === 'integer' ? Number(value.value) : 0);
    return stringValue('');
  }),
  define('broken', [], () => {
    throw new TypeError('a mistake of ours');
  }),
];

const byName = new Map(functions.map((entry) => [entry.name, entry]));

interface Options {
  readonly limits?: Partial<TemplateLimits>;
}

/** Runs a template with functions of our own; gives its text or its error. */
export const run = (text: string, dot: Value = nil, { limits = {} }: Options = {}): string => {
  const bounds = { ...defaultLimits, ...limits };
  const parsed = parseTemplate('app.conf', text, byName, bounds);
  if (!parsed.ok) throw new Error(parsed.error);
  const result = execute(parsed.value, dot, {
    functions: byName,
    now: () => 42,
    randomBytes,
    limits: bounds,
  });
  return result.ok ? Buffer.from(result.value, 'latin1').toString('utf8') : result.error;
};

/** An error on the first line. */
export const at = (column: number, source: string, message: string): string =>
  `template: app.conf:1:${column}: executing "app.conf" at <${source}>: ${message}`;
