/** A pipeline file whose step `ask` speaks PostgreSQL's protocol to its service `db`. */
export const postgresPipeline = (image: string): string => `
import { once } from "node:events";
import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import * as z from "zod";

const message = (type: string, ...parts: (string | number)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => {
    if (typeof part === "string") return Buffer.from(part + "\\0");
    const number = Buffer.alloc(4);
    number.writeInt32BE(part);
    return number;
  }));
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};

/** Reads until the server is ready for a query, and returns the first column of each row. */
const answer = async (socket: Socket): Promise<string[]> => {
  const rows: string[] = [];
  let bytes = Buffer.alloc(0);
  for (;;) {
    while (bytes.length >= 5 && bytes.length > bytes.readInt32BE(1)) {
      const type = String.fromCharCode(bytes[0] ?? 0);
      const body = bytes.subarray(5, bytes.readInt32BE(1) + 1);
      bytes = bytes.subarray(bytes.readInt32BE(1) + 1);
      if (type === "E") throw new Error(body.toString());
      if (type === "D") rows.push(body.subarray(6, 6 + body.readInt32BE(2)).toString());
      if (type === "Z") return rows;
    }
    const [chunk] = await once(socket, "data");
    bytes = Buffer.concat([bytes, chunk]);
  }
};

const open = async (socket: Socket): Promise<(sql: string) => Promise<string[]>> => {
  await once(socket, "connect");
  socket.write(message("", 196608, "user", "postgres", "database", "postgres", ""));
  await answer(socket);
  return async (sql) => {
    socket.write(message("Q", sql));
    return await answer(socket);
  };
};

export const ask = step({
  name: "ask",
  inputs: { hold: z.boolean() },
  output: z.array(z.string()),
  settings: { services: { db: {
    image: ${JSON.stringify(image)}, tmpfs: { "/data": "mode=1777" },
    healthcheck: { command: ["/postgres-ready"] },
  } } },
  run: async ({ hold }) => {
    using cleanup = new DisposableStack();
    const socket = cleanup.adopt(connect({ host: "db", port: 5432 }), (each) => each.destroy());
    const query = await open(socket);
    await query("create table numbers as select n, n * n as square from generate_series(1, 1000) n");
    await query("create table released (at timestamp)");
    const rows = await query("select sum(square) from numbers");
    console.log("address " + (await lookup("db")).address);
    while (hold && (await query("select 1 from released")).length === 0) await setTimeout(50);
    return rows;
  },
});

export const reach = step({
  name: "reach",
  inputs: { host: z.string() },
  output: z.array(z.string()),
  settings: { network: "bridge" },
  run: async ({ host }) => await Promise.all(["db", host].map(async (name) => {
    using cleanup = new DisposableStack();
    const ask = async () => {
      // Not on the clock of the connection: a name server may take its time.
      const { address } = await lookup(name);
      const socket = cleanup.adopt(connect({ host: address, port: 5432 }), (each) => each.destroy());
      // A machine behind a proxy connects to any address, so the database has to say something.
      socket.setTimeout(1500, () => socket.destroy(new Error("no answer")));
      socket.on("end", () => socket.destroy(new Error("no answer")));
      return await open(socket);
    };
    return await ask().then(() => "answered", (error) => error.code ?? error.message);
  })),
});

const hold = { hold: z.boolean().default(false) };
export const asking = pipeline({ name: "asking", parameters: hold, define: (given) => { ask(given); } });
const host = { host: z.string() };
export const stranger = pipeline({ name: "stranger", parameters: host, define: (given) => { reach(given); } });
`;
