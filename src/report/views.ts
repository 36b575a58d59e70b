/** Pages as visitors want them, where they try again: how many got theirs, how often they asked, and whether the site came back. */
import { meanOf } from '../engine/distribution.js';
import type { Model } from '../model.js';
import type { Metastability, Result, ViewsResult } from '../telemetry/result.js';
import { count, duration, figure, rate, several, share } from './format.js';

/** How each way of trying again is told of one time and of several. */
const ways: Readonly<Record<string, readonly [string, string]>> = {
  retry: ['retry by a program', 'retries by programs'],
  'auto-reload': ['reload by a browser itself', 'reloads by browsers themselves'],
  reload: ['reload of an error page', 'reloads of an error page'],
  refresh: ['reload while waiting', 'reloads while waiting'],
};

/** A sentence for the requests' section; nothing where nobody had to ask twice. */
export function viewsInWords({ views }: Result): string[] {
  if (views === undefined || views.attempts === views.begun) return [];
  const { begun, good, failed, unfinished, perView } = views;
  const ended = good + failed;
  const got = ended === 0 ? '' : `${share(good / ended)} of those that ended got their page, `;
  const open = unfinished === 0 ? '' : `, ${count(unfinished)} were open at the end`;
  return [
    `${several(begun, 'page view')}: ${got}${figure(perView!)} ${figure(perView!) === '1' ? 'attempt' : 'attempts'} each (${furtherOnes(views)})${open}`,
    goodputs(views),
  ];
}

function furtherOnes({ again }: ViewsResult): string {
  return Object.entries(again)
    .filter(([, number]) => number > 0)
    .map(([way, number]) => several(number, ...(ways[way] as [string, string])))
    .join(', ');
}

/** Of attempts and of pages, which tell different stories. */
function goodputs({ good, attempts, begun }: ViewsResult): string {
  return `of the attempts ${share(good / attempts)} brought a page, of the pages ${share(begun === 0 ? 0 : good / begun)} came in the end`;
}

/** "Metastable: the surge tips the site, and it does not come back: …" */
export function metastableHeadline({ trigger, toMs, before, after, perView, forNobody }: Metastability, result: Result): string {
  const since = `${duration(result.durationMs - toMs)} after ${trigger} is over`;
  const rest = `page views come at ${rate(after.offered)}, of which it served ${rate(before.good)} before, and ${rate(after.good)} get their page`;
  return `Metastable: ${trigger} tips the site, and ${since} it has not come back: ${rest}. What keeps it down: ${keptBy(perView, forNobody).join(' and ')}.`;
}

/** Loops that do nothing are not worth a word. */
const notable = 0.1;

function keptBy(perView: number, forNobody: number): string[] {
  const found = [];
  if (perView > 1 + notable) found.push(`each page is asked for ${figure(perView)} times`);
  if (forNobody > notable) found.push(`${share(forNobody)} of PHP's time goes to answers for nobody`);
  return found.length === 0 ? ['nothing that is measured here'] : found;
}

/** What would break the loop, by the site's own numbers. */
export function metastableFinding({ metastability }: Result, model: Model): string | null {
  if (metastability === undefined) return null;
  const { perView, forNobody, after } = metastability;
  const cures = [...shorterLine(forNobody, model), ...budget(perView, after.offered, model), ...shedding(model)];
  const loop = keptBy(perView, forNobody).join(', and ');
  return `The site is metastable: ${loop}. Less load than before would let it recover, or a restart that drops the line; what keeps it from tipping: ${cures.join('; ')}.`;
}

function shorterLine(forNobody: number, { phpFpm, visitors, tcp }: Model): string[] {
  if (phpFpm === null || forNobody <= notable || visitors.patienceMs === null) return [];
  const line = Math.min(phpFpm.listenBacklog, tcp.somaxconn);
  const patience = duration(meanOf(visitors.patienceMs));
  return [`a listen.backlog so short that its end is reached within the visitors' patience of ${patience} (now ${count(line)})`];
}

function budget(perView: number, offered: number, model: Model): string[] {
  const unlimited = model.traffic.some(({ visitors }) => {
    const { retry } = visitors ?? model.visitors;
    return retry !== null && retry.budget === null;
  });
  if (perView <= 1 + notable || !unlimited) return [];
  return [
    `a retry budget of 10 %, with which ${rate(offered)} become at most ${rate(1.1 * offered)} and not ${rate(perView * offered)}`,
  ];
}

function shedding({ nginx }: Model): string[] {
  return nginx.limitReq === null ? ['a limit_req below what PHP can answer'] : [];
}
