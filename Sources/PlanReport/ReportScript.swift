/// The page's script: draws the fleet and answers clicks, from the data block alone. Text of the cluster enters the page
/// through `textContent` only.
enum ReportScript {
  /// What stands where after a wave.
  static let model = """
    'use strict';
    const page = document.documentElement;
    addEventListener('error', event => { page.dataset.error = event.message; });
    const data = JSON.parse(document.getElementById('data').textContent);
    const nodeCount = data.nodes.length, moveCount = data.moved.length, lastWave = data.bills.length - 1;
    const order = [...data.nodes.keys()].sort((a, b) => data.prices[b] - data.prices[a] || (data.nodes[a] < data.nodes[b] ? -1 : 1));

    // Neighbouring numbers get colours far apart: the golden angle.
    const hue = node => Math.round(node * 137.508) % 360;

    function cluster(wave) {
      const cpu = data.usedCPU.slice(), memory = data.usedMemory.slice(), pods = data.pods.slice();
      const arrived = new Map();
      for (let move = 0; move < moveCount; move++) {
        if (data.wave[move] > wave) continue;
        const from = data.from[move], to = data.to[move];
        cpu[from] -= data.moveCPU[move]; memory[from] -= data.moveMemory[move]; pods[from]--;
        cpu[to] += data.moveCPU[move]; memory[to] += data.moveMemory[move]; pods[to]++;
        if (!arrived.has(to)) arrived.set(to, []);
        arrived.get(to).push(move);
      }
      return { wave, cpu, memory, pods, arrived };
    }

    const part = (used, whole) => whole > 0 ? Math.min(1, Math.max(0, used / whole)) : 0;
    const cpuIsScarcer = (state, node) =>
      part(state.cpu[node], data.cpu[node]) >= part(state.memory[node], data.memory[node]);
    const isGone = (state, node) => data.emptied[node] >= 0 && data.emptied[node] <= state.wave;

    // From the bottom: what stays, then what came, in the colour of where it came from.
    function layers(state, node) {
      const byCPU = cpuIsScarcer(state, node);
      const whole = byCPU ? data.cpu[node] : data.memory[node];
      let rest = part(byCPU ? state.cpu[node] : state.memory[node], whole);
      const result = [];
      for (const move of state.arrived.get(node) ?? []) {
        const share = Math.min(rest, part(byCPU ? data.moveCPU[move] : data.moveMemory[move], whole));
        rest -= share;
        const last = result[result.length - 1];
        if (last && last.from === data.from[move]) last.share += share;
        else result.push({ from: data.from[move], share });
      }
      result.unshift({ from: -1, share: rest });
      return result;
    }
    """

  /// Boxes on a canvas.
  static let drawing = """
    const dear = Math.max(...data.prices, 1e-9);
    const tallest = 640;

    // The tallest row with which all boxes fit; a box is as wide as its price.
    function layout(width) {
      let best = null;
      for (const size of [120, 96, 72, 56, 44, 34, 26, 20, 15, 11, 8, 6]) {
        const gap = size > 12 ? 3 : 1;
        const boxes = new Array(nodeCount);
        let x = 4, y = 4;
        for (const node of order) {
          const wide = Math.max(2, data.prices[node] / dear * size * 1.5);
          if (x + wide > width - 4 && x > 4) { x = 4; y += size + gap; }
          boxes[node] = { x, y, w: wide, h: size };
          x += wide + gap;
        }
        best = { boxes, height: y + size + 4 };
        if (best.height <= tallest) break;
      }
      return best;
    }

    function draw(canvas, state, marks) {
      const ratio = devicePixelRatio || 1, width = canvas.clientWidth || 600;
      const { boxes, height } = layout(width);
      canvas.width = width * ratio; canvas.height = height * ratio; canvas.style.height = height + 'px';
      canvas.boxes = boxes;
      const pen = canvas.getContext('2d'), style = getComputedStyle(page);
      const colour = name => style.getPropertyValue('--' + name).trim();
      const room = colour('room'), stays = colour('stays'), moved = colour('moved'), gone = colour('gone'), ink = colour('ink');
      pen.scale(ratio, ratio);
      for (let node = 0; node < nodeCount; node++) {
        const { x, y, w, h } = boxes[node];
        pen.globalAlpha = marks.found && !marks.found.has(node) ? 0.18 : 1;
        if (isGone(state, node)) {
          pen.strokeStyle = gone;
          pen.strokeRect(x + 0.5, y + 0.5, Math.max(1, w - 1), h - 1);
          if (h > 10) { pen.beginPath(); pen.moveTo(x, y + h); pen.lineTo(x + w, y); pen.stroke(); }
        } else {
          pen.fillStyle = room;
          pen.fillRect(x, y, w, h);
          let base = y + h;
          for (const { from, share } of layers(state, node)) {
            const tall = share * h;
            // Only emptied nodes have a colour of their own; what comes from others is told apart from what stays.
            const source = from >= 0 ? from : node;
            pen.fillStyle = data.emptied[source] > 0 ? `hsl(${hue(source)} 62% 52%)` : from >= 0 ? moved : stays;
            pen.fillRect(x, base - tall, w, tall);
            base -= tall;
          }
        }
        if (h >= 56 && w >= 48) {
          pen.fillStyle = ink;
          pen.font = '11px system-ui, sans-serif';
          pen.fillText(data.nodes[node], x + 4, y + 14, w - 8);
        }
        if (node === marks.selected || marks.linked.has(node)) {
          pen.globalAlpha = 1;
          pen.strokeStyle = ink;
          pen.lineWidth = node === marks.selected ? 3 : 1.5;
          pen.strokeRect(x - 1, y - 1, w + 2, h + 2);
          pen.lineWidth = 1;
        }
      }
      pen.globalAlpha = 1;
    }

    function nodeAt(canvas, event) {
      const frame = canvas.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
      return (canvas.boxes ?? []).findIndex(box => x >= box.x - 1 && x <= box.x + box.w + 1 && y >= box.y && y <= box.y + box.h);
    }
    """

  /// The slider, the search, selection, and the table's pages.
  static let interaction = """
    const byId = id => document.getElementById(id);
    const [before, after, slider, find] = ['before', 'after', 'wave', 'find'].map(byId);
    const start = cluster(0);
    let state = cluster(lastWave), selected = -1, found = null;
    const percent = value => Math.round(value * 100) + ' %';
    const money = value => '$' + Number(value).toLocaleString('en', { maximumFractionDigits: 3 });

    function use(state, node) {
      if (isGone(state, node)) return 'empty, not paid for';
      return 'CPU ' + percent(part(state.cpu[node], data.cpu[node])) + ', memory '
        + percent(part(state.memory[node], data.memory[node])) + ', ' + state.pods[node] + ' pods';
    }

    function movesOf(node) {
      const out = [], into = [];
      for (let move = 0; move < moveCount; move++) {
        if (data.from[move] === node) out.push(move);
        if (data.to[move] === node) into.push(move);
      }
      return { out, into };
    }

    function redraw() {
      const { out, into } = selected >= 0 ? movesOf(selected) : { out: [], into: [] };
      const targets = new Set(out.map(move => data.to[move])), sources = new Set(into.map(move => data.from[move]));
      draw(before, start, { selected, found, linked: sources });
      draw(after, state, { selected, found, linked: targets });
      byId('before-text').textContent = 'Before: ' + money(data.bills[0]) + ' an hour';
      byId('after-text').textContent = (state.wave === lastWave ? 'After' : 'After wave ' + state.wave) + ': '
        + money(data.bills[state.wave]) + ' an hour';
      byId('wave-text').textContent = state.wave + ' of ' + lastWave;
      details(out, into);
      page.dataset.drawn = nodeCount;
    }

    function element(tag, text) {
      const made = document.createElement(tag);
      made.textContent = text;
      return made;
    }

    function details(out, into) {
      const box = byId('details');
      box.replaceChildren();
      if (selected < 0) return;
      box.append(element('h3', data.nodes[selected] + ', ' + money(data.prices[selected]) + ' an hour'));
      box.append(element('p', 'Before: ' + use(start, selected) + '. After wave ' + state.wave + ': ' + use(state, selected) + '.'));
      if (data.reasons[selected]) box.append(element('p', 'It stays: ' + data.reasons[selected] + '.'));
      for (const [title, moves, other] of [['Leaving it', out, data.to], ['Coming to it', into, data.from]]) {
        if (!moves.length) continue;
        box.append(element('p', title + ': ' + moves.length + ' pods'));
        const list = document.createElement('ul');
        for (const move of moves.slice(0, 60)) {
          list.append(element('li', data.moved[move] + (other === data.to ? ' → ' : ' ← ') + data.nodes[other[move]] + ', wave ' + data.wave[move]));
        }
        if (moves.length > 60) list.append(element('li', 'and ' + (moves.length - 60) + ' more'));
        box.append(list);
      }
    }

    function search() {
      const text = find.value.trim().toLowerCase();
      found = null;
      if (text) {
        found = new Set();
        data.nodes.forEach((name, node) => { if (name.toLowerCase().includes(text)) found.add(node); });
        let pods = 0;
        data.moved.forEach((name, move) => {
          if (!name.toLowerCase().includes(text)) return;
          pods++;
          found.add(data.from[move]).add(data.to[move]);
        });
        byId('found').textContent = found.size + ' nodes, ' + pods + ' moving pods';
      } else {
        byId('found').textContent = '';
      }
      redraw();
    }

    function select(node) { selected = node; redraw(); }

    const tip = element('div', '');
    tip.id = 'tip';
    tip.hidden = true;
    document.body.append(tip);
    for (const [canvas, shown] of [[before, () => start], [after, () => state]]) {
      canvas.addEventListener('click', event => select(nodeAt(canvas, event)));
      canvas.addEventListener('mousemove', event => {
        const node = nodeAt(canvas, event);
        tip.hidden = node < 0;
        if (node < 0) return;
        tip.textContent = data.nodes[node] + '\\n' + money(data.prices[node]) + ' an hour\\n' + use(shown(), node);
        tip.style.left = Math.min(event.clientX + 14, innerWidth - 260) + 'px';
        tip.style.top = event.clientY + 14 + 'px';
      });
      canvas.addEventListener('mouseleave', () => { tip.hidden = true; });
      canvas.addEventListener('keydown', event => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === 'Escape') return select(-1);
        if (!step || !nodeCount) return;
        event.preventDefault();
        const place = selected < 0 ? (step > 0 ? -1 : 0) : order.indexOf(selected);
        select(order[(place + step + nodeCount) % nodeCount]);
      });
    }
    slider.addEventListener('input', () => { state = cluster(Number(slider.value)); redraw(); });
    find.addEventListener('input', search);
    addEventListener('resize', redraw);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

    // The table's pages: the first one stands in the page already.
    const size = 100, pages = Math.ceil(moveCount / size);
    let shownPage = 0;
    function turn(to) {
      shownPage = Math.min(Math.max(to, 0), pages - 1);
      const body = document.querySelector('#moves tbody');
      body.replaceChildren();
      for (let move = shownPage * size; move < Math.min(moveCount, (shownPage + 1) * size); move++) {
        const row = document.createElement('tr');
        const cells = [data.wave[move], data.moved[move], data.nodes[data.from[move]], data.nodes[data.to[move]],
          Number(data.saves[move]).toFixed(3), data.costs[move], data.why[move]];
        cells.forEach((text, column) => {
          const cell = element('td', text);
          if (column === 0 || column === 4 || column === 5) cell.className = 'n';
          row.append(cell);
        });
        body.append(row);
      }
      byId('page').textContent = 'Page ' + (shownPage + 1) + ' of ' + pages;
    }
    if (pages > 1) {
      document.querySelector('.pager').hidden = false;
      byId('previous').addEventListener('click', () => turn(shownPage - 1));
      byId('next').addEventListener('click', () => turn(shownPage + 1));
      turn(0);
      document.querySelector('#moves caption').textContent = moveCount + ' moves';
    }

    // A link may name what it wants to show: #wave=2&find=shop&node=node-1&page=3
    function follow() {
      const wanted = new URLSearchParams(location.hash.slice(1));
      if (wanted.has('wave')) { slider.value = wanted.get('wave'); state = cluster(Number(slider.value)); }
      if (wanted.has('find')) find.value = wanted.get('find');
      if (wanted.has('node')) selected = data.nodes.indexOf(wanted.get('node'));
      if (wanted.has('page') && pages > 1) turn(Number(wanted.get('page')) - 1);
      search();
    }
    addEventListener('hashchange', follow);
    follow();
    """
}
