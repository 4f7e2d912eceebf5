// Feeds, loops and people at this moment, against their limit.
import { useMemo } from "preact/hooks";
import { query, useApi } from "../app/api";
import { colour } from "../app/colours";
import { number, quantity, words } from "../app/format";
import { maybe, t } from "../app/words";
import type { Meta } from "./layout";

const KINDS = ["power", "heat", "flow"];

interface Series { edges_s: number[]; series: Record<string, any>[] }

export function Gauges({ meta, now_s }: { meta: Meta; now_s: number }) {
  const chunk = Math.floor(now_s / meta.chunk_s);
  const asked = query({ replication: meta.replication, from_s: chunk * meta.chunk_s, to_s: (chunk + 1) * meta.chunk_s, points: 600 });
  const base = `/api/runs/${encodeURIComponent(meta.run)}/series`;
  const limits = useApi<Series>(`${base}/limits${asked}`), labour = useApi<Series>(`${base}/labour${asked}`);
  const place = (data?: Series) => {
    const [first, second] = data?.edges_s ?? [0, 1];
    return Math.max(0, Math.min((data?.edges_s.length ?? 2) - 2, Math.floor((now_s - first) / (second - first))));
  };
  const known = new Set([...meta.feeds, ...meta.loops].map((one) => one.name));
  const order = useMemo(() => (limits.data?.series ?? []).filter((one) => known.has(one.name)).sort((a, b) => KINDS.indexOf(a.quantity) - KINDS.indexOf(b.quantity)), [limits.data]);
  const i = place(limits.data), j = place(labour.data);
  return (
    <aside class="panel" aria-label={t("limit")}>
      {order.map((one, row) => <>
        {one.quantity !== order[row - 1]?.quantity && <h2 class="cap">{maybe(one.quantity)}</h2>}
        <Gauge name={words(one.name)} kind={maybe(one.quantity)} value={one.draw[i]} limit={one.limit[i] || Math.max(...one.limit)} mark={one.reserved[i]} unit={one.quantity === "flow" ? "m3/s" : "W"} tone={colour(one.quantity === "power" ? "power" : "coolant")} waiting={one.waiting[i]} /></>)}
      <h2>{t("people")}</h2>
      {(labour.data?.series ?? []).map((one) => <Gauge name={words(one.operator_group)} value={one.busy[j]} limit={one.present[j]} unit="" tone={colour("people")} waiting={one.waiting[j]} />)}
    </aside>
  );
}

function Gauge({ name, kind = "", value, limit, mark, unit, tone, waiting }: { name: string; kind?: string; value: number; limit: number; mark?: number; unit: string; tone: string; waiting: number }) {
  const share = limit > 0 ? Math.min(1, value / limit) : 0;
  return (
    <div class="gauge slim">
      <div class="row small" style={{ gap: ".3rem" }}><span class="name" title={name}>{name}</span><span>{waiting > 0.05 && <span class="warn">{number(waiting, 2)} {t("waiting")} · </span>}{quantity(value, unit)} / {quantity(limit, unit)}</span></div>
      <div class="bar" role="meter" aria-label={kind ? `${name} (${kind})` : name} aria-valuenow={Math.round(100 * share)} aria-valuemin={0} aria-valuemax={100}>
        <i class={share > 0.97 ? "hot" : ""} style={{ width: `${100 * share}%`, background: share > 0.97 ? undefined : tone }} />
        {mark !== undefined && limit > 0 && <span style={{ position: "absolute", top: 0, bottom: 0, width: "2px", background: "var(--ink)", left: `${Math.min(99, (100 * mark) / limit)}%` }} />}
      </div>
    </div>
  );
}
