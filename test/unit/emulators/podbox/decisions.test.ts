import { describe, expect, test } from '@jest/globals';
import { BackOff } from '../../../emulators/podbox/containers/back-off.ts';
import { expand } from '../../../emulators/podbox/manifest/environment.ts';
import { parseBytes } from '../../../emulators/podbox/manifest/bytes.ts';
import { decide } from '../../../emulators/podbox/pods/decide.ts';
import type { ContainerState, Role, RunState } from '../../../emulators/podbox/pods/state.ts';

const none: RunState = { kind: 'none' };
const running: RunState = { kind: 'running', startedAt: 0, ready: true };
const ended = (exitCode: number): RunState => ({
  kind: 'ended',
  exitCode,
  reason: '',
  message: '',
  startedAt: 0,
  finishedAt: 0,
});
const of = (name: string, role: Role, run: RunState): ContainerState => ({
  name,
  image: '',
  role,
  run,
  restartCount: 0,
});
const start = (...names: string[]) => ({ kind: 'start', names });
const finish = { kind: 'finish' };

describe('what a pod needs next', () => {
  const init = (run: RunState): ContainerState => of('init', 'init', run);
  const agent = (run: RunState): ContainerState => of('agent', 'sidecar', run);
  const app = (run: RunState): ContainerState => of('app', 'app', run);

  test.each([
    ['nothing has started', [init(none), agent(none), app(none)], 'Always', start('init')],
    ['an init container runs', [init(running), agent(none), app(none)], 'Always', start()],
    ['it has succeeded', [init(ended(0)), agent(none), app(none)], 'Always', start('agent')],
    ['it has failed', [init(ended(1)), agent(none), app(none)], 'OnFailure', start('init')],
    ['it has failed for good', [init(ended(1)), agent(none), app(none)], 'Never', finish],
    ['the sidecar runs', [init(ended(0)), agent(running), app(none)], 'Always', start('app')],
    ['the sidecar ended before the app began', [agent(ended(0)), app(none)], 'Always', start('agent')],
    [
      'a sidecar ended while the next init container runs',
      [agent(ended(1)), init(running), app(none)],
      'Never',
      start('agent'),
    ],
    ['a sidecar ended beside the app', [agent(ended(0)), app(running)], 'Never', start('agent')],
    ['the app ended well', [agent(running), app(ended(0))], 'OnFailure', finish],
    ['the app ended well and is to run on', [agent(running), app(ended(0))], 'Always', start('app')],
    ['the app failed', [agent(running), app(ended(1))], 'OnFailure', start('app')],
    ['the app failed for good', [agent(running), app(ended(1))], 'Never', finish],
    ['the init container will not be run again', [init(ended(0)), app(ended(1))], 'Always', start('app')],
    ['there are no init containers', [app(none)], 'Always', start('app')],
  ] as const)('when %s', (_, containers, policy, want) => {
    expect(decide(containers, policy)).toEqual(want);
  });

  test('an app waits for the last sidecar, not for those before it', () => {
    const first = of('first', 'sidecar', ended(1));
    expect(decide([first, agent(running), app(ended(1))], 'Always')).toEqual(start('first', 'app'));
    expect(decide([of('first', 'sidecar', running), agent(ended(1)), app(ended(1))], 'Always')).toEqual(
      start('agent'),
    );
  });
});

test('back-off doubles up to 300 s and is forgotten after 10 minutes', () => {
  const backOff = new BackOff();
  let now = 0;
  const delays: number[] = [];
  for (let restart = 0; restart < 8; restart += 1) {
    delays.push(backOff.remaining(now, now));
    now += backOff.remaining(now, now);
    backOff.count(now, now);
  }
  expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1000));
  expect(backOff.remaining(now + 600_001, now + 600_001)).toBe(0);
  backOff.count(now + 600_001, now + 600_001);
  expect(backOff.delay).toBe(10_000);
});

test.each([
  ['$(A)', '1'],
  ['$(A)$(A)', '11'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$1'],
  ['$(B)', '$(B)'],
  ['$A $ $(A', '$A $ $(A'],
  ['$(constructor)', '$(constructor)'],
])('%s expands to %s', (text, want) => {
  expect(expand(text, new Map([['A', '1']]))).toBe(want);
});

test.each([
  ['8Mi', 8 * 1024 * 1024],
  ['1.5Ki', 1536],
  ['2k', 2000],
  ['17', 17],
  ['', undefined],
  ['1m', undefined],
  ['-1', undefined],
])('%j bytes', (text, want) => {
  expect(parseBytes(text)).toBe(want);
});
