import { annotation } from '../../lib/annotation-names.ts';
import type { RefreshedPod, Request } from './annotate.ts';

export interface RefreshReport extends Request {
  readonly namespace: string;
  readonly pods: readonly RefreshedPod[];
  /** What was not found, or could not be asked for. */
  readonly problems: readonly string[];
}

const countOf = ({ pods }: RefreshReport, outcome: RefreshedPod['outcome']): number =>
  pods.filter((pod) => pod.outcome === outcome).length;

/** Whether everything that was asked for came about, and something did. */
export const isWell = (report: RefreshReport): boolean =>
  report.problems.length === 0 && countOf(report, 'failed') === 0 && countOf(report, 'refreshed') > 0;

const podLine = ({ namespace, dryRun }: RefreshReport, { name, outcome, reason }: RefreshedPod): string => {
  const done = dryRun ? 'would be refreshed' : 'refreshed';
  return `${namespace}/${name}: ${outcome === 'refreshed' ? done : outcome}${reason === undefined ? '' : `: ${reason}`}\n`;
};

const summary = (report: RefreshReport): string => {
  const { dryRun, value } = report;
  const refreshed = countOf(report, 'refreshed');
  const counts = `${refreshed} ${dryRun ? 'would be refreshed' : 'refreshed'}, ${countOf(report, 'skipped')} skipped, ${countOf(report, 'failed')} failed\n`;
  if (refreshed === 0 || dryRun) return counts;
  return (
    `${counts}${annotation('force-sync')} is now ${value}; each agent reads everything anew as soon as the kubelet ` +
    'shows it the change, after 15 to 90 s.\n'
  );
};

/** What was done, a line each pod, and what comes next. */
export const reportText = (report: RefreshReport): string =>
  report.pods.map((pod) => podLine(report, pod)).join('') + summary(report);
