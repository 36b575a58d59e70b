/** The commands, for suggestions. */
export const verbs = ['run', 'trace', 'validate', 'resolve', 'list', 'import', 'help'] as const;
