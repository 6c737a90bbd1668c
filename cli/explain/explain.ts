import type { CountingArguments } from '../arguments/arguments.ts';
import { billOf, monthOf, type Bill } from '../core/bill.ts';
import { explainInjection, type Explanation } from '../core/explanation.ts';
import { monthSeconds } from '../core/rounds.ts';
import type { Reviewed } from '../review.ts';
import { callsText, monthText } from './calls-text.ts';
import { filesText } from './files-text.ts';
import { startText, storesText } from './stores-text.ts';

/** A document, explained where its pods get secrets. */
interface Explained {
  readonly source: string;
  readonly title: string;
  readonly explanation: Explanation;
  readonly bill: Bill;
}

const explainOne = (
  { source, title, injected }: Reviewed,
  counting: CountingArguments,
): Explained | undefined => {
  if (injected === undefined) return undefined;
  const { injection, brokered, pods } = injected;
  const explanation = explainInjection(injection, brokered);
  return { source, title, explanation, bill: billOf(injection.plan, pods, counting) };
};

const isThere = <T>(value: T | undefined): value is T => value !== undefined;

const workloadText = (
  { source, title, explanation, bill }: Explained,
  { assumptions }: CountingArguments,
): string[] => [
  `${title} (${source})`,
  ...filesText(explanation),
  ...storesText(explanation),
  ...startText(explanation),
  ...callsText(bill, assumptions),
];

/** What can be added up: workloads that go on all month, with a number of pods. */
const monthly = (explained: readonly Explained[]): readonly Bill[] =>
  explained.map(({ bill }) => bill).filter(({ pods, total }) => pods.per === 'month' && total !== undefined);

/** Every document that would be injected, in words; the sum only where there is something to add up. */
export const explainedText = (reviewed: readonly Reviewed[], counting: CountingArguments): string => {
  const explained = reviewed.map((item) => explainOne(item, counting)).filter(isThere);
  const bills = monthly(explained);
  const parts = [
    ...explained.map((item) => workloadText(item, counting)),
    ...(bills.length > 1 ? [monthText(bills.length, monthOf(bills))] : []),
  ];
  return parts.map((lines) => `${lines.join('\n')}\n\n`).join('');
};

/** The same as data, with what `check` says of every document. */
export const explainedData = (reviewed: readonly Reviewed[], counting: CountingArguments): object => {
  const explained = reviewed.map((item) => explainOne(item, counting));
  return {
    month: { days: monthSeconds / 86_400, hours: monthSeconds / 3_600 },
    assumptions: counting.assumptions,
    items: reviewed.map(({ source, title, outcome, problems, warnings }, index) => ({
      source,
      title,
      outcome,
      problems,
      warnings,
      ...(explained[index]?.explanation ?? {}),
      ...(explained[index] === undefined ? {} : { calls: explained[index].bill }),
    })),
    together: monthOf(monthly(explained.filter(isThere))),
  };
};
