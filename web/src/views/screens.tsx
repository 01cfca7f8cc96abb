// Screens: what people press on each, drawn over a picture of it, and how often nothing answers.
import { useEffect, useState, type CSSProperties } from "react";
import { fetchScreen, fetchScreens } from "../api/client";
import type { ControlUse, ScreenLayout, ScreenList, ScreenRow, ScreenMap, ScreenPress } from "../api/wire";
import { count, plural, ratio, share } from "../model/format";
import { placeOf, type Box } from "../model/place";
import { Picture, settleMS, type Find } from "../player/picture";
import { useResource } from "../state/resource";
import { issuePath, Link, screenPath, sessionPath, useNavigation } from "../state/router";
import { useRows } from "../state/rows";
import { Empty, Failed, Loading } from "./parts";
import { useTitle } from "./shell";

export function ScreensPage() {
  const { search } = useNavigation();
  const screen = search.get("screen");
  return screen === null ? <AllScreens /> : <OneScreen key={screen} screen={screen} />;
}

const screenOf = (s: ScreenRow): string => s.screen;

function AllScreens() {
  useTitle("Screens");
  const list = useResource<ScreenList>("screens", fetchScreens);
  const rows = list.data?.screens ?? [];
  const walk = useRows<ScreenRow, HTMLTableSectionElement>(rows, screenOf, "screens");
  if (list.error !== undefined) return <Failed error={list.error} onRetry={list.reload} />;
  if (list.data === undefined) return <Loading what="the screens" />;
  if (rows.length === 0) return <Empty title="No screen was seen"><p>The recordings name no address. <Link to="/run">What was read</Link></p></Empty>;
  return (
    <article>
      <header className="masthead"><div><h1>What people press, screen by screen</h1><p className="muted">The {plural(rows.length, "screen", "screens")} that most sessions reached. Addresses that differ only in ids, languages and the like are one screen.</p></div></header>
      <div className="card">
        <table className="table">
          <thead><tr><th scope="col">Screen</th><th scope="col" className="num">Sessions</th><th scope="col" className="num">No answer</th><th scope="col" className="num">Issues</th></tr></thead>
          <tbody ref={walk.list}>
            {rows.map((s, i) => (
              <tr key={s.screen} data-index={i}>
                <th scope="row" className="wraps"><Link className="title" to={screenPath(s.screen)}>{s.screen}</Link><small className="example">{plural(s.controls, "control", "controls")} pressed</small></th>
                <td className="num">{count(s.sessions)}<small className="example">{plural(s.people, "person", "people")}</small></td>
                <td className="num">{ratio(s.silent, s.tried)}<small className="example">{count(s.silent)} of {count(s.tried)}</small></td>
                <td className="num">{count(s.issues)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </article>
  );
}

function OneScreen({ screen }: { screen: string }) {
  useTitle(screen);
  const map = useResource<ScreenMap>(`screen:${screen}`, (signal) => fetchScreen(screen, signal));
  const [size, setSize] = useState("");
  const [marked, setMarked] = useState(-1);
  if (map.error !== undefined) return <Failed error={map.error} onRetry={map.reload}><p><Link to="/screens">All screens</Link></p></Failed>;
  const m = map.data;
  if (m === undefined) return <Loading what="the screen" />;
  const layouts = m.layouts ?? [];
  const layout = layouts.find((l) => l.size === size) ?? layouts[0];
  const uses = m.uses ?? [];
  return (
    <article className="screen-map">
      <header className="issue-head">
        <p className="crumbs"><Link to="/screens">Screens</Link></p>
        <h1><code>{m.screen}</code></h1>
        <p className="muted">{plural(m.sessions, "session", "sessions")} of {plural(m.people, "person", "people")}, {plural(m.tried, "try", "tries")} whose outcome is known, {ratio(m.silent, m.tried)} without an answer.</p>
      </header>
      <div className="screen-columns">
        <section className="card" aria-labelledby="taps-title">
          <div className="card-head">
            <h2 id="taps-title">Where people press</h2>
            {layouts.length > 1 && layout !== undefined && <label className="inline">Windows of <select value={layout.size} onChange={(e) => setSize(e.target.value)}>{layouts.map((l) => <option key={l.size} value={l.size}>{l.size === "" ? "unknown width" : l.size} ({plural(l.sessions, "session", "sessions")})</option>)}</select></label>}
          </div>
          {layout === undefined ? <p className="muted">No press on this screen had a known outcome, so there is no picture of it.</p> : <TapMap key={layout.events_url} layout={layout} uses={uses} marked={marked} />}
        </section>
        <section className="card" aria-labelledby="controls-title">
          <h2 id="controls-title">Controls</h2>
          {uses.length === 0 ? <p className="muted">Nobody pressed anything here.</p> : (
            <table className="table">
              <thead><tr><th scope="col">Pressed</th><th scope="col" className="num">Sessions</th><th scope="col" className="num">Presses</th><th scope="col" className="num">No answer</th></tr></thead>
              <tbody>{uses.map((u, i) => <ControlRow key={i} use={u} marked={i === marked} onMark={() => setMarked(i === marked ? -1 : i)} />)}</tbody>
            </table>
          )}
          {m.more > 0 && <p className="muted small">{plural(m.more, "control", "controls")} that fewer sessions pressed left out.</p>}
        </section>
      </div>
    </article>
  );
}

function ControlRow({ use: u, marked, onMark }: { use: ControlUse; marked: boolean; onMark(): void }) {
  const name = u.target.label !== "" ? u.target.label : u.target.selector;
  return (
    <tr className={marked ? "current" : ""}>
      <th scope="row" className="wraps">
        <button type="button" className="quiet control-name" aria-pressed={marked} title={u.target.selector} onClick={onMark}>{name}</button>
        <span className="muted small">{u.target.role || u.target.tag}</span>
        {(u.issues ?? []).map((i) => <span key={i.key} className="example"><span className="rank-badge">#{i.rank}</span> <Link to={issuePath(i.key)}>{i.title}</Link></span>)}
      </th>
      <td className="num">{count(u.sessions)}</td>
      <td className="num">{count(u.presses)}</td>
      <td className="num">{ratio(u.silent, u.tried)}<small className="example">{count(u.silent)} of {count(u.tried)}</small></td>
    </tr>
  );
}

// A dot is as wide as half a finger.
const dotPx = 11;

function TapMap({ layout: l, uses, marked }: { layout: ScreenLayout; uses: readonly ControlUse[]; marked: number }) {
  const presses = l.presses ?? [];
  return (
    <>
      <Picture whole eventsURL={l.events_url} name={`The screen with ${plural(presses.length, "press", "presses")} drawn over it`}>
        {({ find, size }, scale) => (
          <>
            <Marks find={find} presses={presses} uses={uses} marked={marked} width={size.width} height={size.height} />
            <Ruler layout={l} height={size.height} scale={scale} />
          </>
        )}
      </Picture>
      <p className="legend muted"><i className="dot tap" /> answered <i className="dot silent" /> nothing answered · {presses.length < l.of ? `${count(presses.length)} of ${plural(l.of, "press", "presses")}, drawn at random` : plural(l.of, "press", "presses")}</p>
      <p className="muted small">Dots lie where the page was pressed, as far as the recording says how far it was scrolled; on bars that stay in the window while the page scrolls they lie on the bar. Choose a control to see where it is. The picture is a moment of <Link to={`${sessionPath(l.session)}?at=${l.at_ms}`}>one session</Link>.</p>
      <DepthTable layout={l} />
    </>
  );
}

/** Along the right edge: how many saw the page down to each tenth, said where it changes. */
function Ruler({ layout: l, height, scale }: { layout: ScreenLayout; height: number; scale: number }) {
  const steps = (l.depth ?? []).filter((d) => d.y > 0 && d.y <= height);
  return (
    <div className="ruler" aria-hidden="true" style={{ fontSize: 12 / Math.max(0.2, scale) }}>
      {steps.map((d, i) => <i key={d.y} style={{ top: steps[i - 1]?.y ?? 0, height: d.y - (steps[i - 1]?.y ?? 0), "--seen": `${15 + 85 * (d.sessions / Math.max(1, l.known))}%` } as CSSProperties}>{d.sessions !== steps[i + 1]?.sessions && <b>{ratio(d.sessions, l.known)}</b>}</i>)}
    </div>
  );
}

function DepthTable({ layout: l }: { layout: ScreenLayout }) {
  const steps = l.depth ?? [];
  if (steps.length === 0) return <p className="muted small">How far people scroll here is not known: no recording tells it.</p>;
  return (
    <details className="fold">
      <summary>How far people scroll: {ratio(steps[steps.length - 1]?.sessions ?? 0, l.known)} see the last tenth</summary>
      <table className="table">
        <thead><tr><th scope="col">Down to</th><th scope="col" className="num">Sessions</th><th scope="col" className="num">of {count(l.known)}</th></tr></thead>
        <tbody>{steps.map((d, i) => <tr key={d.y}><th scope="row">{share((i + 1) / steps.length)} <span className="muted">{count(d.y)} px</span></th><td className="num">{count(d.sessions)}</td><td className="num">{ratio(d.sessions, l.known)}</td></tr>)}</tbody>
      </table>
      <p className="muted small">Whole sessions that came here in such windows, whether they pressed something or not. The page ends here where one session in fifty got: no recording says how long it is.</p>
    </details>
  );
}

interface MarksProps { find: Find; presses: readonly ScreenPress[]; uses: readonly ControlUse[]; marked: number; width: number; height: number }

/** The presses, and the boxes of the control that is chosen. */
function Marks({ find, presses, uses, marked, width, height }: MarksProps) {
  const [boxes, setBoxes] = useState<Box[][]>([]); // of each control
  useEffect(() => {
    const look = () => setBoxes(uses.map((u) => find(u.target.selector, u.target.label)));
    look();
    const again = setTimeout(look, settleMS);
    return () => clearTimeout(again);
  }, [find, uses, height]);
  return (
    <>
      <svg width={width} height={height} aria-hidden="true">
        {presses.map((p, i) => {
          const { x, y } = placeOf(p, boxes[p.control] ?? [], height);
          return <circle key={i} className={p.answered ? "tap" : "tap silent"} cx={x} cy={y} r={dotPx} />;
        })}
      </svg>
      {(boxes[marked] ?? []).map((b, i) => <i key={i} className="picture-box" style={{ left: b.x, top: b.y, width: b.width, height: b.height }} />)}
    </>
  );
}
