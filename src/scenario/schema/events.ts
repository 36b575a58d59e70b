/**
 * `events` and `failures`: what happens to the site. The verb is the key, what it happens to its value: `kill: mysql`.
 *
 * An event has a time, `at`; a failure comes again and again, `mtbf` after the end of the one before. Both last: an event
 * `for` so long, a failure for its `mttr`. What mends itself, such as a daemon that systemd starts again, needs neither.
 */
import * as z from 'zod';
import type { Law } from '../../engine/law.js';
import { defaults } from '../defaults.js';
import { hinted, setting } from './hint.js';
import { durationLaw, waitLaw } from './laws.js';
import { ABOVE_ZERO, decimal, duration, share, size, whole } from './quantity.js';
import { running } from './running.js';
import { choice, listOf, plainName, text } from './word.js';

const some = duration({ min: 1, range: 'of at least 1ms' });
const daemon = choice('nginx', 'php-fpm', 'mysql');
const given = defaults.job;

/** A batch job. */
export const job = z.strictObject({
  processes: setting(whole(1, 10_000), 'Processes that run side by side.', given.processes),
  cpu: setting(duration(), 'CPU of each process.', given.cpu),
  reads: setting(whole(0, 1_000_000_000), 'Operations of each process on the disk.', given.reads),
  memory: setting(size(), 'Memory of each process.', given.memory),
});

const signal = setting(
  choice('QUIT', 'TERM').optional(),
  'What the main process is sent: QUIT lets it finish what is in flight, TERM does not. As the Debian unit does it: nginx QUIT with a limit of 5 s, the others TERM.',
);

/** Each verb with what it happens to and how. */
const verbs = {
  kill: {
    kill: setting(daemon, 'Its processes are gone at once (SIGKILL); started again when it is over, or else by its unit.'),
  },
  hang: { hang: setting(daemon, 'Its processes are there and do nothing (SIGSTOP).') },
  stop: { stop: setting(daemon, 'The unit is stopped, and started again when it is over.'), signal },
  restart: { restart: setting(daemon, 'The unit is stopped and started.'), signal },
  reload: {
    reload: setting(choice('nginx', 'php-fpm'), 'The daemon reads its configuration again: HUP to nginx, USR2 to PHP-FPM.'),
  },
  upgrade: { upgrade: setting(choice('nginx'), 'A new binary takes over: USR2, WINCH, QUIT.') },
  switch: { switch: setting(choice('code'), 'A symlink points to another release: every script must be compiled anew.') },
  'power-off': { 'power-off': setting(choice('host'), 'The host falls silent; it boots when it is over.') },
  reboot: { reboot: setting(choice('host'), 'The host stops its daemons, falls silent, and boots.') },
  slow: {
    slow: setting(choice('nginx', 'php-fpm', 'mysql', 'disk', 'dns'), 'Everything takes longer there.'),
    times: setting(decimal(0.01, 10_000), 'How many times as long.'),
  },
  steal: { steal: setting(share(), 'A hypervisor takes this share of each core.') },
  throttle: { throttle: setting(decimal(0.01, 1024), 'CPUQuota of the site in cores, spent in periods of 100 ms.') },
  fill: { fill: setting(choice('disk'), 'No space is left on the disk.') },
  loss: { loss: setting(share(), 'Of the packets between visitors and host this share is lost.') },
  latency: { latency: setting(duration(ABOVE_ZERO), 'Added to every round trip between visitors and host.') },
  partition: { partition: setting(choice('network'), 'Nothing gets through between visitors and host.') },
  dns: {
    dns: setting(
      choice('outage', 'SERVFAIL', 'NXDOMAIN', 'wrong', 'moved'),
      "What the zone's servers do: say nothing, one of two errors, an address that is not ours; `moved`: the site has a new address, and the old one falls silent.",
    ),
  },
  leak: {
    leak: setting(choice('php-fpm'), 'Each child keeps something of every request.'),
    bytes: setting(size(ABOVE_ZERO), 'How much.'),
  },
  'lock-table': {
    'lock-table': setting(
      text(200, 'the name of a table'),
      'An ALTER waits for the table, then has it to itself; all later queries of it wait.',
    ),
  },
  cron: { cron: setting(job, 'A batch job on the host.') },
  config: { config: setting(running, 'Other settings from here on, as a scenario changes those of its site.') },
} as const;

/** Verbs of which the end must be told, since nothing else ends them. */
const lasting = [
  'hang',
  'stop',
  'power-off',
  'slow',
  'steal',
  'throttle',
  'fill',
  'loss',
  'latency',
  'partition',
  'lock-table',
] as const;
/** Verbs that take as long as they take. */
const brief = ['restart', 'reload', 'upgrade', 'switch', 'reboot', 'cron', 'config'] as const;

const any = {
  name: setting(plainName().optional(), 'Names it in reports and the windows that it cuts; without it the verb and its object.'),
  because: setting(text(500).optional(), 'Why it happens; for the reader.'),
};

const at = { at: setting(duration(), 'When it happens.') };
const lasts = setting(some, 'How long it lasts.');
const mayLast = setting(some.optional(), 'How long it lasts; without it to the end, or until the site mends itself.');
const mtbf = { mtbf: setting(waitLaw(), 'Time between failures: from the end of one to the next.') };
const repaired = setting(durationLaw(), 'Time to repair: how long one lasts.');
const mayBeRepaired = setting(durationLaw().optional(), 'Time to repair; without it the site mends itself.');

type Verb = keyof typeof verbs;
type Shape<V extends Verb> = (typeof verbs)[V];

/** An event as it has been read. */
export type WrittenEvent = {
  [V in Verb]: { [K in keyof Shape<V>]: z.output<Shape<V>[K]> } & { at: number; for?: number; name?: string; because?: string };
}[Verb];
export type EventInput = {
  [V in Verb]: InputOf<Shape<V>> & { at: string | 0; for?: string | 0; name?: string | number; because?: string };
}[Verb];
export type WrittenFailure = {
  [V in Verb]: { [K in keyof Shape<V>]: z.output<Shape<V>[K]> } & { mtbf: Law; mttr?: Law; name?: string; because?: string };
}[Verb];
export type FailureInput = {
  [V in Verb]: InputOf<Shape<V>> & { mtbf: LawInput; mttr?: LawInput; name?: string | number; because?: string };
}[Verb];

type LawInput = z.input<ReturnType<typeof durationLaw>>;
/** What may be left out when it is written is what reads `undefined`. */
type InputOf<S> = { [K in keyof S as undefined extends z.input<S[K]> ? never : K]: z.input<S[K]> } & {
  [K in keyof S as undefined extends z.input<S[K]> ? K : never]?: z.input<S[K]>;
};

const isOf = (list: readonly string[], verb: string) => list.includes(verb);

/** The forms of an event, by verb. */
export const events = formsOf((verb, shape) =>
  z.strictObject({
    ...shape,
    ...at,
    ...(isOf(lasting, verb) ? { for: lasts } : isOf(brief, verb) ? {} : { for: mayLast }),
    ...any,
  }),
);

const failures = formsOf((verb, shape) =>
  z.strictObject({
    ...shape,
    ...mtbf,
    ...(isOf(lasting, verb) ? { mttr: repaired } : isOf(brief, verb) ? {} : { mttr: mayBeRepaired }),
    ...any,
  }),
);

function formsOf(form: (verb: string, shape: z.ZodRawShape) => z.ZodObject): Record<string, z.ZodObject> {
  return Object.fromEntries(Object.entries(verbs).map(([verb, shape]) => [verb, form(verb, shape)]));
}

/** A list of things that happen, each told by its verb. */
function happenings(forms: Record<string, z.ZodObject>, article: string, thing: string) {
  const [first, ...others] = Object.values(forms);
  const schema = hinted(z.union([first, ...others]), {
    kind: 'mapping',
    expected: `${article} ${thing} with one of ${Object.keys(forms).join(', ')}`,
    forms,
  });
  return listOf(schema, 500, `${thing}s`) as unknown;
}

export const eventList = happenings(events, 'an', 'event') as z.ZodType<WrittenEvent[], EventInput[]>;
const { config: _never, ...failing } = failures;

export const failureList = happenings(failing, 'a', 'failure') as z.ZodType<WrittenFailure[], FailureInput[]>;
