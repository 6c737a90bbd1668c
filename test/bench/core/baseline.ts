import {
  definitionOf,
  keepsBudget,
  type FigureDefinition,
  type FigureName,
  type Measurement,
} from './figures.ts';

/** How much worse than the baseline a figure may be: the share by which it differs in the wrong direction. */
const toleratedRegression = 0.2;

/** The values of an earlier run, by figure. */
export type Baseline = ReadonlyMap<string, number>;

/** How much worse a value is than it was, as a share of what it was; negative where it is better. */
export const regressionOf = (
  { better }: Pick<FigureDefinition, 'better'>,
  value: number,
  before: number,
): number => (better === 'higher' ? before - value : value - before) / before;

const regressionFaults = (
  definition: FigureDefinition,
  value: number,
  before: number | undefined,
): readonly string[] => {
  if (before === undefined) return [];
  const worse = regressionOf(definition, value, before);
  if (worse <= toleratedRegression) return [];
  const measured = `is ${value.toPrecision(3)} ${definition.unit}`;
  return [`${measured}, ${Math.round(worse * 100)} % worse than the baseline of ${before}`];
};

/**
 * What is wrong with a measurement, each a sentence about its figure; nothing where all is well. A missed budget is nothing new where
 * the baseline missed it too: the table shows it, and the comparison holds the figure from there on.
 */
export const faultsOf = (measurement: Measurement, baseline: Baseline): readonly string[] => {
  const { name, value } = measurement;
  const definition = definitionOf(name);
  if (value === null) return [`could not be measured: ${measurement.reason}`];
  if (definition.onlyTold === true) return [];
  const { budget, unit, compared } = definition;
  const before = compared ? baseline.get(name) : undefined;
  const faults: string[] = [];
  const missed = !keepsBudget(definition, value);
  const missedBefore = before !== undefined && !keepsBudget(definition, before);
  if (missed && !missedBefore)
    faults.push(`is ${value.toPrecision(3)} ${unit}; its budget is ${budget ?? 0}`);
  return [...faults, ...regressionFaults(definition, value, before)];
};

/** Figures that are compared and that the baseline does not have: it was written before they were thought of. */
export const missingFrom = (baseline: Baseline, names: readonly FigureName[]): readonly FigureName[] =>
  names.filter((name) => definitionOf(name).compared && !baseline.has(name));

/** Of two measurements of one figure the better one: noise only ever makes a figure worse. */
export const betterOf = (one: Measurement, other: Measurement): Measurement => {
  if (one.value === null) return other;
  if (other.value === null) return one;
  return regressionOf(definitionOf(one.name), other.value, one.value) < 0 ? other : one;
};

/** Reads the file of a baseline. Throws where it is not one: a comparison with nothing would pass. */
export const parseBaseline = (text: string): Baseline => {
  const entries = Object.entries(JSON.parse(text) as Readonly<Record<string, unknown>>);
  return new Map(
    entries.map(([name, value]) => {
      if (typeof value !== 'number' || !(value > 0))
        throw new TypeError(`the baseline's ${name} is no value`);
      return [name, value];
    }),
  );
};

/** The file of a baseline: what is compared, by name; `before` keeps what was not measured this time. */
export const writeBaseline = (measurements: readonly Measurement[], before: Baseline): string => {
  const values = new Map(before);
  for (const { name, value } of measurements) {
    if (value !== null && definitionOf(name).compared) values.set(name, Number(value.toPrecision(3)));
  }
  const ordered = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(ordered), undefined, 2)}\n`;
};
