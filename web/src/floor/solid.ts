// The same moment in three dimensions: boxes for cells and pieces, two draw calls for all of them. Faces have their light painted
// on (no lamps, no smoothing), what has not moved is not drawn again; where frames are slow there are fewer pixels, and pieces are points.
import { BoxGeometry, BufferGeometry, Color, DynamicDrawUsage, Float32BufferAttribute, GridHelper, InstancedMesh, Matrix4, MeshBasicMaterial, PerspectiveCamera, Points, PointsMaterial, Scene, WebGLRenderer } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { colour, seriesColour, stateColour } from "../app/colours";
import { CELL, type Layout, type Meta } from "./layout";
import type { Player } from "./player";

const MOST_PIECES = 20_000, FACES = [0.82, 0.7, 1, 0.5, 0.9, 0.62];
const SLOW_MS = 45, FAST_MS = 12, COARSEST = 0.5;

export function raise(place: HTMLElement, meta: Meta, layout: Layout): { draw: (player: Player) => void; end: () => void } {
  const renderer = new WebGLRenderer({ antialias: false, powerPreference: "high-performance" });
  const finest = Math.min(2, devicePixelRatio), pace = { ratio: Math.min(1, finest), way: 0, same: 0 };
  renderer.setPixelRatio(pace.ratio);
  place.append(renderer.domElement);
  const scene = new Scene();
  scene.background = new Color(colour("paper"));
  scene.add(new GridHelper(2 * Math.max(layout.width, layout.height), 30, colour("grid"), colour("grid")));
  const cells = boxes(CELL, 9, layout.unitX.length), pieces = boxes(4, 14, MOST_PIECES);
  const points = dots(MOST_PIECES);
  scene.add(cells, pieces, points);
  points.visible = false;
  const camera = new PerspectiveCamera(45, 1, 1, 8000);
  const far = Math.max(layout.width * 0.62, layout.height * 0.95);
  camera.position.set(0, far * 0.75, far * 0.85);
  const controls = new OrbitControls(camera, renderer.domElement);
  let stale = true, seen = -1;
  controls.addEventListener("change", () => { stale = true; });
  const resize = () => {
    renderer.setSize(place.clientWidth, place.clientHeight);
    camera.aspect = place.clientWidth / Math.max(1, place.clientHeight);
    camera.updateProjectionMatrix();
    stale = true;
  };
  const watch = new ResizeObserver(resize);
  watch.observe(place);
  const states = meta.states.map((one) => new Color(stateColour(one))), idle = new Color(colour("grid"));
  const kinds = meta.parts.map((_, kind) => new Color(seriesColour(kind + 1)));
  const cx = layout.width / 2, cy = layout.height / 2;
  for (let unit = 0; unit < layout.unitX.length; unit++) put(cells, unit, layout.unitX[unit] + CELL / 2 - cx, 4.5, layout.unitY[unit] + CELL / 2 - cy);
  const move = (moment: NonNullable<Player["moment"]>) => {
    for (let unit = 0; unit < layout.unitX.length; unit++) cells.setColorAt(unit, states[moment.unitState[unit]] ?? idle);
    let count = 0;
    const place = points.geometry.attributes.position, tone = points.geometry.attributes.color;
    for (let i = 0; i < moment.pieces && count < MOST_PIECES; i++) {
      if (!moment.shown[i]) continue;
      const x = moment.x[i] + 2 - cx, z = moment.y[i] + 2 - cy, shade = kinds[moment.part[i]] ?? idle;
      if (points.visible) { place.setXYZ(count, x, 12, z); tone.setXYZ(count, shade.r, shade.g, shade.b); }
      else { put(pieces, count, x, 12, z); pieces.setColorAt(count, shade); }
      count++;
    }
    pieces.count = count;
    points.geometry.setDrawRange(0, count);
    place.needsUpdate = tone.needsUpdate = points.visible;
    for (const one of points.visible ? [cells] : [cells, pieces]) { one.instanceMatrix.needsUpdate = true; if (one.instanceColor) one.instanceColor.needsUpdate = true; }
  };
  const adapt = (spent_ms: number) => {
    const way = spent_ms > SLOW_MS ? -1 : spent_ms < FAST_MS ? 1 : 0;
    pace.same = way && way === pace.way ? pace.same + 1 : 0;
    pace.way = way;
    if (pace.same < 4) return; // one slow frame is no slow machine
    pace.same = 0;
    const wanted = Math.min(finest, Math.max(COARSEST, way < 0 ? pace.ratio / 1.4 : pace.ratio * 1.2));
    if (wanted === pace.ratio) { if (way < 0) { points.visible = true; pieces.visible = false; } return; }
    pace.ratio = wanted;
    renderer.setPixelRatio(wanted);
  };
  let last = 0;
  const draw = (player: Player) => {
    controls.update();
    if (player.moment && player.moved !== seen) { seen = player.moved; move(player.moment); stale = true; }
    if (!stale) return;
    stale = false;
    const now = performance.now();
    renderer.render(scene, camera);
    if (now - last < 5000) adapt(now - last - 1000 / 60);
    last = now;
    place.dataset.solid = String(Number(place.dataset.solid ?? 0) + 1);
  };
  const end = () => { watch.disconnect(); controls.dispose(); renderer.dispose(); renderer.domElement.remove(); };
  return { draw, end };
}

/** Boxes of one size without a bottom, each face in its own shade; colour and place are given one by one. */
function boxes(side: number, high: number, count: number): InstancedMesh {
  const whole: BufferGeometry = new BoxGeometry(side, high, side), shade: number[] = [];
  for (const face of FACES) for (let corner = 0; corner < 4; corner++) shade.push(face, face, face);
  whole.setAttribute("color", new Float32BufferAttribute(shade, 3));
  whole.setIndex([...whole.index!.array].filter((_, place) => Math.floor(place / 6) !== 3));
  const mesh = new InstancedMesh(whole, new MeshBasicMaterial({ vertexColors: true }), count);
  const unmoved = new Matrix4();
  for (let place = 0; place < count; place++) mesh.setMatrixAt(place, unmoved);
  mesh.instanceMatrix.setUsage(DynamicDrawUsage);
  mesh.frustumCulled = false;
  return mesh;
}

/** As many points, for machines that draw by software. */
function dots(count: number): Points {
  const shape = new BufferGeometry();
  for (const name of ["position", "color"]) shape.setAttribute(name, new Float32BufferAttribute(new Float32Array(3 * count), 3).setUsage(DynamicDrawUsage));
  const made = new Points(shape, new PointsMaterial({ size: 5, vertexColors: true }));
  made.frustumCulled = false;
  return made;
}

function put(mesh: InstancedMesh, place: number, x: number, y: number, z: number) {
  const matrix = mesh.instanceMatrix.array;
  matrix[16 * place + 12] = x; matrix[16 * place + 13] = y; matrix[16 * place + 14] = z;
}
