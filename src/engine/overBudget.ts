/** The run asks for more than a run may have: events without end at one instant, or more of them pending than fit in memory. */
export class OverBudgetError extends Error {
  override readonly name = 'OverBudgetError';
}
