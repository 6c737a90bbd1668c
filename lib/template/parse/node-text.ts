import { byKind, type Handlers } from '../by-kind.ts';
import { quote } from '../quote.ts';
import type { ByteString } from '../value.ts';
import type { BranchNode, CommandNode, JumpNode, Node, OperandNode, PipeNode, TemplateNode } from './node.ts';

const fields = (names: readonly string[]): string => names.map((name) => `.${name}`).join('');

const operandText = (node: OperandNode): ByteString =>
  node.kind === 'pipe' ? `(${nodeText(node)})` : nodeText(node);

const commandText = ({ operands }: CommandNode): ByteString => operands.map(operandText).join(' ');

const pipeText = ({ declarations, assigns, commands }: PipeNode): ByteString => {
  const operator = assigns ? '=' : ':=';
  const targets = declarations.map(nodeText).join(', ');
  const declaration = declarations.length > 0 ? `${targets} ${operator} ` : '';
  return declaration + commands.map(commandText).join(' | ');
};

const branchText = ({ kind, pipe, list, otherwise }: BranchNode): ByteString => {
  const alternative = otherwise === undefined ? '' : `{{else}}${nodeText(otherwise)}`;
  return `{{${kind} ${pipeText(pipe)}}}${nodeText(list)}${alternative}{{end}}`;
};

const templateText = ({ name, pipe }: TemplateNode): ByteString =>
  `{{template ${quote(name)}${pipe === undefined ? '' : ` ${pipeText(pipe)}`}}}`;

const jumpText = ({ kind }: JumpNode): ByteString => `{{${kind}}}`;

const texts: Handlers<Node, ByteString> = {
  text: ({ text }) => text,
  action: ({ pipe }) => `{{${pipeText(pipe)}}}`,
  if: branchText,
  with: branchText,
  range: branchText,
  template: templateText,
  break: jumpText,
  continue: jumpText,
  list: ({ nodes }) => nodes.map(nodeText).join(''),
  pipe: pipeText,
  command: commandText,
  field: ({ names }) => fields(names),
  variable: ({ name, fields: names }) => name + fields(names),
  chain: ({ node, fields: names }) => operandText(node) + fields(names),
  identifier: ({ name }) => name,
  dot: () => '.',
  nil: () => 'nil',
  boolean: ({ value }) => String(value),
  number: ({ text }) => text,
  string: ({ quoted }) => quoted,
};

/** A node as source, in the one way that Go writes it in messages. */
export const nodeText = (node: Node): ByteString => byKind(node, texts);
