/** The variables that are declared where the parser stands. */
export class VariableNames {
  private readonly declared: string[] = ['$'];
  /** How many of a name are declared: an inner block may declare one again. */
  private readonly counts = new Map<string, number>([['$', 1]]);

  get count(): number {
    return this.declared.length;
  }

  has(name: string): boolean {
    return (this.counts.get(name) ?? 0) > 0;
  }

  declare(name: string): void {
    this.declared.push(name);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Forgets those that a block declared. */
  forgetTo(count: number): void {
    for (const name of this.declared.splice(count)) this.counts.set(name, (this.counts.get(name) ?? 1) - 1);
  }
}
