/**
 * Measured runs as a load generator has left them: JSON, plain or gzipped, one run or many in a file.
 *
 * A *plain* run has the figures of its window; a *per-request* run has every request, with the CPU time that each needed. What a
 * run does not say is absent; what lempsim does not know in its `config` or `actions` is told, not passed over.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { piecesOf } from './schedule.js';

const figures = z.object({ mean: z.number(), p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number() }).partial();
const counts = z.record(z.string(), z.number());
const queue = z.object({ mean: z.number(), max: z.number() });
const action = z.object({
  label: z.string(),
  planned_s: z.number().optional(),
  began_s: z.number(),
  ended_s: z.number().optional(),
});

const common = {
  label: z.string().optional(),
  level_pct: z.number().optional(),
  profile: z.string().regex(/^[\d.]+:[\d.]+(,[\d.]+:[\d.]+)*$/),
  seed: z.number(),
};

const plainRun = z.object({
  ...common,
  warmup_s: z.number().default(0),
  urls: z.record(z.string(), z.number()),
  client_timeout_ms: z.number().default(10_000),
  mode: z.string().default('open'),
  config: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  actions: z.array(action).default([]),
  status: counts,
  errors: counts.default({}),
  latency_ms: figures.optional(),
  goodput_by_completion_rps: z.number().optional(),
  queues: z.record(z.string(), queue.partial()).optional(),
  cpu: counts.optional(),
  cpu_ms_per_completion: z.object({ nginx: z.number(), fpm: z.number(), mariadb: z.number() }),
  recovery: z.object({ baseline_p95_ms: z.number(), recovered_s_after_step_down: z.number() }).optional(),
});

const microseconds = z.array(z.number());
const requestRun = z.object({
  ...common,
  url: z.string(),
  max_children: z.number().optional(),
  config: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  requests: z.object({
    arrival_us: microseconds,
    lag_us: microseconds,
    latency_us: microseconds,
    status: microseconds,
    php_us: microseconds,
    tail_us: microseconds,
    after_us: microseconds,
    nginx_us: microseconds,
    db_stages_us: z.array(z.union([microseconds, z.number(), z.null()])).optional(),
    db_tail_us: microseconds.optional(),
  }),
});

export type PlainRun = z.output<typeof plainRun> & { readonly name: string };
export type RequestRun = z.output<typeof requestRun> & { readonly name: string };
export type MeasuredRun = PlainRun | RequestRun;

/** A file that does not hold measured runs. */
export class MeasuredError extends Error {
  override readonly name = 'MeasuredError';
}

export function isRequestRun(run: MeasuredRun): run is RequestRun {
  return 'requests' in run && typeof run.requests === 'object';
}

/** All runs of a file, named after it and their labels. Throws `MeasuredError` if there is none, or one is not as it should be. */
export function readMeasured(file: string): MeasuredRun[] {
  const data = parsed(file);
  if (isObject(data) && isObject(data.requests)) return [{ ...read(requestRun, data, file), name: stemOf(file) }];
  const runs = isObject(data) ? (data.runs ?? data.low_load ?? data.idle_effect) : data;
  const list = Array.isArray(runs) ? runs : isObject(data) && 'profile' in data ? [data] : null;
  if (list === null) throw new MeasuredError(`${file}: expected a measured run, or a mapping with a list of them as "runs"`);
  return list.map((run, index) => {
    const whole = read(plainRun, run, `${file}: run ${index}`);
    return { ...whole, name: plainName(file, whole) };
  });
}

/** From the start to the last arrival, in ms. */
export function lengthMs({ profile }: MeasuredRun): number {
  return piecesOf(profile).reduce((sum, { seconds }) => sum + 1000 * seconds, 0);
}

function parsed(file: string): unknown {
  try {
    const bytes = readFileSync(file);
    const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
    return JSON.parse(text);
  } catch (error) {
    throw new MeasuredError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function read<S extends z.ZodType>(schema: S, data: unknown, where: string): z.output<S> {
  const { success, data: value, error } = schema.safeParse(data);
  if (success) return value;
  const [{ path, message }] = error.issues;
  throw new MeasuredError(`${where}: ${path.join('.')}: ${message}`);
}

/** `B /php.php 90 % seed 202090`: the group that the file's name begins with, what, how much, which draw. */
function plainName(file: string, { label, urls, level_pct, profile, seed }: z.output<typeof plainRun>): string {
  const group = stemOf(file).split('_')[0];
  const level = level_pct === undefined ? (profile.length > 16 ? '' : ` ${profile}`) : ` ${level_pct} %`;
  return `${group} ${label ?? Object.keys(urls)[0]}${level} seed ${seed}`;
}

function stemOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.json(\.gz)?$/, '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
