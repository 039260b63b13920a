// The server's answers, and its refusals as errors: Refusal where it answered, Unreachable where it did not.

const root = '/api/v1/';
const patience = 20_000;
let antiforgery = '';

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
  }

  // Not now, but later: the answer is kept and sent again.
  get isPassing() { return this.status >= 500 || this.status === 408 || this.status === 429 || this.isSignedOut; }

  get isSignedOut() { return this.status === 401 || this.status === 403; }
}

export class Unreachable extends Error { }

export const isPassing = error => error instanceof Unreachable || (error instanceof Refusal && error.isPassing);

// Opens the session, or opens it again: its value stands before any post.
export async function openSession() {
  const session = await call('GET', 'session');
  antiforgery = session.csrf;
  return session;
}

export const get = path => call('GET', path);

export const post = (path, body) => guarded('POST', path, JSON.stringify(body ?? {}), 'application/json');

export const patch = (path, body) => guarded('PATCH', path, JSON.stringify(body), 'application/json');

// The file as it is; it may take as long as it takes.
export const postFile = (path, file) => guarded('POST', path, file, 'application/octet-stream', null);

// The last words of a page that is left: they are sent though nobody waits for the answer.
export const postLast = (path, body) => fetch(root + path, {
  method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': antiforgery }, body: JSON.stringify(body), keepalive: true,
}).catch(() => { });

// A server that was started anew wants its own antiforgery value: fetched once, then the refusal counts.
async function guarded(method, path, body, type, timeout = patience) {
  try {
    return await call(method, path, body, type, timeout);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 403) { throw error; }
    const before = antiforgery;
    await openSession();
    if (antiforgery === before) { throw error; }
    return call(method, path, body, type, timeout);
  }
}

async function call(method, path, body, type, timeout = patience) {
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') {
    headers['Content-Type'] = type;
    headers['X-CSRF-Token'] = antiforgery;
  }

  let response;
  let text;
  try {
    response = await fetch(root + path, { method, headers, body, signal: timeout ? AbortSignal.timeout(timeout) : undefined, cache: 'no-store' });
    text = await response.text();
  } catch (error) {
    throw new Unreachable(error.message);
  }

  const value = parse(text);
  if (!response.ok) { throw new Refusal(response.status, value ?? {}); }
  return value;
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
