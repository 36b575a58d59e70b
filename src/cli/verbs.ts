/** The commands, for suggestions. */
export const verbs = ['run', 'trace', 'validate', 'list', 'help'] as const;
