import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { buildAgent, type Bundle } from '../support/agent/bundle.ts';
import { removeFolders } from '../support/agent/folders.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import {
  AgentProcess,
  killAgents,
  makePodWithStore,
  terminationMessageIn,
} from '../support/agent/process.ts';
import {
  entryOf,
  externalSecretAt,
  mapTemplate,
  refOf,
  setOf,
  templateAt,
  valuesTemplate,
} from '../support/agent/template-plans.ts';
import { visibleFiles } from '../support/agent/volume.ts';

let bundle: Bundle;
let program: string;

beforeAll(() => {
  bundle = buildAgent();
  ({ program } = bundle);
});
afterAll(() => {
  bundle.remove();
});
afterEach(() => {
  killAgents();
  removeFolders();
});

/** The bundle without the language of templates: it ends badly where that is as much as parsed. */
const withoutTemplates = (): string => {
  const text = readFileSync(program, 'utf8');
  let spoilt = 0;
  const path = join(bundle.folder, 'without-templates.cjs');
  writeFileSync(
    path,
    text.replace(/("\.\/[\w-]+\.js":\(\)=>\{\/\*)([^]*?\*\/\})/g, (section, head: string, body: string) => {
      if (!body.includes('unclosed action') && !body.includes('FunctionError')) return section;
      spoilt += 1;
      return `${head} )spoilt( ${body}`;
    }),
  );
  expect(spoilt).toBeGreaterThan(0);
  return path;
};

const from = { kind: 'config-map', name: 'shared', key: 'note' } as const;
const everything = planOf({
  sources: [sourceOf('db')],
  files: [
    templateAt('dsn', '{{ secret "db#user" | upper }} {{ (secretData "db").port }}', [
      refOf('db#user', { property: 'user' }),
      refOf('db'),
    ]),
    externalSecretAt({
      sets: [
        setOf({
          rewrite: [
            { kind: 'regexp', source: '^(.*)$', target: 'db_$1' },
            { kind: 'transform', template: '{{ .value | upper }}' },
          ],
        }),
      ],
      entries: [entryOf('user', { property: 'user' })],
      templates: [
        mapTemplate('a: {{ .user }}\nb: 5432'),
        { as: 'Values', key: 'note', from },
        valuesTemplate('sum', '{{ .user | sha256sum | trunc 8 }}'),
      ],
    }),
  ],
});
const secrets = { db: { user: 'u', port: 5432 } };

const makePod = (content: object = secrets) => {
  const pod = makePodWithStore(content);
  const folder = join(pod.root, 'keyferry/identity/configmaps/shared');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'note'), 'by {{ .user }}');
  return pod;
};

describe('the one file of the agent', () => {
  test('renders what the sources render', async () => {
    const { root, folder } = makePod();
    const agent = new AgentProcess('init', { root, plan: everything, program });
    expect([await agent.exit(), agent.errors]).toEqual([0, '']);
    expect(visibleFiles(folder)).toEqual({
      dsn: 'U 5432',
      'app/DB_PORT': '5432',
      'app/DB_USER': 'u',
      'app/a': 'u',
      'app/b': '5432',
      'app/note': 'by u',
      'app/sum': '0bfe935e',
      'app/user': 'u',
    });
  });

  test('does not load the language for plans without templates, ExternalSecrets among them', async () => {
    const lean = withoutTemplates();
    const { root, folder } = makePod();
    const plan = planOf({
      sources: [sourceOf('db')],
      files: [fileAt('user', { property: 'user' }), externalSecretAt({ sets: [setOf()] })],
    });
    const agent = new AgentProcess('init', { root, plan, program: lean });
    expect([await agent.exit(), agent.output, agent.errors]).toEqual([0, expect.any(String), '']);
    expect(visibleFiles(folder)).toEqual({ user: 'u', 'app/user': 'u', 'app/port': '5432' });
    const other = new AgentProcess('init', { root, plan: everything, program: lean });
    expect(await other.exit()).not.toBe(0);
  });

  test('does not start with templates that do not parse, and names them all', async () => {
    const { root } = makePod();
    const plan = planOf({
      files: [
        templateAt('a', '{{ if }}', [refOf('db')]),
        externalSecretAt({ entries: [entryOf('a')], templates: [valuesTemplate('b', '{{ nothing }}')] }),
      ],
    });
    expect(await new AgentProcess('run', { root, plan, program }).exit()).toBe(1);
    expect(terminationMessageIn(root)).toBe(
      [
        'Keyferry cannot use the plan in KEYFERRY_PLAN',
        'template: a:1: missing value for if',
        'ExternalSecret "app": template: b:1: function "nothing" not defined',
      ].join('\n'),
    );
  });
});

describe('an agent that is killed at any time', () => {
  test('leaves files of one rotation, and the next one goes on', async () => {
    const mark = (number: number) => ({ db: { user: `rotation-${number}`, password: `rotation-${number}` } });
    const { root, folder, write } = makePod(mark(0));
    const plan = planOf({
      sources: [sourceOf('db', { intervalSeconds: 3_600 })],
      files: [
        fileAt('user', { property: 'user' }),
        templateAt('both', '{{ secret "db#user" }} {{ (secretData "db").password }} {{ uuidv4 }}', [
          refOf('db#user', { property: 'user' }),
          refOf('db'),
        ]),
        externalSecretAt({
          sets: [setOf()],
          templates: [valuesTemplate('c', '{{ .user }} {{ .password }}')],
        }),
      ],
    });
    const inVolume = (): string => Object.values(visibleFiles(folder)).join('\n');
    const rotationsIn = (): readonly string[] => [...new Set(inVolume().match(/rotation-\d+/g))];
    for (let kill = 1; kill <= 30; kill += 1) {
      write(mark(kill));
      // `init` reads everything anew, so that each process has a rotation to publish.
      const agent = new AgentProcess('init', { root, plan, program });
      await Promise.race([delay(60 + kill * 8), agent.exit()]);
      await agent.kill('SIGKILL');
      expect(rotationsIn().length).toBeLessThanOrEqual(1);
    }
    expect(await new AgentProcess('init', { root, plan, program }).exit()).toBe(0);
    expect(rotationsIn()).toEqual(['rotation-30']);
    const before = [realpathSync(join(folder, '..data')), inVolume()];
    expect(await new AgentProcess('init', { root, plan, program }).exit()).toBe(0);
    expect([realpathSync(join(folder, '..data')), inVolume()]).toEqual(before);
  }, 60_000);
});
