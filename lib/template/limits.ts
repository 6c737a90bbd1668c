/** What a template may take: a hostile or mistaken one ends in an error, never in a process without memory or time. */
export interface TemplateLimits {
  /** Bytes of a template's text. */
  readonly sourceBytes: number;
  /** Blocks inside of blocks, `else if` after `else if`. */
  readonly blocks: number;
  /** Parentheses inside of parentheses. */
  readonly parentheses: number;
  /** Nodes that one execution may visit. */
  readonly steps: number;
  /** Bytes that the functions of one execution may make. */
  readonly workBytes: number;
  /** Bytes of the result. */
  readonly outputBytes: number;
  /** A template is not called from inside of more blocks and templates than these. */
  readonly depth: number;
}

export const defaultLimits: TemplateLimits = {
  sourceBytes: 1024 * 1024,
  blocks: 200,
  parentheses: 100,
  steps: 1_000_000,
  workBytes: 32 * 1024 * 1024,
  outputBytes: 1024 * 1024,
  depth: 500,
};
