/** The commands, for suggestions. */
export const verbs = ['run', 'trace', 'validate', 'resolve', 'import', 'capacity', 'tipping', 'list', 'help'] as const;
