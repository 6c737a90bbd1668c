import { isJsonObject } from '../shared/json.ts';
import type { JsonObject } from './answer.ts';

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a Vault duration: a number of seconds, or a string such as `90`, `30s`, `1h30m`, `2d`. */
export function parseSeconds(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined;
  if (typeof value !== 'string') return undefined;
  if (/^-?\d+$/.test(value)) return Number(value);
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(value)) return undefined;
  const parts = value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  return Math.trunc(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitSeconds[unit!]!, 0));
}

function stringList(value: unknown): string[] | undefined {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value;
  return Number.isInteger(number) ? (number as number) : undefined;
}

function boolean(value: unknown): boolean | undefined {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'boolean' ? value : undefined;
}

/**
 * Reads a request's fields with the conversions that Vault allows (`"5"` for 5, `a,b` for a list). An absent field is
 * undefined; the first one that cannot be converted is kept in `problem`.
 */
export class Fields {
  problem: string | undefined;
  readonly #data: JsonObject;

  constructor(data: JsonObject) {
    this.#data = data;
  }

  string(name: string): string | undefined {
    return this.#read(name, (value) =>
      ['string', 'number', 'boolean'].includes(typeof value) ? String(value as string | number) : undefined,
    );
  }

  /** A string, empty where it is absent. */
  text(name: string): string {
    return this.string(name) ?? '';
  }

  strings(name: string): string[] | undefined {
    return this.#read(name, stringList);
  }

  /** A list of strings, empty where it is absent. */
  list(name: string): string[] {
    return this.strings(name) ?? [];
  }

  seconds(name: string): number | undefined {
    return this.#read(name, parseSeconds);
  }

  integer(name: string): number | undefined {
    return this.#read(name, integer);
  }

  /** A list of whole numbers, also as `1,2`. */
  integers(name: string): number[] | undefined {
    return this.#read(name, (value) => {
      const items = (Array.isArray(value) ? value : String(value).split(',')).map(integer);
      return items.every((item) => item !== undefined) ? items : undefined;
    });
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, boolean);
  }

  object(name: string): JsonObject | undefined {
    return this.#read(name, (value) => (isJsonObject(value) ? value : undefined));
  }

  #read<T>(name: string, convert: (value: unknown) => T | undefined): T | undefined {
    const value = Object.hasOwn(this.#data, name) ? this.#data[name] : undefined;
    if (value === undefined || value === null) return undefined;
    const converted = convert(value);
    if (converted === undefined)
      this.problem ??= `Field validation failed: error converting input for field "${name}"`;
    return converted;
  }
}
