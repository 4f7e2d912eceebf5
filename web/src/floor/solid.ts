// The same moment in three dimensions: boxes for cells and pieces, two draw calls for all of them.
import { AmbientLight, BoxGeometry, Color, DirectionalLight, GridHelper, InstancedMesh, Matrix4, MeshLambertMaterial, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { colour, seriesColour, stateColour } from "../app/colours";
import { CELL, type Layout, type Meta } from "./layout";
import type { Player } from "./player";

const MOST_PIECES = 20_000;

export function raise(place: HTMLElement, meta: Meta, layout: Layout): { draw: (player: Player) => void; end: () => void } {
  const renderer = new WebGLRenderer({ antialias: true });
  renderer.setPixelRatio(Math.min(2, devicePixelRatio));
  place.append(renderer.domElement);
  const scene = new Scene();
  scene.background = new Color(colour("paper"));
  scene.add(new AmbientLight(0xffffff, 1.6));
  const sun = new DirectionalLight(0xffffff, 1.8);
  sun.position.set(-200, 500, 250);
  scene.add(sun);
  const grid = new GridHelper(2 * Math.max(layout.width, layout.height), 60, colour("grid"), colour("grid"));
  scene.add(grid);
  const cells = new InstancedMesh(new BoxGeometry(CELL, 9, CELL), new MeshLambertMaterial({ transparent: true, opacity: 0.86 }), layout.unitX.length);
  const pieces = new InstancedMesh(new BoxGeometry(4, 14, 4), new MeshLambertMaterial(), MOST_PIECES);
  pieces.frustumCulled = cells.frustumCulled = false;
  scene.add(cells, pieces);
  const camera = new PerspectiveCamera(45, 1, 1, 8000);
  const far = Math.max(layout.width * 0.62, layout.height * 0.95);
  camera.position.set(0, far * 0.75, far * 0.85);
  const controls = new OrbitControls(camera, renderer.domElement);
  const resize = () => {
    renderer.setSize(place.clientWidth, place.clientHeight);
    camera.aspect = place.clientWidth / Math.max(1, place.clientHeight);
    camera.updateProjectionMatrix();
  };
  const watch = new ResizeObserver(resize);
  watch.observe(place);
  const matrix = new Matrix4(), states = meta.states.map((one) => new Color(stateColour(one))), idle = new Color(colour("grid"));
  const kinds = meta.parts.map((_, kind) => new Color(seriesColour(kind + 1)));
  const cx = layout.width / 2, cy = layout.height / 2;
  const draw = (player: Player) => {
    const moment = player.moment;
    if (moment) {
      for (let unit = 0; unit < layout.unitX.length; unit++) {
        cells.setMatrixAt(unit, matrix.makeTranslation(layout.unitX[unit] + CELL / 2 - cx, 4.5, layout.unitY[unit] + CELL / 2 - cy));
        cells.setColorAt(unit, states[moment.unitState[unit]] ?? idle);
      }
      let count = 0;
      for (let i = 0; i < moment.pieces && count < MOST_PIECES; i++) {
        if (!moment.shown[i]) continue;
        pieces.setMatrixAt(count, matrix.makeTranslation(moment.x[i] + 2 - cx, 12, moment.y[i] + 2 - cy));
        pieces.setColorAt(count++, kinds[moment.part[i]] ?? idle);
      }
      pieces.count = count;
      cells.instanceMatrix.needsUpdate = pieces.instanceMatrix.needsUpdate = true;
      if (cells.instanceColor) cells.instanceColor.needsUpdate = true;
      if (pieces.instanceColor) pieces.instanceColor.needsUpdate = true;
    }
    controls.update();
    renderer.render(scene, camera);
  };
  const end = () => { watch.disconnect(); controls.dispose(); renderer.dispose(); renderer.domElement.remove(); };
  return { draw, end };
}
