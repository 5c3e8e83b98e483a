/** What is not said here is as the image says it. */
export interface Healthcheck {
  /** `["CMD", program, …]` or `["CMD-SHELL", line]`. */
  readonly test?: readonly string[] | undefined;
  readonly intervalSeconds?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  /** Time after the start in which failures do not count. */
  readonly startPeriodSeconds?: number | undefined;
  /** So many failures in a row make it unhealthy. */
  readonly retries?: number | undefined;
}

export interface ContainerHealth {
  /** `none`: neither it nor its image has a health check. */
  readonly status: "none" | "starting" | "healthy" | "unhealthy";
  /** Whether it runs; of one that does not, `status` says nothing. */
  readonly running: boolean;
  /** What the last check printed, '' where there was none. */
  readonly output: string;
}
