/**
 * What holds in a block of nginx.conf: its own directives, and where it has none, those of the blocks around it.
 *
 * A directive that was looked at is marked as used, so that what nobody looked at can be told.
 */
import type { Directive } from './nginxConf.js';

export class Scope {
  constructor(
    /** The block; its directives come first. */
    readonly directives: readonly Directive[],
    readonly around: Scope | null,
    private readonly used: Set<Directive> = around?.used ?? new Set(),
  ) {}

  within(block: Directive): Scope {
    return new Scope(block.children ?? [], this, this.used);
  }

  /** Of this block alone. */
  own(name: string): readonly Directive[] {
    return this.peek(name).map((each) => this.use(each));
  }

  /** The same, without using them: for what is looked at, and not modelled. */
  peek(name: string): readonly Directive[] {
    return this.directives.filter((directive) => directive.name === name);
  }

  use(directive: Directive): Directive {
    this.used.add(directive);
    return directive;
  }

  /** What holds here; `null` if nothing was said. */
  find(name: string): Directive | null {
    return this.own(name).at(-1) ?? this.around?.find(name) ?? null;
  }

  blocks(name: string): readonly Directive[] {
    return this.own(name).filter(({ children }) => children !== null);
  }

  isUsed(directive: Directive): boolean {
    return this.used.has(directive);
  }
}
