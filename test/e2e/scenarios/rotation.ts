import { Workspace, type Bench } from '../bench.ts';
import type { Lifecycle } from '../../../lib/plan.ts';
import { newCredentials, shows, verifyReadings, type Credentials } from '../credentials.ts';
import { asking } from '../pods/manifests.ts';
import { verifySilence } from '../silence.ts';
import { expect, type Scenario } from '../scenario.ts';

const rotations = 2;
/** An interval of 10 s, what ±10 % and a busy machine add to it, and room. */
const rotationSeconds = 40;

const injectedNames: Readonly<Record<Lifecycle, readonly string[]>> = {
  native: ['keyferry-refresh'],
  'init+sidecar': ['keyferry-init', 'keyferry-refresh'],
  init: ['keyferry-init'],
  sidecar: ['keyferry-refresh'],
};

const askFor = (key: string, lifecycle: Lifecycle): Record<string, string> =>
  asking({
    store: 'vault',
    'secret.username': `${key}#username`,
    'secret.password': `${key}#password`,
    'refresh-interval': '10s',
    lifecycle,
  });

interface Team {
  readonly bench: Bench;
  readonly workspace: Workspace;
  readonly key: string;
}

/** Replaces the credentials, and waits until the app of `pod` has them. Milliseconds in between. */
const rotate = async ({ bench, workspace, key }: Team, pod: string, next: Credentials): Promise<number> => {
  await bench.vault.write(key, { ...next });
  const written = performance.now();
  await workspace.readings(pod, shows(next), { seconds: rotationSeconds });
  return performance.now() - written;
};

/** The payments team's pod: database credentials that rotate in Vault, and in the running app's files. */
const rotatesInPlace = (lifecycle: Lifecycle): Scenario => ({
  name: `rotation-${lifecycle}`,
  run: async (bench) => {
    const name = `rotation-${lifecycle.replace('+', '-')}`;
    const key = `payments/${name}/db`;
    const first = newCredentials();
    await bench.vault.write(key, { ...first });
    const workspace = await Workspace.create(bench, name);
    const [pod] = await workspace.start(workspace.pod('api', { annotations: askFor(key, lifecycle) }));
    const names = (pod?.spec.initContainers ?? []).map((container) => container.name);
    expect(names.join() === injectedNames[lifecycle].join(), `the injected containers are ${names.join()}`);
    await workspace.readings('api', shows(first), { seconds: rotationSeconds });
    const known = [first];
    const times: number[] = [];
    for (let count = 0; count < rotations; count += 1) {
      const next = newCredentials();
      known.push(next);
      times.push(await rotate({ bench, workspace, key }, 'api', next));
    }
    const last = known.at(-1) ?? first;
    verifyReadings(await workspace.readings('api', shows(last), { seconds: rotationSeconds }), known);
    await verifySilence(bench, { workspace, pod: 'api' }, known);
    return {
      detail: `in place ${times.map((time) => (time / 1000).toFixed(1)).join(' and ')} s after the write`,
    };
  },
});

/** `init` fetches once. That nothing comes later is shown by a pod beside it, which has seen two rotations meanwhile. */
const fetchesOnce: Scenario = {
  name: 'rotation-init',
  run: async (bench) => {
    const name = 'rotation-init';
    const key = `payments/${name}/db`;
    const first = newCredentials();
    await bench.vault.write(key, { ...first });
    const workspace = await Workspace.create(bench, name);
    const [once] = await workspace.start(
      workspace.pod('once', { annotations: askFor(key, 'init') }),
      workspace.pod('beside', { annotations: askFor(key, 'native') }),
    );
    const names = (once?.spec.initContainers ?? []).map((container) => container.name);
    expect(names.join() === injectedNames.init.join(), `the injected containers are ${names.join()}`);
    for (let count = 0; count < rotations; count += 1)
      await rotate({ bench, workspace, key }, 'beside', newCredentials());
    const { reads = 0 } =
      (await workspace.readings('beside', () => true, { seconds: rotationSeconds }))[0] ?? {};
    const later = ({ reads: count }: { readonly reads: number }): boolean => count > reads;
    verifyReadings(await workspace.readings('once', later, { seconds: rotationSeconds }), [first]);
    return undefined;
  },
};

export const rotationScenarios: readonly Scenario[] = [
  rotatesInPlace('native'),
  rotatesInPlace('init+sidecar'),
  fetchesOnce,
  rotatesInPlace('sidecar'),
];
