import type { Bill, Cost, StoreBill } from '../core/bill.ts';
import { times, type Assumptions, type Round } from '../core/rounds.ts';
import type { PodCount } from '../core/pod-count.ts';
import { grouped, isPriced, money } from '../core/price.ts';
import { counted, duration, range } from './words.ts';
import { wrap } from './wrap.ts';

const roundName = ({ kind, items }: Round): string => {
  switch (kind) {
    case 'read':
      return counted(items, 'secret');
    case 'lease':
      return counted(items, 'credential');
    case 'login':
      return items === 0 ? 'login' : `${counted(items, 'role')} assumed at AWS STS`;
    case 'renewal':
      return 'renewal of the login';
    case 'mount_table':
      return 'list of engines after a login';
    case 'refused_batch':
      return 'batches that are refused, and tried again';
  }
};

const batchWords = ({ callsPerRound: { expected, most } }: Round): string =>
  expected === most || expected === 0
    ? ''
    : ` in ${counted(expected, 'call')} (${most} without BatchGetSecretValue)`;

const often = ({ everySeconds, timesPerMonth }: Round): string =>
  everySeconds === 0 ? 'once' : `every ${duration(everySeconds)}, ${grouped(timesPerMonth)} times`;

/** Of the broker's reads, which it makes for one pod alone. */
const forWhom = ({ kind, shared }: Round, brokered: boolean): string =>
  brokered && kind === 'read' && shared === undefined ? ' for each pod' : '';

const monthLine = (round: Round, { brokered }: StoreBill): readonly string[] => {
  const calls = range(times(round.callsPerRound, round.timesPerMonth));
  const what = `${roundName(round)}${forWhom(round, brokered)}${batchWords(round)}`;
  return wrap(`${calls}: ${what}, ${often(round)}`, 6);
};

const startLine = (round: Round, { brokered }: StoreBill): readonly string[] =>
  round.kind === 'renewal'
    ? []
    : wrap(
        `${range(round.callsPerRound)}: ${roundName(round)}${forWhom(round, brokered)}${batchWords(round)}`,
        6,
      );

const none = ({ provider }: StoreBill): string => (provider === 'file' ? 'none, it reads files' : 'none');

const ofPods = ({ calls }: StoreBill, { per, count = 1 }: PodCount): string => {
  const whole = per === 'month' ? calls.perMonth : calls.perStart;
  const all = count === 1 ? '' : ` a pod, ${range(times(whole, count))} in all`;
  return `${range(whole)}${all}`;
};

/** What the broker calls for all pods, and what each of them costs besides. */
const ofBroker = (store: StoreBill, pods: PodCount): string => {
  const { calls } = store;
  if (calls.rounds.every((item) => item.shared === undefined)) return `${ofPods(store, pods)}, by the broker`;
  const shared = `${range(pods.per === 'month' ? calls.shared : calls.sharedPerStart)} by the broker, whatever the number of pods`;
  const own = calls.rounds.some((item) => item.shared === undefined);
  return own ? `${shared}, and ${ofPods(store, pods)}` : shared;
};

const storeLines = (store: StoreBill, pods: PodCount): string[] => {
  const { calls, name, brokered } = store;
  if (calls.rounds.length === 0) return [`    ${name}: ${none(store)}`];
  const line = pods.per === 'month' ? monthLine : startLine;
  const whole = brokered ? ofBroker(store, pods) : ofPods(store, pods);
  return [...wrap(`${name}: ${whole}`, 4), ...calls.rounds.flatMap((round) => line(round, store))];
};

const sharedWords = ({ shared }: Bill): string =>
  shared.most === 0 ? '' : ` and ${range(shared)} by the broker`;

const totalLine = (bill: Bill): string => {
  const { pods, perPod, total } = bill;
  const shared = sharedWords(bill);
  if (total === undefined) return `One pod: ${range(perPod)}${shared}. Number of pods: ${pods.why}.`;
  if (pods.count === 1) return `Together ${range(total)}: 1 pod${shared} (${pods.why}).`;
  const each = `${range(perPod)} × ${counted(pods.count ?? 0, 'pod')}`;
  return `Together ${each}${shared} = ${range(total)} (${pods.why}).`;
};

const startsLine = ({ perStart, pods }: Bill): string =>
  pods.per === 'month'
    ? `Every further start of a pod (a rollout, a restart) adds ${range(perStart)}.`
    : 'A pod that runs longer than an interval reads again.';

const assumed = (stores: readonly StoreBill[], kind: Round['kind']): boolean =>
  stores.some(({ calls }) => calls.rounds.some((round) => round.kind === kind && round.everySeconds > 0));

const batchLines = ({ perPod }: Bill): string[] =>
  perPod.expected === perPod.most
    ? []
    : [
        'The higher numbers are for a role that may call GetSecretValue but not BatchGetSecretValue. A bill may count each secret of a batch, too.',
      ];

const findLines = ({ stores }: Bill): string[] => {
  const finds = stores.reduce((sum, { calls }) => sum + calls.finds, 0);
  return finds === 0
    ? []
    : [
        `What a find brings is known only when a pod looks: ${finds === 1 ? 'the find counts as one call' : `the ${finds} finds count as one call each`}, without the secrets and folders that it reads.`,
      ];
};

/** What the numbers rest on. */
const assumptionLines = (
  { stores, pods }: Bill,
  { vaultTokenSeconds, vaultLeaseSeconds }: Assumptions,
): string[] => {
  if (pods.per === 'run') return [];
  const token = assumed(stores, 'mount_table') || assumed(stores, 'renewal');
  const [login, lease] = [duration(vaultTokenSeconds), duration(vaultLeaseSeconds)];
  return [
    ...(token
      ? [
          `Vault decides how long a login lasts; ${login} is assumed (--vault-token-ttl), and no end to its renewals.`,
        ]
      : []),
    ...(assumed(stores, 'lease')
      ? [`Vault decides how long a credential lasts; ${lease} is assumed (--vault-lease-ttl).`]
      : []),
  ];
};

const amount = ({ price, expected, most }: Cost): string =>
  money(price, expected) + (expected === most ? '' : ` to ${money(price, most)}`);

const priceWords = ({ price }: Cost): string =>
  `${money(price, price.amount)} for ${grouped(price.calls)} calls`;

const notPriced = (stores: readonly StoreBill[], provider: string): string =>
  provider === 'aws' && stores.some(({ calls }) => calls.rounds.some(({ service }) => service === 'sts'))
    ? ', without the calls to STS'
    : '';

const costLines = ({ costs, stores, total }: Bill): string[] => {
  const unpriced = new Set(
    stores
      .filter(({ provider, calls }) => isPriced(provider) && calls.rounds.length > 0)
      .map(({ provider }) => provider)
      .filter((provider) => !costs.some(({ price }) => price.provider === provider)),
  );
  return [
    ...costs.map(
      (cost) =>
        `Cost, ${cost.price.provider}: ${amount(cost)}${total === undefined ? ' a pod' : ''} (at ${priceWords(cost)}${notPriced(stores, cost.price.provider)}).`,
    ),
    ...(unpriced.size === 0
      ? []
      : [
          `Cost, ${[...unpriced].sort().join(' and ')}: no price given; --price ${[...unpriced].sort().join('=AMOUNT/CALLS --price ')}=AMOUNT/CALLS counts it.`,
        ]),
  ];
};

const titles = {
  month: '  Calls a month (30 days, 720 h), of one pod that runs all the time',
  run: '  Calls a run, of one pod',
} as const;

/** How many provider calls a workload makes, how that comes about, and what they cost. */
export const callsText = (bill: Bill, assumptions: Assumptions): string[] => [
  titles[bill.pods.per],
  ...bill.stores.flatMap((store) => storeLines(store, bill.pods)),
  ...[
    totalLine(bill),
    startsLine(bill),
    ...batchLines(bill),
    ...findLines(bill),
    ...assumptionLines(bill, assumptions),
    ...costLines(bill),
  ].flatMap((line) => wrap(line, 4)),
];

/** The last lines: everything that goes on all month. */
export const monthText = (
  workloads: number,
  { calls, costs }: { readonly calls: Bill['perPod']; readonly costs: readonly Cost[] },
): string[] => [
  `Together, ${counted(workloads, 'workload')}: ${range(calls)} calls a month`,
  ...costs.map((cost) => `  ${cost.price.provider}: ${amount(cost)} (at ${priceWords(cost)})`),
];
