/**
 * Has Node keep what V8 makes of sources: half of a short command is compiling. In the user's own cache directory,
 * where nobody else can write: V8 believes what it finds, so neither a common temporary directory nor the workspace,
 * which may come with somebody's checkout, will do. This file imports nothing, as what it imports would be loaded
 * without. `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` are heeded.
 */
export const keepCompiledCode = (environment: Readonly<Record<string, string | undefined>>): void => {
  const directory = cacheDirectory(environment);
  if (directory !== undefined) process.getBuiltinModule("node:module").enableCompileCache(directory);
};

const cacheDirectory = ({
  XDG_CACHE_HOME,
  LOCALAPPDATA,
  HOME,
}: Readonly<Record<string, string | undefined>>): string | undefined => {
  const base = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && `${HOME}/.cache`);
  return base ? `${base}/stepdock/compiled` : undefined;
};
