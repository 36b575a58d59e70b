/** The commands, for suggestions. */
export const verbs = ['run', 'trace', 'list', 'help'] as const;
