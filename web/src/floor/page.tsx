// The floor: the plan that plays, its gauges, and the history of what was clicked.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { seriesColour, stateColour } from "../app/colours";
import { Clock, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { maybe, t } from "../app/words";
import { JsonLink, Loaded, Replication, useTheme, Wrong } from "../parts/common";
import { Png } from "../parts/save";
import type { Detail } from "../pages/run";
import { drawBackground, drawMoment, fit, hit, type Hit, type View } from "./draw";
import { Gauges } from "./gauges";
import { History } from "./history";
import { layOut, type Meta } from "./layout";
import { Player } from "./player";

const SPEEDS: [string, number][] = [["10 min/s", 600], ["1 h/s", 3600], ["6 h/s", 21600], ["1 d/s", 86400], ["1 wk/s", 604800]];

export default function FloorPage({ run, detail }: { run: string; detail: Detail }) {
  const { search } = usePlace();
  const replication = Number(search.get("replication") ?? detail.replications[0] ?? 0);
  const address = `/api/runs/${encodeURIComponent(run)}/floor${query({ replication })}`;
  const meta = useApi<Meta>(address);
  return (
    <Loaded asked={meta}>
      {(data) => data.replication === replication ? (
        <>
          <Stage key={`${run}/${replication}`} meta={data} detail={detail} />
          <p class="small"><JsonLink address={address} /></p>
        </>
      ) : <p class="panel muted">{t("loading")}</p>}
    </Loaded>
  );
}

function Stage({ meta, detail }: { meta: Meta; detail: Detail }) {
  const { search } = usePlace();
  const layout = useMemo(() => layOut(meta.centers), [meta]);
  const clock = useMemo(() => new Clock(meta.start), [meta]);
  const canvas = useRef<HTMLCanvasElement>(null), stage = useRef<HTMLDivElement>(null);
  const player = useRef<Player | null>(null);
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const background = useRef(document.createElement("canvas"));
  const picked = useRef(-1);
  const [chosen, setChosen] = useState<Hit>(null);
  const [now_s, setNow] = useState(Number(search.get("t") ?? meta.warm_up_s));
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(Number(search.get("speed") ?? 21600));
  const [solid, setSolid] = useState(search.get("view") === "3d");
  const [wrong, setWrong] = useState<Error | null>(null);
  const theme = useTheme();
  const drawSolid = useRef<((player: Player) => void) | null>(null);

  useEffect(() => {
    let shownAt = 0;
    const draw = () => {
      const one = player.current;
      if (!one) return;
      if (drawSolid.current) drawSolid.current(one);
      else if (canvas.current) drawMoment(canvas.current, background.current, meta, layout, one.moment, view.current, devicePixelRatio, picked.current);
      if (stage.current) stage.current.dataset.frames = String(one.frames);
      if (performance.now() - shownAt > 100) { shownAt = performance.now(); setNow(one.now_s); setPlaying(one.playing); }
    };
    const made = (player.current = new Player(meta, layout, now_s, draw, setWrong));
    made.speed = speed;
    return () => made.stop();
  }, [meta]);

  useEffect(() => {
    const resize = () => {
      const place = stage.current;
      if (!place || !canvas.current) return;
      const { clientWidth: width, clientHeight: height } = place;
      for (const one of [canvas.current, background.current]) { one.width = width * devicePixelRatio; one.height = height * devicePixelRatio; }
      view.current = fit(layout, width, height);
      drawBackground(background.current, layout, view.current, devicePixelRatio);
    };
    resize();
    const watch = new ResizeObserver(resize);
    if (stage.current) watch.observe(stage.current);
    return () => watch.disconnect();
  }, [layout, theme, solid]);

  useEffect(() => {
    if (!solid || !stage.current) return;
    let end = () => {};
    import("./solid").then(({ raise }) => { const made = raise(stage.current!, meta, layout); drawSolid.current = made.draw; end = made.end; });
    return () => { drawSolid.current = null; end(); };
  }, [solid, theme]);

  const toggle = (on: boolean) => { player.current?.play(on); setPlaying(on); if (!on) setQuery({ t: String(Math.round(player.current!.now_s)) }); };
  const seek = (to: number) => { player.current?.seek(to); setNow(to); };
  const pick = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect(), at = view.current;
    const found = hit(layout, player.current?.moment ?? null, (event.clientX - box.left - at.x) / at.scale, (event.clientY - box.top - at.y) / at.scale);
    picked.current = found && "serial" in found ? found.serial : -1;
    setChosen(found);
  };
  return (
    <>
      <div class="panel row">
        <button class="main" onClick={() => toggle(!playing)} aria-pressed={playing}>{playing ? t("pause") : t("play")}</button>
        <label>{t("speed")}<select value={speed} onChange={(event) => { const value = Number(event.currentTarget.value); setSpeed(value); player.current!.speed = value; setQuery({ speed: String(value) }); }}>{SPEEDS.map(([name, value]) => <option value={value}>{name}</option>)}</select></label>
        <input type="range" min={0} max={meta.horizon_s} step={meta.horizon_s / 2000} value={now_s} aria-label={t("time")} aria-valuetext={clock.full(now_s)} onInput={(event) => seek(Number(event.currentTarget.value))} onChange={() => setQuery({ t: String(Math.round(now_s)) })} />
        <output style={{ minWidth: "14rem" }}>{clock.full(now_s)}{now_s < meta.warm_up_s ? ` · ${t("warm_up")}` : ""}</output>
        <Replication all={detail.replications} value={meta.replication} change={(one) => setQuery({ replication: String(one) })} />
        <button aria-pressed={!solid} onClick={() => { setSolid(false); setQuery({ view: "" }); }}>{t("view_2d")}</button><button aria-pressed={solid} onClick={() => { setSolid(true); setQuery({ view: "3d" }); }}>{t("view_3d")}</button>
      </div>
      {wrong && <Wrong error={wrong} />}
      <div class="floor">
        <div>
          <div ref={stage} class="stage" style={{ width: "100%", aspectRatio: `${layout.width} / ${layout.height}`, maxHeight: "70vh", minHeight: "300px" }}>
            {!solid && <canvas ref={canvas} onClick={pick} role="img" aria-label={`${t("floor")}: ${meta.centers.map((one) => words(one.name)).join(", ")}`} />}
          </div>
          <div class="legend" style={{ margin: ".5rem 0" }} key={theme}>
            {!solid && <Png of={() => canvas.current} name={`${meta.run}-floor`} />}
            {meta.states.map((one) => <span style={{ "--c": stateColour(one) }}>{words(maybe(one))}</span>)}
            {meta.parts.map((one, place) => <span style={{ "--c": seriesColour(place + 1) }}>{words(one.name)}</span>)}
          </div>
          {chosen && <History meta={meta} chosen={chosen} clock={clock} close={() => { setChosen(null); picked.current = -1; }} />}
          <CellPicker meta={meta} pick={setChosen} />
        </div>
        <Gauges meta={meta} now_s={now_s} />
      </div>
    </>
  );
}

/** The same as a click on the plan, for who uses a keyboard. */
function CellPicker({ meta, pick }: { meta: Meta; pick: (hit: Hit) => void }) {
  return (
    <label class="small">{t("history")} · {t("cell")}
      <select value="" onChange={(event) => { const [center, unit] = event.currentTarget.value.split("#"); if (center) pick({ center, unit: Number(unit), number: -1 }); event.currentTarget.value = ""; }}>
        <option value="">–</option>
        {meta.centers.map((one) => <optgroup label={words(one.name)}>{Array.from({ length: one.units }, (_, unit) => <option value={`${one.name}#${unit}`}>{words(one.name)} {unit}</option>)}</optgroup>)}
      </select>
    </label>
  );
}
