import type { Baseline } from './baseline.ts';
import { definitionOf, keepsBudget, type Measurement } from './figures.ts';

const budgetText = ({ name }: Measurement): string => {
  const { budget, better, unit } = definitionOf(name);
  if (budget === undefined) return '–';
  return `${better === 'higher' ? '≥' : '≤'} ${budget} ${unit}`;
};

const rowOf = (measurement: Measurement, baseline: Baseline): readonly string[] => {
  const { name, value } = measurement;
  const definition = definitionOf(name);
  const before = baseline.get(name);
  return [
    keepsBudget(definition, value) ? 'ok' : 'NO',
    name,
    value === null ? 'not measured' : `${value.toPrecision(3)} ${definition.unit}`,
    budgetText(measurement),
    before === undefined ? '–' : `${before}`,
    definition.what,
  ];
};

const notesOf = (measurement: Measurement): readonly string[] => {
  if (measurement.value === null) return [`  ${measurement.name}: not measured, ${measurement.reason}`];
  return measurement.note === undefined ? [] : [`  ${measurement.name}: ${measurement.note}`];
};

/** The figures as a table for people, with notes below it. */
export const table = (measurements: readonly Measurement[], baseline: Baseline): string => {
  const rows = [
    ['', 'figure', 'measured', 'budget', 'baseline', 'what'],
    ...measurements.map((measurement) => rowOf(measurement, baseline)),
  ];
  const widths = (rows[0] ?? []).map((_title, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...measurements.flatMap(notesOf)].join('\n');
};
