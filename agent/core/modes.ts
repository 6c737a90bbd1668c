/** What the containers may ask of the agent, besides `wait`. */
export type Mode = 'init' | 'refresh' | 'run';

export interface ModeRules {
  /** Ends with the first generation, or with the last good one where there was one before. */
  readonly endsWhenReady: boolean;
  /** Gives up when no generation is there by the plan's start timeout. */
  readonly hasStartTimeout: boolean;
  /** Serves HTTP and follows `force-sync`. */
  readonly stays: boolean;
}

const rules: ReadonlyMap<string, ModeRules & { readonly mode: Mode }> = new Map([
  ['init', { mode: 'init', endsWhenReady: true, hasStartTimeout: true, stays: false }],
  ['run', { mode: 'run', endsWhenReady: false, hasStartTimeout: true, stays: true }],
  ['refresh', { mode: 'refresh', endsWhenReady: false, hasStartTimeout: false, stays: true }],
]);

/** The rules of a mode, undefined where there is none of that name. */
export const modeRules = (name: string | undefined): (ModeRules & { readonly mode: Mode }) | undefined =>
  rules.get(name ?? '');

/** How `wait` and the agents are named on the command line, for messages. */
export const modeNames = [...rules.keys(), 'wait'];
