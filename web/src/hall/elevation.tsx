// One rack from the front: its compute nodes from the top down, each GPU in the colour of the job that holds it.
import { query, useApi } from "../app/api";
import { colour, seriesColour } from "../app/colours";
import { type Clock, quantity, words } from "../app/format";
import { t } from "../app/words";
import { JsonLink, Loaded, useTheme } from "../parts/common";
import { TimePlot } from "../parts/timeplot";
import type { Grid, Meta, Rack } from "./meta";

interface Held { job: string; job_class: string; gpus: number; start_s: number; attempt: number }
interface Node { jobs: Held[]; down: { cause: string; start_s: number; end_s: number } | null }
interface Found { about: Rack; nodes: Node[]; at_s: number }

export function Elevation({ meta, rack, at_s, row, grid, clock, close, mark }: {
  meta: Meta; rack: Rack; at_s: number; row: (number | null)[]; grid: Grid; clock: Clock; close: () => void; mark: (job: string) => void;
}) {
  const address = `/api/runs/${encodeURIComponent(meta.run)}/hall/rack${query({ replication: meta.replication, rack: rack.rack, at_s })}`;
  const found = useApi<Found>(address);
  const theme = useTheme();
  return (
    <section class="panel" aria-label={`${t("rack")} ${rack.rack}`}>
      <div class="row"><h2>{rack.rack}</h2><span class="muted small">{rack.compute_nodes} × {rack.gpus / rack.compute_nodes} {rack.gpu_model} · {t("nameplate")} {quantity(rack.nameplate_w, "W")}</span><span class="spacer" /><JsonLink address={address} /><button onClick={close}>{t("close")}</button></div>
      <Loaded asked={found}>{(data) => <Front key={theme} nodes={data.nodes} gpus={Math.round(rack.gpus / rack.compute_nodes)} clock={clock} mark={mark} />}</Loaded>
      <TimePlot time_s={grid.time_s} lines={[{ label: rack.rack, colour: colour("draw"), values: row.map((one) => (one === null ? null : one / 1e3)), fill: `${colour("draw")}44` }]} clock={clock} unit="kW" height={170} name="rack-power" label={`${rack.rack}: ${t("power")}`} />
    </section>
  );
}

function Front({ nodes, gpus, clock, mark }: { nodes: Node[]; gpus: number; clock: Clock; mark: (job: string) => void }) {
  const jobs = [...new Map(nodes.flatMap((node) => node.jobs).map((one) => [one.job, one])).values()];
  const tone = new Map(jobs.map((one, place) => [one.job, seriesColour(place)]));
  const held = (job: string) => nodes.reduce((sum, node) => sum + node.jobs.filter((one) => one.job === job).reduce((all, one) => all + one.gpus, 0), 0);
  return (
    <div class="elevation">
      <ol class="nodes" aria-label={t("compute_nodes")} reversed start={nodes.length - 1}>
        {[...nodes.keys()].reverse().map((number) => <NodeRow number={number} node={nodes[number]} gpus={gpus} tone={tone} />)}
      </ol>
      <div>
        {jobs.length === 0 && <p class="muted">{t("no_jobs")}</p>}
        {jobs.map((one) => (
          <p class="small"><button onClick={() => mark(one.job)}><span class="swatch" style={{ "--c": tone.get(one.job)! }} />{words(one.job)}</button> {words(one.job_class)} · {held(one.job)} GPU · {clock.full(one.start_s)}{one.attempt > 1 && ` · ${t("attempt")} ${one.attempt}`}</p>
        ))}
        {nodes.map((node, number) => node.down && <p class="small warn">{t("node")} {number}: {words(node.down.cause) || t("out_of_use")} · {clock.full(node.down.start_s)} – {clock.full(node.down.end_s)}</p>)}
      </div>
    </div>
  );
}

function NodeRow({ number, node, gpus, tone }: { number: number; node: Node; gpus: number; tone: Map<string, string> }) {
  const cells: (Held | null)[] = [];
  for (const one of node.jobs) for (let i = 0; i < Math.max(1, Math.round(one.gpus)) && cells.length < gpus; i++) cells.push(one);
  while (cells.length < gpus) cells.push(null);
  const said = node.down ? t("out_of_use") : node.jobs.map((one) => `${one.job} ${one.gpus}`).join(", ") || t("free");
  return (
    <li class={node.down ? "down" : ""} title={`${number}: ${said}`}>
      <span class="number">{number}</span>{cells.map((one) => <i style={{ background: one ? tone.get(one.job) : undefined }} />)}<span class="hidden">{said}</span>{node.down && <span aria-hidden="true">✕</span>}
    </li>
  );
}
