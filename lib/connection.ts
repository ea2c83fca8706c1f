import { errorCode } from "./error.ts";
import { excerpt } from "./escape.ts";
import { formatSeconds } from "./units/duration.ts";

/** Why a server was not reached, in words, and whether it may be later. */
export interface ConnectionFailure {
  readonly reason: string;
  /** A certificate, for one, does not become right by waiting. */
  readonly isPassing: boolean;
}

const known: Readonly<Record<string, string>> = {
  ConnectionRefused: "the connection is refused",
  ECONNREFUSED: "the connection is refused",
  ConnectionClosed: "the connection is closed",
  ECONNRESET: "the connection is closed",
  ENOTFOUND: "no host of that name is known",
  UND_ERR_SOCKET: "the connection is closed",
};

/** Certificates that are in order, but signed by nobody whom this machine knows. */
const untrusted = /SELF_SIGNED|ISSUER_CERT|LEAF_SIGNATURE/;
const trustIt = "to trust it, name a file with it or its signer in NODE_EXTRA_CA_CERTS";

/** Says what `fetch` threw, within a limit of `timeoutMs` for the answer. */
export function describeConnectionFailure(error: unknown, timeoutMs: number): ConnectionFailure {
  if (error instanceof Error && error.name === "TimeoutError") {
    return { isPassing: true, reason: `no answer within ${formatSeconds(timeoutMs / 1000)}` };
  }
  // Node wraps what happened.
  const code = errorCode(error) ?? errorCode(error instanceof Error ? error.cause : null) ?? "";
  const message = error instanceof Error ? error.message : String(error);
  const isUntrusted = untrusted.test(code);
  const reason = known[code] ?? excerpt(message, 200);
  return {
    isPassing: !isUntrusted && !/CERT|TLS|SSL/i.test(code),
    reason: isUntrusted ? `${reason}; ${trustIt}` : reason,
  };
}
