/**
 * Every way in which the program ends, and the code it leaves. Scripts rely on these; none is ever reused.
 *
 * The numbers follow sysexits.h where it has one, k6 for thresholds, and 128 + the signal for signals. An
 * answer that was cut short never ends in 0.
 */
export const exitCodes = {
  /** The answer is complete, and every threshold is met. */
  done: 0,
  /** The command line cannot be understood: an unknown option, scenario name or path in `--set`. */
  usage: 2,
  /** The scenario was read, and is wrong. */
  scenarioInvalid: 65,
  /** The scenario's file cannot be read. */
  unreadable: 66,
  /** Our fault. */
  bug: 70,
  /** The output file cannot be created. */
  cannotCreate: 73,
  /** Writing the output failed, or its reader has gone. */
  cannotWrite: 74,
  /** The run would take more than it may: it does not move on in time, or it is too large. */
  overBudget: 79,
  /** A threshold failed, or there was no data to judge it by, or several runs were too close to it to tell. */
  thresholdFailed: 99,
  /** SIGINT, Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function codeOfSignal(signal: 'SIGINT' | 'SIGTERM'): ExitCode {
  return signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
}

export function codeOfVerdict(verdict: 'pass' | 'fail' | 'inconclusive' | 'none'): ExitCode {
  return verdict === 'fail' || verdict === 'inconclusive' ? exitCodes.thresholdFailed : exitCodes.done;
}
