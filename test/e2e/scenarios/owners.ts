import { Workspace, type Bench } from '../bench.ts';
import { newCredentials } from '../credentials.ts';
import { asking, type AppContainer } from '../pods/manifests.ts';
import type { Reading } from '../pods/reading.ts';
import { expect, type Scenario } from '../scenario.ts';

/** The agent's user and group where the pod decides nothing. */
const agent = 65532;

interface Case {
  readonly name: string;
  readonly pod: Readonly<Record<string, unknown>>;
  readonly containers: readonly AppContainer[];
  /** What the file has to be: owner, group and mode. */
  readonly file: readonly [number, number, string];
}

const as = (name: string, runAsUser: number, more: object = {}): AppContainer => ({
  name,
  securityContext: { runAsUser, ...more },
});

const different = [as('one', 1001), as('two', 1002)];

/** One row for each branch of the rule of owners (docs/files.md). */
const cases: readonly Case[] = [
  { name: 'fs-group', pod: { fsGroup: 3000 }, containers: different, file: [agent, 3000, '0440'] },
  {
    name: 'fs-group-one-user',
    pod: { fsGroup: 3000 },
    containers: [as('one', 1001), as('two', 1001)],
    file: [1001, 3000, '0440'],
  },
  { name: 'one-user', pod: {}, containers: [as('one', 1001), as('two', 1001)], file: [1001, agent, '0440'] },
  {
    name: 'one-group',
    pod: {},
    containers: [as('one', 1001, { runAsGroup: 2000 }), as('two', 1002, { runAsGroup: 2000 })],
    file: [agent, 2000, '0440'],
  },
  {
    name: 'supplemental',
    pod: { supplementalGroups: [4000] },
    containers: different,
    file: [agent, 4000, '0440'],
  },
  {
    name: 'nothing-shared',
    pod: {},
    containers: [as('one', 1001, { runAsGroup: 1001 }), as('two', 1002, { runAsGroup: 1002 })],
    file: [agent, agent, '0444'],
  },
  {
    name: 'root',
    pod: { runAsNonRoot: false },
    containers: [as('one', 0), as('two', 1002)],
    file: [agent, agent, '0444'],
  },
];

const hasPassword = ({ files }: Reading): boolean => Object.hasOwn(files, 'password');

const verifyContainer = async (
  workspace: Workspace,
  { name, file }: Case,
  container: string,
): Promise<void> => {
  const readings = await workspace.readings(name, hasPassword, { seconds: 30, container });
  const { password } = readings.at(-1)?.files ?? {};
  const found = [password?.uid, password?.gid, password?.mode];
  expect(found.join() === file.join(), `${name}: the file is ${found.join(' ')}, not ${file.join(' ')}`);
};

const verifyCase = async (workspace: Workspace, row: Case): Promise<void> => {
  await Promise.all(row.containers.map(({ name }) => verifyContainer(workspace, row, name)));
};

const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

const run = async (bench: Bench): Promise<undefined> => {
  const key = 'payments/owners/db';
  await bench.vault.write(key, { ...newCredentials() });
  // Root is not allowed in a restricted namespace.
  const workspace = await Workspace.create(bench, 'owners', { level: 'baseline' });
  const annotations = asking({ store: 'vault', 'secret.password': `${key}#password` });
  const pods = cases.map(({ name, pod, containers }) =>
    workspace.pod(name, {
      annotations,
      containers,
      spec: { securityContext: { ...securityContext, ...pod } },
    }),
  );
  await workspace.start(...pods);
  await Promise.all(cases.map((row) => verifyCase(workspace, row)));
  return undefined;
};

/** Containers of different users in one pod: each can read, and nobody is given more than the rule says. */
export const ownerScenario: Scenario = { name: 'owners', run };
