// A heat map on a canvas: a row for each group, a column for each moment. The body is drawn once, the marks when they move.
import { useEffect, useRef } from "preact/hooks";
import { colour } from "../app/colours";
import { number, words } from "../app/format";
import { t } from "../app/words";
import { useTheme } from "./common";
import { Png } from "./save";
import { tone } from "./tone";

const LEFT = 150, ROW = 14;
const STEPS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

interface Row { name: string; value: (number | null)[] }

/** `ends`: what the coldest and the hottest colour stand for; the least and the most of the values by default. */
export function Heat({ rows, at, pick, label, ends, picked = -1 }: { rows: Row[]; at: number; pick: (place: number, row: number) => void; label: string; ends?: [number, number]; picked?: number }) {
  const place = useRef<HTMLCanvasElement>(null);
  const body = useRef(document.createElement("canvas"));
  const theme = useTheme();
  const moments = rows[0]?.value.length ?? 0, height = rows.length * ROW + 4;
  useEffect(() => {
    const parent = place.current?.parentElement;
    if (!parent || !place.current) return; // the page has been left
    const width = parent.clientWidth;
    for (const canvas of [place.current, body.current]) { canvas.width = width * devicePixelRatio; canvas.height = height * devicePixelRatio; }
    place.current.style.width = `${width}px`;
    place.current.style.height = `${height}px`;
    drawBody(body.current, rows, (width - LEFT) / Math.max(1, moments), ends ?? endsOf(rows.map((row) => row.value)));
  }, [rows, theme]);
  useEffect(() => {
    const canvas = place.current;
    if (!canvas) return;
    const c = canvas.getContext("2d")!, width = canvas.width / devicePixelRatio, step = (width - LEFT) / Math.max(1, moments);
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, canvas.width, canvas.height);
    c.drawImage(body.current, 0, 0);
    c.scale(devicePixelRatio, devicePixelRatio);
    c.strokeStyle = colour("ink");
    c.lineWidth = 2;
    c.strokeRect(LEFT + at * step, 0, Math.max(2, step), height - 4);
    if (picked >= 0) c.strokeRect(LEFT, picked * ROW - 1, width - LEFT, ROW + 1);
  }, [rows, at, theme, picked]);
  const moment = (event: MouseEvent) => Math.max(0, Math.min(moments - 1, Math.floor(((event.offsetX - LEFT) / (place.current!.clientWidth - LEFT)) * moments)));
  const step = (event: KeyboardEvent) => {
    const [across, down] = STEPS[event.key] ?? [0, 0], far = event.shiftKey ? 10 : 1;
    if (!across && !down) return;
    event.preventDefault();
    const row = Math.max(0, Math.min(rows.length - 1, picked < 0 ? 0 : picked + down * far));
    pick(Math.max(0, Math.min(moments - 1, at + across * far)), row);
    const scroller = place.current?.parentElement;
    if (scroller) scroller.scrollTop = row * ROW - scroller.clientHeight / 2;
  };
  const told = picked >= 0 && rows[picked] ? `${words(rows[picked].name)}: ${number(rows[picked].value[at])}` : "";
  return (
    <>
    <div class="scroll" style={{ maxHeight: "46vh" }} tabIndex={0} role="application" aria-label={`${label}. ${t("heat_keys")}`} onKeyDown={step} data-heat-keys>
      <span class="hidden" role="status">{told}</span>
      <canvas ref={place} role="img" aria-label={label} data-heat={rows.length} onClick={(event) => pick(moment(event), Math.min(rows.length - 1, Math.floor(event.offsetY / ROW)))} />
    </div>
    <Png of={() => place.current} name={label.replace(/[^\w-]+/g, "-")} />
    </>
  );
}

function drawBody(canvas: HTMLCanvasElement, rows: Row[], step: number, [low, high]: [number, number]) {
  const c = canvas.getContext("2d")!, span = high - low || 1;
  c.scale(devicePixelRatio, devicePixelRatio);
  c.font = "11px system-ui, sans-serif";
  rows.forEach((row, number) => {
    c.fillStyle = colour("ink");
    c.fillText(words(row.name).slice(0, 24), 2, number * ROW + 11);
    row.value.forEach((value, moment) => {
      c.fillStyle = value === null ? colour("grid") : tone((value - low) / span);
      c.fillRect(LEFT + moment * step, number * ROW, step + 0.4, ROW - 1);
    });
  });
}

/** The least and the most of rows of numbers. */
export function endsOf(rows: (number | null)[][]): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const row of rows) for (const value of row) if (value !== null) { if (value < low) low = value; if (value > high) high = value; }
  return low <= high ? [low, high] : [0, 1];
}
