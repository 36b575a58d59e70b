/** The commands, for suggestions. */
export const verbs = ['run', 'trace', 'compare', 'validate', 'resolve', 'import', 'capacity', 'tipping', 'list', 'help'] as const;
