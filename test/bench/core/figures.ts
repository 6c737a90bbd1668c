/** Every figure that the bench measures, and what it is held to. */

/** Part of the bench that is measured, and repeated, as a whole. */
export const parts = ['admission', 'start', 'loop', 'peak', 'template', 'broker'] as const;
export type Part = (typeof parts)[number];

export interface FigureDefinition {
  readonly name: string;
  readonly part: Part;
  /** For people. */
  readonly what: string;
  readonly unit: 'ratio' | 'MB' | 'MiB' | 'KiB' | 'mCPU' | '/s' | 'ms' | 'reads';
  readonly better: 'higher' | 'lower';
  /** Undefined: for comparison only. */
  readonly budget?: number;
  /**
   * Whether a run is compared with the stored baseline. Only what says the same on every machine is: ratios taken within one run, and
   * memory, which is the same programs' on the same Node.
   */
  readonly compared: boolean;
  /** Only told: its noise on a shared machine is larger than its budget is far. */
  readonly onlyTold?: true;
}

const ratio = { unit: 'ratio', compared: true } as const;
const start = { ...ratio, part: 'start', better: 'lower', budget: 8 } as const;
const memory = { part: 'loop', unit: 'MB', better: 'lower', compared: true } as const;
const anonymous = { ...memory, budget: 25 } as const;
const resident = { ...memory, budget: 75 } as const;
const broker = { part: 'broker', better: 'lower', compared: false } as const;
const reads = { ...broker, unit: 'reads', budget: 1 } as const;
const cpu = { part: 'loop', unit: 'mCPU', better: 'lower', budget: 1, compared: false } as const;

export const figures = [
  {
    name: 'admission-throughput',
    part: 'admission',
    what: 'admissions on one core of pods in many copies, against a bare Fastify handler',
    ...ratio,
    better: 'higher',
    budget: 0.7,
  },
  {
    name: 'admission-throughput-new',
    part: 'admission',
    what: 'the same where no pod is like one before it',
    ...ratio,
    better: 'higher',
  },
  {
    name: 'admission-p99',
    part: 'admission',
    what: "p99 at half of that load, against the bare handler's",
    ...ratio,
    compared: false,
    onlyTold: true,
    better: 'lower',
    budget: 3,
  },
  { name: 'agent-start-vault', what: 'agent, start to files from Vault, against node -e 0', ...start },
  { name: 'agent-start-aws', what: 'agent, start to files from AWS, against node -e 0', ...start },
  { name: 'agent-memory-vault', what: 'agent in its loop, Vault: anonymous memory', ...anonymous },
  { name: 'agent-resident-vault', what: 'agent in its loop, Vault: resident memory', ...resident },
  { name: 'agent-memory-aws', what: 'agent in its loop, AWS: anonymous memory', ...anonymous },
  { name: 'agent-resident-aws', what: 'agent in its loop, AWS: resident memory', ...resident },
  { name: 'agent-memory-both', what: 'agent in its loop, Vault and AWS: anonymous memory', ...anonymous },
  { name: 'agent-resident-both', what: 'agent in its loop, Vault and AWS: resident memory', ...resident },
  {
    name: 'agent-peak-memory',
    part: 'peak',
    what: 'agent and its wait hook, start with 1 MiB of secrets: peak of the cgroup',
    unit: 'MiB',
    better: 'lower',
    budget: 160,
    compared: true,
  },
  { name: 'agent-cpu-vault', what: 'agent at an interval of 60 s, Vault: processor time', ...cpu },
  { name: 'agent-cpu-aws', what: 'agent at an interval of 60 s, AWS: processor time', ...cpu },
  {
    name: 'template-rendering',
    part: 'template',
    what: 'renderings of a configuration file with two dozen actions, on one core',
    unit: '/s',
    better: 'higher',
    compared: false,
  },
  { name: 'broker-reads-one', what: 'reads of Vault in an interval, one agent', ...reads },
  { name: 'broker-reads-hundred', what: 'the same, 100 agents on one secret', ...reads },
  { name: 'broker-reads-thousand', what: 'the same, 1,000 agents on one secret', ...reads },
  {
    name: 'broker-told-p50',
    what: 'change seen by the broker to published by an agent, of 1,000: p50',
    unit: 'ms',
    ...broker,
  },
  { name: 'broker-told-p99', what: 'the same, p99', unit: 'ms', ...broker },
  {
    name: 'broker-told-last',
    what: 'the same, the last of the 1,000',
    unit: 'ms',
    ...broker,
    onlyTold: true,
    budget: 1_000,
  },
  {
    name: 'broker-requests',
    what: 'reads of a secret that the broker knows, for each second of processor time',
    unit: '/s',
    ...broker,
    better: 'higher',
  },
  {
    name: 'broker-memory-per-agent',
    what: "broker's anonymous memory for each agent with an open feed",
    unit: 'KiB',
    ...broker,
    compared: true,
  },
  {
    name: 'agent-memory-broker',
    what: 'agent with an open feed and no other store: anonymous memory',
    ...anonymous,
    part: 'broker',
  },
  {
    name: 'agent-resident-broker',
    what: 'agent with an open feed and no other store: resident memory',
    ...resident,
    part: 'broker',
  },
] as const satisfies readonly FigureDefinition[];

export type FigureName = (typeof figures)[number]['name'];

/** What was measured for a figure, or why it could not be. */
export type Measurement =
  | {
      readonly name: FigureName;
      readonly value: number;
      /** What a reader has to know to read the value aright. */
      readonly note?: string;
    }
  | { readonly name: FigureName; readonly value: null; readonly reason: string };

export const definitionOf = (name: FigureName): FigureDefinition => {
  const found = figures.find((figure) => figure.name === name);
  if (found === undefined) throw new Error(`there is no figure ${name}`);
  return found;
};

/** Whether a value keeps its budget; a figure without one always does, one that could not be measured never. */
export const keepsBudget = ({ budget, better }: FigureDefinition, value: number | null): boolean => {
  if (value === null) return false;
  if (budget === undefined) return true;
  return better === 'higher' ? value >= budget : value <= budget;
};

/** One line of the output for machines. */
export const figureLine = (measurement: Measurement): string => {
  const { name, value } = measurement;
  const definition = definitionOf(name);
  const rounded = value === null ? null : Number(value.toPrecision(4));
  return JSON.stringify({
    name,
    value: rounded,
    unit: definition.unit,
    budget: definition.budget ?? null,
    ok: keepsBudget(definition, value),
    ...('note' in measurement && { note: measurement.note }),
    ...('reason' in measurement && { reason: measurement.reason }),
  });
};
