// The server's REST side, as far as the page needs it.

/** The server refused, or could not be reached (`SERVER_UNREACHABLE`). */
export class ApiError extends Error {
  constructor(code, message, status = 0, details = {}) {
    super(message);
    Object.assign(this, { code, status, details });
  }
}

/**
 * @param {string} base address of the page, from which everything is relative
 * @param {() => Promise<boolean>} askWho has somebody sign in, because a request was refused; whether
 *   to repeat it
 */
export function createApi(base, askWho) {
  /** Do it, and again once somebody has signed in if it is refused for want of that. */
  async function signedIn(act) {
    try {
      return await act();
    } catch (error) {
      if (error.status !== 401 || !(await askWho())) throw error;
      return signedIn(act);
    }
  }
  const request = (path, options) =>
    path.startsWith("api/auth") ? ask(path, options) : signedIn(() => ask(path, options));
  async function ask(path, options) {
    let response;
    try {
      response = await fetch(new URL(path, base), options);
    } catch (error) {
      throw new ApiError("SERVER_UNREACHABLE", error.message);
    }
    if (response.ok) return response;
    const { status, statusText } = response;
    const { code = "unknown", message = statusText } =
      (await response.json().catch(() => null))?.error ?? {};
    throw new ApiError(code, message, status);
  }
  const json = async (path, options) => (await request(path, options)).json();
  const send = (path, body, method = "POST") =>
    request(path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return {
    signedIn,
    json,
    send,
    /** The address of a path. */
    url: (path) => new URL(path, base).href,
    socketUrl: new URL("ws", base).href.replace(/^http/, "ws"),
    status: () => json("api/streaming/status"),
    /** `{required, user_id}`: whether a key is asked for, and whose was shown. */
    whoIsThere: () => json("api/auth"),
    /** These two resolve to `{user_id, expires_in_s}`. */
    signIn: async (key) => (await send("api/auth/session", { api_key: key })).json(),
    refreshSignIn: () => json("api/auth/refresh", { method: "POST" }),
    signOut: () => request("api/auth/session", { method: "DELETE" }),
  };
}
