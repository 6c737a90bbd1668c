import type { Images } from './install.ts';

/** What the environment asks of a run. */
export interface Settings {
  readonly images: Images;
  /** Replace an installation that is there already. */
  readonly force: boolean;
  /** Also show what takes minutes. */
  readonly slow: boolean;
  /** What stays in the cluster: nothing, everything, or everything once a scenario has failed. */
  readonly keep: 'never' | 'always' | 'on-failure';
}

type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (value: string | undefined): boolean => !['', '0', 'false'].includes(value ?? '');

const keepOf = (value: string | undefined): Settings['keep'] => {
  if (value === 'on-failure') return value;
  return isSet(value) ? 'always' : 'never';
};

export const readSettings = (environment: Environment): Settings => ({
  images: {
    webhook: environment['WEBHOOK_IMAGE'] || 'keyferry-webhook:0.1.0',
    agent: environment['AGENT_IMAGE'] || 'keyferry-agent:0.1.0',
  },
  force: isSet(environment['E2E_FORCE']),
  slow: isSet(environment['E2E_SLOW']),
  keep: keepOf(environment['KEEP']),
});
