/** The commands, for suggestions. */
export const verbs = ['run', 'trace', 'validate', 'list', 'import', 'help'] as const;
