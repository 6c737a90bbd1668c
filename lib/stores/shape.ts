import type { Fields } from './fields.ts';

/**
 * Checks a field that is known and not used: its type, and the names of what is in it, so that a mistake in it is told today and not when
 * it is used one day.
 */
export type Check = (fields: Fields, name: string) => void;

export const text: Check = (fields, name) => {
  fields.optionalString(name);
};

export const requiredText: Check = (fields, name) => {
  fields.string(name);
};

export const flag: Check = (fields, name) => {
  fields.boolean(name);
};

export const oneOf =
  (...choices: readonly string[]): Check =>
  (fields, name) => {
    fields.oneOf(name, choices, '');
  };

/** Checks every field of a shape, and that there are no others. */
export const checkShape = (fields: Fields, shape: Readonly<Record<string, Check>>): void => {
  for (const [name, check] of Object.entries(shape)) check(fields, name);
  fields.close();
};

export const object =
  (shape: Readonly<Record<string, Check>>): Check =>
  (fields, name) => {
    const inner = fields.optionalObject(name);
    if (inner !== undefined) checkShape(inner, shape);
  };

/** A field that is written otherwise today: checked in the same way, and its name of today told. */
export const older =
  (today: string, check: Check): Check =>
  (fields, name) => {
    check(fields, name);
    if (fields.has(name)) fields.warn(name, `is an older spelling of ${today}`);
  };

const ignoredNamespace: Check = (fields, name) => {
  fields.optionalString(name);
  fields.ignore('is ignored: a credential is kept for the store, whatever its namespace', name);
};

/** A key of a Secret. Keyferry never reads one: name and key say which of the store's credentials is meant. */
export const credential = object({ name: text, key: text, namespace: ignoredNamespace });

const strings: Check = (fields, name) => {
  fields.strings(name);
};

export const serviceAccount = object({ name: text, namespace: text, audiences: strings });
