/** `tcp`: what the two kernels do between a click and a request, and the handshake of TLS. */
import * as z from 'zod';
import { defaults } from '../defaults.js';
import { hinted, setting } from './hint.js';
import { durationLaw } from './laws.js';
import { duration, share, size, whole } from './quantity.js';
import { listOf, zeroOne } from './word.js';

export interface SynSchedule {
  readonly retryMs: readonly number[];
  readonly giveUpMs: number;
}

/** When a SYN is sent again, from the first, by the kernels whose schedule is known. */
const SCHEDULES = {
  /** Retry time-outs of 1, 2, 4, 8, 16, 32 and 64 s: tcp_syn_retries 6. */
  'linux-6.4': { retryMs: [1000, 3000, 7000, 15_000, 31_000, 63_000], giveUpMs: 127_000 },
  /** Four of 1 s before the doubling begins: tcp_syn_linear_timeouts 4. */
  'linux-6.5': { retryMs: [1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000], giveUpMs: 131_000 },
} as const satisfies Record<string, SynSchedule>;

const moment = duration({ min: 1, range: 'of at least 1ms' });

const explicit = z
  .strictObject({
    retries: listOf(moment, 20, 'durations').describe('When the SYN is sent again, counted from the first, in order.'),
    give_up: moment.describe('When the attempt ends.'),
  })
  .superRefine(({ retries, give_up }, context) => {
    const times = [...retries, give_up];
    const late = times.findIndex((time, index) => index > 0 && time <= times[index - 1]);
    if (late < 0) return;
    const path = late < retries.length ? ['retries', late] : ['give_up'];
    context.addIssue({ code: 'custom', path, message: 'expected a time after the one before it' });
  })
  .transform((given): SynSchedule => ({ retryMs: given.retries, giveUpMs: given.give_up }));

const named = z.enum(['linux-6.4', 'linux-6.5']).transform((name): SynSchedule => SCHEDULES[name]);

function synSchedule() {
  return hinted(z.union([named, explicit]), {
    kind: '`linux-6.4`, `linux-6.5` or a schedule',
    expected: 'linux-6.4, linux-6.5 or a schedule such as { retries: [1s, 3s], give_up: 7s }',
    words: Object.keys(SCHEDULES),
    mapping: explicit,
  });
}

const version = hinted(
  z
    .union([z.literal('1.2'), z.literal('1.3'), z.literal(1.2), z.literal(1.3)])
    .transform((given) => String(given) as '1.2' | '1.3'),
  { kind: '1.2, 1.3', expected: '1.2 or 1.3' },
);

const tls = z.strictObject({
  version: setting(version, 'Protocol version: 1.3 takes one round trip, 1.2 two.', defaults.tcp.tlsVersion),
  handshake: setting(durationLaw(), 'CPU of a full handshake in the nginx worker.', defaults.tcp.handshake),
});

const tlsOrNone = hinted(z.union([z.literal('none').transform(() => null), tls]), {
  kind: '`none` or a mapping',
  expected: 'a mapping, or none',
  mapping: tls,
});

export const tcp = z.strictObject({
  'net.core.somaxconn': setting(whole(1, 2_147_483_647), 'Every listen backlog is cut to this.', defaults.tcp.somaxconn),
  'net.ipv4.tcp_abort_on_overflow': setting(
    zeroOne(),
    '1 resets instead of ignoring when the accept queue is full.',
    defaults.tcp.abort,
  ),
  'net.ipv4.tcp_synack_retries': setting(whole(0, 20), 'How often the server repeats its SYN-ACK.', defaults.tcp.synackRetries),
  clients: setting(synSchedule(), "When visitors' kernels send a SYN again.", defaults.tcp.clients),
  server: setting(synSchedule(), "When the server's own kernel does, on the way to PHP-FPM over TCP.", defaults.tcp.server),
  rto_min: setting(moment, 'The least retransmission time-out.', defaults.tcp.rto_min),
  initcwnd: setting(whole(1, 1000), 'Initial congestion window, in segments.', defaults.tcp.initcwnd),
  mss: setting(size({ min: 88, max: 65_495, range: 'from 88 B to 65495 B' }), 'Payload of a segment.', defaults.tcp.mss),
  headers: setting(
    size({ max: 1000, range: 'of at most 1000 B' }),
    'Bytes that each segment brings along on the wire.',
    defaults.tcp.headers,
  ),
  loss: setting(share(), 'Chance that a packet is lost.', defaults.tcp.loss),
  tls: setting(tlsOrNone, '`none` for plain HTTP.', defaults.tcp.tls),
});
