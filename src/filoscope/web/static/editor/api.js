// What the studio asks of the server. A refusal has a sentence for the person.

const token = () => document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";

export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Ask /api/v1; answers what it says as JSON, or null where it says nothing. */
export async function ask(path, { method = "GET", body, keepalive = false } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, keepalive, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refusal(0, "There is no connection to the server.");
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) throw new Refusal(401, "You are signed out. Sign in in another tab; then this page goes on, and nothing is lost.");
  const said = typeof answer.detail === "string" ? answer.detail : "";
  throw new Refusal(response.status, said || `The server could not do that (${response.status}).`);
}
