import type { Operand } from './operand.ts';

interface Variable {
  readonly name: string;
  value: Operand;
  /** The variable of an outer block that has the same name. */
  readonly shadowed: Variable | undefined;
}

/** The variables of a template that is executed, with those of inner blocks over those of outer ones. */
export class Variables {
  private readonly declared: Variable[] = [];
  private readonly visible = new Map<string, Variable>();

  get count(): number {
    return this.declared.length;
  }

  declare(name: string, value: Operand): void {
    const variable = { name, value, shadowed: this.visible.get(name) };
    this.declared.push(variable);
    this.visible.set(name, variable);
  }

  value(name: string): Operand | undefined {
    return this.visible.get(name)?.value;
  }

  /** Whether there is such a variable to be set. */
  set(name: string, value: Operand): boolean {
    const variable = this.visible.get(name);
    if (variable === undefined) return false;
    variable.value = value;
    return true;
  }

  /** Sets the variable that was declared last (1), or the one before it (2). */
  setDeclared(fromEnd: number, value: Operand): void {
    const variable = this.declared.at(-fromEnd);
    if (variable !== undefined) variable.value = value;
  }

  /** Forgets those that a block declared. */
  forgetTo(count: number): void {
    while (this.declared.length > count) {
      const variable = this.declared.pop();
      if (variable === undefined) return;
      if (variable.shadowed === undefined) this.visible.delete(variable.name);
      else this.visible.set(variable.name, variable.shadowed);
    }
  }
}
