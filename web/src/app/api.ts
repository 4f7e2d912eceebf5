// Calls to the HTTP API: one shape of error, and a hook that asks again when its address changes.
import { useEffect, useState } from "preact/hooks";

export interface Problem { file: string; line: number; path: string; message: string; remedy: string }
export class ApiError extends Error {
  constructor(readonly status: number, message: string, readonly remedy = "", readonly problems: Problem[] = []) {
    super(message);
  }
}

async function answered(address: string, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, init);
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError(0, "the server does not answer", "is 'racktwin serve' still running?");
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const { message = answer.statusText, remedy = "", problems = [] } = told.error ?? {};
  throw new ApiError(answer.status, message, remedy, problems);
}

export const getJson = async <T>(address: string, signal?: AbortSignal): Promise<T> =>
  (await answered(address, { signal })).json();
export const getBytes = async (address: string, signal?: AbortSignal): Promise<ArrayBuffer> =>
  (await answered(address, { signal })).arrayBuffer();
export const send = async <T>(address: string, body: unknown, method = "POST", headers: Record<string, string> = {}): Promise<T> =>
  (await answered(address, {
    method,
    headers: { "Content-Type": "application/json", "X-Racktwin": "1", ...headers },
    body: JSON.stringify(body),
  })).json();

export interface Asked<T> { data?: T; error?: Error; loading: boolean; again: () => void }

/** The answer of `address` (nothing is asked while it is empty); what was there stays until the new answer comes. */
export function useApi<T>(address: string): Asked<T> {
  const [state, setState] = useState<{ data?: T; error?: Error; loading: boolean }>({ loading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!address) return;
    const control = new AbortController();
    setState((old) => ({ data: old.data, loading: true }));
    getJson<T>(address, control.signal).then(
      (data) => setState({ data, loading: false }),
      (error) => { if (error.name !== "AbortError") setState({ error, loading: false }); },
    );
    return () => control.abort();
  }, [address, turn]);
  return { ...state, again: () => setTurn((n) => n + 1) };
}

export function query(values: Record<string, string | number | string[] | undefined | null>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (Array.isArray(value)) for (const one of value) search.append(key, one);
    else if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}
