/**
 * What the visitors of one source have in common: what they are like, which pages they ask for, and what they do after a failure.
 */
import { Need, Pick } from '../engine/need.js';
import type { Random, Stream } from '../engine/random.js';
import type { Model, SourceModel, VisitorsModel } from '../model.js';
import { triesAgain } from '../telemetry/views.js';
import { Persistence } from './retry.js';

export class Source {
  readonly seeds: Stream;
  readonly closed: boolean;
  /** When its visitors stop coming back. */
  readonly untilMs: number;
  readonly mix: Pick;
  readonly pages: Need;
  readonly thinkMs: Need;
  readonly roundTripMs: Need;
  readonly patienceMs: Need | null;
  connections: number;
  keepAlive: boolean;
  /** What they do after a failure; `null` where none of them tries again. */
  readonly persistence: Persistence | null;
  /** Whether they do not wait for ever. */
  readonly hurried: boolean;

  constructor(
    private readonly source: SourceModel,
    private readonly model: Model,
    random: Random,
  ) {
    const visitors: VisitorsModel = source.visitors ?? model.visitors;
    this.seeds = random.stream(`visitors/${source.name}`);
    this.closed = source.kind === 'closed';
    this.untilMs = source.kind === 'closed' ? source.toMs : Infinity;
    this.pages = new Need('visitor.pages', visitors.pagesPerVisit);
    this.thinkMs = new Need('visitor.think', source.kind === 'closed' ? source.thinkMs : visitors.thinkMs);
    this.mix = new Pick('visitor.page', weightsOf(source, model));
    this.roundTripMs = new Need('visitor.rtt', visitors.roundTripMs);
    this.patienceMs = visitors.patienceMs === null ? null : new Need('visitor.patience', visitors.patienceMs);
    this.connections = visitors.connections;
    this.keepAlive = visitors.keepAlive;
    this.persistence = triesAgain(visitors) ? new Persistence(visitors) : null;
    this.hurried = visitors.patienceMs !== null || visitors.refresh !== null;
  }

  /** Visitors of its own stay as they are. */
  configure(): void {
    if (this.source.visitors !== undefined) return;
    const { pagesPerVisit, thinkMs, roundTripMs, connections, keepAlive } = this.model.visitors;
    this.pages.become(pagesPerVisit);
    if (this.source.kind !== 'closed') this.thinkMs.become(thinkMs);
    this.roundTripMs.become(roundTripMs);
    this.connections = connections;
    this.keepAlive = keepAlive;
  }
}

function weightsOf(source: SourceModel, model: Model): number[] {
  const { mix } = source;
  if (mix === null) return model.pages.map((page) => page.weight);
  return model.pages.map((_, index) => mix.filter(({ page }) => page === index).reduce((sum, { weight }) => sum + weight, 0));
}
