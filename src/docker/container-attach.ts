import { Duplex, Writable } from "node:stream";
import type Dockerode from "dockerode";

/** Attaches to what a container prints: one framed stream, which ends when the container does. Consume it at once. */
export const attachOutput = (docker: Dockerode, id: string, signal: AbortSignal): Promise<Duplex> =>
  hijack(docker, id, { stdout: 1, stderr: 1 }, signal);

/**
 * Attaches to a container's stdin, over a connection of its own: on a shared one, a write that fails after the exit
 * makes Node drop what the container printed and nobody has read yet. The engine neither reads nor closes it after
 * the exit: cut it then, or writes to it hang.
 */
export const attachStdin = async (docker: Dockerode, id: string, signal: AbortSignal): Promise<Duplex> =>
  (await hijack(docker, id, { stdin: 1 }, signal)).resume();

/**
 * What is written after the container closed its stdin, or exited, goes nowhere and is no error here: whether it was
 * read is for the container to say, by its exit state, and a broken connection is told by `ended`.
 */
export const stdinOf = (socket: Duplex): Writable =>
  new Writable({
    write: (chunk, _encoding, done) => void socket.write(chunk, () => done()),
    // A socket that is destroyed already never calls back.
    final: (done) => void (socket.destroyed ? done() : socket.end(() => done())),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });

/**
 * The body is empty because the engine gives the container what follows the headers: dockerode's own `attach` sends
 * its options as a JSON body, which becomes input if it arrives in a packet of its own.
 */
const hijack = (
  docker: Dockerode,
  id: string,
  streams: Record<string, 1>,
  abortSignal: AbortSignal,
): Promise<Duplex> => {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const request = {
    path: `/containers/${id}/attach?`,
    method: "POST",
    options: { _query: { stream: 1, ...streams } },
    file: Buffer.alloc(0),
    hijack: true,
    isStream: true,
    statusCodes: { 200: true },
    abortSignal,
  };
  docker.modem.dial(request, (error, socket) => {
    if (error) reject(error);
    else if (socket instanceof Duplex) resolve(quiet(socket));
    else reject(new Error("the engine, or a proxy before it, did not upgrade the connection"));
  });
  return promise;
};

/** Errors reach the one who reads or writes; without a listener, one that comes between would end the process. */
const quiet = (socket: Duplex): Duplex => socket.on("error", () => {});
