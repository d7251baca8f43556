// Styles of the element: a constructed sheet, as a strict CSP wants it.

// Each colour: its custom property, its value on a light and on a dark page.
const COLOURS = [
  ["background", "#fafbf9", "#101816"],
  ["field", "#ffffff", "#18221f"],
  ["text", "#16211e", "#e3eae7"],
  ["quiet", "#51605b", "#9fb0aa"],
  ["border", "#7b8682", "#6d7d77"],
  ["link", "#0a5568", "#84d2e2"],
  ["accent", "#0b7285", "#57bfd3"],
  ["on-accent", "#ffffff", "#07262c"],
  ["exact", "#ffdc5e", "#775c00"],
  ["lemma", "#fff0b8", "#3d3415"],
  ["lemma-line", "#b37f00", "#dba617"],
  ["meaning", "#d2eef3", "#103d46"],
  ["meaning-line", "#0b7285", "#57bfd3"],
];

const palette = (value) => COLOURS.map(([name, ...pair]) => `--_${name}:var(--izde-${name},${value(pair)});`).join("");

const CSS = `
:host { display: block; ${palette(([light]) => light)} font: var(--izde-font, 1rem/1.5 system-ui, sans-serif); color: var(--_text); }
@supports (color: light-dark(#000, #fff)) { :host { ${palette(([light, dark]) => `light-dark(${light},${dark})`)} } }
:host([hidden]) { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([theme="auto"]) { color-scheme: light dark; }
*, ::before { box-sizing: border-box; }
.box { padding: .75rem; background: var(--_background); border-radius: var(--izde-radius, 6px); overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; align-items: flex-start; gap: .5rem; margin: 0; }
input, button { font: inherit; border: 1px solid var(--_border); border-radius: var(--izde-radius, 6px); padding: .45rem .8rem; }
.combo { position: relative; flex: 1 1 12rem; min-width: 0; }
input { width: 100%; background: var(--_field); color: var(--_text); }
input::placeholder { color: var(--_quiet); opacity: 1; }
button { background: var(--_field); color: var(--_link); cursor: pointer; }
.go { background: var(--_accent); color: var(--_on-accent); border-color: transparent; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
p, ol, blockquote { margin: 0; padding: 0; }
.options { position: absolute; z-index: 9; inset: calc(100% + .25rem) 0 auto; padding: .25rem; background: var(--_field);
  border: 1px solid var(--_border); border-radius: var(--izde-radius, 6px); box-shadow: 0 .4rem 1.2rem rgb(0 0 0 / .2); }
dialog .options { position: static; margin-top: .25rem; box-shadow: none; }
.option { padding: .3rem .55rem; border-radius: 4px; cursor: pointer; }
.option:is(:hover, [aria-selected="true"]) { background: var(--_accent); color: var(--_on-accent); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skeleton { margin-top: 1rem; animation: appear .2s .2s both; }
.skeleton i { display: block; height: .8em; margin-top: .7em; border-radius: 4px; background: var(--_border); opacity: .3; }
.skeleton i:nth-child(3n + 1) { width: 60%; margin-top: 1.4em; }
@keyframes appear { from { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { .skeleton { animation-duration: 0s; } }
.status { color: var(--_quiet); }
.status:not(:empty) { margin-top: .6rem; }
.status button { padding: 0; border: 0; background: none; text-decoration: underline; }
ol { list-style: none; }
ol[aria-busy="true"] { opacity: .55; }
li { margin-top: 1rem; padding-top: .8rem; border-top: 1px solid color-mix(in srgb, var(--_border) 40%, transparent); }
a { color: var(--_link); text-underline-offset: .18em; }
li a { font-weight: 600; }
.facts { color: var(--_quiet); font-size: .875em; }
mark { color: inherit; padding: 0 .1em; border-radius: 2px; background: var(--_exact); }
mark.lemma { background: var(--_lemma); box-shadow: inset 0 -2px var(--_lemma-line); }
mark.meaning { background: var(--_meaning); border-bottom: 2px dotted var(--_meaning-line); }
.ends { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin-top: 1rem; }
[hidden] { display: none; }
kbd { font: .8em ui-monospace, monospace; color: var(--_quiet); margin-left: .5em; }
dialog { width: min(46rem, calc(100vw - 1.5rem)); max-width: none; max-height: min(85vh, 60rem); margin-top: 7vh; padding: 0; border: 1px solid var(--_border);
  border-radius: var(--izde-radius, 6px); background: var(--_background); color: var(--_text); overflow: auto; }
dialog::backdrop { background: rgb(0 0 0 / .5); }
@media print { form, .ends, .trigger { display: none; } }
@media (forced-colors: active) { mark, .option[aria-selected="true"] { outline: 1px solid; } }
`;

let sheet;

function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
