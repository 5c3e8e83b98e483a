import type { Endpoint } from "./endpoint.ts";

/** Where Node's HTTP client finds an engine. */
export type EngineAddress =
  | { readonly socketPath: string }
  | { readonly protocol: "http:" | "https:"; readonly host: string; readonly port: string | number };

export const addressOf = ({ url, tls }: Endpoint): EngineAddress => {
  const socketPath = /^(?:unix|npipe):\/\/(.*)$/.exec(url)?.[1];
  if (socketPath !== undefined) return { socketPath };
  const { hostname, port, protocol: scheme } = new URL(url);
  // WHATWG URLs drop the port that is the scheme's default: https://host means 443, tcp://host has no default.
  const fallback = scheme === "tcp:" ? (tls ? 2376 : 2375) : scheme === "https:" ? 443 : 80;
  return {
    protocol: tls ? "https:" : "http:",
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port || fallback,
  };
};
