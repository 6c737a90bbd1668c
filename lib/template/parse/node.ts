import type { ByteString } from '../value.ts';
import type { Constant } from './number.ts';

interface Place {
  /** Byte of the source that messages point at. */
  readonly position: number;
}

export interface PipeNode extends Place {
  readonly kind: 'pipe';
  readonly line: number;
  /** Variables that the pipeline declares or sets. */
  readonly declarations: readonly VariableNode[];
  /** `=` and not `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}

export interface CommandNode extends Place {
  readonly kind: 'command';
  readonly operands: readonly OperandNode[];
}

export interface FieldNode extends Place {
  readonly kind: 'field';
  readonly names: readonly string[];
}

export interface VariableNode extends Place {
  readonly kind: 'variable';
  /** With its `$`. */
  readonly name: string;
  readonly fields: readonly string[];
}

/** Fields of something that is no field and no variable: `(index .list 0).name`. */
export interface ChainNode extends Place {
  readonly kind: 'chain';
  readonly node: OperandNode;
  readonly fields: readonly string[];
}

export interface IdentifierNode extends Place {
  readonly kind: 'identifier';
  readonly name: string;
}

export interface DotNode extends Place {
  readonly kind: 'dot';
}

export interface NilNode extends Place {
  readonly kind: 'nil';
}

export interface BooleanNode extends Place {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface NumberNode extends Place {
  readonly kind: 'number';
  readonly text: string;
  readonly constant: Constant;
}

export interface StringNode extends Place {
  readonly kind: 'string';
  readonly quoted: ByteString;
  readonly value: ByteString;
}

export type OperandNode =
  | PipeNode
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | DotNode
  | NilNode
  | BooleanNode
  | NumberNode
  | StringNode;

export interface TextNode extends Place {
  readonly kind: 'text';
  readonly text: ByteString;
}

export interface ActionNode extends Place {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}

export interface BranchNode extends Place {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly otherwise: ListNode | undefined;
}

export interface TemplateNode extends Place {
  readonly kind: 'template';
  readonly name: ByteString;
  readonly pipe: PipeNode | undefined;
}

export interface JumpNode extends Place {
  readonly kind: 'break' | 'continue';
}

export type StatementNode = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;

export interface ListNode extends Place {
  readonly kind: 'list';
  readonly nodes: readonly StatementNode[];
}

export type Node = StatementNode | ListNode | OperandNode | CommandNode;
