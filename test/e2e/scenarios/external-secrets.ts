import { randomBytes } from 'node:crypto';
import { Workspace, type Bench } from '../bench.ts';
import { podRole, secretNames } from '../aws/configuration.ts';
import { named } from '../cluster/kubectl.ts';
import type { KubernetesObject } from '../cluster/objects.ts';
import { newCredentials, shows, showsFile, verifyReadings, type Credentials } from '../credentials.ts';
import { asking } from '../pods/manifests.ts';
import { expect, expectParts, type Scenario } from '../scenario.ts';

const ours = 'keyferry.dev/v1beta1';
const theirs = 'external-secrets.io/v1';

const newToken = (): string => randomBytes(24).toString('base64url');

const entry = (secretKey: string, key: string, property: string): object => ({
  secretKey,
  remoteRef: { key, property },
});

const externalSecret = (
  workspace: Workspace,
  name: string,
  options: { readonly apiVersion?: string; readonly spec: object },
): KubernetesObject => ({
  apiVersion: options.apiVersion ?? ours,
  kind: 'ExternalSecret',
  metadata: { name, namespace: workspace.namespace },
  spec: { refreshInterval: '10s', secretStoreRef: { name: 'vault', kind: 'SecretStore' }, ...options.spec },
});

const pairOf = ({ username, password }: Credentials): string => `${username}:${password}`;

/** Vault and AWS in one template, a ConfigMap's text beside it; the credentials rotate together or not at all. */
const template: Scenario = {
  name: 'external-secret-template',
  run: async (bench) => {
    const key = 'payments/external-secret/db';
    const [before, after] = [newCredentials(), newCredentials()];
    const token = newToken();
    await bench.vault.write(key, { ...before });
    await bench.aws.write(secretNames.template, { token });
    const workspace = await Workspace.create(bench, 'external-secret', {
      accountAnnotations: { 'eks.amazonaws.com/role-arn': podRole },
    });
    const { namespace } = workspace;
    await bench.kubectl.apply(
      bench.aws.store('aws', namespace),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'texts', namespace },
        data: { greeting: '{{ .username | upper }}' },
      },
      externalSecret(workspace, 'app', {
        spec: {
          target: {
            name: 'app',
            template: {
              data: { pair: '{{ .username }}:{{ .password }}', feed: 'token={{ .token }}' },
              templateFrom: [{ configMap: { name: 'texts', items: [{ key: 'greeting' }] } }],
            },
          },
          data: [
            entry('username', key, 'username'),
            entry('password', key, 'password'),
            {
              ...entry('token', secretNames.template, 'token'),
              sourceRef: { storeRef: { name: 'aws', kind: 'SecretStore' } },
            },
          ],
        },
      }),
    );
    const annotations = asking({
      'external-secrets': 'app',
      store: 'vault',
      'secret.username': `${key}#username`,
      'secret.password': `${key}#password`,
      'template.line': `{{ secret "${key}#username" }} {{ (secretData "${key}").password }}`,
      'refresh-interval': '10s',
    });
    await workspace.start(workspace.pod('api', { annotations }));
    await workspace.readings('api', showsFile('app/feed', `token=${token}`), { seconds: 30 });
    await workspace.readings('api', showsFile('app/greeting', before.username.toUpperCase()), {
      seconds: 10,
    });
    await bench.vault.write(key, { ...after });
    const readings = await workspace.readings('api', shows(after), { seconds: 40 });
    verifyReadings(readings, [before, after]);
    // What is made of one document moves together: each look shows one pair, however it is written.
    const mixed = readings
      .filter(({ files }) => Object.keys(files).length > 0)
      .filter((reading) =>
        [before, after].every(
          (known) =>
            !(
              shows(known)(reading) &&
              showsFile('app/pair', pairOf(known))(reading) &&
              showsFile('line', `${known.username} ${known.password}`)(reading)
            ),
        ),
      );
    expect(mixed.length === 0, `${mixed.length} looks found files of different documents`);
    return undefined;
  },
};

interface WithStatus extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

const valid = ({ status }: WithStatus): string | undefined =>
  status?.conditions?.find(({ type }) => type === 'Valid')?.status;

/** What is applied is checked, all at once; what is right says so in its status. */
const validated: Scenario = {
  name: 'validated-when-applied',
  run: async (bench) => {
    const workspace = await Workspace.create(bench, 'validated');
    const wrong = externalSecret(workspace, 'wrong', {
      spec: {
        refreshInterval: 'soon',
        target: { template: { data: { url: '{{ .user ' }, engineVersion: 'v2' } },
        dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'x' } } }],
      },
    });
    const { code, stderr } = await bench.kubectl.attemptApply(wrong);
    expect(code !== 0, 'an ExternalSecret with three mistakes was applied');
    expectParts(stderr, ['spec.refreshInterval', 'spec.target.template.data', 'generatorRef']);
    const right = externalSecret(workspace, 'right', {
      spec: { data: [entry('username', 'payments/validated/db', 'username')] },
    });
    await bench.kubectl.apply(right);
    const options = { seconds: 45, what: 'the condition Valid' };
    await bench.kubectl.watch<WithStatus>(
      workspace.object('externalsecrets.keyferry.dev', 'right'),
      (seen) => valid(seen) === 'True',
      options,
    );
    const store = workspace.object('secretstores.keyferry.dev', 'vault');
    await bench.kubectl.watch<WithStatus>(store, (seen) => valid(seen) === 'True', options);
    await bench.kubectl.delete(store);
    const missing = await bench.kubectl.watch<WithStatus>(
      workspace.object('externalsecrets.keyferry.dev', 'right'),
      (seen) => valid(seen) === 'False',
      { seconds: 45, what: 'a condition that says that the store is gone' },
    );
    expectParts(JSON.stringify(missing.status), ['vault']);
    return undefined;
  },
};

const theirKinds = [
  ['SecretStore', 'secretstores', 'Namespaced'],
  ['ClusterSecretStore', 'clustersecretstores', 'Cluster'],
  ['ExternalSecret', 'externalsecrets', 'Namespaced'],
] as const;

/** As much of External Secrets Operator's API as it takes to store its objects. */
const theirDefinitions = (): readonly KubernetesObject[] =>
  theirKinds.map(([kind, plural, scope]) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.external-secrets.io` },
    spec: {
      group: 'external-secrets.io',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope,
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }));

const definitionName = (plural: string): ReturnType<typeof named> =>
  named(`customresourcedefinition/${plural}.external-secrets.io`);

const isInstalled = async (bench: Bench): Promise<boolean> => {
  const words = ['get', 'customresourcedefinition', 'externalsecrets.external-secrets.io'];
  return (await bench.kubectl.attempt(words)).code === 0;
};

const asTheirs = (object: KubernetesObject, name: string): KubernetesObject => ({
  ...object,
  apiVersion: theirs,
  metadata: { ...object.metadata, name },
});

/** Objects of External Secrets Operator as they are: its definitions come while the webhook runs, and go again. */
const operatorObjects: Scenario = {
  name: 'external-secrets-operator-objects',
  run: async (bench) => {
    const wasThere = await isInstalled(bench);
    const key = 'payments/operator/db';
    const credentials = newCredentials();
    await bench.vault.write(key, { ...credentials });
    const workspace = await Workspace.create(bench, 'operator');
    try {
      if (!wasThere) await bench.kubectl.apply(...theirDefinitions());
      for (const [, plural] of theirKinds)
        await bench.kubectl.run([
          'wait',
          `customresourcedefinition/${plural}.external-secrets.io`,
          '--for=condition=Established',
          '--timeout=30s',
        ]);
      await bench.kubectl.apply(
        asTheirs(bench.vault.store('vault', workspace.namespace), 'vault-of-theirs'),
        externalSecret(workspace, 'of-theirs', {
          apiVersion: theirs,
          spec: {
            secretStoreRef: { name: 'vault-of-theirs' },
            target: { name: 'db', creationPolicy: 'Owner' },
            dataFrom: [{ extract: { key } }],
          },
        }),
      );
      const pod = workspace.pod('api', { annotations: asking({ 'external-secrets': 'of-theirs' }) });
      // How soon the webhook sees a new API is not promised to the second.
      const until = performance.now() + 90_000;
      for (let answer = await bench.kubectl.attemptApply(pod); answer.code !== 0;) {
        expect(performance.now() < until, `the ExternalSecret was not seen: ${answer.stderr}`);
        answer = await bench.kubectl.attemptApply(pod);
      }
      await workspace.ready('api');
      await workspace.readings('api', showsFile('db/password', credentials.password), { seconds: 30 });
    } finally {
      if (!wasThere) for (const [, plural] of theirKinds) await bench.kubectl.delete(definitionName(plural));
    }
    return undefined;
  },
};

export const externalSecretScenarios: readonly Scenario[] = [template, validated];

/** Those that change what the whole cluster has. */
export const externalSecretsOperatorScenarios: readonly Scenario[] = [operatorObjects];
