import { Workspace } from '../bench.ts';
import type { KubernetesObject, Pod } from '../cluster/objects.ts';
import { containerStatus } from '../cluster/objects.ts';
import { newCredentials, shows } from '../credentials.ts';
import { appTemplate, asking } from '../pods/manifests.ts';
import { expect, type Scenario } from '../scenario.ts';

interface Job extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const isComplete = ({ status }: Job): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Complete' && value === 'True') ?? false;

/** A Job ends when its app does: the refresh sidecar is a native one and keeps nobody. */
const jobCompletes: Scenario = {
  name: 'job',
  run: async (bench) => {
    const key = 'payments/job/db';
    await bench.vault.write(key, { ...newCredentials() });
    const workspace = await Workspace.create(bench, 'job');
    const lifecycles = ['native', 'init+sidecar'];
    const jobs = lifecycles.map((lifecycle) => {
      const annotations = asking({ store: 'vault', 'secret.password': `${key}#password`, lifecycle });
      const pod = {
        annotations,
        containers: [{ name: 'app', mode: 'once' as const }],
        spec: { restartPolicy: 'Never' },
      };
      return {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: `report-${lifecycle.replace('+', '-')}`, namespace: workspace.namespace },
        spec: { backoffLimit: 0, template: appTemplate(pod, bench.program) },
      };
    });
    await bench.kubectl.apply(...jobs);
    await Promise.all(
      jobs.map(({ metadata: { name } }) =>
        bench.kubectl.watch<Job>(workspace.object('job', name), isComplete, {
          seconds: 90,
          what: 'its completion',
        }),
      ),
    );
    const { items } = await bench.kubectl.json<{ items: readonly Pod[] }>([
      'get',
      'pods',
      '--namespace',
      workspace.namespace,
    ]);
    const codes = items.map((pod) => containerStatus(pod, 'keyferry-refresh')?.state?.terminated?.exitCode);
    expect(codes.length === 2 && codes.every((code) => code === 0), `the agents ended with ${codes.join()}`);
    return undefined;
  },
};

/** A namespace that enforces Pod Security `restricted` takes injected pods as it takes the app alone, and no worse ones. */
const restrictedNamespace: Scenario = {
  name: 'restricted',
  run: async (bench) => {
    const key = 'payments/restricted/db';
    const credentials = newCredentials();
    await bench.vault.write(key, { ...credentials });
    const workspace = await Workspace.create(bench, 'restricted', { level: 'restricted' });
    const lifecycles = ['native', 'init+sidecar', 'init', 'sidecar'];
    const annotations = (lifecycle: string): Record<string, string> =>
      asking({
        store: 'vault',
        'secret.username': `${key}#username`,
        'secret.password': `${key}#password`,
        lifecycle,
      });
    const podNames = lifecycles.map((lifecycle) => lifecycle.replace('+', '-'));
    await workspace.start(
      ...lifecycles.map((lifecycle, index) =>
        workspace.pod(podNames[index] ?? '', { annotations: annotations(lifecycle) }),
      ),
    );
    await Promise.all(podNames.map((name) => workspace.readings(name, shows(credentials), { seconds: 30 })));
    const worse = workspace.pod('worse', {
      annotations: annotations('native'),
      containers: [{ name: 'app', securityContext: { allowPrivilegeEscalation: true } }],
    });
    const { code, stderr } = await bench.kubectl.attemptApply(worse);
    expect(
      code !== 0 && stderr.includes('violates PodSecurity'),
      `the namespace does not enforce: ${stderr}`,
    );
    expect(!stderr.includes('keyferry-'), `Pod Security objects to an injected container: ${stderr}`);
    return undefined;
  },
};

export const workloadScenarios: readonly Scenario[] = [jobCompletes, restrictedNamespace];
