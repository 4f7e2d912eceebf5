// The supply network: sites and lanes by flow and risk, stock at a moment; the tables below.
import { useMemo, useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { colour } from "../app/colours";
import { Clock, number, quantity, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { maybe, t } from "../app/words";
import { JsonLink, Loaded, Replication, useTheme } from "../parts/common";
import Engine from "../pages/engine";
import { Png } from "../parts/save";
import type { Detail } from "../pages/run";
import { HEIGHT, type Lane, type Site, spotsOf, WIDTH } from "./map";

interface Network { sites: Site[]; lanes: Lane[]; stocks: { name: string; part: string; site: string }[]; disrupted_by: string[] }
interface Risk { pieces_per_s: Record<string, number>; exposure: Record<string, number>; described: Record<string, number> }
interface Level { stock: string; part: string; site: string; on_hand: number; backorders: number; on_order: number; in_transit: number }
const WEEK_S = 7 * 86400, DASHES: Record<string, string> = { air: "2 5", sea: "12 5", truck: "", rail: "7 3 2 3", courier: "1 4" };

export default function SupplyPage({ run, detail }: { run: string; detail: Detail }) {
  const network = useApi<Network>(`/api/runs/${encodeURIComponent(run)}/supply`);
  return <>{!network.error && <Loaded asked={network}>{(data) => <Supply run={run} detail={detail} network={data} />}</Loaded>}<Engine run={run} detail={detail} engine="supply" /></>;
}

function Supply({ run, detail, network }: { run: string; detail: Detail; network: Network }) {
  const { search } = usePlace();
  const base = `/api/runs/${encodeURIComponent(run)}/supply`;
  const clock = useMemo(() => new Clock(detail.start), [detail.start]);
  const [now_s, setNow] = useState(Number(search.get("t") ?? detail.warm_up_s));
  const kept = Number(search.get("t") ?? detail.warm_up_s), replication = Number(search.get("replication") || detail.replications[0] || 0);
  const address = `${base}/moment${query({ replication, at_s: kept })}`;
  const levels = useApi<{ stocks: Level[] }>(address), risk = useApi<Risk>(`${base}/risk`);
  const site = search.get("site") ?? "";
  return (
    <>
      <div class="panel row">
        <label class="row" style={{ flex: 1 }}>{t("time")}<input type="range" min={0} max={detail.horizon_s} step={86400} value={now_s} aria-valuetext={clock.full(now_s)} onInput={(event) => setNow(Number(event.currentTarget.value))} onChange={(event) => setQuery({ t: event.currentTarget.value })} /></label>
        <output style={{ minWidth: "12rem" }}>{clock.full(now_s)}</output>
        <Replication all={detail.replications} value={replication} change={(one) => setQuery({ replication: String(one) })} />
        <label>{t("site")}<select value={site} onChange={(event) => setQuery({ site: event.currentTarget.value })}><option value="">{t("all")}</option>{network.sites.map((one) => <option value={one.name}>{words(one.name)}</option>)}</select></label>
        <JsonLink address={base} />
      </div>
      <section class="panel"><div class="row"><h2>{t("network")}</h2><Png of={() => document.querySelector("svg[data-map]")} name={`${detail.name}-network`} />{network.disrupted_by.map((one) => <span class="badge bad">{words(one)}</span>)}<span class="spacer" /><JsonLink address={`${base}/risk`} /></div>
        <Map network={network} risk={risk.data} levels={levels.data?.stocks ?? []} site={site} />
        {risk.data && Object.keys(risk.data.described).length > 0 && <p class="small">{t("described")}: {Object.entries(risk.data.described).map(([name, times]) => `${words(name)} × ${number(times)}`).join(" · ")}</p>}
        {risk.error && <p class="small muted">{risk.error.message}</p>}
        <Lanes network={network} risk={risk.data} site={site} />
      </section>
      <section class="panel"><div class="row"><h2>{t("stock")}</h2><span class="muted small">{clock.full(kept)}</span><span class="spacer" /><JsonLink address={address} /></div>
        <Loaded asked={levels}>{(data) => <Stocks levels={data.stocks.filter((one) => !site || one.site === site)} />}</Loaded></section>
    </>
  );
}

const riskColour = (exposed: number) => (exposed < 1e-9 ? colour("series_0") : exposed < 2 / 3 ? colour("series_1") : colour("limit"));

function Map({ network, risk, levels, site }: { network: Network; risk: Risk | undefined; levels: Level[]; site: string }) {
  const theme = useTheme();
  const { spots, placed } = useMemo(() => spotsOf(network.sites), [network]);
  const most = Math.max(1e-12, ...Object.values(risk?.pieces_per_s ?? {}));
  const owed = (name: string) => levels.filter((one) => one.site === name).reduce((sum, one) => sum + one.backorders, 0);
  const siblings = (lane: Lane) => network.lanes.filter((one) => one.origin === lane.origin && one.destination === lane.destination);
  return (
    <>
      <svg key={theme} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" role="img" aria-label={`${t("network")}: ${network.sites.length} ${t("sites")}, ${network.lanes.length} ${t("lanes")}`} data-map={placed ? "position" : "kind"}>
        {network.lanes.map((lane) => {
          const a = spots.get(lane.origin), b = spots.get(lane.destination);
          if (!a || !b) return null;
          const rate = risk?.pieces_per_s[lane.name] ?? 0, bend = 26 + 24 * siblings(lane).indexOf(lane), exposed = risk?.exposure[`lane ${lane.name}`] ?? 0;
          return (
            <path d={`M${a.x} ${a.y} Q${(a.x + b.x) / 2} ${(a.y + b.y) / 2 - bend} ${b.x} ${b.y}`} fill="none" stroke={riskColour(exposed)} stroke-width={1.2 + 7 * Math.sqrt(rate / most)} stroke-dasharray={DASHES[lane.mode]} opacity={site && site !== lane.origin && site !== lane.destination ? 0.15 : 0.75}>
              <title>{`${words(lane.name)} (${lane.mode}): ${number(rate * WEEK_S)} ${t("a_week")}, ${quantity(lane.lead_time_s, "s")}, ${t("exposure")} ${number(exposed)}`}</title>
            </path>
          );
        })}
        {network.sites.map((one) => {
          const spot = spots.get(one.name);
          if (!spot) return null;
          const late = owed(one.name);
          return (
            <g onClick={() => setQuery({ site: site === one.name ? "" : one.name })} style={{ cursor: "pointer" }}>
              <circle cx={spot.x} cy={spot.y} r={one.kind === "plant" ? 11 : 8} fill={riskColour(risk?.exposure[`site ${one.name}`] ?? 0)} stroke={site === one.name ? colour("ink") : colour("paper")} stroke-width={site === one.name ? 3 : 1.5}><title>{`${words(one.name)}, ${one.country}: ${t("exposure")} ${number(risk?.exposure[`site ${one.name}`] ?? 0)}`}</title></circle>
              <text x={spot.x} y={spot.y - 14} text-anchor="middle" font-size="13" fill={colour("ink")} stroke={colour("paper")} stroke-width="4" paint-order="stroke">{words(one.name)}{late > 0 ? ` · ${number(late)} ${t("owed")}` : ""}</text>
            </g>
          );
        })}
      </svg>
      <div class="legend" style={{ margin: ".4rem 0" }}><span style={{ "--c": colour("series_0") }}>{t("risk_none")}</span><span style={{ "--c": colour("series_1") }}>{t("risk_some")}</span><span style={{ "--c": colour("limit") }}>{t("risk_worst")}</span></div>
      <p class="small muted">{t("map_about")}{!placed && ` ${t("map_columns")}`}</p>
    </>
  );
}

function Lanes({ network, risk, site }: { network: Network; risk: Risk | undefined; site: string }) {
  const exposure = (one: Lane) => risk?.exposure[`lane ${one.name}`] ?? 0;
  const shown = network.lanes.filter((one) => !site || site === one.origin || site === one.destination).sort((a, b) => exposure(b) - exposure(a));
  return (
    <div class="scroll" style={{ maxHeight: "30vh" }} tabIndex={0} role="region" aria-label={t("lanes")}><table class="tight">
      <thead><tr><th scope="col">{t("lane")}</th><th scope="col">{t("from_site")}</th><th scope="col">{t("to_site")}</th><th scope="col">{t("mode")}</th><th scope="col" class="num">{t("lead_time")}</th><th scope="col" class="num">{t("a_week")}</th><th scope="col" class="num">{t("exposure")}</th></tr></thead>
      <tbody>{shown.map((one) => <tr><td>{words(one.name)}</td><td>{words(one.origin)}</td><td>{words(one.destination)}</td><td>{maybe(one.mode)}</td><td class="num">{quantity(one.lead_time_s, "s")}</td><td class="num">{risk ? number((risk.pieces_per_s[one.name] ?? 0) * WEEK_S) : "–"}</td><td class="num">{risk ? number(exposure(one)) : "–"}</td></tr>)}</tbody>
    </table></div>
  );
}

function Stocks({ levels }: { levels: Level[] }) {
  const most = Math.max(1, ...levels.map((one) => one.on_hand));
  return (
    <div class="scroll" style={{ maxHeight: "44vh" }} tabIndex={0} role="region" aria-label={t("stock")}><table class="tight">
      <thead><tr><th scope="col">{t("stock")}</th><th scope="col">{t("site")}</th><th scope="col" class="num">{t("on_hand")}</th><th scope="col" /><th scope="col" class="num">{t("owed")}</th><th scope="col" class="num">{t("on_order")}</th><th scope="col" class="num">{t("in_transit")}</th></tr></thead>
      <tbody>{levels.map((one) => (
        <tr><td title={one.part}>{words(one.stock)}</td><td>{words(one.site)}</td><td class="num">{number(one.on_hand, 5)}</td><td style={{ minWidth: "110px" }}><div class="bar" aria-hidden="true"><i style={{ width: `${100 * Math.sqrt(Math.max(0, one.on_hand) / most)}%` }} /></div></td><td class={`num ${one.backorders > 0 ? "bad" : ""}`}>{number(one.backorders, 5)}</td><td class="num">{number(one.on_order, 5)}</td><td class="num">{number(one.in_transit, 5)}</td></tr>))}</tbody>
    </table></div>
  );
}
