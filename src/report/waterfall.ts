/**
 * One request as a waterfall, in the whiteboard's order:
 *
 *   type the name → look it up → connect → Nginx → PHP-FPM → MySQL → deliver
 *
 * A line for each span on one axis of time; a stage's bar covers those of the stages that it called, which
 * stand below it, moved to the right. Of a long row of equal spans (the queries of a page) the first few
 * are shown and the others summed up.
 */
import type { Span, Trace } from '../telemetry/trace.js';
import { count, duration, exactClock, share } from './format.js';
import { type Look, plainLook } from './look.js';
import { stageName } from './names.js';
import { printable, wrap } from './text.js';

/** Of equal spans that follow one another, so many are shown before the rest is summed up. */
const alikeMax = 4;
/** A shorter wait is not worth a figure. */
const notableMs = 0.01;
const nameWidth = 17;
const timeWidth = 9;

export function waterfall(hostile: Trace, look: Look = plainLook): string {
  const trace = printable(hostile);
  const sections = [header(trace, look), rows(trace, look), explanation(trace, look)];
  return `${sections.map((section) => section.join('\n')).join('\n\n')}\n`;
}

function header(trace: Trace, look: Look): string[] {
  const arrow = look.unicode ? '→' : '->';
  const good = trace.outcome === '200';
  const title = `${trace.page} at ${exactClock(trace.arrivedMs)} ${arrow} ${trace.outcome} after ${duration(totalMs(trace))}`;
  const which = `request ${count(trace.request)} of ${trace.scenario}, seed ${trace.seed}`;
  const cause = trace.cause === null ? [] : wrap(trace.cause, widthOf(look), 'Failed: ', '        ').map(look.paint.bad);
  const log =
    trace.log === null || trace.log === ''
      ? []
      : wrap(trace.log, widthOf(look), 'In the log: ', '            ').map(look.paint.faint);
  return [
    ...wrap(title, widthOf(look)).map(good ? look.paint.strong : look.paint.bad),
    look.paint.faint(which),
    ...cause,
    ...log,
  ];
}

function totalMs(trace: Trace): number {
  return trace.endedMs - trace.arrivedMs;
}

function widthOf(look: Look): number {
  return Math.max(80, look.width);
}

interface Layout {
  readonly bar: number;
  readonly note: number;
}

/** What the names and times leave goes to the bars and the notes, half each. */
function layoutOf(look: Look): Layout {
  const left = widthOf(look) - 2 - nameWidth - 2 * (timeWidth + 1) - 4;
  const bar = Math.min(60, Math.floor(left / 2));
  return { bar, note: left - bar };
}

function rows(trace: Trace, look: Look): string[] {
  const layout = layoutOf(look);
  const head = `  ${'step'.padEnd(nameWidth)} ${'took'.padStart(timeWidth)} ${'waited'.padStart(timeWidth)}  ${axis(trace, layout.bar)}`;
  const typed = row(
    'type the name',
    null,
    null,
    bar(trace.arrivedMs, trace.arrivedMs, 0, trace, layout.bar, look),
    'the click',
    layout,
  );
  const lines = folded(trace.spans).flatMap((group) => {
    const { span, others } = group;
    const bars = bar(span.fromMs, group.toMs, span.waitedMs, trace, layout.bar, look);
    const name = '  '.repeat(Math.min(3, span.depth)) + stepName(span.stage);
    const note =
      others === 0
        ? span.note
        : [`${count(others + 1)} more`, ...(span.note === '' ? [] : [`the first: ${span.note}`])].join(', ');
    return row(name, group.tookMs, group.waitedMs, bars, note, layout);
  });
  const legend = look.unicode ? '░ waited, █ served' : '. waited, # served';
  return [
    look.paint.faint(head),
    ...typed,
    ...lines,
    look.paint.faint(`  ${legend}; how much of a bar was waiting is exact, where in it is not`),
  ];
}

const steps: Record<string, string> = {
  dns: 'look it up',
  tcp: 'connect',
  tls: 'agree on TLS',
  delivery: 'deliver',
};

function stepName(stage: string): string {
  return Object.hasOwn(steps, stage) ? steps[stage] : stageName(stage);
}

function row(name: string, took: number | null, waited: number | null, bars: string, note: string, layout: Layout): string[] {
  const time = (ms: number | null): string => (ms === null ? '' : duration(ms)).padStart(timeWidth);
  const first = `  ${name.padEnd(nameWidth)} ${time(took)} ${time(waited !== null && waited < notableMs ? null : waited)}  ${bars}  `;
  const notes = wrap(note, layout.note);
  return [first + notes[0], ...notes.slice(1).map((line) => ' '.repeat(first.length) + line)].map((line) => line.trimEnd());
}

/** `0             412 ms`, as wide as the bars. */
function axis(trace: Trace, width: number): string {
  const end = duration(totalMs(trace));
  return `0${end.padStart(width - 1)}`;
}

/** The waited part comes first; an instant is a dot, so that it can be seen. */
function bar(fromMs: number, toMs: number, waitedMs: number, trace: Trace, width: number, look: Look): string {
  const total = totalMs(trace);
  const column = (ms: number): number => (total <= 0 ? 0 : Math.round(((ms - trace.arrivedMs) / total) * width));
  const start = Math.max(0, Math.min(width - 1, column(fromMs)));
  const length = Math.min(width, column(toMs)) - start;
  if (length < 1) return ' '.repeat(start) + (look.unicode ? '│' : '|') + ' '.repeat(width - start - 1);
  const waited = Math.min(length, Math.round((waitedMs / (toMs - fromMs)) * length));
  const [empty, full] = look.unicode ? ['░', '█'] : ['.', '#'];
  return ' '.repeat(start) + empty.repeat(waited) + full.repeat(length - waited) + ' '.repeat(width - start - length);
}

interface Group {
  readonly span: Span;
  readonly toMs: number;
  readonly tookMs: number;
  readonly waitedMs: number;
  /** Spans summed up besides the first. */
  readonly others: number;
}

function folded(spans: readonly Span[]): Group[] {
  return runsOf(spans).flatMap((run) => {
    if (run.length <= alikeMax + 1) return run.map(alone);
    const rest = run.slice(alikeMax);
    return [...run.slice(0, alikeMax).map(alone), together(rest)];
  });
}

/** Spans of the same stage and depth that follow one another. */
function runsOf(spans: readonly Span[]): Span[][] {
  const runs: Span[][] = [];
  for (const span of spans) {
    const run = runs[runs.length - 1];
    if (run !== undefined && run[0].stage === span.stage && run[0].depth === span.depth) run.push(span);
    else runs.push([span]);
  }
  return runs;
}

function alone(span: Span): Group {
  return { span, toMs: span.toMs, tookMs: span.toMs - span.fromMs, waitedMs: span.waitedMs, others: 0 };
}

function together(spans: readonly Span[]): Group {
  return {
    span: spans[0],
    toMs: Math.max(...spans.map((span) => span.toMs)),
    tookMs: spans.reduce((sum, span) => sum + span.toMs - span.fromMs, 0),
    waitedMs: spans.reduce((sum, span) => sum + span.waitedMs, 0),
    others: spans.length - 1,
  };
}

/** Where the time went, in words: each stage without those that it called, the longest first. */
function explanation(trace: Trace, look: Look): string[] {
  const total = totalMs(trace);
  const parts = ownTimes(trace).filter((part) => part.ownMs > 0);
  if (parts.length === 0 || total <= 0) return [`The request ended the moment it began.`];
  const shown = parts.slice(0, 3).map(({ stage, ownMs, waitedMs }) => {
    const waiting = waitedMs >= notableMs ? `, ${duration(waitedMs)} of it waiting` : '';
    return `${duration(ownMs)} (${share(ownMs / total)}) ${doing(stage)}${waiting}`;
  });
  return wrap(`Of ${duration(total)}, ${listed(shown)}.`, widthOf(look));
}

interface OwnTime {
  readonly stage: string;
  readonly ownMs: number;
  readonly waitedMs: number;
}

function ownTimes(trace: Trace): OwnTime[] {
  const own = new Map<string, OwnTime>();
  trace.spans.forEach((span, index) => {
    const called = callsOf(trace.spans, index);
    const ownMs = span.toMs - span.fromMs - called.reduce((sum, each) => sum + each.toMs - each.fromMs, 0);
    const known = own.get(span.stage) ?? { stage: span.stage, ownMs: 0, waitedMs: 0 };
    own.set(span.stage, { stage: span.stage, ownMs: known.ownMs + Math.max(0, ownMs), waitedMs: known.waitedMs + span.waitedMs });
  });
  return [...own.values()].sort((a, b) => b.ownMs - a.ownMs);
}

/** The spans one deeper, up to the next one that is not deeper. */
function callsOf(spans: readonly Span[], index: number): Span[] {
  const { depth } = spans[index];
  const end = spans.findIndex((span, other) => other > index && span.depth <= depth);
  return spans.slice(index + 1, end < 0 ? undefined : end).filter((span) => span.depth === depth + 1);
}

const doings: Record<string, string> = {
  dns: 'looking the name up',
  tcp: 'connecting',
  tls: 'agreeing on TLS',
  'php-fpm': 'PHP-FPM and its script',
  delivery: 'bringing the answer to the visitor',
};

function doing(stage: string): string {
  return `went into ${Object.hasOwn(doings, stage) ? doings[stage] : stageName(stage)}`;
}

function listed(parts: readonly string[]): string {
  if (parts.length === 1) return parts[0];
  return `${parts.slice(0, -1).join('; ')}; and ${parts[parts.length - 1]}`;
}
