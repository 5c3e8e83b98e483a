/**
 * Runs `work` with variables of this process set, and puts back what was there before. Steps that run at the same time
 * in one process share its variables: only in a container are they a step's own.
 */
export const withEnvironment = async <T>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> => {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
};
