'use strict';
const stage = document.querySelector('main'), svg = stage.querySelector('svg');
const nodes = [...svg.querySelectorAll('.node[data-index]')], edges = [...svg.querySelectorAll('.edge')];
const search = document.querySelector('input'), count = document.querySelector('output'), about = document.querySelector('aside');
const whole = svg.viewBox.baseVal, full = { x: 0, y: 0, width: whole.width, height: whole.height };
let view = { ...full };
const show = () => svg.setAttribute('viewBox', `${view.x} ${view.y} ${view.width} ${view.height}`);
const scale = () => Math.min(stage.clientWidth / view.width, stage.clientHeight / view.height);
function zoom(by, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const s = scale(), left = (stage.clientWidth - view.width * s) / 2, top = (stage.clientHeight - view.height * s) / 2;
  const at = { x: view.x + (x - left) / s, y: view.y + (y - top) / s };
  by = Math.max(by, 0.02 / s); by = Math.min(by, 6 / s);
  view = { x: at.x - (at.x - view.x) / by, y: at.y - (at.y - view.y) / by, width: view.width / by, height: view.height / by };
  show();
}
// As large as it fits, but never larger than life, and never so small that nothing can be read.
function fit() {
  const width = Math.max(1, stage.clientWidth), height = Math.max(1, stage.clientHeight);
  const s = Math.max(0.55, Math.min(1, width / full.width, height / full.height));
  view = { x: 0, y: 0, width: width / s, height: height / s };
  if (view.width > full.width) view.x = (full.width - view.width) / 2;
  show();
}
const before = nodes.map(() => []), after = nodes.map(() => []);
for (const edge of edges) {
  before[edge.dataset.after].push([+edge.dataset.before, edge]);
  after[edge.dataset.before].push([+edge.dataset.after, edge]);
}
function dark() {
  svg.classList.remove('narrowed');
  for (const one of [...nodes, ...edges]) one.classList.remove('lit', 'hit');
  about.replaceChildren();
}
// Everything that a node waits for, and everything that waits for it.
function light(index) {
  const seen = [new Set([index]), new Set([index])];
  [before, after].forEach((ways, side) => {
    const stack = [index];
    while (stack.length) for (const [next, edge] of ways[stack.pop()]) {
      edge.classList.add('lit');
      if (!seen[side].has(next)) { seen[side].add(next); stack.push(next); }
    }
  });
  for (const found of [...seen[0], ...seen[1]]) nodes[found].classList.add('lit');
  return seen.map(found => found.size - 1);
}
function choose(node) {
  dark();
  search.value = ''; count.value = `${nodes.length} nodes`;
  svg.classList.add('narrowed');
  const [needs, needed] = light(+node.dataset.index);
  node.classList.add('hit');
  const head = document.createElement('h2'), text = document.createElement('pre');
  head.textContent = node.dataset.name;
  text.textContent = node.querySelector('title').textContent.split('\n').slice(1).join('\n');
  const ways = document.createElement('div');
  ways.textContent = `depends on ${needs}, ${needed} depend on it`;
  about.replaceChildren(head, ways, text);
}
function look() {
  dark();
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) { count.value = `${nodes.length} nodes`; return []; }
  svg.classList.add('narrowed');
  const found = nodes.filter(node => {
    const text = node.querySelector('title').textContent.toLowerCase();
    return words.every(word => text.includes(word));
  });
  for (const node of found) node.classList.add('lit', 'hit');
  count.value = `${found.length} of ${nodes.length}`;
  return found;
}
let step = -1;
function go() {
  const found = look();
  if (!found.length) return;
  step = (step + 1) % found.length;
  const box = found[step].querySelector('rect').getBBox(), shift = found[step].parentNode.transform.baseVal[0].matrix;
  view = { ...view, x: box.x + box.width / 2 + shift.e - view.width / 2, y: box.y + box.height / 2 + shift.f - view.height / 2 };
  show();
}
search.addEventListener('input', () => { step = -1; look(); });
search.addEventListener('keydown', event => {
  if (event.key === 'Enter') go();
  if (event.key === 'Escape') { search.value = ''; look(); search.blur(); }
});
document.addEventListener('keydown', event => {
  if (event.target === search || event.ctrlKey || event.metaKey) return;
  const keys = { '/': () => search.focus(), '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8), '0': fit, Escape: dark };
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});
const held = new Map();
let moved = 0;
stage.addEventListener('pointerdown', event => { held.set(event.pointerId, event); moved = 0; stage.classList.add('held'); });
stage.addEventListener('pointermove', event => {
  const last = held.get(event.pointerId);
  if (!last) return;
  const other = [...held.values()].find(one => one.pointerId !== event.pointerId);
  if (other) {
    const far = one => Math.hypot(one.offsetX - other.offsetX, one.offsetY - other.offsetY);
    if (far(last) > 0) zoom(far(event) / far(last), other.offsetX, other.offsetY);
  } else {
    const s = scale();
    view.x -= (event.clientX - last.clientX) / s; view.y -= (event.clientY - last.clientY) / s;
    show();
  }
  moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
  held.set(event.pointerId, event);
});
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, event => { held.delete(event.pointerId); stage.classList.remove('held'); });
stage.addEventListener('click', event => {
  if (moved > 6) return;
  const node = event.target.closest('.node[data-index]');
  if (node) choose(node); else dark();
});
stage.addEventListener('wheel', event => {
  event.preventDefault();
  const box = stage.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
for (const node of nodes) {
  node.setAttribute('tabindex', '0');
  node.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(node); } });
}
const [closer, further, all] = document.querySelectorAll('header button');
closer.onclick = () => zoom(1.25); further.onclick = () => zoom(0.8); all.onclick = fit;
addEventListener('resize', fit);
count.value = `${nodes.length} nodes`;
fit();
