// States every view has: loading, empty, wrong; and the small parts that most views use.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, type Asked, type Problem } from "../app/api";
import { maybe, t } from "../app/words";

export function Wrong({ error, again }: { error: Error; again?: () => void }) {
  const told = error instanceof ApiError ? error : null;
  return (
    <div class="panel" role="alert">
      <h2 class="bad">{t("went_wrong")}</h2>
      <p>{error.message}</p>
      {told?.remedy && <p><b>{t("remedy")}:</b> {told.remedy}</p>}
      {told && <Problems problems={told.problems} />}
      {again && <button onClick={again}>{t("retry")}</button>}
    </div>
  );
}

export function Problems({ problems, odd, go }: { problems: Problem[]; odd?: boolean; go?: (line: number) => void }) {
  return (
    <>
      {problems.map((one) => (
        <div class={`problem ${odd ? "odd" : ""}`}>
          {go && one.line > 0 ? <button class="small" onClick={() => go(one.line)}>{one.file}:{one.line}</button> : <span class="muted small">{one.file}{one.line ? `:${one.line}` : ""}</span>}{" "}
          <b>{one.path}</b> {one.message}
          {one.remedy && <div class="small">→ {one.remedy}</div>}
        </div>
      ))}
    </>
  );
}

export function Loaded<T>({ asked, children }: { asked: Asked<T>; children: (data: T) => ComponentChildren }) {
  if (asked.error) return <Wrong error={asked.error} again={asked.again} />;
  if (!asked.data) return <p class="panel muted" role="status">{t("loading")}</p>;
  return <div aria-busy={asked.loading}>{children(asked.data)}</div>;
}

export const Empty = ({ children }: { children?: ComponentChildren }) => <p class="panel muted">{children ?? t("nothing")}</p>;

export function Status({ status }: { status: string }) {
  const tone = { finished: "good", failed: "bad", damaged: "bad", interrupted: "warn" }[status] ?? "muted";
  return <span class={`badge ${tone}`}>{maybe(status)}</span>;
}

export function Bar({ done, total }: { done: number; total: number }) {
  const share = total ? (100 * done) / total : 0;
  return (
    <div class="bar" role="progressbar" aria-label={t("progress")} aria-valuenow={Math.round(share)} aria-valuemin={0} aria-valuemax={100}>
      <i style={{ width: `${share}%` }} />
    </div>
  );
}

/** Counts up when the reader changes between dark and light, so that what is drawn is drawn again. */
export function useTheme(): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const heard = () => setTurn((n) => n + 1);
    window.addEventListener("theme", heard);
    return () => window.removeEventListener("theme", heard);
  }, []);
  return turn;
}

export function Replication({ all, value, change }: { all: number[]; value: number; change: (one: number) => void }) {
  return (
    <label>{t("replication")}
      <select value={value} onChange={(event) => change(Number(event.currentTarget.value))}>
        {all.map((one) => <option value={one}>{one}</option>)}
      </select>
    </label>
  );
}

export const JsonLink = ({ address }: { address: string }) => <a class="small noprint" href={address} target="_blank" rel="noreferrer">{t("link")}</a>;
