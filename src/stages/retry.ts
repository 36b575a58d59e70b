/**
 * Who tries again, and when: programs by a rule, browsers by themselves, people when they feel like it.
 *
 *   attempt ──failed──► retry        a program: backoff · multiplier^k up to a cap, with jitter, within a budget
 *                  ├──► auto-reload  a browser, at a network error: after 1, 5, 30 s, 1, 5, 10 min, then every 30 min
 *                  └──► reload       a person at an error page, by chance, after some seconds
 *   attempt ──slow────► refresh      a person before an empty page: the old request is given up, PHP works on for nobody
 *
 * Each attempt is a request of its own, over the same seed as the first: a page asked for again is the same work, with the same CPU,
 * the same queries and the same bytes. What is luck and not work (lost packets, a resolver's time, patience) is drawn anew, or else
 * who was unlucky once would be so for ever.
 *
 * Browsers do not load HTTP errors again, whatever the status, and have no jitter (Chromium, net_error_auto_reloader.cc).
 * Not modelled: `Retry-After`, tabs in the background, and the retry of a reused connection that fails before its first byte, which
 * `tcp.ts` does as part of the same request (RFC 9110).
 */
import { Need } from '../engine/need.js';
import type { RetryModel, VisitorsModel } from '../model.js';
import type { Cause } from '../telemetry/cause.js';
import type { Request } from './request.js';
import type { View } from './view.js';
import type { Visitor } from './visitor.js';

/** Chromium, GetNextReloadDelay. */
const AUTO_RELOAD_MS = [1000, 5000, 30_000, 60_000, 300_000, 600_000, 1_800_000];
/** What a browser shows an error page of its own for. */
const NETWORK_ERRORS = new Set(['dns failure', 'refused', 'reset', 'connect timeout', 'empty reply']);
/** Retries that a budget saves up at the most: gRPC, service config, `maxTokens` of 10. */
const SAVED_MAX = 10;
/** Chances of one page view are told apart by the attempt, of one visitor by the request; no view has so many attempts. */
const ATTEMPTS_MAX = 1024;

/** It is over: nobody tries again. */
export const GIVES_UP = -1;

/** What the visitors of one source do. */
export class Persistence {
  private readonly retry: RetryModel | null;
  private readonly retried: ReadonlySet<string>;
  private readonly jitter = new Need('retry.jitter', { law: 'uniform', low: 0, high: 1 });
  private readonly reloads = new Need('reload.chance', { law: 'uniform', low: 0, high: 1 });
  private readonly reloadMs: Need | null;
  private readonly refreshMs: Need | null;
  private readonly openMs: Need | null;
  /** Retries that the budget allows at this moment. */
  private saved = SAVED_MAX;

  constructor(private readonly model: VisitorsModel) {
    this.retry = model.retry;
    this.retried = new Set(model.retry?.on);
    this.reloadMs = model.reload === null ? null : new Need('reload.after', model.reload.afterMs);
    this.refreshMs = model.refresh === null ? null : new Need('refresh.after', model.refresh.afterMs);
    this.openMs = model.autoReloadMs === null ? null : new Need('visitor.error page', model.autoReloadMs);
  }

  /** A first request: each pays into the budget. */
  began(): void {
    const budget = this.retry?.budget ?? null;
    if (budget !== null) this.saved = Math.min(SAVED_MAX, this.saved + budget);
  }

  /** When, counted from its beginning, the visitor gives the request up and asks anew, in ms; `Infinity`: never. */
  pressesAfterMs(request: Request, visitor: Visitor, view: View): number {
    if (this.refreshMs === null || view.refreshes >= this.model.refresh!.times) return Infinity;
    return this.refreshMs.of(request, visitor.retries);
  }

  /** How long after the failure of an attempt the next one follows, in ms, noted in the view as what it is; or `GIVES_UP`. */
  delayMs(visitor: Visitor, view: View, cause: Cause, left: boolean, nowMs: number): number {
    if (view.pressed) return this.refreshed(view);
    if (visitor.retries + 1 >= ATTEMPTS_MAX) return GIVES_UP;
    const retryMs = this.retry === null ? GIVES_UP : this.backoff(this.retry, visitor, left ? 'timeout' : cause.outcome);
    if (retryMs !== GIVES_UP) {
      view.way = 'retry';
      return retryMs;
    }
    return left ? GIVES_UP : this.atErrorPage(visitor, view, cause, nowMs);
  }

  private refreshed(view: View): number {
    view.pressed = false;
    view.refreshes += 1;
    view.way = 'refresh';
    return 0;
  }

  // A program.

  private backoff(retry: RetryModel, visitor: Visitor, outcome: string): number {
    if (!this.retried.has(outcome) || visitor.retries + 1 >= retry.attempts || !this.allowed(retry)) return GIVES_UP;
    return retry.jitter === 'decorrelated' ? this.decorrelated(retry, visitor) : this.jittered(retry, visitor);
  }

  private allowed({ budget }: RetryModel): boolean {
    if (budget === null) return true;
    if (this.saved < 1) return false;
    this.saved -= 1;
    return true;
  }

  private jittered({ backoffMs, multiplier, capMs, jitter }: RetryModel, visitor: Visitor): number {
    let waitMs = Math.min(capMs, backoffMs);
    for (let made = 0; made < visitor.retries; made += 1) waitMs = Math.min(capMs, waitMs * multiplier);
    if (jitter === 'none') return waitMs;
    const chance = this.jitter.of(visitor, chanceOf(visitor, visitor.retries));
    return jitter === 'full' ? chance * waitMs : waitMs / 2 + (chance * waitMs) / 2;
  }

  /** Anything from the first wait to three times the last one; worked out from the first one on, so that nothing has to be kept. */
  private decorrelated({ backoffMs, capMs }: RetryModel, visitor: Visitor): number {
    let waitMs = backoffMs;
    for (let made = 0; made <= visitor.retries; made += 1) {
      waitMs = Math.min(capMs, backoffMs + this.jitter.of(visitor, chanceOf(visitor, made)) * (3 * waitMs - backoffMs));
    }
    return waitMs;
  }

  // A browser, and whoever sits before it: whichever comes first.

  private atErrorPage(visitor: Visitor, view: View, cause: Cause, nowMs: number): number {
    const byItselfMs = this.byItself(visitor, view, cause, nowMs);
    const byHandMs = this.byHand(visitor, view);
    if (byItselfMs === GIVES_UP && byHandMs === GIVES_UP) return GIVES_UP;
    if (byHandMs === GIVES_UP || (byItselfMs !== GIVES_UP && byItselfMs <= byHandMs)) {
      view.way = 'auto-reload';
      return byItselfMs;
    }
    view.reloads += 1;
    view.way = 'reload';
    return byHandMs;
  }

  private byItself(visitor: Visitor, view: View, cause: Cause, nowMs: number): number {
    if (this.openMs === null || !NETWORK_ERRORS.has(cause.outcome)) {
      view.polls = 0;
      view.errorSinceMs = -1;
      return GIVES_UP;
    }
    if (view.errorSinceMs < 0) view.errorSinceMs = nowMs;
    const waitMs = AUTO_RELOAD_MS[Math.min(view.polls, AUTO_RELOAD_MS.length - 1)];
    view.polls += 1;
    const closedMs = view.errorSinceMs + this.openMs.of(visitor, visitor.requests);
    return nowMs + waitMs < closedMs ? waitMs : GIVES_UP;
  }

  private byHand(visitor: Visitor, view: View): number {
    const { reload } = this.model;
    if (reload === null || view.reloads >= reload.times) return GIVES_UP;
    const chance = chanceOf(visitor, visitor.retries);
    return this.reloads.of(visitor, chance) < reload.chance ? this.reloadMs!.of(visitor, chance) : GIVES_UP;
  }
}

/** The how-manieth chance of the visitor it is: that after so many retries of the page that was asked for last. */
function chanceOf(visitor: Visitor, retries: number): number {
  return visitor.requests * ATTEMPTS_MAX + retries;
}
