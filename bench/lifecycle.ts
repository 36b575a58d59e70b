/**
 * The whole life of a request, W5 of `site.ts`: the engine as it is, telemetry on, against what else one might use.
 *
 * Every program must come out at the mean that theory says, so that nobody is fast by being wrong. SimPy has no processor
 * sharing; its cores are first come, first served, and its mean that of another network.
 */
import { cpp, simpy } from './anchors.js';
import { each, type Figures, node, type Program, ratio, takeTurns } from './measure.js';
import { perSecond, type Row, type Workload } from './row.js';
import { MEAN_MS } from './site.js';

export const lifecycle: Workload = {
  name: 'lifecycle',
  title: 'The whole life of a request, 13 in flight, telemetry on',
  measure({ quick, turns }) {
    const few = quick ? 20_000 : 50_000;
    const many = quick ? 400_000 : 1_000_000;
    const programs: Record<string, Program> = {
      engine: node('programs/lifecycle', { requests: many }),
      rxjs: node('anchors/rxjsLifecycle', { requests: few }),
    };
    const python = simpy('lifecycle', String(few));
    const compiled = cpp('lifecycle', String(2 * many), '1');
    if (python !== null) programs.simpy = python;
    if (compiled !== null) programs.cpp = compiled;
    const { engine, rxjs, simpy: simpyTurns, cpp: cppTurns } = takeTurns(programs, turns);
    expectMean(engine, 0.01);
    expectMean(rxjs, 0.02);
    if (cppTurns !== undefined) expectMean(cppTurns, 0.01);
    return [
      row('idiomatic RxJS on its VirtualTimeScheduler', engine, rxjs, { atLeast: 12 }, 26),
      row('SimPy', engine, simpyTurns, { atLeast: 20 }, 40, 'no SimPy'),
      row('C++ written by hand', engine, cppTurns, null, 0.65, 'no g++'),
    ];
  },
};

function row(
  anchor: string,
  engine: readonly Figures[],
  turns: readonly Figures[] | undefined,
  bar: Row['bar'],
  goal: number,
  without = '',
): Row {
  const what = `requests a second, against ${anchor}`;
  if (turns === undefined) return { what, value: null, unit: '×', bar, goal, beside: without };
  const beside = `${perSecond(each(engine))} against ${perSecond(each(turns))}`;
  return { what, value: ratio(engine, turns), unit: '×', bar, goal, beside };
}

/** Of all turns together: one short turn may be off by chance. */
export function expectMean(turns: readonly Figures[], within: number, meanMs = MEAN_MS): void {
  const requests = turns.reduce((sum, figures) => sum + figures.requests, 0);
  const mean = turns.reduce((sum, figures) => sum + figures.meanMs * figures.requests, 0) / requests;
  if (Math.abs(mean / meanMs - 1) > within)
    throw new Error(`a program simulates something else: a mean of ${mean} ms in place of ${meanMs}`);
}
