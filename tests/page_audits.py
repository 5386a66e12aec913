"""What is looked for on a page, as scripts that a browser runs in it; each but the first returns what is wrong."""

# Violations of the policy, from the first moment of a page.
LISTEN = """window.broken = [];
addEventListener('securitypolicyviolation', e => broken.push(e.violatedDirective + ' ' + e.blockedURI));"""

# What axe-core leaves out: text inside SVG must stand 4.5 to 1 off what is painted under it and measure 11 px as it
# is shown, wherever it is; a mark's fill or edge must stand 3 to 1 off its surroundings.
LOOK = """() => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const linear = v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)];
    return (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
  };
  const behind = element => {
    for (let n = element.closest('svg').parentElement; n; n = n.parentElement) {
      const colour = rgba(getComputedStyle(n).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const under = text => {
    const box = text.getBoundingClientRect();
    for (const n of document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)) {
      if (n === text || n.tagName === 'text' || n.tagName === 'svg') continue;
      if (!n.ownerSVGElement) break;
      const fill = getComputedStyle(n).fill;
      if (fill.startsWith('url')) return null;
      if (fill !== 'none' && rgba(fill)[3] > 250) return rgba(fill);
    }
    return behind(text);
  };
  const faults = [];
  for (const text of document.querySelectorAll('svg text')) {
    if (!text.checkVisibility()) continue;
    text.scrollIntoView({block: 'center', inline: 'center'});
    const style = getComputedStyle(text), below = under(text);
    const ratio = below ? contrast(rgba(style.fill), below) : 0;
    if (ratio < 4.5) faults.push(`text “${text.textContent}” at ${ratio.toFixed(2)} to 1`);
    const pixels = parseFloat(style.fontSize) * text.getScreenCTM().a;
    if (pixels < 11) faults.push(`text “${text.textContent}” of ${pixels.toFixed(1)} px`);
  }
  for (const mark of document.querySelectorAll('svg .mark, svg.symbol')) {
    if (!mark.checkVisibility()) continue;
    const style = getComputedStyle(mark), ground = behind(mark);
    const ratio = Math.max(...[style.fill, style.stroke].filter(c => c !== 'none').map(c => contrast(rgba(c), ground)));
    if (ratio < 3) faults.push(`mark ${mark.getAttribute('class')} at ${ratio.toFixed(2)} to 1`);
  }
  scrollTo(0, 0);
  return faults;
}"""


# Texts of one chart that touch each other, and those that stick out of it. A letter box is blank at the top and foot.
CROWD = """() => [...document.querySelectorAll('svg.drawing')].filter(one => one.checkVisibility()).flatMap(drawing => {
  const name = drawing.querySelector('title').id, box = drawing.getBoundingClientRect(), faults = [];
  const letters = ({left, right, top, bottom, height}) =>
    ({left, right, top: top + .12 * height, bottom: bottom - .04 * height});
  const texts = [...drawing.querySelectorAll('text')].map(
    one => [one.textContent, letters(one.getBoundingClientRect())]);
  texts.forEach(([said, a], n) => {
    if (a.left < box.left - 1 || a.right > box.right + 1 || a.top < box.top - .5 || a.bottom > box.bottom + .5)
      faults.push(`${name}: “${said}” sticks out`);
    for (const [other, b] of texts.slice(n + 1))
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > .5
          && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > .5)
        faults.push(`${name}: “${said}” touches “${other}”`);
  });
  return faults;
})"""


# Fields, lists and buttons of filters that stand in a row, but not in line.
ROWS = """() => [...document.querySelectorAll('.filters')].flatMap(bar => {
  const kinds = 'input:not([type=hidden], [type=checkbox], [type=radio]), select, button:not(.as-link)';
  const boxes = [...bar.querySelectorAll(kinds)].filter(one => one.checkVisibility())
    .map(one => [one.name || one.textContent.trim(), one.getBoundingClientRect()]);
  return boxes.flatMap(([name, a], n) => boxes.slice(n + 1)
    .filter(([, b]) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > a.height / 2
      && (Math.abs(a.top - b.top) > .5 || Math.abs(a.bottom - b.bottom) > .5))
    .map(([other]) => `${name} and ${other} stand in a row, but not in line`));
})"""


# Every rule that does not hold (violations), and every one that axe-core cannot decide (incomplete), but for contrast
# inside SVG, which LOOK measures, and in what is scrolled out of a table's box, which the wide window shows.
RUN = """async rules => {
  const results = await axe.run(document, {resultTypes: ['violations', 'incomplete'], preload: false, ...rules});
  const undecided = (kind, {id}, {target}) => {
    const element = document.querySelector(target.at(-1));
    return kind === 'incomplete' && id === 'color-contrast'
      && (element.closest('svg') || (innerWidth < 1000 && element.closest('.scroll')));
  };
  return ['violations', 'incomplete'].flatMap(kind => results[kind].map(rule => [
    kind, rule.id, rule.help,
    rule.nodes.filter(node => !undecided(kind, rule, node)).map(node => node.target.join(' '))
  ])).filter(([, , , targets]) => targets.length);
}"""


# What the Tab key, or a mouse alone, makes of a page: nothing out of turn, nothing that takes the focus unseen, nothing
# to click that cannot be reached, no control that does nothing, no link within the page that leads nowhere.
REACH = """() => {
  const faults = [], ours = 'a[href], button, input, select, textarea, summary, label, option, [tabindex]';
  const told = (what, one) => faults.push(`${what}: ${one.outerHTML.slice(0, 120)}`);
  for (const one of document.body.querySelectorAll('*')) {
    if (one.tabIndex > 0) told('out of turn', one);
    if (one.matches('a:not([href])')) told('a link that leads nowhere', one);
    if (one.matches('button, [type=submit]') && !one.form && !one.matches('[data-print], textarea[data-copy] ~ *')
        && !one.nextElementSibling?.matches('textarea[data-copy]')) told('a button of no form', one);
    if (one.matches('form') && ![...one.elements].some(it => it.matches('button, [type=submit]')))
      told('a form that cannot be sent', one);
    const within = one.getAttribute('href');
    if (within?.startsWith('#') && !document.getElementById(decodeURIComponent(within.slice(1))))
      told('leads to no place of the page', one);
    if (!one.checkVisibility()) continue;
    const box = one.getBoundingClientRect();
    if (one.tabIndex === 0 && (!box.width || !box.height || one.closest('[aria-hidden=true], .unseen')))
      told('takes the focus unseen', one);
    if (getComputedStyle(one).cursor === 'pointer' && !one.closest(ours)) told('for a mouse alone', one);
  }
  return faults;
}"""

# The page as it is shown, but for what differs from one answer to the next and what our scripts themselves put there.
SHOWN = """() => {
  const body = document.body.cloneNode(true);
  for (const one of body.querySelectorAll('[type=hidden], [data-print], [data-says]')) one.remove();
  for (const one of body.querySelectorAll('textarea[data-copy]')) {
    if (one.previousElementSibling?.matches('button[type=button]')) one.previousElementSibling.remove();
    for (const label of body.querySelectorAll(`[id="${one.id}-label"]`)) label.removeAttribute('id');
  }
  return body.innerHTML;
}"""
# What a page keeps from whom scripts do not run for, and how far it goes beyond the window.
KEPT_BACK = """() => [
  ...[...document.querySelectorAll('main [hidden]:not([data-print], [autocomplete=username])')]
    .map(one => one.outerHTML.slice(0, 120)),
  ...(document.documentElement.scrollWidth > innerWidth ? [`scrolls sideways at ${innerWidth} px`] : []),
]"""

# The stops of the Tab key in the order of the page, all folds open: every link, button and field that is seen, and of
# radio buttons of one name one.
STOPS = """() => {
  for (const one of document.querySelectorAll('details')) one.open = true;
  const names = new Set(), group = one => `${one.form?.action} ${one.name}`;
  window.stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => one.type !== 'hidden' && !one.disabled && one.checkVisibility())
    .filter(one => one.type !== 'radio' || (!names.has(group(one)) && names.add(group(one))));
  return stops.length;
}"""
# Which of them has the focus, -1 for something else, and whether one sees that it does.
STOPPED = """() => {
  const one = document.activeElement, {outlineStyle, outlineWidth} = getComputedStyle(one);
  const same = it => it === one || (it.type === 'radio' && it.name === one.name && it.form === one.form);
  const box = one.getBoundingClientRect();
  const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
    && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return [stops.findIndex(same), seen, one.outerHTML.slice(0, 120)];
}"""
