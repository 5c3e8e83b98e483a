import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import type { Environment } from "./docker-config.ts";
import type { AuthOptions, RegistryAuth } from "./registry-auth.ts";
import { errorCodeOf } from "./request-failure.ts";

const Credentials = z.object({ Username: z.string(), Secret: z.string() });

/** The name a helper gives a user whose secret is an identity token. */
const TOKEN_USER = "<token>";

/**
 * Runs `docker-credential-<helper> get` with the server on stdin. A helper that is missing, fails or answers nonsense
 * is a warning; one that knows no such server is not.
 */
export const askCredentialHelper = async (
  helper: string,
  serveraddress: string,
  environment: Environment,
  { signal, warn }: AuthOptions,
): Promise<RegistryAuth | undefined> => {
  const program = `docker-credential-${helper}`;
  try {
    const { Username, Secret } = Credentials.parse(
      JSON.parse(await runHelper(program, serveraddress, environment, signal)),
    );
    if (Username === TOKEN_USER) return { serveraddress, identitytoken: Secret };
    return Secret === "" ? undefined : { serveraddress, username: Username, password: Secret };
  } catch (error) {
    if (signal?.aborted) throw error;
    const problem = problemOf(error);
    if (problem)
      warn(`${program} gave no credentials for ${serveraddress}: ${problem} Going on without them.`);
    return undefined;
  }
};

const runHelper = async (
  program: string,
  server: string,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<string> => {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "pipe"], ...(signal && { signal }) });
  const exit = Promise.withResolvers<number | null>();
  child.on("error", exit.reject).on("close", exit.resolve);
  // A helper may exit without reading: its exit status says more than the broken pipe.
  child.stdin.on("error", () => undefined).end(server);
  const [output, complaint, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exit.promise,
  ]);
  if (status !== 0)
    throw new Error((output.trim() || complaint.trim() || `exit status ${status}`).slice(0, 500));
  return output;
};

const problemOf = (error: unknown): string | undefined => {
  if (errorCodeOf(error) === "ENOENT") return "it is not on the PATH, though the Docker config names it.";
  const message =
    error instanceof z.core.$ZodError ? "its answer lacks Username and Secret" : (error as Error).message;
  return /credentials not found/i.test(message) ? undefined : `${message.replace(/\.$/, "")}.`;
};
