// The way a check takes to the server. One function, so that how checks wait for the network is decided in this file alone.
import { post } from "../shared/api.js";

const CHECKS = "/screening/api/v1/checks";

/** Sends a check and resolves to its decision. The same key may be sent again: the server stores one check for it. */
export function send(check, key) {
  return post(CHECKS, check, { key });
}
