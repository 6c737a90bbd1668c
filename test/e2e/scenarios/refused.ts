import { Workspace, type Bench } from '../bench.ts';
import type { KubernetesObject } from '../cluster/objects.ts';
import { annotation } from '../../../lib/annotation-names.ts';
import { appTemplate, asking } from '../pods/manifests.ts';
import { expect, expectParts, type Scenario } from '../scenario.ts';

interface Deployment extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  };
}

/** What a Deployment says of why its pods cannot be created: there nobody sits at a terminal. */
const replicaFailure = async (bench: Bench, workspace: Workspace, template: object): Promise<string> => {
  await bench.kubectl.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'typo', namespace: workspace.namespace },
    spec: { selector: { matchLabels: { app: 'app' } }, template },
  });
  const failure = ({ status }: Deployment): string | undefined =>
    status?.conditions?.find(({ type }) => type === 'ReplicaFailure')?.message;
  const deployment = await bench.kubectl.watch<Deployment>(
    workspace.object('deployment', 'typo'),
    (seen) => failure(seen) !== undefined,
    { seconds: 60, what: 'a condition that says why it has no pods' },
  );
  return failure(deployment) ?? '';
};

/** A pod with several mistakes is refused; kubectl shows all of them at once, and so does the status of a Deployment. */
const allProblems: Scenario = {
  name: 'refused-pod',
  run: async (bench) => {
    const workspace = await Workspace.create(bench, 'refused');
    const annotations = asking({
      'secret.password': 'vualt://payments/db#password',
      'refresh-intervall': '1m',
      'file-mode.pasword': '0440',
      lifecycle: 'forever',
      'start-timeout': '2h',
    });
    const problems = [
      `${annotation('file-mode.pasword')}: `,
      `${annotation('lifecycle')}: `,
      `${annotation('refresh-intervall')}: `,
      `did you mean ${annotation('refresh-interval')}?`,
      `${annotation('secret.password')}: `,
      'did you mean vault?',
      `${annotation('start-timeout')}: `,
    ];
    const { code, stderr } = await bench.kubectl.attemptApply(workspace.pod('typo', { annotations }));
    expect(code !== 0, 'a pod with five mistakes was created');
    expectParts(stderr, problems);
    const message = await replicaFailure(bench, workspace, appTemplate({ annotations }, bench.program));
    expectParts(message, [
      'admission webhook "inject.keyferry.dev" denied the request',
      '5 problems',
      ...problems,
    ]);
    return undefined;
  },
};

/** A store that does not exist is named, together with those that do. */
const unknownStore: Scenario = {
  name: 'unknown-store',
  run: async (bench) => {
    const workspace = await Workspace.create(bench, 'unknown-store');
    const annotations = asking({ 'secret.password': 'valut://payments/db#password' });
    const { code, stderr } = await bench.kubectl.attemptApply(workspace.pod('lost', { annotations }));
    expect(code !== 0, 'a pod with an unknown store was created');
    expectParts(stderr, ['"valut"', 'did you mean vault?']);
    return undefined;
  },
};

/** Annotations on the Deployment and not on its pod template: created, with a warning that says where they belong. */
const misplaced: Scenario = {
  name: 'misplaced-annotation',
  run: async (bench) => {
    const { namespace } = await Workspace.create(bench, 'misplaced');
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api', namespace, annotations: asking({ 'secret.password': 'vault://payments/db' }) },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'app' } },
        template: appTemplate({}, bench.program),
      },
    };
    const { code, stderr } = await bench.kubectl.attemptApply(deployment);
    expect(code === 0, stderr);
    expectParts(stderr, ['Warning', annotation('secret.password'), 'spec.template.metadata.annotations']);
    return undefined;
  },
};

export const refusalScenarios: readonly Scenario[] = [allProblems, unknownStore, misplaced];
