'use strict';
const tools = document.querySelector('.tools'), search = tools.querySelector('input'), count = tools.querySelector('output');
const items = [...document.querySelectorAll('.item')], chips = [...document.querySelectorAll('button.chip')];
const texts = items.map(item => item.textContent.toLowerCase()), before = items.map(item => item.open);
tools.hidden = items.length < 2;
let folded = true;
function look() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = new Set(chips.filter(chip => chip.getAttribute('aria-pressed') === 'true').map(chip => chip.dataset.verb));
  let shown = 0;
  items.forEach((item, index) => {
    const found = words.every(word => texts[index].includes(word)) && (!wanted.size || wanted.has(item.dataset.verb));
    item.hidden = !found;
    shown += found;
    // What is looked for is opened while there are few, and folded again afterwards.
    if (words.length && found) item.open = item.open || items.length < 40;
    else if (!words.length && !folded) item.open = before[index];
  });
  folded = !words.length;
  count.value = words.length || wanted.size ? `${shown} of ${items.length}` : '';
}
search.addEventListener('input', look);
search.addEventListener('keydown', event => { if (event.key === 'Escape') { search.value = ''; look(); search.blur(); } });
for (const chip of chips) chip.addEventListener('click', () => {
  chip.setAttribute('aria-pressed', chip.getAttribute('aria-pressed') !== 'true');
  look();
});
for (const button of tools.querySelectorAll('[data-all]')) button.addEventListener('click', () => {
  for (const item of items) if (!item.hidden) item.open = button.dataset.all === 'open';
});
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.target === search || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  search.focus();
});
// A node of the picture leads to its object.
document.addEventListener('click', event => {
  const node = event.target.closest('.node[data-name]');
  if (!node) return;
  const name = node.dataset.name, bare = address => address.replace(/\[("([^"\\]|\\.)*"|\d+)\]/g, '');
  const item = items.find(item => bare(item.dataset.address.split(' (')[0]) === name);
  if (!item) return;
  item.hidden = false;
  item.open = true;
  item.scrollIntoView({ behavior: 'smooth', block: 'start' });
});
