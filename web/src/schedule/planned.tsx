// What was planned beside what was simulated, and beside what happened: a line for each piece, a bar for each visit.
import { useMemo } from "preact/hooks";
import { query, useApi } from "../app/api";
import { colour } from "../app/colours";
import { type Clock, number, quantity, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { t } from "../app/words";
import { JsonLink, Loaded, useTheme } from "../parts/common";

interface Visit { order: number; part: string; piece: number; operation: string; work_center: string; due_s: number | null; planned_start_s: number; planned_end_s: number; simulated_start_s: number | null; simulated_end_s: number | null; actual_start_s: number | null; actual_end_s: number | null }
interface Piece { name: string; order: number; visits: Visit[]; due_s: number | null; ends: Record<Kind, number | null> }
type Kind = "planned" | "simulated" | "actual";
const KINDS: [Kind, string][] = [["planned", "muted"], ["simulated", "work"], ["actual", "people"]];
const MOST = 80, LEFT = 150;

export function Planned({ run, replication, clock, scenario }: { run: string; replication: number; clock: Clock; scenario: string }) {
  const { search } = usePlace();
  const base = `/api/runs/${encodeURIComponent(run)}/schedule`;
  const plans = useApi<{ plans: { name: string }[] }>(`${base}/plans`);
  const runs = useApi<{ runs: { name: string; scenario: string }[] }>("/api/runs?limit=500");
  const known = plans.data?.plans ?? [], plan = search.get("plan") ?? known[0]?.name ?? "", actual = search.get("actual") ?? "";
  const address = plan ? `${base}/planned${query({ plan, replication, actual })}` : "";
  const found = useApi<{ visits: Visit[] }>(address);
  if (plans.data && !known.length) return <section class="panel"><h2>{t("planned_simulated")}</h2><p class="muted">{t("no_plan")} <code>racktwin plan schedule {scenario}.yaml</code></p></section>;
  return (
    <section class="panel" aria-label={t("planned_simulated")}>
      <div class="row"><h2>{t("planned_simulated")}</h2>
        <label>{t("plan")}<select value={plan} onChange={(event) => setQuery({ plan: event.currentTarget.value })}>{known.map((one) => <option>{one.name}</option>)}</select></label>
        <label>{t("actual_run")}<select value={actual} onChange={(event) => setQuery({ actual: event.currentTarget.value })}><option value="">–</option>{runs.data?.runs.filter((one) => one.name !== run).map((one) => <option>{one.name}</option>)}</select></label>
        <span class="spacer" />{address && <JsonLink address={address} />}</div>
      {plan && <Loaded asked={found}>{(data) => <Beside visits={data.visits} clock={clock} hasActual={!!actual} />}</Loaded>}
    </section>
  );
}

function Beside({ visits, clock, hasActual }: { visits: Visit[]; clock: Clock; hasActual: boolean }) {
  useTheme();
  const pieces = useMemo(() => piecesOf(visits), [visits]);
  const kinds = KINDS.filter(([kind]) => kind !== "actual" || hasActual);
  const times = visits.flatMap((one) => kinds.flatMap(([kind]) => [one[`${kind}_start_s`], one[`${kind}_end_s`]])).filter((one): one is number => one !== null);
  const low = Math.min(...times), high = Math.max(...times), row = 7 * kinds.length + 6, shown = pieces.slice(0, MOST);
  const x = (time_s: number) => LEFT + ((time_s - low) / (high - low || 1)) * (1000 - LEFT);
  const told = visits.filter((one) => one.simulated_start_s !== null);
  const near = told.filter((one) => Math.abs(one.simulated_start_s! - one.planned_start_s) <= 3600).length;
  return (
    <>
      <p class="small" role="status">{clock.full(low)} – {clock.full(high)} · {told.length ? number((100 * near) / told.length) : "–"} % {t("starts_within")}</p>
      <div class="scroll" style={{ maxHeight: "44vh" }} tabIndex={0} role="region" aria-label={`${t("planned_simulated")}: ${pieces.length} × ${visits.length}`}>
        <svg viewBox={`0 0 1000 ${row * shown.length + 4}`} width="100%" role="img" aria-label={t("planned_simulated")} data-planned={visits.length}>
          {shown.map((piece, at) => (
            <g transform={`translate(0 ${at * row})`}>
              <text x="0" y={row / 2 + 3} font-size="10" fill="var(--ink)">{piece.name.slice(0, 26)}</text>
              {kinds.map(([kind, tone], line) => piece.visits.map((one) => bar(one, kind, colour(tone), 3 + 7 * line, x, clock)))}
              {piece.due_s !== null && piece.due_s >= low && piece.due_s <= high && <line x1={x(piece.due_s)} x2={x(piece.due_s)} y1="1" y2={row - 2} stroke={colour("limit")} stroke-width="1.5" />}
            </g>
          ))}
        </svg>
      </div>
      <div class="legend" style={{ margin: ".4rem 0" }}>{kinds.map(([kind, tone]) => <span style={{ "--c": colour(tone) }}>{t(kind)}</span>)}</div>
      <div class="scroll" style={{ maxHeight: "34vh" }} tabIndex={0} role="region" aria-label={t("done")}><table class="tight">
        <thead><tr><th scope="col">{t("piece")}</th><th scope="col">{t("order")}</th>{kinds.map(([kind]) => <th scope="col">{t("done")}, {t(kind)}</th>)}<th scope="col" class="num">{t("simulated")}: {t("late_by")}</th>{hasActual && <th scope="col" class="num">{t("actual")}: {t("late_by")}</th>}</tr></thead>
        <tbody>{shown.map((piece) => (
          <tr><td>{piece.name}</td><td>{piece.order}</td>{kinds.map(([kind]) => <td>{piece.ends[kind] === null ? "–" : clock.full(piece.ends[kind]!)}</td>)}
            {kinds.slice(1).map(([kind]) => <td class={`num ${(piece.ends[kind] ?? 0) > piece.ends.planned! + 3600 ? "bad" : ""}`}>{piece.ends[kind] === null ? "–" : quantity(piece.ends[kind]! - piece.ends.planned!, "s")}</td>)}</tr>))}</tbody>
      </table></div>
    </>
  );
}

function bar(one: Visit, kind: Kind, tone: string, y: number, x: (time_s: number) => number, clock: Clock) {
  const from = one[`${kind}_start_s`], to = one[`${kind}_end_s`];
  if (from === null || to === null) return null;
  return <rect x={x(from)} y={y} width={Math.max(0.8, x(to) - x(from) - 0.5)} height="6" fill={tone}><title>{`${words(one.operation)}, ${t(kind)}: ${clock.full(from)} – ${clock.full(to)}`}</title></rect>;
}

/** Visits by piece, the first planned first; when the last planned visit of each ends. */
function piecesOf(visits: Visit[]): Piece[] {
  const found = new Map<string, Piece>();
  for (const one of visits) {
    const name = `${words(one.part)} ${one.piece}`, piece = found.get(name) ?? { name, order: one.order, visits: [], due_s: one.due_s, ends: { planned: null, simulated: null, actual: null } };
    piece.visits.push(one);
    found.set(name, piece);
  }
  for (const piece of found.values()) for (const [kind] of KINDS) {
    const ends = piece.visits.map((one) => one[`${kind}_end_s`]);
    piece.ends[kind] = ends.some((one) => one === null) ? null : Math.max(...(ends as number[]));
  }
  return [...found.values()].sort((a, b) => a.visits[0].planned_start_s - b.visits[0].planned_start_s);
}
