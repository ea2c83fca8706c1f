/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import UPlot from "uplot";

/** What a conversation's data block holds: a value for each turn, null where nobody can tell. */
interface Turns {
  readonly turn: number[];
  readonly voiceToVoice: (number | null)[];
  readonly llm: (number | null)[];
  readonly prompt: (number | null)[];
  readonly evaluated: (number | null)[];
}

const height = 260;

/** Draws each conversation when it is opened first: a closed one has no width. */
export function drawPlots(root: ParentNode): void {
  for (const session of root.querySelectorAll<HTMLDetailsElement>("details.session")) {
    session.addEventListener("toggle", () => {
      const place = session.querySelector<HTMLElement>(".plot");
      if (session.open && place !== null && place.childElementCount === 0) draw(session, place);
    });
  }
}

function draw(session: HTMLElement, place: HTMLElement): void {
  const text = session.querySelector(".plot-data")?.textContent;
  if (text === null || text === undefined) return;
  const { turn, voiceToVoice, llm, prompt, evaluated } = JSON.parse(text) as Turns;
  place.hidden = false;
  const color = (name: string) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: color("--ink"), grid: { stroke: color("--line") } };
  const options: UPlot.Options = {
    width: place.clientWidth,
    height,
    scales: { x: { time: false }, tokens: {} },
    axes: [
      { ...axis, label: "turn" },
      { ...axis, label: "seconds" },
      { ...axis, scale: "tokens", side: 1, label: "tokens", grid: { show: false } },
    ],
    series: [
      { label: "turn" },
      { label: "voice-to-voice s", stroke: color("--s0"), width: 2 },
      { label: "llm s", stroke: color("--s2"), width: 2 },
      { label: "prompt tokens", stroke: color("--s3"), scale: "tokens", dash: [4, 4] },
      { label: "evaluated tokens", stroke: color("--s4"), scale: "tokens", dash: [1, 3] },
    ],
  };
  new UPlot(options, [turn, voiceToVoice, llm, prompt, evaluated], place);
}
