import { agentPage } from './agent.ts';
import type { Bench, Workspace } from './bench.ts';
import type { Credentials } from './credentials.ts';
import { systemNamespace } from './cluster/preflight.ts';
import { expect } from './scenario.ts';

/** A value in the forms in which programs print it. */
const forms = (value: string): readonly string[] => [
  value,
  Buffer.from(value).toString('base64'),
  Buffer.from(value).toString('base64url'),
  encodeURIComponent(value),
];

/** Everything that somebody without access to the files can see of an injected pod, by what it is. */
const sights = async (
  { kubectl }: Bench,
  workspace: Workspace,
  pod: string,
): Promise<ReadonlyMap<string, string>> => {
  const { namespace } = workspace;
  const here = ['--namespace', namespace];
  const webhook = ['--namespace', systemNamespace, '--selector', 'app.kubernetes.io/component=webhook'];
  const place = { name: pod, namespace };
  return new Map([
    ['the pod', await kubectl.run(['get', 'pod', pod, ...here, '--output', 'json'])],
    ['the events', await kubectl.run(['get', 'events', ...here, '--output', 'json'])],
    ["the agent's log", await kubectl.run(['logs', pod, ...here, '--container', 'keyferry-refresh'])],
    ["the webhook's log", await kubectl.run(['logs', ...webhook, '--tail', '-1'])],
    ["the agent's metrics", await agentPage(kubectl, place, 'metrics')],
    ["the agent's status", await agentPage(kubectl, place, 'status')],
  ]);
};

/** Throws where a password is to be seen outside of the files. */
export const verifySilence = async (
  bench: Bench,
  place: { readonly workspace: Workspace; readonly pod: string },
  known: readonly Credentials[],
): Promise<void> => {
  const needles = known.flatMap(({ password }) => forms(password));
  for (const [what, text] of await sights(bench, place.workspace, place.pod)) {
    expect(text !== '', `${what} is empty, so nothing was looked at`);
    expect(!needles.some((needle) => text.includes(needle)), `a password is in ${what}`);
  }
};
