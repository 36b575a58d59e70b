/**
 * W5 with everything that looks on, or with nothing that does.
 *
 * On is what a user runs: arrivals from an RxJS source, the run an Observable of frames that is read frame by frame, every
 * meter and histogram. Off, the same stages are driven by the clock alone, and all recording is put out of action; what the
 * stages themselves need to work (places taken, lengths of lines) stays. The product has no such switch, so that it is made here.
 */
import { lastValueFrom, tap } from 'rxjs';
import { Kind } from '../../src/engine/agenda.js';
import { VirtualClock } from '../../src/engine/clock.js';
import { exponentialOfWord } from '../../src/engine/math.js';
import { Random } from '../../src/engine/random.js';
import { Host } from '../../src/host/host.js';
import type { Model } from '../../src/model.js';
import { simulate } from '../../src/simulate.js';
import { lifecycle } from '../../src/stages/lifecycle.js';
import { Histogram } from '../../src/telemetry/histogram.js';
import { Meter } from '../../src/telemetry/meter.js';
import { Telemetry, UNCOUNTED } from '../../src/telemetry/telemetry.js';
import { cpuNow, type Figures } from '../measure.js';
import { RATE, site, warmUps } from '../site.js';

export async function measure({ turn, requests, on }: { turn: number; requests: number; on: boolean }): Promise<Figures> {
  const drive = on ? watched : unwatched;
  if (!on) recordNothing();
  for (const model of warmUps()) await drive(model);
  const model = site(requests, 1, String(turn));
  const before = cpuNow();
  const begun = await drive(model);
  return { rate: begun / (cpuNow() - before) };
}

async function watched(model: Model): Promise<number> {
  let slowestP95 = 0;
  const frames = simulate(model).pipe(
    tap(({ p95 }) => {
      slowestP95 = Math.max(slowestP95, p95 ?? 0);
    }),
  );
  const last = await lastValueFrom(frames);
  if (slowestP95 === 0) throw new Error('nothing was recorded');
  return last.begun;
}

/** Returns how many requests began. */
async function unwatched(model: Model): Promise<number> {
  const clock = new VirtualClock();
  const random = new Random(model.seed);
  const host = new Host(model.host, clock);
  const telemetry = new Telemetry(model, clock, host);
  const life = lifecycle(model, clock, random, host, telemetry);
  const arrival = { source: 0 };
  const chance = random.stream('arrivals');
  let begun = 0;
  const arrive = () => {
    begun += 1;
    life.arrive(arrival);
    clock.after((1000 / RATE) * exponentialOfWord(chance.word()), arrive, undefined, Kind.arrival);
  };
  clock.at(0, arrive, undefined, Kind.arrival);
  clock.runUntil(model.durationMs);
  if (telemetry.ended > 0 || telemetry.meters.some(({ entered }) => entered > 0)) throw new Error('something was recorded');
  return begun;
}

function recordNothing(): void {
  const nothing = () => {};
  Object.assign(Meter.prototype, { enter: nothing, leave: nothing });
  Object.assign(Histogram.prototype, { record: nothing });
  Object.assign(Telemetry.prototype, { requestBegan: () => UNCOUNTED, requestEnded: nothing });
}
