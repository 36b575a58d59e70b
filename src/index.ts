/** The public API: from a scenario to a model, from a model to a result, from a result to something to look at. */
export type { Law } from './engine/law.js';
export { OverBudgetError } from './engine/overBudget.js';
export type { Model } from './model.js';
export { quoted } from './report/closing.js';
export { toJson } from './report/json.js';
export { coloured, type Look, plain } from './report/look.js';
export { brief, report } from './report/report.js';
export { escaped } from './report/text.js';
export { waterfall } from './report/waterfall.js';
export { listScenarios, loadScenario } from './scenario/load.js';
export { didYouMean } from './scenario/nearest.js';
export { type Problem, ScenarioError, UnreadableError } from './scenario/problems.js';
export { defineScenario, defineSite, parseScenario, toModel } from './scenario/scenario.js';
export { type Frame, followOne, run, type SimulateOptions, SimulationError, simulate, type Which } from './simulate.js';
export type { Arrival } from './stages/lifecycle.js';
export type { Result } from './telemetry/result.js';
export type { Trace } from './telemetry/trace.js';
export { VERSION } from './version.js';
