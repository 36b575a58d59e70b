/** The commands, for suggestions. */
export const verbs = ['run', 'trace', 'validate', 'resolve', 'import', 'capacity', 'list', 'help'] as const;
