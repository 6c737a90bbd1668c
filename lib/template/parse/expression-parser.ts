import { quote } from '../quote.ts';
import type { ByteString } from '../value.ts';
import { nodeText } from './node-text.ts';
import type { CommandNode, NumberNode, OperandNode, PipeNode, VariableNode } from './node.ts';
import { characterConstant, complexConstant, numberConstant, type Constant } from './number.ts';
import { TokenReader, type Source } from './token-reader.ts';
import type { Token, TokenKind } from './token.ts';
import { unquote, unquoteCharacter } from './unquote.ts';
import { VariableNames } from './variable-names.ts';

/** Tokens that can start a command. */
const operandStarts: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'boolean',
  'character',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-parenthesis',
]);

/** What stands for itself, and so cannot take what comes through a pipe. */
const literals: ReadonlySet<string> = new Set(['boolean', 'dot', 'nil', 'number', 'string']);

interface Declarations {
  readonly variables: VariableNode[];
  assigns: boolean;
}

const variableNode = (position: number, text: string): VariableNode => {
  const [name = '', ...fields] = text.split('.');
  return { kind: 'variable', position, name, fields };
};

/** Parses pipelines. */
export class ExpressionParser {
  protected readonly tokens: TokenReader;
  protected readonly variables = new VariableNames();
  private parentheses = 0;

  constructor(source: Source) {
    this.tokens = new TokenReader(source);
  }

  /** Reads up to and including the token `end`. */
  protected pipeline(context: string, end: TokenKind): PipeNode {
    const { position, line } = this.tokens.peekNonSpace();
    const { variables, assigns } = this.declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.tokens.nextNonSpace();
      if (token.kind === end) break;
      if (!operandStarts.has(token.kind)) this.tokens.unexpected(token, context);
      this.tokens.putBack(token);
      commands.push(this.command());
    }
    this.checkCommands(commands, context);
    return { kind: 'pipe', position, line, declarations: variables, assigns, commands };
  }

  private checkCommands(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.tokens.fail(`missing value for ${context}`);
    for (const [index, command] of commands.entries()) {
      const [first] = command.operands;
      if (index > 0 && first !== undefined && literals.has(first.kind)) {
        this.tokens.fail(`non executable command in pipeline stage ${index + 1}`);
      }
    }
  }

  /** `$x :=`, `$x =`, and with `range` also `$i, $x :=`. */
  private declarations(context: string): Declarations {
    const found: Declarations = { variables: [], assigns: false };
    while (this.tokens.peekNonSpace().kind === 'variable') {
      const variable = this.tokens.next();
      const adjacent = this.tokens.peek();
      const next = this.tokens.peekNonSpace();
      const isComma = next.kind === 'char' && next.text === ',';
      if (!isComma && next.kind !== 'assign' && next.kind !== 'declare') {
        this.restore(variable, adjacent);
        return found;
      }
      this.tokens.nextNonSpace();
      found.variables.push(variableNode(variable.position, variable.text));
      this.variables.declare(variable.text);
      if (!isComma) return { ...found, assigns: next.kind === 'assign' };
      this.checkComma(context, found.variables.length);
    }
    return found;
  }

  /** Puts a variable back that is an argument, with the space behind it. */
  private restore(variable: Token, adjacent: Token): void {
    if (adjacent.kind === 'space') this.tokens.putBack(variable, adjacent);
    else this.tokens.putBack(variable);
  }

  private checkComma(context: string, count: number): void {
    if (context !== 'range' || count >= 2) this.tokens.fail(`too many declarations in ${context}`);
    const { kind } = this.tokens.peekNonSpace();
    const good = kind === 'variable' || kind === 'right-delimiter' || kind === 'right-parenthesis';
    if (!good) this.tokens.fail('range can only initialize variables');
  }

  private command(): CommandNode {
    const { position } = this.tokens.peekNonSpace();
    const operands: OperandNode[] = [];
    for (;;) {
      this.tokens.peekNonSpace();
      const operand = this.operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'right-delimiter' || token.kind === 'right-parenthesis') this.tokens.putBack(token);
      else if (token.kind !== 'pipe') this.tokens.unexpected(token, 'operand');
      break;
    }
    if (operands.length === 0) this.tokens.fail('empty command');
    return { kind: 'command', position, operands };
  }

  /** A term with the fields behind it. */
  private operand(): OperandNode | undefined {
    const node = this.term();
    const first = this.tokens.peek();
    if (node === undefined || first.kind !== 'field') return node;
    const fields: string[] = [];
    while (this.tokens.peek().kind === 'field') fields.push(this.tokens.next().text.slice(1));
    return this.withFields(node, first.position, fields);
  }

  private withFields(node: OperandNode, position: number, fields: readonly string[]): OperandNode {
    if (node.kind === 'field') return { ...node, position, names: [...node.names, ...fields] };
    if (node.kind === 'variable') return { ...node, position, fields: [...node.fields, ...fields] };
    if (literals.has(node.kind)) this.tokens.fail(`unexpected . after term ${quote(nodeText(node))}`);
    return { kind: 'chain', position, node, fields };
  }

  private term(): OperandNode | undefined {
    const token = this.tokens.nextNonSpace();
    const { kind, position, text } = token;
    if (kind === 'identifier') return this.identifier(token);
    if (kind === 'dot' || kind === 'nil') return { kind, position };
    if (kind === 'variable') return this.useVariable(token);
    if (kind === 'field') return { kind, position, names: [text.slice(1)] };
    if (kind === 'boolean') return { kind, position, value: text === 'true' };
    return kind === 'left-parenthesis' ? this.parenthesised() : this.constant(token);
  }

  private constant(token: Token): OperandNode | undefined {
    const { kind, position, text } = token;
    if (kind === 'string' || kind === 'raw-string') {
      return { kind: 'string', position, quoted: text, value: this.unquoted(text) };
    }
    if (kind === 'number' || kind === 'complex' || kind === 'character') return this.number(token);
    this.tokens.putBack(token);
    return undefined;
  }

  private identifier({ position, text }: Token): OperandNode {
    if (!this.tokens.source.functions.has(text)) this.tokens.fail(`function ${quote(text)} not defined`);
    return { kind: 'identifier', position, name: text };
  }

  private useVariable({ position, text }: Token): OperandNode {
    const node = variableNode(position, text);
    if (!this.variables.has(node.name)) this.tokens.fail(`undefined variable ${quote(node.name)}`);
    return node;
  }

  private parenthesised(): OperandNode {
    if (this.parentheses >= this.tokens.source.limits.parentheses) {
      this.tokens.fail('max expression depth exceeded');
    }
    this.parentheses++;
    const pipe = this.pipeline('parenthesized pipeline', 'right-parenthesis');
    this.parentheses--;
    return pipe;
  }

  protected unquoted(text: ByteString): ByteString {
    return unquote(text) ?? this.tokens.fail('invalid syntax');
  }

  private number({ kind, position, text }: Token): NumberNode {
    return { kind: 'number', position, text, constant: this.constantOf(kind, text) };
  }

  private constantOf(kind: TokenKind, text: ByteString): Constant {
    if (kind === 'character') return this.character(text);
    const constant = kind === 'complex' ? complexConstant(text) : numberConstant(text);
    if (constant === undefined) this.tokens.fail('syntax error scanning complex number');
    if (constant === 'overflow') this.tokens.fail(`integer overflow: ${quote(text)}`);
    if (constant === 'illegal') this.tokens.fail(`illegal number syntax: ${quote(text)}`);
    return constant;
  }

  private character(text: ByteString): Constant {
    const character = unquoteCharacter(text, 1, "'");
    if (character === undefined) this.tokens.fail('invalid syntax');
    if (text.slice(character.end) !== "'") this.tokens.fail(`malformed character constant: ${text}`);
    return characterConstant(character.code);
  }
}
