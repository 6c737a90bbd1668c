/** A policy as it is written. What is none is refused when the set-up is read, not ignored when it is used. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

type OneOrMore = string | readonly string[];

export type PrincipalBlock = '*' | Readonly<Record<string, OneOrMore>>;

export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, OneOrMore | boolean>>>>;

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PrincipalBlock;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: ConditionBlock;
}

/** One value or a list of them, as a list. */
export const listOf = (value: unknown): readonly string[] => {
  if (value === undefined) return [];
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map(String);
};

/** The statements of a document. */
export const statementsOf = ({ Statement }: PolicyDocument): readonly PolicyStatement[] =>
  Array.isArray(Statement) ? (Statement as readonly PolicyStatement[]) : [Statement as PolicyStatement];
