// A bubble game on a canvas, with a score in the page and Preact around it.
import { render, h } from 'preact';
import { useState } from 'preact/hooks';
import { el, guard, toast } from '../page/kit.js';

const say = { set: null };
function App() {
  const [score, setScore] = useState(0);
  const [shots, setShots] = useState(0);
  const [on, setOn] = useState(false);
  const [level, setLevel] = useState(1);
  const [board, setBoard] = useState(null);
  const [aim, setAim] = useState(false);
  say.set = setScore;
  const b = (id, text, fn, opt) => h('button', { id, onClick: guard(id, fn, opt) }, text);
  return h('div', {},
    h('h1', {}, 'Bubbles'),
    h('div', { class: 'bar' }, h('span', { id: 'score' }, `Score ${score}`), h('span', {}, `Shots ${shots}`), h('span', {}, `Level ${level}`)),
    h('div', { class: 'bar' },
      b('pause', on ? 'Go on' : 'Pause', () => setOn((x) => !x)), h('span', { id: 'fire', class: 'btn', onClick: guard('fire', () => setShots((s) => s + 1)) }, 'Fire!'),
      b('level', 'Next level', () => setLevel((l) => l + 1)), b('hat', 'Buy a hat', () => toast('Nice hat'), { req: '/api/hat', bad: () => toast('The shop is closed', true) }),
      b('ranks', 'Ranking', () => setBoard((x) => (x ? null : ['Ann 90', 'Ben 70', 'Cy 40', 'Di 30', 'Eve 20'])), { req: '/api/ranks', get: true }), b('shuffle', 'Shuffle', () => setScore((s) => s + 5)),
      h('button', { id: 'charge', onPointerDown: () => { window.__ran += 1; setAim(true); }, onPointerUp: () => setAim(false), onContextMenu: (e) => e.preventDefault() }, 'Aim')),
    aim ? h('p', { class: 'card', id: 'aimline' }, 'Aiming line is shown') : null,
    board ? h('ol', {}, board.map((x) => h('li', {}, x))) : null);
}
const at = el('<div></div>');
render(h(App), at);
const c = el('<canvas id="field" width="340" height="260" style="background:#eef;touch-action:manipulation"></canvas>');
const g = c.getContext('2d');
let balls = []; let seed = 7;
const rnd = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
const draw = () => { g.clearRect(0, 0, 340, 260); for (const b of balls) { g.beginPath(); g.arc(b.x, b.y, b.r, 0, 7); g.fillStyle = b.c; g.fill(); } };
const spawn = () => { balls.push({ x: rnd() * 320 + 10, y: rnd() * 240 + 10, r: 14, c: `hsl(${rnd() * 360} 60% 60%)` }); if (balls.length > 12) balls.shift(); draw(); };
setInterval(spawn, 700);
c.addEventListener('pointerdown', () => { window.__ran += 1; if (window.__boot.flavour) say.set((s) => s + 1); balls.pop(); draw(); });
